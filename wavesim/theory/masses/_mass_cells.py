"""V(x) and m(x) on cells, and the waves of BenDaniel and Duke's equation across them (hbar = 1).

-(1/2) (psi'/m)' + V psi = E psi, so that psi and phi = psi'/m go on through a jump of m: psi' = m phi, phi' = 2 (V - E) psi.
On each cell both are polynomials of degree 12 that obey the equation at Gauss's points. That rule is symplectic: the flux Im(psi* phi)
is the same on both sides of a cell to rounding, whatever V and m are.

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

# abs(2 m (V - E))^(1/2) times the width of a cell stays below it: the twelve points then leave a remainder below 1e-16
_LARGEST_PHASE = 1.5
# systems of twelve unknowns that are solved at a time
_BLOCK = 4096
# cells after which what is carried along is divided by its size
_STRIDE = 16


@dataclasses.dataclass(frozen=True)
class MassCells:
    """V and m at Gauss's twelve points of each cell, deltas at the ends of cells, constants outside.

    Attributes:
        ends: of the cells in order, shape (cells + 1,) [length].
        v: shape (cells, 12) [energy].
        m: shape (cells, 12) [mass].
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
        """The points, shape (cells, 12) [length]."""
        return self.ends[:-1, None] + np.diff(self.ends)[:, None] * (NODES + 1) / 2

    @property
    def weights(self) -> np.ndarray:
        """Weights of an integral over the points, shape (cells, 12) [length]."""
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
    """Gauss's points on (0, 1).

    Attributes:
        upto: integrals of the polynomials through the points, from 0 to each of them, shape (12, 12).
        weights: integrals from 0 to 1, shape (12,).
        ends: values at 0 and at 1, shape (2, 12).
    """

    upto: np.ndarray
    weights: np.ndarray
    ends: np.ndarray


@functools.cache
def rule() -> Rule:
    """The integrals that collocation needs."""
    count = NODES.size
    table = np.polynomial.legendre.legvander(NODES, count - 1)
    integrals = np.stack(
        [np.polynomial.legendre.legint(row, lbnd=-1) for row in np.eye(count)],
    )
    upto = np.stack([np.polynomial.legendre.legval(NODES, row) for row in integrals], axis=1) / 2
    whole = np.array([np.polynomial.legendre.legval(1.0, row) for row in integrals]) / 2
    inverse = np.linalg.inv(table)
    ends = np.polynomial.legendre.legvander(np.array([-1.0, 1.0]), count - 1)
    return Rule(upto @ inverse, whole @ inverse, ends @ inverse)


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
    """Cells on [left, right] that serve every energy from `lowest` to `highest`.

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
        finer: cut every cell into so many more, for a second resolution.

    Returns:
        the cells.
    """
    terrain = surveyed(potential, left, right, edges, spikes, strengths, *outside)
    fixed = None if callable(mass) else float(mass)
    weight = None
    if callable(mass):
        weight = surveyed(mass, left, right, (*edges, *spikes))
    ends = terrain.ends if weight is None else np.unique(np.concatenate([terrain.ends, weight.ends]))
    low = min(outside) if lowest is None else lowest
    v, m = _on(terrain, ends), np.full((ends.size - 1, NODES.size), fixed) if weight is None else _on(weight, ends)
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
    heavy = np.full((cut.size - 1, NODES.size), fixed) if weight is None else _on(weight, cut)
    if masses is None:
        masses = (float(heavy[0, 0]), float(heavy[-1, -1]))
    return MassCells(cut, _on(terrain, cut), heavy, kicks, terrain.v_left, terrain.v_right, *masses)


def _on(terrain: Terrain, ends: np.ndarray) -> np.ndarray:
    """Values at Gauss's points of cells that are parts of the terrain's."""
    middle, half = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 2
    cell = np.clip(np.searchsorted(terrain.ends, middle) - 1, 0, terrain.ends.size - 2)
    start, width = terrain.ends[cell], np.diff(terrain.ends)[cell]
    s = 2 * (middle[:, None] + half[:, None] * NODES - start[:, None]) / width[:, None] - 1
    return np.real(polynomial_at(terrain.coefficients[cell], s))


class Crossed(NamedTuple):
    """Waves across all cells at each energy; the columns are the waves that begin as (1, 0) and (0, 1) in (psi, phi).

    Attributes:
        across: matrices of (psi, phi) over each cell, shape (cells, energies, 2, 2).
        inside: the same from the left end to each point, shape (cells, energies, 12, 2, 2); empty where nobody looks.
    """

    across: np.ndarray
    inside: np.ndarray


def crossed(cells: MassCells, energies: np.ndarray, *, inside: bool = False) -> Crossed:
    """Solve every cell for every energy.

    With phi = phi_0 + S(2 (V - E) psi) and psi = psi_0 + S(m phi), S the integral up to each point, psi follows from twelve
    linear equations.

    Args:
        cells: V and m.
        energies: real or complex, shape (energies,).
        inside: whether the waves at the points are wanted.
    """
    count, (upto, weights, _) = cells.v.shape[0], rule()
    width = np.diff(cells.ends)
    kind = np.result_type(energies, float)
    across = np.empty((count, energies.size, 2, 2), kind)
    kept = np.empty((count, energies.size, NODES.size, 2, 2) if inside else (0,), kind)
    identity, ones = np.eye(NODES.size), np.ones(NODES.size)
    step = max(1, _BLOCK // max(energies.size, 1))
    for first in range(0, count, step):
        some = slice(first, first + step)
        h, m = width[some, None, None, None], cells.m[some, None, :]
        pull = 2 * (cells.v[some, None, :] - energies[None, :, None])
        to_phi = h * upto * pull[..., None, :]
        to_psi = h * upto * m[..., None, :]
        matrix = identity - to_psi @ to_phi
        right = np.empty((*matrix.shape[:-1], 2), kind)
        right[..., 0], right[..., 1] = ones, to_psi.sum(axis=-1)
        psi = np.linalg.solve(matrix, right)
        phi = to_phi @ psi
        phi[..., 1] += 1
        share = width[some, None, None] * weights
        across[some, :, 0] = np.einsum("cej,cejk->cek", np.broadcast_to(share * m, pull.shape), phi)
        across[some, :, 0, 0] += 1
        across[some, :, 1] = np.einsum("cej,cejk->cek", share * pull, psi)
        across[some, :, 1, 1] += 1
        if inside:
            kept[some, :, :, 0], kept[some, :, :, 1] = psi, phi
    return Crossed(across, kept)


class Chain(NamedTuple):
    """A vector carried from end to end of the cells, divided by exp(log) at each.

    Attributes:
        values: shape (cells + 1, 2, energies).
        logs: shape (cells + 1, energies).
    """

    values: np.ndarray
    logs: np.ndarray


def states_from_right(cells: MassCells, waves: Crossed, psi: np.ndarray, phi: np.ndarray) -> Chain:
    """(psi, phi) at every end, before the kick of the delta there, from what stands to the right of everything."""
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
    return Chain(values, logs)


def rows_from_left(cells: MassCells, waves: Crossed, first: np.ndarray, second: np.ndarray) -> Chain:
    """The row (a, b) at every end, before the kick there, for which a psi + b phi is the same at all of them."""
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
    return Chain(values, logs)
