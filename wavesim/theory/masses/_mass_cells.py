"""V(x) and m(x) on cells, and the waves of BenDaniel and Duke's equation across them (hbar = 1).

-(1/2) (psi'/m)' + V psi = E psi, with psi and phi = psi'/m continuous at a jump of m: psi' = m phi, phi' = 2 (V - E) psi.
On each cell both are polynomials of degree 12 that satisfy the equation at the Gauss points. This collocation method is symplectic: for any
V and m the flux Im(psi* phi) is equal at both ends of a cell, to rounding.

Source: D. J. BenDaniel, C. B. Duke, Phys. Rev. 152, 683 (1966); E. Hairer, C. Lubich, G. Wanner, Geometric Numerical Integration (2006),
section IV.2 (Gauss collocation conserves quadratic invariants).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..methods import NODES, Terrain, polynomial_at, surveyed

# upper bound on abs(2 m (V - E))^(1/2) times the width of a cell: twelve points then leave a remainder below 1e-16
_LARGEST_PHASE = 1.5
# linear systems, of twelve unknowns each, solved at once
_BLOCK = 4096
# cells between two normalizations of the wave
_STRIDE = 16


@dataclasses.dataclass(frozen=True)
class MassCells:
    """V and m at twelve Gauss points of each cell, deltas at the ends of cells, constants outside.

    Attributes:
        ends: ends of the cells in order, shape (cells + 1,) [length].
        v: V at the points, shape (cells, 12) [energy].
        m: m at the points, shape (cells, 12) [mass].
        kicks: strengths of the deltas at `ends`, shape (cells + 1,) [energy x length].
        v_left, v_right: V outside [energy].
        m_left, m_right: m outside [mass].
    """

    ends: np.ndarray
    v: np.ndarray
    m: np.ndarray
    kicks: np.ndarray
    v_left: float
    v_right: float
    m_left: float
    m_right: float

    @property
    def places(self) -> np.ndarray:
        """Gauss points of the cells, shape (cells, 12) [length]."""
        return self.ends[:-1, None] + np.diff(self.ends)[:, None] * (NODES + 1) / 2

    @property
    def weights(self) -> np.ndarray:
        """Quadrature weights of the Gauss points, shape (cells, 12) [length]."""
        return np.diff(self.ends)[:, None] * rule().weights

    @property
    def mirrored(self) -> MassCells:
        """V(-x) and m(-x)."""
        return MassCells(
            -self.ends[::-1],
            self.v[::-1, ::-1],
            self.m[::-1, ::-1],
            self.kicks[::-1],
            self.v_right,
            self.v_left,
            self.m_right,
            self.m_left,
        )


class Rule(NamedTuple):
    """Twelve Gauss points on (0, 1).

    Attributes:
        partial: matrix from values at the points to integrals from 0 to each point, shape (12, 12).
        weights: integrals from 0 to 1, shape (12,).
        ends: values at 0 and at 1, shape (2, 12).
    """

    partial: np.ndarray
    weights: np.ndarray
    ends: np.ndarray


@functools.cache
def rule() -> Rule:
    """Integration and interpolation matrices of the collocation."""
    count = NODES.size
    table = np.polynomial.legendre.legvander(NODES, count - 1)
    integrals = np.stack(
        [np.polynomial.legendre.legint(row, lbnd=-1) for row in np.eye(count)],
    )
    partial = np.stack([np.polynomial.legendre.legval(NODES, row) for row in integrals], axis=1) / 2
    whole = np.array([np.polynomial.legendre.legval(1.0, row) for row in integrals]) / 2
    inverse = np.linalg.inv(table)
    ends = np.polynomial.legendre.legvander(np.array([-1.0, 1.0]), count - 1)
    return Rule(partial @ inverse, whole @ inverse, ends @ inverse)


def mass_cells(
    potential: Callable[[Any], Any],
    mass: Callable[[Any], Any] | float,
    left: float,
    right: float,
    *,
    edges: Any = (),
    spikes: Any = (),
    strengths: Any = (),
    outside: tuple[float, float],
    masses: tuple[float, float] | None = None,
    highest: float,
    lowest: float | None = None,
    finer: int = 1,
) -> MassCells:
    """Cells on [left, right] that resolve waves of every energy from `lowest` to `highest`.

    Args:
        potential: V(x) of arrays, constant outside of the interval [energy].
        mass: m(x) of arrays, or a number [mass].
        left, right: ends of the interval [length].
        edges: positions of the jumps and kinks of V and of m [length].
        spikes, strengths: positions and strengths of deltas [length], [energy x length].
        outside: V to the left and to the right [energy].
        masses: m to the left and to the right; by default m at the ends, or the number.
        highest: largest energy [energy].
        lowest: smallest energy; by default the lower of the two V outside.
        finer: factor on the number of cells, to estimate the error by comparison.

    Returns:
        a MassCells.
    """
    terrain = surveyed(potential, left, right, edges, spikes, strengths, *outside)
    mass_terrain = surveyed(mass, left, right, (*edges, *spikes)) if callable(mass) else None
    ends = terrain.ends if mass_terrain is None else np.unique(np.concatenate([terrain.ends, mass_terrain.ends]))

    def gauss_masses(ends: np.ndarray) -> np.ndarray:
        if mass_terrain is None:
            return np.full((ends.size - 1, NODES.size), float(mass))  # type: ignore[arg-type]
        return _gauss_values(mass_terrain, ends)

    low = min(outside) if lowest is None else lowest
    v, m = _gauss_values(terrain, ends), gauss_masses(ends)
    size = np.maximum(np.abs(v - low), np.abs(v - highest)).max(axis=1) * m.max(axis=1)
    pieces = np.maximum(1, np.ceil(np.diff(ends) * np.sqrt(2 * size) / _LARGEST_PHASE)).astype(int) * finer
    cut = np.concatenate(
        [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(ends[:-1], ends[1:], pieces, strict=True)]
    )
    cut = np.append(cut, ends[-1])
    kicks = np.zeros(cut.size)
    for place, strength in zip(terrain.ends, terrain.kicks, strict=True):
        if strength:
            kicks[int(np.argmin(np.abs(cut - place)))] += strength
    m = gauss_masses(cut)
    if masses is None:
        masses = (float(m[0, 0]), float(m[-1, -1]))
    return MassCells(cut, _gauss_values(terrain, cut), m, kicks, terrain.v_left, terrain.v_right, *masses)


def _gauss_values(terrain: Terrain, ends: np.ndarray) -> np.ndarray:
    """Values at the Gauss points of cells, each of which is a part of a cell of the terrain."""
    middle, half = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 2
    cell = np.clip(np.searchsorted(terrain.ends, middle) - 1, 0, terrain.ends.size - 2)
    start, width = terrain.ends[cell], np.diff(terrain.ends)[cell]
    s = 2 * (middle[:, None] + half[:, None] * NODES - start[:, None]) / width[:, None] - 1
    return np.real(polynomial_at(terrain.coefficients[cell], s))


class CellMatrices(NamedTuple):
    """Transfer matrices of (psi, phi) at each energy.

    Attributes:
        across: matrices from the left end of each cell to its right end, shape (cells, energies, 2, 2).
        inside: matrices from the left end to each Gauss point, shape (cells, energies, 12, 2, 2); empty unless requested.
    """

    across: np.ndarray
    inside: np.ndarray


def cell_matrices(cells: MassCells, energies: np.ndarray, *, inside: bool = False) -> CellMatrices:
    """Transfer matrices of every cell at every energy.

    phi = phi_0 + S(2 (V - E) psi) and psi = psi_0 + S(m phi), S the integral up to each point: twelve linear equations for psi.

    Args:
        cells: V and m.
        energies: real or complex, shape (energies,).
        inside: whether to return the matrices to the Gauss points.
    """
    count, (partial, weights, _) = cells.v.shape[0], rule()
    width = np.diff(cells.ends)
    kind = np.result_type(energies, float)
    across = np.empty((count, energies.size, 2, 2), kind)
    to_points = np.empty((count, energies.size, NODES.size, 2, 2) if inside else (0,), kind)
    identity, ones = np.eye(NODES.size), np.ones(NODES.size)
    step = max(1, _BLOCK // max(energies.size, 1))
    for first in range(0, count, step):
        block = slice(first, first + step)
        h, m = width[block, None, None, None], cells.m[block, None, :]
        curvature = 2 * (cells.v[block, None, :] - energies[None, :, None])
        to_phi = h * partial * curvature[..., None, :]
        to_psi = h * partial * m[..., None, :]
        matrix = identity - to_psi @ to_phi
        right = np.empty((*matrix.shape[:-1], 2), kind)
        right[..., 0], right[..., 1] = ones, to_psi.sum(axis=-1)
        psi = np.linalg.solve(matrix, right)
        phi = to_phi @ psi
        phi[..., 1] += 1
        share = width[block, None, None] * weights
        across[block, :, 0] = np.einsum("cej,cejk->cek", np.broadcast_to(share * m, curvature.shape), phi)
        across[block, :, 0, 0] += 1
        across[block, :, 1] = np.einsum("cej,cejk->cek", share * curvature, psi)
        across[block, :, 1, 1] += 1
        if inside:
            to_points[block, :, :, 0], to_points[block, :, :, 1] = psi, phi
    return CellMatrices(across, to_points)


class EndVectors(NamedTuple):
    """A vector propagated through the cells, exp(logs) times values at the ends of the cells.

    Attributes:
        values: shape (cells + 1, 2, energies).
        logs: shape (cells + 1, energies).
    """

    values: np.ndarray
    logs: np.ndarray


def states_from_right(cells: MassCells, waves: CellMatrices, psi: np.ndarray, phi: np.ndarray) -> EndVectors:
    """(psi, phi) at every end of a cell, on the left of its delta, from (psi, phi) on the right of the last one."""
    count = waves.across.shape[0]
    values, logs = (
        np.empty((count + 1, 2, psi.size), np.result_type(psi, phi, waves.across)),
        np.zeros((count + 1, psi.size)),
    )
    phi = phi - 2 * cells.kicks[-1] * psi
    values[-1], log = (psi, phi), np.zeros(psi.size)
    for i in range(count - 1, -1, -1):
        m = waves.across[i]
        psi, phi = m[:, 1, 1] * psi - m[:, 0, 1] * phi, m[:, 0, 0] * phi - m[:, 1, 0] * psi
        phi = phi - 2 * cells.kicks[i] * psi
        if i % _STRIDE == 0:
            norm = np.abs(psi) + np.abs(phi)
            psi, phi, log = psi / norm, phi / norm, log + np.log(norm)
        values[i], logs[i] = (psi, phi), log
    return EndVectors(values, logs)


def rows_from_left(cells: MassCells, waves: CellMatrices, first: np.ndarray, second: np.ndarray) -> EndVectors:
    """The row (a, b) at every end of a cell, on the left of its delta, with a psi + b phi equal at all ends."""
    count = waves.across.shape[0]
    values = np.empty((count + 1, 2, first.size), np.result_type(first, second, waves.across))
    logs, log = np.zeros((count + 1, first.size)), np.zeros(first.size)
    values[0] = first, second
    for i in range(count):
        first = first - 2 * cells.kicks[i] * second
        m = waves.across[i]
        first, second = first * m[:, 1, 1] - second * m[:, 1, 0], second * m[:, 0, 0] - first * m[:, 0, 1]
        if i % _STRIDE == _STRIDE - 1:
            norm = np.abs(first) + np.abs(second)
            first, second, log = first / norm, second / norm, log + np.log(norm)
        values[i + 1], logs[i + 1] = (first, second), log
    return EndVectors(values, logs)
