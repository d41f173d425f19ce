"""The transmitted probability of a packet: the average of T over its spectrum, with an error that covers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from wavesim import theory


@jax.jit
def rectangular(energy):
    """T of the reference barrier V0 = 1, a = 1.5."""
    return theory.rectangular_transmission(energy, 1.0, 1.5)


def test_anchor_of_the_reference_packet():
    """Momentum 1, width 5, V0 = 1, a = 1.5: P = 0.185563882093389, not T(E0) = 0.180707; by quadrature to 1e-14."""
    found = theory.packet_transmission(rectangular, 1.0, 5.0)
    assert abs(found.value - 0.185563882093389) <= found.error + 5e-16
    assert found.value == pytest.approx(0.185563882093389, abs=1e-14)
    assert found.error < 1e-12


def test_the_same_from_the_numerical_scattering_and_from_samples():
    """T(E) by scatter instead of the closed form, and abs(phi)^2 given on a grid: the same number, to 1e-12."""

    def numerical(energy):
        return theory.scatter(
            lambda x: jnp.where(jnp.abs(x) < 0.75, 1.0, 0.0), energy, left=-1.0, right=1.0, edges=(-0.75, 0.75)
        ).transmission

    assert theory.packet_transmission(numerical, 1.0, 5.0).value == pytest.approx(0.185563882093389, abs=1e-12)
    k = np.linspace(-0.5, 2.5, 601)
    density = np.exp(-(((k - 1) / 0.1) ** 2) / 2) / (np.sqrt(2 * np.pi) * 0.1)
    sampled = theory.spectrum_transmission(rectangular, k, density)
    assert sampled.value == pytest.approx(0.185563882093389, abs=1e-12)


def test_only_what_moves_towards_the_barrier_counts():
    """T = 1 everywhere: P is the weight of k > 0, erfc(-sqrt 2 p w)/2; p w = 0.5 leaves 15.9 % moving away.

    The integrand ends at k = 0 with a jump to nothing; Gauss panels end there too: 1e-13.
    """
    found = theory.packet_transmission(jnp.ones_like, 0.5, 1.0)
    weight = theory.incoming_probability(0.5, 1.0)
    assert weight == pytest.approx(0.8413447460685429, abs=1e-15)
    assert found.value == pytest.approx(float(weight), abs=1e-13)
    backwards = theory.packet_transmission(jnp.ones_like, -20.0, 5.0)
    assert backwards.value == 0.0


def test_threshold_and_resonances_within_the_error():
    """A step inside the spectrum (T ~ sqrt(E - V0) there) and double-barrier resonances, against scipy's quad.

    The bar claims 1e-12; quad is asked for 1e-12 with the singular and resonant points given.
    """

    def reference(transmission, points):
        def integrand(k):
            return float(transmission(k**2 / 2)) * np.exp(-(((k - 1) / 0.1) ** 2) / 2) / (np.sqrt(2 * np.pi) * 0.1)

        ends = [0.3, *points, 1.7]
        return sum(
            quad(integrand, a, b, epsabs=1e-13, epsrel=1e-12, limit=400)[0]
            for a, b in zip(ends[:-1], ends[1:], strict=True)
        )

    @jax.jit
    def step(energy):
        return theory.step_transmission(energy, 0.5)

    found = theory.packet_transmission(step, 1.0, 5.0)
    assert found.error < 1e-12
    assert abs(found.value - reference(lambda e: step_by_hand(e, 0.5), [1.0])) < 3e-12

    @jax.jit
    def resonant(energy):
        return theory.double_rectangular_transmission(energy, 1.0, 3.0, 4.0)

    found = theory.packet_transmission(resonant, 1.0, 5.0)
    equidistant = np.linspace(0.2, 1.8, 400001)
    weight = np.exp(-(((equidistant - 1) / 0.1) ** 2) / 2) / (np.sqrt(2 * np.pi) * 0.1)
    brute = np.trapezoid(np.asarray(resonant(equidistant**2 / 2)) * weight, equidistant)
    assert abs(found.value - brute) < found.error + 1e-11


def step_by_hand(energy, height):
    """T of a step in plain floats, quick enough for a scalar quadrature."""
    if energy <= height:
        return 0.0
    k1, k2 = np.sqrt(energy), np.sqrt(energy - height)
    return 4 * k1 * k2 / (k1 + k2) ** 2


def test_gradient_with_respect_to_barrier_and_packet():
    """d P/d(V0, momentum, width) by jax.grad against central differences of step 1e-4 (error 1e-8 P''')."""

    @jax.jit
    def probability(height, momentum, width):
        return theory.packet_transmission(
            lambda e: theory.rectangular_transmission(e, height, 1.5), momentum, width
        ).value

    at = (1.0, 1.0, 5.0)
    found = jax.jit(jax.grad(probability, (0, 1, 2)))(*at)
    for i, slope in enumerate(found):
        up, down = list(at), list(at)
        up[i] += 1e-4
        down[i] -= 1e-4
        assert slope == pytest.approx(float((probability(*up) - probability(*down)) / 2e-4), abs=1e-7)


def test_an_integrand_that_cannot_be_integrated_ends_with_a_large_error():
    """T that oscillates faster than any panel resolves: no endless bisection, and the bar does not claim 1e-13."""
    found = theory.packet_transmission(lambda e: (1 + jnp.sign(jnp.sin(1e7 * e))) / 2, 1.0, 5.0)
    assert found.error > 1e-6
    assert abs(found.value - 0.5) < 0.1
