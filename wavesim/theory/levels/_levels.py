"""Lowest levels of smooth one-dimensional wells on their own small grids (hbar = 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from wavesim.errors import ArgumentError


@dataclass(frozen=True)
class Levels:
    """The lowest bound states of a well.

    Attributes:
        energies: shape (count,), increasing [energy].
        errors: estimated error of each energy, shape (count,) [energy].
        x: grid points, shape (points,) [length].
        psi: real normalized wave functions, shape (count, points) [length^(-1/2)].
    """

    energies: np.ndarray
    errors: np.ndarray
    x: np.ndarray
    psi: np.ndarray


@dataclass(frozen=True)
class Doublet:
    """The two lowest states of a symmetric double well.

    Attributes:
        energy_symmetric: E_S [energy].
        energy_antisymmetric: E_A [energy].
        gap: E_A - E_S from the Wronskian identity, with no loss of digits by subtraction [energy].
        gap_error: estimated error of the gap [energy].
        overlap: O = 2 int_0^inf psi_S psi_A dx, which is 1 at weak coupling.
        x: points on both sides of the middle, shape (n,) [length].
        psi_symmetric: psi_S, normalized, positive, shape (n,) [length^(-1/2)].
        psi_antisymmetric: psi_A, normalized, positive at the right, shape (n,) [length^(-1/2)].
    """

    energy_symmetric: float
    energy_antisymmetric: float
    gap: float
    gap_error: float
    overlap: float
    x: np.ndarray
    psi_symmetric: np.ndarray
    psi_antisymmetric: np.ndarray


def grid_levels(
    potential: Callable[[Any], Any],
    left: float,
    right: float,
    *,
    count: int = 2,
    points: int = 128,
    mass: float = 1.0,
) -> Levels:
    """Lowest levels of a smooth well between hard walls, on the sinc (Colbert-Miller) grid.

    Converges faster than any power of the spacing for smooth V; slowly where V has jumps (use
    levels_by_shooting there). Levels closer than 1e-13 are not resolved: use doublet for those.

    Args:
        potential: V(x) on an array of positions [energy].
        left: left wall [length].
        right: right wall [length].
        count: number of levels.
        points: grid points between the walls.
        mass: particle mass.

    Returns:
        Levels, whose errors are the change from three quarters of the points (rounding included).

    Raises:
        ValueError: if the walls are out of order or the points too few for the levels.

    Source:
        Colbert and Miller, J. Chem. Phys. 96 (1992) 1982, eq. A6.
    """
    if not left < right:
        raise ArgumentError("right", f"must be greater than left, but they are {right} and {left}; exchange them.")
    if count < 1 or 3 * points // 4 < count:
        raise ArgumentError(
            "count", f"must lie between 1 and three quarters of the {points} points, but is {count}; take more points."
        )
    coarse, _, _, _ = _sinc_levels(potential, left, right, count, 3 * points // 4, mass)
    energies, x, psi, largest = _sinc_levels(potential, left, right, count, points, mass)
    errors = np.abs(energies - coarse) + 4 * np.finfo(float).eps * largest
    return Levels(energies, errors, x, psi)


def _sinc_levels(
    potential: Callable[[Any], Any], left: float, right: float, count: int, points: int, mass: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    n = points + 1
    i = np.arange(1, n)
    dx = (right - left) / n
    x = left + dx * i
    difference, total = i[:, None] - i, i[:, None] + i
    off = np.where(difference == 0, 1, difference)
    kinetic = 1 / np.sin(np.pi * off / (2 * n)) ** 2 - 1 / np.sin(np.pi * total / (2 * n)) ** 2
    kinetic = np.where(difference == 0, (2 * n**2 + 1) / 3 - 1 / np.sin(np.pi * i / n) ** 2, kinetic)
    kinetic = kinetic * np.where(difference % 2 == 0, 1.0, -1.0) * (np.pi / (right - left)) ** 2 / (4 * mass)
    v = _real_values(potential, x)
    energies, vectors = scipy.linalg.eigh(kinetic + np.diag(v), subset_by_index=(0, count - 1))
    psi = vectors.T / np.sqrt(dx)
    # Convention for the sign: the outermost lobe on the right is positive.
    last = np.array([row[np.flatnonzero(np.abs(row) > 1e-3 * np.abs(row).max())[-1]] for row in psi])
    return energies, x, psi * np.sign(last)[:, None], float(np.abs(v).max() + np.abs(kinetic).max())


def doublet(potential: Callable[[Any], Any], half_length: float, *, points: int = 128, mass: float = 1.0) -> Doublet:
    """Lowest doublet of a smooth symmetric double well, with a gap that keeps its digits down to 1e-13 and less.

    The symmetric and the antisymmetric state are eigenvectors of separate Fourier matrices on the half grid, so rounding
    cannot mix them. The gap follows without subtraction from the Wronskian identity
    E_A - E_S = psi_S(0) psi_A'(0)/(2 m int_0^inf psi_S psi_A dx).

    Args:
        potential: even, smooth V(x) on an array of positions [energy]; only x > 0 is used.
        half_length: half of the box, where both states must have vanished [length].
        points: grid points on the half line.
        mass: particle mass.

    Returns:
        A Doublet; its gap_error combines the change from three quarters of the points with rounding.

    Raises:
        ValueError: if half_length or the number of points is too small.

    When not to use:
        Where V has jumps or kinks: doublet_by_shooting is then faster and accurate to rounding.
    """
    if not half_length > 0:
        raise ArgumentError("half_length", f"must be positive, but is {half_length}; give the distance to the wall.")
    if points < 8:
        raise ArgumentError("points", f"must be at least 8, but is {points}; 128 suffice for most wells.")
    coarse, _ = _fourier_doublet(potential, half_length, 3 * points // 4, mass)
    fine, largest = _fourier_doublet(potential, half_length, points, mass)
    # psi(0) ~ sqrt(gap) is a small component of an eigenvector, whose rounding error is absolute.
    rounding = 4 * np.finfo(float).eps * np.sqrt(fine.gap * largest)
    error = abs(fine.gap - coarse.gap) + rounding
    return Doublet(**{**fine.__dict__, "gap_error": float(error)})


def _fourier_doublet(
    potential: Callable[[Any], Any], half_length: float, points: int, mass: float
) -> tuple[Doublet, float]:
    n = np.arange(points)
    x = (n + 0.5) * half_length / points
    v = _real_values(potential, x)
    k_even, k_odd = np.pi * n / half_length, np.pi * (n + 1) / half_length
    # Cosines cos(k x) and sines sin(k x) sampled at midpoints, as orthonormal matrices (mode, point).
    cosines = np.asarray(scipy.fft.dct(np.eye(points), type=2, norm="ortho", axis=0))
    sines = np.asarray(scipy.fft.dst(np.eye(points), type=2, norm="ortho", axis=0))
    energy_s, c_s, psi_s = _ground_state(cosines, k_even, v, mass)
    energy_a, c_a, psi_a = _ground_state(sines, k_odd, v, mass)
    # Amplitudes of the modes as functions of x; the states have norm 1/2 on each half line.
    c_s = c_s / np.sqrt(half_length) * np.where(n == 0, np.sqrt(0.5), 1.0)
    c_a = c_a / np.sqrt(half_length) * np.where(n == points - 1, np.sqrt(0.5), 1.0)
    value, slope = c_s.sum(), c_a @ k_odd
    i, j = n[:, None], n[None, :] + 1
    parity = (i + j) % 2 == 1
    integrals = np.where(parity, 2 * half_length / np.pi * j / np.where(parity, j**2 - i**2, 1), 0.0)
    half_overlap = c_s @ integrals @ c_a
    scale = np.sqrt(points / half_length / 2)
    doublet_ = Doublet(
        energy_symmetric=energy_s,
        energy_antisymmetric=energy_a,
        gap=float(value * slope / (2 * mass * half_overlap)),
        gap_error=0.0,
        overlap=float(2 * half_overlap),
        x=np.concatenate([-x[::-1], x]),
        psi_symmetric=scale * np.concatenate([psi_s[::-1], psi_s]),
        psi_antisymmetric=scale * np.concatenate([-psi_a[::-1], psi_a]),
    )
    return doublet_, float(k_odd[-1] ** 2 / (2 * mass) + np.abs(v).max())


def _ground_state(modes: np.ndarray, k: np.ndarray, v: np.ndarray, mass: float) -> tuple[float, np.ndarray, np.ndarray]:
    hamiltonian = modes.T @ (modes * (k**2 / (2 * mass))[:, None]) + np.diag(v)
    energies, vectors = scipy.linalg.eigh(hamiltonian, subset_by_index=(0, 0))
    psi = vectors[:, 0] * np.sign(vectors[:, 0].sum())
    return float(energies[0]), modes @ psi, psi


def _real_values(potential: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    v = np.broadcast_to(np.asarray(potential(x)), x.shape)
    if np.iscomplexobj(v) or not np.all(np.isfinite(v)):
        raise ArgumentError(
            "potential", "must be real and finite between the walls, but is not; leave absorbers out or move the walls."
        )
    return v.astype(float)
