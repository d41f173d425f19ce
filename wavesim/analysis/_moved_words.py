"""What moves a number, in words: a line for each parameter, in the units of the problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._typing import ANY, Dimension
from ..units import UnitSystem
from .bars import aligned, spoken, unit_text

if TYPE_CHECKING:
    from ._sensitivities import Sensitivities, Sensitivity

# lines of a table for people
_MOST_LINES = 12


def sensitivities_text(moved: Sensitivities, units: UnitSystem) -> str:
    """A table, the strongest first; what has no dimension of its own, as a formula's parameters, in internal units."""
    scale, unit = units.scale(moved.dimension), unit_text(moved.dimension, units)
    rows = [(f"what moves {spoken(moved.quantity)}", "value", "derivative", "per 1 %")]
    for entry in moved.entries[:_MOST_LINES]:
        size = scale_of(entry.dimension, units)
        rows.append(
            (
                entry.path,
                f"{entry.value / size:.6g}{unit_text(entry.dimension, units) if entry.dimension != ANY else ''}",
                f"{entry.derivative * size / scale:+.8g} +- {entry.error * size / scale:.1e}{_derived(moved.dimension, entry, units)}",
                f"{entry.per_percent / scale:+.2e}{unit}",
            )
        )
    lines = [aligned(rows)]
    if len(moved.entries) > _MOST_LINES:
        lines.append(f"and {len(moved.entries) - _MOST_LINES} more, which move it less; report.json has all")
    lines += [f"not moved  {path}: {reason}" for path, reason in moved.missing.items()]
    return "\n".join(lines)


def scale_of(dimension: Dimension, units: UnitSystem) -> float:
    """The internal value of a parameter's unit."""
    return 1.0 if dimension == ANY else units.scale(dimension)


def _derived(dimension: Dimension, entry: Sensitivity, units: UnitSystem) -> str:
    """The unit of a derivative, `` eV/nm`` or `` 1/nm``."""
    above = unit_text(dimension, units).strip()
    below = "" if entry.dimension == ANY else unit_text(entry.dimension, units).strip()
    if not below:
        return f" {above}" if above else ""
    below = f"({below})" if any(sign in below for sign in " /") else below
    return f" {above or '1'}/{below}"
