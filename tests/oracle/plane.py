"""Levels in the plane on products of sinc functions, which share nothing with grids of waves but the spacing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh


def levels(
    potential: Callable[[np.ndarray, np.ndarray], np.ndarray], half: tuple[float, float], points: int, count: int
) -> np.ndarray:
    """The lowest levels of a particle of mass 1 on a mesh of `points` x `points` from -half to half along each axis.

    T_ij = (-1)^(i-j)/(h^2 (i - j)^2), T_ii = pi^2/(6 h^2).

    Source: D. T. Colbert, W. H. Miller, J. Chem. Phys. 96, 1982 (1992), eq. (2.1).
    """
    lines, kinetic = [], []
    for reach in half:
        step = 2 * reach / (points - 1)
        apart = np.subtract.outer(np.arange(points), np.arange(points))
        away = (-1.0) ** apart / np.where(apart == 0, 1, apart) ** 2
        kinetic.append(np.where(apart == 0, np.pi**2 / 6, away) / step**2)
        lines.append(np.linspace(-reach, reach, points))
    v = potential(lines[0][:, None], lines[1][None])

    def moved(flat: np.ndarray) -> np.ndarray:
        psi = flat.reshape(points, points)
        return (kinetic[0] @ psi + psi @ kinetic[1] + v * psi).ravel()

    h = LinearOperator(shape=(points**2, points**2), matvec=moved, dtype=float)  # type: ignore[call-arg]
    return np.sort(eigsh(h, count, which="SA", ncv=60, v0=np.exp(-v + v.min()).ravel())[0])


def coupled_gap(barrier: float, half: float, frequency: float, coupling: float, points: int = 72) -> float:
    """The gap of V = B ((x/a)^2 - 1)^2 + w^2 (y - c x)^2/2."""

    def potential(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return barrier * ((x / half) ** 2 - 1) ** 2 + frequency**2 / 2 * (y - coupling * x) ** 2

    lower, upper = levels(potential, (5.2, 6.5), points, 2)
    return float(upper - lower)
