"""scatter against closed forms, against itself (reciprocity, conservation, order, error bar) and under jax.grad."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from wavesim import theory

ENERGIES = jnp.array([0.01, 0.3, 0.5, 0.8, 1.0, 1.5, 3.0])


def square(height, width):
    """A rectangular barrier as a function, with the ends and edges that scatter wants."""

    def potential(x):
        return jnp.where(jnp.abs(x) < width / 2, height, 0.0)

    return potential, {"left": -width, "right": width, "edges": (-width / 2, width / 2)}


@settings(max_examples=40)
@given(st.floats(0.01, 5.0), st.floats(-5.0, 5.0), st.floats(0.1, 5.0), st.floats(0.1, 3.0))
def test_rectangular_barrier_is_exact(energy, height, width, mass):
    """Three flat segments are crossed in one exact step each: only rounding, 1e-13, in T, R, log T, t and r."""
    potential, ends = square(height, width)
    found = theory.scatter(potential, energy, mass=mass, **ends)
    t, r = theory.rectangular_amplitudes(energy, height, width, mass)
    assert abs(found.t - t) < 1e-13 and abs(found.r - r) < 1e-13
    assert found.transmission + found.reflection == pytest.approx(1.0, abs=1e-13)
    log_t = float(theory.log_rectangular_transmission(energy, height, width, mass))
    assert abs(found.log_transmission - log_t) < 1e-12
    assert found.slices >= 2


@settings(max_examples=15)
@given(st.floats(0.1, 4.0), st.floats(-4.0, 4.0), st.floats(0.4, 1.5))
def test_smooth_barrier_agrees_with_eckart(energy, height, width):
    """V0/cosh^2(x/a) cut off at 20 a, where it is V0 4e-18: T to the tolerance asked for, 1e-10, and T + R = 1."""
    found = theory.scatter(lambda x: height / jnp.cosh(x / width) ** 2, energy, left=-20 * width, right=20 * width)
    exact = float(theory.eckart_transmission(energy, height, width))
    assert found.transmission == pytest.approx(exact, rel=1e-10)
    assert found.transmission + found.reflection == pytest.approx(1.0, abs=1e-11)


def test_error_bar_covers_the_truth_and_the_order_is_six():
    """V = 1/cosh^2(x) on abs(x) < 20 with 64 to 512 slices: error ~ h^6, so each doubling gains 64.

    Measured between 128 and 512 slices, before rounding (1e-13) and after the first asymptotic slices: the
    order within 0.2 of 6. The error bar, the change from half the slices, must cover at every count.
    """
    exact = theory.eckart_transmission(ENERGIES, 1.0, 1.0)
    errors = []
    for slices in (64, 128, 256, 512):
        found = theory.scatter(lambda x: 1 / jnp.cosh(x) ** 2, ENERGIES, left=-20.0, right=20.0, slices=slices)
        wrong = jnp.abs(found.transmission / exact - 1)
        assert jnp.all(wrong <= found.error)
        errors.append(float(jnp.max(wrong)))
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    np.testing.assert_allclose(orders[1:], 6.0, atol=0.2)
    adaptive = theory.scatter(lambda x: 1 / jnp.cosh(x) ** 2, ENERGIES, left=-20.0, right=20.0)
    assert jnp.max(jnp.abs(adaptive.transmission / exact - 1)) < 1e-12
    assert jnp.all(jnp.abs(adaptive.transmission / exact - 1) <= adaptive.error)
    assert jnp.max(adaptive.error) < 3e-12


def test_transmission_far_below_the_smallest_double():
    """Barriers of kappa a = 300 and 1000: T = 1e-260 is right to 1e-12 and log T = -1998.6 to its last places."""
    potential, ends = square(1.0, 300.0)
    found = theory.scatter(potential, 0.5, **ends)
    exact = 1 / np.cosh(300.0) ** 2
    assert exact < 1e-259
    assert found.transmission == pytest.approx(exact, rel=1e-12)
    potential, ends = square(1.0, 1000.0)
    found = theory.scatter(potential, 0.5, **ends)
    assert found.log_transmission == pytest.approx(np.log(4.0) - 2000.0, rel=1e-15)
    assert found.transmission == 0.0 and found.reflection == pytest.approx(1.0, abs=1e-15)
    smooth = theory.scatter(lambda x: 2000 / jnp.cosh(x / 5) ** 2, 20.0, left=-110.0, right=110.0)
    pi_a = np.pi * 5.0
    exact_log = 2 * pi_a * np.sqrt(40.0) - np.pi * np.sqrt(8 * 2000.0 * 25 - 1)
    assert exact_log < -1700
    assert smooth.log_transmission == pytest.approx(exact_log, rel=1e-12)


@settings(max_examples=15)
@given(st.floats(0.3, 4.0), st.floats(-1.5, 1.5), st.floats(0.3, 2.0))
def test_reciprocity_and_conservation_of_a_lopsided_barrier(energy, offset, slope):
    """V = ramp and bump without symmetry, different levels at the two ends: T(left) = T(right), T + R = 1.

    Both directions share the discretization error and differ by rounding only: 1e-11 (tolerance 1e-12).
    """

    def potential(x):
        return jnp.exp(-((x - 0.5) ** 2)) * (1 + slope * x) + offset / (1 + jnp.exp(-4 * x))

    edge = {"v_left": 0.0, "v_right": offset}
    here = theory.scatter(potential, energy + max(offset, 0), left=-12.0, right=12.0, **edge)
    there = theory.scatter(
        lambda x: potential(-x), energy + max(offset, 0), left=-12.0, right=12.0, v_left=offset, v_right=0.0
    )
    assert here.transmission == pytest.approx(float(there.transmission), rel=1e-11)
    assert here.transmission + here.reflection == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("height", [0.6, -1.4])
def test_step_up_and_down_with_fluxes(height):
    """A step at 0: T carries the flux factor k_R/k_L; below the step T = 0, R = 1, and t decays to the right."""
    energy = jnp.array([0.2, 0.5, 0.61, 1.0, 4.0])
    found = theory.scatter(
        lambda x: jnp.where(x > 0, height, 0.0), energy, left=-1.0, right=2.0, edges=(0.0,), mass=2.0
    )
    np.testing.assert_allclose(found.transmission, theory.step_transmission(energy, height, 2.0), atol=1e-14)
    np.testing.assert_allclose(found.reflection, theory.step_reflection(energy, height, 2.0), atol=1e-14)
    k_left, k_right = np.sqrt(4 * np.array(energy)), np.sqrt(4 * np.array(energy - height) + 0j)
    np.testing.assert_allclose(found.t, 2 * k_left / (k_left + k_right), atol=1e-14)
    np.testing.assert_allclose(found.r, (k_left - k_right) / (k_left + k_right), atol=1e-14)
    assert jnp.all(jnp.isneginf(found.log_transmission) == (energy < height))


def test_no_incoming_wave():
    """At and below V_left nothing comes in: the limit T = 0, R = 1, r = -1 is given, without NaN."""
    found = theory.scatter(lambda x: jnp.exp(-(x**2)), jnp.array([-0.5, 0.0, 1e-12]), left=-7.0, right=7.0, v_left=0.0)
    assert found.transmission[0] == 0.0 and found.transmission[1] == 0.0 and found.transmission[2] < 1e-9
    np.testing.assert_allclose(found.reflection, 1.0, atol=1e-9)
    assert found.r[1] == -1.0


@settings(max_examples=25)
@given(st.floats(0.02, 2.0), st.floats(0.5, 2.0), st.floats(0.2, 1.5), st.floats(0.5, 4.0))
def test_double_barrier(energy, height, width, separation):
    """Two rectangular barriers, closed form against scatter: 1e-12 times the sharpness of a resonance nearby.

    The error field states that sharpness: the difference must lie within it, and it must be small away from
    the resonances (where T < 0.1 it stays below 1e-10).
    """

    def potential(x):
        inside = (jnp.abs(x) > separation / 2) & (jnp.abs(x) < separation / 2 + width)
        return jnp.where(inside, height, 0.0)

    edge = separation / 2 + width
    found = theory.scatter(potential, energy, left=-edge, right=edge, edges=(-separation / 2, separation / 2), v_left=0)
    exact = float(theory.double_rectangular_transmission(energy, height, width, separation))
    assert abs(found.transmission - exact) <= 2 * found.error + 1e-14
    assert found.transmission > 0.1 or abs(found.transmission - exact) < 1e-10


def test_samples_are_joined_by_straight_lines():
    """A triangular barrier given by three samples is the same function as its formula with three edges.

    And 2001 samples of a smooth barrier differ from it by the interpolation error h^2 V''/12, 3e-5, no more.
    """
    x, v = np.array([-1.0, 0.5, 2.0]), np.array([0.0, 2.0, 0.0])
    samples = theory.scatter((x, v), ENERGIES)
    formula = theory.scatter(
        lambda x: jnp.maximum(0.0, 2 - jnp.abs(x - 0.5) * 2 / 1.5), ENERGIES, left=-1.0, right=2.0, edges=(0.5,)
    )
    np.testing.assert_allclose(samples.transmission, formula.transmission, rtol=1e-12)
    fine = np.linspace(-20.0, 20.0, 2001)
    smooth = theory.scatter((fine, 1 / np.cosh(fine) ** 2), ENERGIES)
    np.testing.assert_allclose(smooth.transmission, theory.eckart_transmission(ENERGIES, 1.0, 1.0), rtol=3e-4)
    assert not np.allclose(smooth.transmission, theory.eckart_transmission(ENERGIES, 1.0, 1.0), rtol=1e-7)


def test_absorber_takes_what_neither_passes_nor_returns():
    """-iW on a slab: 1 - T - R is the absorbed probability, positive, and equals 2 int W abs(psi)^2 / v.

    Weak absorber W = 1e-3, width 2, E = 0.5 (v = 1): absorbed = 2 W a (1 + O(W a)): 4e-3 to 1 %; R ~ (W/4E)^2.
    Two samples cannot jump: the same slab from complex samples with steep flanks agrees to the flanks' 1e-6.
    """
    found = theory.scatter(
        lambda x: jnp.where(jnp.abs(x) < 1, -1e-3j, 0.0), 0.5, left=-2.0, right=2.0, edges=(-1.0, 1.0)
    )
    absorbed = 1 - found.transmission - found.reflection
    assert absorbed == pytest.approx(4e-3, rel=0.01)
    x = np.array([-2.0, -1.0 - 1e-4, -1.0 + 1e-4, 1.0 - 1e-4, 1.0 + 1e-4, 2.0])
    sampled = theory.scatter((x, -1e-3j * np.array([0, 0, 1, 1, 0, 0])), 0.5)
    assert sampled.transmission == pytest.approx(float(found.transmission), abs=1e-6)


def test_gradients_reach_parameters_energy_and_edges():
    """dT/dV0 and dT/dE of 1/cosh^2, and dT/da through moving edges of the rectangular barrier, against closed forms.

    Under jax.grad some 512 slices are used: 5e-10 for 28 lengths of 1/cosh^2, rounding for the flat one (1e-12).
    """

    def smooth(height, energy):
        return theory.scatter(lambda x: height / jnp.cosh(x) ** 2, energy, left=-14.0, right=14.0).transmission

    found = jax.jit(jax.grad(smooth, (0, 1)))(1.2, 0.7)
    exact = jax.grad(lambda v, e: theory.eckart_transmission(e, v, 1.0), (0, 1))(1.2, 0.7)
    np.testing.assert_allclose(found, exact, rtol=2e-9)

    def flat(width, height, energy):
        potential, ends = square(height, width)
        return theory.scatter(potential, energy, **ends).transmission

    found = jax.jit(jax.grad(flat, (0, 1, 2)))(jnp.arccosh(10.0), 1.0, 0.5)
    np.testing.assert_allclose(found, [-0.01989974874, -0.05956438257, 0.05956438257], atol=5e-12)


def test_single_precision_is_refused():
    """With 64-bit mode off an error of 1e-12 cannot be promised: the message tells how to turn it on."""
    with jax.enable_x64(False), pytest.raises(ValueError, match="jax_enable_x64"):
        theory.scatter(lambda x: 0 * x, 1.0, left=-1.0, right=1.0)
    with jax.enable_x64(False), pytest.raises(ValueError, match="jax_enable_x64"):
        theory.packet_transmission(jnp.ones_like, 1.0, 5.0)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"edges": (7.0,)}, "must lie between"),
        ({"left": 3.0}, "must lie between"),
        ({"left": None}, "must be given"),
        ({"slices": 3}, "even"),
    ],
)
def test_wrong_intervals_are_refused(change, match):
    """Each message says what must hold, what was given and the cure."""
    arguments = {"left": -2.0, "right": 2.0, "edges": (0.0,)} | change
    with pytest.raises(ValueError, match=match):
        theory.scatter(lambda x: 0 * x, 1.0, **arguments)
    with pytest.raises(ValueError, match="increasing"):
        theory.scatter((np.array([0.0, 2.0, 1.0]), np.zeros(3)), 1.0)
