"""Deltas: a barrier or a well of zero width, and two wells; on a grid each lies on one point with a renormalized strength."""

from __future__ import annotations

import dataclasses

from ..._arrays import xp as jnp
from ..._checks import finite, positive
from ..._jax import jax
from ..._pytree import register_dataclass
from ..._typing import Length, Strength
from ...grid import Grid
from .._base import AbstractSharpPotential, Position
from ._wells import AbstractDoubleWell


class AbstractDelta(AbstractSharpPotential):
    """A potential that vanishes everywhere except at its `spikes`.

    Its spikes must lie on grid points, about which psi's kink is symmetric; the planner ensures this, and `wavesim.propagate` refuses
    other grids. `value` is 0: a delta has no finite value to draw.
    """

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.zeros_like(position[0])

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.zeros(grid.points)

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.spikes[0], self.spikes[-1]


@register_dataclass
@dataclasses.dataclass(frozen=True)
class DeltaBarrier(AbstractDelta):
    """V = `strength` delta(x - `center`), strength > 0 (energy times length)."""

    strength: Strength
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("strength", self.strength)
        finite("center", self.center)

    @property
    def strengths(self) -> tuple[float, ...]:
        return (self.strength,)

    @property
    def spikes(self) -> tuple[float, ...]:
        return (self.center,)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class DeltaWell(AbstractDelta):
    """V = -`strength` delta(x - `center`), strength > 0: it binds one state, of energy -mass strength^2/2."""

    strength: Strength
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("strength", self.strength)
        finite("center", self.center)

    @property
    def strengths(self) -> tuple[float, ...]:
        return (-self.strength,)

    @property
    def spikes(self) -> tuple[float, ...]:
        return (self.center,)


@register_dataclass
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

    @property
    def strengths(self) -> tuple[float, ...]:
        return -self.strength, -self.strength

    @property
    def spikes(self) -> tuple[float, ...]:
        return self.center - self.separation / 2, self.center + self.separation / 2
