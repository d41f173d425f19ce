"""Derivatives of numbers by every float of a problem, and what uncertain inputs make of a number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import wavesim as ws
from wavesim._typing import TIME
from wavesim.analysis import (
    Decay,
    EnergyForTransmission,
    Levels,
    Motion,
    Splitting,
    Transmission,
    TransmissionAt,
    TransmissionMaxima,
    with_inputs,
)
from wavesim.analysis._gradients import RunGradients
from wavesim.analysis._parameters import Parameter
from wavesim.errors import ArgumentError, WavesimError
from wavesim.observables import ProbabilityIn
from wavesim.potentials import (
    DeltaBarrier,
    DoubleBarrier,
    DoubleDeltaWell,
    EckartBarrier,
    Expression,
    GaussianBarrier,
    GaussianWells,
    Harmonic,
    Layers,
    LeakySquareWell,
    ParabolicBarrier,
    QuarticDoubleWell,
    RectangularBarrier,
    Step,
    Sum,
    TriangularBarrier,
)
from wavesim.states import GaussianPacket, LeftLocalized, Trapped

PACKET = GaussianPacket(-20.0, 2.0, momentum=1.0)
# a complex step of this size leaves an error of 1e-40 in a derivative
TINY = 1e-20


def through_rectangle(energy: Any, height: Any, width: Any, mass: Any = 1.0) -> Any:
    """T below the top, of complex arguments."""
    kappa = np.sqrt(2 * mass * (height - energy))
    return 1 / (1 + height**2 * np.sinh(kappa * width) ** 2 / (4 * energy * (height - energy)))


def test_plane_wave_through_a_rectangle():
    """Height 1, width 1.5, E = 0.3, m = 1: T = 1/(1 + V^2 sinh^2(kappa a)/(4 E (V - E))) in the complex plane, dT/dp = Im T(p + i h)/h.

    Budget: the error that is told, below 1e-9 of each derivative. What the state holds does not matter, and moves nothing.
    """
    moved = ws.sensitivities(ws.Problem(RectangularBarrier(1.0, 1.5), PACKET), find=TransmissionAt(energy=0.3))
    exact = {
        "potential.height": through_rectangle(0.3, 1.0 + 1j * TINY, 1.5).imag / TINY,
        "potential.width": through_rectangle(0.3, 1.0, 1.5 + 1j * TINY).imag / TINY,
        "find.energy": through_rectangle(0.3 + 1j * TINY, 1.0, 1.5).imag / TINY,
        "particle.mass": through_rectangle(0.3, 1.0, 1.5, 1.0 + 1j * TINY).imag / TINY,
    }
    for path, derivative in exact.items():
        assert abs(moved[path].derivative - derivative) <= moved[path].error + 1e-12
        assert moved[path].error < 1e-9 * abs(derivative)
    assert all(abs(entry.derivative) < 1e-10 for entry in moved.entries if entry.path not in exact)
    # the strongest first: 1 % of the width moves T by 0.0032, of the height by 0.0027
    assert [entry.path for entry in moved.entries[:2]] == ["potential.width", "potential.height"]


def test_packet_through_a_rectangle():
    """Packet of k0 = 1, width 4 from -35, m = 1, at a rectangle 2 high and 1 wide: T = int T(k^2/2) exp(-2 s^2 (k - k0)^2) dk s sqrt(2/pi).

    By the trapezoidal rule over 7 deviations on either side (k = 0.125 to 1.875, all below the top), derivatives by complex steps.
    Budget: 1e-9, for exp(-7^2/2) = 2e-11 is cut off.
    """
    s = 4.0
    k = 1.0 + np.linspace(-7, 7, 401) / (2 * s)
    weights = s * math.sqrt(2 / math.pi) * float(k[1] - k[0])

    def mean(height: Any = 2.0, width: Any = 1.0, momentum: Any = 1.0, mass: Any = 1.0) -> Any:
        spectrum = np.exp(-2 * s**2 * (k - momentum) ** 2)
        return np.sum(spectrum * through_rectangle(k**2 / (2 * mass), height, width, mass)) * weights

    moved = ws.sensitivities(ws.Problem(RectangularBarrier(2.0, 1.0), GaussianPacket(-35.0, s, momentum=1.0)))
    assert moved.quantity == "transmitted_probability"
    for path, derivative in {
        "potential.height": mean(height=2.0 + 1j * TINY).imag / TINY,
        "potential.width": mean(width=1.0 + 1j * TINY).imag / TINY,
        "particle.mass": mean(mass=1.0 + 1j * TINY).imag / TINY,
        "state.momentum": mean(momentum=1.0 + 1j * TINY).imag / TINY,
    }.items():
        assert moved[path].derivative == pytest.approx(derivative, abs=1e-9)


def dimensional_sum(moved):
    """sum (l + 2 t) p dQ/dp over all parameters p of dimension length^l time^t mass^m."""
    total = 0.0
    for entry in moved.entries:
        length, time, _ = entry.dimension.powers
        total += (length + 2 * time) * entry.value * entry.derivative
    return total


@pytest.mark.parametrize(
    "potential",
    [
        RectangularBarrier(1.0, 1.5, center=0.7),
        GaussianBarrier(1.0, 0.8, center=-0.4),
        EckartBarrier(1.1, 0.9),
        DoubleBarrier(1.0, 0.6, 2.0),
        TriangularBarrier(1.0, 2.0),
        ParabolicBarrier(1.0, 2.0),
        DeltaBarrier(0.8, center=0.3),
        Step(0.3),
        Layers(((1.0, 0.8), (0.5, -0.4), (0.7, 1.2)), left=0.2, after=0.1),
        Sum((GaussianBarrier(0.9, 0.5), RectangularBarrier(0.6, 0.7, center=2.1), DeltaBarrier(0.2, center=-1.0))),
    ],
    ids=lambda potential: type(potential).__name__,
)
def test_every_float_of_a_kind_against_the_change_of_scale(potential):
    """With hbar = 1 and m fixed, lengths may grow by s and energies by s^-2, and T stays: sum (l + 2 t)_p p dT/dp = 0 over all p.

    Every float of the kind and the energy takes part, each with its own derivative. Budget: 1e-8 of the largest term.
    """
    moved = ws.sensitivities(ws.Problem(potential, PACKET), find=TransmissionAt(energy=0.6))
    largest = max(abs(entry.value * entry.derivative) for entry in moved.entries)
    assert not moved.missing
    assert largest > 1e-3
    assert abs(dimensional_sum(moved)) < 1e-8 * largest


@pytest.mark.parametrize(
    ("problem", "find", "power"),
    [
        (ws.Problem(GaussianWells(2.0, 0.7, 3.2), LeftLocalized()), Splitting(), -2),
        (ws.Problem(QuarticDoubleWell(1.5, 1.8), LeftLocalized()), Splitting(), -2),
        (ws.Problem(DoubleDeltaWell(1.0, 2.5), LeftLocalized()), Splitting(), -2),
        (ws.Problem(Harmonic(0.7), PACKET), Levels(2), -2),
        (ws.Problem(LeakySquareWell(1.5, 1.0, 1.2), Trapped()), Decay(), 2),
        (ws.Problem(DoubleBarrier(1.0, 1.0, 3.0), PACKET), TransmissionMaxima(0.05, 0.8), -2),
        (ws.Problem(RectangularBarrier(1.1, 0.9), PACKET), EnergyForTransmission(0.2), -2),
    ],
    ids=lambda given: type(given).__name__,
)
def test_gaps_levels_lifetimes_and_energies_against_the_change_of_scale(problem, find, power):
    """The same for an energy, which changes by s^-2, and a time, by s^2: sum (l + 2 t)_p p dQ/dp = power Q.

    Budget: 1e-7 of Q.
    """
    moved = ws.sensitivities(problem, find=find)
    assert dimensional_sum(moved) == pytest.approx(power * moved.value, abs=1e-7 * abs(moved.value))


def test_levels_and_gaps_by_hellmann_and_feynman():
    """dE_n/dp = <n|dV/dp|n> for V = x^4/2 - a x^2, p = a: minus <x^2> of the states, whose grid the report of the levels holds.

    Gap likewise by the difference. Budget: 1e-5, by interpolation of psi to the picture's grid.
    """
    quartic = Expression("x^4/2 - a*x^2", parameters={"a": 2.0})
    problem = ws.Problem(quartic, PACKET)
    states = ws.certify(problem, 1e-8, find=Levels(2)).states
    assert states is not None
    x, cell = np.asarray(states.grid.x), float(states.grid.cell)
    means = [-float(np.sum(psi**2 * x**2)) * cell for psi in states.psi]
    for n, mean in enumerate(means):
        moved = ws.sensitivities(problem, f"level_{n}", find=Levels(2), paths=["potential.parameters.a"])
        assert moved["potential.parameters.a"].derivative == pytest.approx(mean, rel=1e-5)
    gap = ws.sensitivities(ws.Problem(quartic, LeftLocalized()), find=Splitting(), paths=["potential.parameters.a"])
    assert gap["potential.parameters.a"].derivative == pytest.approx(means[1] - means[0], rel=1e-5)


def test_one_run_back_says_what_scattering_states_say():
    """Gaussian barrier 0.6 high and 0.8 wide, packet of k0 = 1: dQ/dp = 2 Im int dt <phi|dH/dp|psi> + 2 Re <phi(0)|dpsi(0)/dp>, of V, m and psi(0).

    Two routes that share nothing but the problem: the run there and back, and projections on scattering states. Budget: both bars, and these
    below 1e-3.
    """
    problem = ws.Problem(GaussianBarrier(0.6, 0.8), GaussianPacket(-15.0, 2.0, momentum=1.0))
    run = RunGradients.of(problem, Transmission(), 1e-5, 512)
    stationary = ws.sensitivities(problem)
    for entry in stationary.entries:
        parameter = Parameter(entry.path, entry.value, entry.dimension)
        moved = run.by(parameter, entry.scale)
        derivative, error = moved["transmitted_probability"]
        assert abs(derivative - entry.derivative) <= error + entry.error
        assert error < 1e-3
        # the three shares add to one
        assert sum(share for share, _ in moved.values()) == pytest.approx(0, abs=1e-12)
    with pytest.raises(WavesimError, match="no part of H"):
        run.by(Parameter("duration", 1.0, TIME), 1.0)


def test_a_later_end_of_a_run():
    """Oscillator of frequency 0.7, <x> after a time of 3, by a run there and back: d<x>/dT = <p>/m, which the same run measures.

    Budget: the error that is told, below 1e-3 of it.
    """
    problem = ws.Problem(Harmonic(0.7), GaussianPacket(-2.0, 0.85, momentum=0.5), duration=3.0)
    run = RunGradients.of(problem, Motion(), 1e-6, 64)
    derivative, error = run.by(Parameter("duration", 3.0, TIME), 3.0)["mean_position"]
    assert abs(derivative - run.values["mean_momentum"]) <= error
    assert error < 1e-3 * abs(derivative)


def test_uncertain_inputs_stand_apart():
    """Height 1 +- 0.02, width 1.5 +- 0.1, E = 0.3: the shares are dT/dp times the uncertainty, together their root sum of squares.

    Budget: 1e-9; the error bar itself stays what it was.
    """
    problem, find = ws.Problem(RectangularBarrier(1.0, 1.5), PACKET), TransmissionAt(energy=0.3)
    plain = ws.certify(problem, 1e-8, find=find)
    report = with_inputs(plain, problem, {"potential.height": 0.02, "potential.width": 0.1}, find=find)
    height = 0.02 * through_rectangle(0.3, 1.0 + 1j * TINY, 1.5).imag / TINY
    width = 0.1 * through_rectangle(0.3, 1.0, 1.5 + 1j * TINY).imag / TINY
    assert report.inputs["transmission"] == pytest.approx(
        {"potential.height": height, "potential.width": width}, rel=1e-9
    )
    assert report.input_error("transmission") == pytest.approx(math.hypot(height, width), rel=1e-9)
    assert report.headline.error == plain.headline.error
    assert report.warnings == ()


def test_numbers_of_ones_own_have_a_part_of_the_inputs():
    """Oscillator of frequency w = 0.7 +- 0.01 and a packet at x0 = -2 +- 0.02 with p0 = 0.5, s0 = 0.85: the probability of x > 0 after t = 3 is (1 + erf(x/(s sqrt 2)))/2
    with x = x0 cos wt + p0/w sin wt, s^2 = s0^2 cos^2 wt + sin^2 wt/(2 s0 w)^2. Theory differentiates the means; this number is told by a run back.

    Budget: the value to 1e-6; derivatives to 1e-3, for the plane cuts psi between two points of the grid and the run back sees the sum over points.
    """

    def right(frequency: float, start: float) -> float:
        c, s = math.cos(3.0 * frequency), math.sin(3.0 * frequency)
        spread = math.hypot(0.85 * c, s / (2 * 0.85 * frequency))
        return (1 + math.erf((start * c + 0.5 / frequency * s) / (spread * math.sqrt(2)))) / 2

    packet = GaussianPacket(-2.0, 0.85, momentum=0.5)
    problem = ws.Problem(Harmonic(0.7), packet, duration=3.0, measure={"right": ProbabilityIn(ws.Beyond(0.0))})
    uncertain = {"potential.frequency": 0.01, "state.center": 0.02}
    report = with_inputs(ws.certify(problem, 1e-6, find=Motion()), problem, uncertain, find=Motion())
    step = 1e-4
    by_frequency = (right(0.7 + step, -2.0) - right(0.7 - step, -2.0)) / (2 * step)
    by_center = (right(0.7, -2.0 + step) - right(0.7, -2.0 - step)) / (2 * step)
    assert report["right"].value == pytest.approx(right(0.7, -2.0), abs=1e-6)
    assert report.inputs["right"]["potential.frequency"] == pytest.approx(0.01 * by_frequency, rel=1e-3)
    assert report.inputs["right"]["state.center"] == pytest.approx(0.02 * by_center, rel=1e-3)
    assert report.warnings == ()


def test_what_cannot_be_differentiated():
    problem = ws.Problem(RectangularBarrier(1.0, 1.5), PACKET)
    with pytest.raises(ArgumentError, match="must name numbers of the problem"):
        ws.sensitivities(problem, find=TransmissionAt(energy=0.3), paths=["potential.hight"])
    with pytest.raises(ArgumentError, match="must be a quantity"):
        ws.sensitivities(problem, "gap", find=TransmissionAt(energy=0.3))
    with pytest.raises(WavesimError):
        ws.sensitivities(ws.Problem(Harmonic(1.0), PACKET), find=TransmissionAt(energy=0.3))
