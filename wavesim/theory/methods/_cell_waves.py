"""Waves across the cells of a piecewise polynomial potential, for every energy of a band at once (hbar = 1).

On each cell psi'' = 2 m (V - E) psi is solved at a few energies by a power series about its middle. psi is an entire function of E, so
Chebyshev interpolation gives it at any other energy of the band, to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._entire import scaled_cosh_sinhc
from ._terrain import Terrain

# upper bound on abs(2 m (V - E)) (width/2)^2: 34 terms of the series and 18 energies then leave a remainder below 1e-17
_LARGEST_SQUARE = 4.0
_TERMS, _ENERGIES = 34, 18
# width below which a cell is not cut, relative to the largest abs(x)
_SHORTEST = 1e-12
# largest number of cells whose series are computed at once
_BLOCK = 2048
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
# cells between two normalizations of the wave, which grows by at most exp(4) in each
_STRIDE = 32


@dataclass(frozen=True)
class CellWaves:
    """Transfer matrices of (psi, psi') across the cells of a terrain, and overlap integrals of a packet with the waves.

    Attributes:
        terrain: V, on cells short enough for the series to converge.
        mass: mass of the particle.
        band: lowest and highest energy [energy].
        matrices: Chebyshev coefficients in the energy of the entries m11, m12, m21, m22, shape (cells, 4, energies); nan where V is constant.
        overlaps: Chebyshev coefficients of int psi_j(x) packet(x) dx over each cell, psi_1 and psi_2 being (1, 0) and (0, 1) at its left
            end, shape (cells, 2, energies); None without a packet.
    """

    terrain: Terrain
    mass: float
    band: tuple[float, float]
    matrices: np.ndarray
    overlaps: np.ndarray | None = None

    @classmethod
    def over(
        cls,
        terrain: Terrain,
        band: tuple[float, float],
        mass: float,
        packet: Callable[[np.ndarray], np.ndarray] | None = None,
        finer: int = 1,
    ) -> CellWaves:
        """Prepare the waves of all energies in `band`.

        Args:
            terrain: V.
            band: lowest and highest energy [energy].
            mass: mass of the particle.
            packet: psi(x) of an array, for its overlap integrals; None to compute none.
            finer: factor on the number of cells, to estimate the error by comparison.
        """
        middle, half_width = (band[0] + band[1]) / 2, (band[1] - band[0]) / 2
        half = np.diff(terrain.ends) / 2
        size = (
            np.abs(terrain.coefficients[:, 0] - middle)
            + half_width
            + np.sum(np.abs(terrain.coefficients[:, 1:]), axis=1)
        )
        pieces = np.maximum(1, np.ceil(half * np.sqrt(2 * mass * size / _LARGEST_SQUARE))).astype(int) * finer
        if packet is None:
            pieces[terrain.flat] = 1
        # bisection towards an unlisted jump ends in a cell too short to have a middle
        pieces[2 * half < _SHORTEST * float(np.max(np.abs(terrain.ends)))] = 1
        terrain = terrain.cut(pieces)
        nodes = np.cos(np.pi * (np.arange(_ENERGIES) + 0.5) / _ENERGIES)
        energies = middle + half_width * nodes
        # the closed form serves cells of constant V, but has no overlap integrals
        curved = np.flatnonzero(~terrain.flat) if packet is None else np.arange(terrain.ends.size - 1)
        matrices = np.full((terrain.ends.size - 1, 4, _ENERGIES), np.nan)
        overlaps = None if packet is None else np.zeros((curved.size, 2, _ENERGIES), complex)
        for block in np.array_split(curved, 1 + curved.size // _BLOCK):
            entries, integrals = _series_on_cells(terrain, block, energies, mass, packet)
            if np.iscomplexobj(entries) and not np.iscomplexobj(matrices):
                matrices = matrices.astype(complex)
            matrices[block] = _chebyshev(entries)
            if overlaps is not None:
                overlaps[block] = _chebyshev(integrals)
        return cls(terrain, mass, band, matrices, overlaps)

    def at(self, energies: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Matrices and overlaps at given energies, shape (count,), in the band or in the complex plane near it.

        Returns:
            entries, shape (cells, 4, count); exponents s, shape (cells, count), with the matrices exp(s) times the entries; and overlaps,
            shape (cells, 2, count), empty without a packet.
        """
        half_width = (self.band[1] - self.band[0]) / 2
        t = (energies - (self.band[0] + self.band[1]) / 2) / (half_width or 1.0)
        basis = np.empty((_ENERGIES, t.size), t.dtype)
        basis[0], basis[1] = 1.0, t
        for n in range(2, _ENERGIES):
            basis[n] = 2 * t * basis[n - 1] - basis[n - 2]
        entries = (self.matrices.reshape(-1, _ENERGIES) @ basis).reshape(-1, 4, t.size)
        # set the determinant to exactly 1: rounding errors of equal cells are equal and would add up to a gain or loss of flux
        entries *= (3 - entries[:, :1] * entries[:, 3:] + entries[:, 1:2] * entries[:, 2:3]) / 2
        exponents = np.zeros((entries.shape[0], t.size))
        flat = np.flatnonzero(np.isnan(self.matrices[:, 0, 0]))
        if flat.size:
            width = np.diff(self.terrain.ends)[flat, None]
            square = 2 * self.mass * (self.terrain.coefficients[flat, :1] - energies)
            cosh, sinhc, exponents[flat] = scaled_cosh_sinhc(square * width**2)
            entries[flat] = np.stack([cosh, width * sinhc, square * width * sinhc, cosh], axis=1)
        overlaps = np.zeros((0, 2, t.size))
        if self.overlaps is not None:
            overlaps = (self.overlaps.reshape(-1, _ENERGIES) @ basis).reshape(-1, 2, t.size)
        return entries, exponents, overlaps

    def to_left(self, psi: np.ndarray, slope: np.ndarray, energies: np.ndarray) -> tuple[np.ndarray, ...]:
        """Propagate psi and psi' from the right end to the left; returns both divided by exp(log), and log, each of shape (count,)."""
        entries, exponents, _ = self.at(energies)
        kicks, log = 2 * self.mass * self.terrain.kicks, exponents.sum(axis=0)
        slope = slope - kicks[-1] * psi
        for i in range(entries.shape[0] - 1, -1, -1):
            m11, m12, m21, m22 = entries[i]
            psi, slope = m22 * psi - m12 * slope, m11 * slope - m21 * psi
            if kicks[i]:
                slope = slope - kicks[i] * psi
            if i % _STRIDE == 0:
                norm = np.abs(psi) + np.abs(slope)
                psi, slope, log = psi / norm, slope / norm, log + np.log(norm)
        return psi, slope, log

    def to_right(self, psi: np.ndarray, slope: np.ndarray, energies: np.ndarray) -> tuple[np.ndarray, ...]:
        """Propagate psi and psi' from the left end to the right; returns both and int psi packet dx divided by exp(log), and log.

        The integral is 0 without a packet; each array has the shape (count,).
        """
        entries, exponents, overlaps = self.at(energies)
        kicks, log = 2 * self.mass * self.terrain.kicks, np.zeros(energies.size)
        total = np.zeros_like(psi)
        slope = slope + kicks[0] * psi
        for i in range(entries.shape[0]):
            if overlaps.size:
                total = total + psi * overlaps[i, 0] + slope * overlaps[i, 1]
            m11, m12, m21, m22 = entries[i]
            psi, slope = m11 * psi + m12 * slope, m21 * psi + m22 * slope
            if kicks[i + 1]:
                slope = slope + kicks[i + 1] * psi
            if i % _STRIDE == _STRIDE - 1 or i == entries.shape[0] - 1:
                norm = np.abs(psi) + np.abs(slope)
                psi, slope, log = psi / norm, slope / norm, log + np.log(norm)
                total = total / norm
        return psi, slope, total, log + exponents.sum(axis=0)


def _series_on_cells(
    terrain: Terrain,
    cells: np.ndarray,
    energies: np.ndarray,
    mass: float,
    packet: Callable[[np.ndarray], np.ndarray] | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Entries of the matrices, shape (cells, 4, energies), and the overlaps, shape (cells, 2, energies)."""
    coefficients, ends = terrain.coefficients[cells], terrain.ends
    a, b = ends[:-1][cells, None], ends[1:][cells, None]
    half, count = (b - a) / 2, energies.size
    scale = 2 * mass * half**2
    curvature, mean = (scale * coefficients)[:, None, :], scale * (coefficients[:, :1] - energies)
    mean = np.concatenate([mean, mean], axis=1)
    # the solutions with (psi, psi') = (1, 0) and (0, 1) in the middle, lengths in units of half a cell
    series = np.zeros((half.size, _TERMS, 2 * count), mean.dtype)
    series[:, 0, :count], series[:, 1, count:] = 1.0, 1.0
    degree = coefficients.shape[1] - 1
    curved = bool(np.any(coefficients[:, 1:]))
    for n in range(_TERMS - 2):
        term = mean * series[:, n]
        if curved and n:
            lowest = max(0, n - degree)
            # sum over k >= 1 of curvature_k series_(n - k)
            term = term + (curvature[:, :, n - lowest : 0 : -1] @ series[:, lowest:n])[:, 0]
        series[:, n + 2] = term / ((n + 1) * (n + 2))
    orders, sign = np.arange(_TERMS), (-1.0) ** np.arange(_TERMS)
    right, left = series.sum(axis=1), np.einsum("n,cne->ce", sign, series)
    right_slope, left_slope = np.einsum("n,cne->ce", orders, series), -np.einsum("n,cne->ce", sign * orders, series)
    c, s = slice(0, count), slice(count, None)
    cr, sr, cl, sl = right[:, c], right[:, s], left[:, c], left[:, s]
    cr_, sr_, cl_, sl_ = right_slope[:, c], right_slope[:, s], left_slope[:, c], left_slope[:, s]
    entries = np.stack(
        [cr * sl_ - sr * cl_, half * (sr * cl - cr * sl), (cr_ * sl_ - sr_ * cl_) / half, sr_ * cl - cr_ * sl], axis=1
    )
    if packet is None:
        return entries, np.zeros((half.size, 2, count))
    weighted = packet((a + b) / 2 + half * _NODES) * _WEIGHTS * half
    moments = weighted @ (_NODES[:, None] ** orders)
    integrals = (moments[:, None, :] @ series)[:, 0]
    ic, is_ = integrals[:, c], integrals[:, s]
    return entries, np.stack([ic * sl_ - is_ * cl_, half * (is_ * cl - ic * sl)], axis=1)


def _chebyshev(values: np.ndarray) -> np.ndarray:
    """Coefficients along the last axis from the values at the Chebyshev nodes."""
    angles = np.pi * (np.arange(_ENERGIES) + 0.5) / _ENERGIES
    transform = 2 / _ENERGIES * np.cos(np.outer(angles, np.arange(_ENERGIES)))
    transform[:, 0] /= 2
    return values @ transform
