"""A particle leaks out of a well, propagated: its lifetime, energy and width against the complex resonance."""

from __future__ import annotations

import numpy as np
import pytest

from wavesim import Grid, Problem
from wavesim.analysis import Decay, Report, certify
from wavesim.analysis.questions.decay._decay import resonance_of
from wavesim.errors import NumericsError, WavesimError
from wavesim.potentials import CoulombBarrier, LeakySquareWell, RectangularBarrier, WellBehindBarrier
from wavesim.propagation import leak_of, plan, propagate
from wavesim.states import GaussianPacket, Trapped

BARRIER = WellBehindBarrier(height=2.0, width=1.0, well_width=2.0)
LEAKY = LeakySquareWell(depth=2.0, well_width=2.0, separation=0.8)
NUCLEUS = CoulombBarrier(depth=0.0, radius=1.3, strength=4.0)


@pytest.fixture(scope="module")
def behind_a_barrier() -> Report:
    return certify(Problem(BARRIER, Trapped()), 2e-3)


def test_behind_a_rectangular_barrier(behind_a_barrier: Report) -> None:
    """Set-up: hard wall, well of width 2, barrier of height 2 and width 1, hbar = m = 1; start in the lowest level of the closed well.

    Formula: Siegert's outgoing-wave condition, k cot(k a) = the logarithmic derivative of exp(ikx) behind the barrier, in closed form for constant V.
    Budget: the report's own bar for each of the three, and 2e-3 for the bar of the lifetime, as asked.
    """
    known = resonance_of(Problem(BARRIER, Trapped()))
    residual = siegert(complex(known.energy, -known.width / 2))
    assert abs(residual) < 1e-7
    numbers = behind_a_barrier.quantities
    for name, value in {
        "lifetime": known.lifetime,
        "resonance_energy": known.energy,
        "resonance_width": known.width,
    }.items():
        assert abs(numbers[name].value - value) <= numbers[name].error
        assert numbers[name].theory["resonance"] == value
    assert numbers["lifetime"].error < 3e-3 * known.lifetime
    assert behind_a_barrier.headline is numbers["lifetime"]


def siegert(energy: complex) -> complex:
    """What must vanish at a complex energy of BARRIER: the sum over both walls of the barrier, in sines and exponentials."""
    k, q = np.sqrt(2 * energy), np.sqrt(2 * (BARRIER.height - energy) + 0j)
    inside = k / np.tan(k * BARRIER.well_width)
    tanh = np.tanh(q * BARRIER.width)
    # psi'/psi at the inner edge of the barrier, from 1 and ik at its outer edge
    return inside - (1j * k - q * tanh) / (1 - 1j * k * tanh / q)


def test_the_start_is_not_fitted(behind_a_barrier: Report) -> None:
    """Set-up: the same run. What is no resonance leaves within a few crossings of the well.

    Formula: the survival falls faster than exp(-t/lifetime) at first, and its fit begins after that; it ends with the record.
    Budget: the fitted curve, continued to time 0, lies off the record by more than the fit's accuracy; between begin and end the record follows it to 2e-3.
    """
    result, numbers = behind_a_barrier.result, behind_a_barrier.quantities
    assert result is not None
    begin, end = numbers["fit_begin"].value, numbers["fit_end"].value
    assert 0 < begin < end == pytest.approx(result.times[-1])
    survival = behind_a_barrier.curves["survival_probability"].values
    fitted = np.exp(-(result.times - end) / numbers["lifetime"].value) * survival[-1]
    window = result.times >= begin
    assert np.max(np.abs(survival[window] / fitted[window] - 1)) < 2e-3
    assert abs(fitted[0] - survival[0]) > 5e-3


def test_nothing_is_lost_and_both_halves_are_alike(behind_a_barrier: Report) -> None:
    """Set-up: the same run, doubled by the mirror in the hard wall at 0.

    Formula: psi(-x) = -psi(x) for ever; norm + absorbed left + absorbed right = 1, as much on either side.
    Budget: rounding, 1e-10, for all three.
    """
    result = behind_a_barrier.result
    assert result is not None
    assert np.max(np.abs(result.final + result.final[::-1])) < 1e-10
    total = result.series["norm"] + result.absorbed.sum(axis=1)
    assert np.max(np.abs(total - 1)) < 1e-10
    left, right = result.absorbed[-1]
    assert left == pytest.approx(right, abs=1e-10)


@pytest.mark.parametrize("well", [LEAKY, NUCLEUS], ids=["no wall", "Coulomb tail"])
def test_other_wells(well: LeakySquareWell | CoulombBarrier) -> None:
    """Set-up: a square well leaking to the right at the level of its bottom; a nucleus of radius 1.3 behind 4/r. Both with coarse grids, one run each.

    Formula: the complex resonance, from slices.
    Budget: the planned spacing for 1e-2, third order: 1e-2 of the lifetime.
    """
    problem = Problem(well, Trapped())
    question = Decay()
    measured = Problem(well, Trapped(), measure=question.observables(problem))
    result = propagate(measured, plan(problem, 1e-2, frames=120, save_psi=False).numerics)
    readings = question.readings(result)
    known = resonance_of(problem)
    assert readings["lifetime"].value == pytest.approx(known.lifetime, rel=1e-2)
    assert readings["resonance_width"].value == pytest.approx(known.width, rel=1e-2)
    assert readings["resonance_energy"].value == pytest.approx(known.energy, abs=1e-2 * abs(known.energy))


@pytest.mark.parametrize("well", [BARRIER, LEAKY, NUCLEUS], ids=["barrier", "no wall", "Coulomb"])
def test_the_planner_knows_the_lifetime_beforehand(well: WellBehindBarrier | LeakySquareWell | CoulombBarrier) -> None:
    """Set-up: what the planner takes the duration from: flux over probability of the outgoing wave at a real energy.

    Formula: the width of the complex resonance, whose corrections are of the order of width/energy, 5 %.
    Budget: 15 % of the rate, 1 % of the energy.
    """
    leak, known = leak_of(Problem(well, Trapped())), resonance_of(Problem(well, Trapped()))
    assert leak.rate == pytest.approx(known.width, rel=0.15)
    assert leak.energy == pytest.approx(known.energy, rel=1e-2)


def test_what_cannot_decay_is_refused() -> None:
    with pytest.raises(NumericsError, match="below the top of its barrier"):
        leak_of(Problem(BARRIER, Trapped(level=3)))
    with pytest.raises(NumericsError, match="above the potential outside"):
        leak_of(Problem(CoulombBarrier(5.0, 2.0, 4.0), Trapped()))
    with pytest.raises(NumericsError, match="needs a well that leaks"):
        plan(Problem(RectangularBarrier(1.0, 1.0), Trapped()))
    with pytest.raises(NumericsError, match="hard wall"):
        propagate(Problem(BARRIER, Trapped(), duration=1.0), grid=Grid.line(-40.0, 41.0, 400))
    with pytest.raises(WavesimError, match="begins with a particle shut in a well"):
        certify(Problem(BARRIER, GaussianPacket(-10.0, 1.0, momentum=1.0)), find=Decay())
