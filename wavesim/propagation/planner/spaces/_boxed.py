"""Grids over a box between two walls with its mirror image, or once around a ring."""

from __future__ import annotations

import math

import numpy as np

from ....ends import Axis
from ....errors import NumericsError
from ....grid import Grid, fast_size
from ....potentials import Unfolded

# largest distance of a delta from its point, in cells
_ON_POINT = 1e-7
# largest misfit of a grid that is taken without a further search: the distance of an edge from the middle between two points, in cells
_FITTING = 0.03
# most numbers of points tried
_MOST_SIZES = 60
# least factor by which a coarser grid has fewer points
_COARSER = 1.15


def boxed_grid(potential: Unfolded, points: int) -> Grid:
    """A grid over the box of a closed problem: walls, or the seam of a ring, midway between points; on a ring with deltas, a delta on a point.

    Args:
        potential: V on the endless line.
        points: the approximate number from wall to wall or around the ring; more where edges or deltas then fit better.

    Raises:
        NumericsError: if deltas allow no such grid.
    """
    low, high = potential.ends.interval
    length = high - low
    ring = isinstance(potential.ends, Axis)
    deltas = [p for p in potential.deltas if low <= p < high]
    # a jump at the seam of a ring counts too, since the seam need not be midway between points
    edges = [p for p in potential.places if low < p < high or (ring and p == low)]
    best, lower, least = 0, low, math.inf
    size = fast_size(points) if ring else fast_size(2 * points) // 2
    for _ in range(_MOST_SIZES):
        step = length / size
        start = potential.ends.first_point(step, deltas) if isinstance(potential.ends, Axis) else low + step / 2
        off_point, off_middle = ((np.array(places) - start) / step for places in (deltas, edges))
        off_delta = float(np.abs(off_point - np.round(off_point)).max(initial=0.0))
        off_edge = float(np.abs(off_middle % 1 - 0.5).max(initial=0.0))
        misfit = off_delta * 1e3 + off_edge
        if misfit < least - 1e-9:
            best, lower, least = size, start, misfit
        if (misfit < _FITTING and off_delta < _ON_POINT) or size > 2 * points:
            break
        size = fast_size(size + 1) if ring else _next_half(size)
    if len(deltas) and least > 1e3 * _ON_POINT * 10:
        box = (
            "on a ring must lie on points of one grid"
            if ring
            else "between two walls must lie on points of a grid that ends midway at both"
        )
        raise NumericsError(
            f"deltas {box}, but these allow none; take thin rectangular barriers, or move the deltas a little."
        )
    step = length / best
    if ring:
        return Grid((lower,), (step,), (best,))
    return Grid((2 * low - high + step / 2,), (step,), (2 * best,))


def _next_half(size: int) -> int:
    """The next number whose double is a product of 2, 3, 5 and 7."""
    return fast_size(2 * size + 2) // 2


def coarser_box(grid: Grid, ratio: float, potential: Unfolded) -> Grid:
    """The same box with about `ratio` times fewer points."""
    own = grid.points[0] // (1 if isinstance(potential.ends, Axis) else 2)
    for count in range(max(4, math.floor(own / ratio)), 3, -1):
        coarse = boxed_grid(potential, count)
        if coarse.points[0] <= grid.points[0] / _COARSER:
            return coarse
    return grid
