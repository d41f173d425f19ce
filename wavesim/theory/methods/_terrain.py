"""A one-dimensional potential as polynomials on cells, short where V is steep and long where it is flat."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._slices import as_function, evaluate

# polynomials of degree 11 on each cell
NODES, _GAUSS = np.polynomial.legendre.leggauss(12)
# samples of V with which every cell is checked: features narrower than the interval / 8192 may be overlooked
_SCAN = 8192
_FEWEST_IN_SEGMENT = 48
# accepted error of a polynomial, relative to V on the cell
_RESOLVED = 2e-15
# accepted error, relative to the largest abs(V) between two edges
_FAINT = 1e-17
# accepted error, relative to the largest abs(V) between two edges times interval/width of the cell, for unlisted kinks and jumps
_NEGLIGIBLE = 1e-16
# error, relative to the largest abs(V), below which it counts as rounding of V if bisection does not reduce it
_NOISE = 1e-13
# ratio of successive errors above which bisection does not reduce them
_NO_BETTER = 0.25
_MOST_HALVINGS = 48
# position, on (-1, 1), of a new sample that tests the result in each cell
_TEST_POINT = 0.237
# error there above which the fit is repeated
_TEST_ERROR = 1e-9
# most fits
_MOST_SURVEYS = 4
# samples between the nodes, where the polynomial is compared with V
_BETWEEN = (NODES[1:] + NODES[:-1]) / 2


@dataclass(frozen=True)
class Terrain:
    """A fitted potential: polynomials on cells of an interval, deltas at ends of cells, constants outside.

    Attributes:
        ends: ends of the cells in order, shape (cells + 1,) [length].
        coefficients: coefficients of powers of s, -1 < s < 1 on each cell, shape (cells, 12) [energy].
        kicks: strengths of the deltas at `ends`, shape (cells + 1,) [energy x length].
        v_left, v_right: V outside [energy].
        error: largest difference from V at the samples, weighted with the cell's share of the interval [energy].
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
        """The same V, each cell cut into the given number of equal pieces, shape (cells,)."""
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
        """A lower bound on V; minus infinity if there is an attractive delta."""
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
    """Fit V on [left, right] by polynomials on cells, bisected until each polynomial equals V at all samples in its cell.

    Args:
        potential: V(x) of arrays, or samples (x, V) joined by straight lines [energy].
        left, right: ends of the interval [length].
        edges: positions of jumps and kinks, which become ends of cells; bisection locates unlisted ones [length].
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
        if _passes_test(value, ends, coefficients):
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
    """Ends of the cells, their coefficients, and the error of the fit, see `Terrain.error`."""
    length = points[-1] - points[0]
    share = np.maximum(np.ceil(_SCAN * np.diff(points) / length).astype(int), _FEWEST_IN_SEGMENT)
    # offset by an irrational share of the spacing, so that no periodic V has all samples at equal phases
    scan = np.concatenate(
        [a + (b - a) * (np.arange(n) + 0.381966) / n for a, b, n in zip(points[:-1], points[1:], share, strict=True)]
    )
    scanned = evaluate(value, scan)
    heights = np.maximum.reduceat(np.abs(scanned), np.append(0, np.cumsum(share)[:-1]))
    height, before = np.maximum(heights, 1e-300), np.full(heights.size, np.inf)
    a, b = points[:-1], points[1:]
    cells: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    largest = 0.0
    for halving in range(_MOST_HALVINGS + 1):
        middle, half = (a + b) / 2, (b - a) / 2
        x = middle[:, None] + half[:, None] * np.concatenate([NODES, _BETWEEN])
        samples = evaluate(value, x)
        coefficients = fitted(samples[:, : NODES.size])
        constant = np.all(samples == samples[:, :1], axis=1)
        coefficients[constant] = 0.0
        coefficients[constant, 0] = samples[constant, 0]
        error = np.max(
            np.abs(polynomial_at(coefficients, _BETWEEN + np.zeros_like(middle)[:, None]) - samples[:, NODES.size :]),
            axis=1,
        )
        # the cell of each sample; cells are in order
        cell = np.searchsorted(b, scan, side="left")
        cell = np.minimum(cell, a.size - 1)
        inside = (scan > a[cell]) & (scan < b[cell])
        parent = cell[inside]
        s = (scan[inside] - middle[parent]) / half[parent]
        np.maximum.at(error, parent, np.abs(polynomial_at(coefficients[parent], s[:, None])[:, 0] - scanned[inside]))
        local = np.max(np.abs(samples), axis=1)
        accepted = (error <= np.maximum(_RESOLVED * local, _FAINT * height)) | (
            error * (b - a) <= _NEGLIGIBLE * height * length
        )
        accepted |= (error <= _NOISE * height) & (error > _NO_BETTER * before)
        if halving == _MOST_HALVINGS:
            accepted[:] = True
        largest = max(largest, float(np.max(error[accepted] * (b - a)[accepted] / length, initial=0.0)))
        cells.append((a[accepted], coefficients[accepted], b[accepted]))
        a, b, middle = a[~accepted], b[~accepted], middle[~accepted]
        if not a.size:
            break
        before, height = np.repeat(error[~accepted], 2), np.repeat(height[~accepted], 2)
        a, b = np.stack([a, middle], axis=1).ravel(), np.stack([middle, b], axis=1).ravel()
    starts = np.concatenate([start for start, _, _ in cells])
    order = np.argsort(starts)
    coefficients = np.concatenate([c for _, c, _ in cells])[order]
    return np.append(starts[order], points[-1]), coefficients, largest


def _passes_test(value: Callable[[Any], Any], ends: np.ndarray, coefficients: np.ndarray) -> bool:
    """Whether the polynomials equal V at one new sample in each cell."""
    width = np.diff(ends)
    samples = evaluate(value, (ends[:-1] + ends[1:]) / 2 + width / 2 * _TEST_POINT)
    error = np.abs(polynomial_at(coefficients, np.full((width.size, 1), _TEST_POINT))[:, 0] - samples)
    share = width / (ends[-1] - ends[0])
    return bool(np.max(error * share) <= _TEST_ERROR * max(float(np.max(np.abs(samples))), 1e-300))


@functools.cache
def _projection() -> tuple[np.ndarray, np.ndarray]:
    """Matrices from values at the nodes to Legendre coefficients, and from these to coefficients of powers."""
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

    Legendre coefficients come first: they decrease, so the large elements of the matrix to powers multiply small numbers.
    """
    onto, powers = _projection()
    return values @ onto.T @ powers.T


def polynomial_at(coefficients: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Values of the polynomials, one per row, at s, shape (cells, points) or (1, points)."""
    total = np.broadcast_to(coefficients[:, -1:], np.broadcast_shapes(coefficients[:, -1:].shape, s.shape)).copy()
    for c in coefficients.T[-2::-1]:
        total *= s
        total += c[:, None]
    return total
