"""Bound levels for a position-dependent mass, by counting nodes (hbar = 1)."""

from __future__ import annotations

import numpy as np
import scipy

from wavesim.errors import NumericsError

from ._mass_cells import MassCells, cell_matrices

_HALVINGS = 200
_EPS = float(np.finfo(float).eps)


def mass_levels(cells: MassCells, count: int) -> np.ndarray:
    """The `count` lowest bound levels, below V on both sides.

    The wave that is exp(kappa x) on the left has as many nodes as there are levels below E (Sturm); cells are so short that each has at most
    one node. The count brackets each level, and Brent's method finds it as a zero of psi'/m + kappa psi/m on the right.

    Args:
        cells: V and m, from `mass_cells` with `lowest` below the bottom of the well.
        count: number of levels.

    Returns:
        energies, increasing, shape (count,) [energy].

    Raises:
        NumericsError: if there are fewer bound levels.

    Source: J. D. Pryce, Numerical Solution of Sturm-Liouville Problems (1993), section 5.2.
    """
    rim, floor = min(cells.v_left, cells.v_right), float(np.min(cells.v))
    # attractive deltas bind below the lowest V, but no deeper than one delta of their total strength
    floor -= float(np.max(cells.m)) * float(np.sum(np.minimum(cells.kicks, 0.0))) ** 2 / 2
    if not floor < rim:
        raise NumericsError("levels need a well, but V is nowhere below its values outside; deepen it.")
    top = rim - 64 * _EPS * max(abs(rim), abs(floor))
    if nodes_below(cells, top) < count:
        raise NumericsError(
            f"the well must hold {count} levels, but holds {nodes_below(cells, top)} below its rim; ask for fewer, or deepen or widen it."
        )
    return np.array([_level(cells, place, floor, top) for place in range(count)])


def nodes_below(cells: MassCells, energy: float) -> int:
    """Number of levels below an energy, which must lie below V on both sides."""
    psi, mismatch = _shoot(cells, energy)
    signs = np.sign(psi[psi != 0])
    # psi and its growing part on the right of opposite sign: one more node beyond the last cell
    return int(np.count_nonzero(signs[1:] != signs[:-1])) + int(mismatch * signs[-1] < 0)


def _level(cells: MassCells, place: int, floor: float, top: float) -> float:
    low, high = floor, top
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        below = nodes_below(cells, middle)
        low, high = (low, middle) if below > place else (middle, high)
        if nodes_below(cells, high) == place + 1 and nodes_below(cells, low) == place:
            ends = [_shoot(cells, end)[1] for end in (low, high)]
            if ends[0] * ends[1] < 0:
                energy = scipy.optimize.brentq(
                    lambda energy: _shoot(cells, energy)[1],
                    low,
                    high,
                    xtol=4 * _EPS * abs(top - floor),
                    rtol=8 * np.finfo(float).eps,
                )
                return float(np.asarray(energy).item())
    return (low + high) / 2


def _shoot(cells: MassCells, energy: float) -> tuple[np.ndarray, float]:
    """Normalized psi at the ends of the cells, and psi'/m + kappa psi/m on the right of the last."""
    across = cell_matrices(cells, np.array([energy])).across[:, 0]
    left, right = (
        np.sqrt(2 * (v - energy) / m) for v, m in ((cells.v_left, cells.m_left), (cells.v_right, cells.m_right))
    )
    psi, phi = 1.0, float(left)
    values = [psi]
    for matrix, kick in zip(across, cells.kicks, strict=False):
        phi += 2 * kick * psi
        psi, phi = matrix[0, 0] * psi + matrix[0, 1] * phi, matrix[1, 0] * psi + matrix[1, 1] * phi
        size = abs(psi) + abs(phi)
        psi, phi = psi / size, phi / size
        values.append(psi)
    phi += 2 * cells.kicks[-1] * psi
    return np.array(values), float(phi + right * psi)
