"""Levels in two and three dimensions: H on a grid, on a coarser grid, and in a smaller box."""

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
# spacing of the coarser grid, whose difference is the error bar, in units of the fine grid's; after a refinement of the spacing it is the previous grid
_RATIO = 1.4
# factor on that difference for a V with edges: its error falls only with the square of the spacing, and is about the difference itself
_SHARP_FACTOR = 2.0
# share of the box that the smaller box lacks
_CUT = 0.1
# most points of a grid on which all states are computed
_DENSE = 2048
# most points of a planned grid; levels on more take minutes
_MOST_POINTS = 2**19
# largest momentum of the first grid, in units of the largest momentum in the basin
_MOMENTUM_FACTOR = 1.5


@dataclasses.dataclass(frozen=True)
class GridStates:
    """The lowest states on one grid.

    Attributes:
        states: energies and states.
        kinetic: mean kinetic energies, shape (count,) [energy].
        residual: norms of H psi - E psi, shape (count,) [energy].
        size: energy that rounding is relative to [energy].
        block: vectors that the iteration on the next grid starts with.
    """

    states: BoundStates
    kinetic: np.ndarray
    residual: np.ndarray
    size: float
    block: np.ndarray

    @property
    def energies(self) -> np.ndarray:
        """Energies of the states, shape (count,) [energy]."""
        return self.states.energies

    @property
    def rounding(self) -> float:
        """Rounding error of a level [energy]."""
        return 8 * float(np.finfo(float).eps) * self.size


@dataclasses.dataclass(frozen=True)
class PlanarStates:
    """The lowest states on a grid, on a coarser grid, and in a smaller box.

    Attributes:
        fine, coarse, smaller: states on the three grids.
        grid_factor: factor on the change from fine to coarse in the error bar.
        rounds: number of diagonalizations of H.
    """

    fine: GridStates
    coarse: GridStates
    smaller: GridStates
    grid_factor: float
    rounds: int

    def changes(self, read: Callable[[GridStates], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Errors of a number read from the states, by the grid and by the box."""
        value = read(self.fine)
        return self.grid_factor * np.abs(value - read(self.coarse)), np.abs(value - read(self.smaller))

    def budgets(self) -> list[dict[str, float]]:
        """Sources of the error of each level [energy]."""
        return [
            {"grid": float(g), "box": float(b), "residual": float(r), "rounding": self.fine.rounding}
            for g, b, r in zip(*self.changes(lambda states: states.energies), self.fine.residual, strict=True)
        ]


def planar_levels(problem: Problem, count: int, tolerance: float, fixed_grid: Grid | None) -> Measurement[SolvedLevels]:
    """The `count` lowest levels on a grid, refined until each error bar is below tolerance x kinetic energy.

    Budget: `grid` is the change from a grid 1.4 times coarser, twice that for a V with edges; `box` the change in a box smaller by a tenth;
    `residual` is |H psi - E psi|.
    """

    def excessive(solved: PlanarStates) -> set[str]:
        budgets, aims = solved.budgets(), tolerance * solved.fine.kinetic
        exceeding = [budget for budget, aim in zip(budgets, aims, strict=True) if math.fsum(budget.values()) > aim]
        return {max(budget, key=lambda source: budget[source]) for budget in exceeding}

    solved = yield from planar_states(problem, count, tolerance, fixed_grid, excessive)
    fine = solved.fine
    return SolvedLevels(fine.energies, fine.kinetic, solved.budgets(), fine.states, solved.rounds)


def planar_states(
    problem: Problem,
    count: int,
    tolerance: float,
    fixed_grid: Grid | None,
    excessive: Callable[[PlanarStates], set[str]],
    all_states: bool = False,
    bound: int | None = None,
) -> Measurement[PlanarStates]:
    """The `count` lowest states on a grid, refined until no source of error is excessive.

    Args:
        problem: with a static V of two or three dimensions.
        count: number of states.
        tolerance: relative, for the first grid.
        fixed_grid: taken as it is; None to plan and refine one.
        excessive: returns the sources of error, "grid" or "box", that are too large.
        all_states: whether to return all states of a small grid, whatever their energies.
        bound: number of states that V must hold and that converge; all by default. The others may be waves that fill the box.

    Raises:
        NumericsError: if V holds fewer levels, and not all states are asked for.
    """
    space, box, runs = 1.0, tolerance, 0
    separable = isinstance(problem.potential, Separable)
    basin = None if fixed_grid or separable else basin_of(problem.potential, float(problem.mass), count + 1)
    factor = 1.0 if problem.potential.smooth else _SHARP_FACTOR
    previous: GridStates | None = None
    coarse: GridStates | None = None
    ends: tuple[tuple[float, float], ...] = ()
    rounds = 0
    while True:
        rounds += 1
        last = fixed_grid is not None or rounds > _MOST_ROUNDS
        if basin is not None and not ends:
            ends = tuple(basin.reach(axis, math.sqrt(box) / 10) for axis in range(len(basin.lines)))
        grid = fixed_grid or (
            _planned_grid(problem, count, box, space) if basin is None else _basin_grid(basin, ends, space)
        )
        # the iteration on each grid starts with the states of the previous one
        if coarse is None:
            yield ProgressNote(runs, runs + 3)
            previous = coarse = _solve(
                problem, coarsened(grid, _RATIO, problem.potential), count, all_states, previous, bound
            )
            runs += 1
        yield ProgressNote(runs, runs + 2)
        previous = fine = _solve(problem, grid, count, all_states, coarse, bound)
        runs += 1
        if basin is not None and not all_states and fine.energies[(bound or count) - 1] >= basin.rim:
            raise NumericsError(
                f"the levels must lie below what V is far away, {basin.rim:.6g}, but of {bound or count} the highest is a wave that fills the box; "
                f"ask for {int(np.sum(fine.energies < basin.rim))}."
            )
        # the smaller box is solved only once the grid is fine enough
        if not last and "grid" in excessive(PlanarStates(fine, coarse, fine, factor, runs)):
            coarse, space = fine, space * _RATIO
            continue
        yield ProgressNote(runs, runs + 1)
        solved = PlanarStates(
            fine, coarse, _solve(problem, _smaller_box(grid), count, all_states, previous, bound), factor, runs + 1
        )
        runs += 1
        sources = excessive(solved) & {"grid", "box"}
        if last or not sources:
            return solved
        coarse = None if "box" in sources else fine
        if "grid" in sources:
            space *= _RATIO
        if "box" in sources:
            box, ends = max(0.01 * box, 1e-13), ()


def _solve(
    problem: Problem, grid: Grid, count: int, all_states: bool, previous: GridStates | None, bound: int | None = None
) -> GridStates:
    """The lowest states on one grid, starting from those of a previous one; those beyond `bound` need not have converged."""
    mass, samples = float(problem.mass), np.asarray(problem.potential.sample(grid, mass=problem.mass))
    hamiltonian = Hamiltonian(grid, jnp.asarray(samples), mass)
    if all_states and math.prod(grid.points) <= _DENSE:
        energies, vectors = np.linalg.eigh(_matrix(grid, samples, mass))
        block = states = vectors.T.reshape(-1, *grid.points) / math.sqrt(float(grid.cell))
    else:
        start = None if previous is None else _interpolated(previous, grid)
        energies, states, block = lowest_subspace(hamiltonian, count, start, bound)
    axes, cell = tuple(range(1, states.ndim)), float(grid.cell)
    total = np.asarray(grid.spread(grid.kinetic(mass)))
    kinetic_part = np.real(np.fft.ifftn(total * np.fft.fftn(states, axes=axes), axes=axes))
    remainder = kinetic_part + samples * states - energies.reshape(-1, *(1,) * len(axes)) * states
    kinetic = np.sum(states * kinetic_part, axis=axes) * cell
    residual = np.sqrt(np.sum(remainder**2, axis=axes) * cell)
    return GridStates(
        BoundStates(problem, grid, energies, states),
        kinetic,
        residual,
        float(total.max() + np.abs(samples).max()),
        block,
    )


def _interpolated(previous: GridStates, grid: Grid) -> np.ndarray:
    """Block of vectors of another grid on this one, by sinc interpolation along each axis."""
    states, source = previous.block, previous.states.grid
    for axis, (low, step, points) in enumerate(zip(source.lower, source.spacing, source.points, strict=True)):
        x = float(grid.lower[axis]) + float(grid.spacing[axis]) * np.arange(grid.points[axis])
        nodes = float(low) + float(step) * np.arange(points)
        waves = np.sinc((x[:, None] - nodes) / float(step))
        states = np.moveaxis(np.tensordot(waves, states, (1, 1 + axis)), 0, 1 + axis)
    return states


def _matrix(grid: Grid, samples: np.ndarray, mass: float) -> np.ndarray:
    """H as a dense matrix over all points."""
    identity = np.eye(math.prod(grid.points)).reshape(-1, *grid.points)
    axes = tuple(range(1, 1 + grid.dimension))
    total = np.asarray(grid.spread(grid.kinetic(mass)))
    matrix = np.real(np.fft.ifftn(total * np.fft.fftn(identity, axes=axes), axes=axes)).reshape(len(identity), -1)
    return (matrix + matrix.T) / 2 + np.diag(np.ravel(samples + np.zeros(grid.points)))


def _smaller_box(grid: Grid) -> Grid:
    """The grid without the outermost tenth of the box, with the same spacing."""
    margin = tuple(max(1, round(_CUT * n / 2)) for n in grid.points)
    lower = tuple(low + m * step for low, m, step in zip(grid.lower, margin, grid.spacing, strict=True))
    return Grid(lower, grid.spacing, tuple(n - 2 * m for n, m in zip(grid.points, margin, strict=True)))


def _planned_grid(problem: Problem, count: int, tolerance: float, finer: float) -> Grid:
    """The planner's grid for the highest level, axis by axis where V is separable."""
    potential = problem.potential
    if isinstance(potential, Separable):
        parts = [dataclasses.replace(problem, potential=term) for term in potential.terms]
        return Grid.product(*(_planned_grid(part, count, tolerance, finer) for part in parts))
    highest = dataclasses.replace(problem, state=Eigenstate(count - 1), duration=1.0, measure={})
    return plan(highest, max(tolerance, 1e-13), refinement=Refinement(space=finer), scheme="strang").numerics.grid


def _basin_grid(basin: Basin, ends: tuple[tuple[float, float], ...], finer: float) -> Grid:
    """A grid over the box of a basin and the tails of its states."""
    spacing = math.pi / (_MOMENTUM_FACTOR * math.sqrt(2 * basin.mass * basin.depth)) / finer
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
