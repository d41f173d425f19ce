"""How repeated runs become error bars: what the estimates say of errors that are known."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from tests.problems import REFERENCES
from wavesim import certify, plan
from wavesim._typing import DIMENSIONLESS
from wavesim.analysis import Quantity
from wavesim.analysis.bars._accuracy import (
    coarser_in_space,
    coarser_in_time,
    combined,
    largest_difference,
    rounding,
    space_error,
    spacing_order,
    time_error,
    time_order,
)
from wavesim.analysis.bars._refine import MOST_WORK, _affordable
from wavesim.analysis.predictions.scattering import PlaneWaves
from wavesim.analysis.questions.plane_waves._transmission_at import _quantities
from wavesim.errors import NumericsError
from wavesim.propagation.planner.spaces._grid import edges_fit

EPS = float(np.finfo(float).eps)


def test_a_bar_is_the_sum_of_its_budget() -> None:
    """Nothing is known of signs, so that parts add as sizes do; powers of two, so that sums are exact."""
    assert combined({"time_step": 0.5, "grid": 0.25, "absorber": 0.125}) == 0.875


def test_no_part_of_a_bar_is_negative() -> None:
    """A part that rounding has put below zero counts by its size, and the bar is still the sum."""
    quantity = Quantity("gap", 1.0, 0.5 - 0.25, DIMENSIONLESS, {"cells": 0.5, "rounding": -0.25})
    assert quantity.budget == {"cells": 0.5, "rounding": 0.25} and quantity.error == 0.75


def test_rounding_of_a_barrier_that_is_not_felt() -> None:
    """log T of a resonance is 0, or 2e-16 to either side of it: its rounding is a share of the size."""
    for log in (-2e-16, 0.0, 2e-16):
        waves = PlaneWaves(np.array([log]), np.array([0.0]), np.array([1e-15]))
        for quantity in _quantities(waves).values():
            assert all(part >= 0 for part in quantity.budget.values())
            size = abs(quantity.value if quantity.name == "log10_transmission" else log)
            assert quantity.budget.get("rounding", 0.0) <= 4.01 * EPS * size
            assert quantity.error == math.fsum(quantity.budget.values())


@pytest.mark.parametrize("order", [2, 4, 6])
def test_the_time_error_of_a_clean_power(order: int) -> None:
    """Set-up: Q(h) = 0.3 + 1e-7 h^p, h = 1, 2, 4. Formula: the bar is three times the error 1e-7. Budget: rounding."""
    values = [0.3 + 1e-7 * h**order for h in (1, 2, 4)]
    assert time_error(order, values) == pytest.approx(3e-7, rel=1e-6)
    assert time_error(order, values[:2]) == pytest.approx(3e-7, rel=1e-6)


def test_the_time_error_before_the_asymptotic_range() -> None:
    """Set-up: errors of G6T4 at a narrow barrier for steps h, 2h, 4h, measured: they change sign, and fall by 5 where the law says 64.

    Formula: 3 D1/(2^q - 1) with q = log2(D2/D1); two runs and the scheme's order would say 3 D1/63 = 4e-8, five times too small.
    Budget: the bar covers the error of 2.0e-7.
    """
    errors = (-1.97e-7, 6.13e-7, 3.6e-6)
    assert 1.97e-7 < time_error(6, errors) < 1e-6
    assert 3 * largest_difference(errors[0], errors[1]) / 63 < 4e-8


def test_the_time_error_of_kicks_with_gradients() -> None:
    """Set-up: errors of CHIN4A on a grid that holds V's waves only partly, measured: fourth order from 4h to 2h, second below h.

    Formula: (D2 - 16 D1)/36 beside the fourth-order law, which alone says 1.6e-6. Budget: the bar covers the error of 3.04e-6, within 3 times.
    """
    errors = (3.04e-6, 1.12e-5, 3.12e-4)
    assert time_error(4, errors) < 2e-6
    assert 3.04e-6 < time_error(4, errors, gradients=True) < 3 * 3.04e-6


def test_the_time_error_where_two_runs_agree_by_accident() -> None:
    """Q(h) = Q(2h), but Q(4h) is 1e-3 away: what the third run tells at the scheme's order is kept."""
    assert time_error(2, (0.5, 0.5, 0.501)) == pytest.approx(1e-3 / 12, rel=1e-9)


def test_the_grid_error_of_edges_and_of_smooth_potentials() -> None:
    """Formula: errors c h^5 give 2.5 times the error from each coarser grid; errors A exp(-c/h), 3 times the error, less D's own tail.

    Budget: 1e-3, the second because D = |Q(h) - Q(r h)| is the coarser run's error but for the finer one's.
    """
    ratios = (1.3, 1.7)
    assert space_error(5, ratios, [1e-6 * r**5 for r in (1.0, *ratios)], 1.0) == pytest.approx(2.5e-6, rel=1e-6)
    law = [0.4 * math.exp(-20 / r) for r in (1.0, 1.4)]
    assert space_error(None, (1.4,), law, 0.4) == pytest.approx(3 * law[0], rel=2e-2)
    # never more than the whole difference
    assert space_error(None, (1.4,), [0.0, 0.3], 0.4) == pytest.approx(0.3)


def test_series_with_fewer_frames_are_compared_where_both_have_them() -> None:
    times = np.linspace(0.0, 1.0, 13)
    assert largest_difference(times, times[::4] + 1e-3) == pytest.approx(1e-3)
    assert largest_difference(0.25, 0.5) == 0.25


def test_repetitions_are_coarser_and_know_their_order() -> None:
    """Smooth: twice and four times the step, one grid; sharp: one longer step, two different grids; a fit edge is of fifth order."""
    smooth = REFERENCES["eckart"].problem
    numerics = plan(smooth, 1e-3, scheme="g6t4", frames=4).numerics
    assert [r.ratio for r in coarser_in_time(smooth, numerics)] == [2, 4]
    assert all(r.numerics.duration == pytest.approx(numerics.duration) for r in coarser_in_time(smooth, numerics))
    assert (time_order(smooth, numerics), spacing_order(smooth, numerics.grid)) == (6, None)
    sharp = REFERENCES["rectangular"].problem
    numerics = plan(sharp, 1e-3, frames=4).numerics
    first, second = coarser_in_space(sharp, numerics)
    assert 1.15 < first.ratio and 1.05 * first.ratio < second.ratio
    assert (time_order(sharp, numerics), spacing_order(sharp, numerics.grid)) == (3, 5)
    moved = dataclasses.replace(numerics.grid, lower=(numerics.grid.lower[0] + 0.3 * numerics.grid.spacing[0],))
    assert edges_fit(numerics.grid, sharp.potential) and not edges_fit(moved, sharp.potential)
    assert spacing_order(sharp, moved) == 4
    narrow = sharp.replace("potential.width", 3 * float(numerics.grid.spacing[0]))
    assert spacing_order(narrow, numerics.grid) == 3


def test_a_tolerance_below_rounding_is_refused() -> None:
    """1e-13 over thousands of FFT pairs: one sentence that says what rounding leaves, and what can be asked for; nothing is run."""
    problem = REFERENCES["rectangular"].problem
    with pytest.raises(NumericsError, match=r"a tolerance of 1\.0e-13 cannot be met: rounding .* ask for .* or more"):
        certify(problem, 1e-13)
    assert rounding(plan(problem, 1e-4, precision="single").numerics) > 1e-4


def test_a_finer_run_is_not_waited_for_without_end() -> None:
    """Six times the first run, but along one axis at most 1.5e9 point-pairs (half a minute), or twice a first run that was as long."""
    assert _affordable(1e7, MOST_WORK, 1) == MOST_WORK
    assert _affordable(1e8, MOST_WORK, 1) == 6e8
    assert _affordable(5e8, MOST_WORK, 1) == 1.5e9
    assert _affordable(1e9, MOST_WORK, 1) == 2e9
    assert _affordable(1e9, MOST_WORK, 2) == 6e9
    assert _affordable(1e9, 1e8, 1) == 1e8
