"""Left population of wells tilted by any uniform force in time, from their levels at the start."""

from __future__ import annotations

import functools
import math

import numpy as np

from .... import theory
from ....errors import WavesimError
from ....potentials import AbstractPotential, Driven, TwoWells, values_at
from ....problem import Problem
from ....states import Eigenstate, LeftLocalized
from ...bars import Estimate
from ..levels import WellLevels, localized, lowest_two, two_wells, well_levels

# positions and times at which the change of V is compared with a straight line
_POSITIONS, _TIMES = 9, 17
# largest deviation from it, relative to the change
_LINE_TOLERANCE = 1e-9
# numbers of levels, in order, and the change of the population at which they are enough
_COUNTS, _TARGET = (4, 8, 16, 24), 1e-6
# least share of a level in the well that it is assigned to
_LEAST_SHARE = 0.9


def side_of(problem: Problem) -> str | None:
    """Well of a localized start or, in wells tilted at the start, of one of the two lowest levels: "left" or "right".

    None for a level in both wells, and for any other state.
    """
    state = problem.state
    if localized(problem):
        return "left" if isinstance(state, LeftLocalized) else "right"
    if not isinstance(state, Eigenstate) or isinstance(problem.potential, Driven) or state.level > 1:
        return None
    share = float(lowest_two(problem).left[state.level, state.level])
    if max(share, 1 - share) < _LEAST_SHARE:
        return None
    return "left" if share > 0.5 else "right"


def tilt_of(problem: Problem, duration: float) -> AbstractPotential | None:
    """The potential, if its only change up to `duration` is a uniform force; else None."""
    potential, wells = problem.potential, two_wells(problem)
    x = np.linspace(*wells.potential.support(1e-3), _POSITIONS)
    start = values_at(potential, x, float(problem.mass), 0.0)
    for time in np.linspace(0.0, duration, _TIMES):
        change = values_at(potential, x, float(problem.mass), float(time)) - start
        line = np.polynomial.Polynomial.fit(x, change, 1)
        if np.max(np.abs(line(x) - change)) > _LINE_TOLERANCE * max(float(np.max(np.abs(change))), 1e-300):
            return None
    return potential


def swept_left(problem: Problem, times: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Left population at times from a start as in `side_of`, and its error.

    None where V changes by more than a uniform force.
    """
    if tilt_of(problem, float(times[-1])) is None:
        return None
    state = problem.state
    start = state.level if isinstance(state, Eigenstate) else side_of(problem)
    return _swept(
        problem.potential, two_wells(problem), float(problem.mass), start, tuple(np.asarray(times, float).tolist())
    )


@functools.lru_cache(maxsize=16)
def _swept(
    potential: AbstractPotential, wells: TwoWells, mass: float, initial: int | str | None, times: tuple[float, ...]
) -> tuple[np.ndarray, float] | None:
    """Left population and its error, from a level by its index or from a localized state by its side."""
    force = _Force(potential, wells, mass)
    left, change = np.full(len(times), np.inf), math.inf
    for count in _COUNTS:
        try:
            levels = well_levels(wells, mass, count)
        except WavesimError:
            # no more levels below the rim
            break
        start = np.zeros(count)
        if isinstance(initial, int):
            start[initial] = 1.0
        else:
            start[:2] = levels.localized()[:, 0 if initial == "left" else 1]
        forced = theory.forced_levels(np.array(times), few(levels, wells), start, force)
        change, left = float(np.max(np.abs(forced.left - left))) + forced.error, forced.left
        if change <= _TARGET:
            break
    return None if math.isinf(change) else (left, change)


def few(levels: WellLevels, wells: TwoWells) -> theory.FewLevels:
    """The levels as `theory.FewLevels`; positions are relative to the plane between the wells."""
    shifted = levels.position - wells.divide * np.eye(len(levels.energies))
    return theory.FewLevels(levels.energies, levels.errors, shifted, levels.left)


class _Force:
    """Change of V's slope since the start [force]."""

    def __init__(self, potential: AbstractPotential, wells: TwoWells, mass: float) -> None:
        self.potential, self.mass = potential, mass
        self.x = np.array(wells.bottoms)
        self.start = values_at(potential, self.x, mass, 0.0)

    def __call__(self, times: np.ndarray) -> np.ndarray:
        change = np.stack([values_at(self.potential, self.x, self.mass, float(time)) - self.start for time in times])
        return (change[:, 1] - change[:, 0]) / (self.x[1] - self.x[0])


def landau_zener(problem: Problem, duration: float) -> Estimate | None:
    """Probability of staying on one side in a steady sweep through the resonance.

    It is exp(-pi gap^2/(2 v)) with v = d(E_right - E_left)/dt. The gap is the least distance of the two levels during the sweep. None where the sweep
    is not steady, or does not pass the resonance.

    Source: C. Zener, Proc. R. Soc. Lond. A 137, 696 (1932).
    """
    if tilt_of(problem, duration) is None:
        return None
    wells, mass = two_wells(problem), float(problem.mass)
    force = _Force(problem.potential, wells, mass)
    times = np.linspace(0.0, duration, _TIMES)
    forces = force(times)
    if np.max(np.abs(forces - forces[-1] * times / duration)) > 1e-6 * abs(forces[-1]):
        return None
    levels = well_levels(wells, mass, 2)
    swept_forces = np.linspace(0.0, float(forces[-1]), 2001)
    pair = np.linalg.eigvalsh(np.diag(levels.energies)[None] + swept_forces[:, None, None] * levels.position[None])
    gaps = pair[:, 1] - pair[:, 0]
    nearest = int(np.argmin(gaps))
    if not 0 < nearest < len(gaps) - 1:
        return None
    mix = levels.localized()
    positions = np.diag(mix.T @ levels.position @ mix)
    speed = abs(float(forces[-1])) / duration * float(positions[1] - positions[0])
    return Estimate(math.exp(-math.pi * float(gaps[nearest]) ** 2 / (2 * speed)))
