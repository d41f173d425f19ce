"""Levels on a given Fourier grid, corrected to second order for the waves that the grid cannot represent.

The grid's levels are those of T + I V, where I interpolates the samples in the band |k| < pi/spacing. With W = V - I V and V the true
potential on a grid 8 or 16 times finer, perturbation theory gives

    E = E_h + <psi|W|psi> + sum over k outside the band |(V psi)_k|^2/(E_h - k^2/2m) + sum over the grid's other states |<m|W|psi>|^2/(E_h - E_m).

The second-order terms set the scale of the third order, and all of them are the error bar. Nearly equal levels are diagonalized in a
matrix of the same expressions.

Source: P.-O. Loewdin, J. Chem. Phys. 19, 1396 (1951), eq. (17); H. Feshbach, Ann. Phys. 5, 357 (1958).
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import scipy

from ....errors import NumericsError
from ....grid import Grid
from ....hamiltonian import lowest_by_correction
from ....potentials import Unfolded, exact_samples, restricted
from ....problem import Problem
from ...bars import BoundStates
from ._solved_levels import SolvedLevels

# points of the true V for each point of the grid, without and with edges or deltas, whose spectra are wider
_FINER, _FINER_SHARP = 8, 16
# additional states, which may be nearly degenerate with the highest one
_GUARDS = 2
# most points at which a dense matrix is faster
_DENSE = 400
_EPS = float(np.finfo(float).eps)
# rounding of an energy, in units of the machine's precision times kinetic energy + <|V|>
_ROUNDING = 8.0
# relative accuracy of the second order within the band, by conjugate gradients
_ACCURACY = 1e-5
_MOST_STEPS = 1000


@dataclasses.dataclass(frozen=True)
class _GridLevels:
    """Lowest states of H on a grid.

    Attributes:
        samples: V, shape (points,) [energy].
        energies: shape (states,) [energy].
        psi: shape (states, points) [length^(-1/2)].
        kinetic: mean kinetic energies, shape (states,) [energy].
        residual: |H psi - E psi|, shape (states,) [energy].
    """

    samples: np.ndarray
    energies: np.ndarray
    psi: np.ndarray
    kinetic: np.ndarray
    residual: np.ndarray


@dataclasses.dataclass(frozen=True)
class _Corrected:
    """Levels to second order, the size of their second order, each of shape (states,) [energy], and their mix of the grid's states."""

    energies: np.ndarray
    second: np.ndarray
    mix: np.ndarray


def fourier_levels(problem: Problem, count: int, grid: Grid) -> SolvedLevels:
    """The `count` lowest levels by diagonalization on a grid, corrected for waves outside its band.

    Budget: `grid` is the size of the second order plus the change from a true V on half as many points; `box` the shift by periodic
    images; `residual` is |H psi - E psi|^2 over the distance to the next level.

    Raises:
        NumericsError: if the grid has fewer points than there are levels.
    """
    points, mass = grid.points[0], float(problem.mass)
    shown = problem
    if problem.axis is not None:
        shown = dataclasses.replace(problem, potential=restricted(problem.potential, problem.axis))
        problem = dataclasses.replace(problem, potential=Unfolded.of(problem.potential, problem.axis, mass), axis=None)
    if points < count:
        raise NumericsError(
            f"{count} levels need as many points at least, but the grid has {points}; take more points."
        )
    states = _diagonalized(problem, grid, min(count + _GUARDS, points))
    smooth = not problem.potential.edges and not problem.potential.spikes
    finer = _FINER if smooth else _FINER_SHARP
    half, full = (_corrected(problem, grid, states, m) for m in (finer // 2, finer))
    # for deltas the sum over k converges as 1/k: the part beyond the finer grid equals the last change
    extra = full.energies - half.energies if problem.potential.spikes else 0.0
    energies = (full.energies + extra)[:count]
    # on a ring there are no images
    shifts = _image_shifts(states, grid, mass) if shown.axis is None else np.zeros(len(states.energies))
    psi = full.mix.T @ states.psi
    gaps = np.minimum(np.diff(states.energies, prepend=-math.inf), np.diff(states.energies, append=math.inf))
    residual = np.minimum(states.residual, states.residual**2 / np.maximum(gaps, np.finfo(float).tiny))
    size = states.kinetic + np.sum(states.psi**2 * np.abs(states.samples), axis=1) * float(grid.cell)
    budgets = [
        {
            "grid": float(full.second[n] + abs(full.energies[n] - half.energies[n])),
            "box": float(shifts[n]),
            "residual": float(residual[n]),
            "rounding": _ROUNDING * _EPS * float(size[n]),
        }
        for n in range(count)
    ]
    large = np.abs(psi) > 0.1 * np.abs(psi).max(axis=1, keepdims=True)
    last = points - 1 - np.argmax(large[:, ::-1], axis=1)
    psi = (psi * np.sign(psi[np.arange(len(psi)), last])[:, None])[:count]
    return SolvedLevels(energies, states.kinetic[:count], budgets, BoundStates(shown, grid, energies, psi), rounds=1)


def _diagonalized(problem: Problem, grid: Grid, count: int) -> _GridLevels:
    """Lowest states of H on the grid."""
    mass, step = float(problem.mass), float(grid.spacing[0])
    samples = np.asarray(problem.potential.sample(grid, mass=problem.mass))
    kinetic = (2 * math.pi * np.fft.fftfreq(len(samples), step)) ** 2 / (2 * mass)
    if len(samples) > _DENSE:
        vectors = lowest_by_correction(samples, step, mass, count)[1].T
    else:
        matrix = scipy.linalg.toeplitz(np.real(np.fft.ifft(kinetic))) + np.diag(samples)
        _, vectors = scipy.linalg.eigh(matrix, subset_by_index=(0, count - 1))
    # Rayleigh-Ritz within these states, with sums that are free of the rounding of the largest momentum
    kinetic_part = np.real(np.fft.ifft(kinetic * np.fft.fft(vectors.T, axis=1), axis=1))
    energies, mix = np.linalg.eigh(vectors.T @ (kinetic_part + samples * vectors.T).T)
    psi, kinetic_part = mix.T @ vectors.T, mix.T @ kinetic_part
    residual = np.linalg.norm(kinetic_part + samples * psi - energies[:, None] * psi, axis=1)
    return _GridLevels(samples, energies, psi / math.sqrt(step), np.sum(psi * kinetic_part, axis=1), residual)


def _corrected(problem: Problem, grid: Grid, states: _GridLevels, finer: int) -> _Corrected:
    """Levels to second order with the true V on a grid `finer` times finer.

    The sources, W psi and the coupling through waves outside the band, are solved for in the grid's higher states; within the lowest states the
    matrix is diagonalized.
    """
    mass, step, count = float(problem.mass), float(grid.spacing[0]), len(states.energies)
    points = grid.points[0]
    true = exact_samples(problem.potential, Grid(grid.lower, (step / finer,), (points * finer,)), mass=mass)
    momenta = 2 * math.pi * np.fft.fftfreq(points * finer, step / finer)
    outside = np.abs(momenta) > math.pi / step * (1 + 1e-9)
    fine = _interpolated(states.psi, finer)
    spectrum = np.fft.fft(true * fine, axis=1)
    green = np.zeros((count, len(momenta)))
    green[:, outside] = 1 / (states.energies[:, None] - momenta[outside] ** 2 / (2 * mass))
    wave = np.real(np.fft.ifft(green * spectrum, axis=1))
    outer = np.sum(np.abs(spectrum) ** 2 * green, axis=1) * step / finer / len(momenta)
    source = _in_band(true * (fine + wave), points) - states.samples * states.psi
    matrix = states.psi @ source.T * step
    first, root = (matrix + matrix.T) / 2, math.sqrt(step)
    lowest = states.psi * root
    remainder = source - (source @ lowest.T) @ lowest
    solution = _solve_above(states, lowest, remainder, step, mass)
    second_order = -remainder @ solution.T * step
    energies, mix = np.linalg.eigh(np.diag(states.energies) + first + (second_order + second_order.T) / 2)
    differences = np.abs(states.energies[:, None] - states.energies)
    coupling = np.abs(first - np.diag(np.diagonal(first)))
    within = np.sum(coupling**2 / np.maximum(differences + coupling, np.finfo(float).tiny), axis=1)
    second = np.abs(outer) + np.abs(np.diagonal(second_order)) + within
    return _Corrected(energies, mix.T**2 @ second, mix)


def _solve_above(states: _GridLevels, lowest: np.ndarray, sources: np.ndarray, step: float, mass: float) -> np.ndarray:
    """(H - E_n)^-1 source_n in the states above the lowest ones by conjugate gradients, shape (states, points).

    Source: M. R. Hestenes, E. Stiefel, J. Res. Natl. Bur. Stand. 49, 409 (1952); preconditioned by the kinetic energy.
    """
    kinetic = (2 * math.pi * np.fft.rfftfreq(sources.shape[1], step)) ** 2 / (2 * mass)
    levels, points = states.energies[:, None], sources.shape[1]
    preconditioner = 1 / (kinetic + states.kinetic[:, None] + np.finfo(float).tiny)

    def projected(waves: np.ndarray) -> np.ndarray:
        return waves - (waves @ lowest.T) @ lowest

    def filtered(waves: np.ndarray, factor: np.ndarray) -> np.ndarray:
        return np.fft.irfft(factor * np.fft.rfft(waves, axis=1), points, axis=1)

    solution, remainder = np.zeros_like(sources), sources.copy()
    preconditioned = projected(filtered(remainder, preconditioner))
    direction, product = preconditioned, np.sum(remainder * preconditioned, axis=1, keepdims=True)
    goal = _ACCURACY**2 * product
    for _ in range(_MOST_STEPS):
        active = product > goal
        if not active.any():
            break
        image = projected(filtered(direction, kinetic) + (states.samples - levels) * direction)
        curvature = np.sum(direction * image, axis=1, keepdims=True)
        stride = np.where(active, product / np.where(active, curvature, 1.0), 0.0)
        solution, remainder = solution + stride * direction, remainder - stride * image
        preconditioned = projected(filtered(remainder, preconditioner))
        before, product = product, np.where(active, np.sum(remainder * preconditioned, axis=1, keepdims=True), product)
        direction = preconditioned + np.where(active, product / np.where(active, before, 1.0), 0.0) * direction
    return solution


def _interpolated(psi: np.ndarray, finer: int) -> np.ndarray:
    """Band-limited functions on a grid `finer` times finer, shape (states, points x finer)."""
    points = psi.shape[1]
    spectrum = np.fft.fft(psi, axis=1)
    padded = np.zeros((len(psi), points * finer), complex)
    half = points // 2
    padded[:, : half + 1] = spectrum[:, : half + 1]
    padded[:, -half:] = spectrum[:, -half:]
    if points % 2 == 0:
        padded[:, [half, -half]] /= 2
    return np.real(np.fft.ifft(padded, axis=1)) * finer


def _in_band(values: np.ndarray, points: int) -> np.ndarray:
    """Functions on a finer grid, limited to the band of a grid of `points` points, on its points."""
    finer = values.shape[1] // points
    spectrum, half = np.fft.fft(values, axis=1) / finer, points // 2
    band = np.zeros((len(values), points), complex)
    band[:, : half + 1] = spectrum[:, : half + 1]
    band[:, -half:] = spectrum[:, -half:]
    if points % 2 == 0:
        band[:, half] = (spectrum[:, half] + spectrum[:, -half]) / 2
    return np.real(np.fft.ifft(band, axis=1))


def _image_shifts(states: _GridLevels, grid: Grid, mass: float) -> np.ndarray:
    """Bound on the shift of each level by periodic images, shape (states,).

    Twice (kappa^2 psi^2 + psi'^2)/(2 m kappa) where they meet; the kinetic energy of a wave that does not decay there.
    """
    points, step = grid.points[0], float(grid.spacing[0])
    momenta = 2 * math.pi * np.fft.rfftfreq(points, step)
    slope = np.fft.irfft(1j * momenta * np.fft.rfft(states.psi, axis=1), points, axis=1)[:, 0]
    above = min(states.samples[0], states.samples[-1]) - states.energies
    kappa = np.sqrt(2 * mass * np.maximum(above, np.finfo(float).tiny))
    shift = (kappa**2 * states.psi[:, 0] ** 2 + slope**2) / (mass * kappa)
    return np.where(above > 0, np.minimum(shift, states.kinetic), states.kinetic)
