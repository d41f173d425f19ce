"""Packets too slow to wait for: their end by scattering states, and a run that misses its tolerance beside it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from tests.oracle._line import Line
from tests.oracle._scattering import Gaussian, shares
from wavesim import Problem, WavesimError, certify
from wavesim._typing import DIMENSIONLESS
from wavesim.analysis import Quantity, Report, Transmission, TransmissionCurve
from wavesim.analysis.bars import Estimate
from wavesim.potentials import DeltaBarrier, DeltaWell, RectangularBarrier, Step, Sum
from wavesim.states import GaussianPacket, WaveFunction
from wavesim.units import eV, m_e, nm


def test_a_packet_that_cannot_climb_a_step_comes_back() -> None:
    """Set-up: momentum 0.25 +- 0.07 before a step of height 1; a run would take 1.6e9 point-pairs.

    Formula: T is the part of the packet above k = sqrt(2): 16 spreads away, below 1e-60; R = 1.
    Budget: the bar, a thousandth of the tolerance of 1e-4.
    """
    report = certify(Problem(Step(1.0), GaussianPacket(-140.0, 7.0710678118654755, 0.25)))
    assert report.record is None and report.runs == 0
    assert report.quantities["transmitted_probability"].value < 1e-60
    assert (
        abs(report.quantities["reflected_probability"].value - 1.0) <= report.quantities["reflected_probability"].error
    )
    assert report.headline.error <= 1.1e-7 and report.reached and report.notes


def test_a_cliff_reflects_by_its_closed_form() -> None:
    """Set-up: momentum 1 +- 1/12 to a cliff of -100, k_2 = 14.2: slow and fast waves on one grid.

    Formula: R averaged over the packet is 0.7540276230, the closed form ((k_1 - k_2)/(k_1 + k_2))^2 integrated apart.
    """
    report = certify(Problem(Step(-100.0), GaussianPacket(-60.0, 6.0, 1.0)), 1e-3)
    back = report.quantities["reflected_probability"]
    assert abs(back.value - 0.7540276230) <= back.error <= 1e-3
    assert back.agrees


def test_what_lingers_is_not_waited_for() -> None:
    """Set-up: the mean energy is the height, 50: a sliver stays on the top for very long; the run's bar is the undecided part, a few per cent.

    Formula: the average of the rectangle's T, 0.2295856887. The run, with its wide bar, must hold it too, and stands beside it.
    """
    problem = Problem(RectangularBarrier(50.0, 5.0), GaussianPacket(-20.0, 1.0, 10.0))
    report = certify(problem, 1e-3)
    head = report.headline
    assert report.record is not None
    assert abs(head.value - 0.2295856887) <= head.error <= 1e-3
    assert next(iter(head.theory)) == "propagation" and head.agrees
    assert head.theory_error > 1e-3
    assert "duration" in report.notes[0]


def test_a_run_of_ones_own_is_made() -> None:
    """With a duration given, the end of that record is asked for, and its undecided part stays in the bar."""
    problem = dataclasses.replace(Problem(RectangularBarrier(2.0, 1.0), GaussianPacket(-12.0, 2.0, 1.0)), duration=8.0)
    report = certify(problem, 1e-3)
    assert report.record is not None and not report.notes
    assert report.headline.error > 1e-3 and report.warnings


def test_a_probability_below_all_numbers_is_refused_with_its_logarithm() -> None:
    """5 eV, 40 nm thick, at 1 eV: 2 kappa a = 820, log10 T = -356 at the mean energy; the packet's fast tail makes it 10^-341.61.

    Asked for as a fraction of itself it is no number in double precision, and said so at once.
    """
    packet = GaussianPacket(center=-40 * nm, width=3 * nm, energy=1 * eV)
    problem = Problem(RectangularBarrier(5 * eV, 40 * nm), packet, mass=1 * m_e)
    with pytest.raises(WavesimError, match=r"10\^-341\.6"):
        certify(problem, 0.05, find=Transmission(relative=True))


def test_the_tail_that_starts_inside_is_counted_as_written() -> None:
    """Set-up: Eckart's barrier 1.6 widths before the packet's center; what starts inside interferes.

    Formula: 0.796187790 by projection of the packet as written (integration of the stationary equation, elsewhere); the average of T is 0.7723.
    """
    from wavesim.potentials import EckartBarrier

    problem = Problem(EckartBarrier(0.617807, 0.817378, 0.728354), GaussianPacket(-4.71872, 3.47855, 1.19715))
    head = certify(problem, 0.00575).headline
    assert abs(head.value - 0.796187790) <= head.error <= 0.00575
    assert math.isclose(next(iter(head.theory.values())), 0.796187790, abs_tol=1e-8)


def test_a_written_start_is_answered_by_the_average_where_a_run_would_take_long() -> None:
    """Set-up: the Gaussian of a packet, 12 of its widths before a rectangular barrier, written as a formula, to a tolerance of 1e-9.

    Formula: T(E) averaged over the momenta of either, which are the same. Budget: both bars; the average knows of no interference with a tail
    of 1e-33 inside.
    """
    barrier = RectangularBarrier(1.0, 1.0)
    written = WaveFunction("exp(-((x - a)/(2*w))^2)", {"a": -35.0, "w": 2.5}, momentum=1.2)
    packet = GaussianPacket(-35.0, 2.5, 1.2)
    one, other = (certify(Problem(barrier, state), 1e-9) for state in (written, packet))
    assert one.record is None and one.reached
    numbers = [report.quantities["transmitted_probability"] for report in (one, other)]
    assert abs(numbers[0].value - numbers[1].value) <= numbers[0].error + numbers[1].error


@pytest.mark.parametrize("find", [Transmission(), TransmissionCurve(count=21)], ids=["share", "curve"])
def test_three_deltas_that_lie_on_no_grid_are_answered_by_scattering_states(
    find: Transmission | TransmissionCurve,
) -> None:
    """Set-up: deltas at 0, 1 and 1 + sqrt(2)/3, whose distances no spacing divides, and a packet of k = 1.3.

    Formula: each delta is a matrix that makes psi' jump by 2 s psi, multiplied with free flight between them; T averaged over the packet's momenta.
    Budget: the bar, of 2e-13 for the curve's average; beyond 7.7 deviations, 1e-14 of the packet is left out here.
    """
    places, strengths = (0.0, 1.0, 1 + math.sqrt(2) / 3), (0.4, 0.7, -0.3)
    deltas = (DeltaBarrier(s, x) if s > 0 else DeltaWell(-s, x) for s, x in zip(strengths, places, strict=True))
    report = certify(Problem(Sum(tuple(deltas)), GaussianPacket(-30.0, 3.0, 1.3)), 1e-3, find=find)
    k = 1.3 + np.linspace(-7.7, 7.7, 4001) / (2 * 3.0)
    psi, slope, at = np.ones(len(k), complex), 1j * k, places[-1]
    for x, s in zip(reversed(places), reversed(strengths), strict=True):
        turn = k * (at - x)
        psi, slope = psi * np.cos(turn) - slope / k * np.sin(turn), slope * np.cos(turn) + k * psi * np.sin(turn)
        slope, at = slope - 2 * s * psi, x
    through = 1 / np.abs((psi + slope / (1j * k)) / 2) ** 2
    weight = np.exp(-(((k - 1.3) * 6.0) ** 2) / 2)
    known = float(np.sum(through * weight) / np.sum(weight))
    assert report.record is None and report.reached and "no grid has points" in report.notes[0]
    assert abs(report.headline.value - known) <= report.headline.error


def test_no_average_stands_beside_a_packet_that_starts_between_two_barriers() -> None:
    """Set-up: width 0.8 and momentum 0.7 between two barriers of 1.1 and 0.9, 4.7 apart; what starts there has no momentum that comes in.

    Formula: the projection on scattering states is the number itself; T averaged over momenta is 0.298 and speaks of another packet.
    """
    inside = Sum((RectangularBarrier(1.1, 0.8, -2.6), RectangularBarrier(0.9, 0.6, 2.8)))
    report = certify(Problem(inside, GaussianPacket(0.3, 0.8, 0.7)))
    assert report.headline.value == pytest.approx(0.82233353, abs=1e-6)
    assert all(abs(value - 0.298) > 0.1 for value in report.headline.theory.values())


def test_a_theory_that_may_be_off_by_half_of_the_number_is_no_confirmation() -> None:
    """0.5 +- 1e-7 beside 0.3 +- 0.25: inside both bars, and nothing learned."""
    number = Quantity("transmitted_probability", 0.5, 1e-7, DIMENSIONLESS, {}, {"scattering": Estimate(0.3, 0.25)})
    report = Report(None, 1e-4, {number.name: number}, {}, (), 0, 0, 0.0)
    assert number.agrees and report.verdict(number) == "undecided"


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5])
@pytest.mark.parametrize("center", [-4.7, -12.0])
def test_a_curve_tells_the_share_of_the_packet_as_it_is_written(center: float, tolerance: float) -> None:
    """Set-up: the three deltas again, and packets of width 3.4 whose tails begin among them: at -4.7 they pass 0.03 more than the average of T over their momenta.

    Formula: the oracle's projection on the states that leave. Budget: the bar, which does not depend on the tolerance, and the oracle's own error.
    """
    places, strengths = (0.0, 1.0, 1 + math.sqrt(2) / 3), (0.4, 0.7, -0.3)
    deltas = (DeltaBarrier(s, x) if s > 0 else DeltaWell(-s, x) for s, x in zip(strengths, places, strict=True))
    report = certify(
        Problem(Sum(tuple(deltas)), GaussianPacket(center, 3.4, 1.2)), tolerance, find=TransmissionCurve(count=21)
    )
    line = Line(lambda x, t: 0.0 * x, (0.0, 0.0), (-0.5, 2.0), spikes=tuple(zip(places, strengths, strict=True)))
    known = shares(line, 1.0, Gaussian(((1.0, center, 3.4, 1.2),)))
    share = report["transmitted_probability"]
    assert abs(share.value - known.right) <= share.error + known.error
    assert share.error < 1e-8
