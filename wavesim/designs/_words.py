"""Text of a design for the command line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .._typing import ANY, ENERGY, Dimension
from ..analysis.bars import aligned, barred, shown, spoken, unit_text
from ..units import UnitSystem

if TYPE_CHECKING:
    from ._design import Achieved, Design

# most rows of a table
_MOST_LINES = 12


def design_text(found: Design, units: UnitSystem) -> str:
    """Table of parameters with their uncertainties, then table of targets with their certified values."""
    rows = [("parameter", "found +- open", "bounds", "")]
    for one in found.parameters:
        scale, unit = scale_of(one.dimension, units), unit_of(one.dimension, units)
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
                named(one, units),
                f"{barred(one.value / scale, one.error / scale)}{unit}",
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


def named(one: Achieved, units: UnitSystem) -> str:
    if one.energy is None:
        return spoken(one.target.quantity)
    return f"{spoken(one.target.quantity)} at {one.energy / units.scale(ENERGY):.6g}{unit_text(ENERGY, units)}"


def _told(achieved: tuple[Achieved, ...]) -> tuple[Achieved, ...]:
    """All results, or, of many, the first, the last and those farthest from their targets."""
    if len(achieved) <= _MOST_LINES:
        return achieved
    far = sorted(achieved, key=lambda one: -abs(one.value - one.target.level))[: _MOST_LINES - 2]
    return tuple(one for one in achieved if one in (achieved[0], achieved[-1]) or any(one is other for other in far))


def scale_of(dimension: Dimension, units: UnitSystem) -> float:
    return 1.0 if dimension == ANY else units.scale(dimension)


def unit_of(dimension: Dimension, units: UnitSystem) -> str:
    return "" if dimension == ANY else unit_text(dimension, units)
