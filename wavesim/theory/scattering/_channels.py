"""Coupled channels: scattering by V(x, y) expanded in transverse modes, exact in the limit of many channels and slices (hbar = 1)."""

import math
from collections.abc import Callable

import numpy as np

from wavesim.errors import ArgumentError


def channel_waves(
    coupling: Callable[[float], np.ndarray],
    thresholds: np.ndarray,
    energies: np.ndarray,
    incident: np.ndarray,
    *,
    left: float,
    right: float,
    mass: float = 1.0,
    slices: int = 24,
) -> np.ndarray:
    """psi in each channel at `right`, for waves from the left: psi_n(x) = incident_n exp(i K_n (x - left)) + reflected waves.

    psi(x, y) = sum_n psi_n(x) chi_n(y), with -psi_n''/2m + sum_m V_nm(x) psi_m = (E - thresholds_n) psi_n. In each slice V is
    the constant at its middle, solved exactly. The ratio Z = psi' psi^-1 is propagated from the outgoing or decaying wave on the right to the
    left, which keeps closed channels stable, then psi from left to right. Results for n, 1.5 n and 2 n slices are extrapolated in h^2.

    Args:
        coupling: the real symmetric matrix V_nm at x, shape (channels, channels) [energy].
        thresholds: energies of the channels without V, shape (channels,) [energy].
        energies: total energies, shape (count,) [energy].
        incident: amplitudes at `left`, shape (count, channels); those of closed channels have no effect.
        left, right: positions outside of which V is zero [length].
        mass: particle mass.
        slices: n, the smallest of the three numbers of slices.

    Returns:
        psi_n at `right`, shape (count, channels), complex. The flux in channel n is K_n |psi_n|^2/m, K_n = sqrt(2m(E - thresholds_n)).

    Raises:
        ValueError: if left < right does not hold.

    Source:
        the ratio's recursion is D. E. Manolopoulos, J. Chem. Phys. 85, 6425 (1986), eqs. (11)-(15), with a reference that is diagonal in the
        slice's own states.
    """
    if not left < right:
        raise ArgumentError("right", f"must be greater than left, but they are {right} and {left}; exchange them.")
    energies = np.asarray(energies, dtype=float)
    counts = (slices, math.ceil(1.5 * slices), 2 * slices)
    waves = (_sliced_waves(coupling, thresholds, energies, incident, left, right, mass, count) for count in counts)
    shares = (math.prod(n**2 / (n**2 - m**2) for m in counts if m != n) for n in counts)
    return np.sum([share * wave for share, wave in zip(shares, waves, strict=True)], axis=0)


def channel_momenta(thresholds: np.ndarray, energies: np.ndarray, mass: float = 1.0) -> np.ndarray:
    """K_n = sqrt(2m(E - thresholds_n)), i|K_n| where the channel is closed; shape (count, channels)."""
    return np.sqrt(2 * mass * (np.asarray(energies)[:, None] - thresholds) + 0j)


def _sliced_waves(
    coupling: Callable[[float], np.ndarray],
    thresholds: np.ndarray,
    energies: np.ndarray,
    incident: np.ndarray,
    left: float,
    right: float,
    mass: float,
    slices: int,
) -> np.ndarray:
    width, count = (right - left) / slices, len(thresholds)
    outside = 1j * channel_momenta(thresholds, energies, mass)
    diagonal = np.arange(count)
    ratio = np.zeros((len(energies), count, count), dtype=complex)
    ratio[:, diagonal, diagonal] = outside
    before, kept = np.eye(count), []
    for n in reversed(range(slices)):
        levels, vectors = np.linalg.eigh(np.diag(thresholds) + coupling(left + (n + 0.5) * width))
        change = before.T @ vectors
        near, far = _slice_ratios(2 * mass * (levels - energies[:, None]), width)
        inner, source = -_transformed(ratio, change), np.zeros_like(ratio)
        inner[:, diagonal, diagonal] += near
        source[:, diagonal, diagonal] = far
        step = np.linalg.solve(inner, source)
        kept.append((step, change))
        ratio = far[:, :, None] * step
        ratio[:, diagonal, diagonal] -= near
        before = vectors
    start = _transformed(ratio, before.T)
    start[:, diagonal, diagonal] += outside
    waves = np.linalg.solve(start, (2 * outside * np.asarray(incident))[:, :, None])[:, :, 0] @ before
    for step, change in reversed(kept):
        waves = np.einsum("eij,ej->ei", step, waves) @ change.T
    return waves


def _transformed(matrices: np.ndarray, change: np.ndarray) -> np.ndarray:
    """change^T M change for symmetric M and real `change`.

    All matrices are stacked, real and imaginary parts apart: two products of tall matrices are faster than many small ones.
    """
    rows = np.stack([np.real(matrices), np.imag(matrices)])
    for _ in range(2):
        rows = (rows.reshape(-1, len(change)) @ change).reshape(rows.shape).swapaxes(2, 3)
    return rows[0] + 1j * rows[1]


def _slice_ratios(square: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """k coth(k h) and k / sinh(k h) for k^2 of either sign: psi' at both ends of a slice in terms of psi there."""
    k = np.sqrt(np.abs(square)) + 1e-12 / width
    phase = np.minimum(k * width, 700.0)
    closed = square > 0
    return (
        np.where(closed, k / np.tanh(phase), k / np.tan(phase)),
        np.where(closed, k / np.sinh(phase), k / np.sin(phase)),
    )
