"""Driven wells: the fast limit gap J0(A/omega) against the exact quasienergies, and those against a Runge-Kutta."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import j0

from wavesim import theory


def quasienergy_distance(gap, amplitude, frequency):
    """The distance of the phases of U(T), from order 8 to 1e-13, folded to [0, omega/2]."""
    x, z = np.array([[0, 1], [1, 0]]), np.diag([1, -1])

    def rate(t, u):
        return (-1j * (amplitude / 2 * np.cos(frequency * t) * z - gap / 2 * x) @ u.reshape(2, 2)).ravel()

    period = 2 * np.pi / frequency
    start = np.eye(2, dtype=complex).ravel()
    u = solve_ivp(rate, (0, period), start, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
    one, other = np.angle(np.linalg.eigvals(u.reshape(2, 2))) / period
    return min(abs(one - other), frequency - abs(one - other))


@pytest.mark.parametrize(
    ("gap", "amplitude", "frequency"),
    [(0.1, 1.0, 1.0), (0.01, 2.404826, 1.0), (0.9, 1.3, 1.0), (0.5, 9.0, 1.0), (0.5, 6.0, 2.0)],
)
def test_exact_quasienergies(gap, amplitude, frequency):
    """Slow and fast, weak and strong drives: abs(distance) to 1e-10 omega, Magnus steps of order 4."""
    found = theory.floquet_gap(gap, amplitude, frequency)
    assert abs(found) == pytest.approx(quasienergy_distance(gap, amplitude, frequency), abs=1e-10 * frequency)


def test_fast_drive_is_the_bessel_function():
    """gap = 0.01 omega: gap J0(A/omega) with a correction of order gap^3/omega^2: 1e-6; J0 to 1e-14 up to 60."""
    amplitude = jnp.linspace(0.0, 8.0, 9)
    fast = theory.driven_gap(0.01, amplitude, 1.0)
    np.testing.assert_allclose(theory.floquet_gap(0.01, amplitude, 1.0), fast, atol=1e-6)
    ratios = np.linspace(-60.0, 60.0, 241)
    np.testing.assert_allclose(theory.driven_gap(1.0, 2 * ratios, 2.0), j0(ratios), atol=1e-14)
    assert theory.floquet_gap(0.3, 0.0, 1.0) == pytest.approx(0.3, rel=1e-12)


def test_tunneling_is_destroyed():
    """At A = 2.404826 omega: driven_gap = 0 to 1e-15; exact 1.5e-7 for gap = 0.01, a slowdown by 65 000."""
    amplitude = theory.destruction_amplitude(1.5)
    assert amplitude / 1.5 == pytest.approx(2.404825557695773, rel=1e-14)
    assert theory.driven_gap(0.01, amplitude, 1.5) == pytest.approx(0.0, abs=1e-15)
    assert abs(theory.floquet_gap(0.01, theory.destruction_amplitude(1.0), 1.0)) < 2e-7
    before, after = theory.floquet_gap(0.01, jnp.array([2.3, 2.5]), 1.0)
    assert before > 0 > after
    assert theory.destruction_amplitude(1.0, 2) == pytest.approx(5.520078110286311, rel=1e-14)
    with pytest.raises(ValueError, match="order"):
        theory.destruction_amplitude(1.0, 0)
