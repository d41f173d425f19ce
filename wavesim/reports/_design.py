"""What a design found: lines for people, and design.json for scripts."""

from __future__ import annotations

import math
from typing import Any

from .._typing import ANY, ENERGY, Dimension
from .._version import __version__
from ..designs import Achieved, Design
from ..scenario import Scenario
from ..units import UnitSystem
from ._words import aligned, shown, spoken, unit_text

# of a curve, rows that a person reads
_MOST_LINES = 12


def design_text(found: Design, scenario: Scenario) -> str:
    """Parameters with what is left open of them, then every target with its certificate."""
    units = scenario.units
    rows = [("parameter", "found +- open", "bounds", "")]
    for one in found.parameters:
        scale, unit = _scale(one.dimension, units), _unit(one.dimension, units)
        open_ = "free" if math.isinf(one.uncertainty) else f"{one.uncertainty / scale:.1e}"
        rows.append(
            (
                one.name,
                f"{shown(one.value / scale, one.uncertainty / scale)} +- {open_}{unit}",
                f"{one.low / scale:.6g} to {one.high / scale:.6g}{unit}",
                "on its bound" if one.on_bound else "",
            )
        )
    lines = [aligned(rows), ""]
    rows = [("wanted", "certified +- error", "target", "")]
    for one in _told(found.achieved):
        scale, unit = units.scale(one.dimension), unit_text(one.dimension, units)
        sign = "" if one.target.value is not None else "above " if one.target.above is not None else "below "
        rows.append(
            (
                _named(one, units),
                f"{shown(one.value / scale, one.error / scale)} +- {one.error / scale:.1e}{unit}",
                f"{sign}{one.target.level / scale:.8g}{unit}",
                "reached" if one.reached else "NOT REACHED",
            )
        )
    lines.append(aligned(rows))
    if len(found.achieved) > _MOST_LINES:
        far = max(abs(one.value - one.target.level) for one in found.achieved)
        lines.append(f"{len(found.achieved)} numbers in all, at most {far:.3g} from their targets; design.json has all")
    free = f"; {found.free} combinations of parameters are not bound by the targets" if found.free else ""
    starts = "one start" if found.starts == 1 else f"{found.starts} starts"
    lines.append(
        f"by {', '.join(found.routes)}: {found.evaluations} evaluations from {starts}, {found.wall_s:.1f} s{free}"
    )
    return "\n".join(lines)


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
                "value": one.value / (scale := _scale(one.dimension, units)),
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
    sizes = {parameter.name: _scale(parameter.dimension, units) for parameter in found.parameters}
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


def _named(one: Achieved, units: UnitSystem) -> str:
    if one.energy is None:
        return spoken(one.target.quantity)
    return f"{spoken(one.target.quantity)} at {one.energy / units.scale(ENERGY):.6g}{unit_text(ENERGY, units)}"


def _told(achieved: tuple[Achieved, ...]) -> tuple[Achieved, ...]:
    """All, or of many the first, the last, and those furthest from their targets."""
    if len(achieved) <= _MOST_LINES:
        return achieved
    far = sorted(achieved, key=lambda one: -abs(one.value - one.target.level))[: _MOST_LINES - 2]
    return tuple(one for one in achieved if one in (achieved[0], achieved[-1]) or any(one is other for other in far))


def _scale(dimension: Dimension, units: UnitSystem) -> float:
    return 1.0 if dimension == ANY else units.scale(dimension)


def _unit(dimension: Dimension, units: UnitSystem) -> str:
    return "" if dimension == ANY else unit_text(dimension, units)
