"""What a planner has to know of V before it believes a spacing: where V is, how high, and how fine."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
import scipy

from .._base import AbstractPotential
from .._exact import values_at

# V is looked at until a line through the points misses no more than this share of its height
_SHARE = 0.01
_MOST, _ROUNDS = 20_000, 40
# as many points for each of the finest lengths, and at most so many, in a transform
_PER_LENGTH, _LONGEST = 16, 1 << 16
# so many of the places where V bends most are measured
_CANDIDATES = 256
# what is lower than this share of the height is no structure of its own
_LEAST = 1e-3


@dataclasses.dataclass(frozen=True)
class Structure:
    """V as a planner sees it, over all times that were asked for.

    Attributes:
        span: the interval that holds its structure [length].
        edges: positions in it where V jumps or bends, at any of the times.
        lowest: V's least value in the span, to about 1e-6 of its height [energy].
        highest: its largest value there.
        finest: the smallest length over which V changes by much of a bump's or a dip's own height, sqrt(height/abs(V'')) [length]; jumps and
            kinks left out; ``inf`` where V is constant.
        wave_number: beyond which the Fourier transform of V's smooth parts is below `tolerance` of its largest value [1/length].
    """

    span: tuple[float, float]
    edges: tuple[float, ...]
    lowest: float
    highest: float
    finest: float
    wave_number: float

    @property
    def height(self) -> float:
        """How much higher the highest value is than the lowest [energy]."""
        return self.highest - self.lowest


def structure_of(
    potential: AbstractPotential, *, mass: float = 1.0, times: Sequence[float] = (0.0,), tolerance: float = 1e-6
) -> Structure:
    """The structure of V along the first axis; a second call with the same arguments costs nothing.

    Args:
        potential: of plain numbers, not traced; of one axis, or separable.
        mass: of the particle, which oscillators need.
        times: at which V is looked at; a static V is looked at once.
        tolerance: outside of the span V is within this share of its height of its ends (1e-3 at most), and so for the wave number.

    Raises:
        ArgumentError: as `AbstractPotential.support` does.
    """
    moments = (0.0,) if potential.static else tuple(float(time) for time in times)
    memory = vars(potential).setdefault("_structures", {})
    key = (float(mass), moments, float(tolerance))
    if key not in memory:
        parts = [_at(potential, key[0], moment, key[2]) for moment in moments]
        memory[key] = Structure(
            (min(part.span[0] for part in parts), max(part.span[1] for part in parts)),
            tuple(sorted({edge for part in parts for edge in part.edges})),
            min(part.lowest for part in parts),
            max(part.highest for part in parts),
            min(part.finest for part in parts),
            max(part.wave_number for part in parts),
        )
    return memory[key]


def _at(potential: AbstractPotential, mass: float, time: float, tolerance: float) -> Structure:
    low, high = (float(end) for end in potential.support_at(min(tolerance, 1e-3), time))
    edges = np.unique([float(edge) for edge in (potential.edges if potential.static else potential.edges_at(time))])
    edges = edges[(edges >= low - 1e-9 * (high - low)) & (edges <= high + 1e-9 * (high - low))]

    def value(x: np.ndarray) -> np.ndarray:
        return values_at(potential, x, mass, time)

    if not high > low:
        beside = value(low + np.array([-1.0, 1.0]) * max(1e-9 * abs(low), 1e-12))
        return Structure((low, high), tuple(edges.tolist()), float(beside.min()), float(beside.max()), math.inf, 0.0)
    x = _resolved(value, _first_look(potential, low, high, edges, time), edges)
    v = value(x)
    known = np.isfinite(v)
    x, v = x[known], v[known]
    lowest, highest = _extreme(value, x, v, edges, -1.0), _extreme(value, x, v, edges, 1.0)
    finest, where = _finest(value, x, v, edges, highest - lowest)
    if len(edges) or not all(map(math.isfinite, potential.asymptotes())):
        wave = _wave_number_of_pieces(value, np.unique([low, *edges, high]), finest, tolerance, highest - lowest)
    else:
        wave = _wave_number(value, low, high, finest, where, tolerance)
    return Structure((low, high), tuple(edges.tolist()), lowest, highest, finest, wave)


def _first_look(potential: AbstractPotential, low: float, high: float, edges: np.ndarray, time: float) -> np.ndarray:
    """Points at which to begin: even, dense beside edges, and where the potential itself says that it has something."""
    near = (high - low) * np.geomspace(1e-6, 0.5, 40)
    marks = [np.linspace(low, high, 513), potential.landmarks(time)]
    marks += [edge + side * near for edge in edges for side in (-1.0, 1.0)]
    x = np.unique(np.concatenate(marks))
    return x[(x >= low) & (x <= high)]


def _resolved(value: Callable[[np.ndarray], np.ndarray], x: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The points and more, until V between two is nearly a line."""
    left, right = x[:-1], x[1:]
    for _ in range(_ROUNDS):
        middle = (left + right) / 2
        first, center, last = value(np.stack([left, middle, right]))
        seen = np.concatenate([first, center, last])
        seen = seen[np.isfinite(seen)]
        # between two points an edge is a step and needs no more of them
        apart = np.searchsorted(edges, left) == np.searchsorted(edges, right)
        miss = np.abs(center - (first + last) / 2)
        with np.errstate(invalid="ignore"):
            split = apart & (miss > _SHARE * np.ptp(seen) if len(seen) else np.zeros(len(left), bool))
        if not split.any() or len(x) + split.sum() > _MOST:
            break
        x = np.concatenate([x, middle[split]])
        left, right = (
            np.concatenate([left[split], middle[split]]),
            np.concatenate([middle[split], right[split]]),
        )
    return np.sort(x)


def _extreme(
    value: Callable[[np.ndarray], np.ndarray], x: np.ndarray, v: np.ndarray, edges: np.ndarray, sign: float
) -> float:
    """The least (`sign` -1) or the largest value, looked for more closely around the outermost samples and beside edges."""
    best = sign * float(np.max(sign * v))
    hair = 1e-9 * max(float(x[-1] - x[0]), 1e-300)
    if len(edges):
        beside = value(np.concatenate([edges - hair, edges + hair]))
        best = sign * max(sign * best, float(np.max(sign * beside[np.isfinite(beside)], initial=sign * best)))
    place = int(np.argmax(sign * v))
    low, high = float(x[max(place - 1, 0)]), float(x[min(place + 1, len(x) - 1)])
    for _ in range(4):
        inner = np.linspace(low, high, 33)
        values = np.where(np.isfinite(some := value(inner)), some, -sign * math.inf)
        peak = int(np.argmax(sign * values))
        best = sign * max(sign * best, sign * float(values[peak]))
        low, high = float(inner[max(peak - 1, 0)]), float(inner[min(peak + 1, 32)])
    return best


def _finest(
    value: Callable[[np.ndarray], np.ndarray], x: np.ndarray, v: np.ndarray, edges: np.ndarray, height: float
) -> tuple[float, float]:
    """The finest length, and where it is."""
    if height <= 0 or len(x) < 3:
        return math.inf, float(x[len(x) // 2])
    step = np.minimum(np.diff(x)[:-1], np.diff(x)[1:]) / 2
    inner = x[1:-1]
    center, left, right = value(np.stack([inner, inner - step, inner + step]))
    with np.errstate(all="ignore"):
        bend = np.abs(left - 2 * center + right) / step**2
        rounding = 1e-14 * np.abs(center) / step**2
    free = np.searchsorted(edges, inner - 1.001 * step) == np.searchsorted(edges, inner + 1.001 * step)
    bend = np.where(free & np.isfinite(bend) & (bend > 4 * rounding), bend, 0.0)
    finest, where = math.inf, float(inner[np.argmax(bend)])
    for place in np.argsort(-bend)[:_CANDIDATES]:
        if bend[place] <= 0:
            break
        around = 2 * math.sqrt(height / bend[place])
        bounds = np.searchsorted(edges, inner[place])
        lower = max(inner[place] - around, edges[bounds - 1] if bounds > 0 else -math.inf)
        upper = min(inner[place] + around, edges[bounds] if bounds < len(edges) else math.inf)
        inside = v[(x > lower) & (x < upper)]
        own = float(np.ptp(inside)) if len(inside) else 0.0
        if own >= _LEAST * height and math.sqrt(own / bend[place]) < finest:
            finest, where = math.sqrt(own / bend[place]), float(inner[place])
    return finest, where


def _wave_number(
    value: Callable[[np.ndarray], np.ndarray], low: float, high: float, finest: float, where: float, tolerance: float
) -> float:
    """By a Fourier transform over the span, faded out beside it; where that is too long, over the neighborhood of what is finest."""
    if not math.isfinite(finest):
        return 0.0
    width = high - low
    if width * _PER_LENGTH * 2 > _LONGEST * finest:
        width = _LONGEST * finest / _PER_LENGTH / 2
        low, high = where - width / 2, where + width / 2
    count = 1 << max(9, math.ceil(math.log2(2 * width / finest * _PER_LENGTH)))
    count = min(count, _LONGEST)
    x = np.linspace(low - width / 2, high + width / 2, count, endpoint=False)
    v = value(x)
    # a uniform field is no structure
    v = v - np.linspace(v[0], v[-1], count)
    fade = (
        np.asarray(
            scipy.special.erf(8 * (x - low + width / 4) / width) - scipy.special.erf(8 * (x - high - width / 4) / width)
        )
        / 2
    )
    transform = np.abs(np.fft.rfft(v * fade))
    above = np.flatnonzero(transform > max(tolerance, 1e-13) * transform.max())
    return float(math.pi * above[-1] / width) if transform.max() > 0 else 0.0


def _wave_number_of_pieces(
    value: Callable[[np.ndarray], np.ndarray], ends: np.ndarray, finest: float, tolerance: float, height: float
) -> float:
    """By Chebyshev series on each piece between edges: n terms show waves of n half-lengths."""
    largest = 0.0
    for low, high in zip(ends[:-1], ends[1:], strict=True):
        half = (high - low) / 2
        if half < 1e-9 * (ends[-1] - ends[0]):
            continue
        count = int(min(4096, max(32, 1 << math.ceil(math.log2(_PER_LENGTH * max(half / finest, 1.0))))))
        x = low + half + half * np.cos(np.pi * (np.arange(count) + 0.5) / count)
        series = np.abs(np.asarray(scipy.fft.dct(value(x)))) / count
        above = np.flatnonzero(series > max(tolerance, 1e-13) * height) if np.isfinite(series).all() else np.array([0])
        largest = max(largest, float(above[-1]) / half if len(above) else 0.0)
    return float(largest)
