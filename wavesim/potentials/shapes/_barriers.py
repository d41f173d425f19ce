"""Barriers. A negative height makes a well of the same shape."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ..._arrays import sigmoid, xp as jnp
from ..._checks import finite, positive
from ..._jax import jax
from ..._pytree import register_dataclass
from ..._typing import EnergyValue, Length
from ...edges import unit_step, window
from ...grid import Grid
from .._base import AbstractSharpPotential, AbstractSmoothPotential, Position, planar, reach


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Free(AbstractSmoothPotential):
    """No potential: V = 0 everywhere."""

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.zeros_like(position[0])

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros(x.shape), np.zeros(x.shape)

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return 0.0, 0.0


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Step(AbstractSharpPotential):
    """V = `height` for x > `center`, else 0."""

    height: EnergyValue
    center: Length = 0.0

    def __post_init__(self) -> None:
        finite("height", self.height)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.where(position[0] > self.center, self.height, 0.0)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        line = self.height * unit_step(grid.x, grid.spacing[0], self.center)
        return planar(grid, line)

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, self.height

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.center, self.center

    @property
    def edges(self) -> tuple[float, ...]:
        return (self.center,)

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return (self.height,)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class RectangularBarrier(AbstractSharpPotential):
    """V = `height` for abs(x - `center`) < `width`/2, else 0. Its edges are exact, so that T is differentiable in `width`."""

    height: EnergyValue
    width: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        finite("height", self.height)
        positive("width", self.width)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.where(jnp.abs(position[0] - self.center) < self.width / 2, self.height, 0.0)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        left, right = self.edges
        line = self.height * window(grid.x, grid.spacing[0], left, right)
        return planar(grid, line)

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.edges[0], self.edges[1]

    @property
    def edges(self) -> tuple[float, ...]:
        return self.center - self.width / 2, self.center + self.width / 2

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return self.height, -self.height


@register_dataclass
@dataclasses.dataclass(frozen=True)
class DoubleBarrier(AbstractSharpPotential):
    """Two rectangular barriers of `height` and `width`, their facing edges `separation` apart, symmetric about `center`."""

    height: EnergyValue
    width: Length
    separation: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        finite("height", self.height)
        positive("width", self.width)
        positive("separation", self.separation)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        distance = jnp.abs(position[0] - self.center)
        inside = (distance > self.separation / 2) & (distance < self.separation / 2 + self.width)
        return jnp.where(inside, self.height, 0.0)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        a, b, c, d = self.edges
        step = grid.spacing[0]
        line = self.height * (window(grid.x, step, a, b) + window(grid.x, step, c, d))
        return planar(grid, line)

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.edges[0], self.edges[3]

    @property
    def edges(self) -> tuple[float, ...]:
        inner = self.separation / 2
        outer = inner + self.width
        return self.center - outer, self.center - inner, self.center + inner, self.center + outer

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return self.height, -self.height, self.height, -self.height


@register_dataclass
@dataclasses.dataclass(frozen=True)
class GaussianBarrier(AbstractSmoothPotential):
    """V = `height` exp(-(x - `center`)^2 / (2 `width`^2))."""

    height: EnergyValue
    width: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        finite("height", self.height)
        positive("width", self.width)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return self.height * jnp.exp(-(((position[0] - self.center) / self.width) ** 2) / 2)

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
        u = (x - self.center) / self.width
        v = self.height * np.exp(-(u**2) / 2)
        return -u * v / self.width, (u**2 - 1) * v / self.width**2

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        half = self.width * reach(tolerance)
        return self.center - half, self.center + half


@register_dataclass
@dataclasses.dataclass(frozen=True)
class EckartBarrier(AbstractSmoothPotential):
    """V = `height` / cosh^2((x - `center`) / `width`): a smooth barrier with T(E) in closed form."""

    height: EnergyValue
    width: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        finite("height", self.height)
        positive("width", self.width)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        # sech^2(u) = 4 s(2u) (1 - s(2u)) with the logistic s: no overflow, and derivatives of any order
        u = 2 * (position[0] - self.center) / self.width
        return self.height * 4 * sigmoid(u) * sigmoid(-u)

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
        u = (x - self.center) / self.width
        v, t = self.height * 4 * sigmoid(2 * u) * sigmoid(-2 * u), np.tanh(u)
        return -2 * v * t / self.width, v * (6 * t**2 - 2) / self.width**2

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        half = self.width * math.acosh(1 / math.sqrt(tolerance))
        return self.center - half, self.center + half
