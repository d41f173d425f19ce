"""The result of a design as design.json, for scripts."""

from __future__ import annotations

from typing import Any

from .._typing import ANY, ENERGY
from .._version import __version__
from ..designs import Achieved, Design, scale_of
from ..scenario import Scenario
from ..units import UnitSystem


def design_json(design: Design, scenario: Scenario) -> dict[str, Any]:
    """The content of design.json, in the scenario's units, which are named beside each number."""
    units = scenario.units
    return {
        "format": 1,
        "scenario": scenario.name,
        "title": scenario.title,
        "hash": scenario.hash,
        "wavesim": __version__,
        "reached": design.reached,
        "certified": design.certified,
        "parameters": [
            {
                "paths": list(parameter.paths),
                "value": parameter.value / (scale := scale_of(parameter.dimension, units)),
                "unit": "internal" if parameter.dimension == ANY else units.symbol(parameter.dimension),
                "low": parameter.low / scale,
                "high": parameter.high / scale,
                "uncertainty": parameter.uncertainty / scale,
                "on_bound": parameter.on_bound,
            }
            for parameter in design.parameters
        ],
        "targets": [_achieved_json(achieved, design, units) for achieved in design.achieved],
        "loss": design.loss,
        "routes": list(design.routes),
        "evaluations": design.evaluations,
        "starts": design.starts,
        "free": design.free,
        "missed": design.missed,
        "wall_s": design.wall_s,
    }


def _achieved_json(achieved: Achieved, design: Design, units: UnitSystem) -> dict[str, Any]:
    scale = units.scale(achieved.dimension)
    target = achieved.target
    sizes = {parameter.name: scale_of(parameter.dimension, units) for parameter in design.parameters}
    return {
        "quantity": target.quantity,
        **({} if achieved.energy is None else {"energy": achieved.energy / units.scale(ENERGY)}),
        "wanted": target.level / scale,
        "as": "value" if target.value is not None else "above" if target.above is not None else "below",
        "value": achieved.value / scale,
        "error": achieved.error / scale,
        "unit": units.symbol(achieved.dimension),
        "reached": achieved.reached,
        "theory": {name: value / scale for name, value in achieved.theory.items()},
        "gradient": {name: slope * sizes[name] / scale for name, slope in achieved.gradient.items()},
    }
