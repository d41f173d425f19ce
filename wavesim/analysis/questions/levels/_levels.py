"""The lowest levels of a particle that stays: energies and states, each with an error bar."""

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

# difference of lengths, relative, and of V, of its spread, below which they are the same; places in two periods at which V is looked at
_SAME, _LOOKS = 1e-9, 257
# of the largest kinetic energy: what a level counts as at least, for the lowest of a free ring has none
_LEAST = 1e-6
_CURES = {"grid": "take more points", "box": "take a larger box"}


@dataclasses.dataclass(frozen=True)
class Levels(AbstractQuestion):
    """The `count` lowest levels of a confined particle, `level_0`, `level_1`, and so on, in one, two or three dimensions.

    Nothing is propagated, and the problem's state does not matter. The tolerance is relative to each level's kinetic energy. In one
    dimension H is diagonalized on elements that fit V (`element_levels`), or on the grid that is given (`fourier_levels`); in more on
    grids of several spacings (`planar_levels`).

    Args:
        count: how many levels.

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
            known = {kind: levels for kind, levels in theories.items() if n < len(levels.energies)}
            quantities[f"level_{n}"] = Quantity(
                name=f"level_{n}",
                value=float(energy),
                error=math.fsum(budget.values()),
                dimension=ENERGY,
                budget=budget,
                theory={kind: Estimate(levels.energies[n], levels.errors[n]) for kind, levels in known.items()},
            )
        return Report(
            record=None,
            tolerance=tolerance,
            quantities=quantities,
            curves={},
            warnings=tuple(_warnings(quantities, tolerance * np.maximum(kinetic, _LEAST * kinetic.max()))),
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
                kind: Estimate(known.energies[n], known.errors[n])
                for kind, known in theories.items()
                if n < len(known.energies)
            }
            for n in range(self.count)
        }
        return {name: numbers for name, numbers in levels.items() if numbers}


def _with_ring(problem: Problem, grid: Grid | None) -> Problem:
    """The problem as the grid has it: a V that repeats itself from one end of the grid to the other is that of a ring.

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
        if abs(high - low - period) > _SAME * period or float(problem.axis.flux):
            raise ArgumentError(
                "grid",
                f"must reach once around the ring, {amount(period, LENGTH, problem.shown_in)}, and have no flux through it, but is {amount(high - low, LENGTH, problem.shown_in)} long; "
                "leave it out.",
            )
        return problem
    x = low + (high - low) * np.linspace(-1.0, 1.0, _LOOKS)
    here, next_period = (values_at(problem.potential, x + shift, float(problem.mass)) for shift in (0.0, high - low))
    spread = float(np.ptp(here[np.isfinite(here)])) if np.isfinite(here).any() else 0.0
    with np.errstate(invalid="ignore"):
        repeats = spread > 0 and bool(np.all(np.abs(next_period - here) <= _SAME * spread))
    return dataclasses.replace(problem, axis=Axis(high - low, low)) if repeats else problem


def _warnings(quantities: dict[str, Quantity], aims: np.ndarray) -> list[str]:
    said = []
    for quantity, aim in zip(quantities.values(), aims, strict=True):
        worst = max(quantity.budget, key=lambda source: quantity.budget[source])
        if quantity.error > aim:
            said.append(
                f"the error bar of {quantity.name} is {above(quantity, aim)}; most of it is the {worst}"
                + (f": {_CURES[worst]}." if worst in _CURES else ".")
            )
        if quantity.agrees is False:
            said.append(disagreement(quantity))
    return said
