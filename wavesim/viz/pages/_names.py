"""Names beside dots, placed where there is room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

# offsets from a dot to its name, across and up, that are tried in order [points]
_BELOW = ((-9.0, -7.0), (9.0, 7.0), (-9.0, 7.0), (9.0, -7.0), (-12.0, 0.0), (12.0, 0.0), (0.0, -12.0), (0.0, 12.0))
# factor of the offsets in a second round
_FARTHER = 2.2
# half the width of a mark with its margin [points]
_MARK = 7.0
# cost of a name nearer to another case's mark than to its own, as a share of its area
_WRONG_MARK_COST = 0.5


def name_cases(axes: Axes, x: np.ndarray, heights: Sequence[np.ndarray], names: Sequence[str]) -> None:
    """Write the name of each case beside its dot, clear of all marks and other names as far as there is room.

    Args:
        axes: with its final scales and limits.
        x: positions of the cases in data coordinates, shape (n,).
        heights: of the marks at these positions, each of shape (n,), nan without a mark; names belong to the first.
        names: of the cases.
    """
    first = heights[0]
    falling = np.corrcoef(x, np.argsort(np.argsort(first)))[0, 1] < 0
    offsets = _BELOW if falling else tuple((across, -up) for across, up in _BELOW)
    offsets = (*offsets, *((_FARTHER * across, _FARTHER * up) for across, up in offsets))
    own = [
        [_around(axes, place, height[case]) for height in heights if np.isfinite(height[case])]
        for case, place in enumerate(x)
    ]
    taken = [box for boxes in own for box in boxes]
    for case, name in enumerate(names[: len(x)]):
        if not np.isfinite(first[case]):
            continue
        tried = [_written(axes, (x[case], first[case]), offset, name) for offset in offsets]
        boxes = [text.get_window_extent() for text in tried]
        others = [box for number, marks in enumerate(own) if number != case for box in marks]
        costs = [_overlap(box, taken, axes) + _wrong_mark_cost(box, own[case], others) for box in boxes]
        best = int(np.argmin(costs))
        for number, text in enumerate(tried):
            if number != best:
                text.remove()
        taken.append(boxes[best])


def _written(axes: Axes, at: tuple[float, float], offset: tuple[float, float], name: str) -> Annotation:
    across, up = offset
    side = "left" if across > 0 else "right" if across < 0 else "center"
    height = "bottom" if up > 0 else "top" if up < 0 else "center"
    return axes.annotate(name, at, offset, textcoords="offset points", fontsize=11, ha=side, va=height)


def _around(axes: Axes, place: float, height: float) -> Bbox:
    x, y = axes.transData.transform((place, height))
    half = _MARK * axes.figure.dpi / 72
    return Bbox.from_extents(x - half, y - half, x + half, y + half)


def _wrong_mark_cost(box: Bbox, own: Sequence[Bbox], others: Sequence[Bbox]) -> float:
    """The cost of a name that is nearer to another case's mark than to its own."""
    nearest = min((_gap(box, mark) for mark in own), default=0.0)
    return _WRONG_MARK_COST * box.width * box.height if any(_gap(box, mark) < nearest for mark in others) else 0.0


def _gap(first: Bbox, second: Bbox) -> float:
    across = max(first.x0 - second.x1, second.x0 - first.x1, 0.0)
    return float(np.hypot(across, max(first.y0 - second.y1, second.y0 - first.y1, 0.0)))


def _overlap(box: Bbox, taken: Sequence[Bbox], axes: Axes) -> float:
    """The area of a name that overlaps other names and marks or lies outside the axes."""
    inside = Bbox.intersection(box, axes.bbox)
    outside = box.width * box.height - (0.0 if inside is None else inside.width * inside.height)
    shared = (Bbox.intersection(box, region) for region in taken)
    return round(outside + sum(part.width * part.height for part in shared if part is not None), 3)
