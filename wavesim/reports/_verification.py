"""Results of independent routes to the headline, for people and for scripts."""

from __future__ import annotations

import math
from typing import Any

from ..analysis import Verification
from ..units import UnitSystem
from ._words import barred, spoken, unit_text


def verification_text(verification: Verification, units: UnitSystem) -> str:
    """Each route with its value and error bar, and the distance between them."""
    scale, unit = units.scale(verification.dimension), unit_text(verification.dimension, units)
    name = spoken(verification.quantity)
    if verification.independent:
        verdict = "agree" if verification.agree else "DISAGREE"
        head = f"verified   {name} by {len(verification.routes)} routes, which {verdict}: {_bars(verification)}"
    else:
        head = f"verified   {name} by no second route"
    routes = [
        f"           {barred(route.value / scale, route.error / scale)}{unit}  {route.name}"
        for route in verification.routes
    ]
    return "\n".join([head, *routes])


def verification_warnings(verification: Verification) -> list[str]:
    """Warnings of routes that disagree, and of routes that are missing."""
    if verification.agree:
        return list(verification.missing)
    first, second = verification.furthest
    distance = f"{verification.distance_in_bars:.2g} times the sum of their bars apart"
    return [
        f"{verification.quantity} is not the same by two routes, {distance}: {first.name}, and {second.name}.",
        *verification.missing,
    ]


def verification_json(verification: Verification, units: UnitSystem) -> dict[str, Any]:
    """The part "verification" of report.json; values in the scenario's units."""
    scale = units.scale(verification.dimension)
    return {
        "quantity": verification.quantity,
        "unit": units.symbol(verification.dimension),
        "routes": [
            {"name": route.name, "value": route.value / scale, "error": route.error / scale}
            for route in verification.routes
        ],
        "agree": verification.agree if verification.independent else None,
        "distance_in_bars": verification.distance_in_bars,
        "missing": list(verification.missing),
        "runs": verification.runs,
        "fft_pairs": verification.fft_pairs,
        "wall_s": verification.wall_s,
    }


def _bars(verification: Verification) -> str:
    distance = verification.distance_in_bars
    far = "more than the sum of their bars" if math.isinf(distance) else f"{distance:.2g} of the sum of their bars"
    return f"{far} apart at most; {verification.runs} runs, {verification.wall_s:.1f} s"
