"""Two wells that are tilted against each other, or shaken: Rabi's formula, and tunneling destroyed."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from wavesim import Grid, Problem, Report, WavesimError, certify, plan, propagate
from wavesim.analysis import DrivenPopulations, Populations, lowest_doublet, question_of
from wavesim.potentials import Driven, GaussianWells, QuarticDoubleWell
from wavesim.states import GaussianPacket, LeftLocalized, RightLocalized

WELL, GAP = QuarticDoubleWell(6.0, 1.6), 0.0170767969
# tilt at which the two localized states are apart by the gap: gap 1.6/(2 <S|x|A>)
TILT = 0.009287952


@pytest.fixture(scope="module")
def tilted() -> Report:
    """Wells detuned by their gap, from the right, over one period."""
    problem = Problem(dataclasses.replace(WELL, tilt=TILT), RightLocalized())
    return certify(problem, 1e-4, frames=48)


def test_wells_detuned_by_their_gap_let_half_of_it_over(tilted: Report) -> None:
    """Set-up: 6 ((x/1.6)^2 - 1)^2 tilted so that the localized states differ by the gap of 0.0170768.

    Formula: gap^2/(gap^2 + detuning^2) = 1/2, less 0.12 % for the tails, and the period 2 pi/(sqrt 2 gap) = 260.17, by Rabi's formula;
    the two levels of the tilted well themselves give 0.4994158 and 260.17199. Budget: the run's own bars; 0.2 % between the two theories.
    """
    for name, value, rough in (("largest_transfer", 0.4994158, 0.5), ("tunneling_period", 260.17199, 260.1683)):
        quantity = tilted.quantities[name]
        exact = quantity.theory["levels" if name == "tunneling_period" else "overlap_corrected"]
        assert exact == pytest.approx(value, rel=2e-6)
        assert abs(quantity.value - exact) <= quantity.error < 2e-4 * value, name
        assert quantity.theory["textbook"] == pytest.approx(rough, rel=2e-5)


def test_the_population_of_the_tilted_well_at_every_frame(tilted: Report) -> None:
    """Formula: mean + swing cos(gap t) of the two tilted levels; by Rabi's formula within 1.5e-3. Budget: 2e-5, the bar of the run."""
    curve = tilted.curves["left_population"]
    assert curve.largest_difference < 2e-5
    assert np.max(np.abs(curve.values - curve.theory["textbook"])) < 1.5e-3
    assert curve.values[0] < 0.01 < 0.49 < np.max(curve.values)


def test_localized_states_of_tilted_wells() -> None:
    """Formula: eigenvectors of x within the doublet: orthogonal, and no other combination of the two lies farther to the left."""
    grid = Grid.line(-4.5, 4.5, 80)
    hamiltonian = Problem(dataclasses.replace(WELL, tilt=TILT), LeftLocalized()).hamiltonian(grid)
    left, right = (np.real(state.sample(grid, hamiltonian)) for state in (LeftLocalized(), RightLocalized()))
    x = np.asarray(grid.x)
    assert abs(np.sum(left * right)) < 1e-12
    assert abs(np.sum(left * x * right)) < 1e-12
    assert np.sum(left**2 * x) * grid.cell < -1.4 < 1.4 < np.sum(right**2 * x) * grid.cell


@pytest.fixture(scope="module")
def driven() -> Report:
    """At the zero of J0: A = 2 force 1.4709 = 2.404826 omega; over the transfer time pi/gap of the wells at rest."""
    problem = Problem(Driven(WELL, 0.326985772, 0.4, math.pi / 2), LeftLocalized(), duration=math.pi / GAP)
    return certify(problem, 1e-3, frames=48)


def test_tunneling_is_destroyed_at_the_zero_of_j0(driven: Report) -> None:
    """Set-up: the untilted wells, shaken at omega = 0.4 = 23 gap by a force of 0.327; left alone, 0.9994 would be on the right by then.

    Formula: 2.220e-3 on the right from the twelve lowest levels in the drive; the doublet alone says 1.19e-3. Budget: the run's own
    bar, which is below a third of the tolerance of 1e-3, at the end and on the whole curve.
    """
    assert isinstance(question_of(driven.result.problem), DrivenPopulations)
    headline = driven.headline
    assert headline.name == "right_population"
    assert headline.theory["few_levels"] == pytest.approx(2.22e-3, rel=1e-3)
    assert abs(headline.value - headline.theory["few_levels"]) <= headline.error < 3e-4
    assert headline.theory["two_level"] == pytest.approx(1.193e-3, rel=1e-3)
    curve = driven.curves["left_population"]
    assert curve.largest_difference <= curve.largest_error < 3e-4
    # the tail of the doublet's states, and what the drive pushes to and fro meanwhile
    assert np.min(curve.values) > 0.99


def test_no_drive_is_no_drive() -> None:
    """Formula: with a force of 0 the three theories are one: (1 + O cos(gap t))/2. Budget: the integrator, 1e-8."""
    problem = Problem(Driven(WELL, 0.0, 0.4), RightLocalized(), duration=100.0)
    predicted = DrivenPopulations().predictions(problem, 100.0)["left_population"]
    doublet = lowest_doublet(problem)
    assert doublet is not None and doublet.gap == pytest.approx(GAP, rel=1e-8)
    exact = (1 - doublet.overlap * math.cos(doublet.gap * 100)) / 2
    assert predicted == {name: pytest.approx(exact, abs=1e-8) for name in ("few_levels", "two_level", "bessel")}


def test_questions_that_do_not_fit_are_refused() -> None:
    driven = Problem(Driven(WELL, 0.1, 0.4), LeftLocalized(), duration=10.0)
    packet = dataclasses.replace(driven, state=GaussianPacket(-1.6, 0.3, 0.0))
    for problem, find, words in (
        (driven, Populations(), "ask for driven_populations"),
        (packet, DrivenPopulations(), "take left_localized"),
        (Problem(WELL, LeftLocalized()), DrivenPopulations(), "a potential of kind driven"),
    ):
        with pytest.raises(WavesimError, match=words):
            certify(problem, find=find)


def test_what_a_drive_tears_out_of_shallow_wells_does_not_come_back() -> None:
    """Set-up: two Gaussian wells 5.72 deep, a force of 0.231 that turns with 0.871 for 24.56; some 1e-5 of the particle is torn out.

    Formula: the left population is 0.4660079 by spectral elements and Dormand and Prince's method (`tests.oracle`, to 1.3e-6), and by Strang's splitting in
    boxes of 80 and 160; a box that holds the wells alone has 0.46595, for what is torn out comes round. Budget: 1e-5, ten of the tolerance that is planned for.
    """
    wells = GaussianWells(depth=5.72284, width=0.8, separation=2.84535)
    shaken = Driven(wells, force=0.23109, frequency=0.871025, phase=0.62524)
    problem = Problem(shaken, RightLocalized(), duration=24.5598)
    problem = dataclasses.replace(problem, measure=DrivenPopulations().observables(problem))
    result = propagate(problem, plan(problem, 1e-6, frames=24).numerics)
    assert float(result.series["left_population"][-1]) == pytest.approx(0.4660079, abs=1e-5)
    assert np.sum(np.abs(result.psi[:, [0, -1]]) ** 2) < 1e-8
