"""Wells that leak: their samples, the mirror at a hard wall, and the trapped start."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from wavesim import Grid, Problem
from wavesim.analysis import question_of
from wavesim.errors import ArgumentError, NumericsError
from wavesim.hamiltonian import Hamiltonian
from wavesim.potentials import (
    AbstractMetastable,
    CoulombBarrier,
    LeakySquareWell,
    RectangularBarrier,
    SquareDoubleWell,
    WellBehindBarrier,
)
from wavesim.propagation import coarsened, fitted_grid, plan
from wavesim.states import Trapped

BARRIER = WellBehindBarrier(height=2.0, width=1.0, well_width=2.0, center=0.3)
NUCLEUS = CoulombBarrier(depth=1.5, radius=2.0, strength=6.0, center=-0.2)
LEAKY = LeakySquareWell(depth=2.0, well_width=2.0, separation=1.5)
WELLS = [BARRIER, NUCLEUS, LEAKY]
GRID = Grid.line(-12.0, 12.0, 480)


@pytest.mark.parametrize("well", WELLS, ids=lambda well: type(well).__name__)
def test_samples_are_the_value_away_from_the_edges(well: AbstractMetastable) -> None:
    samples, value = np.asarray(well.sample(GRID)), np.asarray(well.value(GRID.position))
    x = np.asarray(GRID.x)
    near = np.min(np.abs(x[:, None] - np.array(well.edges)), axis=1) < 2.1 * GRID.spacing[0]
    # the box of the leaking well ends where V jumps
    assert np.allclose(samples[~near], value[~near], atol=1e-12)
    assert near.sum() <= 5 * len(well.edges)


@pytest.mark.parametrize("shift", [0.0, 0.013, 0.031])
def test_an_edge_keeps_its_moments(shift: float) -> None:
    """int V dx over the two mirrored barriers is 2 height width, and int V x^2 dx what it is, wherever the edges fall: moments 0 to 3.

    Without a mass there are no kinks, which stand for what a grid cannot show of psi.
    """
    well = WellBehindBarrier(2.0, 1.0, 2.0, center=shift)
    x, samples, step = np.asarray(GRID.x) - shift, np.asarray(well.sample(GRID, mass=0.0)), GRID.spacing[0]
    assert np.sum(samples) * step == pytest.approx(4.0, rel=1e-12)
    assert np.sum(samples * x**2) * step == pytest.approx(2 * 2.0 * (27 - 8) / 3, rel=1e-10)


def test_the_closed_well_is_the_open_one_up_to_the_barrier() -> None:
    for well in WELLS:
        closed, opened = np.asarray(well.sample_closed(GRID)), np.asarray(well.sample(GRID))
        inner = np.asarray(GRID.x) < well.divide
        inner &= np.asarray(GRID.x) > (-np.inf if well.wall is None else 2 * well.wall - well.divide)
        far = np.abs(np.asarray(GRID.x)) > 8
        assert np.allclose(closed[inner][3:-3], opened[inner][3:-3], atol=1e-12)
        assert np.ptp(closed[far]) < 1e-12
        assert closed[far][0] > opened[far][-1]


def test_the_left_well_is_that_of_the_double_well() -> None:
    """To the last digit: what leaks and what swings to and fro have the same well and barrier."""
    twin = SquareDoubleWell(depth=2.0, well_width=2.0, separation=1.5)
    left = np.asarray(GRID.x) < LEAKY.divide
    assert np.array_equal(np.asarray(LEAKY.sample(GRID))[left], np.asarray(twin.sample(GRID))[left])
    assert LEAKY.divide == twin.divide
    assert LEAKY.edges == twin.edges[:3]


@pytest.mark.parametrize("ratio", [1.0, 1.4, 2.0])
def test_planned_grids_are_mirrored_at_the_wall(ratio: float) -> None:
    """The wall midway between the two middle points, the barrier's edges midway too, on the planned grid and on the coarser ones."""
    grid = plan(Problem(BARRIER, Trapped()), 1e-2).numerics.grid
    grid = grid if ratio == 1.0 else coarsened(grid, ratio, BARRIER)
    x = np.asarray(grid.x)
    assert np.max(np.abs(x + x[::-1] - 2 * 0.3)) < 1e-9
    cells = (np.array([*BARRIER.edges, 0.3]) - x[0]) / grid.spacing[0]
    assert np.max(np.abs(cells - np.floor(cells) - 0.5)) < 1e-6


def test_the_trapped_state_is_the_level_of_the_closed_well() -> None:
    """k cot(k a) = -kappa for a wall, a well of width a and a barrier that goes on for ever; a grid of 0.05: third order, 1e-4."""

    def condition(energy: float) -> float:
        k, kappa = np.sqrt(2 * energy), np.sqrt(2 * (2.0 - energy))
        return float(k * np.cos(2 * k) + kappa * np.sin(2 * k))

    exact = brentq(condition, 0.5, 1.2)
    grid = fitted_grid(-9.7, 10.3, 0.05, BARRIER)
    whole = Problem(BARRIER, Trapped()).hamiltonian(grid)
    psi = Trapped().sample(grid, whole)
    assert whole.closed is not None
    assert float(Hamiltonian(grid, whole.closed.potential, 1.0).energy(psi)) == pytest.approx(exact, rel=1e-4)
    assert float(jnp.max(jnp.abs(psi + psi[::-1]))) < 1e-14
    assert float(jnp.sum(jnp.abs(psi) ** 2) * grid.cell) == pytest.approx(1.0, abs=1e-12)
    above = Trapped(level=1).sample(grid, Problem(WellBehindBarrier(9.0, 1.0, 2.0, 0.3), Trapped(1)).hamiltonian(grid))
    inside = np.asarray(above.real)[grid.points[0] // 2 :]
    assert np.sum(np.abs(np.diff(np.sign(inside[np.abs(inside) > 1e-6 * np.max(inside)])))) == 2


def test_what_is_asked_of_a_trapped_particle_is_its_decay() -> None:
    assert type(question_of(Problem(NUCLEUS, Trapped(1)))).__name__ == "Decay"
    assert not Trapped.bound


def test_bad_wells_are_refused() -> None:
    for make, name in [
        (lambda: WellBehindBarrier(-1.0, 1.0, 1.0), "height"),
        (lambda: WellBehindBarrier(1.0, 1.0, 0.0), "well_width"),
        (lambda: CoulombBarrier(-1.0, 1.0, 1.0), "depth"),
        (lambda: CoulombBarrier(1.0, 1.0, -1.0), "strength"),
        (lambda: LeakySquareWell(1.0, 1.0, 0.0), "separation"),
        (lambda: Trapped(level=-1), "level"),
    ]:
        with pytest.raises(ArgumentError, match=name):
            make()
    barrier = Problem(RectangularBarrier(1.0, 1.0), Trapped())
    with pytest.raises(NumericsError, match="needs a well that leaks"):
        Trapped().sample(GRID, barrier.hamiltonian(GRID))
