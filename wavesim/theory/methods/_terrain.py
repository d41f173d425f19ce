"""A one-dimensional potential as polynomials on cells, thin where V is steep and wide where it is flat."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._slices import as_function, evaluate

# polynomials of degree 11 on each cell
NODES, _GAUSS = np.polynomial.legendre.leggauss(12)
# V is looked at in so many places before any cell is believed: features thinner than the interval / 8192 may be overlooked
_SCAN = 8192
_FEWEST_IN_SEGMENT = 48
# distances from the polynomial that are called none: of V on the cell, of the height of V between two edges, and of that height
# times the cell's share of the length, for kinks and jumps that nobody named
_RESOLVED, _FAINT, _NEGLIGIBLE = 2e-15, 1e-17, 1e-16
# of the height: below it a distance that halving does not make four times smaller is rounding in V itself
_NOISE, _NO_BETTER = 1e-13, 0.25
_MOST_HALVINGS = 48
# V is taken once more at a place of each cell where it was not looked at; where that says otherwise, all is done again
_ELSEWHERE, _TRUSTED, _MOST_SURVEYS = 0.237, 1e-9, 4
# between two nodes a cell is looked at once more
_BETWEEN = (NODES[1:] + NODES[:-1]) / 2


@dataclass(frozen=True)
class Terrain:
    """V on an interval: polynomials on cells, deltas at their ends, constants outside.

    Attributes:
        ends: of the cells in order, shape (cells + 1,) [length].
        coefficients: of powers of s, which runs from -1 to 1 on each cell, shape (cells, 12) [energy].
        kicks: strengths of the deltas at `ends`, shape (cells + 1,) [energy x length].
        v_left, v_right: V outside [energy].
        error: largest distance of the polynomials from V where they were compared [energy].
    """

    ends: np.ndarray
    coefficients: np.ndarray
    kicks: np.ndarray
    v_left: float
    v_right: float
    error: float

    @property
    def flat(self) -> np.ndarray:
        """Which cells have a constant V, shape (cells,)."""
        return ~np.any(self.coefficients[:, 1:], axis=1)

    def cut(self, pieces: np.ndarray) -> Terrain:
        """The same V with each cell cut into so many equal pieces, shape (cells,)."""
        if np.all(pieces == 1):
            return self
        parent = np.repeat(np.arange(pieces.size), pieces)
        place = np.arange(parent.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        count = pieces[parent]
        s = (2 * place[:, None] + 1 + NODES) / count[:, None] - 1
        values = polynomial_at(self.coefficients[parent], s)
        widths = (self.ends[1:] - self.ends[:-1])[parent] / count
        starts = self.ends[parent] + place * widths
        kicks = np.zeros(parent.size + 1)
        kicks[np.append(np.cumsum(pieces) - pieces, parent.size)] = self.kicks
        flat = self.flat[parent]
        coefficients = np.where(flat[:, None], self.coefficients[parent], fitted(values))
        return replace(self, ends=np.append(starts, self.ends[-1]), coefficients=coefficients, kicks=kicks)

    @property
    def mirrored(self) -> Terrain:
        """V(-x)."""
        signs = (-1.0) ** np.arange(self.coefficients.shape[1])
        return replace(
            self,
            ends=-self.ends[::-1],
            coefficients=self.coefficients[::-1] * signs,
            kicks=self.kicks[::-1],
            v_left=self.v_right,
            v_right=self.v_left,
        )

    @property
    def lowest(self) -> float:
        """The lowest V anywhere, or a little less; minus infinity where a delta attracts."""
        if np.any(self.kicks < 0):
            return -np.inf
        floors = np.real(self.coefficients[:, 0]) - np.sum(np.abs(self.coefficients[:, 1:]), axis=1)
        return min(float(floors.min()), self.v_left, self.v_right)


def surveyed(
    potential: Callable[[Any], Any] | tuple[Any, Any],
    left: float,
    right: float,
    edges: Any = (),
    spikes: Any = (),
    strengths: Any = (),
    v_left: float | None = None,
    v_right: float | None = None,
) -> Terrain:
    """The terrain of V on [left, right], found by bisection until every cell's polynomial meets V wherever it is looked at.

    Args:
        potential: V(x) of arrays, or samples (x, V) joined by straight lines [energy].
        left, right: ends of the interval [length].
        edges: known jumps and kinks, where cells are cut; others are closed in upon by bisection [length].
        spikes, strengths: positions and strengths of deltas [length], [energy x length].
        v_left, v_right: V outside; by default V at the ends [energy].

    Returns:
        a Terrain.
    """
    value = as_function(potential)
    marks = np.concatenate([np.ravel(np.asarray(edges, float)), np.ravel(np.asarray(spikes, float))])
    if isinstance(potential, tuple):
        marks = np.concatenate([marks, np.asarray(potential[0], float)])
    points = np.unique(np.concatenate([[left, right], marks[(marks > left) & (marks < right)]]))
    ends, coefficients, error = _bisected(value, points)
    for _ in range(_MOST_SURVEYS - 1):
        if _holds(value, ends, coefficients):
            break
        ends, coefficients, error = _bisected(value, points)
    outside = evaluate(value, np.array([left, right])).real
    kicks = np.zeros(ends.size)
    for spike, strength in zip(spikes, strengths, strict=True):
        kicks[int(np.argmin(np.abs(ends - float(spike))))] += float(strength)
    return Terrain(
        ends,
        coefficients,
        kicks,
        float(outside[0]) if v_left is None else float(v_left),
        float(outside[1]) if v_right is None else float(v_right),
        error,
    )


def _bisected(value: Callable[[Any], Any], points: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Ends of the cells, their coefficients, and the largest distance from V that was accepted."""
    length = points[-1] - points[0]
    share = np.maximum(np.ceil(_SCAN * np.diff(points) / length).astype(int), _FEWEST_IN_SEGMENT)
    # at places that no lattice shares
    scan = np.concatenate(
        [a + (b - a) * (np.arange(n) + 0.381966) / n for a, b, n in zip(points[:-1], points[1:], share, strict=True)]
    )
    scanned = evaluate(value, scan)
    heights = np.maximum.reduceat(np.abs(scanned), np.append(0, np.cumsum(share)[:-1]))
    height, before = np.maximum(heights, 1e-300), np.full(heights.size, np.inf)
    a, b = points[:-1], points[1:]
    done: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    worst = 0.0
    for halving in range(_MOST_HALVINGS + 1):
        middle, half = (a + b) / 2, (b - a) / 2
        x = middle[:, None] + half[:, None] * np.concatenate([NODES, _BETWEEN])
        samples = evaluate(value, x)
        coefficients = fitted(samples[:, : NODES.size])
        constant = np.all(samples == samples[:, :1], axis=1)
        coefficients[constant] = 0.0
        coefficients[constant, 0] = samples[constant, 0]
        off = np.max(
            np.abs(polynomial_at(coefficients, _BETWEEN + np.zeros_like(middle)[:, None]) - samples[:, NODES.size :]),
            axis=1,
        )
        # the scanned places of each cell; cells are in order
        cell = np.searchsorted(b, scan, side="left")
        cell = np.minimum(cell, a.size - 1)
        within = (scan > a[cell]) & (scan < b[cell])
        where = cell[within]
        s = (scan[within] - middle[where]) / half[where]
        np.maximum.at(off, where, np.abs(polynomial_at(coefficients[where], s[:, None])[:, 0] - scanned[within]))
        local = np.max(np.abs(samples), axis=1)
        good = (off <= np.maximum(_RESOLVED * local, _FAINT * height)) | (
            off * (b - a) <= _NEGLIGIBLE * height * length
        )
        good |= (off <= _NOISE * height) & (off > _NO_BETTER * before)
        if halving == _MOST_HALVINGS:
            good[:] = True
        worst = max(worst, float(np.max(off[good] * (b - a)[good] / length, initial=0.0)))
        done.append((a[good], coefficients[good], b[good]))
        a, b, middle = a[~good], b[~good], middle[~good]
        if not a.size:
            break
        before, height = np.repeat(off[~good], 2), np.repeat(height[~good], 2)
        a, b = np.stack([a, middle], axis=1).ravel(), np.stack([middle, b], axis=1).ravel()
    starts = np.concatenate([start for start, _, _ in done])
    order = np.argsort(starts)
    coefficients = np.concatenate([c for _, c, _ in done])[order]
    return np.append(starts[order], points[-1]), coefficients, worst


def _holds(value: Callable[[Any], Any], ends: np.ndarray, coefficients: np.ndarray) -> bool:
    """Whether V, taken once more at other places, is what the polynomials say."""
    width = np.diff(ends)
    again = evaluate(value, (ends[:-1] + ends[1:]) / 2 + width / 2 * _ELSEWHERE)
    off = np.abs(polynomial_at(coefficients, np.full((width.size, 1), _ELSEWHERE))[:, 0] - again)
    share = width / (ends[-1] - ends[0])
    return bool(np.max(off * share) <= _TRUSTED * max(float(np.max(np.abs(again))), 1e-300))


@functools.cache
def _projection() -> tuple[np.ndarray, np.ndarray]:
    """Values at the nodes -> Legendre coefficients, and these -> coefficients of powers."""
    degree = NODES.size
    legendre = np.polynomial.legendre.legvander(NODES, degree - 1)
    onto = (legendre * _GAUSS[:, None] * (np.arange(degree) + 0.5)).T
    powers = np.zeros((degree, degree))
    for n in range(degree):
        series = np.polynomial.legendre.leg2poly(np.eye(degree)[n])
        powers[: series.size, n] = series
    return onto, powers


def fitted(values: np.ndarray) -> np.ndarray:
    """Coefficients of powers of s of the polynomial through values at the nodes, shape (cells, 12).

    By way of Legendre polynomials, whose coefficients fall off, so that the large numbers that turn them into powers meet small ones.
    """
    onto, powers = _projection()
    return values @ onto.T @ powers.T


def polynomial_at(coefficients: np.ndarray, s: np.ndarray) -> np.ndarray:
    """The polynomial of each row at the row's places."""
    total = np.broadcast_to(coefficients[:, -1:], np.broadcast_shapes(coefficients[:, -1:].shape, s.shape)).copy()
    for c in coefficients.T[-2::-1]:
        total *= s
        total += c[:, None]
    return total
