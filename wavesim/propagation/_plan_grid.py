"""Grids that suit a potential: FFT-friendly, and with sharp edges midway between points where their distances allow."""

from __future__ import annotations

import math

import numpy as np

from ..grid import Grid, fast_size
from ..potentials import AbstractDoubleWell, AbstractPotential


def fitted_grid(low: float, high: float, spacing: float, potential: AbstractPotential) -> Grid:
    """A grid over [low, high] of about this spacing, never coarser.

    Edges of a sharp potential fall midway between points if their distances allow, where the error of a moment-matched edge is
    a clean third power of the spacing. A double well's dividing plane falls midway too, so that the grid keeps its symmetry.
    """
    edges = tuple(float(edge) for edge in potential.edges)
    anchor = 0.5 * (low + high)
    gaps = np.diff(edges)
    if isinstance(potential, AbstractDoubleWell):
        anchor = float(potential.divide)
        outer = np.array([edge for edge in edges if edge > anchor])
        gaps = np.diff(outer, prepend=anchor) if len(outer) else gaps
    elif edges:
        anchor = edges[0]
    if len(gaps):
        spacing = _common_divisor(gaps, spacing)
    cells = fast_size((high - low) / spacing)
    first = math.ceil(((low + high) / 2 - cells * spacing / 2 - anchor) / spacing - 1e-9)
    return Grid((anchor + spacing * (first + 0.5),), (float(spacing),), (cells,))


def coarsened(grid: Grid, ratio: float, potential: AbstractPotential) -> Grid:
    """The same box with a spacing larger by about `ratio`."""
    if grid.dimension == 1:
        # fitted_grid never goes coarser than asked: start from the edges' view of the larger spacing
        return fitted_grid(grid.lower[0], grid.upper[0] - 0.5 * grid.spacing[0], grid.spacing[0] * ratio, potential)
    points = tuple(max(8, 2 * round(n / ratio / 2)) for n in grid.points)
    spacing = tuple(s * n / m for s, n, m in zip(grid.spacing, grid.points, points, strict=True))
    return Grid(grid.lower, spacing, points)


def _common_divisor(gaps: np.ndarray, spacing: float) -> float:
    """The spacing, at most `spacing` and not below two thirds of it, of which all gaps are multiples, or nearly."""
    smallest = float(gaps.min())
    best, miss = spacing, math.inf
    first = max(2, math.ceil(smallest / spacing - 1e-9))
    for count in range(first, first + max(3, first // 2) + 1):
        candidate = smallest / count
        off = float(np.max(np.abs(gaps / candidate - np.round(gaps / candidate))))
        if off < miss - 1e-9:
            best, miss = candidate, off
    return best
