"""Whether a report is what its scenario expects."""

from __future__ import annotations

import dataclasses
import math

from ..analysis import Report
from ..scenario import Expectation


@dataclasses.dataclass(frozen=True)
class Outcome:
    """An expectation and how the run compares; numbers in internal units.

    `distance` is what must not exceed `allowed`: from the expected value, or from theory, over the whole curve where there is
    one; for ``below``, `allowed` is the bound and `distance` the value. `reason` says why nothing could be compared.
    """

    expectation: Expectation
    met: bool
    distance: float = math.nan
    allowed: float = math.nan
    reason: str = ""


def judge(report: Report, expect: tuple[Expectation, ...]) -> list[Outcome]:
    """One outcome for each expectation; an interrupted run meets none."""
    return [_outcome(report, one) for one in expect]


def _outcome(report: Report, one: Expectation) -> Outcome:
    quantity = report.quantities.get(one.quantity)
    if quantity is None:
        return Outcome(one, False, reason=f"this run does not measure it; it measures {', '.join(report.quantities)}")
    if not report.result.complete or not math.isfinite(quantity.error):
        return Outcome(one, False, reason="the run was interrupted")
    if one.below is not None:
        return Outcome(one, quantity.value < one.below, quantity.value, one.below)
    expected = one.value
    curve = None
    if one.theory is not None:
        if one.theory not in quantity.theory:
            return Outcome(
                one, False, reason=f"there is no such theory for it; there is {', '.join(quantity.theory) or 'none'}"
            )
        expected = quantity.theory[one.theory]
        curve = report.curves.get(one.quantity)
    assert expected is not None
    distance = abs(quantity.value - expected)
    error = quantity.error
    if curve is not None and one.theory in curve.theory:
        distance = max(distance, float(abs(curve.values - curve.theory[one.theory]).max()))
        error = max(error, curve.error)
    allowed = (
        one.within if one.within is not None else one.relative * abs(expected) if one.relative is not None else error
    )
    return Outcome(one, distance <= allowed, distance, allowed)
