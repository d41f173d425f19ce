"""Extent, height and finest length of V, from which a planner chooses a spacing."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
import scipy

from .._base import AbstractPotential
from .._exact import values_at

# error of straight lines between samples, as a share of V's height, down to which V is sampled
_SHARE = 0.01
# largest number of samples
_MOST = 20_000
# largest number of refinements
_ROUNDS = 40
# points of a Fourier transform for each finest length
_PER_LENGTH = 16
# largest number of points of a Fourier transform
_LONGEST = 1 << 16
# number of places of largest curvature at which the finest length is computed
_CANDIDATES = 256
# share of the height below which a bump or dip does not count
_LEAST = 1e-3


@dataclasses.dataclass(frozen=True)
class Structure:
    """Properties of V for a planner, over all requested times.

    Attributes:
        span: the interval that contains its structure [length].
        edges: positions in it where V jumps or bends, at any of the times.
        lowest: V's least value in the span, to about 1e-6 of its height [energy].
        highest: its largest value there.
        finest: the smallest length of a bump or dip, sqrt(height/abs(V'')) with its own height [length]; without jumps and
            kinks; ``inf`` where V is constant.
        wave_number: largest one at which the Fourier transform of V's smooth parts exceeds `tolerance` of its largest value [1/length].
    """

    span: tuple[float, float]
    edges: tuple[float, ...]
    lowest: float
    highest: float
    finest: float
    wave_number: float

    @property
    def height(self) -> float:
        """Difference of the highest and the lowest value [energy]."""
        return self.highest - self.lowest


def structure_of(
    potential: AbstractPotential, *, mass: float = 1.0, times: Sequence[float] = (0.0,), tolerance: float = 1e-6
) -> Structure:
    """The structure of V along the first axis; the result is cached.

    Args:
        potential: of plain numbers, not traced; of one axis, or separable.
        mass: of the particle, which oscillators need.
        times: at which V is sampled; a static V is sampled once.
        tolerance: largest deviation of V from its ends outside of the span, as a share of its height (1e-3 at most); also for the wave number.

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
    x = _resolved(value, _first_points(potential, low, high, edges, time), edges)
    v = value(x)
    finite = np.isfinite(v)
    x, v = x[finite], v[finite]
    lowest, highest = _extreme(value, x, v, edges, -1.0), _extreme(value, x, v, edges, 1.0)
    finest, where = _finest(value, x, v, edges, highest - lowest)
    if len(edges) or not all(map(math.isfinite, potential.asymptotes())):
        wave = _wave_number_of_pieces(value, np.unique([low, *edges, high]), finest, tolerance, highest - lowest)
    else:
        wave = _wave_number(value, low, high, finest, where, tolerance)
    return Structure((low, high), tuple(edges.tolist()), lowest, highest, finest, wave)


def _first_points(potential: AbstractPotential, low: float, high: float, edges: np.ndarray, time: float) -> np.ndarray:
    """Initial points: even ones, dense ones beside edges, and the landmarks of V."""
    near = (high - low) * np.geomspace(1e-6, 0.5, 40)
    marks = [np.linspace(low, high, 513), potential.landmarks(time)]
    marks += [edge + side * near for edge in edges for side in (-1.0, 1.0)]
    x = np.unique(np.concatenate(marks))
    return x[(x >= low) & (x <= high)]


def _resolved(value: Callable[[np.ndarray], np.ndarray], x: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Add points until V between neighbors is nearly linear."""
    left, right = x[:-1], x[1:]
    for _ in range(_ROUNDS):
        middle = (left + right) / 2
        first, center, last = value(np.stack([left, middle, right]))
        values = np.concatenate([first, center, last])
        values = values[np.isfinite(values)]
        # an interval with an edge needs no more points
        smooth = np.searchsorted(edges, left) == np.searchsorted(edges, right)
        miss = np.abs(center - (first + last) / 2)
        with np.errstate(invalid="ignore"):
            split = smooth & (miss > _SHARE * np.ptp(values) if len(values) else np.zeros(len(left), bool))
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
    """The least (`sign` -1) or the largest value, refined around the extreme sample and beside edges."""
    best = sign * float(np.max(sign * v))
    offset = 1e-9 * max(float(x[-1] - x[0]), 1e-300)
    if len(edges):
        beside = value(np.concatenate([edges - offset, edges + offset]))
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
    """The finest length, and its position."""
    if height <= 0 or len(x) < 3:
        return math.inf, float(x[len(x) // 2])
    step = np.minimum(np.diff(x)[:-1], np.diff(x)[1:]) / 2
    inner = x[1:-1]
    center, left, right = value(np.stack([inner, inner - step, inner + step]))
    with np.errstate(all="ignore"):
        bend = np.abs(left - 2 * center + right) / step**2
        rounding = 1e-14 * np.abs(center) / step**2
    smooth = np.searchsorted(edges, inner - 1.001 * step) == np.searchsorted(edges, inner + 1.001 * step)
    bend = np.where(smooth & np.isfinite(bend) & (bend > 4 * rounding), bend, 0.0)
    finest, where = math.inf, float(inner[np.argmax(bend)])
    for place in np.argsort(-bend)[:_CANDIDATES]:
        if bend[place] <= 0:
            break
        around = 2 * math.sqrt(height / bend[place])
        bounds = np.searchsorted(edges, inner[place])
        lower = max(inner[place] - around, edges[bounds - 1] if bounds > 0 else -math.inf)
        upper = min(inner[place] + around, edges[bounds] if bounds < len(edges) else math.inf)
        inside = v[(x > lower) & (x < upper)]
        own_height = float(np.ptp(inside)) if len(inside) else 0.0
        if own_height >= _LEAST * height and math.sqrt(own_height / bend[place]) < finest:
            finest, where = math.sqrt(own_height / bend[place]), float(inner[place])
    return finest, where


def _wave_number(
    value: Callable[[np.ndarray], np.ndarray], low: float, high: float, finest: float, where: float, tolerance: float
) -> float:
    """Largest wave number, by a Fourier transform over the span, faded out at its sides; of a long span, around the finest length."""
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
    """Largest wave number, by Chebyshev series on each piece between edges: n terms resolve n/(half length)."""
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
