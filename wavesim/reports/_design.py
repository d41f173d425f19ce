"""What a design found: design.json for scripts."""

from __future__ import annotations

from typing import Any

from .._typing import ANY, ENERGY
from .._version import __version__
from ..designs import Achieved, Design, scale_of
from ..scenario import Scenario
from ..units import UnitSystem


def design_json(found: Design, scenario: Scenario) -> dict[str, Any]:
    """The same for scripts, in the scenario's units, named beside each."""
    units = scenario.units
    return {
        "format": 1,
        "scenario": scenario.name,
        "title": scenario.title,
        "hash": scenario.hash,
        "wavesim": __version__,
        "reached": found.reached,
        "certified": found.certified,
        "parameters": [
            {
                "paths": list(one.paths),
                "value": one.value / (scale := scale_of(one.dimension, units)),
                "unit": "internal" if one.dimension == ANY else units.symbol(one.dimension),
                "low": one.low / scale,
                "high": one.high / scale,
                "uncertainty": one.uncertainty / scale,
                "on_bound": one.on_bound,
            }
            for one in found.parameters
        ],
        "targets": [_achieved_json(one, found, units) for one in found.achieved],
        "loss": found.loss,
        "routes": list(found.routes),
        "evaluations": found.evaluations,
        "starts": found.starts,
        "free": found.free,
        "missed": found.missed,
        "wall_s": found.wall_s,
    }


def _achieved_json(one: Achieved, found: Design, units: UnitSystem) -> dict[str, Any]:
    scale = units.scale(one.dimension)
    target = one.target
    sizes = {parameter.name: scale_of(parameter.dimension, units) for parameter in found.parameters}
    return {
        "quantity": target.quantity,
        **({} if one.energy is None else {"energy": one.energy / units.scale(ENERGY)}),
        "wanted": target.level / scale,
        "as": "value" if target.value is not None else "above" if target.above is not None else "below",
        "value": one.value / scale,
        "error": one.error / scale,
        "unit": units.symbol(one.dimension),
        "reached": one.reached,
        "theory": {name: value / scale for name, value in one.theory.items()},
        "gradient": {name: slope * sizes[name] / scale for name, slope in one.gradient.items()},
    }
