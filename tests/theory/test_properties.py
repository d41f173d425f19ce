"""What every transmission must obey whatever its formula: bounds, limits and units, at random parameters."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from wavesim import theory

BARRIERS = {
    "rectangular": theory.rectangular_transmission,
    "eckart": theory.eckart_transmission,
    "parabolic": theory.parabolic_transmission,
    "triangular": theory.triangular_transmission,
    "delta": lambda energy, height, width, mass: theory.delta_transmission(energy, height * width, mass),
    "double delta": lambda energy, height, width, mass: theory.double_delta_transmission(
        energy, height * width, 3 * width, mass
    ),
    "double rectangular": lambda energy, height, width, mass: theory.double_rectangular_transmission(
        energy, height, width, 2 * width, mass
    ),
    "thin": theory.thin_barrier_transmission,
    "Fowler-Nordheim": theory.fowler_nordheim_transmission,
}
PARAMETERS = (st.floats(0.05, 4.0), st.floats(0.1, 4.0), st.floats(0.2, 4.0), st.floats(0.3, 3.0))
# Rises with E everywhere: no resonances.
MONOTONE = ("eckart", "parabolic", "delta", "thin")
BOUNDED = tuple(name for name in BARRIERS if name != "Fowler-Nordheim")


@pytest.mark.parametrize("name", BOUNDED)
@settings(max_examples=25)
@given(*PARAMETERS)
def test_probabilities_are_probabilities(name, energy, height, width, mass):
    """0 <= T <= 1, to rounding."""
    assert 0 <= BARRIERS[name](energy, height, width, mass) <= 1 + 1e-13


@pytest.mark.parametrize("name", BARRIERS)
@settings(max_examples=15)
@given(*PARAMETERS, st.floats(0.05, 20.0), st.floats(0.05, 20.0))
def test_units_do_not_matter(name, energy, height, width, mass, length, heaviness):
    """Lengths times L, masses times M, energies over M L^2 (hbar stays 1): T is the same, 1e-10 of the exponent.

    A resonance of the double barrier as sharp as 1e-4 turns a rounding of 1e-15 into 1e-11.
    """
    here = float(BARRIERS[name](energy, height, width, mass))
    scale = 1 / (heaviness * length**2)
    there = float(BARRIERS[name](energy * scale, height * scale, width * length, mass * heaviness))
    assert there == pytest.approx(here, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("name", MONOTONE)
@settings(max_examples=10)
@given(st.floats(0.3, 4.0), st.floats(0.2, 4.0), st.floats(0.3, 3.0))
def test_more_energy_passes_more_easily(name, height, width, mass):
    """T rises with E from 0.05 to 6 and falls with the mass at E = V0/2 (delta and thin: at any E)."""
    energy = jnp.linspace(0.05, 6.0, 40)
    t = BARRIERS[name](energy, height, width, mass)
    assert jnp.all(jnp.diff(t) > -1e-14)
    heavier = BARRIERS[name](height / 2, height, width, mass * jnp.linspace(1.0, 5.0, 20))
    assert jnp.all(jnp.diff(heavier) < 1e-14)


@pytest.mark.parametrize("name", ["rectangular", "eckart", "triangular", "delta", "double delta", "double rectangular"])
@settings(max_examples=8)
@given(st.floats(0.1, 3.0), st.floats(0.3, 2.0), st.floats(0.3, 3.0))
def test_limits_of_low_and_high_energy(name, height, width, mass):
    """T -> 0 as E -> 0 (linearly, unless there is a resonance at 0), T -> 1 at E = 1e5 V0, where R ~ 1e-9 m a^2 V0."""
    t = BARRIERS[name](jnp.array([0.0, 1e-12, 1e7]), height, width, mass)
    assert t[0] == 0.0 and t[1] < 1e-7
    assert t[2] == pytest.approx(1.0, abs=1e-5)


@settings(max_examples=12)
@given(st.floats(0.05, 3.0), st.floats(-2.0, 3.0), st.floats(0.2, 3.0), st.floats(0.3, 3.0), st.floats(0.3, 3.0))
def test_closed_forms_agree_with_scatter(energy, height, width, separation, mass):
    """Two rectangles by scatter, from the left and from the right: 1e-10, or ten times the error that scatter states.

    T + R = 1 and both directions alike (reciprocity) to the same budget; that error is large on a sharp resonance.
    """
    edge = separation / 2 + width

    def potential(x):
        return jnp.where((jnp.abs(x) > separation / 2) & (jnp.abs(x) < edge), height, 0.0)

    inner = (-separation / 2, separation / 2)
    found = theory.scatter(potential, energy, left=-edge, right=edge, edges=inner, v_left=0.0, v_right=0.0, mass=mass)
    exact = float(theory.double_rectangular_transmission(energy, height, width, separation, mass))
    budget = max(1e-10, 10 * float(found.error))
    assert found.transmission == pytest.approx(exact, abs=budget)
    assert found.transmission + found.reflection == pytest.approx(1.0, abs=budget)


SHAPES = {
    # name: (V(x, height, width), left end, right end, edges; all in widths, V beyond the right end in heights, closed form)
    "rectangular": (lambda x, v, a: v * (jnp.abs(x) < a / 2), (-0.5, 0.5), (), 0.0, theory.rectangular_transmission),
    "step": (
        lambda x, v, a: v * (x > 0),
        (-1.0, 1.0),
        (0.0,),
        1.0,
        lambda e, v, a, m: theory.step_transmission(e, v, m),
    ),
    "eckart": (lambda x, v, a: v / jnp.cosh(x / a) ** 2, (-18.0, 18.0), (), 0.0, theory.eckart_transmission),
    "triangular": (lambda x, v, a: v * (1 - x / a), (0.0, 1.0), (), 0.0, theory.triangular_transmission),
}


@pytest.mark.parametrize("name", SHAPES)
@settings(max_examples=8)
@given(*PARAMETERS)
def test_closed_forms_agree_with_scatter_from_both_sides(name, energy, height, width, mass):
    """T from the left is the closed form, T + R = 1, and T from the right at the same energy is T from the left.

    Budget: 1e-10, or ten times the error that scatter states (a step just above its top, a thick barrier).
    """
    shape, (left, right), edges, beyond, closed = SHAPES[name]
    ends = {"left": left * width, "right": right * width, "edges": [edge * width for edge in edges]}
    mirrored = {"left": -right * width, "right": -left * width, "edges": [-edge * width for edge in edges]}
    far = beyond * height

    def potential(x):
        return shape(x, height, width)

    from_left = theory.scatter(potential, energy, **ends, v_left=0.0, v_right=far, mass=mass)
    from_right = theory.scatter(lambda x: potential(-x), energy, **mirrored, v_left=far, v_right=0.0, mass=mass)
    budget = max(1e-10, 10 * float(from_left.error), 10 * float(from_right.error))
    assert from_left.transmission == pytest.approx(float(closed(energy, height, width, mass)), abs=budget)
    assert from_left.transmission + from_left.reflection == pytest.approx(1.0, abs=budget)
    assert from_right.transmission == pytest.approx(float(from_left.transmission), abs=budget)


def across_deltas(k, mass, strengths, separation):
    """(T, R) of deltas in a row, from psi' rising by 2 m W psi at each and free motion between them: the outgoing wave followed back."""
    psi, slope = 1.0 + 0j, 1j * k
    for number, strength in enumerate(strengths):
        if number:
            cos, sin = np.cos(k * separation), np.sin(k * separation)
            psi, slope = cos * psi - sin / k * slope, k * sin * psi + cos * slope
        slope = slope - 2 * mass * strength * psi
    incoming, reflected = (psi + slope / (1j * k)) / 2, (psi - slope / (1j * k)) / 2
    return 1 / abs(incoming) ** 2, abs(reflected / incoming) ** 2


@settings(max_examples=40)
@given(st.floats(0.05, 4.0), st.floats(-3.0, 3.0), st.floats(0.1, 4.0), st.floats(0.3, 3.0))
def test_deltas_agree_with_matching(energy, strength, separation, mass):
    """One and two deltas, barriers and wells: 1e-10 of T (a resonance behind m W/k = 20 turns 1e-16 into 1e-11), T + R = 1."""
    k = np.sqrt(2 * mass * energy)
    one, back = across_deltas(k, mass, [strength], 0.0)
    assert theory.delta_transmission(energy, strength, mass) == pytest.approx(one, rel=1e-10)
    t, r = theory.delta_amplitudes(energy, strength, mass)
    assert abs(t) ** 2 + abs(r) ** 2 == pytest.approx(1.0, abs=1e-13)
    assert abs(r) ** 2 == pytest.approx(back, abs=1e-10)
    two, back = across_deltas(k, mass, [strength, strength], separation)
    found = float(theory.double_delta_transmission(energy, strength, separation, mass))
    assert found == pytest.approx(two, rel=1e-10, abs=1e-12)
    assert found + back == pytest.approx(1.0, abs=1e-10)


@settings(max_examples=40)
@given(*PARAMETERS)
def test_amplitudes_conserve_probability(energy, height, width, mass):
    """abs(t)^2 + abs(r)^2 = 1 of barrier and well, T + R = 1 of a step, and each T the square of its t: 1e-12."""
    for top in (height, -height):
        t, r = theory.rectangular_amplitudes(energy, top, width, mass)
        assert abs(t) ** 2 + abs(r) ** 2 == pytest.approx(1.0, abs=1e-12)
        assert abs(t) ** 2 == pytest.approx(float(theory.rectangular_transmission(energy, top, width, mass)), rel=1e-11)
        steps = theory.step_transmission(energy, top, mass) + theory.step_reflection(energy, top, mass)
        assert steps == pytest.approx(1.0, abs=1e-13)


@settings(max_examples=20)
@given(st.floats(0.1, 3.0), st.floats(0.2, 3.0), st.floats(0.3, 3.0))
def test_limits_of_thick_thin_and_two_barriers(height, width, mass):
    """A wall of kappa a = 12 is the thick form to 4 exp(-24), one of 1e-6 the delta of the same area to 1e-4; two barriers at no distance are one."""
    energy = height / 3
    kappa = np.sqrt(2 * mass * (height - energy))
    thick = theory.rectangular_transmission(energy, height, 12 / kappa, mass)
    assert thick == pytest.approx(float(theory.thick_barrier_transmission(energy, height, 12 / kappa, mass)), rel=1e-8)
    narrow, tall = 1e-6 / kappa, height * width * kappa * 1e6
    same_area = theory.rectangular_transmission(energy, tall, narrow, mass)
    assert same_area == pytest.approx(float(theory.delta_transmission(energy, height * width, mass)), rel=1e-4)
    joined = theory.double_rectangular_transmission(energy, height, width, 0.0, mass)
    assert joined == pytest.approx(float(theory.rectangular_transmission(energy, height, 2 * width, mass)), rel=1e-8)
    doubled = theory.double_delta_transmission(energy, height * width, 0.0, mass)
    assert doubled == pytest.approx(float(theory.delta_transmission(energy, 2 * height * width, mass)), rel=1e-11)


@settings(max_examples=6)
@given(st.floats(0.1, 0.9), st.floats(0.5, 4.0), st.floats(0.3, 2.0), st.floats(0.3, 3.0), st.floats(0.1, 10.0))
def test_wkb_has_no_units_either(fraction, height, width, mass, length):
    """S of a Gaussian under L and M = 1/L: the same number, 1e-11; Kemble's T is exp(-2 S)/(1 + exp(-2 S))."""

    def exponent(scale_energy, scale_length, heavy):
        def potential(x):
            return height * scale_energy * jnp.exp(-((x / (width * scale_length)) ** 2) / 2)

        reach = 9 * width * scale_length
        return theory.wkb_exponent(potential, fraction * height * scale_energy, -reach, reach, mass=heavy)

    here = float(exponent(1.0, 1.0, mass))
    assert exponent(1 / length, length, mass / length) == pytest.approx(here, rel=1e-11)
    kemble = theory.kemble_transmission(
        lambda x: height * jnp.exp(-((x / width) ** 2) / 2), fraction * height, -9 * width, 9 * width, mass=mass
    )
    assert kemble == pytest.approx(np.exp(-2 * here) / (1 + np.exp(-2 * here)), rel=1e-10)
