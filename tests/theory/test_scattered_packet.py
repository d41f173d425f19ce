"""The packet as it is written, inside or close to what it scatters off, against states known in closed form."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from wavesim import theory

WELL = theory.surveyed(lambda x: -1 / jnp.cosh(x) ** 2, -20.0, 20.0)
X = np.linspace(-40.0, 40.0, 3201)


def psi(packet):
    return (2 * np.pi * packet.width**2) ** -0.25 * np.exp(
        -((X - packet.center) ** 2) / (4 * packet.width**2) + 1j * packet.momentum * (X - packet.center)
    )


@pytest.mark.parametrize(
    "packet", [theory.Gaussian(-1.0, 2.0, 0.4), theory.Gaussian(0.5, 0.6, -0.7), theory.Gaussian(3.0, 1.5, 0.0)]
)
def test_reflectionless_well_holds_what_its_bound_state_holds(packet):
    """V = -1/cosh^2(x), m = 1: states (tanh x + ik) exp(-ikx)/sqrt(1 + k^2) and one bound one, 1/(sqrt 2 cosh x); packets that start on it.

    Formula: P = int dk |int (tanh x + ik)/sqrt(1 + k^2) exp(-ikx) psi dx|^2/(2 pi), P_left the same of the mirror image, and the three add to
    one with |<b|psi>|^2. Budget: the sums over 3,201 places and Gauss's rule in k are exact to rounding: 1e-11.
    """
    step = X[1] - X[0]
    nodes, weights = np.polynomial.legendre.leggauss(300)
    k = 6.0 * (nodes + 1)
    exact = []
    for one in (packet, packet.mirrored):
        waves = (np.tanh(X) + 1j * k[:, None]) / np.sqrt(1 + k[:, None] ** 2) * np.exp(-1j * k[:, None] * X)
        exact.append(6.0 * weights @ np.abs(waves @ psi(one) * step) ** 2 / (2 * np.pi))
    bound = abs(np.sum(psi(packet) / np.cosh(X)) * step) ** 2 / 2
    right = theory.transmitted_share(WELL, (packet,), 1.0)
    left = theory.transmitted_share(WELL.mirrored, (packet.mirrored,), 1.0)
    assert right.value + left.value + bound == pytest.approx(1.0, abs=1e-12)
    assert (right.value, left.value) == pytest.approx(exact, abs=1e-11)
    assert max(right.error, left.error) < 1e-11


def test_a_packet_across_a_step_down_is_all_accounted_for():
    """A step of -2 at 0 that the packet straddles: states of energies below 0 are closed on the left. P_right + P_left = 1 to 1e-12."""
    terrain = theory.surveyed(lambda x: jnp.where(x > 0, -2.0, 0.0), -0.5, 0.5, (0.0,), v_left=0.0, v_right=-2.0)
    packet = theory.Gaussian(-1.0, 1.5, 0.3)
    right = theory.transmitted_share(terrain, (packet,), 1.0)
    left = theory.transmitted_share(terrain.mirrored, (packet.mirrored,), 1.0)
    assert right.value + left.value == pytest.approx(1.0, abs=max(1e-12, right.error + left.error))
    assert right.error + left.error < 1e-9


def test_half_of_a_gaussian_in_closed_form():
    """int_(-inf)^edge exp(-ik(x - edge)) psi dx for real and imaginary k, edges on both sides of the packet, by scipy's quad to 1e-8."""
    packet = theory.Gaussian(-4.7, 3.5, 1.2)
    for edge in (-8.0, -2.0, 20.0):
        for k in (0.3, 2.5, -1.1, 0.7j):

            def wave(x, edge=edge, k=k):
                return np.exp(-1j * k * (x - edge)) * packet.at(np.array([x]))[0]

            parts = [quad(lambda x, f=f: f(wave(x)), -60.0, edge, limit=400)[0] for f in (np.real, np.imag)]
            assert packet.up_to(edge, np.array([k + 0j]))[0] == pytest.approx(complex(*parts), abs=1e-8)


def test_clear_of_the_potential_it_is_the_average():
    """Eckart barrier, packet 40 away and 3 wide: P = int T |phi|^2 dk by the closed form. Budget: 1e-13."""
    barrier = theory.surveyed(lambda x: 1 / jnp.cosh(x) ** 2, -20.0, 20.0)
    found = theory.transmitted_share(barrier, (theory.Gaussian(-60.0, 3.0, 1.4),), 1.0)
    exact = theory.packet_transmission(lambda e: theory.eckart_transmission(e, 1.0, 1.0), 1.4, 3.0)
    assert found.value == pytest.approx(float(exact.value), abs=1e-13)
    assert found.log == pytest.approx(np.log(found.value), abs=1e-12)


def test_what_underflows_has_a_logarithm():
    """A barrier with kappa a = 2000 and a packet of 0.1 % spread: P = 16 E (V0 - E)/V0^2 exp(-2 kappa a) averaged, far below 1e-308.

    Formula: with k = 1, V0 = 1 (kappa = 1), log T(k) = log 4 - 2 a + 2 a (k - 1) + ..., so log P = log 4 - 2 a + (2 a sigma)^2/2 to
    first order, sigma = 1/(2 w). Budget: the second order of log T, a sigma^2 2 ~ 0.04 of it, is 0.1 of 4000.
    """
    terrain = theory.surveyed(lambda x: 1.0 + 0 * x, 0.0, 2000.0, v_left=0.0, v_right=0.0)
    found = theory.transmitted_share(terrain, (theory.Gaussian(-9000.0, 500.0, 1.0),), 1.0)
    assert found.value == 0.0
    assert found.log == pytest.approx(np.log(4) - 4000 + (4000 / 1000) ** 2 / 2, abs=0.1)


def test_a_resonance_a_millionth_as_wide_as_the_packet():
    """Two barriers of height 2 and width 3, 5 apart: the lowest resonance is 1e-7 wide, the packet's energies spread over 0.1.

    Formula: int T rho dk by scipy with the pole's place given. Budget: quad's own 1e-12, and T, whose rounding at the flanks cancels: 1e-10.
    """
    pole = complex(theory.double_rectangular_resonances(2.0, 3.0, 5.0)[0])
    k0, gamma = np.sqrt(2 * pole.real), -2 * pole.imag
    assert gamma < 1e-6
    terrain = theory.surveyed(
        lambda x: jnp.where((jnp.abs(x) > 2.5) & (jnp.abs(x) < 5.5), 2.0, 0.0),
        -5.5,
        5.5,
        (-2.5, 2.5),
        v_left=0.0,
        v_right=0.0,
    )
    width = 3.0
    found = theory.transmitted_share(terrain, (theory.Gaussian(-60.0, width, k0),), 1.0)

    def rate(k):
        t = theory.double_rectangular_transmission(k * k / 2, 2.0, 3.0, 5.0)
        return float(t) * np.sqrt(2 / np.pi) * width * np.exp(-2 * (width * (k - k0)) ** 2)

    around = [k0 + sign * 10.0**n * gamma / k0 for n in range(-1, 6) for sign in (-1, 1)]
    ends = np.unique([0.0, *(place for place in around if place > 0), k0, k0 + 2.5])
    exact = sum(
        quad(rate, a, b, epsabs=1e-14, epsrel=1e-11, limit=200)[0] for a, b in zip(ends[:-1], ends[1:], strict=True)
    )
    assert found.value == pytest.approx(exact, abs=1e-10)


@pytest.mark.parametrize(("center", "exact"), [(30.0, 0.4692378072152168), (80.0, 0.4692244682747664)])
def test_slow_waves_on_the_upper_side_are_felt_at_any_distance(center, exact):
    """Set-up: two layers, 0.9 high and 0.2 high, between V = 0.35, where a packet with momenta 0.8 +- 0.2 starts, and V = 0; it is clear of them by 11 and 31 widths.

    Formula: int T abs(phi)^2 dk over the waves that come in is 0.46922157 at every distance, but they and the waves that move away share one
    energy, so what comes back interferes with these. Both shares by states with one outgoing wave each, matched at the edges and integrated
    elsewhere: they add to 1 within 1e-15, and what passes exceeds the average by 1.6e-5 and 2.9e-6. Budget: the stated error.
    """
    terrain = theory.surveyed(
        lambda x: jnp.where(x < -0.2, 0.2, 0.9), -2.2, 1.0, (-2.2, -0.2, 1.0), v_left=0.35, v_right=0.0
    )
    packet = (theory.Gaussian(-center, 2.5, 0.8),)
    through = theory.transmitted_share(terrain, packet, 1.0)
    back = theory.transmitted_share(terrain.mirrored, (packet[0].mirrored,), 1.0)
    assert abs(through.value - exact) <= through.error < 1e-10
    assert abs(through.value + back.value - 1.0) <= through.error + back.error
    assert through.value - 0.4692215655 < theory.standing_share(packet[0]) < 4e-4
