"""V along a whole line, from its structure to far away, whatever class it is of: where wells and barriers are looked for."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ...errors import ArgumentError
from .._base import AbstractPotential
from .._combined import Sum
from .._exact import values_at

# points within the structure, along each side of it, and how far out these reach, in widths of the structure
_WITHIN, _ALONG, _NEAREST, _FARTHEST = 8192, 3072, 1e-4, 1e6
# share of the whole range of V by which it may still change in the last decade where it has settled
_SETTLED = 1e-4
_EDGE_HAIR = 1e-10
# minima and maxima of a core, at most
_MOST_TURNS = 128
# V above this counts as infinite, and its square is still a number
_HIGHEST = 1e100


@dataclasses.dataclass(frozen=True, eq=False)
class Survey:
    """V at many places of one line.

    Attributes:
        x: increasing positions, shape (n,) [length].
        values: V there, deltas left out, at most 1e100, shape (n,) [energy].
        core: interval that holds the extrema, the edges and the deltas [length].
        ends: V far to the left and right, infinite where it rises or falls without end [energy].
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
        """Of the core, or of the state of its deltas where it is a point [length]."""
        return max(self.core[1] - self.core[0], _delta_width(self.deltas, self.mass)) or 1.0

    @property
    def around(self) -> tuple[float, float]:
        """The core and a tenth of its width on both sides; around a point the width that its delta gives it [length]."""
        return self.core[0] - 0.1 * self.width, self.core[1] + 0.1 * self.width

    @property
    def profile(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions and V with each delta as one point: a well as deep as its own level, a barrier without end."""
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
    """Look at V along the first axis; a second call with the same arguments costs nothing.

    Unlike `AbstractPotential.asymptotes` it asks the values alone, so that V may fall without end, as in a uniform field.

    Args:
        potential: of plain numbers, not traced; of one dimension.
        mass: of the particle, which oscillators and deltas need.
        time: at which a driven V is taken.
    """
    memory = vars(potential).setdefault("_surveys", {})
    key = (float(mass), float(time))
    if key not in memory:
        memory[key] = _looked_at(potential, *key)
    return memory[key]


def _looked_at(potential: AbstractPotential, mass: float, time: float) -> Survey:
    deltas = tuple(
        sorted((float(a), float(w)) for a, w in zip(potential.spikes, potential.strengths, strict=True) if w != 0)
    )
    marks = np.array([*(float(edge) for edge in potential.edges_at(time)), *(at for at, _ in deltas)])
    known = _spans(potential, mass, time)
    low, high = min([*known, *marks], default=0.0), max([*known, *marks], default=0.0)
    own = _delta_width(deltas, mass)
    width = max(high - low, own) or 1.0
    bends = _extrema(*_sampled(potential, (low, high), width, marks, mass, time))
    # what several terms make together may reach farther than what each makes alone
    low, high = min([low, *bends]), max([high, *bends])
    x, values = _sampled(potential, (low, high), max(high - low, own) or 1.0, marks, mass, time)
    return Survey(x, values, (low, high), _ends(x, values), deltas, mass)


def _spans(potential: AbstractPotential, mass: float, time: float) -> list[float]:
    """Ends of the structure as the potential knows it, or the extrema between the places that it wants looked at."""
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
    own = _landmarks(potential, time)
    hair = _EDGE_HAIR * max(width, abs(low), abs(high))
    parts = [low - away, np.linspace(low, high, _WITHIN), high + away, marks - hair, marks + hair]
    parts += [own[(own > low) & (own < high)]]
    x = np.unique(np.concatenate(parts))
    values = _values(potential, x, mass, time)
    # beyond what is infinite, upwards or downwards, nothing is looked at
    inside = (low + high) / 2
    wall = np.abs(values) >= _HIGHEST
    first = np.flatnonzero(wall & (x < inside))
    last = np.flatnonzero(wall & (x > inside))
    keep = slice(first[-1] if len(first) else 0, last[0] + 1 if len(last) else len(x))
    return x[keep], values[keep]


def _extrema(x: np.ndarray, values: np.ndarray) -> list[float]:
    """Leftmost and rightmost place at which V turns, by more than rounding; empty where it does not."""
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
        # a lattice without end: its part around 0 stands for the whole
        nearest = np.argsort(np.abs(firsts), kind="stable")[:_MOST_TURNS]
        firsts, lasts = firsts[nearest], lasts[nearest]
    return [float(firsts.min()), float(lasts.max())]


def _ends(x: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    return _end(-x[::-1], values[::-1]), _end(x, values)


def _end(x: np.ndarray, values: np.ndarray) -> float:
    """What V becomes on one side, from its values in order outwards."""
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
