"""Gap, period and populations of wells in two or three dimensions, from their levels."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np

from ...._typing import DIMENSIONLESS, ENERGY, TIME, Dimension
from ....errors import WavesimError
from ....grid import Grid
from ....hamiltonian import Hamiltonian
from ....potentials import WellsInPlane
from ....problem import Problem
from ....states import RightLocalized
from ...bars import Curve, Measurement, Quantity, Report
from .._without_record import AGREEING, report_without_record
from ..levels import (
    GridStates,
    PlanarStates,
    PlanarWellLevels,
    left_shares,
    localized,
    planar_doublet,
    planar_states,
    planar_wells,
)

# frames of a curve
_FRAMES = 240
# first and largest number of levels in the sum for a state
_FIRST_COUNT, _MOST_LEVELS = 12, 96
# largest error from the levels left out, as a share of the tolerance
_TRUNCATION = 0.1
# levels in the picture
_SHOWN = 6
_NOTE = "nothing was propagated: the levels of both wells, on grids."


def planar_populations_report(problem: Problem, tolerance: float, fixed_grid: Grid | None) -> Report:
    """Populations of wells in two or three dimensions: the beat of two levels, or a sum over levels.

    Results are cached with the problem by tolerance and grid.
    """
    cache = vars(problem).setdefault("_planar_populations", [])
    for cached_tolerance, cached_grid, report in cache:
        if cached_tolerance == tolerance and cached_grid is fixed_grid:
            return report
    work = (_beating if localized(problem) else _summed)(problem, tolerance, fixed_grid)
    try:
        while True:
            next(work)
    except StopIteration as end:
        cache.append((tolerance, fixed_grid, end.value))
        return end.value


def planar_split_report(problem: Problem, tolerance: float, fixed_grid: Grid | None) -> Measurement[Report]:
    """Gap, period and the two lowest levels of wells in two or three dimensions."""
    begun = time.perf_counter()
    levels = yield from planar_doublet(problem, tolerance, fixed_grid)
    budgets = levels.states.budgets()
    values = _times(levels, ("gap", "tunneling_period")) | {
        f"level_{n}": (float(levels.states.fine.energies[n]), ENERGY, budgets[n]) for n in range(2)
    }
    return _report(levels.states, values, tolerance, begun, None)


# value, dimension and error budget by name
_Values = dict[str, tuple[float, Dimension, dict[str, float]]]


def _times(levels: PlanarWellLevels, names: tuple[str, ...]) -> _Values:
    """The gap and the times that follow from it, by name."""
    fine, budget = levels.states.fine, levels.gap_budget()
    gap = float(fine.energies[1] - fine.energies[0])
    numbers = {
        "gap": (gap, ENERGY),
        "tunneling_period": (2 * math.pi / gap, TIME),
        "transfer_time": (math.pi / gap, TIME),
    }
    return {
        name: (*numbers[name], {source: error / gap * numbers[name][0] for source, error in budget.items()})
        for name in names
    }


def _beating(problem: Problem, tolerance: float, fixed_grid: Grid | None) -> Measurement[Report]:
    """Beat of the two lowest levels from a localized start."""
    begun, side = time.perf_counter(), int(isinstance(problem.state, RightLocalized))
    levels = yield from planar_doublet(problem, tolerance, fixed_grid)
    beat = levels.beat(levels.states.fine, side)
    duration = 2 * math.pi / beat.gap if problem.duration is None else float(problem.duration)
    times = np.linspace(0.0, duration, _FRAMES + 1)

    def left(states: GridStates) -> float:
        # a duration of one period is that of each grid
        grid_beat = levels.beat(states, side)
        end = 2 * math.pi / grid_beat.gap if problem.duration is None else duration
        return float(grid_beat.at(np.array([end]))[0])

    end_budget = levels.budget(left, abs(beat.swing) * (0.0 if problem.duration is None else duration))
    slope = 1 / beat.gap
    shares: _Values = {
        "contrast": (
            abs(beat.swing) / beat.mean,
            DIMENSIONLESS,
            levels.budget(lambda states: abs(levels.beat(states, side).swing) / levels.beat(states, side).mean, slope),
        ),
        "largest_transfer": (
            2 * abs(beat.swing),
            DIMENSIONLESS,
            levels.budget(lambda states: 2 * abs(levels.beat(states, side).swing), slope),
        ),
    }
    end = left(levels.states.fine)
    ends: _Values = {
        "left_population": (end, DIMENSIONLESS, end_budget),
        "right_population": (1 - end, DIMENSIONLESS, end_budget),
    }
    values = _times(levels, ("tunneling_period", "transfer_time", "gap")) | shares | ends
    bar = math.fsum(levels.budget(lambda states: levels.beat(states, side).mean, slope).values()) + math.fsum(
        shares["largest_transfer"][2].values()
    )
    bar += abs(beat.swing) * duration * math.fsum(levels.gap_budget().values())
    return _report(levels.states, values, tolerance, begun, (times, beat.at(times), bar))


def _summed(problem: Problem, tolerance: float, fixed_grid: Grid | None) -> Measurement[Report]:
    """P(t) = sum over i, j of conj(c_i) c_j L_ij exp(i (E_i - E_j) t), on three grids."""
    begun = time.perf_counter()
    if problem.duration is None:
        raise WavesimError(
            "populations at the end need a duration, but none is given; set `duration`, or start from left_localized for the period."
        )
    wells, duration, count = planar_wells(problem), float(problem.duration), _FIRST_COUNT
    times = np.linspace(0.0, duration, _FRAMES + 1)
    while True:

        def excessive(states: PlanarStates) -> set[str]:
            budget = _budget(states, wells, problem, times)
            errors = {source: budget[source] for source in ("grid", "box")}
            return {max(errors, key=lambda source: errors[source])} if sum(errors.values()) > tolerance / 2 else set()

        solved = yield from planar_states(problem, count, tolerance, fixed_grid, excessive, all_states=True)
        missing = _missing(solved.fine, problem)
        if 2 * math.sqrt(missing) < _TRUNCATION * tolerance or count >= _MOST_LEVELS:
            break
        count *= 2
    curve = _curve(solved.fine, wells, problem, times)
    budget = _budget(solved, wells, problem, times)
    left = float(curve[-1])
    ends = {"left_population": left, "right_population": 1 - left}
    values: _Values = {
        name: (value, DIMENSIONLESS, budget) for name, value in sorted(ends.items(), key=lambda end: -end[1])
    }
    shortfall = (
        f": {count} levels leave {missing:.1g} of the state out"
        if count >= _MOST_LEVELS and missing > tolerance**2 / 4
        else ""
    )
    return _report(solved, values, tolerance, begun, (times, curve, math.fsum(budget.values())), shortfall, 1.0)


def _amplitudes(solved: GridStates, problem: Problem) -> np.ndarray:
    """Amplitudes of the problem's state over the levels of one grid."""
    grid = solved.states.grid
    samples = problem.potential.sample(grid, mass=problem.mass)
    psi = np.asarray(problem.state.sample(grid, Hamiltonian(grid, samples, problem.mass)))
    states = solved.states.psi.reshape(len(solved.states.psi), -1)
    return states @ psi.ravel() * float(grid.cell)


def _missing(solved: GridStates, problem: Problem) -> float:
    """Probability of the state outside the levels."""
    return max(0.0, 1.0 - float(np.sum(np.abs(_amplitudes(solved, problem)) ** 2)))


def _curve(solved: GridStates, wells: WellsInPlane, problem: Problem, times: np.ndarray) -> np.ndarray:
    """Left population at times, from the levels of one grid."""
    grid, states = solved.states.grid, solved.states.psi
    phased = _amplitudes(solved, problem)[:, None] * np.exp(-1j * np.outer(solved.energies - solved.energies[0], times))
    psi = (states.reshape(len(states), -1).T @ phased).T.reshape(-1, *grid.points)
    return left_shares(psi, grid, wells)


def _budget(solved: PlanarStates, wells: WellsInPlane, problem: Problem, times: np.ndarray) -> dict[str, float]:
    """Sources of the largest error of the left population at any of the times."""
    grid, box = solved.changes(lambda states: _curve(states, wells, problem, times))
    fine, missing = solved.fine, _missing(solved.fine, problem)
    shares = np.abs(_amplitudes(fine, problem)) ** 2
    phase_slope = 2 * float(times[-1])
    return {
        "grid": float(grid.max()),
        "box": float(box.max()),
        "levels": 2 * math.sqrt(missing) + missing,
        "residual": phase_slope * float(shares @ fine.residual),
        "rounding": phase_slope * fine.rounding,
    }


def _report(
    solved: PlanarStates,
    values: _Values,
    tolerance: float,
    begun: float,
    curve: tuple[np.ndarray, np.ndarray, float] | None,
    shortfall: str = AGREEING,
    scale: float | None = None,
) -> Report:
    """Report with the lowest states and a curve (times, left population, error bar) or none."""
    quantities = {
        name: Quantity(name, value, math.fsum(budget.values()), dimension, budget, {})
        for name, (value, dimension, budget) in values.items()
    }
    pictures = solved.fine.states
    pictures = dataclasses.replace(pictures, energies=pictures.energies[:_SHOWN], psi=pictures.psi[:_SHOWN])
    report = report_without_record(
        quantities, tolerance, shortfall, begun, scale=scale, runs=solved.rounds, states=pictures, notes=(_NOTE,)
    )
    if curve is None:
        return report
    times, left, bar = curve
    sides: dict[str, np.ndarray] = {"left_population": left, "right_population": 1 - left}
    curves = {name: Curve(name, times, side, DIMENSIONLESS, {}, bar, ("time", TIME)) for name, side in sides.items()}
    return dataclasses.replace(report, curves=curves)
