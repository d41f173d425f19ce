"""Currents, thermal rates and times of tunneling: closed forms, and integrals done otherwise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from wavesim import theory


def test_current_where_everything_passes():
    """T = 1, E_F = 1, V = 0.3, m = 1, cold: J = m/(2 pi^2) (E_F^2 - (E_F - V)^2)/2. Budget: 1e-12, rounding of the sum."""
    current = theory.tsu_esaki_current(lambda e: 0 * e, 1.0, 0.0, 0.3, 1.0, np.zeros(0))
    assert current.value == pytest.approx((1.0 - 0.7**2) / (4 * math.pi**2), rel=1e-12)
    assert current.error < 1e-12


@pytest.mark.parametrize(("temperature", "bias"), [(0.02, 0.2), (0.1, 0.05), (0.02, -0.1)])
def test_current_through_a_rectangle(temperature: float, bias: float):
    """T of a rectangle of 1, 1 wide, E_F = 0.4, by adaptive quadrature of T(E) times the supply. Budget: 1e-8, its tolerance."""

    def integrand(energy):
        return float(
            theory.rectangular_transmission(energy, 1.0, 1.0)
            * theory.supply_function(np.array(energy), 0.4, temperature, bias)
        )

    low = max(0.0, -bias)
    known = quad(integrand, low, 0.5 + 40 * temperature, points=[0.4, 0.4 - bias], epsrel=1e-11, limit=400)[0]
    current = theory.tsu_esaki_current(
        lambda e: np.asarray(theory.log_rectangular_transmission(e, 1.0, 1.0)), 0.4, temperature, bias, 1.0, np.zeros(0)
    )
    assert current.value == pytest.approx(known / (2 * math.pi**2), rel=1e-8)
    assert np.sign(current.value) == np.sign(bias)


def test_a_narrow_resonance_is_not_missed():
    """A Lorentzian 1e-6 wide at 0.2, marked: its area pi/2 1e-6 times the supply there, E_F = 0.4 cold, V = 0.5. Budget: 1e-4, what its tails add."""
    width, place = 1e-6, 0.2

    def logs(e):
        return -np.log1p((2 * (e - place) / width) ** 2)

    marks = place + width * np.array([-30.0, -4.0, 0.0, 4.0, 30.0])
    current = theory.tsu_esaki_current(logs, 0.4, 0.0, 0.5, 1.0, marks)
    assert current.value == pytest.approx(math.pi / 2 * width * 0.2 / (2 * math.pi**2), rel=1e-4)


def test_fowler_and_nordheim():
    """W = 4.5 eV, F = 5 V/nm in SI by hand: a F^2/W exp(-b W^(3/2)/F), a = 1.541434e-6 A eV V^-2, b = 6.830890 eV^(-3/2) V/nm."""
    from wavesim.units import A, eV, m, nm

    density = theory.fowler_nordheim_current(5 * eV / nm, 4.5 * eV) / (A / m**2)
    known = 1.541434e-6 * (5e9) ** 2 / 4.5 * math.exp(-6.830890 * 4.5**1.5 / 5)
    assert density == pytest.approx(known, rel=1e-5)


def test_fermi_energy_of_a_doping():
    """1e18/cm^3 and m = 0.067: (3 pi^2 n)^(2/3)/2m = 54.4 meV. Budget: the digits written here."""
    from wavesim.units import cm, meV

    assert theory.fermi_energy(1e18 / cm**3, 0.067) / meV == pytest.approx(54.4, abs=0.05)


def test_average_over_a_parabola():
    """T of an inverted parabola, omega = 0.1, V0 = 2, kT = 0.05 (above omega/2 pi): (omega/2kT)/sin(omega/2kT) = 1.18840.

    Budget: 1e-9; energies below 0, which the barrier lets pass by exp(-2 pi 20), and above 40 kT are left out.
    """
    width = math.sqrt(2 * 2.0) / 0.1
    average = theory.boltzmann_average(
        lambda e: np.asarray(theory.log_parabolic_transmission(e, 2.0, width)), 0.05, 2.0
    )
    assert math.exp(average.log + 2.0 / 0.05) == pytest.approx(theory.parabolic_correction(0.1, 0.05), rel=1e-9)
    assert average.error < 1e-9


def test_corrections_agree_where_it_is_hot():
    """omega = 1, kT = 20, V0 = 30: Wigner, the parabola and Eckart within (omega/kT)^2/24 of each other's next order, 1e-5.

    Eckart's barrier also lacks what it reflects above its top, of the order of kT/V0 (omega/kT)^2/24 more.
    """
    wigner, parabola = theory.wigner_correction(1.0, 20.0), theory.parabolic_correction(1.0, 20.0)
    assert wigner == pytest.approx(parabola, abs=1e-6)
    assert theory.eckart_correction(30.0, 1.0, 20.0, 1.0) == pytest.approx(wigner, abs=1e-4)
    assert theory.crossover_temperature(1.0) == pytest.approx(1 / (2 * math.pi))
    assert theory.parabolic_correction(1.0, 0.1) == math.inf


def test_table_of_log_t():
    """log T of Eckart's barrier from 768 places, at 50 others. Budget: the table's own error, below 1e-10."""
    table = theory.TransmissionTable(lambda e: np.asarray(theory.log_eckart_transmission(e, 1.0, 1.2)), 3.0)
    energies = np.geomspace(1e-4, 2.9, 50)
    known = np.asarray(theory.log_eckart_transmission(energies, 1.0, 1.2))
    assert table.error < 1e-10
    assert np.max(np.abs(table(energies) - known)) < 10 * table.error + 1e-12


def rectangle(width: float) -> theory.MassCells:
    return theory.mass_cells(lambda x: 1.0 + 0 * x, 1.0, 0.0, width, outside=(0.0, 0.0), highest=2.0)


def test_times_of_a_rectangle():
    """Height 1, width 3, E = 0.4: d(arg t)/dE of the closed form by differences; dwell = Larmor, as for every symmetric barrier.

    Dwell time in closed form: m k/(hbar kappa) [2 kappa a (kappa^2 - k^2) + k0^2 sinh 2 kappa a]/[4 k^2 kappa^2 + k0^4 sinh^2 kappa a].
    Budget: 1e-8, the differences'.
    """
    times = theory.tunneling_times(rectangle(3.0), np.array([0.4]))

    def phase(energy):
        t, _ = theory.rectangular_amplitudes(energy, 1.0, 3.0)
        return np.angle(complex(t)) + math.sqrt(2 * energy) * 3.0

    assert times.phase[0] == pytest.approx((phase(0.4001) - phase(0.3999)) / 2e-4, rel=1e-7)
    k, kappa, a = math.sqrt(0.8), math.sqrt(1.2), 3.0
    known = (
        k / kappa
        * (2 * kappa * a * (kappa**2 - k**2) + 2.0 * math.sinh(2 * kappa * a))
        / (4 * k**2 * kappa**2 + 4.0 * math.sinh(kappa * a) ** 2)
    )  # fmt: skip
    assert times.dwell[0] == pytest.approx(known, rel=1e-12)
    assert times.larmor[0] == pytest.approx(times.dwell[0], rel=1e-12)
    # d(log abs(t))/dV by differences of the closed form
    up = [float(theory.log_rectangular_transmission(0.4, 1.0 + step, 3.0)) / 2 for step in (1e-4, -1e-4)]
    assert times.spin_up[0] == pytest.approx(-(up[0] - up[1]) / 2e-4, rel=1e-7)


def test_hartman_and_buttiker():
    """Width 40: the phase time is 2/(k kappa) to rounding, and Buttiker's a/kappa within the reflection at its ends, 1 in 40."""
    times = theory.tunneling_times(rectangle(40.0), np.array([0.4]))
    assert times.phase[0] == pytest.approx(theory.hartman_time(0.4, 1.0), rel=1e-10)
    assert times.buttiker[0] == pytest.approx(40 / math.sqrt(1.2), rel=1 / 40)
