"""Wells that a uniform force of any course in time tilts: how much of the particle is left of them, by their levels at the start."""

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

# places and times at which V must have moved as a straight line does, to this share of how far it moved
_PLACES, _TIMES, _STRAIGHT = 9, 17, 1e-9
# levels that are tried, and the change to be satisfied with
_COUNTS, _ENOUGH = (4, 8, 16, 24), 1e-6
# of a level, in the well that it is said to lie in
_MOST = 0.9


def side_of(problem: Problem) -> str | None:
    """The well in which a start lies, "left" or "right": a localized state, or one of the two lowest levels of wells that are tilted at the start.

    None where it lies in both, or is another state.
    """
    state = problem.state
    if localized(problem):
        return "left" if isinstance(state, LeftLocalized) else "right"
    if not isinstance(state, Eigenstate) or isinstance(problem.potential, Driven) or state.level > 1:
        return None
    share = float(lowest_two(problem).left[state.level, state.level])
    if max(share, 1 - share) < _MOST:
        return None
    return "left" if share > 0.5 else "right"


def tilt_of(problem: Problem, duration: float) -> AbstractPotential | None:
    """The potential, if all that moves in it up to the end is a uniform force; else None."""
    potential, wells = problem.potential, two_wells(problem)
    x = np.linspace(*wells.potential.support(1e-3), _PLACES)
    start = values_at(potential, x, float(problem.mass), 0.0)
    for time in np.linspace(0.0, duration, _TIMES):
        moved = values_at(potential, x, float(problem.mass), float(time)) - start
        line = np.polynomial.Polynomial.fit(x, moved, 1)
        if np.max(np.abs(line(x) - moved)) > _STRAIGHT * max(float(np.max(np.abs(moved))), 1e-300):
            return None
    return potential


def swept_left(problem: Problem, times: np.ndarray) -> tuple[np.ndarray, float] | None:
    """The left population of such a start (`side_of`) at times, and its error, by as many levels as it takes; None where V moves otherwise."""
    if tilt_of(problem, float(times[-1])) is None:
        return None
    state = problem.state
    start = state.level if isinstance(state, Eigenstate) else side_of(problem)
    return _swept(
        problem.potential, two_wells(problem), float(problem.mass), start, tuple(np.asarray(times, float).tolist())
    )


@functools.lru_cache(maxsize=16)
def _swept(
    potential: AbstractPotential, wells: TwoWells, mass: float, begins: int | str | None, times: tuple[float, ...]
) -> tuple[np.ndarray, float] | None:
    force = _Force(potential, wells, mass)
    before, change = np.full(len(times), np.inf), math.inf
    for count in _COUNTS:
        try:
            levels = well_levels(wells, mass, count)
        except WavesimError:
            # above the rim there are no more
            break
        start = np.zeros(count)
        if isinstance(begins, int):
            start[begins] = 1.0
        else:
            start[:2] = levels.localized()[:, 0 if begins == "left" else 1]
        moved = theory.forced_levels(np.array(times), few(levels, wells), start, force)
        change, before = float(np.max(np.abs(moved.left - before))) + moved.error, moved.left
        if change <= _ENOUGH:
            break
    return None if math.isinf(change) else (before, change)


def few(levels: WellLevels, wells: TwoWells) -> theory.FewLevels:
    """The levels in theory's terms; positions count from the plane between the wells."""
    shifted = levels.position - wells.divide * np.eye(len(levels.energies))
    return theory.FewLevels(levels.energies, levels.errors, shifted, levels.left)


class _Force:
    """V's slope at a time beyond that at the start [force]."""

    def __init__(self, potential: AbstractPotential, wells: TwoWells, mass: float) -> None:
        self.potential, self.mass = potential, mass
        self.x = np.array(wells.bottoms)
        self.start = values_at(potential, self.x, mass, 0.0)

    def __call__(self, times: np.ndarray) -> np.ndarray:
        moved = np.stack([values_at(self.potential, self.x, self.mass, float(time)) - self.start for time in times])
        return (moved[:, 1] - moved[:, 0]) / (self.x[1] - self.x[0])


def landau_zener(problem: Problem, duration: float) -> Estimate | None:
    """The share that stays on its side of a steady sweep through the resonance: exp(-pi gap^2/(2 v)), v = d(E_right - E_left)/dt.

    The gap is the least distance of the two levels on the way. None where the sweep is not steady, or does not pass the resonance.

    Source: C. Zener, Proc. R. Soc. Lond. A 137, 696 (1932).
    """
    if tilt_of(problem, duration) is None:
        return None
    wells, mass = two_wells(problem), float(problem.mass)
    force = _Force(problem.potential, wells, mass)
    moments = np.linspace(0.0, duration, _TIMES)
    forces = force(moments)
    if np.max(np.abs(forces - forces[-1] * moments / duration)) > 1e-6 * abs(forces[-1]):
        return None
    levels = well_levels(wells, mass, 2)
    pushes = np.linspace(0.0, float(forces[-1]), 2001)
    pair = np.linalg.eigvalsh(np.diag(levels.energies)[None] + pushes[:, None, None] * levels.position[None])
    apart = pair[:, 1] - pair[:, 0]
    nearest = int(np.argmin(apart))
    if not 0 < nearest < len(apart) - 1:
        return None
    mix = levels.localized()
    places = np.diag(mix.T @ levels.position @ mix)
    speed = abs(float(forces[-1])) / duration * float(places[1] - places[0])
    return Estimate(math.exp(-math.pi * float(apart[nearest]) ** 2 / (2 * speed)))
