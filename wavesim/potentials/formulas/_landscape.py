"""Structure, jumps and kinks of a formula along a line, located by bisection under rigorous bounds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from ._enclosure import Enclosure

Values = Callable[[np.ndarray], np.ndarray]
Bounds = Callable[[np.ndarray, np.ndarray], Enclosure]

# error of bounds and straight lines, as a share of V's height, down to which intervals are refined
_SHARE = 0.02
# share of the whole height of V below which structure is not resolved
_LOWEST = 0.05
# height above the floor, as a multiple of the whole height of V, above which V is not resolved
_HIGHEST = 1e4
# largest number of samples or undecided intervals
_MOST = 12_000
# number of undecided intervals above which clusters of them are dropped
_CROWD = 256
# halvings of an interval
_LEVELS = 60
# accuracy of an edge relative to its distance from 0
_FINEST = 2e-15
_OCTAVES = 2.0 ** np.arange(-30, 44)
# V at four steps on one side predicts it on the other to the fourth power of the step, where V is smooth
_STEPS = np.arange(1.0, 5.0)
_AHEAD = np.stack([np.prod([(_STEPS + a) / (a - b) for a in _STEPS if a != b], axis=0) for b in _STEPS])


@dataclasses.dataclass(frozen=True)
class Landscape:
    """Samples of V so dense that straight lines between them represent it well.

    Attributes:
        x: increasing positions, shape (n,).
        values: V there.
        height: of V above its floor, without slopes that rise without bound.
        complete: whether all structure is resolved; False for an infinite lattice.
    """

    x: np.ndarray
    values: np.ndarray
    height: float
    complete: bool

    @property
    def length(self) -> float:
        """Length of the part in which V differs from its values far away and is not higher than `height`."""
        low = self.values.min(initial=np.inf, where=np.isfinite(self.values))
        with np.errstate(invalid="ignore"):
            differs = np.maximum(np.abs(self.values - self.values[0]), np.abs(self.values - self.values[-1]))
            inside = self.x[(self.values <= low + self.height) & ~(differs <= 0.05 * self.height)]
        return float(np.ptp(inside)) if len(inside) > 1 else float(np.abs(self.x).min(initial=1.0, where=self.x != 0))


def partition(low: float, high: float) -> np.ndarray:
    """Ends of the initial intervals: octaves on either side of 0, and an even division between finite ends."""
    points = np.concatenate([-_OCTAVES[::-1], [0.0], _OCTAVES])
    if np.isfinite(low) and np.isfinite(high):
        points = np.concatenate([points, np.linspace(low, high, 65)])
    return np.unique(points[(points >= low) & (points <= high)])


def resolved(value: Values, bounds: Bounds, low: float, high: float) -> Landscape:
    """V between two places, which may be infinite, refined wherever its bounds allow structure that the samples do not show."""
    ends = partition(low, high)
    left, right = ends[:-1], ends[1:]
    x, v = ends, value(ends)
    median = _median_height(x, v)
    complete = True
    for _ in range(_LEVELS):
        middle = (left + right) / 2
        first, center, last = value(left), value(middle), value(right)
        x, v = np.concatenate([x, middle]), np.concatenate([v, center])
        split = _unresolved(bounds(left, right), np.stack([first, center, last]), x, v, median)
        split &= right - left > 1e-13 * np.maximum(np.abs(left), np.abs(right))
        nearest = np.flatnonzero(split)
        if not len(nearest):
            break
        if 2 * len(nearest) + len(x) > _MOST:
            complete = False
            nearest = nearest[np.argsort(np.abs(middle[nearest]), kind="stable")][: max(0, (_MOST - len(x)) // 2)]
        left, right = (
            np.concatenate([left[nearest], middle[nearest]]),
            np.concatenate([middle[nearest], right[nearest]]),
        )
    order = np.argsort(x, kind="stable")
    x, v = x[order], v[order]
    return Landscape(x, v, _height(x, v, median) if np.isfinite(v).any() else 0.0, complete)


def _unresolved(bound: Enclosure, samples: np.ndarray, x: np.ndarray, v: np.ndarray, median: float) -> np.ndarray:
    defined = np.isfinite(samples)
    number = defined.all(axis=0)
    finite = np.isfinite(v)
    if not finite.any():
        return np.zeros(samples.shape[1], bool)
    floor, height = float(v[finite].min()), _height(x, v, median)
    shown = np.where(defined, samples, floor)
    lowest, highest = shown.min(axis=0), shown.max(axis=0)
    allowed = _SHARE * np.maximum(lowest - floor, _LOWEST * height)
    hidden = np.maximum(bound.high - highest, lowest - bound.low)
    bent = np.abs(shown[1] - (shown[0] / 2 + shown[2] / 2))
    matters = bound.low <= floor + _HIGHEST * height
    # refine where V is defined in part, but not where it is undefined throughout
    return matters & np.where(number, (hidden > allowed) | (bent > allowed), defined.any(axis=0))


def _median_height(x: np.ndarray, v: np.ndarray) -> float:
    """Median height of V above its floor over logarithmic distances from 0; of one side where the other is all floor."""
    finite = np.isfinite(v)
    values = v[finite]
    if not len(values):
        return 0.0
    median = float(np.median(values) - values.min())
    sides = [v[finite & side] for side in (x < 0, x > 0)]
    return median or max(float(np.median(side) - values.min()) if len(side) else 0.0 for side in sides)


def _height(x: np.ndarray, v: np.ndarray, median: float) -> float:
    """Height of V above its floor, without slopes that rise without bound."""
    finite = np.isfinite(v)
    floor = float(v[finite].min())
    order = np.argsort(x)
    ends = [float(v[order[place]]) - floor for place in (0, -1)]
    top = float(v[finite].max()) - floor
    grows = [not np.isfinite(end) or end > 0.5 * top > 0 for end in ends]
    if not any(grows):
        return top
    flat = [end for end, grown in zip(ends, grows, strict=True) if not grown and end > 0]
    return max(flat) if flat else median or top


def breaks(value: Values, bounds: Bounds, low: float, high: float, seen: Landscape) -> np.ndarray | None:
    """Positions where V jumps or bends, to rounding; None if there are too many.

    Intervals in which anything is undecided are halved until they are points; a point is a break if V to the left does not predict V
    to the right.
    """
    ends = partition(low, high)
    left, right = ends[:-1], ends[1:]
    flat: list[tuple[np.ndarray, np.ndarray]] = []
    for _ in range(_LEVELS):
        bound = bounds(left, right)
        # bisection ends where V is constant to rounding, or at the accuracy of positions; only short intervals count as points
        width, far = right - left, np.maximum(np.abs(left), np.abs(right))
        done = bound.open & ((bound.high - bound.low <= 1e-13 * seen.height) | (width <= _FINEST * far))
        point = done & (width <= np.maximum(1e-9 * far, _OCTAVES[0]))
        flat.append((left[point], right[point]))
        left, right = left[bound.open & ~done], right[bound.open & ~done]
        if len(left) > _CROWD:
            # where V just touches a step, rounding leaves a whole stretch undecided: it is dropped if short
            crowds = [group for group in _groups(left, right) if len(group) > _CROWD // 8]
            stuck = np.zeros(len(left), bool)
            for group in crowds:
                stuck[group] = right[group[-1]] - left[group[0]] <= 1e-6 * seen.length
            left, right = left[~stuck], right[~stuck]
        if len(left) > _MOST:
            return None
        middle = (left + right) / 2
        left, right = np.sort(np.concatenate([left, middle])), np.sort(np.concatenate([middle, right]))
    left, right = (
        np.sort(np.concatenate([side, *kept]))
        for side, kept in zip((left, right), zip(*flat, strict=True), strict=True)
    )
    if not len(left):
        return np.zeros(0)
    groups = _groups(left, right)
    width = np.array([right[group[-1]] - left[group[0]] for group in groups])
    places = np.array([(left[group[0]] + right[group[-1]]) / 2 for group in groups])
    narrow = width <= np.maximum(1e-8 * np.abs(places), 4 * _OCTAVES[0])
    places = places[narrow]
    return places[sharp_at(value, places, low, high, width[narrow] / 2)]


def _groups(left: np.ndarray, right: np.ndarray) -> list[np.ndarray]:
    """Indices of intervals in order, grouped where they touch."""
    gap = 1e-12 * np.maximum(np.abs(left[1:]), np.abs(left[:-1])) + 1e-20
    return np.split(np.arange(len(left)), 1 + np.flatnonzero(left[1:] - right[:-1] > gap))


def sharp_at(value: Values, places: np.ndarray, low: float, high: float, blur: float | np.ndarray = 0.0) -> np.ndarray:
    """Whether V or one of its first three derivatives jumps, at each of some places in order.

    A cubic through four points on the left, extrapolated to the right, errs as the fourth power of their distance if V is smooth, as the
    k-th if its k-th derivative jumps. Points within `blur` of a place, one number or one for each, are not used.
    """
    if not len(places):
        return np.zeros(0, bool)
    walls = np.concatenate([[low], places, [high]])
    room = np.minimum(np.diff(walls)[:-1], np.diff(walls)[1:])
    room = np.where(np.isfinite(room), room, np.maximum(np.abs(places), 1.0))
    steps = room[:, None] / 8 / 4.0 ** np.arange(36)
    ahead = value(places[:, None, None] + steps[..., None] * _STEPS)
    behind = value(places[:, None, None] - steps[..., None] * _STEPS)
    size = np.maximum(np.abs(ahead), np.abs(behind)).max(axis=-1)
    size = np.where(np.isfinite(size), size, np.inf)
    with np.errstate(all="ignore"):
        miss = np.abs(behind @ _AHEAD - ahead).max(axis=-1)
        noise = 1e-11 * size + 1e-300
        seen = (miss > noise) & (steps > np.maximum(1e-13 * np.abs(places), blur)[:, None])
        pair = seen[:, :-1] & seen[:, 1:]
        power = np.log(miss[:, :-1] / miss[:, 1:]) / np.log(4.0)
    last = pair.shape[1] - 1 - np.argmax(pair[:, ::-1], axis=1)
    return pair.any(axis=1) & ~(power[np.arange(len(places)), last] > 3.5)
