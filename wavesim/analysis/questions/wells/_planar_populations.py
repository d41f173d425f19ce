"""Two wells in the plane or in space: gap, period and populations by their levels, nothing propagated."""

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

# frames of a curve; levels that a state is first summed over, and at most
_FRAMES, _FIRST, _MOST = 240, 12, 96
# of the tolerance: what the levels that are left out may change
_LEFT_OUT = 0.1
# levels in the picture
_SHOWN = 6
_NOTE = "nothing was propagated: the levels of both wells, on grids."


def planar_populations_report(problem: Problem, tolerance: float, given: Grid | None) -> Report:
    """Populations of wells in two or three dimensions: from a localized start the beat of two levels, from any other a sum over all that it excites.

    A second call with the same problem, tolerance and grid costs nothing.
    """
    memory = vars(problem).setdefault("_planar_populations", [])
    for known_tolerance, known_given, report in memory:
        if known_tolerance == tolerance and known_given is given:
            return report
    work = (_beating if localized(problem) else _summed)(problem, tolerance, given)
    try:
        while True:
            next(work)
    except StopIteration as end:
        memory.append((tolerance, given, end.value))
        return end.value


def planar_split_report(problem: Problem, tolerance: float, given: Grid | None) -> Measurement[Report]:
    """Gap, period and the two lowest levels of wells in two or three dimensions."""
    begun = time.perf_counter()
    levels = yield from planar_doublet(problem, tolerance, given)
    budgets = levels.found.budgets()
    values = _times(levels, ("gap", "tunneling_period")) | {
        f"level_{n}": (float(levels.found.fine.energies[n]), ENERGY, budgets[n]) for n in range(2)
    }
    return _reported(levels.found, values, tolerance, begun, None)


_Values = dict[str, tuple[float, Dimension, dict[str, float]]]


def _times(levels: PlanarWellLevels, names: tuple[str, ...]) -> _Values:
    """The gap and the times that it tells, by name."""
    fine, budget = levels.found.fine, levels.gap_budget()
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


def _beating(problem: Problem, tolerance: float, given: Grid | None) -> Measurement[Report]:
    begun, side = time.perf_counter(), int(isinstance(problem.state, RightLocalized))
    levels = yield from planar_doublet(problem, tolerance, given)
    beat = levels.beat(levels.found.fine, side)
    duration = 2 * math.pi / beat.gap if problem.duration is None else float(problem.duration)
    times = np.linspace(0.0, duration, _FRAMES + 1)

    def left(one: GridStates) -> float:
        # where the period is the end, the end is that of each grid
        other = levels.beat(one, side)
        return float(other.at(np.array([2 * math.pi / other.gap if problem.duration is None else duration]))[0])

    late = levels.budget(left, abs(beat.swing) * (0.0 if problem.duration is None else duration))
    mixed = 1 / beat.gap
    shares: _Values = {
        "contrast": (
            abs(beat.swing) / beat.mean,
            DIMENSIONLESS,
            levels.budget(lambda one: abs(levels.beat(one, side).swing) / levels.beat(one, side).mean, mixed),
        ),
        "largest_transfer": (
            2 * abs(beat.swing),
            DIMENSIONLESS,
            levels.budget(lambda one: 2 * abs(levels.beat(one, side).swing), mixed),
        ),
    }
    end = left(levels.found.fine)
    ends: _Values = {
        "left_population": (end, DIMENSIONLESS, late),
        "right_population": (1 - end, DIMENSIONLESS, late),
    }
    values = _times(levels, ("tunneling_period", "transfer_time", "gap")) | shares | ends
    bar = math.fsum(levels.budget(lambda one: levels.beat(one, side).mean, mixed).values()) + math.fsum(
        shares["largest_transfer"][2].values()
    )
    bar += abs(beat.swing) * duration * math.fsum(levels.gap_budget().values())
    return _reported(levels.found, values, tolerance, begun, (times, beat.at(times), bar))


def _summed(problem: Problem, tolerance: float, given: Grid | None) -> Measurement[Report]:
    """P(t) = sum over i, j of conj(c_i) c_j L_ij exp(i (E_i - E_j) t), on three grids."""
    begun = time.perf_counter()
    if problem.duration is None:
        raise WavesimError(
            "populations at the end need a duration, but none is given; set `duration`, or start from left_localized for the period."
        )
    wells, duration, count = planar_wells(problem), float(problem.duration), _FIRST
    times = np.linspace(0.0, duration, _FRAMES + 1)
    while True:

        def blamed(found: PlanarStates) -> set[str]:
            budget = _budget(found, wells, problem, times)
            wrong = {source: budget[source] for source in ("grid", "box")}
            return {max(wrong, key=lambda one: wrong[one])} if sum(wrong.values()) > tolerance / 2 else set()

        found = yield from planar_states(problem, count, tolerance, given, blamed, whole=True)
        missing = _missing(found.fine, problem)
        if 2 * math.sqrt(missing) < _LEFT_OUT * tolerance or count >= _MOST:
            break
        count *= 2
    curve = _curve(found.fine, wells, problem, times)
    budget = _budget(found, wells, problem, times)
    left = float(curve[-1])
    ends = {"left_population": left, "right_population": 1 - left}
    values: _Values = {
        name: (value, DIMENSIONLESS, budget) for name, value in sorted(ends.items(), key=lambda end: -end[1])
    }
    shortfall = (
        f": {count} levels leave {missing:.1g} of the state out"
        if count >= _MOST and missing > tolerance**2 / 4
        else ""
    )
    return _reported(found, values, tolerance, begun, (times, curve, math.fsum(budget.values())), shortfall, 1.0)


def _amplitudes(one: GridStates, problem: Problem) -> np.ndarray:
    grid = one.states.grid
    samples = problem.potential.sample(grid, mass=problem.mass)
    psi = np.asarray(problem.state.sample(grid, Hamiltonian(grid, samples, problem.mass)))
    states = one.states.psi.reshape(len(one.states.psi), -1)
    return states @ psi.ravel() * float(grid.cell)


def _missing(one: GridStates, problem: Problem) -> float:
    """The probability that the levels leave out."""
    return max(0.0, 1.0 - float(np.sum(np.abs(_amplitudes(one, problem)) ** 2)))


def _curve(one: GridStates, wells: WellsInPlane, problem: Problem, times: np.ndarray) -> np.ndarray:
    grid, states = one.states.grid, one.states.psi
    turned = _amplitudes(one, problem)[:, None] * np.exp(-1j * np.outer(one.energies - one.energies[0], times))
    psi = (states.reshape(len(states), -1).T @ turned).T.reshape(-1, *grid.points)
    return left_shares(psi, grid, wells)


def _budget(found: PlanarStates, wells: WellsInPlane, problem: Problem, times: np.ndarray) -> dict[str, float]:
    """Sources of the error of the left population at the worst of the times."""
    grid, box = found.changes(lambda one: _curve(one, wells, problem, times))
    fine, missing = found.fine, _missing(found.fine, problem)
    shares = np.abs(_amplitudes(fine, problem)) ** 2
    late = 2 * float(times[-1])
    return {
        "grid": float(grid.max()),
        "box": float(box.max()),
        "levels": 2 * math.sqrt(missing) + missing,
        "residual": late * float(shares @ fine.residual),
        "rounding": late * fine.rounding,
    }


def _reported(
    found: PlanarStates,
    values: _Values,
    tolerance: float,
    begun: float,
    curve: tuple[np.ndarray, np.ndarray, float] | None,
    shortfall: str = AGREEING,
    scale: float | None = None,
) -> Report:
    quantities = {
        name: Quantity(name, value, math.fsum(budget.values()), dimension, budget, {})
        for name, (value, dimension, budget) in values.items()
    }
    states = found.fine.states
    states = dataclasses.replace(states, energies=states.energies[:_SHOWN], psi=states.psi[:_SHOWN])
    report = report_without_record(
        quantities, tolerance, shortfall, begun, scale=scale, runs=found.rounds, states=states, notes=(_NOTE,)
    )
    if curve is None:
        return report
    times, left, bar = curve
    sides: dict[str, np.ndarray] = {"left_population": left, "right_population": 1 - left}
    curves = {name: Curve(name, times, side, DIMENSIONLESS, {}, bar, ("time", TIME)) for name, side in sides.items()}
    return dataclasses.replace(report, curves=curves)
