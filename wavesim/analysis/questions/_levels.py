"""The lowest levels of a particle that stays: energies and states by diagonalization, each with an error bar."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg

from ..._checks import at_least
from ..._typing import ENERGY
from ...errors import ArgumentError, NumericsError
from ...grid import Grid
from ...hamiltonian import DENSE_LIMIT, Hamiltonian, lowest_eigenstates
from ...potentials import Separable
from ...problem import Problem
from ...propagation import Neighbors, Refinement, coarsened, plan, require_double
from ...states import Eigenstate
from ..bars import AbstractQuestion, BoundStates, Headway, Predictions, Quantity, Report, Work, spacing_order
from ..predictions import level_theories

MOST_LEVELS = 10
_MOST_ROUNDS = 6
_RATIOS = (1.4, 2.0)
# corrections that differ by less than this share of themselves are taken for the power law
_ALIKE = 0.3
_CUT = 0.1


@dataclasses.dataclass(frozen=True)
class Levels(AbstractQuestion):
    """The `count` lowest levels of a confined particle, `level_0`, `level_1`, and so on, in one, two or three dimensions.

    Nothing is propagated, and the problem's state does not matter. The tolerance is relative to each level's kinetic energy. Each error
    bar is the sum of what a coarser grid changes, what a box cut by a tenth changes, the residual |H psi - E psi|, and rounding.

    Args:
        count: how many, at most ten.

    Raises:
        ArgumentError: if `count` is not between 1 and 10.

    Not for resonances: a level above the potential's rim is refused.
    """

    count: int = 4

    def __post_init__(self) -> None:
        at_least("count", self.count, 1)
        if self.count > MOST_LEVELS:
            raise ArgumentError("count", f"must be at most {MOST_LEVELS}, but is {self.count}; ask for fewer levels.")

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> None:
        return None

    def measuring(
        self, problem: Problem, tolerance: float, *, brief: Neighbors | None = None, **fixed: Any
    ) -> Work[Report]:
        del brief
        begun = time.perf_counter()
        require_double()
        space, box, runs = 1.0, tolerance, 0
        while True:
            grid = fixed.get("grid") or _grid(problem, self.count, box, space)
            found = _solve(problem, grid, self.count)
            values, budgets, solved = yield from _converged(problem, found, runs)
            runs += solved
            aims = tolerance * found.kinetic
            errors = np.array([math.fsum(budget.values()) for budget in budgets])
            missed = errors > aims
            if not missed.any() or "grid" in fixed or runs > _MOST_ROUNDS * 4:
                break
            blamed = [max(budgets[n], key=lambda source, n=n: budgets[n][source]) for n in np.flatnonzero(missed)]
            if not {"grid", "box"} & set(blamed):
                break
            if "grid" in blamed:
                worst = float(np.max([budget["grid"] for budget in budgets] / aims))
                space *= 1.3 if problem.potential.smooth else min(3.0, 1.1 * (2 * worst) ** (1 / 3))
            if "box" in blamed:
                box = max(0.01 * box, 1e-13)
        predicted = self.predictions(problem, None)
        quantities = {
            f"level_{n}": Quantity(
                f"level_{n}", float(energy), float(error), ENERGY, budget, predicted.get(f"level_{n}", {})
            )
            for n, (energy, error, budget) in enumerate(zip(values, errors, budgets, strict=True))
        }
        return Report(
            result=None,
            tolerance=tolerance,
            quantities=quantities,
            curves={},
            warnings=tuple(_warnings(quantities, aims)),
            runs=runs,
            fft_pairs=0,
            wall_s=time.perf_counter() - begun,
            states=dataclasses.replace(found.states, energies=values),
        )

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        theories = level_theories(problem.potential, float(problem.mass), self.count)
        names = [f"level_{n}" for n in range(self.count)]
        found = {
            name: {kind: float(levels[n]) for kind, levels in theories.items() if n < len(levels)}
            for n, name in enumerate(names)
        }
        return {name: numbers for name, numbers in found.items() if numbers}


@jax.jit
def _samples(problem: Problem, grid: Grid) -> jax.Array:
    return problem.potential.sample(grid, mass=problem.mass)


@dataclasses.dataclass(frozen=True)
class _Solved:
    """The lowest states on one grid, their kinetic energies, the norms of H psi - E psi, and the size that rounding is relative to."""

    states: BoundStates
    kinetic: np.ndarray
    residual: np.ndarray
    size: float


def _solve(problem: Problem, grid: Grid, count: int) -> _Solved:
    mass, samples = float(problem.mass), np.asarray(_samples(problem, grid))
    if grid.dimension == 1:
        energies, states = _dense(samples, float(grid.spacing[0]), mass, count)
    else:
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


def _dense(samples: np.ndarray, step: float, mass: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The lowest levels and states of one dimension; positive in the outermost lobe on the right."""
    n = len(samples)
    if n > DENSE_LIMIT:
        raise NumericsError(
            f"levels need at most {DENSE_LIMIT} points in one dimension, but the grid has {n}; ask for a larger tolerance or give a coarser grid."
        )
    row = np.real(np.fft.ifft((2 * math.pi * np.fft.fftfreq(n, step)) ** 2 / (2 * mass)))
    matrix = scipy.linalg.toeplitz(row) + np.diag(samples)
    energies, vectors = scipy.linalg.eigh(matrix, subset_by_index=(0, count - 1), overwrite_a=True)
    states = vectors.T / math.sqrt(step)
    tall = np.abs(states) > 0.1 * np.abs(states).max(axis=1, keepdims=True)
    last = n - 1 - np.argmax(tall[:, ::-1], axis=1)
    return energies, states * np.sign(states[np.arange(count), last])[:, None]


def _converged(problem: Problem, found: _Solved, before: int) -> Work[tuple[np.ndarray, list[dict[str, float]], int]]:
    """The levels, the budget of each, and how often H was diagonalized after the `before` times.

    A smooth V converges faster than any power of the spacing: the whole change from a grid 1.4 times coarser is taken. At edges and deltas
    the error goes as a power of it (`spacing_order`). Where grids 1.4 and 2 times coarser tell the same correction, it is made, and twice
    their difference is what remains; otherwise the levels stay, with twice the larger correction as their error.
    """
    grid, energies, count = found.states.grid, found.states.energies, len(found.states.energies)
    values, told, sizes = energies, [], set()
    order = spacing_order(problem, grid)
    yield Headway(before + 1, before + 4)
    for ratio in _RATIOS[: 1 if order is None else 2]:
        coarse = coarsened(grid, ratio, problem.potential)
        true = float(coarse.spacing[0]) / float(grid.spacing[0])
        sizes.add(coarse.points)
        change = energies - _solve(problem, coarse, count).states.energies
        told.append(change if order is None else change / (true**order - 1))
        yield Headway(before + 1 + len(told), before + 4)
    error = np.max(np.abs(told), axis=0)
    if order is not None:
        apart = np.abs(told[0] - told[1])
        # few spacings suit two deltas: both coarser grids may be the same one, which confirms nothing
        clean = (apart < _ALIKE * error) & (len(sizes) == len(told))
        values = np.where(clean, energies + told[0], energies)
        error = 2 * np.where(clean, apart, error)
    smaller = np.abs(energies - _solve(problem, _cut(grid), count).states.energies)
    yield Headway(before + 2 + len(told), before + 4)
    budgets = [
        {"grid": float(g), "box": float(b), "residual": float(r), "rounding": 8 * np.finfo(float).eps * found.size}
        for g, b, r in zip(error, smaller, found.residual, strict=True)
    ]
    return values, budgets, 2 + len(told)


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
            f"in {potential.dimension} dimensions the levels of a {type(potential).__name__} need a box, but none is given; "
            "give grid= (in a file: [grid] with lower, upper and points for each axis)."
        )
    highest = dataclasses.replace(problem, state=Eigenstate(count - 1), duration=1.0, measure={})
    return plan(highest, max(tolerance, 1e-13), refinement=Refinement(space=finer), scheme="strang").numerics.grid


def _warnings(quantities: dict[str, Quantity], aims: np.ndarray) -> list[str]:
    said = []
    cures = {"grid": "take more points", "box": "take a larger box"}
    for quantity, aim in zip(quantities.values(), aims, strict=True):
        worst = max(quantity.budget, key=lambda source: quantity.budget[source])
        if quantity.error > aim:
            said.append(
                f"the error bar of {quantity.name} is {quantity.error:.2g}, above the {aim:.2g} asked for; most of it is the {worst}"
                + (f": {cures[worst]}." if worst in cures else ".")
            )
        if quantity.agrees is False:
            said.append(
                f"{quantity.name} differs from theory by {abs(quantity.difference or 0) / quantity.error:.1f} error bars."
            )
    return said
