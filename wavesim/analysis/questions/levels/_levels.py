"""The lowest levels of a confined particle: energies with error bars, and states."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import Any

import numpy as np

from ...._amounts import amount
from ...._checks import at_least
from ...._typing import ENERGY, LENGTH
from ....ends import Axis, Walls
from ....errors import ArgumentError
from ....grid import Grid
from ....potentials import values_at
from ....problem import Problem
from ....propagation import Batch, refuse_falling, require_double
from ...bars import (
    AbstractQuestion,
    Estimate,
    Measurement,
    Predictions,
    ProgressNote,
    Quantity,
    Report,
    above,
    disagreement,
)
from ...predictions import level_theories
from ._element_levels import element_levels, refuse_without_well
from ._fourier_levels import fourier_levels
from ._planar_levels import planar_levels
from ._solved_levels import SolvedLevels

# relative tolerance of a period, and of a periodic V in units of its range
_PERIOD_TOLERANCE = 1e-9
# samples in two periods at which V is compared
_SAMPLES = 257
# least kinetic energy that a tolerance is relative to, as a share of the largest; that of the lowest level of a free ring is 0
_LEAST_KINETIC = 1e-6
_CURES = {"grid": "take more points", "box": "take a larger box"}


@dataclasses.dataclass(frozen=True)
class Levels(AbstractQuestion):
    """The `count` lowest levels of a confined particle, `level_0`, `level_1`, and so on, in one, two or three dimensions.

    Nothing is propagated, and the problem's state does not matter. The tolerance is relative to each level's kinetic energy. In one
    dimension H is diagonalized on elements adapted to V (`element_levels`), or on a given grid (`fourier_levels`); in more dimensions on
    grids of several spacings (`planar_levels`).

    Args:
        count: number of levels.

    Raises:
        ArgumentError: if `count` is not positive.

    Not for resonances: a level above the potential's rim is refused.
    """

    count: int = 4

    def __post_init__(self) -> None:
        at_least("count", self.count, 1)

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> None:
        if problem.potential.dimension == 1 and fixed.get("grid") is None:
            refuse_falling(problem)
            refuse_without_well(_with_ring(problem, None), self.count)

    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        del batch
        begun = time.perf_counter()
        require_double()
        grid = fixed.get("grid")
        if (problem.potential.dimension if grid is None else grid.dimension) > 1:
            solved = yield from planar_levels(problem, self.count, tolerance, grid)
        else:
            if grid is None:
                refuse_falling(problem)
            yield ProgressNote(0, 2)
            problem = _with_ring(problem, grid)
            solved = element_levels(problem, self.count) if grid is None else fourier_levels(problem, self.count, grid)
            yield ProgressNote(1, 2)
        return self._report(problem, solved, tolerance, begun)

    def _report(self, problem: Problem, solved: SolvedLevels, tolerance: float, begun: float) -> Report:
        theories = level_theories(problem.potential, float(problem.mass), self.count, problem.ends)
        quantities, kinetic = {}, np.asarray(solved.kinetic)
        for n, (energy, budget) in enumerate(zip(solved.energies, solved.budgets, strict=True)):
            applicable = {kind: levels for kind, levels in theories.items() if n < len(levels.energies)}
            quantities[f"level_{n}"] = Quantity(
                name=f"level_{n}",
                value=float(energy),
                error=math.fsum(budget.values()),
                dimension=ENERGY,
                budget=budget,
                theory={kind: Estimate(levels.energies[n], levels.errors[n]) for kind, levels in applicable.items()},
            )
        return Report(
            record=None,
            tolerance=tolerance,
            quantities=quantities,
            curves={},
            warnings=tuple(_warnings(quantities, tolerance * np.maximum(kinetic, _LEAST_KINETIC * kinetic.max()))),
            runs=solved.rounds,
            fft_pairs=0,
            wall_s=time.perf_counter() - begun,
            states=dataclasses.replace(solved.states, energies=solved.energies),
        )

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        theories = level_theories(problem.potential, float(problem.mass), self.count, problem.ends)
        levels: Predictions = {
            f"level_{n}": {
                kind: Estimate(theory.energies[n], theory.errors[n])
                for kind, theory in theories.items()
                if n < len(theory.energies)
            }
            for n in range(self.count)
        }
        return {name: numbers for name, numbers in levels.items() if numbers}


def _with_ring(problem: Problem, grid: Grid | None) -> Problem:
    """The problem on a ring, if V is periodic with the length of a given grid; else unchanged.

    Raises:
        ArgumentError: if there are walls, or a ring of another length.
    """
    if grid is None:
        return problem
    low, high = float(grid.lower[0]), float(grid.upper[0])
    if isinstance(problem.ends, Walls):
        raise ArgumentError(
            "grid", "must be left out where there are walls: levels are found on elements from wall to wall."
        )
    if problem.axis is not None:
        period = float(problem.axis.period)
        if abs(high - low - period) > _PERIOD_TOLERANCE * period or float(problem.axis.flux):
            raise ArgumentError(
                "grid",
                f"must reach once around the ring, {amount(period, LENGTH, problem.shown_in)}, and have no flux through it, but is {amount(high - low, LENGTH, problem.shown_in)} long; "
                "leave it out.",
            )
        return problem
    x = low + (high - low) * np.linspace(-1.0, 1.0, _SAMPLES)
    values, next_period = (values_at(problem.potential, x + shift, float(problem.mass)) for shift in (0.0, high - low))
    spread = float(np.ptp(values[np.isfinite(values)])) if np.isfinite(values).any() else 0.0
    with np.errstate(invalid="ignore"):
        repeats = spread > 0 and bool(np.all(np.abs(next_period - values) <= _PERIOD_TOLERANCE * spread))
    return dataclasses.replace(problem, axis=Axis(high - low, low)) if repeats else problem


def _warnings(quantities: dict[str, Quantity], aims: np.ndarray) -> list[str]:
    """Warnings of error bars above their aims, and of disagreement with theory."""
    warnings = []
    for quantity, aim in zip(quantities.values(), aims, strict=True):
        worst = max(quantity.budget, key=lambda source: quantity.budget[source])
        if quantity.error > aim:
            warnings.append(
                f"the error bar of {quantity.name} is {above(quantity, aim)}; most of it is the {worst}"
                + (f": {_CURES[worst]}." if worst in _CURES else ".")
            )
        if quantity.agrees is False:
            warnings.append(disagreement(quantity))
    return warnings
