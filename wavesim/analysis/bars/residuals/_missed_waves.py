"""Waves that a grid does not hold: what its run misses of V psi on a finer one, and how the fastest of them follow the others."""

from __future__ import annotations

import math

import numpy as np

from ....fourier import numpy_forward as forward, numpy_inverse as inverse
from ....grid import Grid
from ....potentials import AbstractPotential, exact_samples
from ....problem import Problem
from ....propagation import Numerics, ResidualProducts, residual_products, weighs_residuals

# the kinetic energy out of the band stays above the mean energy by this share of itself, also on grids that hold too little
_LEAST = 0.1
# times the energy of the slow waves: kinetic energies of waves that follow at once
_FAST = 4.0
# radians between two looks at which a wave is no longer seen to turn
_TURN = 1.0
# by which share a wave may follow a splitting's kicks otherwise than it follows V, and still be taken as it is
_FOLLOWS = 1e-6
# times that share: how far a step may lead it, with what it leads other waves that it follows
_LED = 2.0
# points of the finer grid up to which compiled loops hold its tables and waves in all lanes: 84 MB
_MOST_COMPILED = 1 << 16
# of a step: how far apart V is taken for its change in time
_INSTANT = 0.01


class FinerGrid:
    """A grid `finer` times as fine as that of a run, and what the run's grid misses there.

    Waves and spectra may have axes before those of space: several times are looked at together, for one transform of many rows takes a fifth
    of as many transforms.

    Args:
        problem: its potential is the true one.
        numerics: of the run.
        seen: times, shape (n,), and psi then on its grid, shape (n, *grid): how much energy the particle has.
        finer: how many times.
        apart: time from one look to the next.
        coarser: the same of a grid less fine, which knows already what the run's grid tells.
    """

    def __init__(
        self,
        problem: Problem,
        numerics: Numerics,
        seen: tuple[np.ndarray, np.ndarray],
        finer: int,
        apart: float,
        coarser: FinerGrid | None = None,
    ) -> None:
        self.problem, self.grid, self.finer = problem, numerics.grid, finer
        self.fine = finer_grid(self.grid, finer)
        k = np.meshgrid(
            *(
                2 * math.pi * np.fft.fftfreq(n, float(h))
                for n, h in zip(self.fine.points, self.fine.spacing, strict=True)
            ),
            indexing="ij",
            sparse=True,
        )
        # the largest component in units of the band: below 1 inside it
        bands = (np.abs(a) * float(h) / math.pi for a, h in zip(k, self.grid.spacing, strict=True))
        self.reach = np.max(np.broadcast_arrays(*bands), axis=0)
        self.outside = self.reach > 1 - 1e-9
        self.own = _OwnGrid(problem, numerics, *seen) if coarser is None else coarser.own
        self.kinetic, self.energy, slow = self.own.kinetic, self.own.energy, self.own.slow
        kinetic = sum(a**2 for a in k) / (2 * float(problem.mass))
        # waves of far more energy than the particle's follow at once, in the band too
        fast = self.outside | (kinetic > _FAST * slow)
        moving = kinetic - np.minimum(self.energy, (1 - _LEAST) * kinetic)
        self.green = np.where(fast, -1 / np.where(fast, moving, 1.0), 0.0)
        self.green_squared = self.green**2
        above = self.kinetic - self.energy
        # fast waves of the band that the steps lead astray
        otherwise = _otherwise(numerics, above)
        astray = (self.kinetic > _FAST * slow) & ~(otherwise < _FOLLOWS)
        self.astray = astray if np.any(astray) else None
        self.otherwise = otherwise
        self.held = np.where(astray, -1 / np.where(astray, above, 1.0), 0.0)
        # 1/(T - E)^2 of fast waves of the band that turn by more than _TURN from one look to the next
        unseen = (self.kinetic > _FAST * slow) & (above * apart > _TURN)
        self.unseen = np.where(unseen, 1 / np.where(unseen, above, 1.0) ** 2, 0.0)
        self.turns_unseen = bool(np.any(unseen))
        # the integral of exp(i (T - E) t) over that time, at most, as a share of it
        self.of_a_turn = np.minimum(1.0, 2 / np.where(unseen, above * apart, 2.0))
        self.instant = _INSTANT * float(numerics.dt)
        self.jumps = np.array(problem.potential.instants(float(numerics.duration)))
        # edges that move have no rate
        potential = problem.potential
        self.orders = 2 if potential.static or potential.smooth else 1
        self._taken = False

    @property
    def compiled(self) -> bool:
        """Whether compiled loops make its products: along one axis, in a V at rest, with no wave led astray."""
        if self.grid.dimension > 1 or not self.problem.potential.static or self.astray is not None:
            return False
        return self.fine.points[0] <= _MOST_COMPILED and weighs_residuals(self.grid.points[0])

    def weighed(self, psi: np.ndarray, phi: np.ndarray, weights: np.ndarray) -> ResidualProducts:
        """The products of `residual_products`, if such loops are there (`compiled`): psi of shape (times, n), phi of (numbers, times, n)."""
        # a V of one's own may be one number for all points, where C reads as many as there are
        samples, true = np.broadcast_to(self.samples, self.kinetic.shape), np.broadcast_to(self.true, self.green.shape)
        tables = samples, true, self.kinetic - self.energy, self.green, self.unseen, self.of_a_turn
        return residual_products(psi, phi, *tables, weights, self.turns_unseen)

    def take(self, times: np.ndarray) -> None:
        """V at these times from now on, along a first axis where it depends on time."""
        static = self.problem.potential.static
        if self._taken and static:
            return
        self._taken = True
        self.rates: tuple[np.ndarray, np.ndarray] | None = None
        if static:
            self.samples = self.own.samples
            self.true = _true(self.problem.potential, self.fine, float(self.problem.mass), float(times[0]))
            return
        self.samples, self.true = self._potentials(times)
        if self.orders > 1:
            beside = times - self._jumped(times)
            before, after = self._potentials(beside - self.instant), self._potentials(beside + self.instant)
            self.rates = tuple((b - a) / (2 * self.instant) for a, b in zip(before, after, strict=True))  # type: ignore[assignment]

    def _jumped(self, times: np.ndarray) -> np.ndarray:
        """How much earlier a rate is taken where V jumps within its time: before the jump, and after it at the start."""
        near = (np.abs(times[:, None] - self.jumps) <= self.instant).any(axis=1)
        aside = np.where(times > 2 * self.instant, 2 * self.instant, -2 * self.instant)
        return np.where(near, aside, 0.0)

    def _potentials(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        samples, true = zip(*(self._potential(time) for time in times.tolist()), strict=True)
        return np.stack(samples), np.stack(true)

    def _potential(self, time: float) -> tuple[np.ndarray, np.ndarray]:
        potential, mass = self.problem.potential, float(self.problem.mass)
        samples = np.asarray(potential.sample(self.grid, mass=mass, time=time))  # type: ignore[arg-type]
        return samples, _true(potential, self.fine, mass, time)

    def forward(self, psi: np.ndarray) -> np.ndarray:
        """The spectrum, along the axes of space."""
        return forward(psi, self.grid.dimension)

    def spread(self, spectrum: np.ndarray) -> np.ndarray:
        """A spectrum of the run's grid on this one."""
        return spread_spectrum(spectrum, self.finer, self.grid.dimension)

    def missed(self, psi: np.ndarray, spectrum: np.ndarray) -> np.ndarray:
        """The spectrum of V psi - I(V psi), of psi on the run's grid and its spectrum."""
        return self._missed(self.samples, self.true, psi, spectrum)

    def _missed(self, samples: np.ndarray, true: np.ndarray, psi: np.ndarray, spectrum: np.ndarray) -> np.ndarray:
        wave = inverse(self.spread(spectrum), self.grid.dimension)
        return self.forward(true * wave) - self.spread(self.forward(samples * psi))

    def settled(self, psi: np.ndarray) -> np.ndarray:
        """psi, its fast waves as they would follow the slower ones without a time step: G V psi - G^2 V (H - E) psi, where the steps lead them astray.

        Near phases of 2 pi a step a splitting brings forth waves by resonance; what they carry of V psi is the step's error and none of the grid's.
        A wave that is farther from where it would follow than the step leads it is one of the packet's own, and is left as it is.
        """
        if self.astray is None:
            return psi
        spectrum = self.forward(psi)
        first = np.where(self.astray, self.held * self.forward(self.samples * psi), spectrum)
        led = inverse(first, self.grid.dimension)
        # what changes of the slower ones
        changing = np.where(self.astray, 0.0, self.forward(self._turned(led, first)))
        changed = self.samples * inverse(changing, self.grid.dimension)
        if self.rates is not None:
            changed = changed + 1j * self.rates[0] * led
        second = self.held * self.forward(self.samples * led) - self.held**2 * self.forward(changed)
        # whatever is not a number is led anywhere
        led_so_far = ~(np.abs(spectrum - second) > _LED * self.otherwise * np.abs(second))
        return inverse(np.where(self.astray & led_so_far, second, spectrum), self.grid.dimension)

    def following(self, phi: np.ndarray, spectrum: np.ndarray) -> tuple[list[np.ndarray], np.ndarray | None]:
        """The spectrum of phi', order by order, and of the part of phi that turns unseen, (H - E)^2 phi/(T - E)^2: what follows slower waves is none of it.

        The orders are G S, and G V G S - G^2 (i d/dt - E) S, where there is a second.
        """
        first = self.green * self.missed(phi, spectrum)
        if self.orders == 1:
            return [first], None
        turned = self._turned(phi, spectrum)
        turned_spectrum = self.forward(turned)
        changed = self.missed(turned, turned_spectrum)
        if self.rates is not None:
            changed = changed + 1j * self._missed(*self.rates, phi, spectrum)
        scattered = self.forward(self.true * inverse(first, self.grid.dimension))
        orders = [first, self.green * scattered - self.green_squared * changed]
        if not self.turns_unseen:
            return orders, None
        return orders, self.unseen * self.forward(self._turned(turned, turned_spectrum))

    def _turned(self, psi: np.ndarray, spectrum: np.ndarray) -> np.ndarray:
        """(H - E) psi on the run's grid."""
        return inverse(self.kinetic * spectrum, self.grid.dimension) + (self.samples - self.energy) * psi


def _true(potential: AbstractPotential, fine: Grid, mass: float, time: float) -> np.ndarray:
    """V as the fine grid sees it."""
    if potential.dimension == 1:
        line = exact_samples(potential, fine.axis(0), mass=mass, time=time)
        return line.reshape(-1, *(1,) * (fine.dimension - 1))
    return np.asarray(potential.sample(fine, mass=mass, time=time))


def _otherwise(numerics: Numerics, above: np.ndarray) -> np.ndarray:
    """By which share waves of so much more energy than the slow ones follow a step's kicks otherwise than they would follow V."""
    return np.abs(numerics.method.following(above * float(numerics.dt)) - 1)


class _OwnGrid:
    """What the run's own grid tells: the mean energy, and that of the particle's own waves, or as much as it may be wherever V is counted from.

    Where V drives the particle both are its largest.

    Args:
        problem, numerics: see `FinerGrid`.
        times, psi: what it calls `seen`; the first alone where V is static.
    """

    def __init__(self, problem: Problem, numerics: Numerics, times: np.ndarray, psi: np.ndarray) -> None:
        grid, mass = numerics.grid, float(problem.mass)
        self.kinetic = np.asarray(grid.spread(grid.kinetic(mass)))
        self.samples = np.asarray(problem.potential.sample(grid, mass=mass, time=float(times[0])))
        seen = [self._energies(self.samples, psi[0])]
        if not problem.potential.static:
            for time, later in zip(times[1:].tolist(), psi[1:], strict=True):
                samples = np.asarray(problem.potential.sample(grid, mass=mass, time=time))
                seen.append(self._energies(samples, later))
        self.energy, self.slow = max(seen, key=lambda pair: pair[1])

    def _energies(self, samples: np.ndarray, psi: np.ndarray) -> tuple[float, float]:
        """The mean energy, and that of the particle's own waves."""
        spectrum, density = np.abs(forward(psi, psi.ndim)) ** 2, np.abs(psi) ** 2
        moving = float(np.sum(self.kinetic * spectrum) / np.sum(spectrum))
        energy = moving + float(np.sum(samples * density) / np.sum(density))
        apart = math.sqrt(float(np.sum((samples - energy) ** 2 * density) / np.sum(density)))
        return energy, max(abs(energy), moving, apart)


def spread_spectrum(spectrum: np.ndarray, finer: int, dimension: int) -> np.ndarray:
    """The spectrum of an interpolant on a grid `finer` times as fine, scaled so that its values stay; the highest wave goes to both ends.

    Args:
        spectrum: its last `dimension` axes are those of space.
        finer: how many times.
        dimension: of space.
    """
    for axis in range(spectrum.ndim - dimension, spectrum.ndim):
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


def padded(psi: np.ndarray, finer: int) -> np.ndarray:
    """psi on the finer grid, by its own waves."""
    return inverse(spread_spectrum(forward(psi, psi.ndim), finer, psi.ndim), psi.ndim)


def finer_grid(grid: Grid, finer: int) -> Grid:
    """The same box with so many times the points."""
    return Grid(grid.lower, tuple(float(h) / finer for h in grid.spacing), tuple(n * finer for n in grid.points))
