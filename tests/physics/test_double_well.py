"""The particle in two wells: the tunneling period, and the population of the left well at every frame."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.problems import REFERENCES, tagged
from wavesim import Before, Beyond, Problem, Report, certify, plan, propagate, theory
from wavesim.analysis import fit_oscillation, lowest_doublet
from wavesim.observables import Energy, ProbabilityIn
from wavesim.potentials import QuarticDoubleWell
from wavesim.states import Eigenstate, LeftLocalized, RightLocalized, Superposition


@pytest.fixture(scope="module")
def quartic() -> Report:
    """The quartic well (x^2 - 4)^2/2, certified to 1e-5 of its period of 8287."""
    return certify(REFERENCES["quartic"].problem, 1e-5, frames=64)


def test_the_period_of_the_quartic_well(quartic: Report) -> None:
    """Set-up: (x^2 - 4)^2/2 from the left-localized state over one period, the period fitted to the recorded population.

    Formula: 2 pi/7.58187710306886e-4 = 8287.11046323; the gap from two parity blocks, no propagation.
    Budget: the run's own bar, which is below 1e-6 of the period (measured: 3e-5 absolute, 4e-9 relative).
    """
    exact = 2 * math.pi / REFERENCES["quartic"].numbers["gap"]
    period = quartic.quantities["tunneling_period"]
    assert quartic.headline is period
    assert abs(period.value - exact) <= period.error < 1e-6 * exact, f"{period.value} +- {period.error:.1e}"
    assert quartic.quantities["transfer_time"].value == pytest.approx(exact / 2, rel=1e-8)


def test_the_left_population_at_every_frame(quartic: Report) -> None:
    """Set-up: the same run, 65 frames.

    Formula: P_left = (1 + O cos(gap t))/2 with O = 2 int_0^inf psi_S psi_A dx = 0.99996670; the textbook's cos^2 has O = 1.
    Budget: 1e-6 at every frame (measured: 3e-7), so that the textbook, 1.7e-5 away at the start, is told apart.
    Left and right add to the norm, which rounding moves by 1e-16 for each of the 1.2 million FFT pairs: 1e-9.
    """
    curve = quartic.curves["left_population"]
    doublet = lowest_doublet(REFERENCES["quartic"].problem)
    assert doublet is not None
    exact = np.asarray(theory.right_population(curve.points, doublet.gap, doublet.overlap))
    assert np.max(np.abs(curve.values - exact)) < 1e-6
    assert curve.largest_difference <= curve.largest_error
    assert abs(curve.values[0] - 1) > 1e-5
    both = curve.values + quartic.curves["right_population"].values
    assert np.max(np.abs(both - 1)) < 1e-9


def test_the_square_wells() -> None:
    """Set-up: two wells of depth 4 and width 1, 1 apart; sharp edges, so Chebyshev steps; from the right, one period.

    Formula: gap = 0.203165722632 from the transcendental equation; period 30.9264050.
    Budget: the planner's spacing for 1e-4 (third order in it): 1e-4 of the period.
    """
    reference = REFERENCES["square"]
    problem = Problem(reference.problem.potential, RightLocalized(), measure={"right": ProbabilityIn(Beyond(0.0))})
    result = propagate(problem, tolerance=1e-4, frames=48)
    fit = fit_oscillation(result.times, result.series["right"])
    assert fit.period == pytest.approx(2 * math.pi / reference.numbers["gap"], rel=1e-4)
    assert result.series["right"][0] > 0.98


def test_both_tunneling_references_are_tested() -> None:
    """A new double well in the table needs its own test here."""
    assert tagged("tunneling") == ["quartic", "square"]


def test_left_and_right_are_mirror_images_and_superpositions_agree() -> None:
    """Set-up: a softer quartic well (gap 0.16) for t = 3: from the left, from the right, and from (psi_0 - psi_1)/sqrt 2.

    Formula: by symmetry P_left of one is P_right of the other; the superposition of levels is the localized state up to a sign.
    Budget: the same grid, the same steps: rounding, 1e-12.
    """
    well = QuarticDoubleWell(2.0, 1.2)
    measure = {
        "left": ProbabilityIn(Before(0.0)),
        "right": ProbabilityIn(Beyond(0.0)),
        "energy": Energy(),
    }
    left = Problem(well, LeftLocalized(), duration=3.0, measure=measure)
    numerics = plan(left, 1e-4, frames=6, save_psi=False).numerics
    one = propagate(left, numerics).series
    two = propagate(Problem(well, RightLocalized(), measure=measure), numerics).series
    three = propagate(
        Problem(well, Superposition((Eigenstate(0), Eigenstate(1)), (1.0, -1.0)), measure=measure), numerics
    ).series
    assert np.max(np.abs(one["left"] - two["right"])) < 1e-12
    assert np.max(np.abs(one["left"] - three["left"])) < 1e-10
    assert one["left"][0] > 0.9 > one["left"][-1]
    assert np.max(np.abs(one["energy"] - two["energy"])) < 1e-12
