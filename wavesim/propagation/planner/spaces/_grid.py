"""Grids fitted to a potential: sizes fast for an FFT, deltas on points, and edges midway between points if their distances allow."""

from __future__ import annotations

import math

import numpy as np

from ....edges import SLIVER
from ....grid import Grid, fast_size
from ....potentials import AbstractDoubleWell, AbstractMetastable, AbstractPotential, Unfolded
from ._boxed import coarser_box

# fewest cells between neighboring edges: with two the errors of the edges do not simply add, and error bars are too small (measured)
_FEWEST_CELLS = 3
# cells by the spacing for the waves above which one more is taken: with three the error bar would exceed the tolerance, and a second run costs more
_NEARLY_TWO = 1.9
# the largest distance of an edge from the middle between two points, in cells
_FITTING = 0.03
# the largest distance of a delta from its point, in cells: rounding
_ON_POINT = 1e-6
# divisor of all sizes, the points that a processor transforms together: an FFT of 384 points takes a third of the time of one of 378 (measured)
_SIDE_BY_SIDE = 8
# number of edges from which a piecewise linear V counts as a table
_CROWD = 16
# most divisors tried: among more cells between edges one of these fits to a fraction of a cell
_MOST_DIVISORS = 10_000


def fitted_grid(
    low: float,
    high: float,
    spacing: float,
    potential: AbstractPotential,
    fewest: int | None = None,
    like: float | None = None,
    loose: bool = False,
) -> Grid:
    """A grid over [low, high] of about this spacing, never coarser.

    Edges of a sharp potential fall midway between points if their distances allow, where the error of a moment-matched edge is
    a clean fifth power of the spacing (see `wavesim.edges.kink`). A double well's dividing plane falls midway too, and so does a hard wall, so
    that the grid keeps its symmetry.
    At least `fewest` cells (3 or 4, if not given) lie between neighboring edges; with `like`, a spacing, between the nearest two an odd number if there it is odd, else an
    even one: the errors of two edges add up to another multiple of spacing^5 in the two cases (measured: 3 times as much). Deltas fall on points if their distances have a common divisor; edges of the same potential then
    lie anywhere, and so do, with `loose`, all edges but the first.
    """
    if potential.spikes:
        return _spiked_grid(low, high, spacing, potential)
    edges = tuple(float(edge) for edge in potential.edges)
    anchor = 0.5 * (low + high)
    gaps = np.diff(edges) if edges else np.zeros(0)
    if isinstance(potential, AbstractDoubleWell):
        anchor = float(potential.divide)
        outer = np.array([edge for edge in edges if edge > anchor])
        gaps = np.diff(outer, prepend=anchor) if len(outer) else gaps
    elif isinstance(potential, AbstractMetastable | Unfolded) and potential.wall is not None:
        anchor = float(potential.wall)
        low, high = min(low, 2 * anchor - high), max(high, 2 * anchor - low)
        gaps = np.diff(np.array([edge for edge in edges if edge > anchor]), prepend=anchor)
    elif edges:
        anchor = edges[0]
    # edges that differ by rounding are one edge on the grid; the residual with the exact V measures the error
    gaps = gaps[gaps > SLIVER * spacing]
    if len(gaps) >= _CROWD and float(np.min(gaps)) < spacing / 2 and not np.any(np.asarray(potential.jumps_at(0.0))):
        # a fine table of straight lines: its kinks are small, and closer than the waves resolve
        gaps = np.zeros(0)
    if len(gaps) and not loose:
        if fewest is None:
            fewest = _FEWEST_CELLS + (float(gaps.min()) > _NEARLY_TWO * spacing)
        spacing = _common_divisor(gaps, spacing, fewest, like)
    return _around(low, high, spacing, anchor)


def _around(low: float, high: float, spacing: float, anchor: float) -> Grid:
    """A grid over [low, high] with `anchor` midway between two points."""
    cells = fast_size((high - low) / spacing, _SIDE_BY_SIDE)
    first = math.ceil(((low + high) / 2 - cells * spacing / 2 - anchor) / spacing - 1e-9)
    return Grid((anchor + spacing * (first + 0.5),), (float(spacing),), (cells,))


def _spiked_grid(low: float, high: float, spacing: float, potential: AbstractPotential) -> Grid:
    spikes = np.array(potential.spikes, dtype=float)
    if isinstance(potential, AbstractDoubleWell) or (isinstance(potential, Unfolded) and len(spikes) == 2):
        # an odd number of cells between the wells puts the plane between them midway, for every spacing alike
        spacing = float(np.ptp(spikes)) / (2 * math.ceil((np.ptp(spikes) / spacing - 1) / 2 - 1e-9) + 1)
    elif len(spikes) > 1:
        spacing = _common_divisor(np.diff(spikes), spacing, 2, None)
    cells = fast_size((high - low) / spacing, _SIDE_BY_SIDE)
    first = math.ceil(((low + high) / 2 - cells * spacing / 2 - spikes[0]) / spacing - 1e-9)
    return Grid((float(spikes[0]) + spacing * first,), (float(spacing),), (cells,))


def misfit(grid: Grid, potential: AbstractPotential) -> float:
    """The largest distance of a delta from a grid point, in cells; 0 without deltas."""
    cells = (np.array(potential.spikes, dtype=float) - float(grid.lower[0])) / float(grid.spacing[0])
    return float(np.max(np.abs(cells - np.round(cells)), initial=0.0))


def deltas_fit(grid: Grid, potential: AbstractPotential) -> bool:
    """Whether all deltas lie on grid points up to rounding; for three or more there may be no such grid."""
    return misfit(grid, potential) <= _ON_POINT


def edges_fit(grid: Grid, potential: AbstractPotential) -> bool:
    """Whether all edges lie midway between grid points, or nearly."""
    cells = (np.array(potential.edges, dtype=float) - float(grid.lower[0])) / float(grid.spacing[0]) - 0.5
    return bool(np.max(np.abs(cells - np.round(cells)), initial=0.0) < _FITTING)


def spike_wave_number(potential: AbstractPotential, mass: float) -> float:
    """The decay constant m W of the strongest delta: how fast psi bends at its kink; 0 without deltas."""
    # on so fine a grid neither the renormalization nor the rest of V changes the strength
    step, largest = 1e-9, 0.0
    for spike in potential.spikes:
        samples = np.asarray(potential.sample(Grid((float(spike) - 4 * step,), (step,), (8,)), mass=mass))
        largest = max(largest, float(np.max(np.abs(samples))) * step * mass)
    return largest


def coarsened(grid: Grid, ratio: float, potential: AbstractPotential) -> Grid:
    """The same box with a spacing larger by about `ratio`, and by a fifth at least.

    If no spacing within 13 % below to 30 % above that fits the edges, only the first lies midway: their error is then
    of nearly the same order, but scatters. Deltas always lie on points, at any ratio.
    """
    if isinstance(potential, Unfolded) and potential.closed:
        return coarser_box(grid, ratio, potential)
    if grid.dimension == 1:
        low, high = grid.lower[0], grid.upper[0] - 0.5 * grid.spacing[0]
        near, far = (1.2, 4.0) if potential.spikes else (max(1.2, 0.87 * ratio), 1.3 * ratio)
        for like in (float(grid.spacing[0]), None):
            factor = ratio
            while factor < far:
                coarse = fitted_grid(low, high, grid.spacing[0] * factor, potential, fewest=2, like=like)
                if near * grid.spacing[0] <= coarse.spacing[0] <= far * grid.spacing[0]:
                    return coarse
                factor *= 1.1
        anchor = potential.divide if isinstance(potential, AbstractDoubleWell) else (*potential.edges, low)[0]
        if isinstance(potential, AbstractMetastable) and potential.wall is not None:
            anchor = float(potential.wall)
            low, high = min(low, 2 * anchor - high), max(high, 2 * anchor - low)
        return _around(low, high, grid.spacing[0] * ratio, float(anchor))
    points = tuple(max(8, 2 * round(n / ratio / 2)) for n in grid.points)
    spacing = tuple(s * n / m for s, n, m in zip(grid.spacing, grid.points, points, strict=True))
    return Grid(grid.lower, spacing, points)


def continued(grid: Grid, points: int) -> Grid:
    """A grid of one dimension continued on both sides, its spacing and its points kept."""
    more = max(points - grid.points[0], 0) // 2
    return Grid((grid.lower[0] - more * grid.spacing[0],), grid.spacing, (max(points, grid.points[0]),))


def _common_divisor(gaps: np.ndarray, spacing: float, fewest: int, like: float | None) -> float:
    """The spacing of which all gaps are most nearly multiples, at most `spacing` and not below two thirds of it."""
    smallest = float(gaps.min())
    best, least = spacing, math.inf
    first, stride = max(fewest, math.ceil(smallest / spacing - 1e-9)), 1
    cells = 0.5 if like is None else smallest / like
    if abs(cells - round(cells)) < _FITTING:
        first, stride = first + (first - round(cells)) % 2, 2
    for count in range(first, first + min(max(3, first // 2), _MOST_DIVISORS) + 1, stride):
        candidate = smallest / count
        error = float(np.max(np.abs(gaps / candidate - np.round(gaps / candidate))))
        if error < least - 1e-9:
            best, least = candidate, error
        if least < 1e-9:
            break
    return best
