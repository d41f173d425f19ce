"""The moment-matched step: its weights, what it integrates exactly, and its derivative."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.constants import of_kinks
from wavesim import edges
from wavesim.edges import kink, unit_step, window

POINTS = jnp.arange(40.0) * 0.25


def test_the_weights_of_an_edge_midway() -> None:
    """-17/5760, 291/5760 | 5469/5760, 5777/5760: the Bernoulli polynomials at half cells."""
    step = np.asarray(unit_step(POINTS, 0.25, 20.5 * 0.25))
    assert step[19:23] * 5760 == pytest.approx([-17, 291, 5469, 5777], abs=1e-9)
    assert np.all(step[:19] == 0)
    assert np.all(step[23:] == 1)


@pytest.mark.parametrize("place", [5.0, 5.01, 5.1, 5.125, 5.2, 5.2499])
@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_moments_up_to_the_third_are_exact(place: float, power: int) -> None:
    """sum w_j f(x_j) dx = int_s^inf f dx up to O(dx^5), and exactly for cubics near the edge.

    Set-up: f = x^q exp(-((x - s)/1.5)^8), flat at the edge to eighth order, so that only x^q is seen there, on fine points.
    Budget: the left-over eighth order, dx^9 relative, and rounding: 1e-9 of the integral.
    """
    x = np.arange(2000) * 0.025

    def f(at: np.ndarray) -> np.ndarray:
        return at**power * np.exp(-(((at - place) / 1.5) ** 8))

    nodes, weights = np.polynomial.legendre.leggauss(120)
    exact = np.sum(f(place + (nodes + 1) * 1.25) * weights) * 1.25
    summed = float(np.sum(np.asarray(unit_step(jnp.asarray(x), 0.025, place)) * f(x)) * 0.025)
    assert summed == pytest.approx(exact, rel=1e-9)


def test_an_edge_at_a_point() -> None:
    """Summed with the weights, each power v^q counted from the edge gives int_0^inf v^q dv = 0 (regularized), q = 0..3.

    Formula: sum w_v v^q over v = -2..1 is minus the rest, sum_(v >= 2) v^q = zeta(-q) - 1; zeta = -1/2, -1/12, 0, 1/120.
    """
    step = np.asarray(unit_step(POINTS, 0.25, 5.0))
    nodes = np.array([-2.0, -1.0, 0.0, 1.0])
    for q, zeta in enumerate((-1 / 2, -1 / 12, 0.0, 1 / 120)):
        assert step[18:22] @ nodes**q == pytest.approx(1 - zeta, abs=1e-12)


@pytest.mark.parametrize("spacing", [0.25, 0.125])
def test_nearly_continuous_where_the_edge_passes_a_point(spacing: float) -> None:
    """The four points change there, and what they integrate by no more than the order of the rule, O(dx^5), for a Gaussian."""
    points = jnp.arange(round(10 / spacing)) * spacing
    f = np.exp(-((np.asarray(points) - 5.5) ** 2))
    below, above = (float(jnp.sum(unit_step(points, spacing, s) * f)) * spacing for s in (5.0 - 1e-9, 5.0 + 1e-9))
    assert abs(below - above) < 0.5 * spacing**5


def test_edges_outside_of_the_points() -> None:
    assert np.all(unit_step(POINTS, 0.25, -3.0) == 1)
    assert np.all(unit_step(POINTS, 0.25, 30.0) == 0)


def test_the_derivative_in_the_edge() -> None:
    """d/ds int_s^inf f = -f(s), by automatic differentiation of the weights. Budget: O(dx^4) x 1/24: 1e-3."""
    f = jnp.exp(-((POINTS - 5) ** 2))
    for place in (4.6, 5.13, 5.9):
        slope = jax.grad(lambda s: jnp.sum(unit_step(POINTS, 0.25, s) * f) * 0.25)(place)
        assert float(slope) == pytest.approx(-np.exp(-((place - 5) ** 2)), abs=1e-3)


def test_a_window_is_the_difference_of_two_steps() -> None:
    """Its sum times the spacing is its width, for any place and any width, also below one cell."""
    for left, right in ((2.0, 7.0), (3.07, 3.2), (4.99, 5.01)):
        cut = window(POINTS, 0.25, left, right)
        assert float(jnp.sum(cut)) * 0.25 == pytest.approx(right - left, abs=1e-12)
        assert float(jnp.sum(cut * POINTS)) * 0.25 == pytest.approx((right**2 - left**2) / 2, abs=1e-12)
    assert float(jnp.max(window(POINTS, 0.25, 2.0, 7.0))) < 1.09
    assert float(jnp.min(window(POINTS, 0.25, 2.0, 7.0))) > -0.09


@pytest.mark.parametrize("theta", [0.0, 0.3, 0.5, 1.0])
def test_the_kink_is_what_the_integrals_say(theta: float) -> None:
    """Set-up: a jump of 0.7 met by mass 2 on points 1/4 apart, theta of a cell left of a point.

    Formula: sum of the two entries = -2 m D^2 h^2 I and first moment -2 m D^2 h^2 J (in cells from that point), with I and J from
    W(p) = sum_v w_v e^(-ipv) + e^(-2ip)/(1 - e^(-ip)) by Gauss-Legendre quadrature over p; below p = 0.06, where their parts cancel,
    the integrands are taken as constant. Budget: 1e-5 for I and J, which are 1e-3 to 2e-2.
    """
    edge = (20 - theta) * 0.25
    entries = np.asarray(kink(POINTS, 0.25, edge, -0.7, 2.0)) / (-2 * 2.0 * 0.7**2 * 0.25**2)
    first = 20 if theta < 1 else 19
    assert np.count_nonzero(entries[: first - 1]) == np.count_nonzero(entries[first + 1 :]) == 0
    theta = theta % 1
    weights = np.asarray(unit_step(POINTS, 0.25, edge))[first - 2 : first + 2]
    nodes, quadrature = np.polynomial.legendre.leggauss(80)
    p = 0.06 + (nodes + 1) / 2 * (np.pi - 0.06)
    v = np.array([-2.0, -1.0, 0.0, 1.0])
    z = np.exp(-1j * p)
    transform = np.exp(-1j * np.outer(p, v)) @ weights + z**2 / (1 - z)
    slope = np.exp(-1j * np.outer(p, v)) @ (-1j * v * weights) - 2j * z**2 / (1 - z) - 1j * z**3 / (1 - z) ** 2
    beyond = 1 / (3 * np.pi**3)
    lost = 1 / p**4 - np.abs(transform) ** 2 / p**2
    moment = -theta / p**4 + np.imag(slope * np.conj(transform)) / p**2
    strength = (np.sum(lost * quadrature) * (np.pi - 0.06) / 2 + lost[0] * 0.06 + beyond) / np.pi
    place = (np.sum(moment * quadrature) * (np.pi - 0.06) / 2 + moment[0] * 0.06 - theta * beyond) / np.pi
    assert entries.sum() == pytest.approx(strength, abs=1e-5)
    assert -entries[first - 1] == pytest.approx(place, abs=1e-5)


def test_the_constants_of_a_kink_are_those_of_their_integrals() -> None:
    """Set-up: both polynomials made anew by Gauss-Legendre quadrature in 60 digits (benchmarks/constants.py). Budget: the last digit of a double."""
    for made, code in zip(of_kinks(), (edges._STRENGTH, edges._PLACE), strict=True):
        assert np.max(np.abs(made - code)) < 1e-16
