"""Triangular and parabolic barriers against 60-digit Airy functions, scatter, and their limits."""

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from wavesim import theory


def triangle(height, width):
    """The barrier as a function that is its ramp on the whole line; the leads are at zero."""
    return lambda x: height * (1 - x / width)


def log_t_by_airy(energy, height, width, mass):
    """log T in 60 digits from the 2 x 2 matching of Airy functions at both ends."""
    with mp.workdps(60):
        energy, height, width, mass = map(mp.mpf, (energy, height, width, mass))
        force = height / width
        length = mp.cbrt(1 / (2 * mass * force))
        q = mp.sqrt(2 * mass * energy) * length
        top, foot = (height - energy) / (force * length), -energy / (force * length)

        def row(z):
            return [[mp.airyai(z), mp.airybi(z)], [mp.airyai(z, derivative=1), mp.airybi(z, derivative=1)]]

        # The wave 1, -iq at the foot (in z, which runs to the left) and its size in exp(ikx) at the top.
        a, b = mp.lu_solve(mp.matrix(row(foot)), mp.matrix([1, -1j * q]))
        (ai, bi), (ai_slope, bi_slope) = row(top)
        incoming = (a * ai + b * bi + 1j * (a * ai_slope + b * bi_slope) / q) / 2
        return float(-2 * mp.log(abs(incoming)))


@settings(max_examples=20)
@given(st.floats(0.02, 4.0), st.floats(0.1, 4.0), st.floats(0.2, 60.0), st.floats(0.3, 3.0))
def test_triangle_against_sixty_digits(energy, height, width, mass):
    """Under, at and over the top, thin and thick: log T to 1e-13 of the larger of itself and 1."""
    found = float(theory.log_triangular_transmission(energy, height, width, mass))
    exact = log_t_by_airy(energy, height, width, mass)
    assert abs(found - exact) < 1e-13 * max(1.0, abs(exact))
    assert theory.triangular_transmission(energy, height, width, mass) <= 1 + 1e-13


def test_triangle_down_to_log_t_of_minus_thousands():
    """V0 = 1, a = 3000, E = 0.3: log T = -3313.4..., finite, and T itself underflows to 0 without NaN."""
    exact = log_t_by_airy(0.3, 1.0, 3000.0, 1.0)
    assert exact < -3000
    assert theory.log_triangular_transmission(0.3, 1.0, 3000.0) == pytest.approx(exact, rel=1e-14)
    assert theory.triangular_transmission(0.3, 1.0, 3000.0) == 0.0
    assert theory.triangular_transmission(0.0, 1.0, 3.0) == 0.0


@settings(max_examples=8)
@given(st.floats(0.1, 3.0), st.floats(0.2, 3.0), st.floats(0.5, 6.0))
def test_triangle_against_scatter_from_both_sides(energy, height, width):
    """The ramp between leads at zero, and its mirror image: 1e-10 (measured 4e-14)."""
    exact = float(theory.log_triangular_transmission(energy, height, width))
    ramp = triangle(height, width)
    here = theory.scatter(ramp, energy, left=0.0, right=width, v_left=0.0, v_right=0.0)
    there = theory.scatter(lambda x: ramp(-x), energy, left=-width, right=0.0, v_left=0.0, v_right=0.0)
    assert here.log_transmission == pytest.approx(exact, abs=1e-10)
    assert there.log_transmission == pytest.approx(exact, abs=1e-10)


def test_triangular_well():
    """V0 = -1, a = 2, E = 0.5: the same formula with the real cube root; scatter's T to 1e-12."""
    found = theory.scatter(triangle(-1.0, 2.0), 0.5, left=0.0, right=2.0, v_left=0.0, v_right=0.0)
    assert theory.triangular_transmission(0.5, -1.0, 2.0) == pytest.approx(float(found.transmission), rel=1e-12)


def test_triangle_has_its_gradients():
    """dT/d(E, V0, a) at E = V0 = 1, a = 2 by steps of 1e-5 in 60 digits (1e-8) and d2T/dE2 by steps of 1e-3."""
    found = jax.jit(jax.grad(theory.triangular_transmission, (0, 1, 2)))(1.0, 1.0, 2.0)

    def t(energy, height, width):
        return np.exp(log_t_by_airy(energy, height, width, 1.0))

    step = 1e-5
    for i, slope in enumerate(found):
        up, down = ([1.0, 1.0, 2.0] for _ in range(2))
        up[i] += step
        down[i] -= step
        assert slope == pytest.approx((t(*up) - t(*down)) / (2 * step), rel=1e-8)
    curvature = jax.grad(jax.grad(theory.triangular_transmission))(0.7, 1.0, 2.0)
    exact = (t(0.7 + 1e-3, 1.0, 2.0) - 2 * t(0.7, 1.0, 2.0) + t(0.7 - 1e-3, 1.0, 2.0)) / 1e-6
    assert curvature == pytest.approx(exact, rel=1e-5)


def test_fowler_nordheim_is_the_thick_limit():
    """V0 = 1, E = 0.5: exponents 13.3, 53.3: the error falls as 1/exponent, from 1.2 % to 0.3 %.

    The exponent is twice the WKB integral; an electron and w = 4.5 eV in 5 V/nm: 6.831 w^1.5/F = 13.04.
    """
    ratios = [
        float(theory.fowler_nordheim_transmission(0.5, 1.0, a) / theory.triangular_transmission(0.5, 1.0, a))
        for a in (20.0, 80.0)
    ]
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1) / 3 < 0.01
    exponent = theory.fowler_nordheim_exponent(0.5, 1 / 20.0)
    wkb = theory.wkb_exponent(lambda x: jnp.where((x > 0) & (x < 20), 1 - x / 20, 0.0), 0.5, -1.0, 21.0, edges=(0, 20))
    assert exponent == pytest.approx(2 * float(wkb), rel=1e-12)
    ev, nm = 1 / 27.211386245988, 1 / 0.0529177210903
    assert theory.fowler_nordheim_exponent(4.5 * ev, 5 * ev / nm) == pytest.approx(6.83089 * 4.5**1.5 / 5, rel=1e-5)
    assert theory.fowler_nordheim_exponent(-1.0, 1.0) == 0.0
    assert theory.fowler_nordheim_transmission(1.2, 1.0, 20.0) == 0.0


def test_parabola_is_half_at_the_top_and_kembles_formula():
    """V0 = 3, a = 4, m = 2: T = 1/2 at E = V0, T(V0 + e) + T(V0 - e) = 1, log T = -2 S far below, to 1e-13.

    omega = sqrt(2 V0/m)/a = 0.433, so at E = 1 the exponent is 2 pi 2/0.433 = 29.02 and log T = -29.02 too.
    """
    assert theory.parabolic_transmission(3.0, 3.0, 4.0, 2.0) == pytest.approx(0.5, abs=1e-15)
    low, high = (theory.parabolic_transmission(3.0 + e, 3.0, 4.0, 2.0) for e in (-0.4, 0.4))
    assert low + high == pytest.approx(1.0, abs=1e-15)
    omega = (2 * 3.0 / 2.0) ** 0.5 / 4
    exact = -float(mp.log(1 + mp.exp(2 * mp.pi * 2.0 / omega)))
    assert theory.log_parabolic_transmission(1.0, 3.0, 4.0, 2.0) == pytest.approx(exact, rel=1e-14)
    assert theory.log_parabolic_transmission(-500.0, 3.0, 4.0, 2.0) < -7000


def test_a_truncated_parabola_is_not_the_infinite_one():
    """V0 = 3, a = 4 cut off at V = 0: scatter's T at the top is 7 % lower than 1/2, and 2.5 times higher at V0/10."""
    energy = jnp.array([0.3, 3.0])
    found = theory.scatter(lambda x: 3 * (1 - (x / 4) ** 2), energy, left=-4.0, right=4.0, v_left=0.0, v_right=0.0)
    ratio = found.transmission / theory.parabolic_transmission(energy, 3.0, 4.0)
    assert ratio[0] == pytest.approx(2.516, abs=1e-3) and ratio[1] == pytest.approx(0.9328, abs=1e-4)
