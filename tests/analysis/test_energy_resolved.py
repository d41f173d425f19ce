"""T(E) and R(E) of one packet, as curves, against closed forms; and that the error bars at each energy mean something."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from wavesim import Problem, WavesimError, certify, theory
from wavesim.analysis import EnergyResolved, TransmissionCurve, transmission_curve
from wavesim.analysis.questions.curves._soft_detector import free_correlation, packet_amplitude
from wavesim.potentials import (
    DeltaBarrier,
    DoubleBarrier,
    EckartBarrier,
    Harmonic,
    RectangularBarrier,
    Step,
    Sum,
    TriangularBarrier,
)
from wavesim.states import GaussianPacket, LeftLocalized


@dataclasses.dataclass(frozen=True)
class Case:
    """A problem, the tolerance, and T(E) in closed form."""

    problem: Problem
    tolerance: float
    exact: Callable[[np.ndarray], object]


CASES = {
    "eckart": Case(
        Problem(EckartBarrier(1.0, 1.0), GaussianPacket(-29.0, 3.0, 1.3), duration=460.0),
        1e-4,
        lambda e: theory.eckart_transmission(e, 1.0, 1.0),
    ),
    "rectangular": Case(
        Problem(RectangularBarrier(1.0, 1.5), GaussianPacket(-45.0, 5.0, 1.1), duration=305.0),
        1e-4,
        lambda e: theory.rectangular_transmission(e, 1.0, 1.5),
    ),
    "step_from_the_right": Case(
        Problem(Step(0.4), GaussianPacket(40.0, 4.0, -1.2), duration=300.0),
        1e-3,
        lambda e: theory.step_transmission(e, -0.4),
    ),
}


@pytest.fixture(scope="module", params=CASES)
def measured(request: pytest.FixtureRequest) -> tuple[EnergyResolved, np.ndarray]:
    """The curve of each case, and T(E) in closed form."""
    case = CASES[request.param]
    curve = transmission_curve(case.problem, case.tolerance)
    return curve, np.asarray(case.exact(curve.energies))


def test_the_whole_band_agrees_with_the_closed_form(measured: tuple[EnergyResolved, np.ndarray]) -> None:
    """Set-up: V = sech^2 x met by momentum 1.3, width 3 (E from 0.10 to 2.4); a rectangular barrier of height 1 and width 1.5 met by
    momentum 1.1, width 5 (0.16 to 1.3), both at a tolerance of 1e-4; a step of 0.4 met from above at 1e-3.

    Formula: t(E) = sqrt(k k')/(2 pi m) int dt exp(iEt) <chi|psi(t)>/(phi_chi(k')* phi_0(k)); T in closed form, R = 1 - T.
    Budget: the tolerance at every energy, and each bar covers its own difference at 99 % of the energies (asked by the specification).
    Measured: 5e-8 for the first, 3e-6 for the second.
    """
    curve, exact = measured
    assert len(curve.energies) >= 195
    assert np.max(np.abs(curve.transmission - exact)) < curve.tolerance
    assert np.max(np.abs(curve.reflection - (1 - exact))) < curve.tolerance
    assert np.mean(np.abs(curve.transmission - exact) <= curve.transmission_error) >= 0.99
    assert np.mean(np.abs(curve.reflection - (1 - exact)) <= curve.reflection_error) >= 0.99
    assert curve.covered >= 0.99
    assert np.allclose(curve.theory, exact, atol=1e-11)


def test_the_bars_are_as_small_as_was_asked(measured: tuple[EnergyResolved, np.ndarray]) -> None:
    """Bars of T and R below the tolerance everywhere: no coverage by despair. They are the sum of their parts, and no warning is left."""
    curve, _ = measured
    assert max(np.max(curve.transmission_error), np.max(curve.reflection_error)) <= curve.tolerance
    assert {"time_step", "grid", "absorber", "duration", "start", "rounding"} == set(curve.budget)
    assert np.allclose(np.sum(list(curve.budget.values()), axis=0), curve.transmission_error)
    assert curve.warnings == ()


def test_transmission_and_reflection_add_to_one(measured: tuple[EnergyResolved, np.ndarray]) -> None:
    """T and R come from different detectors, so T + R = 1 is a check; budget: the two bars together."""
    curve, _ = measured
    assert np.max(np.abs(curve.balance - 1)) < curve.tolerance
    assert np.mean(np.abs(curve.balance - 1) <= curve.transmission_error + curve.reflection_error) >= 0.99


def test_a_record_that_ends_too_early_says_so() -> None:
    """Set-up: the rectangular barrier, but the record ends at 130, when the slow part of the packet is still on its way.

    Expected: the slowest energies are wrong by more than 1e-3, their bars say so, and the warning names the record's end.
    """
    case = CASES["rectangular"]
    curve = transmission_curve(dataclasses.replace(case.problem, duration=130.0), 1e-3)
    off = np.abs(curve.transmission - np.asarray(case.exact(curve.energies)))
    assert np.max(off) > 1e-3
    assert np.mean(off <= curve.transmission_error) >= 0.99
    assert "duration" in curve.warnings[0]


def test_the_free_correlation_is_the_integral_over_momenta() -> None:
    """<chi|exp(-iTt)|psi> = int phi_chi* phi_0 exp(-i k^2 t/2m) dk, summed at 20001 momenta: equal to rounding, 1e-13."""
    chi, psi, mass = GaussianPacket(-5.0, 1.5, -0.4), GaussianPacket(-8.0, 2.0, 0.9), 1.7
    times, k = np.array([0.0, 3.0, 17.0]), np.linspace(-8, 8, 20001)
    amplitudes = np.conj(packet_amplitude(k, -5.0, 1.5, -0.4)) * packet_amplitude(k, -8.0, 2.0, 0.9)
    summed = [np.trapezoid(amplitudes * np.exp(-1j * k**2 * t / (2 * mass)), k) for t in times]
    assert np.max(np.abs(free_correlation(times, chi, psi, mass) - summed)) < 1e-13


def test_what_cannot_be_measured_is_refused() -> None:
    barrier = RectangularBarrier(1.0, 1.5)
    with pytest.raises(WavesimError, match="take a gaussian_packet"):
        transmission_curve(Problem(barrier, LeftLocalized()))
    with pytest.raises(WavesimError, match="flat on both sides"):
        transmission_curve(Problem(Harmonic(1.0), GaussianPacket(0.0, 1.0, 1.0)))
    with pytest.raises(WavesimError, match="band"):
        transmission_curve(Problem(barrier, GaussianPacket(-30.0, 3.0, 1.6)), energies=np.array([9.0]))


def test_a_curve_whose_run_would_take_minutes_needs_none() -> None:
    """Set-up: two thin wells and a packet so short that its slowest waves would take minutes to leave: 5e9 point-pairs.

    Formula: T of two rectangles in closed form, which the scattering states know. Budget: their bar, a thousandth of the tolerance.
    """
    problem = Problem(DoubleBarrier(-0.2, 0.2, separation=1.1), GaussianPacket(-26.0, 3.5, 1.26))
    question = TransmissionCurve(count=41)
    assert question.planned(problem, 5e-6) is None
    report = certify(problem, 5e-6, find=question)
    curve = report.curves["transmission"]
    exact = theory.double_rectangular_transmission(curve.points, -0.2, 0.2, 1.1)
    assert report.runs == 0 and "nothing was propagated" in report.notes[0]
    assert np.all(np.abs(curve.values - exact) <= curve.error)
    assert np.max(curve.error) < 1e-8


def test_a_curve_of_a_long_run_is_confirmed_by_a_shorter_one() -> None:
    """Set-up: a delta beside a slope, for which the run would take 6e9 point-pairs; one for a hundred times the tolerance takes 1e8."""
    sum_of = Sum((TriangularBarrier(0.5, 1.0), DeltaBarrier(0.9, center=5.6)))
    problem = Problem(sum_of, GaussianPacket(-43.0, 5.6, 1.07))
    report = certify(problem, 1e-6, find=TransmissionCurve(count=21))
    assert report.reached and report.runs > 0
    assert "the run confirms" in report.notes[0]
