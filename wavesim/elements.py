"""H = p^2/2m + V on finite elements of one line: levels by Sturm counts, in any box, with edges and deltas anywhere.

On each element psi is a polynomial; elements meet at nodes, which include the edges of V. The inner functions of an element are diagonalized once
and eliminated by Schur's complement, which leaves a tridiagonal matrix of the nodes that depends on the energy. Its negative pivots and the
inner levels below an energy count the levels below it (Sylvester's law of inertia): no level is missed, and none is counted twice.

Source: K. J. Bathe, Finite Element Procedures (1996), section 11.6; P. Descouvemont, D. Baye, Rep. Prog. Phys. 73, 036301 (2010), section 3.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import NamedTuple

import numpy as np
import scipy

# Gauss points of an element beyond its degree, so that V psi^2 is integrated to more than the accuracy of psi
_MORE_POINTS = 4
# parts into which a bracket is cut at each count
_PARTS = 16
# width of a bracket at which inverse iteration takes over from bisection, relative to the first bracket
_BRACKET = 1e-10
# distance below which levels are iterated together, relative to the span of the levels
_CLUSTER = 1e-6
_ITERATIONS = 8  # at most, of inverse iteration
# numbers that one count may hold in memory at a time
_MOST_NUMBERS = 4_000_000


class Reference(NamedTuple):
    """Basis functions of the element (-1, 1): two linear ones and Lobatto's, whose derivatives are orthonormal.

    Attributes:
        points: Gauss points, shape (q,).
        weights: Gauss weights, shape (q,).
        basis: values of the functions at the points, shape (q, degree + 1).
        mass: overlaps, shape (degree + 1, degree + 1).
        root: inverse of Cholesky's factor of the inner overlaps.
    """

    points: np.ndarray
    weights: np.ndarray
    basis: np.ndarray
    mass: np.ndarray
    root: np.ndarray


@functools.cache
def reference(degree: int) -> Reference:
    """The element of a degree, with its Gauss points."""
    points, weights = np.polynomial.legendre.leggauss(degree + _MORE_POINTS)
    basis = lobatto(points, degree)
    mass = basis.T @ (weights[:, None] * basis)
    return Reference(points, weights, basis, mass, np.linalg.inv(np.linalg.cholesky(mass[2:, 2:])))


def lobatto(points: np.ndarray, degree: int) -> np.ndarray:
    """(1 - x)/2, (1 + x)/2 and (P_k - P_{k-2})/sqrt(4k - 2) for k = 2 to degree, shape (points, degree + 1)."""
    legendre = np.polynomial.legendre.legvander(points, degree)
    k = np.arange(2, degree + 1)
    inner = (legendre[:, 2:] - legendre[:, :-2]) / np.sqrt(4 * k - 2)
    return np.concatenate([(1 - points[:, None]) / 2, (1 + points[:, None]) / 2, inner], axis=1)


def gauss_points(nodes: np.ndarray, degree: int) -> np.ndarray:
    """Positions at which V is required, shape (elements, degree + 4) [length]; never on a node."""
    return nodes[:-1, None] + np.diff(nodes)[:, None] * (reference(degree).points + 1) / 2


@dataclasses.dataclass(frozen=True)
class Waves:
    """Functions on elements: values at the nodes and coefficients inside.

    Attributes:
        nodes: shape (elements + 1,) [length].
        values: at the nodes, shape (count, elements + 1) [length^(-1/2)].
        inner: coefficients of Lobatto's functions, shape (count, elements, degree - 1).
    """

    nodes: np.ndarray
    values: np.ndarray
    inner: np.ndarray

    @property
    def degree(self) -> int:
        """Degree of the polynomials."""
        return self.inner.shape[2] + 1

    @property
    def coefficients(self) -> np.ndarray:
        """Coefficients of all functions of each element, shape (count, elements, degree + 1)."""
        return np.concatenate([self.values[:, :-1, None], self.values[:, 1:, None], self.inner], axis=2)

    def truncated(self, degree: int) -> Waves:
        """The waves without the inner functions above a degree."""
        return Waves(self.nodes, self.values, self.inner[:, :, : degree - 1])

    def mixed(self, mix: np.ndarray) -> Waves:
        """Linear combinations, the columns of `mix`."""
        return Waves(self.nodes, mix.T @ self.values, np.tensordot(mix.T, self.inner, 1))

    def onto(self, nodes: np.ndarray) -> Waves:
        """The waves on a refined mesh, whose `nodes` include these, exact up to rounding."""
        degree, half = self.degree, (nodes[:-1] + nodes[1:]) / 2
        element = np.searchsorted(self.nodes, half) - 1
        start, length = self.nodes[element], np.diff(self.nodes)[element]
        ends = (2 * (nodes[:-1] - start) / length - 1, 2 * (nodes[1:] - start) / length - 1)
        knots, old = np.polynomial.chebyshev.chebpts2(degree + 1), self.coefficients[:, element]
        local = ends[0][:, None] + (ends[1] - ends[0])[:, None] * (knots + 1) / 2
        psi = np.einsum("exk,cek->cex", lobatto(np.ravel(local), degree).reshape(*local.shape, -1), old)
        fresh = psi @ np.linalg.inv(lobatto(knots, degree)).T
        values = np.concatenate([fresh[:, :, 0], fresh[:, -1:, 1]], axis=1)
        return Waves(nodes, values, fresh[:, :, 2:])

    def joined(self, other: Waves) -> Waves:
        """Both sets of waves on the same mesh as one."""
        return Waves(self.nodes, np.concatenate([self.values, other.values]), np.concatenate([self.inner, other.inner]))

    def at(self, x: np.ndarray) -> np.ndarray:
        """psi(x), zero outside of the box, shape (count, points)."""
        element = np.clip(np.searchsorted(self.nodes, x, side="right") - 1, 0, len(self.nodes) - 2)
        length = self.nodes[element + 1] - self.nodes[element]
        local = np.clip(2 * (x - self.nodes[element]) / length - 1, -1.0, 1.0)
        psi = np.einsum("cxk,xk->cx", self.coefficients[:, element], lobatto(local, self.degree))
        return np.where((x >= self.nodes[0]) & (x <= self.nodes[-1]), psi, 0.0)

    def end_slopes(self) -> np.ndarray:
        """psi' at the left and at the right end of the box, shape (count, 2)."""
        k = np.arange(2, self.degree + 1)
        slope = np.sqrt((2 * k - 1) / 2)
        first, last = np.diff(self.nodes)[[0, -1]]
        left = (self.values[:, 1] - self.values[:, 0]) + 2 * self.inner[:, 0] @ (slope * (-1.0) ** (k - 1))
        right = (self.values[:, -1] - self.values[:, -2]) + 2 * self.inner[:, -1] @ slope
        return np.stack([left / first, right / last], axis=1)


class ElementLevels(NamedTuple):
    """Lowest levels on a mesh.

    Attributes:
        energies: increasing, shape (count,) [energy].
        kinetic: mean kinetic energies, shape (count,) [energy].
        size: kinetic energy + <|V|>, the scale of rounding errors, shape (count,) [energy].
        unsettled: change of each level in the last iteration, shape (count,) [energy].
        waves: normalized, real.
    """

    energies: np.ndarray
    kinetic: np.ndarray
    size: np.ndarray
    unsettled: np.ndarray
    waves: Waves


class NodeMatrix(NamedTuple):
    """A symmetric tridiagonal matrix of the nodes at one energy, and its derivative with respect to the energy.

    Attributes:
        diagonal: shape (nodes,) [energy x length].
        off: entries beside the diagonal, shape (nodes - 1,) [energy x length].
        diagonal_slope: derivative of the diagonal [length].
        off_slope: derivative of the entries beside it [length].
    """

    diagonal: np.ndarray
    off: np.ndarray
    diagonal_slope: np.ndarray
    off_slope: np.ndarray


class ElementHamiltonian:
    """p^2/2m + V between walls at the first and the last node.

    Args:
        nodes: increasing, shape (elements + 1,), three or more; every edge and every delta of V is one [length].
        values: V at `gauss_points`, shape (elements, degree + 4) [energy].
        strengths: strength of the delta on each node, shape (elements + 1,) [energy x length].
        mass: mass of the particle.
        degree: degree of the polynomials.
    """

    def __init__(self, nodes: np.ndarray, values: np.ndarray, strengths: np.ndarray, mass: float, degree: int) -> None:
        self.nodes, self.potential, self.strengths, self.mass, self.degree = nodes, values, strengths, mass, degree
        element = self._element = reference(degree)
        length = self._length = np.diff(nodes)
        self._weights = length[:, None] / 2 * element.weights
        matrix = np.matmul(element.basis.T * (self._weights * values)[:, None, :], element.basis)
        inside = np.arange(2, degree + 1)
        matrix[:, inside, inside] += (1 / (mass * length))[:, None]
        hop = 1 / (2 * mass * length)
        matrix[:, :2, :2] += hop[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
        scale = np.sqrt(2 / length)[:, None, None]
        inner, turn = np.linalg.eigh(element.root @ matrix[:, 2:, 2:] @ element.root.T * scale**2)
        # columns: inner states of an element, with no value at its ends
        self._inner_energies, self._turn = inner, scale * (element.root.T @ turn)
        transposed = self._turn.transpose(0, 2, 1)
        half = length[:, None, None] / 2
        # the linear functions are made orthogonal to the inner states, so that only H couples them
        overlap = self._overlap = transposed @ (half * element.mass[2:, :2])
        coupling = transposed @ matrix[:, 2:, :2]
        self._coupling = coupling - inner[:, :, None] * overlap
        mixed = overlap.transpose(0, 2, 1) @ coupling
        self._ends = (
            matrix[:, :2, :2]
            - mixed
            - mixed.transpose(0, 2, 1)
            + overlap.transpose(0, 2, 1) @ (inner[:, :, None] * overlap)
        )
        self._end_mass = half * element.mass[:2, :2] - overlap.transpose(0, 2, 1) @ overlap

    def count_below(self, energies: np.ndarray) -> np.ndarray:
        """Number of levels below each energy, of the shape of `energies`."""
        flat = np.ravel(energies)
        most = max(1, _MOST_NUMBERS // self._inner_energies.size)
        parts = [self._counted(flat[i : i + most]) for i in range(0, len(flat), most)]
        return np.concatenate(parts).reshape(np.shape(energies))

    def _counted(self, energies: np.ndarray) -> np.ndarray:
        diagonal, off = self._condensed(energies)
        count = np.sum(self._inner_energies[:, :, None] < energies, axis=(0, 1))
        pivot = np.full(len(energies), np.inf)
        tiny = np.finfo(float).tiny
        for node in range(1, len(self.nodes) - 1):
            pivot = diagonal[node] - off[node - 1] ** 2 / pivot
            pivot = np.where(np.abs(pivot) < tiny, -tiny, pivot)
            count = count + (pivot < 0)
        return count

    def _condensed(self, energies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The tridiagonal matrix of the nodes at each energy: diagonal, shape (nodes, energies), and the entries beside it."""
        gap = self._inner_energies[:, :, None] - energies
        gap = np.where(gap == 0, np.finfo(float).tiny, gap)
        ends = (
            self._ends[..., None]
            - self._end_mass[..., None] * energies
            - np.einsum("eka,ekb,eks->eabs", self._coupling, self._coupling, 1 / gap, optimize=True)
        )
        return self._joined(ends) + self.strengths[:, None], ends[:, 0, 1]

    @staticmethod
    def _joined(ends: np.ndarray) -> np.ndarray:
        """Diagonal of the node matrix: the sum over both elements beside each node."""
        diagonal = np.zeros((len(ends) + 1, *ends.shape[3:]), ends.dtype)
        diagonal[:-1] += ends[:, 0, 0]
        diagonal[1:] += ends[:, 1, 1]
        return diagonal

    def at_energy(self, energy: complex) -> NodeMatrix:
        """H - E at one energy, which may be complex, as a matrix of the nodes, ends included; inner functions are eliminated.

        For a wave that continues beyond an end, the caller adds -y/2m to the first or last diagonal entry, y being
        psi'/psi outwards.
        """
        diagonal, off = self._condensed(np.array([energy]))
        gap = (self._inner_energies - energy)[..., None]
        slope = -self._end_mass[..., None] - np.einsum(
            "eka,ekb,eks->eabs", self._coupling, self._coupling, 1 / gap**2, optimize=True
        )
        return NodeMatrix(diagonal[:, 0], off[:, 0], self._joined(slope)[:, 0], slope[:, 0, 1, 0])

    def wave(self, values: np.ndarray, energy: complex) -> tuple[Waves, np.ndarray]:
        """The wave of one energy, which may be complex, from its values at the nodes, and the integral of |psi|^2 over each element."""
        pairs = np.stack([values[:-1], values[1:]], axis=1)
        modal = -np.einsum("eka,ea->ek", self._coupling, pairs) / (self._inner_energies - energy)
        modal = modal - np.einsum("eka,ea->ek", self._overlap, pairs)
        waves = Waves(self.nodes, values[None], np.einsum("elk,ek->el", self._turn, modal)[None])
        return waves, np.sum(np.abs(self._on_points(waves)[0]) ** 2 * self._weights, axis=1)

    def stationary(self, values: np.ndarray, energy: complex) -> tuple[complex, complex]:
        """int (psi'^2/2m + (V - E) psi^2) dx and int psi^2 dx, without conjugation, of the wave of one energy with these values at the nodes."""
        waves, _ = self.wave(values, energy)
        psi = self._on_points(waves)[0]
        steps = np.diff(waves.values[0]) / np.sqrt(self._length)
        bends = waves.inner[0] / np.sqrt(self._length / 2)[:, None]
        kinetic = (np.sum(steps**2) + np.sum(bends**2)) / (2 * self.mass)
        potential = np.sum(psi**2 * self._weights * (self.potential - energy)) + np.sum(values**2 * self.strengths)
        return complex(kinetic + potential), complex(np.sum(psi**2 * self._weights))

    def lowest(self, count: int, guess: float) -> ElementLevels:
        """The lowest levels and their states.

        Args:
            count: how many levels.
            guess: estimate of the highest of them, preferably slightly above [energy].
        """
        low, high = self._brackets(count, guess)
        middle = (low + high) / 2
        span = max(float(middle[-1] - np.min(low)), 1e-300)
        waves, start = None, np.random.default_rng(0)
        for first, last in _clusters(middle, _CLUSTER * span):
            shape = (last - first, len(self.nodes))
            random = Waves(
                self.nodes, start.normal(size=shape), start.normal(size=(shape[0], shape[1] - 1, self.degree - 1))
            )
            group = self._iterated(random, float(np.mean(middle[first:last])))
            waves = group if waves is None else waves.joined(group)
        assert waves is not None
        return self.settled(waves, middle)

    def settled(self, waves: Waves, shifts: np.ndarray) -> ElementLevels:
        """Levels and states refined by inverse iteration from given ones; close levels are iterated together."""
        span = max(float(np.ptp(shifts)), 1e-300)
        groups, energies, unsettled = None, [], []
        for first, last in _clusters(shifts, _CLUSTER * span):
            group = Waves(waves.nodes, waves.values[first:last], waves.inner[first:last])
            shift, before = float(np.mean(shifts[first:last])), np.full(last - first, np.inf)
            change = before
            for _ in range(_ITERATIONS):
                group = self._iterated(group, shift)
                now, group = self._ritz(group)
                change, before = np.abs(now - before), now
                if np.all(change <= 2 * np.finfo(float).eps * np.abs(now)):
                    break
            energies.append(before)
            unsettled.append(change)
            groups = group if groups is None else groups.joined(group)
        assert groups is not None
        kinetic = np.real(np.diagonal(self._kinetic(groups)))
        psi2 = np.abs(self._on_points(groups)) ** 2
        size = kinetic + np.einsum("cep,ep->c", psi2, self._weights * np.abs(self.potential))
        size = size + np.abs(groups.values) ** 2 @ np.abs(self.strengths)
        return ElementLevels(np.concatenate(energies), kinetic, size, np.concatenate(unsettled), groups)

    def _brackets(self, count: int, guess: float) -> tuple[np.ndarray, np.ndarray]:
        floor = float(self.potential.min()) - self.mass * float(np.abs(self.strengths).sum()) ** 2 / 2
        reach = max(guess - floor, 1e-12 * abs(floor), 1e-300)
        while int(self.count_below(np.array([floor + reach]))[0]) < count:
            reach *= 2
        numbers = np.arange(count)
        low, high = np.full(count, floor), np.full(count, floor + reach)
        fractions = np.linspace(0.0, 1.0, _PARTS + 1)[:, None]
        # relative to the first bracket: the lowest level may lie on the floor itself, as that of a delta does
        width = _BRACKET * max(reach, abs(floor) * np.finfo(float).eps)
        while np.any(high - low > width):
            energies = low + (high - low) * fractions
            below = np.sum(self.count_below(energies[1:-1]) <= numbers, axis=0)
            low, high = (np.take_along_axis(energies, (below + i)[None], axis=0)[0] for i in (0, 1))
        return low, high

    def _iterated(self, waves: Waves, shift: float) -> Waves:
        """(H - shift)^-1 waves, normalized to order one."""
        half = self._length[:, None] / 2
        loads = np.einsum("cek,kl->cel", waves.coefficients, self._element.mass) * half
        # loads of the inner states, and loads of the nodes without the part of the inner states
        inner = np.einsum("ekl,cek->cel", self._turn, loads[:, :, 2:])
        outer = loads[:, :, :2] - np.einsum("eka,cek->cea", self._overlap, inner)
        gap = self._inner_energies - shift
        gap = np.where(np.abs(gap) < np.finfo(float).tiny, np.finfo(float).tiny, gap)
        outer = outer - np.einsum("eka,cek->cea", self._coupling, inner / gap)
        right = np.zeros_like(waves.values)
        right[:, :-1] += outer[:, :, 0]
        right[:, 1:] += outer[:, :, 1]
        values = self._at_nodes(right, shift)
        pairs = np.stack([values[:, :-1], values[:, 1:]], axis=2)
        modal = (inner - np.einsum("eka,cea->cek", self._coupling, pairs)) / gap
        modal = modal - np.einsum("eka,cea->cek", self._overlap, pairs)
        solved = Waves(self.nodes, values, np.einsum("elk,cek->cel", self._turn, modal))
        norm = np.sqrt(np.real(np.diagonal(self._overlaps(solved))))
        return Waves(self.nodes, solved.values / norm[:, None], solved.inner / norm[:, None, None])

    def _at_nodes(self, loads: np.ndarray, shift: float) -> np.ndarray:
        """Values at the nodes for loads there, both of shape (count, nodes)."""
        diagonal, off = self._condensed(np.array([shift]))
        banded = np.zeros((3, len(self.nodes) - 2))
        banded[1], banded[0, 1:], banded[2, :-1] = diagonal[1:-1, 0], off[1:-1, 0], off[1:-1, 0]
        banded[1] = np.where(banded[1] == 0, np.finfo(float).tiny, banded[1])
        values = np.zeros_like(loads)
        values[:, 1:-1] = scipy.linalg.solve_banded((1, 1), banded, loads[:, 1:-1].T).T
        return values

    def _ritz(self, waves: Waves) -> tuple[np.ndarray, Waves]:
        """Rayleigh-Ritz levels and states within the span of a few waves."""
        sizes, mix = np.linalg.eigh(self._overlaps(waves))
        waves = waves.mixed(mix / np.sqrt(np.maximum(sizes, np.finfo(float).eps * sizes[-1])))
        psi = self._on_points(waves)
        potential = np.einsum("cep,dep->cd", np.conj(psi) * (self._weights * self.potential), psi)
        potential += (np.conj(waves.values) * self.strengths) @ waves.values.T
        energies, mix = np.linalg.eigh(self._kinetic(waves) + potential)
        return energies, waves.mixed(mix)

    def _kinetic(self, waves: Waves) -> np.ndarray:
        steps = np.diff(waves.values, axis=1) / np.sqrt(self._length)
        bends = (waves.inner / np.sqrt(self._length / 2)[:, None]).reshape(len(steps), -1)
        return (np.conj(steps) @ steps.T + np.conj(bends) @ bends.T) / (2 * self.mass)

    def _on_points(self, waves: Waves) -> np.ndarray:
        return waves.coefficients @ self._element.basis.T

    def _overlaps(self, waves: Waves) -> np.ndarray:
        psi = self._on_points(waves) * np.sqrt(self._weights)
        flat = psi.reshape(len(psi), -1)
        return np.conj(flat) @ flat.T


def _clusters(levels: np.ndarray, gap: float) -> list[tuple[int, int]]:
    """First and last index of each run of levels that are closer than `gap`."""
    starts = [0, *(np.flatnonzero(np.diff(levels) > gap) + 1)]
    return list(zip(map(int, starts), [*map(int, starts[1:]), len(levels)], strict=True))
