"""Peaks of a curve: position, height and full width at half maximum."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

# points around a maximum or a crossing at which the curve is sampled again
_LOCAL = 65


@dataclasses.dataclass(frozen=True)
class Peak:
    """A maximum of a curve.

    Attributes:
        position: of the maximum.
        height: value at the maximum.
        width: full width at half of the height, nan where the curve does not fall to half on both sides.
        bend: minus the second derivative at the maximum.
    """

    position: float
    height: float
    width: float
    bend: float


def peaks_of(curve: Callable[[np.ndarray], np.ndarray], x: np.ndarray, prominence: float) -> list[Peak]:
    """Inner maxima of at least this prominence, in order of position.

    Args:
        curve: values at positions, shapes (n,).
        x: increasing positions, dense enough to resolve every peak, shape (n,).
        prominence: least height of a peak above the higher of the two saddles beside it.
    """
    values = curve(x)
    return [_refined(curve, x, values, index) for index in _summits(values, prominence)]


def nearest(peaks: list[Peak], position: float, reach: float) -> Peak | None:
    """Peak nearest to a position; None if there is none within `reach`."""
    close = [peak for peak in peaks if abs(peak.position - position) <= reach]
    return min(close, key=lambda peak: abs(peak.position - position)) if close else None


def _summits(values: np.ndarray, prominence: float) -> list[int]:
    """Indices of the local maxima that rise above the higher of their two saddles by at least the prominence."""
    inner = (values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:])
    summits = []
    for index in np.flatnonzero(inner) + 1:
        saddles = []
        for side in (values[index::-1], values[index:]):
            higher = np.flatnonzero(side > values[index])
            saddles.append(np.min(side[: higher[0] if higher.size else side.size]))
        if values[index] - max(saddles) >= prominence:
            summits.append(int(index))
    return summits


def _refined(curve: Callable[[np.ndarray], np.ndarray], x: np.ndarray, values: np.ndarray, index: int) -> Peak:
    """Peak around one sample, from a finer sampling."""
    near = np.linspace(x[index - 1], x[index + 1], _LOCAL)
    top = curve(near)
    at = min(max(int(np.argmax(top)), 2), _LOCAL - 3)
    # the points are wide apart, so that rounding and the record's ripple are far below the height of the parabola
    step = near[1] - near[0]
    a, b, c = np.polyfit(near[at - 2 : at + 3] - near[at], top[at - 2 : at + 3], 2)
    bend = max(-2 * float(a), 1e-300)
    shift = float(np.clip(b / bend, -2 * step, 2 * step))
    height = float(c) + 0.5 * bend * shift**2
    sides = [_crossing(curve, x, values, index, height / 2, side) for side in (-1, 1)]
    width = sides[1] - sides[0]
    # an unresolved peak may have its flanks in the wrong order
    return Peak(float(near[at]) + shift, height, width if width > 0 else math.nan, bend)


def _crossing(
    curve: Callable[[np.ndarray], np.ndarray], x: np.ndarray, values: np.ndarray, index: int, level: float, side: int
) -> float:
    """Position at which the curve first falls to `level` on one side; nan if it does not."""
    sample = index
    while values[sample] > level:
        if not 0 < sample < len(x) - 1:
            return math.nan
        sample += side
    ends = np.sort(x[[sample, sample - side]])
    near = np.linspace(ends[0], ends[1], _LOCAL)
    flank = curve(near)
    order = np.argsort(flank)
    return float(np.interp(level, flank[order], near[order]))
