"""A potential on a line as the oracle sees it, and the elements into which the line is cut."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

ORDER = 20
# V is looked at in so many places of an element, and of so few elements to begin with
_SEEN, _CELLS = 240, 4
_SHARPEST = 1e-13
# longest element in units of 1/wavenumber, where psi oscillates and where it decays
_PHASE, _DAMPING = 2.6, 7.0
# V is never asked for at the very edge, where it jumps
_INNER, _CLIPPED, _ROUNDINGS = 1 - 1e-12, 30.0, 2e-15


@dataclasses.dataclass(frozen=True)
class Line:
    """V(x, t) of one dimension, piecewise smooth.

    Attributes:
        value: V of positions and a time, numpy arrays in and out [energy].
        cuts: places of jumps and kinks, in any order [length].
        spikes: (place, strength) of the deltas [length, energy times length].
        ends: V at minus and plus infinity [energy]; inf where it confines.
        reach: interval outside which V has settled, or that holds the structure of a confining V [length].
        wall: a hard wall left of everything [length], or None.
        divide: the plane between two wells, or inside the barrier of a well that leaks [length], or None.
        calm: the line without the force that drives it, or None.
    """

    value: Callable[[np.ndarray, float], np.ndarray]
    ends: tuple[float, float]
    reach: tuple[float, float]
    cuts: tuple[float, ...] = ()
    spikes: tuple[tuple[float, float], ...] = ()
    wall: float | None = None
    divide: float | None = None
    calm: Line | None = None

    def v(self, x: np.ndarray) -> np.ndarray:
        """V at time 0."""
        return self.value(x, 0.0)


def lobatto(order: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Lobatto on (-1, 1), and the matrix of derivatives, for polynomials of that order.

    Source: C. Canuto et al., Spectral Methods: Fundamentals in Single Domains (2006), section 2.3.
    """
    legendre = np.polynomial.legendre.Legendre.basis(order)
    inner = np.sort(np.real(legendre.deriv().roots()))
    # one step of Newton's method mends the last digits of the roots
    inner = inner - legendre.deriv()(inner) / legendre.deriv(2)(inner)
    nodes = np.concatenate([[-1.0], inner, [1.0]])
    at = legendre(nodes)
    weights = 2 / (order * (order + 1) * at**2)
    apart = nodes[:, None] - nodes[None, :] + np.eye(order + 1)
    slope = at[:, None] / at[None, :] / apart
    np.fill_diagonal(slope, 0.0)
    slope[0, 0], slope[-1, -1] = -order * (order + 1) / 4, order * (order + 1) / 4
    return nodes, weights, slope


NODES, WEIGHTS, SLOPE = lobatto(ORDER)
_FINE = np.linspace(-_INNER, _INNER, _SEEN)


def _interpolation() -> np.ndarray:
    bary = 1 / np.array([np.prod(NODES[j] - np.delete(NODES, j)) for j in range(ORDER + 1)])
    terms = bary / (_FINE[:, None] - np.clip(NODES, -_INNER, _INNER) + 1e-300)
    return terms / terms.sum(axis=1, keepdims=True)


_TO_FINE = _interpolation()


def _within(low: np.ndarray, high: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Places of the nodes in each element, those at its ends moved inside by some roundings."""
    half, middle = (high - low)[:, None] / 2, (high + low)[:, None] / 2
    inset = 1e-12 * half + _ROUNDINGS * np.maximum(abs(low), abs(high))[:, None]
    return np.clip(middle + half * nodes, low[:, None] + inset, high[:, None] - inset)


def elements(line: Line, left: float, right: float, mass: float, highest: float, longest: float = _PHASE) -> np.ndarray:
    """Ends of elements from left to right, cut at every edge, on each of which V is a polynomial to 13 digits.

    An element is shorter than 2.6 over the largest wavenumber at the energy `highest`, so that none holds a state of its own with
    psi = 0 at both ends below it.

    Args:
        line: V.
        left, right: interval [length].
        mass: of the particle.
        highest: largest energy that will be asked for.
        longest: what 2.6 was; where nothing is eliminated 8 will do.

    Returns:
        shape (elements + 1,) [length].
    """
    inside = [x for x in (*line.cuts, *(place for place, _ in line.spikes)) if left < x < right]
    # no slivers: an even cut that comes close to an edge gives way to it
    even = np.linspace(left, right, _CELLS + 1)
    near = np.array([any(abs(x - edge) < 0.1 * (even[1] - even[0]) for edge in inside) for x in even[1:-1]], bool)
    ends = np.unique(np.concatenate([even[[0, -1]], even[1:-1][~near], inside]))
    ends = ends[np.concatenate([[True], np.diff(ends) > 1e-13 * (right - left)])]
    done: list[tuple[float, float]] = []
    low, high = ends[:-1], ends[1:]
    for _ in range(40):
        if not len(low):
            break
        half = (high - low)[:, None] / 2
        coarse, fine = (line.v(_within(low, high, nodes)) for nodes in (NODES, _FINE))
        size = np.max(abs(fine), axis=1) + abs(highest)
        wrong = np.max(abs(coarse @ _TO_FINE.T - fine), axis=1) > _SHARPEST * size * _CLIPPED
        least, most = fine.min(axis=1), fine.max(axis=1)
        phase = 2 * half[:, 0] * np.sqrt(2 * mass * np.maximum(highest - least, 0.0))
        damping = 2 * half[:, 0] * np.sqrt(2 * mass * np.maximum(most - min(highest, 0.0), 0.0))
        again = (wrong & (2 * half[:, 0] > 1e-9 * (right - left))) | (phase > longest) | (damping > _DAMPING)
        done += zip(low[~again], high[~again], strict=True)
        low, high = low[again], high[again]
        cut = (low + high) / 2
        low, high = np.concatenate([low, cut]), np.concatenate([cut, high])
    return np.unique(np.array(done))


@dataclasses.dataclass(frozen=True)
class Mesh:
    """Elements of Legendre's polynomials through the nodes of Gauss and Lobatto.

    Attributes:
        ends: shape (elements + 1,).
        x: positions, shape (elements, nodes).
        weights: of the quadrature, the same shape.
        potential: V there, the same shape.
        stiffness: int u' v'/(2 m) + V u v of each element, shape (elements, nodes, nodes).
        spikes: strength of the delta at each end, shape (elements + 1,).
    """

    ends: np.ndarray
    x: np.ndarray
    weights: np.ndarray
    potential: np.ndarray
    stiffness: np.ndarray
    spikes: np.ndarray
    mass: float

    @classmethod
    def over(cls, line: Line, left: float, right: float, mass: float, highest: float, longest: float = _PHASE) -> Mesh:
        """The mesh of an interval, fine enough for energies up to `highest`."""
        return cls.on(line, elements(line, left, right, mass, highest, longest), mass)

    @classmethod
    def on(cls, line: Line, ends: np.ndarray, mass: float) -> Mesh:
        """The mesh with these ends."""
        half, middle = np.diff(ends)[:, None] / 2, ((ends[1:] + ends[:-1]) / 2)[:, None]
        x, weights = middle + half * NODES, half * WEIGHTS
        potential = line.v(_within(ends[:-1], ends[1:], NODES))
        kinetic = (SLOPE.T * WEIGHTS) @ SLOPE / (2 * mass)
        stiffness = kinetic / half[:, :, None] + np.eye(ORDER + 1) * (weights * potential)[:, :, None]
        spikes = np.zeros(len(ends))
        for place, strength in line.spikes:
            if ends[0] <= place <= ends[-1]:
                spikes[np.argmin(abs(ends - place))] += strength
        return cls(ends, x, weights, potential, stiffness, spikes, mass)

    def slopes(self, psi: np.ndarray) -> np.ndarray:
        """d psi/dx at the nodes, for psi of shape (..., elements, nodes)."""
        return psi @ SLOPE.T * (2 / np.diff(self.ends))[:, None]
