"""The transmitted probability of packets against numbers known from elsewhere, and the books of a scattering run."""

from __future__ import annotations

import numpy as np
import pytest

from tests.problems import REFERENCES
from wavesim import Report, certify

NAMES = ["rectangular", "step"]


@pytest.fixture(scope="module", params=NAMES)
def certified(request: pytest.FixtureRequest) -> tuple[str, Report]:
    """A certified run of each reference at a tolerance of 1e-4."""
    return request.param, certify(REFERENCES[request.param].problem, 1e-4, frames=8)


def test_the_anchor_lies_within_the_bar(certified: tuple[str, Report]) -> None:
    """Set-up: the rectangular barrier V0 = 1, a = 1.5 met by momentum 1, width 5; a step of 0.4; tolerance 1e-4.

    Formula: P = int T(k) abs(phi(k))^2 dk = 0.185563882093389 and 0.967446973109550 (tests/problems.py),
    never T at the mean energy, which is 0.1807 for the first.
    Budget: the run's own error bar, and that is below 1e-4 (measured: 7e-6 for the first).
    """
    name, report = certified
    headline = report.headline
    exact = REFERENCES[name].numbers["transmitted"]
    assert headline.name == "transmitted_probability"
    assert abs(headline.value - exact) <= headline.error < 1e-4, f"{headline.value} +- {headline.error:.1e}, {exact}"
    assert next(iter(headline.theory.values())) == pytest.approx(exact, rel=1e-12)
    assert headline.agrees is True
    assert report.warnings == ()


def test_the_books_are_balanced(certified: tuple[str, Report]) -> None:
    """Set-up: the same runs. Formula: T + R + remaining = 1, and absorbed + norm = 1, at every frame.

    Budget: rounding over some hundred steps, 1e-12, and what the Chebyshev series of a sharp barrier leaves out, 1e-5 of the tolerance.
    """
    _, report = certified
    budget = 1e-12 + 1e-5 * report.tolerance
    result = report.result
    assert result is not None
    assert report.balance == pytest.approx(1.0, abs=budget)
    total = sum(curve.values for name, curve in report.curves.items() if name.endswith("probability"))
    assert np.max(np.abs(total - 1)) < budget
    assert np.max(np.abs(result.absorbed.sum(axis=1) + result.series["norm"] - 1)) < budget


def test_the_budget_adds_up_to_the_bar(certified: tuple[str, Report]) -> None:
    """Every source is named, none is negative, and the bar is at least their sum."""
    _, report = certified
    for quantity in report.quantities.values():
        assert {"time_step", "grid", "absorber", "rounding"} <= set(quantity.budget)
        assert min(quantity.budget.values()) >= 0
        assert quantity.error >= 0.999999 * sum(quantity.budget.values())
