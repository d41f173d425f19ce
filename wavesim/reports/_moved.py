"""What moves a number most, and what uncertain inputs make of it: for report.json, and lines for people beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._typing import ANY
from ..analysis import Report, Sensitivities, scale_of, sensitivities_text as sensitivities_text
from ..units import UnitSystem


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
                "value": entry.value / (size := scale_of(entry.dimension, units)),
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
        name: shares_json(
            shares,
            units.scale(report.quantities[name].dimension),
            units.symbol(report.quantities[name].dimension),
        )
        for name, shares in report.inputs.items()
    }


def shares_json(shares: Mapping[str, float], scale: float, unit: str) -> dict[str, Any]:
    """What uncertain inputs make of one number, together and each."""
    return {
        "error": math.hypot(*shares.values()) / scale,
        "unit": unit,
        "shares": {path: abs(share) / scale for path, share in shares.items()},
    }
