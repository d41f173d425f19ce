"""Samples of V of any class along a whole line, from its structure to far away, in which wells and barriers are located."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ...errors import ArgumentError
from .._base import AbstractPotential
from .._combined import Sum
from .._exact import values_at

# points within the structure, and along each side of it
_WITHIN, _ALONG = 8192, 3072
# smallest and largest distance of these from it, in widths of the structure
_NEAREST, _FARTHEST = 1e-4, 1e6
# change of V in the last decade below which it counts as constant, as a share of its range
_SETTLED = 1e-4
# distance from an edge at which V is sampled on either side, relative to the width or position of the structure
_EDGE_OFFSET = 1e-10
# largest number of minima and maxima of a core
_MOST_TURNS = 128
# V above this counts as infinite, and its square is still a number
_HIGHEST = 1e100


@dataclasses.dataclass(frozen=True, eq=False)
class Survey:
    """V at many places along a line.

    Attributes:
        x: increasing positions, shape (n,) [length].
        values: V there, without deltas, at most 1e100, shape (n,) [energy].
        core: interval that contains the extrema, the edges and the deltas [length].
        ends: V far to the left and right, infinite where it rises or falls without bound [energy].
        deltas: positions of deltas and their strengths [length, energy x length].
        mass: of the particle.
    """

    x: np.ndarray
    values: np.ndarray
    core: tuple[float, float]
    ends: tuple[float, float]
    deltas: tuple[tuple[float, float], ...]
    mass: float

    @property
    def width(self) -> float:
        """Width of the core, or of the state of its deltas where it is a point [length]."""
        return max(self.core[1] - self.core[0], _delta_width(self.deltas, self.mass)) or 1.0

    @property
    def around(self) -> tuple[float, float]:
        """The core and a tenth of the width on both sides [length]."""
        return self.core[0] - 0.1 * self.width, self.core[1] + 0.1 * self.width

    @property
    def profile(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions and V with each delta as one point: a well as deep as its own level, or an infinite barrier."""
        place = np.array([at for at, _ in self.deltas])
        strength = np.array([w for _, w in self.deltas])
        bare = np.interp(place, self.x, self.values)
        depth = np.where(strength < 0, bare - self.mass * strength**2 / 2, math.inf)
        x, values = np.concatenate([self.x, place]), np.concatenate([self.values, depth])
        # where a sample lies on a delta, the delta counts
        order = np.lexsort((np.concatenate([np.zeros(len(self.x)), np.ones(len(place))]), x))
        x, values = x[order], values[order]
        last = np.append(np.diff(x) > 0, True)
        return x[last], values[last]


def surveyed_line(potential: AbstractPotential, mass: float = 1.0, time: float = 0.0) -> Survey:
    """Sample V along the first axis; the result is cached.

    Unlike `AbstractPotential.asymptotes` it uses values only, so that V may fall without bound, as in a uniform field.

    Args:
        potential: of plain numbers, not traced; of one dimension.
        mass: of the particle, which oscillators and deltas need.
        time: at which a driven V is taken.
    """
    memory = vars(potential).setdefault("_surveys", {})
    key = (float(mass), float(time))
    if key not in memory:
        memory[key] = _surveyed(potential, *key)
    return memory[key]


def _surveyed(potential: AbstractPotential, mass: float, time: float) -> Survey:
    deltas = tuple(
        sorted((float(a), float(w)) for a, w in zip(potential.spikes, potential.strengths, strict=True) if w != 0)
    )
    marks = np.array([*(float(edge) for edge in potential.edges_at(time)), *(at for at, _ in deltas)])
    ends = _spans(potential, mass, time)
    low, high = min([*ends, *marks], default=0.0), max([*ends, *marks], default=0.0)
    delta_width = _delta_width(deltas, mass)
    width = max(high - low, delta_width) or 1.0
    extrema = _extrema(*_sampled(potential, (low, high), width, marks, mass, time))
    # extrema of a sum may lie outside the supports of its terms
    low, high = min([low, *extrema]), max([high, *extrema])
    x, values = _sampled(potential, (low, high), max(high - low, delta_width) or 1.0, marks, mass, time)
    return Survey(x, values, (low, high), _ends(x, values), deltas, mass)


def _spans(potential: AbstractPotential, mass: float, time: float) -> list[float]:
    """Ends of the support of V, or, where it has none, the extrema between its landmarks."""
    if isinstance(potential, Sum):
        return [end for term in potential.terms for end in _spans(term, mass, time)]
    try:
        return [float(end) for end in potential.support_at(1e-3, time)]
    except ArgumentError:
        x = np.unique(potential.landmarks(time))
        return _extrema(x, _values(potential, x, mass, time)) if len(x) > 2 else []


def _landmarks(potential: AbstractPotential, time: float) -> np.ndarray:
    if isinstance(potential, Sum):
        return np.concatenate([_landmarks(term, time) for term in potential.terms])
    return potential.landmarks(time)


def _values(potential: AbstractPotential, x: np.ndarray, mass: float, time: float) -> np.ndarray:
    values = values_at(potential, x, mass, time)
    return np.clip(np.where(np.isnan(values), math.inf, values), -_HIGHEST, _HIGHEST)


def _sampled(
    potential: AbstractPotential,
    core: tuple[float, float],
    width: float,
    marks: np.ndarray,
    mass: float,
    time: float,
) -> tuple[np.ndarray, np.ndarray]:
    low, high = core[0] - 0.1 * width, core[1] + 0.1 * width
    away = width * np.geomspace(_NEAREST, _FARTHEST, _ALONG)
    landmarks = _landmarks(potential, time)
    offset = _EDGE_OFFSET * max(width, abs(low), abs(high))
    parts = [low - away, np.linspace(low, high, _WITHIN), high + away, marks - offset, marks + offset]
    parts += [landmarks[(landmarks > low) & (landmarks < high)]]
    x = np.unique(np.concatenate(parts))
    values = _values(potential, x, mass, time)
    # samples beyond the first infinite one on either side are dropped
    inside = (low + high) / 2
    wall = np.abs(values) >= _HIGHEST
    first = np.flatnonzero(wall & (x < inside))
    last = np.flatnonzero(wall & (x > inside))
    keep = slice(first[-1] if len(first) else 0, last[0] + 1 if len(last) else len(x))
    return x[keep], values[keep]


def _extrema(x: np.ndarray, values: np.ndarray) -> list[float]:
    """Leftmost and rightmost extremum of V beyond rounding; empty where it is monotonic."""
    finite = values[np.abs(values) < _HIGHEST]
    if len(finite) < 3:
        return []
    # far out rounding of a large V is no structure
    step = np.diff(values)
    step[np.abs(step) <= 1e-11 * np.maximum(np.abs(values[1:]), np.abs(values[:-1]))] = 0.0
    moves = np.flatnonzero(step)
    turns = np.flatnonzero(np.sign(step[moves[1:]]) != np.sign(step[moves[:-1]]))
    if not len(turns):
        return []
    firsts, lasts = x[moves[turns] + 1], x[moves[turns + 1]]
    if len(turns) > _MOST_TURNS:
        # an infinite lattice is represented by its part around 0
        nearest = np.argsort(np.abs(firsts), kind="stable")[:_MOST_TURNS]
        firsts, lasts = firsts[nearest], lasts[nearest]
    return [float(firsts.min()), float(lasts.max())]


def _ends(x: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    return _end(-x[::-1], values[::-1]), _end(x, values)


def _end(x: np.ndarray, values: np.ndarray) -> float:
    """Limit of V on one side, from its values in order outwards."""
    if abs(values[-1]) >= _HIGHEST:
        return math.copysign(math.inf, values[-1])
    tail = values[x >= x[-1] - 0.9 * (x[-1] - x[len(x) // 2])]
    inner = values[x <= x[-1] - 0.99 * (x[-1] - x[len(x) // 2])]
    rise = float(tail[-1] - tail[0])
    if abs(rise) <= _SETTLED * float(np.ptp(inner)) or not np.ptp(tail):
        return float(values[-1])
    return math.copysign(math.inf, rise)


def _delta_width(deltas: tuple[tuple[float, float], ...], mass: float) -> float:
    total = sum(abs(strength) for _, strength in deltas)
    return 1 / (mass * total) if total else 0.0
