"""Peaks of T(E): where they are, how high, and how wide at half of their height."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

_LOCAL = 65


@dataclasses.dataclass(frozen=True)
class Peak:
    """A maximum of a curve.

    Attributes:
        position: where the curve is highest.
        height: the value there.
        width: full width at half of the height, nan where the curve does not fall so far on both sides.
        bend: minus the second derivative at the top.
    """

    position: float
    height: float
    width: float
    bend: float


def peaks_of(curve: Callable[[np.ndarray], np.ndarray], x: np.ndarray, prominence: float) -> list[Peak]:
    """The inner maxima that stand out by `prominence`, in order.

    Args:
        curve: values at positions, shapes (n,).
        x: increasing positions, dense enough to see every peak, shape (n,).
        prominence: by how much a peak must rise above the higher of the two saddles beside it.
    """
    values = curve(x)
    return [_refined(curve, x, values, index) for index in _summits(values, prominence)]


def nearest(peaks: list[Peak], position: float, reach: float) -> Peak | None:
    """The peak nearest to a position, None if there is none within `reach`."""
    close = [peak for peak in peaks if abs(peak.position - position) <= reach]
    return min(close, key=lambda peak: abs(peak.position - position)) if close else None


def _summits(values: np.ndarray, prominence: float) -> list[int]:
    """Indices of the local maxima that rise above the higher of the two saddles beside them by the prominence."""
    inner = (values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:])
    found = []
    for index in np.flatnonzero(inner) + 1:
        saddles = []
        for side in (values[index::-1], values[index:]):
            higher = np.flatnonzero(side > values[index])
            saddles.append(np.min(side[: higher[0] if higher.size else side.size]))
        if values[index] - max(saddles) >= prominence:
            found.append(int(index))
    return found


def _refined(curve: Callable[[np.ndarray], np.ndarray], x: np.ndarray, values: np.ndarray, index: int) -> Peak:
    near = np.linspace(x[index - 1], x[index + 1], _LOCAL)
    top = curve(near)
    at = min(max(int(np.argmax(top)), 2), _LOCAL - 3)
    # a parabola through points some way apart: rounding and the ripple of the record are far below its height
    step = near[1] - near[0]
    a, b, c = np.polyfit(near[at - 2 : at + 3] - near[at], top[at - 2 : at + 3], 2)
    bend = max(-2 * float(a), 1e-300)
    shift = float(np.clip(b / bend, -2 * step, 2 * step))
    height = float(c) + 0.5 * bend * shift**2
    sides = [_crossing(curve, x, values, index, height / 2, side) for side in (-1, 1)]
    width = sides[1] - sides[0]
    # where the points do not resolve it, the flanks may come out in the wrong order
    return Peak(float(near[at]) + shift, height, width if width > 0 else math.nan, bend)


def _crossing(
    curve: Callable[[np.ndarray], np.ndarray], x: np.ndarray, values: np.ndarray, index: int, level: float, side: int
) -> float:
    """Where the curve first falls to `level` on one side; nan if it rises again or ends before."""
    place = index
    while values[place] > level:
        if not 0 < place < len(x) - 1:
            return math.nan
        place += side
    between = np.sort(x[[place, place - side]])
    near = np.linspace(between[0], between[1], _LOCAL)
    told = curve(near)
    order = np.argsort(told)
    return float(np.interp(level, told[order], near[order]))
