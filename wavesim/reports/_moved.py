"""What moves a number most, and what uncertain inputs make of it: lines for people, and for report.json."""

from __future__ import annotations

from typing import Any

from .._typing import ANY, Dimension
from ..analysis import Report, Sensitivities, Sensitivity
from ..units import UnitSystem
from ._words import aligned, spoken, unit_text

# lines of a table for people
_MOST_LINES = 12


def sensitivities_text(moved: Sensitivities, units: UnitSystem) -> str:
    """A table, the strongest first."""
    scale, unit = units.scale(moved.dimension), unit_text(moved.dimension, units)
    rows = [(f"what moves {spoken(moved.quantity)}", "value", "derivative", "per 1 %")]
    for entry in moved.entries[:_MOST_LINES]:
        size = _scale(entry.dimension, units)
        rows.append(
            (
                entry.path,
                f"{entry.value / size:.6g}{unit_text(entry.dimension, units) if entry.dimension != ANY else ''}",
                f"{entry.derivative * size / scale:+.8g}{_derived(moved.dimension, entry, units)}",
                f"{entry.per_percent / scale:+.2e}{unit}",
            )
        )
    lines = [aligned(rows)]
    if len(moved.entries) > _MOST_LINES:
        lines.append(f"and {len(moved.entries) - _MOST_LINES} more, which move it less; report.json has all")
    lines += [f"not moved  {path}: {reason}" for path, reason in moved.missing.items()]
    return "\n".join(lines)


def sensitivities_json(moved: Sensitivities, units: UnitSystem) -> dict[str, Any]:
    """The same for scripts, in the scenario's units; of a formula's parameters in internal ones."""
    scale = units.scale(moved.dimension)
    return {
        "quantity": moved.quantity,
        "value": moved.value / scale,
        "unit": units.symbol(moved.dimension),
        "parameters": [
            {
                "path": entry.path,
                "value": entry.value / (size := _scale(entry.dimension, units)),
                "unit": "internal" if entry.dimension == ANY else units.symbol(entry.dimension),
                "derivative": entry.derivative * size / scale,
                "error": entry.error * size / scale,
                "per_percent": entry.per_percent / scale,
            }
            for entry in moved.entries
        ],
        "missing": moved.missing,
    }


def inputs_json(report: Report, units: UnitSystem) -> dict[str, Any]:
    """The same for scripts, by quantity."""
    return {
        name: {
            "error": report.input_error(name) / (scale := units.scale(report.quantities[name].dimension)),
            "unit": units.symbol(report.quantities[name].dimension),
            "shares": {path: share / scale for path, share in shares.items()},
        }
        for name, shares in report.inputs.items()
    }


def _scale(dimension: Dimension, units: UnitSystem) -> float:
    return 1.0 if dimension == ANY else units.scale(dimension)


def _derived(dimension: Dimension, entry: Sensitivity, units: UnitSystem) -> str:
    """The unit of a derivative, `` eV/nm`` or `` 1/nm``."""
    above = unit_text(dimension, units).strip()
    below = "" if entry.dimension == ANY else unit_text(entry.dimension, units).strip()
    if not below:
        return f" {above}" if above else ""
    below = f"({below})" if any(sign in below for sign in " /") else below
    return f" {above or '1'}/{below}"
