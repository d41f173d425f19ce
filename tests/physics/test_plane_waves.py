"""Answers for plane waves: T at one energy, the energies at which T takes a value, and its maxima; nothing is propagated."""

from __future__ import annotations

import math

import numpy as np
import pytest

import wavesim as ws
from wavesim.analysis import (
    EnergyForTransmission,
    ReflectionMaxima,
    TransmissionAt,
    TransmissionMaxima,
)
from wavesim.errors import ArgumentError, WavesimError
from wavesim.potentials import (
    DeltaBarrier,
    DeltaWell,
    DoubleBarrier,
    Driven,
    EckartBarrier,
    Expression,
    GaussianBarrier,
    Harmonic,
    RectangularBarrier,
    Step,
    Sum,
)
from wavesim.states import GaussianPacket

FROM_LEFT, FROM_RIGHT = GaussianPacket(-20.0, 2.0, momentum=1.0), GaussianPacket(20.0, 2.0, momentum=-1.0)


def asked(potential, find, state=FROM_LEFT, tolerance=1e-8):
    return ws.certify(ws.Problem(potential, state), tolerance, find=find)


@pytest.mark.parametrize("width", [3.0, 30.0, 300.0, 3000.0])
def test_rectangle_at_any_depth(width):
    """Rectangle of height 1, E = 0.2, m = 1: T = 1/(1 + sinh^2(kappa a)/(4 E (1 - E))), kappa = sqrt(1.6).

    From a = 300 on T is below 1e-308; log10 T = log10(16 E (1 - E)) - 2 kappa a/ln 10 there, to exp(-2 kappa a).
    Budget: 1e-13 of log10 T, rounding of kappa a.
    """
    report = asked(RectangularBarrier(1.0, width), TransmissionAt(energy=0.2))
    exponent = 2 * math.sqrt(1.6) * width
    # sinh^2 = (exp(exponent) - 2 + exp(-exponent))/4, divided by exp(exponent)
    scaled = (1 - 2 * math.exp(-exponent) + math.exp(-2 * exponent)) / 4
    exact = -(exponent + math.log(math.exp(-exponent) + scaled / 0.64)) / math.log(10)
    log = report.quantities["log10_transmission"]
    assert abs(log.value - exact) <= log.error + 2e-16 * abs(exact)
    assert log.error < 1e-12 * abs(exact)
    assert log.agrees
    assert abs(report.headline.value - 10**exact) <= report.headline.error + 1e-13 * 10**exact
    assert report.reached and report.certified


def test_smooth_barrier_beside_its_closed_form():
    """V = 2/cosh^2(x/0.8), E = 0.7, m = 1: T = sinh^2 s/(sinh^2 s + cosh^2 u), s = pi k a, u = (pi/2) sqrt(8 m V0 a^2 - 1).

    Landau and Lifshitz, section 25, problem 4. Budget: the two bars.
    """
    k, a = math.sqrt(1.4), 0.8
    s, u = math.pi * k * a, math.pi / 2 * math.sqrt(8 * 2.0 * a * a - 1)
    exact = math.sinh(s) ** 2 / (math.sinh(s) ** 2 + math.cosh(u) ** 2)
    report = asked(Expression("2/cosh(x/0.8)^2"), TransmissionAt(energy=0.7))
    assert abs(report.headline.value - exact) <= report.headline.error + 1e-14
    assert "slices" in report.headline.theory and report.headline.agrees


def test_delta_beside_a_hill_has_no_second_route_and_is_right():
    """Two deltas of strength 0.7 at 0 and 1.3, m = 1, E = 0.5 (k = 1): T by the product of three matrices of (psi, psi').

    Matrices of a delta: psi' jumps by 2 m g psi. Budget: 1e-13.
    """
    k, g, d = 1.0, 0.7, 1.3
    kick = np.array([[1, 0], [2 * g, 1]])
    free = np.array([[math.cos(k * d), math.sin(k * d) / k], [-k * math.sin(k * d), math.cos(k * d)]])
    m = kick @ free @ kick
    psi, slope = np.linalg.solve(m, np.array([1.0, 1j * k]))
    exact = 1 / abs((psi - 1j * slope / k) / 2) ** 2
    report = asked(Sum((DeltaBarrier(g), DeltaBarrier(g, center=d))), TransmissionAt(energy=0.5))
    assert report.headline.value == pytest.approx(exact, rel=1e-13)
    assert not report.headline.theory


@pytest.mark.parametrize("state", [FROM_LEFT, FROM_RIGHT])
def test_both_sides_pass_the_same(state):
    """Reciprocity: at one total energy T is the same from both sides. Step of 1 with a hill: E = 1.5 from the left, 0.5 from the right.

    Budget: 1e-12 between the two.
    """
    hill = Sum((Step(1.0), GaussianBarrier(0.5, 1.0, center=2.0)))
    kinetic = 1.5 if state is FROM_LEFT else 0.5
    other = 2.0 - kinetic
    here = asked(hill, TransmissionAt(energy=kinetic), state).headline
    there = asked(hill, TransmissionAt(energy=other), FROM_RIGHT if state is FROM_LEFT else FROM_LEFT).headline
    assert here.value == pytest.approx(there.value, rel=1e-12)
    assert 0.1 < here.value < 0.999


def test_closed_far_side_sends_all_back():
    """Step of 1, E = 0.5: R = 1, T = 0 exactly, and no logarithm."""
    report = asked(Step(1.0), TransmissionAt(energy=0.5))
    assert report.headline.value == 0.0
    assert report.quantities["reflection"].value == pytest.approx(1.0, abs=1e-14)
    assert "log10_transmission" not in report.quantities
    assert any("cannot leave" in note for note in report.notes)


def test_energy_is_the_packets_where_none_is_given():
    """Packet of momentum 1, m = 1: E = 0.5. Budget: none, it is the same call."""
    barrier = RectangularBarrier(1.0, 2.0)
    assert asked(barrier, TransmissionAt()).headline.value == asked(barrier, TransmissionAt(energy=0.5)).headline.value


def test_maxima_of_a_rectangle():
    """Rectangle of height 1 and width 3, m = 1: T = 1 where q a = n pi, E_n = 1 + (n pi/3)^2/2 = 1.548311, 3.193245, 5.934802.

    Between them R has a maximum near every odd q a/(pi/2). Budget: the bars, below 1e-10.
    """
    exact = [1 + (n * math.pi / 3) ** 2 / 2 for n in (1, 2, 3)]
    report = asked(RectangularBarrier(1.0, 3.0), TransmissionMaxima(0.1, 6.0))
    found = [q for name, q in report.quantities.items() if name.startswith("maximum_energy")]
    assert len(found) == 3
    for quantity, energy in zip(found, exact, strict=True):
        assert abs(quantity.value - energy) <= quantity.error
        assert quantity.error < 1e-10 * energy
        assert quantity.agrees
    assert report.quantities["maximum_transmission_3"].value == pytest.approx(1.0, abs=1e-13)
    between = asked(RectangularBarrier(1.0, 3.0), ReflectionMaxima(0.1, 6.0))
    tops = [q.value for name, q in between.quantities.items() if name.startswith("maximum_energy")]
    assert [a < top < b for a, top, b in zip(exact[:-1], tops, exact[1:], strict=True)] == [True, True]


def test_ramsauer_minimum_of_a_well():
    """Well of depth 2 and width 2, m = 1: T = 1 where sqrt(2(E + 2)) 2 = n pi, E = (n pi/2)^2/2 - 2: 2.934802 (n = 2), 9.103305 (n = 3).

    Budget: the bars.
    """
    report = asked(RectangularBarrier(-2.0, 2.0), TransmissionMaxima(0.5, 12.0))
    found = [q for name, q in report.quantities.items() if name.startswith("maximum_energy")]
    for quantity, n in zip(found, (2, 3), strict=True):
        assert abs(quantity.value - ((n * math.pi / 2) ** 2 / 2 - 2)) <= quantity.error < 1e-10


def test_resonances_far_narrower_than_any_sampling():
    """Two barriers of height 1 and width 8, 5 apart, m = 1: the lowest resonances are 1e-10 and 1e-7 of their energy wide, and T = 1 at their tops.

    Where T = 1 by symmetry phase(r_one barrier) closes the round trip: exact from the closed form at the found energy. Budget: T within 1e-3 of 1, which holds
    only within a sixtieth of a width about the top.
    """
    barrier = DoubleBarrier(1.0, 8.0, 5.0)
    report = asked(barrier, TransmissionMaxima(0.01, 0.9))
    energies = [q.value for name, q in report.quantities.items() if name.startswith("maximum_energy")]
    assert len(energies) == 2
    for energy in energies:
        exact = float(ws.theory.double_rectangular_transmission(energy, 1.0, 8.0, 5.0))
        assert exact == pytest.approx(1.0, abs=1e-3)
        # a millionth of the energy away nothing passes
        assert float(ws.theory.double_rectangular_transmission(energy * (1 + 1e-6), 1.0, 8.0, 5.0)) < 0.2


@pytest.mark.parametrize(
    ("potential", "value"),
    [
        (RectangularBarrier(1.0, 3.0), 0.5),
        (RectangularBarrier(1.0, 3.0), 1e-3),
        (EckartBarrier(2.0, 1.0), 0.3),
        (DeltaBarrier(1.0), 0.5),
        (Step(1.0), 0.5),
        (RectangularBarrier(3.0, 40.0), 1e-60),
    ],
)
def test_lowest_energy_at_which_t_takes_a_value(potential, value):
    """E with T(E) = value, and T below that for every smaller E (monotonic here). Asked back: T(E) must be the value.

    Budget: the bar of E times the slope, and 1e-12.
    """
    energy = asked(potential, EnergyForTransmission(value)).headline
    assert energy.agrees
    back = asked(potential, TransmissionAt(energy=energy.value)).headline
    assert back.value == pytest.approx(value, rel=1e-11)
    less = asked(potential, TransmissionAt(energy=0.97 * energy.value)).headline
    assert less.value < value


def test_delta_crosses_a_half_at_its_own_energy():
    """Delta of strength g, m = 1: T = 1/(1 + g^2/(2 E)), 1/2 at E = g^2/2. Budget: the bar."""
    found = asked(DeltaWell(1.4), EnergyForTransmission(0.5)).headline
    assert abs(found.value - 0.98) <= found.error < 1e-13


def test_all_crossings_of_an_interval():
    """Double barrier with resonances of T = 1 at 0.1188, 0.4595 and 0.9454 (height 1, width 3, 5 apart): T passes 1/2 on either flank of each.

    Budget: none; counts and order.
    """
    report = asked(DoubleBarrier(1.0, 3.0, 5.0), EnergyForTransmission(0.5, low=0.01, high=0.7))
    energies = [q.value for q in report.quantities.values()]
    assert len(energies) == 4 and energies == sorted(energies)
    assert energies[0] < 0.1188192 < energies[1] < 0.45 < energies[2] < 0.4595 < energies[3]


@pytest.mark.parametrize(
    ("potential", "find", "words"),
    [
        (Harmonic(1.0), TransmissionAt(energy=0.5), "flat on both sides"),
        (Driven(GaussianBarrier(1.0, 1.0), 0.1, 1.0), TransmissionAt(energy=0.5), "static"),
        (GaussianBarrier(1.0, 2.0), TransmissionMaxima(0.1, 3.0), "must have a maximum"),
        (RectangularBarrier(1.0, 3.0), EnergyForTransmission(0.5, low=2.0, high=3.0), "stays above"),
        (Step(2.0), TransmissionMaxima(0.5, 1.5), "where the far side opens"),
    ],
)
def test_refusals_name_the_cure(potential, find, words):
    with pytest.raises(WavesimError, match=words) as refusal:
        asked(potential, find)
    assert "; " in str(refusal.value)


@pytest.mark.parametrize(
    "made",
    [
        lambda: TransmissionAt(energy=-1.0),
        lambda: EnergyForTransmission(1.0),
        lambda: EnergyForTransmission(0.5, low=2.0, high=1.0),
        lambda: TransmissionMaxima(1.0, 1.0),
    ],
)
def test_what_is_no_question(made):
    with pytest.raises(ArgumentError):
        made()
