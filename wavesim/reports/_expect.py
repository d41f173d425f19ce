"""Comparison of a report with the expectations of its scenario."""

from __future__ import annotations

import dataclasses
import difflib
import math

import numpy as np

from ..analysis import Curve, Quantity, Report, note_on
from ..scenario import Expectation

# share of a curve's points at which its error bar must cover its distance from theory
SHARE_COVERED = 0.99


@dataclasses.dataclass(frozen=True)
class Outcome:
    """An expectation and how the run compares; numbers in internal units.

    `distance` must not exceed `allowed`: it is the distance from the expected value or from theory, the largest over a curve if there is
    one. For ``below``, `allowed` is the bound and `distance` the value; for a ``factor``, both are factors. `reason` says why nothing could
    be compared. `covered` is the share of a curve's points at which its own error bar covers its distance from theory.
    """

    expectation: Expectation
    met: bool
    distance: float = math.nan
    allowed: float = math.nan
    reason: str = ""
    covered: float | None = None
    # False if the expected theory does not apply to this run: the expectation is then neither met nor missed
    compared: bool = True

    @property
    def missed(self) -> bool:
        """Whether it was compared and is not met."""
        return self.compared and not self.met


def judge(report: Report, expect: tuple[Expectation, ...]) -> list[Outcome]:
    """The outcome of each expectation; an interrupted run meets none."""
    return [_outcome(report, expectation) for expectation in expect]


def _outcome(report: Report, expectation: Expectation) -> Outcome:
    quantity, curve = report.quantities.get(expectation.quantity), report.curves.get(expectation.quantity)
    if quantity is None and curve is None:
        return Outcome(expectation, False, reason=_not_measured(report, expectation.quantity))
    if not report.complete:
        return Outcome(expectation, False, reason="the run was interrupted")
    if quantity is not None:
        return judge_quantity(quantity, expectation, curve)
    assert curve is not None
    return judge_curve(curve, expectation)


def judge_curve(curve: Curve, expectation: Expectation) -> Outcome:
    """Compare a curve with a theory at every point; in any case its own error bars must cover the distance at 99 % of the points.

    An expected factor is the exception: `covered` is given, but does not count.
    """
    if expectation.theory is None:
        return Outcome(expectation, False, reason="a curve is compared with a theory, point by point")
    if expectation.theory not in curve.theory:
        return _without_theory(expectation, expectation.theory, list(curve.theory))
    expected = curve.theory[expectation.theory]
    distances, errors = np.abs(curve.values - expected), np.broadcast_to(curve.error, curve.values.shape)
    covered = float(np.mean(distances <= errors))
    if expectation.factor is not None:
        same = curve.values * expected > 0
        log_ratio = np.where(same, np.abs(np.log(np.where(same, curve.values / expected, 1.0))), math.inf)
        return Outcome(
            expectation,
            bool(log_ratio.max() <= math.log(expectation.factor)),
            math.exp(log_ratio.max()),
            expectation.factor,
            covered=covered,
        )
    if expectation.within is not None or expectation.relative is not None:
        allowed = (
            np.full_like(errors, expectation.within)
            if expectation.within is not None
            else (expectation.relative or 0.0) * np.abs(expected)
        )
        worst = int(np.argmax(distances - allowed))
        inside = bool(np.all(distances <= allowed))
    else:
        worst, allowed, inside = int(np.argmax(distances - errors)), errors, True
    met = inside and covered >= SHARE_COVERED
    return Outcome(expectation, met, float(distances[worst]), float(allowed[worst]), covered=covered)


def judge_quantity(quantity: Quantity, expectation: Expectation, curve: Curve | None = None) -> Outcome:
    """Compare a number, and the curve whose final value it is, with an expectation."""
    if expectation.below is not None:
        return Outcome(expectation, quantity.value < expectation.below, quantity.value, expectation.below)
    expected = expectation.value
    if expectation.theory is not None:
        if expectation.theory not in quantity.theory:
            return _without_theory(expectation, expectation.theory, list(quantity.theory))
        expected = quantity.theory[expectation.theory]
    assert expected is not None
    if expectation.factor is not None:
        # a factor exists only between numbers of the same sign
        log_ratio = abs(math.log(quantity.value / expected)) if quantity.value * expected > 0 else math.inf
        return Outcome(expectation, log_ratio <= math.log(expectation.factor), math.exp(log_ratio), expectation.factor)
    distance = abs(quantity.value - expected)
    error = quantity.error
    if curve is not None and expectation.theory is not None and expectation.theory in curve.theory:
        distance = max(distance, float(abs(curve.values - curve.theory[expectation.theory]).max()))
        error = max(error, curve.largest_error)
    allowed = (
        expectation.within
        if expectation.within is not None
        else expectation.relative * abs(expected)
        if expectation.relative is not None
        else error
    )
    return Outcome(expectation, distance <= allowed, distance, allowed)


def _not_measured(report: Report, name: str) -> str:
    """The reason why a report lacks a number: a note on it if there is one, else a hint at the names."""
    if note := note_on(name, report.notes):
        return note
    names = list(dict.fromkeys((*report.quantities, *report.curves)))
    near = difflib.get_close_matches(name, names, 1)
    hint = f" did you mean {near[0]}?" if near else ""
    return f"this run does not measure it;{hint} it measures {', '.join(names)}"


def _without_theory(expectation: Expectation, theory: str, theories: list[str]) -> Outcome:
    """The outcome where the expected theory does not apply to the run."""
    there = f"only {' and '.join(theories)}" if theories else "no theory"
    return Outcome(
        expectation, False, reason=f"{theory} does not apply to this run, which has {there} for it", compared=False
    )
