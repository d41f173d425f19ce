"""Barriers with a slope: a triangle, such as a step in a field, and a truncated parabola."""

from __future__ import annotations

import dataclasses

from ..._arrays import xp as jnp
from ..._checks import finite, positive
from ..._jax import jax
from ..._pytree import register_dataclass
from ..._typing import EnergyValue, Length
from ...edges import window
from ...grid import Grid
from .._base import AbstractSharpPotential, Position, planar


@register_dataclass
@dataclasses.dataclass(frozen=True)
class TriangularBarrier(AbstractSharpPotential):
    """V = `height` (1 - u/`width`) for 0 < u < width, u = x - `center`, else 0: a wall at the center that slopes down to the right."""

    height: EnergyValue
    width: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        finite("height", self.height)
        positive("width", self.width)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        u = (position[0] - self.center) / self.width
        return jnp.where((u > 0) & (u < 1), self.height * (1 - u), 0.0)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        u = (grid.x - self.center) / self.width
        line = self.height * (1 - u) * window(grid.x, grid.spacing[0], *self.edges)
        return planar(grid, line)

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.edges[0], self.edges[1]

    @property
    def edges(self) -> tuple[float, ...]:
        """Positions of the jump, and of the kink at the foot of the slope."""
        return self.center, self.center + self.width

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return self.height, 0.0


@register_dataclass
@dataclasses.dataclass(frozen=True)
class ParabolicBarrier(AbstractSharpPotential):
    """V = `height` (1 - (u/`width`)^2) for abs(u) < width, u = x - `center`, else 0: `width` is half its base."""

    height: EnergyValue
    width: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        finite("height", self.height)
        positive("width", self.width)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        u = (position[0] - self.center) / self.width
        return jnp.where(jnp.abs(u) < 1, self.height * (1 - u**2), 0.0)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        u = (grid.x - self.center) / self.width
        return planar(grid, self.height * (1 - u**2) * window(grid.x, grid.spacing[0], *self.edges))

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.edges[0], self.edges[1]

    @property
    def edges(self) -> tuple[float, ...]:
        """The two kinks at the foot."""
        return self.center - self.width, self.center + self.width

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return 0.0, 0.0
