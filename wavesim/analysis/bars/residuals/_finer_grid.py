"""The residual of a run on a grid finer than its own, and the fast waves of the gradient that weight it."""

from __future__ import annotations

import math

import numpy as np

from ....fourier import numpy_forward as forward, numpy_inverse as inverse
from ....grid import Grid
from ....potentials import AbstractPotential, exact_samples
from ....problem import Problem
from ....propagation import Numerics, ResidualProducts, residual_products, weighs_residuals

# least value of 1 - E/T for waves beyond the band, T their kinetic energy and E the mean energy, also on grids that are too coarse
_LEAST = 0.1
# energy, relative to that of the slow waves, above which waves follow these adiabatically
_FAST = 4.0
# phase in radians between two samples above which a wave is undersampled
_TURN = 1.0
# relative deviation of a splitting's driven wave from the exact one below which it is not replaced
_DEVIATION = 1e-6
# distance from the driven wave, in units of that deviation, up to which a wave counts as a resonance of the step and not as the packet's own
_RESONANT = 2.0
# most points of the finer grid for compiled loops, whose tables and waves in all lanes then take 84 MB
_MOST_COMPILED = 1 << 16
# time over which V is differenced for its rate of change, in steps
_INSTANT = 0.01


class FinerGrid:
    """A grid `refinement` times as fine as that of a run, and the residual R = V psi - I(V psi) of the run on it.

    Waves and spectra may have leading axes before those of space: several times are computed together, since one transform of many
    rows takes a fifth of the time of as many transforms.

    Args:
        problem: the physics, with the exact potential.
        numerics: numerics of the run.
        record: times, shape (n,), and psi at these times on the run's grid, shape (n, *grid), which give the energy of the particle.
        refinement: the factor.
        interval: time between two samples of psi and phi.
        coarser: a `FinerGrid` of the same run with a smaller factor, whose `coarse` is reused.
    """

    def __init__(
        self,
        problem: Problem,
        numerics: Numerics,
        record: tuple[np.ndarray, np.ndarray],
        refinement: int,
        interval: float,
        coarser: FinerGrid | None = None,
    ) -> None:
        self.problem, self.run_grid, self.refinement = problem, numerics.grid, refinement
        self.grid = finer_grid(self.run_grid, refinement)
        k = np.meshgrid(
            *(
                2 * math.pi * np.fft.fftfreq(n, float(h))
                for n, h in zip(self.grid.points, self.grid.spacing, strict=True)
            ),
            indexing="ij",
            sparse=True,
        )
        # the largest component in units of the band edge: below 1 inside of the band
        bands = (np.abs(a) * float(h) / math.pi for a, h in zip(k, self.run_grid.spacing, strict=True))
        self.reach = np.max(np.broadcast_arrays(*bands), axis=0)
        self.outside = self.reach > 1 - 1e-9
        self.coarse = _RunGrid(problem, numerics, *record) if coarser is None else coarser.coarse
        self.kinetic, self.energy, slow = self.coarse.kinetic, self.coarse.energy, self.coarse.slow
        kinetic = sum(a**2 for a in k) / (2 * float(problem.mass))
        # waves of far more energy than the particle follow adiabatically, within the band too
        fast = self.outside | (kinetic > _FAST * slow)
        above_mean = kinetic - np.minimum(self.energy, (1 - _LEAST) * kinetic)
        self.green = np.where(fast, -1 / np.where(fast, above_mean, 1.0), 0.0)
        self.green_squared = self.green**2
        detuning = self.kinetic - self.energy
        self.deviation = _deviation(numerics, detuning)
        resonant = (self.kinetic > _FAST * slow) & ~(self.deviation < _DEVIATION)
        self.resonant = resonant if np.any(resonant) else None
        self.resonant_green = np.where(resonant, -1 / np.where(resonant, detuning, 1.0), 0.0)
        # 1/(T - E)^2 of fast waves of the band that turn by more than _TURN between two samples
        undersampled = (self.kinetic > _FAST * slow) & (detuning * interval > _TURN)
        self.undersampled = np.where(undersampled, 1 / np.where(undersampled, detuning, 1.0) ** 2, 0.0)
        self.has_undersampled = bool(np.any(undersampled))
        # the largest mean of exp(i (T - E) t) over the interval
        self.turn_average = np.minimum(1.0, 2 / np.where(undersampled, detuning * interval, 2.0))
        self.instant = _INSTANT * float(numerics.dt)
        self.jumps = np.array(problem.potential.instants(float(numerics.duration)))
        # V with moving edges has no finite rate of change
        potential = problem.potential
        self.orders = 2 if potential.static or potential.smooth else 1
        self._sampled = False

    @property
    def compiled(self) -> bool:
        """Whether compiled loops compute its products: along one axis, in a static V, without waves in resonance with the steps."""
        if self.run_grid.dimension > 1 or not self.problem.potential.static or self.resonant is not None:
            return False
        return self.grid.points[0] <= _MOST_COMPILED and weighs_residuals(self.run_grid.points[0])

    def products(self, psi: np.ndarray, phi: np.ndarray, weights: np.ndarray) -> ResidualProducts:
        """The products of `residual_products` if `compiled`: psi of shape (times, n), phi of (numbers, times, n)."""
        # a user's V may be one number for all points, but C reads an array
        samples, exact = (
            np.broadcast_to(self.samples, self.kinetic.shape),
            np.broadcast_to(self.exact, self.green.shape),
        )
        tables = samples, exact, self.kinetic - self.energy, self.green, self.undersampled, self.turn_average
        return residual_products(psi, phi, *tables, weights, self.has_undersampled)

    def sample(self, times: np.ndarray) -> None:
        """Sample V at these times, along a first axis if it depends on time; a static V is sampled once."""
        static = self.problem.potential.static
        if self._sampled and static:
            return
        self._sampled = True
        self.rates: tuple[np.ndarray, np.ndarray] | None = None
        if static:
            self.samples = self.coarse.samples
            self.exact = _exact(self.problem.potential, self.grid, float(self.problem.mass), float(times[0]))
            return
        self.samples, self.exact = self._potentials(times)
        if self.orders > 1:
            shifted = times - self._away_from_jumps(times)
            before, after = self._potentials(shifted - self.instant), self._potentials(shifted + self.instant)
            self.rates = tuple((b - a) / (2 * self.instant) for a, b in zip(before, after, strict=True))  # type: ignore[assignment]

    def _away_from_jumps(self, times: np.ndarray) -> np.ndarray:
        """Shift to earlier times of a rate whose difference would include a jump of V: before the jump, or after it at the start."""
        near = (np.abs(times[:, None] - self.jumps) <= self.instant).any(axis=1)
        shift = np.where(times > 2 * self.instant, 2 * self.instant, -2 * self.instant)
        return np.where(near, shift, 0.0)

    def _potentials(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        samples, exact = zip(*(self._potential(time) for time in times.tolist()), strict=True)
        return np.stack(samples), np.stack(exact)

    def _potential(self, time: float) -> tuple[np.ndarray, np.ndarray]:
        potential, mass = self.problem.potential, float(self.problem.mass)
        samples = np.asarray(potential.sample(self.run_grid, mass=mass, time=time))  # type: ignore[arg-type]
        return samples, _exact(potential, self.grid, mass, time)

    def forward(self, psi: np.ndarray) -> np.ndarray:
        """The spectrum, along the axes of space."""
        return forward(psi, self.run_grid.dimension)

    def spread(self, spectrum: np.ndarray) -> np.ndarray:
        """A spectrum of the run's grid, extended to this grid."""
        return spread_spectrum(spectrum, self.refinement, self.run_grid.dimension)

    def residual(self, psi: np.ndarray, spectrum: np.ndarray) -> np.ndarray:
        """The spectrum of V psi - I(V psi), of psi on the run's grid and its spectrum."""
        return self._residual(self.samples, self.exact, psi, spectrum)

    def _residual(self, samples: np.ndarray, exact: np.ndarray, psi: np.ndarray, spectrum: np.ndarray) -> np.ndarray:
        wave = inverse(self.spread(spectrum), self.run_grid.dimension)
        return self.forward(exact * wave) - self.spread(self.forward(samples * psi))

    def without_resonances(self, psi: np.ndarray) -> np.ndarray:
        """psi with resonances of the step replaced by the waves that exact steps would drive, G V psi - G^2 V (H - E) psi.

        Near phases of 2 pi a step, a splitting drives fast waves by resonance; these are an error of the step and not of the grid. A wave
        that differs from the driven one by more than the step's deviation allows belongs to the packet, and is not replaced.
        """
        if self.resonant is None:
            return psi
        spectrum = self.forward(psi)
        first = np.where(self.resonant, self.resonant_green * self.forward(self.samples * psi), spectrum)
        driven = inverse(first, self.run_grid.dimension)
        # the rate of change of the slow waves
        changing = np.where(self.resonant, 0.0, self.forward(self._excess(driven, first)))
        changed = self.samples * inverse(changing, self.run_grid.dimension)
        if self.rates is not None:
            changed = changed + 1j * self.rates[0] * driven
        second = self.resonant_green * self.forward(self.samples * driven)
        second = second - self.resonant_green**2 * self.forward(changed)
        # a deviation of nan allows any distance
        near = ~(np.abs(spectrum - second) > _RESONANT * self.deviation * np.abs(second))
        return inverse(np.where(self.resonant & near, second, spectrum), self.run_grid.dimension)

    def fast_gradient(self, phi: np.ndarray, spectrum: np.ndarray) -> tuple[list[np.ndarray], np.ndarray | None]:
        """The spectrum of phi' by orders: G S, and G V G S - G^2 (i d/dt - E) S if the second order exists.

        Also the spectrum of the undersampled part of phi, (H - E)^2 phi/(T - E)^2, without waves driven by slower ones; None if there is none.
        """
        first = self.green * self.residual(phi, spectrum)
        if self.orders == 1:
            return [first], None
        excess = self._excess(phi, spectrum)
        excess_spectrum = self.forward(excess)
        changed = self.residual(excess, excess_spectrum)
        if self.rates is not None:
            changed = changed + 1j * self._residual(*self.rates, phi, spectrum)
        scattered = self.forward(self.exact * inverse(first, self.run_grid.dimension))
        orders = [first, self.green * scattered - self.green_squared * changed]
        if not self.has_undersampled:
            return orders, None
        return orders, self.undersampled * self.forward(self._excess(excess, excess_spectrum))

    def _excess(self, psi: np.ndarray, spectrum: np.ndarray) -> np.ndarray:
        """(H - E) psi on the run's grid."""
        return inverse(self.kinetic * spectrum, self.run_grid.dimension) + (self.samples - self.energy) * psi


def _exact(potential: AbstractPotential, grid: Grid, mass: float, time: float) -> np.ndarray:
    """The exact V on a finer grid."""
    if potential.dimension == 1:
        line = exact_samples(potential, grid.axis(0), mass=mass, time=time)
        return line.reshape(-1, *(1,) * (grid.dimension - 1))
    return np.asarray(potential.sample(grid, mass=mass, time=time))


def _deviation(numerics: Numerics, detuning: np.ndarray) -> np.ndarray:
    """Relative deviation of waves driven by the kicks of a step from those driven by V, at a detuning T - E."""
    return np.abs(numerics.method.following(detuning * float(numerics.dt)) - 1)


class _RunGrid:
    """Tables on the run's own grid: the mean energy, and that of the slow waves, independent of the zero of V.

    If V depends on time, those of the sample with the most energetic slow waves.

    Args:
        problem, numerics: see `FinerGrid`.
        times, psi: the record; only the first sample is used if V is static.
    """

    def __init__(self, problem: Problem, numerics: Numerics, times: np.ndarray, psi: np.ndarray) -> None:
        grid, mass = numerics.grid, float(problem.mass)
        self.kinetic = np.asarray(grid.spread(grid.kinetic(mass)))
        self.samples = np.asarray(problem.potential.sample(grid, mass=mass, time=float(times[0])))
        energies = [self._energies(self.samples, psi[0])]
        if not problem.potential.static:
            for time, later in zip(times[1:].tolist(), psi[1:], strict=True):
                samples = np.asarray(problem.potential.sample(grid, mass=mass, time=time))
                energies.append(self._energies(samples, later))
        self.energy, self.slow = max(energies, key=lambda pair: pair[1])

    def _energies(self, samples: np.ndarray, psi: np.ndarray) -> tuple[float, float]:
        """The mean energy, and the energy of the slow waves."""
        spectrum, density = np.abs(forward(psi, psi.ndim)) ** 2, np.abs(psi) ** 2
        kinetic = float(np.sum(self.kinetic * spectrum) / np.sum(spectrum))
        energy = kinetic + float(np.sum(samples * density) / np.sum(density))
        spread = math.sqrt(float(np.sum((samples - energy) ** 2 * density) / np.sum(density)))
        return energy, max(abs(energy), kinetic, spread)


def spread_spectrum(spectrum: np.ndarray, refinement: int, dimension: int) -> np.ndarray:
    """The spectrum of an interpolant on a grid `refinement` times as fine, with equal values; the highest wave is divided between both signs.

    Args:
        spectrum: its last `dimension` axes are those of space.
        refinement: the factor.
        dimension: number of dimensions of space.
    """
    for axis in range(spectrum.ndim - dimension, spectrum.ndim):
        count = spectrum.shape[axis]
        half = count // 2
        wide = np.zeros((*spectrum.shape[:axis], count * refinement, *spectrum.shape[axis + 1 :]), complex)
        low, high = [slice(None)] * spectrum.ndim, [slice(None)] * spectrum.ndim
        low[axis], high[axis] = slice(0, half), slice(-half, None)
        wide[tuple(low)] = spectrum[tuple(low)]
        wide[tuple(high)] = spectrum[tuple(high)]
        middle, mirror = [slice(None)] * spectrum.ndim, [slice(None)] * spectrum.ndim
        middle[axis], mirror[axis] = slice(half, half + 1), slice(-half, -half + 1 or None)
        top = spectrum[tuple(middle)] / 2
        wide[tuple(middle)] = top
        wide[tuple(mirror)] = top
        spectrum = wide * refinement
    return spectrum


def interpolated(psi: np.ndarray, refinement: int) -> np.ndarray:
    """psi on the finer grid by Fourier interpolation."""
    return inverse(spread_spectrum(forward(psi, psi.ndim), refinement, psi.ndim), psi.ndim)


def finer_grid(grid: Grid, refinement: int) -> Grid:
    """A grid over the same box with `refinement` times the points along each axis."""
    return Grid(
        grid.lower, tuple(float(h) / refinement for h in grid.spacing), tuple(n * refinement for n in grid.points)
    )
