"""Packets of any shape, whose ranges of position and momentum are measured on a line."""

from __future__ import annotations

import abc
import dataclasses
import functools
import math
from typing import Any

import numpy as np

from .._amounts import amount
from .._arrays import xp as jnp
from .._cures import product_cure
from .._jax import jax
from .._typing import LENGTH, MOMENTUM
from ..errors import ArgumentError, NumericsError
from ..grid import Grid
from ..hamiltonian import Hamiltonian
from ._base import AbstractPacket, normalized
from ._motion import momentum_of

# initial and largest number of points of the line
_FIRST, _MOST = 1 << 11, 1 << 18
# largest share of the spectrum in its outer eighth
_OUTER = 1e-12
# share of the largest amplitude below which psi counts as 0
FAINT = 1e-10
# largest probability beyond the box, and beyond the grid's momenta
_OUTSIDE = 1e-3
# ratio of the momentum range of all but 1e-10 to that of all but 1e-5, if psi has no kinks: 2 for exponential tails
_SMOOTH = 3.0


@dataclasses.dataclass(frozen=True)
class Measured:
    """Distribution functions of position and momentum of a wave on a line.

    `below` and `above` are the probabilities on either side of x, each summed from its far end, so that small tails keep their digits.
    """

    x: np.ndarray
    below: np.ndarray
    above: np.ndarray
    k: np.ndarray
    density: np.ndarray
    slower: np.ndarray


class AbstractWave(AbstractPacket):
    """A packet given by its amplitude u(x), of any shape: psi = u(x) exp(i momentum x), normalized.

    It has the fields momentum, energy, direction and velocity of a Gaussian packet, and is at rest without any.
    """

    @abc.abstractmethod
    def amplitude(self, x: Any) -> Any:
        """u at positions, real or complex, not normalized."""

    @abc.abstractmethod
    def interval(self) -> tuple[float, float]:
        """The interval in which u is not negligible (lengths); concrete."""

    def mean_momentum(self, mass: float) -> jax.Array | float:
        """The momentum in the factor exp(i momentum x), without that of u itself (1/length)."""
        return momentum_of(self, mass)

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        if grid.dimension != 1:
            raise NumericsError(f"such a state must be of one axis, but there are {grid.dimension}; {product_cure()}.")
        wave = jnp.exp(1j * self.mean_momentum(hamiltonian.mass) * grid.x)
        return normalized(self.amplitude(grid.x) * wave, grid)

    @functools.cached_property
    def measured(self) -> Measured:
        """Distributions of position and of momentum, without the factor exp(i momentum x)."""
        low, high = self.interval()
        pad = 1.5 * (high - low)
        count = _FIRST
        while True:
            x, step = np.linspace(low - pad, high + pad, count, endpoint=False, retstep=True)
            u = np.asarray(self.amplitude(x)).astype(complex)
            power = np.abs(np.fft.fftshift(np.fft.fft(u))) ** 2
            outer = power[: count // 16].sum() + power[-(count // 16) :].sum()
            if outer <= _OUTER * power.sum() or count >= _MOST:
                break
            count *= 2
        square = np.abs(u) ** 2
        k = np.fft.fftshift(2 * math.pi * np.fft.fftfreq(count, step))
        density = power / power.sum() / (k[1] - k[0])
        below, above = np.cumsum(square) / square.sum(), np.cumsum(square[::-1])[::-1] / square.sum()
        return Measured(x, below, above, k, density, np.cumsum(power) / power.sum())

    @functools.cached_property
    def rough(self) -> bool:  # type: ignore[override]
        outer, inner = (self.momentum_range(tail, 1.0) for tail in (FAINT, 1e-5))
        return outer[1] - outer[0] > _SMOOTH * (inner[1] - inner[0])

    def position_range(self, tail: float) -> tuple[float, float]:
        m = self.measured
        first, last = np.searchsorted(m.below, tail), np.searchsorted(m.below, 1 - tail)
        low, high = self.interval()
        # below rounding of the sum: the whole interval
        return (low, high) if tail < FAINT else (float(m.x[max(first - 1, 0)]), float(m.x[min(last + 1, len(m.x) - 1)]))

    def momentum_range(self, tail: float, mass: float) -> tuple[float, float]:
        m, mean = self.measured, float(self.mean_momentum(mass))
        tail = max(tail, FAINT)
        first, last = np.searchsorted(m.slower, tail), np.searchsorted(m.slower, 1 - tail)
        if tail > 0.1:
            # interpolated between momenta of the line, so that an even u is at rest
            middle = float(np.sum(m.k * m.density) / np.sum(m.density))
            half = float(m.k[last] - m.k[first]) / 2
            return mean + middle - half, mean + middle + half
        return mean + float(m.k[max(first - 1, 0)]), mean + float(m.k[min(last + 1, len(m.k) - 1)])

    def momentum_density(self, k: np.ndarray, mass: float) -> np.ndarray:
        m = self.measured
        return np.interp(np.asarray(k) - float(self.mean_momentum(mass)), m.k, m.density, left=0.0, right=0.0)

    def check_fit(self, grid: Grid, mass: float) -> None:
        left, right = self.position_range(_OUTSIDE)
        if left < grid.lower[0] or right > grid.upper[0]:
            raise NumericsError(
                f"the state must lie inside the box, but it reaches from {amount(left, LENGTH)} to {amount(right, LENGTH)} and the box from {amount(grid.lower[0], LENGTH)} "
                f"to {amount(grid.upper[0], LENGTH)}; make the box larger."
            )
        fastest = max(map(abs, self.momentum_range(_OUTSIDE, mass)))
        if fastest > grid.largest_momentum[0]:
            raise NumericsError(
                f"the state's momenta must be below pi/spacing = {amount(grid.largest_momentum[0], MOMENTUM)}, but reach {amount(fastest, MOMENTUM)}; "
                f"take more points, a spacing below {amount(math.pi / fastest, LENGTH, digits=3)}."
            )


def refuse_nothing(argument: str, size: float) -> None:
    """Refuse a state that vanishes.

    Raises:
        ArgumentError: if the largest amplitude of a state is 0 or no number.
    """
    if not (math.isfinite(size) and size > 0):
        raise ArgumentError(
            argument, "must be finite and not 0 everywhere, but is; give a state that can be normalized."
        )
