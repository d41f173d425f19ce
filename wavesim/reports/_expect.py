"""Whether a report is what its scenario expects."""

from __future__ import annotations

import dataclasses
import difflib
import math

import numpy as np

from ..analysis import Curve, Quantity, Report, note_on
from ..scenario import Expectation

SHARE_COVERED = 0.99


@dataclasses.dataclass(frozen=True)
class Outcome:
    """An expectation and how the run compares; numbers in internal units.

    `distance` is what must not exceed `allowed`: from the expected value, or from theory, over the whole curve where there is
    one; for ``below``, `allowed` is the bound and `distance` the value; for a ``factor``, both are factors. `reason` says why nothing could be compared. `covered` is the share
    of a curve's points at which its own error bar covers its distance from theory.
    """

    expectation: Expectation
    met: bool
    distance: float = math.nan
    allowed: float = math.nan
    reason: str = ""
    covered: float | None = None
    # False where the theory that it is tied to does not apply to this run: nothing is met then, and nothing is missed
    compared: bool = True

    @property
    def missed(self) -> bool:
        """Whether it could be compared, and is not met."""
        return self.compared and not self.met


def judge(report: Report, expect: tuple[Expectation, ...]) -> list[Outcome]:
    """One outcome for each expectation; an interrupted run meets none."""
    return [_outcome(report, one) for one in expect]


def _outcome(report: Report, one: Expectation) -> Outcome:
    quantity, curve = report.quantities.get(one.quantity), report.curves.get(one.quantity)
    if quantity is None and curve is None:
        return Outcome(one, False, reason=_not_measured(report, one.quantity))
    if not report.complete:
        return Outcome(one, False, reason="the run was interrupted")
    if quantity is not None:
        return judge_quantity(quantity, one, curve)
    assert curve is not None
    return judge_curve(curve, one)


def judge_curve(curve: Curve, one: Expectation) -> Outcome:
    """Compare a curve with a theory at every point; its own error bars must cover the distance at 99 % of them, whatever else is asked."""
    if one.theory is None:
        return Outcome(one, False, reason="a curve is compared with a theory, point by point")
    if one.theory not in curve.theory:
        return _without_theory(one, one.theory, list(curve.theory))
    expected = curve.theory[one.theory]
    distances, errors = np.abs(curve.values - expected), np.broadcast_to(curve.error, curve.values.shape)
    covered = float(np.mean(distances <= errors))
    if one.factor is not None:
        same = curve.values * expected > 0
        apart = np.where(same, np.abs(np.log(np.where(same, curve.values / expected, 1.0))), math.inf)
        return Outcome(
            one, bool(apart.max() <= math.log(one.factor)), math.exp(apart.max()), one.factor, covered=covered
        )
    if one.within is not None or one.relative is not None:
        allowed = (
            np.full_like(errors, one.within) if one.within is not None else (one.relative or 0.0) * np.abs(expected)
        )
        worst = int(np.argmax(distances - allowed))
        inside = bool(np.all(distances <= allowed))
    else:
        worst, allowed, inside = int(np.argmax(distances - errors)), errors, True
    met = inside and covered >= SHARE_COVERED
    return Outcome(one, met, float(distances[worst]), float(allowed[worst]), covered=covered)


def judge_quantity(quantity: Quantity, one: Expectation, curve: Curve | None = None) -> Outcome:
    """Compare a number, and the curve that it is the end of, with what is expected."""
    if one.below is not None:
        return Outcome(one, quantity.value < one.below, quantity.value, one.below)
    expected = one.value
    if one.theory is not None:
        if one.theory not in quantity.theory:
            return _without_theory(one, one.theory, list(quantity.theory))
        expected = quantity.theory[one.theory]
    assert expected is not None
    if one.factor is not None:
        # of one sign, or there is no factor between them
        apart = abs(math.log(quantity.value / expected)) if quantity.value * expected > 0 else math.inf
        return Outcome(one, apart <= math.log(one.factor), math.exp(apart), one.factor)
    distance = abs(quantity.value - expected)
    error = quantity.error
    if curve is not None and one.theory is not None and one.theory in curve.theory:
        distance = max(distance, float(abs(curve.values - curve.theory[one.theory]).max()))
        error = max(error, curve.largest_error)
    allowed = (
        one.within if one.within is not None else one.relative * abs(expected) if one.relative is not None else error
    )
    return Outcome(one, distance <= allowed, distance, allowed)


def _not_measured(report: Report, name: str) -> str:
    """Why a report has no such number: a note on what the scenario measures itself says it."""
    if note := note_on(name, report.notes):
        return note
    known = list(dict.fromkeys((*report.quantities, *report.curves)))
    near = difflib.get_close_matches(name, known, 1)
    hint = f" did you mean {near[0]}?" if near else ""
    return f"this run does not measure it;{hint} it measures {', '.join(known)}"


def _without_theory(one: Expectation, wanted: str, given: list[str]) -> Outcome:
    """What comes of a theory that is not beside the number: files name none that the package does not know."""
    there = f"only {' and '.join(given)}" if given else "no theory"
    return Outcome(one, False, reason=f"{wanted} does not apply to this run, which has {there} for it", compared=False)
