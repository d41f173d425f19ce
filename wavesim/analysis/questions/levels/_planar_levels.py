"""Levels in two and three dimensions: H on a grid, on a coarser one, and in a smaller box."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from ...._arrays import xp as jnp
from ...._cures import grid_cure
from ....errors import NumericsError
from ....grid import Grid, fast_size
from ....hamiltonian import Hamiltonian, lowest_subspace
from ....potentials import Basin, Separable, basin_of
from ....problem import Problem
from ....propagation import Refinement, coarsened, plan
from ....states import Eigenstate
from ...bars import BoundStates, Measurement, ProgressNote
from ._solved_levels import SolvedLevels

_MOST_ROUNDS = 6
# how much coarser the grid is whose whole difference is the bar: the one before, where only the spacing was refined
_RATIO = 1.4
# the error of a sharp V falls with the square of the spacing at least: at this ratio the difference is nearly the error itself
_SHARP = 2.0
_CUT = 0.1
# points of a grid of which all states are found
_DENSE = 2048
# and of a grid that is planned: levels on more take minutes
_MOST_POINTS = 2**19
# of the largest momentum in the basin: what a first grid holds
_HELD = 1.5


@dataclasses.dataclass(frozen=True)
class GridStates:
    """The lowest states on one grid, their kinetic energies, the norms of H psi - E psi, the size that rounding is relative to, and what the next grid begins with."""

    states: BoundStates
    kinetic: np.ndarray
    residual: np.ndarray
    size: float
    block: np.ndarray

    @property
    def energies(self) -> np.ndarray:
        """Of the states, shape (count,) [energy]."""
        return self.states.energies

    @property
    def rounding(self) -> float:
        """Of any level [energy]."""
        return 8 * float(np.finfo(float).eps) * self.size


@dataclasses.dataclass(frozen=True)
class PlanarStates:
    """The lowest states on a grid, on a coarser one, and in a smaller box.

    Attributes:
        fine, coarse, smaller: the three.
        sharp: how many times the change from fine to coarse counts.
        rounds: how often H was diagonalized.
    """

    fine: GridStates
    coarse: GridStates
    smaller: GridStates
    sharp: float
    rounds: int

    def changes(self, read: Callable[[GridStates], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """How far what `read` takes from the states is off by the grid, and by the box."""
        here = read(self.fine)
        return self.sharp * np.abs(here - read(self.coarse)), np.abs(here - read(self.smaller))

    def budgets(self) -> list[dict[str, float]]:
        """Sources of the error of each level [energy]."""
        return [
            {"grid": float(g), "box": float(b), "residual": float(r), "rounding": self.fine.rounding}
            for g, b, r in zip(*self.changes(lambda one: one.energies), self.fine.residual, strict=True)
        ]


def planar_levels(problem: Problem, count: int, tolerance: float, given: Grid | None) -> Measurement[SolvedLevels]:
    """The `count` lowest levels on a grid, which is refined until each bar is below tolerance x kinetic energy.

    Budget: `grid` is the whole change from a grid 1.4 times coarser, twice that where V is sharp; `box` what a box cut by a tenth changes;
    `residual` is |H psi - E psi|.
    """

    def blamed(found: PlanarStates) -> set[str]:
        budgets, aims = found.budgets(), tolerance * found.fine.kinetic
        missed = [budget for budget, aim in zip(budgets, aims, strict=True) if math.fsum(budget.values()) > aim]
        return {max(budget, key=lambda source: budget[source]) for budget in missed}

    found = yield from planar_states(problem, count, tolerance, given, blamed)
    fine = found.fine
    return SolvedLevels(fine.energies, fine.kinetic, found.budgets(), fine.states, found.rounds)


def planar_states(
    problem: Problem,
    count: int,
    tolerance: float,
    given: Grid | None,
    blamed: Callable[[PlanarStates], set[str]],
    whole: bool = False,
) -> Measurement[PlanarStates]:
    """The `count` lowest states on grids that are refined for what is to blame, "grid" or "box", until nothing is.

    `whole`: all states of grids that are small enough for it, whatever their energies.

    Raises:
        NumericsError: if V does not hold so many levels.
    """
    space, box, runs = 1.0, tolerance, 0
    separable = isinstance(problem.potential, Separable)
    basin = None if given or separable else basin_of(problem.potential, float(problem.mass), count + 1)
    sharp = 1.0 if problem.potential.smooth else _SHARP
    known: GridStates | None = None
    coarse: GridStates | None = None
    ends: tuple[tuple[float, float], ...] = ()
    rounds = 0
    while True:
        rounds += 1
        last = given is not None or rounds > _MOST_ROUNDS
        if basin is not None and not ends:
            ends = tuple(basin.reach(axis, math.sqrt(box) / 10) for axis in range(len(basin.lines)))
        grid = given or (_grid(problem, count, box, space) if basin is None else _over(basin, ends, space))
        # each grid begins with what the one before has found
        if coarse is None:
            yield ProgressNote(runs, runs + 3)
            known = coarse = _solve(problem, coarsened(grid, _RATIO, problem.potential), count, whole, known)
            runs += 1
        yield ProgressNote(runs, runs + 2)
        known = fine = _solve(problem, grid, count, whole, coarse)
        runs += 1
        if basin is not None and not whole and fine.energies[-1] >= basin.rim:
            raise NumericsError(
                f"the levels must lie below what V is far away, {basin.rim:.6g}, but of {count} the highest is a wave that fills the box; "
                f"ask for {int(np.sum(fine.energies < basin.rim))}."
            )
        # a smaller box has nothing to say as long as the grid is to blame
        if not last and "grid" in blamed(PlanarStates(fine, coarse, fine, sharp, runs)):
            coarse, space = fine, space * _RATIO
            continue
        yield ProgressNote(runs, runs + 1)
        found = PlanarStates(fine, coarse, _solve(problem, _cut(grid), count, whole, known), sharp, runs + 1)
        runs += 1
        missed = blamed(found) & {"grid", "box"}
        if last or not missed:
            return found
        coarse = None if "box" in missed else fine
        if "grid" in missed:
            space *= _RATIO
        if "box" in missed:
            box, ends = max(0.01 * box, 1e-13), ()


def _solve(problem: Problem, grid: Grid, count: int, whole: bool, known: GridStates | None) -> GridStates:
    mass, samples = float(problem.mass), np.asarray(problem.potential.sample(grid, mass=problem.mass))
    hamiltonian = Hamiltonian(grid, jnp.asarray(samples), mass)
    if whole and math.prod(grid.points) <= _DENSE:
        energies, vectors = np.linalg.eigh(_matrix(grid, samples, mass))
        block = states = vectors.T.reshape(-1, *grid.points) / math.sqrt(float(grid.cell))
    else:
        start = None if known is None else _seen_on(known, grid)
        energies, states, block = lowest_subspace(hamiltonian, count, start)
    axes, cell = tuple(range(1, states.ndim)), float(grid.cell)
    total = np.asarray(grid.spread(grid.kinetic(mass)))
    moved = np.real(np.fft.ifftn(total * np.fft.fftn(states, axes=axes), axes=axes))
    rest = moved + samples * states - energies.reshape(-1, *(1,) * len(axes)) * states
    kinetic = np.sum(states * moved, axis=axes) * cell
    residual = np.sqrt(np.sum(rest**2, axis=axes) * cell)
    return GridStates(
        BoundStates(problem, grid, energies, states),
        kinetic,
        residual,
        float(total.max() + np.abs(samples).max()),
        block,
    )


def _seen_on(known: GridStates, grid: Grid) -> np.ndarray:
    """The block of another grid on this one, axis by axis as sums of sinc functions, which vanish outside."""
    states, other = known.block, known.states.grid
    for axis, (low, step, points) in enumerate(zip(other.lower, other.spacing, other.points, strict=True)):
        here = float(grid.lower[axis]) + float(grid.spacing[axis]) * np.arange(grid.points[axis])
        there = float(low) + float(step) * np.arange(points)
        waves = np.sinc((here[:, None] - there) / float(step))
        states = np.moveaxis(np.tensordot(waves, states, (1, 1 + axis)), 0, 1 + axis)
    return states


def _matrix(grid: Grid, samples: np.ndarray, mass: float) -> np.ndarray:
    """H as a matrix over all points."""
    identity = np.eye(math.prod(grid.points)).reshape(-1, *grid.points)
    axes = tuple(range(1, 1 + grid.dimension))
    total = np.asarray(grid.spread(grid.kinetic(mass)))
    matrix = np.real(np.fft.ifftn(total * np.fft.fftn(identity, axes=axes), axes=axes)).reshape(len(identity), -1)
    return (matrix + matrix.T) / 2 + np.diag(np.ravel(samples + np.zeros(grid.points)))


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
    highest = dataclasses.replace(problem, state=Eigenstate(count - 1), duration=1.0, measure={})
    return plan(highest, max(tolerance, 1e-13), refinement=Refinement(space=finer), scheme="strang").numerics.grid


def _over(basin: Basin, ends: tuple[tuple[float, float], ...], finer: float) -> Grid:
    """A grid over a box that holds a basin and the tails of the waves in it."""
    spacing = math.pi / (_HELD * math.sqrt(2 * basin.mass * basin.depth)) / finer
    axes = []
    for low, high in ends:
        points = fast_size((high - low) / spacing)
        axes.append(Grid((low,), ((high - low) / points,), (points,)))
    grid = Grid.product(*axes)
    if math.prod(grid.points) > _MOST_POINTS:
        raise NumericsError(
            f"the levels need a V that holds the particle in a small room on all sides, but theirs takes {' x '.join(map(str, grid.points))} points; "
            f"ask for fewer levels, or {grid_cure()}."
        )
    return grid
