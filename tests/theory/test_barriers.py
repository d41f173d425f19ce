"""Closed forms of transmission against the printed anchors, mpmath at 40 digits, and what must hold for any barrier."""

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.optimize import brentq

from tests.oracle.closed import exact_eckart, exact_rectangular
from wavesim import theory

HARTREE_EV = 27.211386245988
BOHR_NM = 0.0529177210903

energies = st.floats(1e-3, 20.0)
heights = st.floats(-20.0, 20.0)
widths = st.floats(0.01, 5.0)
masses = st.floats(0.05, 5.0)


def test_the_worked_example_is_sech_squared():
    """E = 0.5, V0 = 1, a = 1.5, m = 1: kappa = k = 1, so T = 1/cosh(1.5)^2 = 0.180706638923649.

    Closed forms in double precision: a few roundings, 1e-15.
    """
    value = theory.rectangular_transmission(0.5, 1.0, 1.5)
    assert value == pytest.approx(1 / np.cosh(1.5) ** 2, abs=1e-15)
    assert value == pytest.approx(0.180706638923649, abs=1e-15)
    thick = theory.thick_barrier_transmission(0.5, 1.0, 1.5)
    assert thick == pytest.approx(4 * np.exp(-3.0), rel=1e-14)
    assert thick / value == pytest.approx(1.102, abs=5e-4)


def test_gradients_at_one_percent_transmission():
    """E = 0.5, V0 = 1, a = arccosh(10): T = 0.01, dT/da = -2 T tanh(a) = -0.01989974874, dT/dV0 = -dT/dE.

    The printed anchors carry ten digits: 5e-12. (dT/dE = -dT/dV0 holds only at E = V0/2.)
    """
    width = float(np.arccosh(10.0))
    assert width == pytest.approx(2.993222846126381, abs=1e-15)
    assert theory.rectangular_transmission(0.5, 1.0, width) == pytest.approx(0.01, rel=1e-14)
    by_energy, by_height, by_width = jax.jit(jax.grad(theory.rectangular_transmission, (0, 1, 2)))(0.5, 1.0, width)
    assert by_width == pytest.approx(-0.01989974874, abs=5e-12)
    assert by_height == pytest.approx(-0.05956438257, abs=5e-12)
    assert by_energy == pytest.approx(0.05956438257, abs=5e-12)


@pytest.mark.parametrize(("width_nm", "anchor"), [(1.0, 1.24468514e-6), (2.0, 4.43101868e-13)])
def test_electron_through_an_oxide(width_nm, anchor):
    """Electron of 1.0 eV at 3.1 eV: kappa = 7.424 /nm, T(1 nm) = 1.24468514e-6, T(2 nm) = 4.43101868e-13.

    Nine printed digits and the CODATA year (1e-10 in the constants, times 2 kappa a = 30): 1e-8.
    """
    energy, height, width = 1.0 / HARTREE_EV, 3.1 / HARTREE_EV, width_nm / BOHR_NM
    assert np.sqrt(2 * (height - energy)) / BOHR_NM == pytest.approx(7.424, abs=5e-4)
    assert theory.rectangular_transmission(energy, height, width) == pytest.approx(anchor, rel=1e-8)


@pytest.mark.parametrize("offset", [0.0, 1e-14, -1e-14, 1e-9, -1e-9, 1e-3, -1e-3, 0.4444, 0.4445, -0.4445])
def test_no_digits_are_lost_around_the_barrier_top(offset):
    """E = V0 (1 + offset), V0 = 1, a = 1.5, across the hand-over to the power series at 2 m abs(V0 - E) a^2 = 1.

    Naive evaluation divides 0 by 0 at E = V0 and loses digits as 1e-16/offset beside it. Budget: 2e-15.
    """
    energy = 1.0 + offset
    exact = float(exact_rectangular(energy, 1.0, 1.5))
    assert theory.rectangular_transmission(energy, 1.0, 1.5) == pytest.approx(exact, abs=2e-15)
    gradient = jax.jit(jax.grad(theory.rectangular_transmission, (0, 1, 2)))(energy, 1.0, 1.5)
    with mp.workdps(40):
        slopes = [
            mp.diff(lambda e, v, a: mp.re(complex_transmission(e, v, a)), (energy, 1.0, 1.5), order)
            for order in ((1, 0, 0), (0, 1, 0), (0, 0, 1))
        ]
    np.testing.assert_allclose(gradient, [float(s) for s in slopes], atol=1e-12)


def complex_transmission(energy, height, width):
    """T with the removable singularity at E = V0 removed by the series of sinh(z)/z that mpmath sums itself."""
    z2 = 2 * (height - energy) * width**2
    sinhc = mp.hyp0f1(mp.mpf(3) / 2, z2 / 4)
    return 1 / (1 + (height * width * sinhc) ** 2 / (2 * energy))


def test_a_barrier_of_a_thousand_decay_lengths():
    """E = 0.5, V0 = 1, a = 1000: kappa a = 1000, log T = log 4 - 2000 + O(exp(-2000)), T underflows to 0.

    log T = -1998.6 is known to its last place, 2e-16 relative; its slope is -2 kappa, where T's is 0/0.
    """
    log_t = theory.log_rectangular_transmission(0.5, 1.0, 1000.0)
    assert log_t == pytest.approx(np.log(4.0) - 2000.0, rel=4e-16)
    assert theory.rectangular_transmission(0.5, 1.0, 1000.0) == 0.0
    assert jax.jit(jax.grad(theory.log_rectangular_transmission, 2))(0.5, 1.0, 1000.0) == pytest.approx(-2.0, rel=1e-14)
    assert np.isfinite(jax.jit(jax.grad(theory.rectangular_transmission, (0, 1, 2)))(0.5, 1.0, 1000.0)).all()


def test_it_vanishes_at_zero_energy_and_takes_whole_tables():
    """T ~ 2E/(m V0^2 a^2 F) at E -> 0, and 0 at and below; one call fills a table over E, V0 and a."""
    tiny = theory.rectangular_transmission(jnp.array([1e-300, 1e-12, 0.0, -1.0]), 1.0, 1.5)
    assert 0 < tiny[0] < 1e-299 and tiny[1] < 1e-11
    assert tiny[2] == 0.0 and tiny[3] == 0.0
    table = theory.rectangular_transmission(
        jnp.linspace(0.1, 3, 5)[:, None, None], jnp.linspace(-1, 2, 4)[:, None], jnp.linspace(0.1, 4, 3)
    )
    assert table.shape == (5, 4, 3)
    assert table[2, 3, 1] == theory.rectangular_transmission(1.55, 2.0, 2.05)


def test_resonances_above_barrier_and_in_the_well():
    """T = 1 where q a = n pi (Ramsauer-Townsend): E = V0 + (n pi/a)^2/2, for a barrier and for a well."""
    n = np.arange(1, 4)
    for height in (1.0, -3.0):
        energy = height + (n * np.pi / 2.0) ** 2 / 2
        energy = energy[energy > 0]
        assert energy.size
        np.testing.assert_allclose(theory.rectangular_transmission(energy, height, 2.0), 1.0, atol=1e-15)


@given(energies, heights, widths, masses)
def test_rectangular_against_forty_digits(energy, height, width, mass):
    """T of any rectangular barrier or well against mpmath.

    T is a function of q = 2 m (V0 - E) a^2, rounded at 1e-16 abs(V0) m a^2, and d log T/d sqrt(q) <= 2 under the
    barrier; above it T oscillates with phase sqrt(abs(q)). Budget: 1e-14 (1 + m (abs(V0) + E) a^2).
    """
    exact = float(exact_rectangular(energy, height, width, mass))
    budget = 1e-14 * (1 + mass * (abs(height) + energy) * width**2)
    value = float(theory.rectangular_transmission(energy, height, width, mass))
    assert 0 <= value <= 1 + 1e-15
    assert value == pytest.approx(exact, rel=budget)
    assert theory.log_rectangular_transmission(energy, height, width, mass) == pytest.approx(
        np.log(exact), abs=budget + 1e-15
    )


@given(energies, heights, widths, masses)
def test_rectangular_amplitudes_conserve_and_agree(energy, height, width, mass):
    """abs(t)^2 = T, abs(t)^2 + abs(r)^2 = 1, and r/t imaginary, as for any barrier symmetric about 0: 1e-13."""
    t, r = theory.rectangular_amplitudes(energy, height, width, mass)
    assert abs(t) ** 2 == pytest.approx(float(theory.rectangular_transmission(energy, height, width, mass)), abs=1e-13)
    assert abs(t) ** 2 + abs(r) ** 2 == pytest.approx(1.0, abs=1e-13)
    assert abs(np.real(r * np.conj(t))) < 1e-13


def test_amplitude_phase_is_that_of_the_textbook():
    """t = exp(-ika)/(cosh(kappa a) + i (kappa^2 - k^2)/(2 k kappa) sinh(kappa a)) at E = 0.3, V0 = 1, a = 1.5."""
    k, kappa, a = np.sqrt(0.6), np.sqrt(1.4), 1.5
    t = np.exp(-1j * k * a) / (np.cosh(kappa * a) + 1j * (kappa**2 - k**2) / (2 * k * kappa) * np.sinh(kappa * a))
    assert abs(theory.rectangular_amplitudes(0.3, 1.0, a)[0] - t) < 1e-15


def test_thick_and_thin_limits_are_limits():
    """Thick: relative error 2 exp(-2 kappa a) times order one. Thin, V0 a = g fixed: error of first order in a."""
    thick = [
        float(theory.thick_barrier_transmission(0.3, 1.0, a) / theory.rectangular_transmission(0.3, 1.0, a)) - 1
        for a in (3.0, 6.0)
    ]
    assert abs(thick[0]) < 3 * np.exp(-2 * np.sqrt(1.4) * 3.0)
    assert abs(thick[1]) < 3 * np.exp(-2 * np.sqrt(1.4) * 6.0)
    thin = [
        float(theory.thin_barrier_transmission(0.5, 1 / a, a) / theory.rectangular_transmission(0.5, 1 / a, a)) - 1
        for a in (0.02, 0.01)
    ]
    assert abs(thin[0]) < 0.03
    assert thin[0] / thin[1] == pytest.approx(2.0, abs=0.1)
    assert theory.thin_barrier_transmission(0.5, 1.0, 1.0) == pytest.approx(0.5)


@given(energies, st.floats(-10.0, 10.0), st.floats(0.05, 3.0), masses)
def test_eckart_against_forty_digits(energy, height, width, mass):
    """Both branches of 8 m V0 a^2 - 1, barrier and well, against mpmath's complex cosh.

    cos^2 of an argument pi/2 sqrt(1 - 8 m V0 a^2) known to 1e-16 of itself; near its zeros only the absolute
    error is small. Budget: 1e-13 absolute, and relative to T where T is small (1 + exponents) 1e-14.
    """
    exact = float(exact_eckart(energy, height, width, mass))
    value = float(theory.eckart_transmission(energy, height, width, mass))
    assert 0 <= value <= 1 + 1e-15
    assert value == pytest.approx(exact, rel=2e-14 * (10 + mass * (abs(height) + energy) * width**2))


def test_eckart_is_smooth_where_its_formula_changes_and_reflectionless_where_it_should():
    """8 m V0 a^2 = 1 at V0 = 1/8, a = 1: value and slope continuous. V0 = -n(n+1)/2: no reflection at any energy."""
    slope = jax.grad(theory.eckart_transmission, 1)
    at = float(slope(0.3, 0.125, 1.0))
    step = 1e-4
    up, down = (float(theory.eckart_transmission(0.3, 0.125 + s, 1.0)) for s in (step, -step))
    assert at == pytest.approx((up - down) / (2 * step), rel=1e-6)
    for n in (1, 2, 3):
        wells = theory.eckart_transmission(jnp.array([0.01, 0.5, 4.0]), -n * (n + 1) / 2, 1.0)
        np.testing.assert_allclose(wells, 1.0, atol=1e-14)


def test_eckart_deep_under_a_high_barrier():
    """E = 200, V0 = 300, a = 5: T = exp(2 pi a k - pi sqrt(8 V0 a^2 - 1)) = 1e-61, the other exponentials being 1e-270.

    The exponent -141 comes from a difference of 628 and 769: 1e-12 relative.
    """
    exact = np.exp(10 * np.pi * 20 - np.pi * np.sqrt(8 * 300 * 25 - 1))
    assert exact < 1e-60
    assert theory.eckart_transmission(200.0, 300.0, 5.0) == pytest.approx(exact, rel=1e-12)
    assert theory.eckart_transmission(200.0, 300.0, 100.0) == 0.0


@given(st.floats(0.01, 10.0), st.floats(-10.0, 10.0), masses)
def test_step_conserves_and_is_reciprocal(energy, height, mass):
    """T + R = 1, to the last place; T up the step at E equals T down it at E - V0."""
    t, r = theory.step_transmission(energy, height, mass), theory.step_reflection(energy, height, mass)
    assert t + r == pytest.approx(1.0, abs=1e-14)
    if energy > height:
        back = theory.step_transmission(energy - height, -height, mass)
        assert t == pytest.approx(float(back), rel=1e-10, abs=1e-13)
    else:
        assert (t, r) == (0.0, 1.0)


def test_step_anchor():
    """E = 2, V0 = 1.5: k1/k2 = 2, so T = 8/9 and R = 1/9; down from E = 0.5 by the same step, the same."""
    for energy, height in ((2.0, 1.5), (0.5, -1.5)):
        assert theory.step_transmission(energy, height) == pytest.approx(8 / 9, abs=1e-15)
        assert theory.step_reflection(energy, height) == pytest.approx(1 / 9, abs=1e-15)


def test_double_barrier_resonance_reaches_one():
    """Two barriers V0 = 1, a = 3, L = 4: the resonance near E = 0.2 transmits all although one barrier passes 0.4 %.

    The peak is the root of dT/dE, bracketed to 1e-14 of the energy, where T = 1 to rounding: budget 1e-12. Half a
    width off, T drops by half: the width is Gamma ~ v T1/(L + 2/kappa), good to 20 % or so.
    """

    @jax.jit
    def transmission(e):
        return theory.double_rectangular_transmission(e, 1.0, 3.0, 4.0)

    scan = jnp.linspace(0.05, 0.5, 4001)
    start = float(scan[jnp.argmax(transmission(scan))])
    slope = jax.jit(jax.grad(transmission))
    peak = float(brentq(lambda e: float(slope(e)), start - 2e-4, start + 2e-4, xtol=1e-15))  # type: ignore[arg-type]
    assert transmission(peak) == pytest.approx(1.0, abs=1e-12)
    single = float(theory.rectangular_transmission(peak, 1.0, 3.0))
    assert single < 0.01
    velocity, kappa = np.sqrt(2 * peak), np.sqrt(2 * (1 - peak))
    gamma = velocity * single / (4.0 + 2 / kappa)
    assert transmission(peak + gamma / 2) == pytest.approx(0.5, abs=0.1)
    assert transmission(peak - gamma / 2) == pytest.approx(0.5, abs=0.1)


def test_double_barrier_behind_walls_that_underflow_is_zero_not_nan():
    """Walls of kappa a = 1000: T1^2 = exp(-4000) is 0 in double precision, and so is T; gradients stay finite."""
    assert theory.double_rectangular_transmission(0.5, 1.0, 1000.0, 3.0) == 0.0
    gradient = jax.jit(jax.grad(theory.double_rectangular_transmission, (0, 1, 2, 3)))(0.5, 1.0, 1000.0, 3.0)
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("name", ["eckart", "double_rectangular"])
def test_logarithms_go_on_where_the_numbers_underflow(name):
    """log T against T itself where that is a double (1e-12 of log T), against 30 digits where it is 1e-500, and its gradient.

    Eckart: log(sinh^2(pi k a)/(sinh^2(pi k a) + cosh^2(pi/2 sqrt(8 V0 a^2 - 1)))); two barriers far off resonance: T1^2/detuning.
    """
    plain, log = (getattr(theory, f"{prefix}{name}_transmission") for prefix in ("", "log_"))
    rest = () if name == "eckart" else (3.0,)
    energies = np.linspace(0.05, 3.0, 40)
    np.testing.assert_allclose(
        log(energies, 1.0, 1.3, *rest), np.log(plain(energies, 1.0, 1.3, *rest)), rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(
        log(energies, -2.0, 1.3, *rest), np.log(plain(energies, -2.0, 1.3, *rest)), rtol=0, atol=1e-12
    )
    with mp.workdps(30):
        k, a = mp.mpf(1), mp.mpf(300)
        if name == "eckart":
            up = mp.sinh(mp.pi * k * a) ** 2
            exact = mp.log(up / (up + mp.cosh(mp.pi / 2 * mp.sqrt(16 * a**2 - 1)) ** 2))
        else:
            # V0 = 2 E, so kappa = k = 1 and cosh(a) + 0: one barrier's r = -i exp(-ia) tanh(a), T1 = sech^2(a)
            r = -1j * mp.exp(-1j * a) * mp.tanh(a)
            detuning = 4 * mp.im(r * mp.exp(1j * (a + 3))) ** 2
            exact = mp.log(mp.sech(a) ** 4 / (mp.sech(a) ** 4 + detuning))
        height = 2.0 if name == "eckart" else 1.0
    assert log(0.5, height, 300.0, *rest) == pytest.approx(float(exact), rel=1e-13)
    assert log(0.0, height, 300.0, *rest) == -np.inf
    slope = jax.grad(log)(0.7, 1.0, 1.3, *rest)
    h = 1e-5
    assert slope == pytest.approx((log(0.7 + h, 1.0, 1.3, *rest) - log(0.7 - h, 1.0, 1.3, *rest)) / (2 * h), rel=1e-8)


@pytest.mark.parametrize("height", [1.0, -2.0])
def test_ramsauer_energies_are_transparent(height):
    """T = 1 to 1e-13 at each E_n > 0, and less between two of them."""
    energies = theory.ramsauer_energies(4, height, 3.0, 0.8)
    energies = energies[energies > 0]
    np.testing.assert_allclose(theory.rectangular_transmission(energies, height, 3.0, 0.8), 1.0, atol=1e-13)
    between = (energies[1:] + energies[:-1]) / 2
    assert np.all(theory.rectangular_transmission(between, height, 3.0, 0.8) < 0.999)
