"""Bound levels of any well on the whole line, by counting nodes between distant walls (hbar = 1)."""

from typing import Any

import numpy as np

from ..methods import Potential, as_function, evaluate
from ._shooting import levels_by_shooting, rough_levels

# int kappa dx from the outermost turning point to a wall, whose relative effect on a level is exp(-40).
_BEYOND = 20.0
# Samples on each side, and the growth of the step from one to the next.
_PLACES, _GROWTH = 3072, 0.008
# Samples within the structure.
_WITHIN = 6000
_SEAMS = 25
# Binding energy, relative to the depth of the well, below which levels are left out.
_BARELY = 1e-9
_MOST_WALLS = 40


def bound_levels(
    potential: Potential,
    left: float,
    right: float,
    *,
    count: int = 2,
    rim: float = np.inf,
    edges: Any = (),
    deltas: Any = ((), ()),
    mass: float = 1.0,
    walls: tuple[float | None, float | None] = (None, None),
) -> tuple[np.ndarray, np.ndarray]:
    """Lowest levels of a particle on the whole line, or on one side of a hard wall.

    Walls are placed where the wave of the highest level has decayed by exp(-20), int kappa dx = 20, or where V becomes infinite;
    levels_by_shooting finds the levels between them.

    Args:
        potential: real V(x), possibly infinite far out.
        left: left end of the structure of V [length].
        right: right end [length].
        count: largest number of levels.
        rim: energy above which there are no bound levels, the lower of the two V at infinity [energy].
        edges: positions of the jumps and kinks of V [length].
        deltas: positions and strengths of deltas, negative for wells [length, energy x length].
        mass: particle mass.
        walls: hard walls on the left and on the right; the structure, edges and deltas lie between them [length].

    Returns:
        (energies, errors), each of shape (n,) with n <= count, the number of bound levels [energy].

    When not to use:
        For resonances, and for wells between infinite walls within the structure.
    """
    places, strengths = (np.ravel(np.asarray(each, float)) for each in deltas)
    marks = np.concatenate([np.ravel(np.asarray(edges, float)), places])
    low, high = float(np.min([left, *marks])), float(np.max([right, *marks]))
    strength = float(np.abs(strengths).sum())
    width = high - low or (1 / (mass * strength) if strength else 1.0)
    low, high = (end if wall is None else wall for end, wall in zip((low, high), walls, strict=True))
    width = max(width, high - low)
    sides = [
        _outwards(potential, end, sign * width) if wall is None else (np.array([wall]), np.array([np.inf]))
        for end, sign, wall in ((low, -1.0, walls[0]), (high, 1.0, walls[1]))
    ]
    within = np.linspace(low, high, _WITHIN)[1:-1]
    x = np.concatenate([sides[0][0][::-1], within, sides[1][0]])
    v = np.concatenate([sides[0][1][::-1], evaluate(as_function(potential), within), sides[1][1]])
    floor = float(np.min(v)) - mass * strength**2 / 2
    depth = rim - floor
    energy = min(floor + (np.pi * (count + 1) / width) ** 2 / (2 * mass), rim - 0.1 * depth)
    wells = {"deltas": (places, strengths), "mass": mass, "below": rim}
    # cells begin at the structure and double outwards, so that no well is overlooked in a long cell
    shells = width * 2.0 ** np.arange(-3, 30)
    seams: np.ndarray = np.concatenate([marks, np.linspace(low, high, _SEAMS), low - shells, high + shells])
    ends, between, bound = (low, high), seams, 0
    for _ in range(_MOST_WALLS):
        ends = _walls(x, v, energy, mass, places)
        between = seams[(seams > ends[0]) & (seams < ends[1])]
        levels = rough_levels(potential, *ends, count=count, edges=between, **wells)
        bound = len(levels)
        if bound < count:
            energy = rim - 0.1 * (rim - energy)
            if rim - energy > _BARELY * depth:
                continue
            break
        # the error of the estimate is far below 1e-4 of the level
        highest = float(levels[-1]) + 1e-4 * (float(levels[-1]) - floor)
        if highest > rim:
            highest = (float(levels[-1]) + rim) / 2
        # walls too far away waste cells where there is no wave, and the limit on cells then loosens the tolerance
        if _walls(x, v, highest, mass, places) == ends:
            break
        energy = highest
    if not bound:
        return np.zeros(0), np.zeros(0)
    return levels_by_shooting(potential, *ends, count=bound, edges=between, **wells)


def _outwards(potential: Potential, end: float, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions from one end of the structure outwards and V there, up to where it is infinite."""
    x = end + width * 1e-3 * np.expm1(_GROWTH * np.arange(_PLACES)) / _GROWTH
    v = evaluate(as_function(potential), x)
    (infinite,) = np.nonzero(~np.isfinite(v))
    if not infinite.size:
        return x, v
    inside, beyond = x[max(infinite[0] - 1, 0)], x[infinite[0]]
    while abs(beyond - inside) > 1e-15 * max(abs(beyond), abs(width)):
        middle = (inside + beyond) / 2
        if middle in (inside, beyond):
            break
        finite = np.isfinite(evaluate(as_function(potential), np.array([middle])))[0]
        inside, beyond = (middle, beyond) if finite else (inside, middle)
    return np.append(x[: infinite[0]], inside), np.append(v[: infinite[0]], np.inf)


def _walls(x: np.ndarray, v: np.ndarray, energy: float, mass: float, deltas: np.ndarray) -> tuple[float, float]:
    """Positions where int kappa dx from the outermost turning points or deltas reaches its goal, or V is infinite."""
    kappa = np.sqrt(np.maximum(v - energy, 0.0)) * np.sqrt(2 * mass)
    steps = np.minimum(kappa[1:], kappa[:-1]) * np.diff(x)
    inner = np.concatenate([x[kappa == 0], deltas])
    ends = (np.min(inner), np.max(inner)) if inner.size else (x[np.argmin(v)],) * 2
    first, last = int(np.searchsorted(x, ends[0])), int(np.searchsorted(x, ends[1], side="right"))
    left = first - 2 - int(np.searchsorted(np.cumsum(steps[: max(first - 1, 0)][::-1]), _BEYOND))
    right = last + 1 + int(np.searchsorted(np.cumsum(steps[last:]), _BEYOND))
    return float(x[max(left, 0)]), float(x[min(right, x.size - 1)])
