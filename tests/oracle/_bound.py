"""Bound states by spectral elements: levels to about 13 digits by Rayleigh's quotient, and everything that is made of them."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.polynomial.legendre import legvander
from scipy.linalg import eigh

from ._line import NODES, ORDER, Line, Mesh

_DEPTH, _MOST = 38.0, 2600
_OUTWARDS = np.geomspace(1e-6, 1e9, 150_001)
_FAR = np.concatenate([[0.0], np.geomspace(1e-5, 1e9, 28_001)])


@dataclasses.dataclass(frozen=True)
class Bound:
    """Bound states of a line on a mesh that holds all of them.

    Attributes:
        mesh: where they live.
        energies: increasing [energy].
        psi: real, normalized, shape (states, elements, nodes).
        kinetic: of each [energy].
        errors: by how much a second mesh, of halved elements, differs [energy]; zeros where none was tried.
    """

    mesh: Mesh
    energies: np.ndarray
    psi: np.ndarray
    kinetic: np.ndarray
    errors: np.ndarray

    def at(self, x: np.ndarray, state: int) -> np.ndarray:
        """psi of one state at any place, by the polynomials of the elements; 0 outside the mesh."""
        mesh, flat = self.mesh, np.ravel(x)
        n = np.clip(np.searchsorted(mesh.ends, flat) - 1, 0, len(mesh.x) - 1)
        low, high = mesh.ends[n], mesh.ends[n + 1]
        modes = np.linalg.solve(legvander(NODES, ORDER), self.psi[state].T).T
        values = np.sum(legvander((2 * flat - low - high) / (high - low), ORDER) * modes[n], axis=1)
        return np.where((flat >= mesh.ends[0]) & (flat <= mesh.ends[-1]), values, 0.0).reshape(np.shape(x))

    def between(self, low: float, high: float) -> np.ndarray:
        """int psi_m psi_n dx from low to high, both ends of elements, -inf or inf."""
        middle = (self.mesh.ends[1:] + self.mesh.ends[:-1]) / 2
        inside = (middle > low) & (middle < high)
        weighted = self.psi * (self.mesh.weights * inside[:, None])
        return np.einsum("men,len->ml", weighted, self.psi)

    def matrix(self, values: np.ndarray) -> np.ndarray:
        """int psi_m f psi_n dx with f at the nodes."""
        return np.einsum("men,len->ml", self.psi * self.mesh.weights * values, self.psi)

    def momentum(self) -> np.ndarray:
        """int psi_m psi_n' dx; p is -i times that."""
        return np.einsum("men,len->ml", self.psi * self.mesh.weights, self.mesh.slopes(self.psi))


def assembled(mesh: Mesh, walls: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """H between all nodes with unit weights, the root of the weights, and the number of each node; psi = 0 at both ends if `walls`."""
    count = len(mesh.x)
    size = count * ORDER + 1
    matrix, weights = np.zeros((size, size)), np.zeros(size)
    number = np.arange(count)[:, None] * ORDER + np.arange(ORDER + 1)
    for n in range(count):
        part = slice(n * ORDER, (n + 1) * ORDER + 1)
        matrix[part, part] += mesh.stiffness[n]
        weights[part] += mesh.weights[n]
    ends = number[:, 0].tolist() + [size - 1]
    matrix[ends, ends] += mesh.spikes
    if walls:
        matrix, weights = matrix[1:-1, 1:-1], weights[1:-1]
    root = np.sqrt(weights)
    return matrix / root[:, None] / root[None, :], root, number


def solved(mesh: Mesh, count: int | None) -> Bound:
    """The lowest states between hard walls at the ends of the mesh; all that the elements hold if `count` is None."""
    matrix, root, number = assembled(mesh)
    chosen = None if count is None else (0, min(count, len(matrix)) - 1)
    _, vectors = eigh(matrix, subset_by_index=chosen, overwrite_a=True, check_finite=False)
    inner = (vectors / root[:, None]).T
    line = np.zeros((len(inner), len(root) + 2))
    line[:, 1:-1] = inner
    psi = line[:, number]
    slopes = mesh.slopes(psi)
    norm = np.sum(psi**2 * mesh.weights, axis=(1, 2))
    kinetic = np.sum(slopes**2 * mesh.weights, axis=(1, 2)) / (2 * mesh.mass)
    above = np.sum(psi**2 * mesh.weights * mesh.potential, axis=(1, 2))
    ends = np.concatenate([psi[:, :, 0], psi[:, -1:, -1]], axis=1)
    spikes = ends**2 @ mesh.spikes
    return Bound(mesh, (kinetic + above + spikes) / norm, psi / np.sqrt(norm)[:, None, None], kinetic / norm, np.zeros(len(inner)))  # fmt: skip


def bound_states(
    line: Line, mass: float, count: int, check: bool = True, extra: tuple[float, ...] = (), depth: float = _DEPTH
) -> Bound | None:
    """The `count` lowest states, or None where V binds fewer; on a second mesh once more if `check`.

    The box ends where exp(-int kappa dx) is exp(-depth) for the highest of them. `extra` are further places to be ends of elements.
    """
    line = dataclasses.replace(line, cuts=(*line.cuts, *extra))
    rim = min(line.ends) if line.wall is None else line.ends[1]
    low, high = line.reach
    if line.wall is not None:
        low = line.wall
    x = np.linspace(low, high, 4001) if high > low else np.array([low])
    floor = float(np.min(line.v(x)))
    spikes = -sum(strength for _, strength in line.spikes if strength < 0)
    least = floor - mass * spikes**2 / 2
    highest, states = _guess(line, mass, count, least), None
    for _ in range(12):
        if highest >= rim:
            return None
        left, right = box(line, mass, highest, depth)
        ends = Mesh.over(line, left, right, mass, highest, 8.0).ends
        if len(ends) * ORDER > _MOST:
            return None
        states = solved(Mesh.on(line, ends, mass), count)
        if len(states.energies) < count:
            return None
        before, highest = highest, float(states.energies[-1])
        if abs(highest - before) < 0.02 * abs(rim - highest if np.isfinite(rim) else highest - least):
            break
    assert states is not None
    if highest >= rim:
        return None
    if check:
        ends = states.mesh.ends
        finer = solved(Mesh.on(line, np.sort(np.concatenate([ends, (ends[1:] + ends[:-1]) / 2])), mass), count)
        states = dataclasses.replace(states, errors=abs(finer.energies - states.energies))
    return states


def _guess(line: Line, mass: float, count: int, least: float) -> float:
    """Energy of the level count - 1 by int p dx = pi count, from samples that get coarser outwards."""
    middle = (line.reach[0] + line.reach[1]) / 2
    x = np.unique(np.concatenate([middle - _FAR, middle + _FAR, np.linspace(*line.reach, 4001)]))
    if line.wall is not None:
        x = x[x >= line.wall]
    v = np.minimum(np.where(np.isfinite(line.v(x)), line.v(x), np.inf), 1e200)
    rim = min(line.ends) if line.wall is None else line.ends[1]

    def action(energy: float) -> float:
        return float(np.trapezoid(np.sqrt(2 * mass * np.maximum(energy - v, 0.0)), x))

    low, high = least, least + 1e-9 * max(abs(least), 1e-30)
    while action(high) < np.pi * count and high < rim:
        low, high = high, least + 1.5 * (high - least)
    high = min(high, rim - 0.02 * (rim - least)) if np.isfinite(rim) else high
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if action(middle) > np.pi * count else (middle, high)
    return high


def box(line: Line, mass: float, energy: float, depth: float = _DEPTH) -> tuple[float, float]:
    """Ends at which a state of that energy has fallen by exp(-depth)."""
    ends = []
    for side, start, limit in ((-1, line.reach[0], line.ends[0]), (1, line.reach[1], line.ends[1])):
        if side < 0 and line.wall is not None:
            ends.append(line.wall)
            continue
        # from the outermost place that is allowed; V has settled beyond its reach, or rises
        inner = np.linspace(line.reach[0], line.reach[1], 8001)
        outer = start + side * _OUTWARDS
        x = np.sort(np.concatenate([inner, outer]))[::side]
        v = line.v(x)
        v = np.minimum(np.where(np.isfinite(v), v, np.inf), 1e200)
        if np.isfinite(limit):
            v = np.where((x - start) * side > 0, np.where(abs(v - limit) < 1e-14, limit, v), v)
        kappa = np.sqrt(2 * mass * np.maximum(v - energy, 0.0))
        allowed = np.flatnonzero(v < energy)
        first = allowed[-1] if len(allowed) else 0
        action = np.concatenate(
            [[0.0], np.cumsum((kappa[first + 1 :] + kappa[first:-1]) / 2 * abs(np.diff(x[first:])))]
        )
        place = np.searchsorted(action, depth)
        ends.append(float(x[min(first + place, len(x) - 1)]))
    return ends[0], ends[1]


def symmetric_gap(states: Bound, mass: float, divide: float) -> float:
    """E_1 - E_0 of a V that is even about `divide`, to a relative 1e-12: psi_0 psi_1'/(2 m int_divide psi_0 psi_1 dx) at `divide`.

    Source: the Wronskian identity; L. D. Landau and E. M. Lifshitz, Quantum Mechanics, section 50, problem 3.
    """
    mesh = states.mesh
    at = int(np.argmin(abs(mesh.ends - divide)))
    even, odd = states.psi[0], states.psi[1]
    right = slice(at, None)
    slope = mesh.slopes(odd)[at, 0]
    value = even[at, 0]
    overlap = float(np.sum(even[right] * odd[right] * mesh.weights[right]))
    return abs(value * slope / (2 * mass * overlap))
