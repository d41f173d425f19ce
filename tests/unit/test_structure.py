"""What a planner learns of V: its span, its extremes, how fine it is; and edges of sums that coincide."""

from __future__ import annotations

import math

import jax
import numpy as np
import pytest

from wavesim import Grid
from wavesim.edges import bends
from wavesim.potentials import (
    AbstractPotential,
    CoulombBarrier,
    DeltaBarrier,
    DeltaWell,
    Driven,
    EckartBarrier,
    Expression,
    Free,
    GaussianBarrier,
    Harmonic,
    ParabolicBarrier,
    QuarticDoubleWell,
    RectangularBarrier,
    SmoothFunction,
    Sum,
    TriangularBarrier,
    structure_of,
)

GRID = Grid((-6.037,), (0.11,), (110,))
LAYERS = Sum((RectangularBarrier(-3.0, 1.0, -1.5), RectangularBarrier(3.0, 2.0), RectangularBarrier(-3.0, 1.0, 1.5)))
THIN = Expression("V*exp(-((x - c)/s)^2) + V*exp(-((x + c)/s)^2)", {"V": 10.0, "s": 0.1, "c": 3.0})


def test_edges_that_coincide_are_one() -> None:
    """Set-up: three layers that touch. Each edge stands once, and psi's bend there is that of the whole jump: (-3, 6, -6, 3)."""
    assert LAYERS.edges == (-2.0, -1.0, 1.0, 2.0)
    bare = sum(np.asarray(term.placed(GRID)) for term in LAYERS.terms)
    bent = np.asarray(bends(GRID.x, 0.11, LAYERS.edges, (-3.0, 6.0, -6.0, 3.0), 2.0))
    assert np.asarray(LAYERS.sample(GRID, mass=2.0)) == pytest.approx(bare + bent, abs=1e-12)
    assert np.asarray(jax.jit(lambda v: v.sample(GRID, mass=2.0))(LAYERS)) == pytest.approx(bare + bent, abs=1e-12)


def test_layers_that_make_one_leave_no_edge() -> None:
    """Two halves of a barrier sample as the whole, at which nothing is left of the seam, rounding of its place included; a kink stays."""
    halves = Sum((RectangularBarrier(1.3, 0.7, -0.35), RectangularBarrier(1.3, 0.7, 0.35 * (1 + 1e-15))))
    assert halves.edges == pytest.approx((-0.7, 0.7))
    whole = RectangularBarrier(1.3, 1.4)
    assert np.asarray(halves.sample(GRID, mass=2.0)) == pytest.approx(
        np.asarray(whole.sample(GRID, mass=2.0)), abs=1e-13
    )
    slopes = Sum((TriangularBarrier(1.0, 1.0), Expression("where((x > -1) & (x < 0), 1 + x, 0)")))
    assert slopes.edges == pytest.approx((-1.0, 0.0, 1.0))


def test_deltas_that_coincide_are_one() -> None:
    both = Sum((DeltaBarrier(1.0, 0.013), DeltaWell(0.3, 0.013)))
    grid = Grid((-2.0 + 0.013,), (0.25,), (16,))
    assert both.spikes == (0.013,) and both.strengths == pytest.approx((0.7,))
    assert np.asarray(both.sample(grid)) == pytest.approx(np.asarray(DeltaBarrier(0.7, 0.013).sample(grid)), rel=1e-14)


def test_a_sum_of_smooth_terms_is_smooth() -> None:
    """And has their gradients: F = V'^2/m of two bumps as of one formula. Budget: 1e-12."""
    both = Sum((GaussianBarrier(1.0, 0.5, 1.0), EckartBarrier(0.7, 0.4)))
    formula = Expression("exp(-2*(x - 1)^2) + 0.7*sech(x/0.4)^2")
    assert both.smooth and formula.smooth and not LAYERS.smooth
    for ours, theirs in zip(both.gradient_terms(GRID), formula.gradient_terms(GRID), strict=True):
        assert np.asarray(ours) == pytest.approx(np.asarray(theirs), abs=1e-11)


# span at 1e-6, lowest, highest, finest length, wave number at 1e-6: by hand
GAUSS = 0.5 * math.sqrt(2 * math.log(1e6))
CASES: dict[str, tuple[AbstractPotential, tuple[float, float], float, float, float, float]] = {
    "gaussian": (GaussianBarrier(1.0, 0.5), (-GAUSS, GAUSS), 1e-6, 1.0, 0.46, 2 * math.sqrt(2 * math.log(1e6))),
    "two thin ones": (THIN, (-3.372, 3.372), 0.0, 10.0, 0.066, 20 * math.sqrt(math.log(1e6))),
    "one far thinner": (
        Sum((GaussianBarrier(1.0, 1.0), GaussianBarrier(0.5, 0.01, -50.0))), (-50.053, 5.257), 0.0, 1.0, 0.0093, 500.0),
    "rectangle": (RectangularBarrier(1.0, 2.0), (-1.0, 1.0), 0.0, 1.0, math.inf, 0.0),
    "layers": (LAYERS, (-2.0, 2.0), -3.0, 3.0, math.inf, 0.0),
    "parabola": (ParabolicBarrier(1.0, 2.0), (-2.0, 2.0), 0.0, 1.0, math.sqrt(2), 1.0),
    "nothing": (Free(), (0.0, 0.0), 0.0, 0.0, math.inf, 0.0),
    "oscillator": (Harmonic(1.0), (-1.0, 1.0), 0.0, 0.5, math.sqrt(0.5), 2.0),
    "double well": (QuarticDoubleWell(1.0, 2.0), (-3.0, 3.0), 0.0, 1.5625, 0.52, 4 / 3),
    "nucleus": (CoulombBarrier(1.0, 1.0, 2.0), (-1e6, 1e6), -1.0, 2.0, 0.65, 0.007),
    "function": (SmoothFunction(lambda x, _: 3 * (x - 0.3) ** 2, None, (math.inf, math.inf), (-1.0, 1.0)), (-1.0, 1.0), 0.0, 5.07, 0.9, 2.0),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_structure_of_a_potential(case: str) -> None:
    """Budget: 0.2 % of the span, 1e-6 of the height for the extremes; 20 % of the finest length and 20 % of the wave number, which are scales."""
    potential, span, lowest, highest, finest, wave = CASES[case]
    structure = structure_of(potential)
    assert structure.span == pytest.approx(span, rel=2e-3)
    assert (structure.lowest, structure.highest) == pytest.approx(
        (lowest, highest), abs=2e-6 * max(structure.height, 1.0)
    )
    assert structure.finest == pytest.approx(finest, rel=0.2)
    assert structure.wave_number == pytest.approx(wave, rel=0.2)
    assert structure.edges == potential.edges
    assert structure_of(potential) is structure


def test_the_structure_of_what_moves() -> None:
    """Set-up: a bump that moves by 2, and one in a field. Its span holds all of its way; the field adds F x at the times asked for."""
    moving = structure_of(Expression("exp(-(x - t)^2/2)"), times=(0.0, 1.0, 2.0))
    assert moving.span == pytest.approx((-5.257, 7.257), rel=2e-3)
    driven = structure_of(Driven(GaussianBarrier(1.0, 0.5), 0.1, math.pi), times=(0.0, 1.0))
    assert driven.lowest == pytest.approx(-0.1 * GAUSS, rel=1e-4) and driven.wave_number == pytest.approx(10.5, rel=0.2)
    taller = structure_of(Expression("exp(-x^2/2)*(1 + 0.3*cos(t))"), times=(0.0, math.pi))
    assert taller.highest == pytest.approx(1.3, rel=1e-9)


def test_sharp_potentials_may_be_driven() -> None:
    """Samples are those of the barrier plus F x cos(w t), whether it is built in or a formula. Budget: 1e-11."""
    barrier, formula = RectangularBarrier(1.5, 2.0), Expression("where(abs(x) < 1, 1.5, 0)")
    wanted = np.asarray(barrier.sample(GRID)) + 0.05 * math.cos(0.8 * 0.7) * np.asarray(GRID.x)
    for potential in (barrier, formula):
        driven = Driven(potential, 0.05, 0.8)
        assert np.asarray(driven.sample(GRID, time=0.7)) == pytest.approx(wanted, abs=1e-11)
        assert driven.edges == pytest.approx((-1.0, 1.0)) and not driven.smooth
    assert Driven(Harmonic(1.0), 0.05, 0.8).smooth


def test_edges_that_move() -> None:
    """Set-up: a wall that moves as x = t/2. It is known where it is at any time; samples are cell averages, whose sum errs by 1/8 of a cell at most."""
    wall = Expression("heaviside(x - t/2)")
    assert wall.edges_at(3.0) == pytest.approx((1.5,)) and not wall.smooth and not wall.static
    area = float(np.sum(np.asarray(wall.sample(GRID, time=3.0)))) * 0.11
    assert area == pytest.approx(float(GRID.x[-1]) + 0.055 - 1.5, abs=0.11 / 8)
