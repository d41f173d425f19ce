"""Wells that bind a particle: the harmonic oscillator and the double wells."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ..._arrays import AnyArray, xp as jnp
from ..._checks import concrete, finite, positive
from ..._jax import jax
from ..._pytree import register_dataclass
from ..._typing import EnergyValue, Frequency, Length
from ..._unit import as_written
from ...edges import window
from ...errors import ArgumentError
from ...grid import Grid
from .._base import AbstractPotential, AbstractSharpPotential, AbstractSmoothPotential, Position, planar, reach


class AbstractDoubleWell(AbstractPotential):
    """A potential with a left and a right well; `divide` is the plane that separates their populations."""

    @property
    def divide(self) -> float:
        """The plane between the wells (length)."""
        return self.center  # type: ignore[attr-defined]


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Harmonic(AbstractSmoothPotential):
    """V = m `frequency`^2 (x - `center`)^2 / 2, with the mass m of the problem."""

    frequency: Frequency
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("frequency", self.frequency)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> AnyArray:
        return mass * self.frequency**2 * (position[0] - self.center) ** 2 / 2

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
        stiffness = mass * self.frequency**2
        return stiffness * (x - self.center), np.full(x.shape, stiffness)

    def asymptotes(self) -> tuple[float, float]:
        return math.inf, math.inf

    def support(self, tolerance: float) -> tuple[float, float]:
        half = 1 / math.sqrt(self.frequency)
        return self.center - half, self.center + half


@register_dataclass
@dataclasses.dataclass(frozen=True)
class QuarticDoubleWell(AbstractSmoothPotential, AbstractDoubleWell):
    """V = `barrier` ((x/`half_distance`)^2 - 1)^2 + `tilt` x/`half_distance`, x measured from `center`.

    The minima lie near x = +-half_distance, and the barrier between them is `barrier` high.
    """

    barrier: EnergyValue
    half_distance: Length
    tilt: EnergyValue = 0.0
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("barrier", self.barrier)
        positive("half_distance", self.half_distance)
        finite("tilt", self.tilt)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> AnyArray:
        u = (position[0] - self.center) / self.half_distance
        return self.barrier * (u**2 - 1) ** 2 + self.tilt * u

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
        a = self.half_distance
        u = (x - self.center) / a
        return (4 * self.barrier * u * (u**2 - 1) + self.tilt) / a, 4 * self.barrier * (3 * u**2 - 1) / a**2

    def asymptotes(self) -> tuple[float, float]:
        return math.inf, math.inf

    def support(self, tolerance: float) -> tuple[float, float]:
        half = 1.5 * self.half_distance
        return self.center - half, self.center + half


@register_dataclass
@dataclasses.dataclass(frozen=True)
class SquareDoubleWell(AbstractSharpPotential, AbstractDoubleWell):
    """V = -`depth` inside two wells of `well_width` whose facing edges are `separation` apart, else 0."""

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
        distance = jnp.abs(position[0] - self.center)
        inside = (distance > self.separation / 2) & (distance < self.separation / 2 + self.well_width)
        return jnp.where(inside, -self.depth, 0.0)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        a, b, c, d = self.edges
        step = grid.spacing[0]
        line = -self.depth * (window(grid.x, step, a, b) + window(grid.x, step, c, d))
        return planar(grid, line)

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.edges[0], self.edges[3]

    @property
    def edges(self) -> tuple[float, ...]:
        inner = self.separation / 2
        outer = inner + self.well_width
        return self.center - outer, self.center - inner, self.center + inner, self.center + outer

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return -self.depth, self.depth, -self.depth, self.depth


@register_dataclass
@dataclasses.dataclass(frozen=True)
class GaussianWells(AbstractSmoothPotential, AbstractDoubleWell):
    """V = -`depth` [exp(-(x - a)^2/(2 `width`^2)) + exp(-(x + a)^2/(2 `width`^2))], a = `separation`/2, x measured from `center`.

    Two smooth wells whose centers are `separation` apart; at 2 `width` or less they would merge.
    """

    depth: EnergyValue
    width: Length
    separation: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("depth", self.depth)
        positive("width", self.width)
        positive("separation", self.separation)
        finite("center", self.center)
        if concrete(self.separation) and concrete(self.width) and self.separation <= 2 * self.width:
            raise ArgumentError(
                "separation",
                f"must exceed 2 width = {as_written(2 * self.width)}, or the two wells are one, but is {as_written(self.separation)}; move them apart.",
            )

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        x = position[0] - self.center
        near, far = ((x - side * self.separation / 2) / self.width for side in (1, -1))
        return -self.depth * (jnp.exp(-(near**2) / 2) + jnp.exp(-(far**2) / 2))

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
        slope, bend = np.zeros(x.shape), np.zeros(x.shape)
        for side in (1, -1):
            u = (x - self.center - side * self.separation / 2) / self.width
            v = -self.depth * np.exp(-(u**2) / 2)
            slope -= u * v / self.width
            bend += (u**2 - 1) * v / self.width**2
        return slope, bend

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        half = self.separation / 2 + self.width * reach(tolerance)
        return self.center - half, self.center + half
