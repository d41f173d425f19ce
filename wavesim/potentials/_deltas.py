"""Deltas: a barrier or a well of no width, and two wells; on a grid each sits on one point with a renormalized strength."""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
from scipy.special import sici

from .._checks import concrete, finite, positive
from .._typing import Length, Strength
from ..errors import NumericsError
from ..grid import Grid
from ._base import AbstractSharpPotential, Position, planar
from ._wells import AbstractDoubleWell

# (2/pi) int_0^pi (1 - cos u)/u^2 du: how much the grid's Green function falls from a point to the next, in units of m spacing
_BEND = 2 / math.pi * (float(sici(math.pi)[0]) - 2 / math.pi)


class AbstractDelta(AbstractSharpPotential):
    """A potential that vanishes everywhere but at its `spikes`.

    Its spikes must lie on grid points, where psi's kink is seen alike from both sides; the planner puts them there, and
    `wavesim.propagate` refuses a grid that does not. `value` is 0: a delta has no value that a picture could show.
    """

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.zeros_like(position[0])

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.spikes[0], self.spikes[-1]


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class DeltaBarrier(AbstractDelta):
    """V = `strength` delta(x - `center`), strength > 0 (energy times length)."""

    strength: Strength
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("strength", self.strength)
        finite("center", self.center)

    def sample(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return _spike(grid, self.strength, self.center, mass)

    @property
    def strengths(self) -> tuple[float, ...]:
        return (self.strength,)

    @property
    def spikes(self) -> tuple[float, ...]:
        return (self.center,)


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class DeltaWell(AbstractDelta):
    """V = -`strength` delta(x - `center`), strength > 0: it binds one state, of energy -mass strength^2/2."""

    strength: Strength
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("strength", self.strength)
        finite("center", self.center)

    def sample(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return _spike(grid, -self.strength, self.center, mass)

    @property
    def strengths(self) -> tuple[float, ...]:
        return (-self.strength,)

    @property
    def spikes(self) -> tuple[float, ...]:
        return (self.center,)


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class DoubleDeltaWell(AbstractDelta, AbstractDoubleWell):
    """Two delta wells of `strength`, `separation` apart, symmetric about `center`; they hold two states if mass strength separation > 1."""

    strength: Strength
    separation: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("strength", self.strength)
        positive("separation", self.separation)
        finite("center", self.center)

    def sample(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        left, right = self.spikes
        return _spike(grid, -self.strength, left, mass) + _spike(grid, -self.strength, right, mass)

    @property
    def strengths(self) -> tuple[float, ...]:
        return -self.strength, -self.strength

    @property
    def spikes(self) -> tuple[float, ...]:
        return self.center - self.separation / 2, self.center + self.separation / 2


def _spike(grid: Grid, strength: float, at: float, mass: float) -> jax.Array:
    """Samples of `strength` delta(x - at): g/spacing on its grid point, with g = strength/(1 + 2 m strength spacing/pi^2).

    The grid's waves end at pi/spacing; the renormalized strength makes up, at every energy, for those that a kink would need
    beyond, and leaves an error of third order. A shift off the point by u cells, which only a derivative makes, enters as the dipole
    (-u, 0, u)/2 over 1 + 0.774 m g spacing: by that factor abs(psi)^2, where it bends at the delta, differs two points apart. First
    derivatives with respect to `at` are right by it; without it they would be zero.

    Raises:
        NumericsError: if the spacing is so coarse that a well has no renormalized strength.
    """
    step = grid.spacing[0]
    screening = 1 + 2 * mass * strength * step / math.pi**2
    if concrete(screening) and float(screening) <= 0:
        raise NumericsError(
            f"a delta well of strength {-float(strength):.4g} needs a spacing below {-(math.pi**2) / 2 / float(mass * strength):.4g}, "
            f"but the grid has {float(step):.4g}; take a finer grid."
        )
    cells = (at - grid.lower[0]) / step
    nearest = jax.lax.stop_gradient(jnp.round(cells))
    shift = cells - nearest
    offset = jnp.arange(grid.points[0]) - nearest
    renormalized = strength / screening
    dipole = offset * shift / 2 / (1 + _BEND * mass * renormalized * step)
    shape = jnp.where(offset == 0, 1.0, jnp.where(jnp.abs(offset) == 1, dipole, 0.0))
    return planar(grid, renormalized / step * shape)
