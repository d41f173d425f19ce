"""The base classes of initial states and packets."""

from __future__ import annotations

import abc
import math
from statistics import NormalDist
from typing import ClassVar

import numpy as np

from .._arrays import xp as jnp
from .._jax import jax
from ..grid import Grid
from ..hamiltonian import Hamiltonian

# the probability of the tail at which the range of a Gaussian is measured
_TAIL = 1e-15


def deviations(tail: float) -> float:
    """The number of standard deviations beyond which a Gaussian has the probability `tail`; infinite for 0."""
    return -NormalDist().inv_cdf(tail) if tail > 0 else math.inf


_REACH = deviations(_TAIL)


class AbstractState(abc.ABC):
    """An initial state. Its contract: ``sample(grid, hamiltonian)`` gives normalized amplitudes on the grid.

    Packets use only the mass of the Hamiltonian; bound states are eigenstates of it, on the same grid as the propagation.
    `bound` says which: a bound state does not escape, so its problem needs no absorber.
    """

    bound: ClassVar[bool]

    @abc.abstractmethod
    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        """Complex amplitudes psi on `grid`, shape ``grid.points``, with sum |psi|^2 cell = 1."""


class AbstractPacket(AbstractState):
    """A state that moves through space and needs no Hamiltonian; the planner uses its ranges of position and momentum."""

    bound: ClassVar[bool] = False

    @property
    def rough(self) -> bool:
        """Whether psi has jumps or kinks, so that its momentum density decays only as a power."""
        return False

    @abc.abstractmethod
    def check_fit(self, grid: Grid, mass: float) -> None:
        """Refuse a grid that cannot represent the packet; for concrete numbers.

        Raises:
            NumericsError: if the packet reaches beyond the box, or its momenta beyond the grid's.
        """

    @abc.abstractmethod
    def position_range(self, tail: float) -> tuple[float, float]:
        """Interval of the first axis outside of which the probability is `tail` on either side (lengths)."""

    @abc.abstractmethod
    def momentum_range(self, tail: float, mass: float) -> tuple[float, float]:
        """Interval of momenta along the first axis outside of which the probability is `tail` on either side (1/length)."""

    def momentum_density(self, k: np.ndarray, mass: float) -> np.ndarray:
        """abs(phi(k))^2 along the first axis; by default that of a Gaussian with this packet's range of momenta.

        Args:
            k: momenta, any shape [1/length].
            mass: mass of the particle.

        Returns:
            shape of k [length], with int abs(phi)^2 dk = 1.
        """
        low, high = self.momentum_range(_TAIL, mass)
        mean, spread = (low + high) / 2, (high - low) / 2 / _REACH
        return np.exp(-(((k - mean) / spread) ** 2) / 2) / (math.sqrt(2 * math.pi) * spread)


def normalized(psi: jax.Array, grid: Grid) -> jax.Array:
    """psi with unit norm on `grid`."""
    return psi / jnp.sqrt(jnp.sum(jnp.abs(psi) ** 2) * grid.cell)
