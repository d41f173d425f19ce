"""What a grid leaves wrong in a number: the residual of the true potential, weighted by the gradient of the number."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import scipy.fft

from ...grid import Grid
from ...hamiltonian import Hamiltonian
from ...observables import Snapshot
from ...potentials import AbstractPotential, Unfolded, exact_samples
from ...problem import Problem
from ...propagation import Adjoint, Numerics, Result

# how many times finer the residual is looked at, at first and at most, along one axis and along more
_FINER, _FINEST = (4, 2), (64, 4)
# points of the finest grid where a number may have waves without end
_MOST_BESIDE = 1 << 15
# of what is corrected: what the outer octave may contribute
_OUTER = 0.2
# the kinetic energy out of the band stays above the mean energy by this share of itself, also on grids that hold too little
_LEAST = 0.1
# times the mean energy: kinetic energies of waves that follow at once
_FAST = 4.0


@dataclasses.dataclass(frozen=True)
class Residual:
    """The error of a number that the grid makes.

    Attributes:
        correction: its estimate, to be added to the number.
        first: the same without cancellation in time.
        bound: the same without cancellation in time or momentum: what could be wrong at all.
        wave_numbers: shape (n,), increasing, beyond the band of the grid.
        tail: what waves beyond each of these contribute to `bound`, shape (n,), decreasing.
    """

    correction: float
    first: float
    bound: float
    wave_numbers: np.ndarray
    tail: np.ndarray

    def error(self, room: float) -> float:
        """The bar of the corrected number: all that was corrected, and what is of second order, bound^2/(4 room).

        Args:
            room: what the number can move in: of a probability p the smaller of p and 1 - p, else its scale.
        """
        return self.first + self.bound**2 / (4 * max(room, 1e-300))

    def finer(self, share: float) -> float:
        """How many times finer a grid must be for what lies beyond its band to be `share` of what it is now."""
        if not len(self.tail) or self.tail[0] <= 0:
            return 1.0
        enough = np.flatnonzero(self.tail <= share * self.tail[0])
        last = self.wave_numbers[enough[0]] if len(enough) else self.wave_numbers[-1]
        return float(last / self.wave_numbers[0])


def grid_residual(result: Result, adjoint: Adjoint) -> Residual:
    """The error of the grid in the number that `adjoint` is the gradient of.

    A grid run solves i dpsi/dt = T psi + I(V psi) within its band, I the interpolation on the grid with the samples of V that the run had.
    It misses R = V psi - I(V psi), V the true potential on a finer grid, and

    dQ = 2 Im int dt [ <phi|R> + <phi'|R> ],  phi'(k) = -S(k) / (k^2/2m - E),  S = V phi - I(V phi),

    E the mean energy. phi' is what the run backward misses of phi itself: beyond the band, where I(V phi) is none, and within it where the
    kinetic energy is far above E, so that these waves follow at once. Without the latter, edges that lie anywhere keep an error of third
    order in the spacing (measured: 1.1e-4 left of 6.6e-5, and 5e-6 with it; tests/analysis/test_adjoint.py). The true V is `exact_samples`, made of values of V alone.

    To it comes what the number's own observables leave out between the points (a plane cuts abs(psi)^2 to fourth order only): they are
    measured once more on interpolated psi.

    Args:
        result: the run, with psi kept.
        adjoint: psi and phi of the run.

    Returns:
        the `Residual`.

    Not for deltas alone: R falls as slowly as 1/k there, and the outer octave is added once more for what lies beyond the finest grid.

    Source: R. Becker and R. Rannacher, Acta Numerica 10, 1 (2001), eq. (2.15); phi' is second-order perturbation theory, P.-O. Loewdin, J. Chem. Phys. 19, 1396 (1951).
    """
    problem, numerics = result.problem, result.numerics
    between = _between_points(result, adjoint)
    several = numerics.grid.dimension > 1
    finer, finest = _FINER[several], _FINEST[several]
    if isinstance(problem.potential, Unfolded):
        # a momentum beside a wall has waves without end: what is beyond the finest grid is in the bar
        finest = max(finer, min(finest, _MOST_BESIDE // numerics.grid.points[0]))
    while True:
        residual, outer = _looked_at(problem, numerics, adjoint, finer)
        if outer <= _OUTER * residual.first or finer >= finest:
            # a grid four times as fine leaves 4^-4 of a fourth-order error; a tenth of it is safe where that order is not reached
            extra = outer + abs(between) / 10
            return dataclasses.replace(
                residual,
                correction=residual.correction + between,
                first=residual.first + extra,
                bound=residual.bound + extra,
            )
        finer *= 2


def _between_points(result: Result, adjoint: Adjoint) -> float:
    """By how much the number changes where its observables see interpolated psi."""
    series = adjoint.number.series
    frames = np.flatnonzero(np.any([np.zeros(len(result.psi)), *series.values()], axis=0))
    return sum(
        float(weights[frame]) * between_points(result, name, int(frame))
        for name, weights in series.items()
        for frame in frames
    )


def between_points(result: Result, name: str, frame: int) -> float:
    """By how much a series changes at one frame if psi is interpolated first, on a grid four times as fine (twice in the plane).

    Args:
        result: with psi kept.
        name: of one of its observables.
        frame: number of the frame.
    """
    problem, grid, finer = result.problem, result.numerics.grid, 4 if result.numerics.grid.dimension == 1 else 2
    observable, change = problem.measure[name], 0.0
    for place, sign in ((grid, -1.0), (_finer_grid(grid, finer), 1.0)):
        start, psi = (  # NumPy's, as all tables of a known run
            wave if place is grid else _padded(wave, finer) for wave in (result.psi[0], result.psi[frame])
        )
        samples = problem.potential.sample(place, mass=problem.mass, time=float(result.times[frame]))  # type: ignore[arg-type]
        hamiltonian = Hamiltonian(place, samples, problem.mass)
        prepared = observable.prepare(place, hamiltonian, start)  # type: ignore[arg-type]
        change += sign * float(observable.measure(prepared, Snapshot(psi, hamiltonian)))  # type: ignore[arg-type]
    return change


def _finer_grid(grid: Grid, finer: int) -> Grid:
    return Grid(grid.lower, tuple(float(h) / finer for h in grid.spacing), tuple(n * finer for n in grid.points))


def _looked_at(problem: Problem, numerics: Numerics, adjoint: Adjoint, finer: int) -> tuple[Residual, float]:
    """The residual on a grid `finer` times as fine, and what its outer octave contributes to the bound."""
    grid, mass = numerics.grid, float(problem.mass)
    fine = _finer_grid(grid, finer)
    k = np.meshgrid(
        *(2 * math.pi * scipy.fft.fftfreq(n, float(h)) for n, h in zip(fine.points, fine.spacing, strict=True)),
        indexing="ij",
        sparse=True,
    )
    # the largest component in units of the band: below 1 inside it
    reach = np.max(
        np.broadcast_arrays(*(np.abs(a) * float(h) / math.pi for a, h in zip(k, grid.spacing, strict=True))), axis=0
    )
    outside = reach > 1 - 1e-9
    kinetic = sum(a**2 for a in k) / (2 * mass)
    energy = _energy(problem, numerics, adjoint)
    # waves of far more energy than the particle's follow at once, in the band too
    fast = outside | (kinetic > _FAST * abs(energy))
    moving = kinetic - np.minimum(energy, (1 - _LEAST) * kinetic)
    green = np.where(fast, -1 / np.where(fast, moving, 1.0), 0.0)
    scale = math.prod(float(h) for h in fine.spacing)
    static = problem.potential.static
    weights = np.full(len(adjoint.times), adjoint.times[1] - adjoint.times[0])
    weights[[0, -1]] /= 2
    samples = true = None
    products, moduli = [], []
    spectrum = np.zeros(int(np.count_nonzero(outside)))
    for time, weight, psi, phi in zip(adjoint.times, weights, adjoint.psi, adjoint.phi, strict=True):
        if samples is None or not static:
            samples = np.asarray(problem.potential.sample(grid, mass=mass, time=float(time)))
            true = _true(problem.potential, fine, mass, float(time))
        assert true is not None
        wave, gradient = _padded(psi, finer), _padded(phi, finer)
        residual = _forward(true * wave) - _spread_spectrum(_forward(samples * psi), finer)
        within = _forward(gradient)
        missed = green * (_forward(true * gradient) - _spread_spectrum(_forward(samples * phi), finer))
        inside = np.sum(np.conj(within) * residual) * scale / residual.size
        following = np.conj(missed) * residual * scale / residual.size
        each = np.abs(following[outside])
        products.append(inside + np.sum(following))
        moduli.append(abs(inside) + np.sum(np.abs(following)))
        spectrum += weight * each
    products = 2 * np.imag(products)
    correction, bound = float(weights @ products), 2 * float(weights @ moduli)
    first = float(weights @ np.abs(products))
    if len(products) % 2:
        # every other sample, with twice the step
        coarse = 2 * weights[::2]
        coarse[[0, -1]] = weights[0] * 2
        first += abs(correction - float(coarse @ products[::2]))
    order = np.argsort(reach[outside], kind="stable")
    tail = 2 * np.cumsum(spectrum[order][::-1])[::-1]
    numbers = reach[outside][order] * math.pi / float(grid.spacing[0])
    outer = 2 * float(np.sum(spectrum[reach[outside] > finer / 2]))
    return Residual(correction, first, bound, numbers, tail), outer


def _true(potential: AbstractPotential, fine: Grid, mass: float, time: float) -> np.ndarray:
    """V as the fine grid sees it."""
    if potential.dimension == 1:
        line = exact_samples(potential, fine.axis(0), mass=mass, time=time)
        return line.reshape(-1, *(1,) * (fine.dimension - 1))
    return np.asarray(potential.sample(fine, mass=mass, time=time))


def _energy(problem: Problem, numerics: Numerics, adjoint: Adjoint) -> float:
    """The mean energy of the start."""
    grid, psi = numerics.grid, adjoint.psi[0]
    spectrum = np.abs(_forward(psi)) ** 2
    kinetic = np.asarray(grid.spread(grid.kinetic(float(problem.mass))))
    samples = np.asarray(problem.potential.sample(grid, mass=float(problem.mass)))
    density = np.abs(psi) ** 2
    return float(np.sum(kinetic * spectrum) / np.sum(spectrum) + np.sum(samples * density) / np.sum(density))


def _spread_spectrum(spectrum: np.ndarray, finer: int) -> np.ndarray:
    """The spectrum of an interpolant on a grid `finer` times as fine, scaled so that its values stay; the highest wave goes to both ends."""
    for axis in range(spectrum.ndim):
        count = spectrum.shape[axis]
        half = count // 2
        wide = np.zeros((*spectrum.shape[:axis], count * finer, *spectrum.shape[axis + 1 :]), complex)
        low, high = [slice(None)] * spectrum.ndim, [slice(None)] * spectrum.ndim
        low[axis], high[axis] = slice(0, half), slice(-half, None)
        wide[tuple(low)] = spectrum[tuple(low)]
        wide[tuple(high)] = spectrum[tuple(high)]
        middle, mirror = [slice(None)] * spectrum.ndim, [slice(None)] * spectrum.ndim
        middle[axis], mirror[axis] = slice(half, half + 1), slice(-half, -half + 1 or None)
        top = spectrum[tuple(middle)] / 2
        wide[tuple(middle)] = top
        wide[tuple(mirror)] = top
        spectrum = wide * finer
    return spectrum


def _padded(psi: np.ndarray, finer: int) -> np.ndarray:
    """psi on the finer grid, by its own waves."""
    return np.asarray(scipy.fft.ifftn(_spread_spectrum(_forward(psi), finer)))


def _forward(psi: np.ndarray) -> np.ndarray:
    return np.asarray(scipy.fft.fftn(psi))
