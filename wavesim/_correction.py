"""Lowest states of a Fourier grid too large for a dense matrix: finite differences first, then corrected."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy

from .errors import NumericsError

# Second derivative of eighth order on nine points. Source: B. Fornberg, Math. Comp. 51, 699 (1988), table 1.
_STENCIL = (-205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560)
# States iterated in addition to those requested.
_GUARDS = 4
# Residual at convergence, relative to the highest energy of the block above the minimum of V; the error of a level is of second order in it.
_RESIDUAL = 1e-9
# Iterations from one start, and starts with a growing block.
_MOST_ROUNDS, _MOST_STARTS = 80, 3


def lowest_by_correction(samples: np.ndarray, step: float, mass: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The lowest eigenstates of p^2/2m + V on a periodic Fourier grid of one dimension, of any size.

    Eighth-order differences give a sparse matrix, whose lowest states by Lanczos' method are the start, and whose LU factors turn the residual
    H psi - E psi into a correction; Rayleigh-Ritz in the space of states, corrections and last steps follows (Davidson). The sparse matrix's
    negative pivots count the levels below the highest one requested: if one is missing, the start is repeated with more states.

    Args:
        samples: V, shape (points,) [energy].
        step: spacing [length].
        mass: mass of the particle.
        count: number of states.

    Returns:
        energies, shape (count,), and states of unit sum of squares, shape (count, points).

    Raises:
        NumericsError: if the states do not converge, or one is missing after three starts.

    Source: E. R. Davidson, J. Comput. Phys. 17, 87 (1975).
    """
    points = len(samples)
    kinetic = (2 * math.pi * scipy.fft.rfftfreq(points, step)) ** 2 / (2 * mass)
    sparse = _differences(points, step, mass) + scipy.sparse.diags_array(samples)
    shift = float(samples.min()) - 1e-3 * max(float(np.ptp(samples)), float(kinetic[1]))
    factors = scipy.sparse.linalg.splu((sparse - shift * scipy.sparse.eye_array(points)).tocsc())
    for extra in range(_MOST_STARTS):
        block = min(count + _GUARDS * 2**extra, points - 2)
        _, start = _lanczos(sparse, factors, shift, block)
        energies, states = _corrected(start.T, samples, kinetic, factors, count)
        between = float(energies[count - 1] + energies[count]) / 2
        if _below(sparse, between) == count:
            return energies[:count], states[:count]
    raise NumericsError(
        f"the {count} lowest levels of {points} points must all be found, but one is missing after {_MOST_STARTS} starts; "
        "take a smaller box or fewer points."
    )


def _differences(points: int, step: float, mass: float) -> Any:
    """-d^2/dx^2/2m on a ring."""
    index = np.arange(points)
    rows, columns, values = [], [], []
    for distance, weight in enumerate(_STENCIL):
        for offset in {distance, -distance}:
            rows.append(index)
            columns.append((index + offset) % points)
            values.append(np.full(points, -weight / (2 * mass * step**2)))
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return scipy.sparse.csc_array(scipy.sparse.coo_array(entries, shape=(points, points)))


def _lanczos(
    sparse: Any, factors: scipy.sparse.linalg.SuperLU, shift: float, block: int
) -> tuple[np.ndarray, np.ndarray]:
    points = sparse.shape[0]
    # scipy's type stubs miss the operator's arguments and take tolerances for integers
    inverse: Any = scipy.sparse.linalg.LinearOperator((points, points), matvec=factors.solve, dtype=float)  # type: ignore[call-arg]
    start, tolerance = np.random.default_rng(block).standard_normal(points), 1e-8
    return scipy.sparse.linalg.eigsh(sparse, k=block, sigma=shift, OPinv=inverse, v0=start, tol=tolerance)  # type: ignore[arg-type]


def _below(sparse: Any, energy: float) -> int:
    """Eigenvalues of a symmetric matrix below an energy, by Sylvester's law of inertia."""
    shifted = (sparse - energy * scipy.sparse.eye_array(sparse.shape[0])).tocsc()
    options = {"SymmetricMode": True}
    factors = scipy.sparse.linalg.splu(shifted, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    return int(np.sum(factors.U.diagonal() < 0))


def _corrected(
    start: np.ndarray,
    samples: np.ndarray,
    kinetic: np.ndarray,
    factors: scipy.sparse.linalg.SuperLU,
    count: int,
) -> tuple[np.ndarray, np.ndarray]:
    points, block = len(samples), len(start)

    def applied(states: np.ndarray) -> np.ndarray:
        return scipy.fft.irfft(kinetic * scipy.fft.rfft(states, axis=1), points, axis=1) + samples * states

    basis, last = np.linalg.qr(start.T)[0].T, np.inf
    energies, states = np.zeros(block), basis
    for _ in range(_MOST_ROUNDS):
        image = applied(basis)
        energies, mix = np.linalg.eigh(basis @ image.T)
        energies, mix = energies[:block], mix[:, :block]
        states, image = mix.T @ basis, mix.T @ image
        residual = image - energies[:, None] * states
        size = np.linalg.norm(residual[:count], axis=1).max()
        scale = float(energies[-1]) - float(samples.min())
        # the residual cannot fall below the rounding error of H psi
        if size <= _RESIDUAL * scale or (size > 0.5 * last and size <= 1e-6 * scale):
            return energies, states
        last = size
        step = (mix[block:].T @ basis[block:]) if len(basis) > block else states[:0]
        basis = np.linalg.qr(np.concatenate([states, factors.solve(residual.T).T, step]).T)[0].T
    raise NumericsError(
        f"the {count} lowest levels of {points} points must converge, but after {_MOST_ROUNDS} rounds they leave a residual of {last:.1g}; "
        "take a smaller box or fewer points."
    )
