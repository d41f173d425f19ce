"""Devices, rates, qubits and times through `certify`: what they answer, what stands beside it, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

import wavesim as ws
from wavesim.analysis import (
    CurrentVoltage,
    Decay,
    FieldEmission,
    GapCurrent,
    Resonances,
    Splitting,
    ThermalRate,
    TunnelingTimes,
)
from wavesim.errors import ArgumentError, WavesimError
from wavesim.potentials import (
    EckartBarrier,
    Expression,
    GaussianBarrier,
    Heterostructure,
    RectangularBarrier,
    TriangularBarrier,
)
from wavesim.scenario import load_scenario
from wavesim.states import Eigenstate, GaussianPacket, Trapped
from wavesim.units import GHz, K, eV, meV, nm, s, u

PACKET = GaussianPacket(-50 * nm, 5 * nm, energy=50 * meV)
DIODE = ws.Problem(
    Heterostructure(((5 * nm, 230 * meV, 0.092), (5 * nm, 0.0, 0.067), (5 * nm, 230 * meV, 0.092))), PACKET, mass=0.067
)


def bare_transmission(energy: float, bias: float, slices: int) -> float:
    """T of the diode by bare transfer matrices of flat slices, written here: psi and psi'/m at every interface."""
    sides = np.array([0.0, 5.0, 10.0, 15.0]) * nm
    ends = np.concatenate(
        [np.linspace(a, b, slices, endpoint=False) for a, b in zip(sides[:-1], sides[1:], strict=True)]
    )
    ends = np.append(ends, sides[-1])
    middle = (ends[1:] + ends[:-1]) / 2
    layer = np.clip(np.searchsorted(sides, middle) - 1, 0, 2)
    v = np.array([230.0, 0.0, 230.0])[layer] * meV - bias * middle / sides[-1]
    m = np.array([0.092, 0.067, 0.092])[layer]
    k_left, k_right = (math.sqrt(2 * 0.067 * (energy - end)) for end in (0.0, -bias))
    psi, phi = 1.0 + 0j, 1j * k_right / 0.067
    for h, height, mass in zip(np.diff(ends)[::-1], v[::-1], m[::-1], strict=True):
        k = np.sqrt(2 * mass * (energy - height) + 0j)
        c, q = np.cos(k * h), np.sin(k * h) / k
        psi, phi = c * psi - mass * q * phi, c * phi + k**2 / mass * q * psi
    incoming = (psi - 1j * phi * 0.067 / k_left) / 2
    return float(k_right / k_left / abs(incoming) ** 2)


def test_peak_voltage_of_a_diode():
    """5 nm/5 nm/5 nm of 230 meV, E_F = 54.4 meV, cold: J by a sum over 4000 energies of slices' T, at voltages about the peak.

    The peak of the slices' J(V), by a parabola through three voltages 2 meV apart, lies within 0.2 meV of the report's: budget of the
    parabola 0.1 meV, of 40 slices a layer 0.01 meV.
    """
    fermi = 54.4 * meV
    report = ws.certify(DIODE, find=CurrentVoltage(fermi=fermi, highest=0.25 * eV, lowest=0.06 * eV, count=20))
    peak = report.quantities["peak_voltage"].value
    assert report.quantities["peak_current"].agrees
    assert report.quantities["peak_to_valley"].value > 10
    voltages = peak + np.array([-2.0, 0.0, 2.0]) * meV
    currents = []
    for bias in voltages:
        pole = ws.certify(
            DIODE.replace("potential.bias", float(bias)), find=Resonances(low=0.1 * meV, high=fermi)
        ).quantities
        place, width = pole["resonance_energy"].value, pole["resonance_width"].value
        # evenly in the angle of the Lorentzian
        angle = np.linspace(-math.pi / 2, math.pi / 2, 402)[1:-1]
        energies = place + width / 2 * np.tan(angle)
        energies = np.unique(energies[(energies > 1e-3 * meV) & (energies < fermi)])
        t = np.array([bare_transmission(float(energy), float(bias), 40) for energy in energies])
        currents.append(np.trapezoid(t * (fermi - energies), energies))
    a, b, _ = np.polyfit((voltages - peak) / meV, np.array(currents) / currents[1], 2)
    assert abs(-b / (2 * a)) < 0.2
    assert currents[1] * 0.067 / (2 * math.pi**2) == pytest.approx(report.headline.value, rel=5e-3)


def test_what_a_current_needs():
    with pytest.raises(WavesimError, match="heterostructure"):
        ws.certify(ws.Problem(RectangularBarrier(1.0, 1.0), PACKET), find=CurrentVoltage(fermi=0.1, highest=0.3))
    with pytest.raises(ArgumentError, match="exchange"):
        CurrentVoltage(fermi=0.1, highest=0.1, lowest=0.2)
    with pytest.raises(WavesimError, match="one layer"):
        ws.certify(DIODE, find=GapCurrent(fermi=0.1, nearest=1.0, farthest=2.0))
    with pytest.raises(WavesimError, match="triangular"):
        ws.certify(DIODE, find=FieldEmission(fermi=0.1, weakest=0.1, strongest=0.2))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (CurrentVoltage, {"highest": 0.3}),
        (GapCurrent, {"nearest": 1.0, "farthest": 2.0}),
        (FieldEmission, {"weakest": 0.1, "strongest": 0.2}),
    ],
)
def test_no_temperature_is_below_zero(kind: type, given: dict[str, float]):
    with pytest.raises(ArgumentError, match="`temperature` must not be negative, but is -0.01"):
        kind(fermi=0.1, temperature=-0.01, **given)


def test_work_function_from_the_slope():
    """A gap of 9.5 - 5.5 eV: d(ln J)/dz = -2 sqrt(2 m 3.95 eV) - 1/z, as fewer electrons go head-on (Simmons): at z = 1.1 nm 4.32 eV.

    Budget: 3 %, the terms of the next order, (kappa z)^-2.
    """
    gap = ws.Problem(Heterostructure(((0.5 * nm, 9.5 * eV, 1.0),), bias=0.1 * eV), PACKET)
    report = ws.certify(gap, find=GapCurrent(fermi=5.5 * eV, nearest=0.8 * nm, farthest=1.4 * nm, count=9))
    slope = 2 * math.sqrt(2 * 3.95 * eV) + 1 / (1.1 * nm)
    assert report.headline.value == pytest.approx(slope**2 / 8, rel=0.03)


def test_fowler_nordheim_plot():
    """W = 4.5 eV, E_F = 5 eV, 2 to 8 V/nm: the line's slope tells W within 1 %, and J is within a factor of 3 of the formula."""
    metal = ws.Problem(TriangularBarrier(9.5 * eV, 2 * nm), PACKET)
    report = ws.certify(metal, find=FieldEmission(fermi=5 * eV, weakest=2 * eV / nm, strongest=8 * eV / nm, count=7))
    assert report.headline.value / eV == pytest.approx(4.5, rel=0.01)
    current = report.quantities["current_density"]
    assert 1 < current.value / current.theory["fowler_nordheim"] < 3


def test_isotope_effect():
    """Eckart's barrier of 0.35 eV for H and D at 300 K: kappa by the closed form of T; the ratio of both times sqrt(2). Budget: 1e-9."""
    barrier = ws.Problem(EckartBarrier(0.35 * eV, 0.378), PACKET, mass=1 * u)
    report = ws.certify(barrier, find=ThermalRate(300 * K, attempt=1e14 / s, heavier=2 * u, count=5))
    known = report.quantities
    assert known["tunneling_correction"].value == pytest.approx(
        known["tunneling_correction"].theory["closed_form"], rel=1e-9
    )
    assert known["kinetic_isotope_effect"].value == pytest.approx(
        known["kinetic_isotope_effect"].theory["closed_form"], rel=1e-9
    )
    omega = math.sqrt(2 * 0.35 * eV / (1 * u)) / 0.378
    assert known["crossover_temperature"].value == pytest.approx(omega / (2 * math.pi), rel=1e-7)
    rate = 1e14 / s / (2 * math.pi) * math.exp(-0.35 * eV / (300 * K)) * known["tunneling_correction"].value
    assert known["rate"].value == pytest.approx(rate, rel=1e-9)


def test_a_gaussian_barrier_has_no_closed_form_but_the_same_limits():
    """At ten times the crossover the correction is Wigner's within its square, 2e-3; twice as heavy, half of what it adds."""
    barrier = ws.Problem(GaussianBarrier(1.0, 1.0), GaussianPacket(-20.0, 3.0, momentum=1.0), mass=400.0)
    hot = 10 / (2 * math.pi) * math.sqrt(1 / 400.0)
    report = ws.certify(barrier, find=ThermalRate(hot, heavier=800.0, count=5))
    kappa = report.headline
    assert kappa.value == pytest.approx(kappa.theory["wigner"], abs=5e-3)
    with pytest.raises(WavesimError, match="one barrier"):
        ws.certify(DIODE.replace("mass", 0.092), find=ThermalRate(hot))


def test_gap_of_a_flux_qubit():
    """E_C, E_L, E_J = 0.96851, 544.9, 681.1 (GHz) at half a flux quantum, in 240 states of the oscillator: its gap. Budget: 1e-6 of it.

    H = 4 E_C n^2 + E_L phi^2/2 + E_J cos phi; cos phi by exp(i phi) in the oscillator's states of a basis twice as large.
    """
    charging, inductive, josephson, count = 0.96851, 544.9, 681.1, 240
    size = 2 * count
    lowering = np.diag(np.sqrt(np.arange(1, size)), 1)
    phi = (8 * charging / inductive) ** 0.25 * (lowering + lowering.T) / math.sqrt(2)
    places, waves = np.linalg.eigh(phi)
    cosine = (waves * np.cos(places)) @ waves.T
    oscillator = np.diag(math.sqrt(8 * charging * inductive) * (np.arange(size) + 0.5))
    levels = np.linalg.eigvalsh((oscillator + josephson * cosine)[:count, :count])
    qubit = ws.Problem(
        Expression("EL/2*x**2 + EJ*cos(x)", {"EL": inductive, "EJ": josephson}), Eigenstate(0), mass=1 / (8 * charging)
    )
    assert ws.certify(qubit, find=Splitting()).headline.value == pytest.approx(levels[1] - levels[0], rel=1e-6)


def test_charging_energy_in_a_file():
    """The same from the shipped scenario, in GHz: 1.37932, and an angle for a coordinate; mass and charging energy exclude each other."""
    scenario = load_scenario("flux_qubit").cases[0]
    assert float(scenario.problem.mass) == pytest.approx(1 / (8 * 0.96851 * GHz))
    assert scenario.units.length == "rad"
    gap = ws.certify(scenario.problem, find=scenario.find).headline.value
    assert gap / GHz == pytest.approx(1.37931969692, rel=1e-9)
    with pytest.raises(WavesimError, match="both"):
        load_scenario("flux_qubit", set=['particle.mass="1 u angstrom^2"'])


def test_escape_from_the_zero_voltage_state():
    """s = 0.99 of E_J, E_C = 4713, 0.0030503 (GHz): Gamma = omega/(2 pi) sqrt(864 pi U/omega) exp(-36 U/(5 omega)) by instantons.

    U = 2 E_J (1 - s^2)^(3/2)/(3 s^2) and omega = sqrt(8 E_C E_J sqrt(1 - s^2)); U/omega = 2.2. Budget: 10 %, the next order, 169/(5 pi 36) omega/U.
    Source: A. O. Caldeira, A. J. Leggett, Ann. Phys. 149, 374 (1983).
    """
    josephson, charging, bias = 4713.0, 0.0030503, 0.99
    root = math.sqrt(1 - bias**2)
    well = ws.Problem(
        Expression("EJ*(c*x**2/2 - s*x**3/6)", {"EJ": josephson, "c": root, "s": bias}),
        Trapped(),
        mass=1 / (8 * charging),
    )
    omega, height = math.sqrt(8 * charging * josephson * root), 2 * josephson * root**3 / (3 * bias**2)
    rate = omega / (2 * math.pi) * math.sqrt(864 * math.pi * height / omega) * math.exp(-7.2 * height / omega)
    assert 1 / ws.certify(well, find=Decay()).headline.value == pytest.approx(rate, rel=0.15)


def test_times_from_either_side():
    """A step of two barriers that is not symmetric: the phase time is the same from both sides, the dwell time is not.

    Budget: the sum of the bars.
    """
    structure = Heterostructure(((1.0, 0.8, 1.0), (1.5, 0.2, 1.0), (0.5, 1.1, 1.0)))
    problem = ws.Problem(structure, GaussianPacket(-20.0, 3.0, momentum=1.0))
    find = TunnelingTimes(energy=0.5, count=3)
    one, other = (
        ws.certify(changed, find=find).quantities
        for changed in (problem, problem.replace("state", GaussianPacket(20.0, 3.0, momentum=-1.0)))
    )
    first, second = one["phase_time"], other["phase_time"]
    assert abs(first.value - second.value) <= first.error + second.error
    assert abs(one["dwell_time"].value - other["dwell_time"].value) > 1e-2


def test_the_delay_agrees_with_the_closed_form():
    report = ws.certify(
        ws.Problem(RectangularBarrier(1.0, 1.5), GaussianPacket(-20.0, 3.0, momentum=1.0)),
        find=TunnelingTimes(energy=0.4),
    )
    assert report.headline.agrees
    with pytest.raises(WavesimError, match="raise the energy"):
        ws.certify(
            ws.Problem(Heterostructure(((1.0, 1.0, 1.0),), after=0.6), GaussianPacket(-20.0, 3.0, momentum=1.0)),
            find=TunnelingTimes(energy=0.4),
        )
    with pytest.raises(ArgumentError, match="`high` must be above the energy at which the far side opens"):
        ws.certify(
            ws.Problem(Heterostructure(((1.0, 1.0, 1.0),), after=0.6), GaussianPacket(-20.0, 3.0, momentum=1.0)),
            find=TunnelingTimes(energy=0.8, low=0.1, high=0.5),
        )


def test_the_transmitted_packet_is_late_by_the_phase_time():
    """Packet of k0 = 0.9, width 5 from -45 through a rectangle 1 high, 1.5 wide, 130 later: mean position of what is behind the barrier.

    <x> = x0 + <k> t - <k tau(k)> + a over the transmitted momenta abs(t(k) phi(k))^2, tau the phase time from edge to edge (Wigner).
    Budget: 1e-3 of <k tau> = 1.8, the grid's error of a sharp edge at a spacing of 0.125.
    """
    width, start, spread, momentum, lasting = 1.5, -45.0, 5.0, 0.9, 130.0
    barrier = RectangularBarrier(1.0, width, center=width / 2)
    problem = ws.Problem(barrier, GaussianPacket(start, spread, momentum=momentum), duration=lasting)
    result = ws.propagate(problem, grid=ws.Grid.line(-200.0, 200.0, 3200), absorber=None, scheme="chebyshev", frames=1)
    x, density = np.asarray(result.numerics.grid.x), np.abs(result.final) ** 2
    behind = x > width + 4
    mean = float(np.sum(x[behind] * density[behind]) / np.sum(density[behind]))
    k = momentum + np.linspace(-6, 6, 241) / (2 * spread)
    k = k[k > 0.05]
    cells = ws.theory.mass_cells(lambda y: 1.0 + 0 * y, 1.0, 0.0, width, outside=(0.0, 0.0), highest=2.0)
    weight = np.exp(ws.theory.mass_waves(cells, k**2 / 2).log_transmission - 2 * (spread * (k - momentum)) ** 2)
    delay = k * ws.theory.tunneling_times(cells, k**2 / 2).phase
    late = start + np.average(k, weights=weight) * lasting + width - mean
    assert late == pytest.approx(np.average(delay, weights=weight), abs=2e-3)


def test_a_reaction_that_goes_downhill():
    """Eckart's barrier with a drop of 2 behind a height of 4, mass 10, kT = 0.4: from the one side, and back.

    Set-up: V = -2/(1 + exp(-x)) + B/(4 cosh^2(x/2)), B = (2 + sqrt 6)^2, so that V is 4 at its top, which lies between all samples.
    Formula: T = [cosh 2 pi (a + b) - cosh 2 pi (a - b)]/[cosh 2 pi (a + b) + cosh 2 pi d], a and b the momenta, 4 d^2 = 8 m B - 1; kappa by quad.
    Budget: kappa is one number, from either side, for T is. Its bar, and 1e-9 for quad.
    """
    mass, hot, both = 10.0, 0.4, (2 + math.sqrt(6)) ** 2
    potential = Expression("-2/(1 + exp(-x)) + B/(4*cosh(x/2)^2)", {"B": both})

    def weighed(energy: float) -> float:
        a, b = math.sqrt(2 * mass * energy), math.sqrt(2 * mass * (energy + 2))
        total, bend = 2 * math.pi * (a + b), math.pi * math.sqrt(8 * mass * both - 1)
        above = 1 - math.exp(-2 * 2 * math.pi * a) - math.exp(-2 * 2 * math.pi * b) + math.exp(-2 * total)
        transmission = above / (1 + math.exp(-2 * total) + math.exp(bend - total) + math.exp(-bend - total))
        return transmission * math.exp((4 - energy) / hot) / hot

    kappa = quad(weighed, 0, 20, epsabs=0, epsrel=1e-11, limit=500, points=[1, 2, 3, 4, 5, 6])[0]
    for start, momentum in ((-20.0, 9.0), (20.0, -11.0)):
        problem = ws.Problem(potential, GaussianPacket(start, 1.0, momentum=momentum), mass=mass)
        known = ws.certify(problem, find=ThermalRate(hot, count=5)).quantities["tunneling_correction"]
        assert known.value == pytest.approx(kappa, rel=1e-9)
        assert float(known.theory["eckart"]) == pytest.approx(kappa, rel=1e-5)
