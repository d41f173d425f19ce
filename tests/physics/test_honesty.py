"""Are the error bars true, and are they small enough? Two questions, two tests, on problems drawn by a seeded generator."""

from __future__ import annotations

import numpy as np
import pytest

from wavesim import Problem, Report, certify
from wavesim.potentials import EckartBarrier, GaussianBarrier
from wavesim.states import GaussianPacket

COUNT = 4


def drawn() -> list[tuple[Problem, float]]:
    """Smooth barriers of height 0.5 to 1.4 and width 0.6 to 1.2, packets of momentum 1 to 1.6, and the tolerance asked for."""
    rng = np.random.default_rng(20260101)
    draws = []
    for index in range(COUNT):
        kind = GaussianBarrier if index % 3 else EckartBarrier
        height, barrier_width, momentum, width = rng.uniform([0.5, 0.6, 1.0, 3.0], [1.4, 1.2, 1.6, 4.5])
        packet = GaussianPacket(center=-7 * width, width=width, momentum=momentum)
        draws.append((Problem(kind(height, barrier_width), packet), (1e-3, 1e-4)[index % 2]))
    return draws


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return [certify(problem, tolerance, frames=2) for problem, tolerance in drawn()]


def test_every_bar_covers_the_true_error(reports: list[Report]) -> None:
    """Formula: abs(value - theory) <= error for T and R of each problem, theory by scattering and the packet's spectrum (1e-12).

    Budget: none; a bar that does not cover is a lie, however small the miss.
    """
    for report in reports:
        for name in ("transmitted_probability", "reflected_probability"):
            quantity = report.quantities[name]
            assert abs(quantity.value - quantity.theory["scattering"]) <= quantity.error, f"{quantity}"


def test_every_bar_meets_the_tolerance(reports: list[Report]) -> None:
    """Formula: error <= tolerance for the headline of each problem: otherwise bars could be true by being wide.

    Budget: none. That the bars are not useless overestimates either: each is above 1e-9.
    """
    for report, (_, tolerance) in zip(reports, drawn(), strict=True):
        assert 1e-9 < report.headline.error <= tolerance, f"{report.headline}"
        assert report.warnings == ()


def test_the_draws_are_not_all_easy(reports: list[Report]) -> None:
    """T must vary over the set: no bar is tested by a problem where nothing, or everything, gets through."""
    values = [report.headline.value for report in reports]
    assert max(values) - min(values) > 0.5
    assert sum(0.02 < value < 0.98 for value in values) >= 3
