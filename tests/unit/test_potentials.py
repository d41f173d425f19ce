"""Every potential against its formula, its gradient terms against derivatives by hand, and what the planner asks of it."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Grid
from wavesim.edges import bends
from wavesim.errors import ArgumentError
from wavesim.potentials import (
    AbstractPotential,
    DoubleBarrier,
    Driven,
    EckartBarrier,
    Free,
    GaussianBarrier,
    Harmonic,
    QuarticDoubleWell,
    RectangularBarrier,
    Separable,
    SmoothFunction,
    SquareDoubleWell,
    Step,
    Sum,
)

X = np.linspace(-6.0, 6.0, 241)[:-1] + 0.0123
GRID = Grid((-6.0 + 0.0123,), (0.05,), (240,))
U = X - 0.4
CASES: dict[str, tuple[AbstractPotential, np.ndarray]] = {
    "free": (Free(), 0 * X),
    "step": (Step(0.7, 0.4), np.where(U > 0, 0.7, 0)),
    "rectangular": (RectangularBarrier(0.7, 1.3, 0.4), np.where(np.abs(U) < 0.65, 0.7, 0)),
    "double": (DoubleBarrier(0.7, 0.8, 1.1, 0.4), np.where((np.abs(U) > 0.55) & (np.abs(U) < 1.35), 0.7, 0)),
    "gaussian": (GaussianBarrier(0.7, 1.3, 0.4), 0.7 * np.exp(-(U**2) / (2 * 1.3**2))),
    "eckart": (EckartBarrier(-0.7, 1.3, 0.4), -0.7 / np.cosh(U / 1.3) ** 2),
    "harmonic": (Harmonic(1.2, 0.4), 2.0 * 1.44 * U**2 / 2),
    "quartic": (QuarticDoubleWell(0.7, 1.3, 0.2, 0.4), 0.7 * ((U / 1.3) ** 2 - 1) ** 2 + 0.2 * U / 1.3),
    "square": (SquareDoubleWell(0.7, 0.8, 1.1, 0.4), np.where((np.abs(U) > 0.55) & (np.abs(U) < 1.35), -0.7, 0)),
}
MASS = 2.0


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_the_formula(name: str) -> None:
    """At 240 points, mass 2 (which only the oscillator feels). Budget: 1e-13."""
    potential, exact = CASES[name]
    assert np.asarray(potential.value((jnp.asarray(X),), mass=MASS)) == pytest.approx(exact, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("name", CASES)
def test_samples_equal_values_where_there_is_no_edge(name: str) -> None:
    """Smooth: everywhere. Sharp: but for four points at each edge; and the integral of V is right to the last digit, but for the
    kinks, which stand for what a grid cannot show of psi.
    """
    potential, exact = CASES[name]
    samples = np.asarray(potential.sample(GRID, mass=MASS))
    near = np.zeros(240, bool)
    for edge in potential.edges:
        near |= np.abs(X - edge) < 2.001 * 0.05
    assert samples[~near] == pytest.approx(exact[~near], rel=1e-13, abs=1e-13)
    assert np.count_nonzero(near) <= 4 * len(potential.edges) + 4
    if potential.edges and potential.asymptotes() == (0.0, 0.0):
        edges = np.asarray(potential.edges).reshape(-1, 2)
        area = 0.7 * np.sum(edges[:, 1] - edges[:, 0]) * np.sign(samples[np.argmax(np.abs(samples))])
        kinks = np.asarray(bends(jnp.asarray(X), 0.05, potential.edges, potential.jumps_at(0.0), MASS))
        assert np.sum(samples - kinks) * 0.05 == pytest.approx(area, abs=1e-13)
        assert np.all(np.abs(kinks) < 0.02 * 2 * MASS * (0.7 * 0.05) ** 2 * 4)


@pytest.mark.parametrize("name", CASES)
def test_far_away_and_support(name: str) -> None:
    """Outside of support(t) V is within t of its asymptotes; the edges lie in it, and only a sharp V has any."""
    potential, _ = CASES[name]
    left, right = potential.support(1e-4)
    assert left <= right
    assert all(left <= edge <= right for edge in potential.edges)
    assert potential.smooth == (not potential.edges)
    for end, place in zip(potential.asymptotes(), (left - 1e-9, right + 1e-9), strict=True):
        if math.isfinite(end):
            assert abs(float(potential.value((jnp.asarray(place),), mass=MASS)) - end) <= 1.001e-4 * 0.7 + 1e-15


def test_gradient_terms_by_hand() -> None:
    """F = V'^2/m and G = 2 V'^2 V''/m^2 in one dimension, for the Gaussian barrier, mass 2. Budget: 1e-13."""
    v = 0.7 * np.exp(-(U**2) / (2 * 1.3**2))
    slope, curvature = -U / 1.69 * v, (U**2 / 1.69 - 1) / 1.69 * v
    first, second = GaussianBarrier(0.7, 1.3, 0.4).gradient_terms(GRID, mass=MASS)
    assert np.asarray(first) == pytest.approx(slope**2 / 2, abs=1e-13)
    assert np.asarray(second) == pytest.approx(2 * slope**2 * curvature / 4, abs=1e-13)


def test_gradient_terms_of_a_coupled_potential() -> None:
    """V = x^2 y in 2D: grad V = (2xy, x^2), F = (4x^2y^2 + x^4)/m, G = grad F . grad V/m, mass 2. Budget: 1e-11."""
    line = Grid.line(-2.0, 2.0, 12)
    grid = Grid.product(line, line)
    x, y = (np.asarray(axis) for axis in grid.position)
    first, second = SmoothFunction(lambda x, y, _: x**2 * y).gradient_terms(grid, mass=MASS)
    exact = ((8 * x * y**2 + 4 * x**3) / 2 * 2 * x * y + 8 * x**2 * y / 2 * x**2) / 2
    assert np.asarray(first) == pytest.approx((4 * x**2 * y**2 + x**4) / 2, abs=1e-12)
    assert np.asarray(second) == pytest.approx(exact, abs=1e-11)


def test_the_eckart_barrier_far_away() -> None:
    """sech^2 at x = +-800 is zero with zero derivatives, not nan from an overflowing cosh."""
    barrier = EckartBarrier(1.0, 1.0)

    def value(x: jax.Array) -> jax.Array:
        return barrier.value((x,))

    for x in (-800.0, 800.0):
        assert float(value(jnp.asarray(x))) == 0
        assert float(jax.grad(jax.grad(value))(x)) == 0


def test_sums() -> None:
    """A barrier on a step: values, samples, edges in order, asymptotes and support of the whole."""
    whole = Sum((RectangularBarrier(0.7, 1.0, 2.0), Step(0.3), GaussianBarrier(0.1, 0.5)))
    parts = [np.asarray(term.sample(GRID)) for term in whole.terms]
    assert np.asarray(whole.sample(GRID)) == pytest.approx(sum(parts), abs=1e-14)
    assert float(whole.value((jnp.asarray(2.0),))) == pytest.approx(1.0, abs=1e-3)
    assert whole.edges == (0.0, 1.5, 2.5)
    assert whole.asymptotes() == (0.0, 0.3)
    assert whole.support(1e-3)[1] == 2.5
    assert not whole.smooth


def test_separable_and_planar_potentials() -> None:
    """Separable adds one potential for each axis; a potential of one dimension is planar on a grid of two."""
    grid = Grid.product(GRID.axis(0), Grid.line(-2.0, 2.0, 8))
    y = np.asarray(grid.position[1])
    both = Separable((EckartBarrier(0.7, 1.3), Harmonic(0.9)))
    line = np.asarray(EckartBarrier(0.7, 1.3).sample(GRID))[:, None]
    assert np.asarray(both.sample(grid, mass=MASS)) == pytest.approx(line + 0.81 * y**2, abs=1e-13)
    for planar in (EckartBarrier(0.7, 1.3), RectangularBarrier(0.7, 1.3)):
        expected = np.broadcast_to(np.asarray(planar.sample(GRID))[:, None], grid.points)
        assert np.array_equal(np.asarray(planar.sample(grid)), expected)
    assert both.asymptotes() == (0.0, 0.0)


def test_a_driven_potential() -> None:
    """V_0 + force x cos(frequency t + phase); not static; its gradient terms hold the field."""
    driven = Driven(Harmonic(1.0), 0.5, 2.0, 0.3)
    assert not driven.static
    at = np.asarray(driven.sample(GRID, time=0.7))
    field = 0.5 * np.cos(1.7)
    assert at == pytest.approx(X**2 / 2 + field * X, abs=1e-13)
    first, _ = driven.gradient_terms(GRID, time=0.7)
    assert np.asarray(first) == pytest.approx((X + field) ** 2, abs=1e-12)


def test_parameters_are_differentiable_leaves() -> None:
    """dV/dwidth of the samples of a sharp barrier is not zero: the edges move; the integral gains height for each length.

    Without a mass there are no kinks, which change a little as an edge moves through its cell.
    """
    slope = jax.grad(lambda w: jnp.sum(RectangularBarrier(0.7, w).sample(GRID, mass=0.0)) * 0.05)(1.3)
    assert float(slope) == pytest.approx(0.7, abs=1e-10)
    assert len(jax.tree.leaves(QuarticDoubleWell(1.0, 1.0))) == 4


def test_divides() -> None:
    assert QuarticDoubleWell(1.0, 1.0, center=0.3).divide == 0.3
    assert SquareDoubleWell(1.0, 1.0, 1.0, center=-0.2).divide == -0.2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RectangularBarrier(1.0, 0.0), "`width` must be positive, but is 0"),
        (lambda: EckartBarrier(math.nan, 1.0), "`height` must be finite"),
        (lambda: EckartBarrier("0.3 eV", 1.0), "`height` must be a number, but is '0.3 eV'"),  # type: ignore[arg-type]
        (lambda: Harmonic(1j), "`frequency` must be real"),  # type: ignore[arg-type]
        (lambda: Sum(()), "must hold at least one potential"),
        (lambda: Sum((Driven(Harmonic(1.0), 1.0, 1.0),)), "drive the sum instead"),
        (lambda: Separable((Step(1.0),)), "must be smooth potentials, but one is a step"),  # type: ignore[arg-type]
        (lambda: Separable((Free(),)).sample(Grid.product(GRID, GRID)), "one for each of the 2 axes"),
    ],
)
def test_what_is_no_potential_is_refused(make, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()
