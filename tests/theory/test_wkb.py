"""WKB integrals, turning points and periods against closed forms; where WKB itself is good and where not."""

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import ellipk

from wavesim import theory


def eckart(x):
    """1/cosh^2(x/1.3)."""
    return 1 / jnp.cosh(x / 1.3) ** 2


def test_eckart_exponent_below_and_above_the_top():
    """S = pi a (sqrt(2 m V0) - sqrt(2 m E)) at every E, one analytic function through the top: 1e-13.

    From E = 1e-6, where the turning points are at +-10 and T_WKB = 1e-5, over the top (1e-9 below it as well) to 5 V0.
    """
    energy = jnp.array([1e-6, 0.01, 0.3, 0.9, 1 - 1e-9, 1.0, 1.2, 2.0, 5.0])
    exact = 1.3 * np.pi * (np.sqrt(2.0) - np.sqrt(2 * energy))
    found = theory.kemble_exponent(eckart, energy, -30.0, 30.0)
    np.testing.assert_allclose(found, exact, rtol=1e-13, atol=1e-13)
    below = theory.wkb_exponent(eckart, energy, -30.0, 30.0)
    np.testing.assert_allclose(below, np.maximum(exact, 0.0), rtol=1e-13, atol=1e-13)
    t = theory.kemble_transmission(eckart, energy, -30.0, 30.0)
    np.testing.assert_allclose(t, 1 / (1 + np.exp(2 * exact)), rtol=1e-12)
    assert theory.wkb_transmission(eckart, 1.5, -30.0, 30.0) == 1.0


@settings(max_examples=8)
@given(st.floats(0.01, 0.99), st.floats(0.3, 5.0), st.floats(0.3, 3.0))
def test_gaussian_exponent_against_quadrature(fraction, height, mass):
    """V0 exp(-x^2/2) at E = fraction V0: 30-digit quadrature between +-sqrt(2 ln(1/fraction)); 1e-12 of itself."""
    with mp.workdps(30):
        reach = mp.sqrt(-2 * mp.log(fraction))
        energy = fraction * height

        def integrand(u):
            barrier = mp.fabs(height * mp.exp(-((reach * (1 - u * u)) ** 2) / 2) - energy)
            return mp.sqrt(2 * mass * barrier) * 2 * u * reach

        exact = float(str(2 * mp.quad(integrand, [0, 1])))
    found = theory.wkb_exponent(lambda x: height * jnp.exp(-(x**2) / 2), energy, -9.0, 9.0, mass=mass)
    assert found == pytest.approx(exact, rel=1e-12)


def test_lopsided_barrier_passes_the_top_smoothly():
    """A Gaussian leaning to one side: S(E) in nine equal steps over the top has no kink.

    The parabola's S is linear; the fifth differences of the exact S over steps of 0.05 are below 1e-6, and the
    continuation's: a sign or branch mistake above the top would show as 0.1.
    """

    def barrier(x):
        return 3 * jnp.exp(-(x**2) / 2) * (1 + 0.3 * jnp.tanh(x))

    top = float(jnp.max(barrier(jnp.linspace(-1, 1, 200001))))
    s = theory.kemble_exponent(barrier, top + 0.05 * jnp.arange(-4, 5), -10.0, 10.0)
    assert jnp.all(jnp.diff(s) < 0) and s[4] == pytest.approx(0.0, abs=1e-9)
    assert np.max(np.abs(np.diff(s, 5))) < 1e-6


def test_kemble_is_good_where_the_textbook_is_not():
    """V0 = 1, m a^2 = 100: exact T of 1/cosh^2(x/10) from 0.5 V0 to 1.5 V0.

    Exact is cosh^2 of (pi/2) sqrt(8 m V0 a^2 - 1) where WKB has sqrt(8 m V0 a^2): Kemble's T is too small by
    exp(-pi/(2 sqrt 800)) = 5.4 % below the top, half of that at it, nothing above; exp(-2 S) is 1.9 times too large at
    the top.
    """
    energy = jnp.array([0.5, 0.9, 1.0, 1.1, 1.5])
    exact = theory.eckart_transmission(energy, 1.0, 10.0)
    kemble = theory.kemble_transmission(lambda x: 1 / jnp.cosh(x / 10) ** 2, energy, -200.0, 200.0)
    np.testing.assert_allclose(kemble / exact, [0.9460, 0.9465, 0.9730, 0.9993, 1.0], atol=1e-4)
    textbook = theory.wkb_transmission(lambda x: 1 / jnp.cosh(x / 10) ** 2, 1.0, -200.0, 200.0)
    assert textbook / exact[2] == pytest.approx(1.9, abs=0.15)


def test_barriers_with_jumps_and_kinks():
    """Rectangle: S = kappa a = 2; triangle: (2/3) sqrt(2) 0.7^1.5 5 (Fowler-Nordheim); log T = -4000 is finite."""
    rectangle = theory.wkb_exponent(lambda x: jnp.where(jnp.abs(x) < 1, 1.0, 0.0), 0.5, -3.0, 3.0, edges=(-1, 1))
    assert rectangle == pytest.approx(2.0, rel=1e-13)
    thick = theory.log_wkb_transmission(
        lambda x: jnp.where(jnp.abs(x) < 1000, 1.0, 0.0), 0.5, -1500.0, 1500.0, edges=(-1000, 1000)
    )
    assert thick == pytest.approx(-4000.0, rel=1e-13)

    def triangle(x):
        return jnp.where((x > 0) & (x < 5), 1 - x / 5, 0.0)

    found = theory.wkb_exponent(triangle, 0.3, -3.0, 7.0, edges=(0, 5))
    assert found == pytest.approx(2 / 3 * np.sqrt(2) * 0.7**1.5 * 5, rel=1e-12)
    with pytest.raises(ValueError, match="smooth maximum"):
        theory.kemble_transmission(triangle, 1.3, -3.0, 7.0)


def test_all_turning_points_are_found():
    """(x^2 - 4)^2/2 at E = 2: x^2 = 4 -+ 2; 1e-12 below the middle +-5e-7 are told apart, 1e-12 above they are gone.

    cos(x) on 40 lengths at E = 0: every odd multiple of pi/2. A rectangle: its edges.
    """

    def wells(x):
        return (x**2 - 4) ** 2 / 2

    np.testing.assert_allclose(
        theory.turning_points(wells, 2.0, -6.0, 6.0), [-np.sqrt(6), -np.sqrt(2), np.sqrt(2), np.sqrt(6)], rtol=1e-13
    )
    close = theory.turning_points(wells, 8 - 1e-12, -6.0, 6.0)
    np.testing.assert_allclose(close[1:3], [-5e-7, 5e-7], rtol=1e-3)
    assert theory.turning_points(wells, 8 + 1e-12, -6.0, 6.0).size == 2
    assert theory.turning_points(wells, -1.0, -6.0, 6.0).size == 0
    many = theory.turning_points(jnp.cos, 0.0, 0.0, 40.0)
    np.testing.assert_allclose(many, np.pi * (np.arange(13) + 0.5), rtol=1e-13)
    edges = theory.turning_points(lambda x: jnp.where(jnp.abs(x) < 1, 1.0, 0.0), 0.5, -3.0, 3.0, edges=(-1, 1))
    np.testing.assert_allclose(edges, [-1.0, 1.0], atol=1e-13)


def test_two_barriers_add_up():
    """Two humps 8 apart: below the valley's bottom one integral, at E = 1 twice that of one hump; 1e-12."""

    def hump(x):
        return 2 * jnp.exp(-(x**2))

    both = theory.wkb_exponent(lambda x: hump(x - 4) + hump(x + 4), 1.0, -12.0, 12.0)
    assert both == pytest.approx(2 * float(theory.wkb_exponent(hump, 1.0, -8.0, 8.0)), rel=1e-12)


def test_classical_periods():
    """Harmonic, omega = 3: 2 pi/3 at any energy, half of it with a wall at the bottom; the pendulum: 4 K(k)/1.

    Budget 1e-11: 1/v is singular at the turning points. The pendulum at E = 1.99 of 2 nearly stands upside down.
    """
    energy = jnp.array([0.1, 1.0, 7.0])

    def harmonic(x):
        return 9 * x**2 / 2

    np.testing.assert_allclose(theory.classical_period(harmonic, energy, -5.0, 5.0), 2 * np.pi / 3, rtol=1e-11)
    np.testing.assert_allclose(theory.classical_period(harmonic, energy, 0.0, 5.0), np.pi / 3, rtol=1e-11)
    swing = theory.classical_period(lambda x: 1 - jnp.cos(x), 1.99, -np.pi, np.pi)
    assert swing == pytest.approx(4 * float(ellipk(1.99 / 2)), rel=1e-11)
    with pytest.raises(ValueError, match="one well"):
        theory.classical_period(lambda x: (x**2 - 4) ** 2 / 2, 2.0, -6.0, 6.0)
    with pytest.raises(ValueError, match="one well"):
        theory.classical_period(harmonic, -1.0, -5.0, 5.0)


def test_exponents_have_gradients():
    """dS/dV0 = pi a sqrt(m/(2 V0)) and dS/dE = -pi a sqrt(m/(2 E)) of the Eckart barrier, under and over the top.

    With jit (turning points in fixed room) and without, 1e-10: kappa goes to zero at the turning points.
    """

    def exponent(height, energy):
        return theory.kemble_exponent(lambda x: height / jnp.cosh(x) ** 2, energy, -20.0, 20.0)

    slopes = jax.grad(exponent, (0, 1))(1.0, 1.7)
    np.testing.assert_allclose(slopes, (np.pi / np.sqrt(2), -np.pi / np.sqrt(3.4)), rtol=1e-10)

    def below(height):
        return theory.wkb_exponent(lambda x: height / jnp.cosh(x) ** 2, 0.7, -20.0, 20.0)

    assert jax.jit(jax.grad(below))(1.0) == pytest.approx(np.pi / np.sqrt(2), rel=1e-10)


def test_samples_are_refused():
    """A pair of arrays is no smooth function."""
    with pytest.raises(ValueError, match="function of x"):
        theory.wkb_exponent((np.zeros(3), np.zeros(3)), 0.5, 0.0, 1.0)  # type: ignore[arg-type]
