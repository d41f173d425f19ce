"""Closed-form packets: they solve the Schroedinger equation, keep their norm and move as their formulas say."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, strategies as st

from wavesim import theory

MASS = 1.3
X = jnp.linspace(-6.0, 6.0, 41)
DENSE = np.linspace(-60.0, 60.0, 6001)


def residual(psi, potential, time):
    """abs(i d psi/dt + psi''/(2 m) - V psi) at X, m = 1.3, by exact differentiation of the closed form."""

    def parts(x, t):
        value = psi(x, t)
        return jnp.stack([value.real, value.imag])

    def complex_at_x(function):
        re, im = jax.vmap(function, (0, None), 1)(X, time)
        return re + 1j * im

    rate, bend = complex_at_x(jax.jacfwd(parts, 1)), complex_at_x(jax.jacfwd(jax.jacfwd(parts, 0), 0))
    return jnp.max(jnp.abs(1j * rate + bend / (2 * MASS) - potential(X) * psi(X, time)))


@jax.jit
def free_residual(time, width, momentum, mass=MASS):
    """Residual of the free packet of the given mass in the equation with m = 1.3."""
    psi = partial(theory.free_packet, center=0.3, width=width, momentum=momentum, mass=mass)
    return residual(psi, jnp.zeros_like, time)


@jax.jit
def harmonic_residual(time, width, momentum, frequency):
    """Residual of the harmonic packet."""
    psi = partial(theory.harmonic_packet, center=0.7, width=width, momentum=momentum, frequency=frequency, mass=MASS)
    return residual(psi, lambda x: MASS * frequency**2 * x**2 / 2, time)


@given(st.floats(-3.0, 3.0), st.floats(0.5, 2.0), st.floats(-2.0, 2.0))
def test_free_packet_solves_the_schroedinger_equation(time, width, momentum):
    """Derivatives by automatic differentiation, so the residual is rounding only, 1e-12; with a wrong mass it is not."""
    assert free_residual(time, width, momentum) < 1e-12
    assert free_residual(time, width, momentum, 1.0) > 1e-4


@given(st.floats(-9.0, 9.0), st.floats(0.4, 2.0), st.floats(-2.0, 2.0), st.floats(0.5, 2.0))
def test_harmonic_packet_solves_the_schroedinger_equation(time, width, momentum, frequency):
    """Any width (squeezed), any time: residual by automatic differentiation, psi ~ 1, V < 100: 1e-10."""
    assert harmonic_residual(time, width, momentum, frequency) < 1e-10


def moments(psi):
    """Norm, mean and standard deviation on the dense line; the sum is exact for a Gaussian that fits."""
    density = np.abs(psi) ** 2 * (DENSE[1] - DENSE[0])
    norm = density.sum()
    mean = (density * DENSE).sum() / norm
    return norm, mean, np.sqrt((density * (DENSE - mean) ** 2).sum() / norm)


def test_free_packet_moments_and_tail():
    """Center -4, width 1.5, momentum 2, mass 0.8 at t = 7: mean 13.5, width 1.5 sqrt(1 + (7/3.6)^2) = 3.28.

    The probability beyond 12 from erfc against the summed density: the edge falls on a half cell, 1e-5.
    """
    start = {"center": -4.0, "width": 1.5, "momentum": 2.0, "mass": 0.8}
    norm, mean, width = moments(theory.free_packet(DENSE, 7.0, **start))
    assert norm == pytest.approx(1.0, abs=1e-12)
    assert mean == pytest.approx(float(theory.free_packet_mean(7.0, center=-4.0, momentum=2.0, mass=0.8)), abs=1e-12)
    assert width == pytest.approx(float(theory.free_packet_width(7.0, width=1.5, mass=0.8)), abs=1e-12)
    assert mean == pytest.approx(13.5) and width == pytest.approx(1.5 * np.hypot(1, 7 / 3.6))
    beyond = theory.free_packet_probability_beyond(12.01, 7.0, **start)
    density = np.abs(theory.free_packet(DENSE, 7.0, **start)) ** 2 * (DENSE[1] - DENSE[0])
    assert beyond == pytest.approx(density[DENSE > 12.01].sum(), abs=1e-5)
    far = theory.free_packet_probability_beyond(80.0, 7.0, **start)
    assert 0 < far < 1e-80


def test_squeezed_packet_moments_breathe():
    """Width 0.5 at omega = 0.7, m = 1: ground width 0.845. Mean and width at five times by summation: 1e-11."""
    start = {"center": 2.0, "width": 0.5, "momentum": -1.0, "frequency": 0.7, "mass": 1.0}
    for time in (0.0, 0.9, 2.3, 5.0, 13.7):
        norm, mean, width = moments(theory.harmonic_packet(DENSE, time, **start))
        q, _ = theory.harmonic_mean(time, center=2.0, momentum=-1.0, frequency=0.7)
        assert norm == pytest.approx(1.0, abs=1e-12)
        assert mean == pytest.approx(float(q), abs=1e-11)
        assert width == pytest.approx(float(theory.harmonic_width(time, width=0.5, frequency=0.7)), abs=1e-11)


def test_coherent_state_keeps_its_shape_and_returns_with_the_sign_of_the_zero_point():
    """After one period every level (n + 1/2) omega has turned by 2 pi n + pi: psi(T) = -psi(0), exactly; 1e-12."""
    psi = partial(theory.coherent_state, X, center=1.5, momentum=0.4, frequency=0.9, mass=1.2)
    period = 2 * np.pi / 0.9
    np.testing.assert_allclose(psi(period), -psi(0.0), atol=1e-12)
    np.testing.assert_allclose(psi(2 * period), psi(0.0), atol=1e-12)
    squeezed = partial(theory.harmonic_packet, X, center=1.5, width=0.3, momentum=0.4, frequency=0.9, mass=1.2)
    np.testing.assert_allclose(squeezed(period), -squeezed(0.0), atol=1e-11)
    assert theory.harmonic_width(3.3, width=theory.coherent_width(0.9, 1.2), frequency=0.9, mass=1.2) == pytest.approx(
        float(theory.coherent_width(0.9, 1.2)), abs=1e-15
    )


def test_packets_agree_at_the_start_and_in_a_weak_well():
    """t = 0: the same function. omega -> 0: free motion, up to V dt = m omega^2 x^2 t/2 ~ 1e-6."""
    start = {"center": -1.0, "width": 0.8, "momentum": 1.1, "mass": 1.0}
    free, bound = theory.free_packet(X, 0.0, **start), theory.harmonic_packet(X, 0.0, frequency=2.0, **start)
    np.testing.assert_allclose(free, bound, atol=1e-14)
    free, bound = theory.free_packet(X, 2.0, **start), theory.harmonic_packet(X, 2.0, frequency=1e-4, **start)
    np.testing.assert_allclose(free, bound, atol=1e-6)


def test_harmonic_levels():
    """(n + 1/2) omega."""
    np.testing.assert_allclose(theory.harmonic_levels(4, 0.6), [0.3, 0.9, 1.5, 2.1], rtol=1e-15)
