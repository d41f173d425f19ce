"""Levels in two and three dimensions: H on a grid, on a coarser one, and in a smaller box."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ...._arrays import xp as jnp
from ...._checks import named
from ....errors import NumericsError
from ....grid import Grid
from ....hamiltonian import Hamiltonian, lowest_eigenstates
from ....potentials import Separable
from ....problem import Problem
from ....propagation import Refinement, coarsened, plan
from ....states import Eigenstate
from ...bars import BoundStates, Measurement, ProgressNote
from ._solved_levels import SolvedLevels

_MOST_ROUNDS = 6
# how much coarser the grid is whose whole difference is the bar
_RATIO = 1.4
# the error of a sharp V falls with the square of the spacing at least: at this ratio the difference is nearly the error itself
_SHARP = 2.0
_CUT = 0.1


def planar_levels(problem: Problem, count: int, tolerance: float, given: Grid | None) -> Measurement[SolvedLevels]:
    """The `count` lowest levels on a grid, which is refined until each bar is below tolerance x kinetic energy.

    Budget: `grid` is the whole change from a grid 1.4 times coarser, twice that where V is sharp; `box` what a box cut by a tenth changes;
    `residual` is |H psi - E psi|.
    """
    space, box, runs = 1.0, tolerance, 0
    while True:
        grid = given or _grid(problem, count, box, space)
        yield ProgressNote(runs, runs + 3)
        fine = _solve(problem, grid, count)
        yield ProgressNote(runs + 1, runs + 3)
        coarse = _solve(problem, coarsened(grid, _RATIO, problem.potential), count)
        yield ProgressNote(runs + 2, runs + 3)
        smaller = _solve(problem, _cut(grid), count)
        runs += 3
        changes = np.abs(fine.energies - coarse.energies) * (1.0 if problem.potential.smooth else _SHARP)
        budgets = [
            {"grid": float(g), "box": float(b), "residual": float(r), "rounding": 8 * np.finfo(float).eps * fine.size}
            for g, b, r in zip(changes, np.abs(fine.energies - smaller.energies), fine.residual, strict=True)
        ]
        aims = tolerance * fine.kinetic
        missed = np.array([math.fsum(budget.values()) for budget in budgets]) > aims
        blamed = {max(budgets[n], key=lambda source, n=n: budgets[n][source]) for n in np.flatnonzero(missed)}
        if given is not None or runs > _MOST_ROUNDS * 3 or not {"grid", "box"} & blamed:
            return SolvedLevels(fine.energies, fine.kinetic, budgets, fine.states, runs)
        space *= 1.3 if "grid" in blamed else 1.0
        box = max(0.01 * box, 1e-13) if "box" in blamed else box


@dataclasses.dataclass(frozen=True)
class _Solved:
    """The lowest states on one grid, their kinetic energies, the norms of H psi - E psi, and the size that rounding is relative to."""

    states: BoundStates
    kinetic: np.ndarray
    residual: np.ndarray
    size: float

    @property
    def energies(self) -> np.ndarray:
        """Of the states, shape (count,) [energy]."""
        return self.states.energies


def _solve(problem: Problem, grid: Grid, count: int) -> _Solved:
    mass, samples = float(problem.mass), np.asarray(problem.potential.sample(grid, mass=problem.mass))
    energies, states = map(np.asarray, lowest_eigenstates(Hamiltonian(grid, jnp.asarray(samples), mass), count))
    axes, cell = tuple(range(1, states.ndim)), float(grid.cell)
    total = np.asarray(grid.spread(grid.kinetic(mass)))
    moved = np.real(np.fft.ifftn(total * np.fft.fftn(states, axes=axes), axes=axes))
    rest = moved + samples * states - energies.reshape(-1, *(1,) * len(axes)) * states
    kinetic = np.sum(states * moved, axis=axes) * cell
    residual = np.sqrt(np.sum(rest**2, axis=axes) * cell)
    return _Solved(
        BoundStates(problem, grid, energies, states), kinetic, residual, float(total.max() + np.abs(samples).max())
    )


def _cut(grid: Grid) -> Grid:
    """The same points without the outermost tenth of the box."""
    away = tuple(max(1, round(_CUT * n / 2)) for n in grid.points)
    lower = tuple(low + m * step for low, m, step in zip(grid.lower, away, grid.spacing, strict=True))
    return Grid(lower, grid.spacing, tuple(n - 2 * m for n, m in zip(grid.points, away, strict=True)))


def _grid(problem: Problem, count: int, tolerance: float, finer: float) -> Grid:
    """A grid that holds the highest level asked for: the planner's, axis by axis where V is separable."""
    potential = problem.potential
    if isinstance(potential, Separable):
        parts = [dataclasses.replace(problem, potential=term) for term in potential.terms]
        return Grid.product(*(_grid(part, count, tolerance, finer) for part in parts))
    if potential.dimension > 1:
        raise NumericsError(
            f"in {potential.dimension} dimensions the levels of {named(potential)} need a box, but none is given; "
            "give grid= (in a file: [grid] with lower, upper and points for each axis)."
        )
    highest = dataclasses.replace(problem, state=Eigenstate(count - 1), duration=1.0, measure={})
    return plan(highest, max(tolerance, 1e-13), refinement=Refinement(space=finer), scheme="strang").numerics.grid
