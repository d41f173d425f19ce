"""Wells that leak: a particle inside tunnels through one barrier into free space and does not return."""

from __future__ import annotations

import abc
import dataclasses

from ..._arrays import xp as jnp
from ..._checks import concrete, finite, positive
from ..._jax import jax
from ..._pytree import register_dataclass
from ..._typing import EnergyValue, Length, Strength
from ..._unit import as_written
from ...edges import bends, unit_step, window
from ...errors import ArgumentError
from ...grid import Grid
from .._base import AbstractSharpPotential, Position, planar

# share of the radius within which 1/r is not used, and is replaced by a constant
_CORE = 0.5


class AbstractMetastable(AbstractSharpPotential):
    """A potential with a well from which the particle escapes to the right.

    A hard `wall` has no finite value for a grid. It is made by reflection: V(x) = V(2 wall - x), the line is doubled, and psi is odd
    about the wall, where it therefore vanishes at all times. Both halves describe the same particle: the norm over both is 1, and
    probability in the well, or absorbed at the ends, must be counted on both sides.
    """

    @property
    @abc.abstractmethod
    def wall(self) -> float | None:
        """Position of the hard wall, about which V is even and psi odd (length); None where the well has no such wall."""

    @property
    def mirrored(self) -> bool:
        return self.wall is not None

    @property
    @abc.abstractmethod
    def divide(self) -> float:
        """The plane, inside the barrier, left of which the particle counts as still in the well (length)."""

    @abc.abstractmethod
    def sample_closed(self, grid: Grid, *, mass: float = 1.0) -> jax.Array:
        """Samples of the closed well, with an infinitely thick barrier; its bound states are the initial states of decay."""


@register_dataclass
@dataclasses.dataclass(frozen=True)
class WellBehindBarrier(AbstractMetastable):
    """A hard wall at `center`, a well of `well_width`, a rectangular barrier of `height` and `width`, and free space.

    V = height for well_width < x < well_width + width, else 0, with x measured from the wall; V is mirrored at the wall, where psi = 0.
    """

    height: EnergyValue
    width: Length
    well_width: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("height", self.height)
        positive("width", self.width)
        positive("well_width", self.well_width)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        distance = jnp.abs(position[0] - self.center)
        inside = (distance > self.well_width) & (distance < self.well_width + self.width)
        return jnp.where(inside, self.height, 0.0)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        a, b, c, d = self.edges
        step = grid.spacing[0]
        line = self.height * (window(grid.x, step, a, d) - window(grid.x, step, b, c))
        return planar(grid, line)

    def sample_closed(self, grid: Grid, *, mass: float = 1.0) -> jax.Array:
        _, b, c, _ = self.edges
        line = self.height * (1.0 - window(grid.x, grid.spacing[0], b, c))
        return planar(grid, line + bends(grid.x, grid.spacing[0], (b, c), (-self.height, self.height), mass))

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.edges[0], self.edges[3]

    @property
    def wall(self) -> float | None:
        return self.center

    @property
    def divide(self) -> float:
        """The middle of the barrier."""
        return self.center + self.well_width + self.width / 2

    @property
    def edges(self) -> tuple[float, ...]:
        inner, outer = self.well_width, self.well_width + self.width
        return self.center - outer, self.center - inner, self.center + inner, self.center + outer

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return self.height, -self.height, self.height, -self.height


@register_dataclass
@dataclasses.dataclass(frozen=True)
class CoulombBarrier(AbstractMetastable):
    """A nucleus and a charged particle: V = -`depth` within `radius`, `strength`/r outside, with a hard wall at r = 0 (`center`).

    r is the distance of the two, `strength` = Z1 Z2 e^2 (1.43996 MeV fm for two protons), and psi = r R(r), with the radial function R
    of an s wave, vanishes at r = 0. V is mirrored at the wall.
    """

    depth: EnergyValue
    radius: Length
    strength: Strength
    center: Length = 0.0

    def __post_init__(self) -> None:
        finite("depth", self.depth)
        positive("radius", self.radius)
        positive("strength", self.strength)
        finite("center", self.center)
        if concrete(self.depth) and self.depth < 0:
            raise ArgumentError(
                "depth", f"must not be negative, but is {as_written(self.depth)}; V inside is minus the depth."
            )

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        r = jnp.abs(position[0] - self.center)
        return jnp.where(r < self.radius, -self.depth, self._tail(r))

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        inside = window(grid.x, grid.spacing[0], *self.edges)
        line = self._tail(jnp.abs(grid.x - self.center)) * (1.0 - inside) - self.depth * inside
        return planar(grid, line)

    def sample_closed(self, grid: Grid, *, mass: float = 1.0) -> jax.Array:
        inside = window(grid.x, grid.spacing[0], *self.edges)
        line = self.strength / self.radius * (1.0 - inside) - self.depth * inside
        return planar(grid, line + bends(grid.x, grid.spacing[0], self.edges, self.jumps_at(0.0), mass))

    @property
    def _rise(self) -> float:
        return self.depth + self.strength / self.radius

    def _tail(self, r: jax.Array) -> jax.Array:
        return self.strength / jnp.maximum(r, _CORE * self.radius)

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        """The interval in which the tail, which decays as 1/r, exceeds `tolerance` of the barrier's top."""
        reach = self.radius / min(tolerance, 1.0)
        return self.center - reach, self.center + reach

    @property
    def wall(self) -> float | None:
        return self.center

    @property
    def divide(self) -> float:
        """Just outside the radius, where the barrier is highest."""
        return self.center + 1.001 * self.radius

    @property
    def edges(self) -> tuple[float, ...]:
        return self.center - self.radius, self.center + self.radius

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return -self._rise, self._rise


@register_dataclass
@dataclasses.dataclass(frozen=True)
class LeakySquareWell(AbstractMetastable):
    """A `SquareDoubleWell` with an infinitely wide right well: V = -`depth` in one well of `well_width` and for all x > `separation`/2 + `center`, else 0.

    The left well and the barrier, `separation` thick, are exactly those of the double well with the same fields.
    """

    depth: EnergyValue
    well_width: Length
    separation: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("depth", self.depth)
        positive("well_width", self.well_width)
        positive("separation", self.separation)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        a, b, c = self.edges
        x = position[0]
        return jnp.where(((x > a) & (x < b)) | (x > c), -self.depth, 0.0)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        a, b, c = self.edges
        step = grid.spacing[0]
        line = -self.depth * (window(grid.x, step, a, b) + unit_step(grid.x, step, c))
        return planar(grid, line)

    def sample_closed(self, grid: Grid, *, mass: float = 1.0) -> jax.Array:
        a, b, _ = self.edges
        line = -self.depth * window(grid.x, grid.spacing[0], a, b)
        return planar(grid, line + bends(grid.x, grid.spacing[0], (a, b), (-self.depth, self.depth), mass))

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, -self.depth

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.edges[0], self.edges[2]

    @property
    def wall(self) -> float | None:
        """None: the left side of the well is an infinitely thick barrier of finite height."""
        return None

    @property
    def divide(self) -> float:
        """The middle of the barrier."""
        return self.center

    @property
    def edges(self) -> tuple[float, ...]:
        half = self.separation / 2
        return self.center - half - self.well_width, self.center - half, self.center + half

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return -self.depth, self.depth, -self.depth
