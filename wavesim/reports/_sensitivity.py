"""Sensitivities of a number and its uncertainty due to uncertain inputs, for report.json."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._typing import ANY
from ..analysis import Report, Sensitivities, scale_of, sensitivities_text as sensitivities_text
from ..units import UnitSystem


def sensitivities_json(sensitivities: Sensitivities, units: UnitSystem) -> dict[str, Any]:
    """Sensitivities for scripts, in the scenario's units; parameters of a formula in internal units."""
    scale = units.scale(sensitivities.dimension)
    return {
        "quantity": sensitivities.quantity,
        "value": sensitivities.value / scale,
        "unit": units.symbol(sensitivities.dimension),
        "parameters": [
            {
                "path": entry.path,
                "value": entry.value / (size := scale_of(entry.dimension, units)),
                "unit": "internal" if entry.dimension == ANY else units.symbol(entry.dimension),
                "derivative": entry.derivative * size / scale,
                "error": entry.error * size / scale,
                "per_percent": entry.per_percent / scale,
            }
            for entry in sensitivities.entries
        ],
        "missing": sensitivities.missing,
    }


def inputs_json(report: Report, units: UnitSystem) -> dict[str, Any]:
    """Uncertainties due to uncertain inputs for scripts, by quantity."""
    return {
        name: shares_json(
            shares,
            units.scale(report.quantities[name].dimension),
            units.symbol(report.quantities[name].dimension),
        )
        for name, shares in report.inputs.items()
    }


def shares_json(shares: Mapping[str, float], scale: float, unit: str) -> dict[str, Any]:
    """The standard deviation of one number due to uncertain inputs, in total and by input."""
    return {
        "error": math.hypot(*shares.values()) / scale,
        "unit": unit,
        "shares": {path: abs(share) / scale for path, share in shares.items()},
    }
