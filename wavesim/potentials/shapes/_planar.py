"""Potentials of two dimensions: a wall with two slits."""

from __future__ import annotations

import dataclasses

from ..._arrays import xp as jnp
from ..._checks import finite, positive
from ..._jax import jax
from ..._pytree import register_dataclass
from ..._typing import EnergyValue, Length
from ...errors import ArgumentError
from .._base import AbstractSmoothPotential, Position, reach


@register_dataclass
@dataclasses.dataclass(frozen=True)
class DoubleSlit(AbstractSmoothPotential):
    """V = `height` exp(-x^2/(2 `thickness`^2)) [1 - g(y - a)] [1 - g(y + a)], g(u) = exp(-u^2/(2 `slit_width`^2)), a = `separation`/2.

    A wall across the x axis with two slits, whose centers are `separation` apart along y; x is measured from `center`. Both profiles
    are smooth, so that runs converge faster than any power of the spacing. At an energy E below `height` a slit is open where
    exp(-u^2/(2 slit_width^2)) > 1 - E/height. Needs a grid of two axes.
    """

    height: EnergyValue
    thickness: Length
    slit_width: Length
    separation: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        for name in ("height", "thickness", "slit_width", "separation"):
            positive(name, getattr(self, name))
        finite("center", self.center)

    @property
    def dimension(self) -> int:
        return 2

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        if len(position) < 2:
            raise ArgumentError("kind", "double_slit needs two axes, but the grid has one; give [grid] two of each.")
        x, y = position[0] - self.center, position[1]
        wall = self.height * jnp.exp(-((x / self.thickness) ** 2) / 2)
        for side in (-0.5, 0.5):
            wall = wall * -jnp.expm1(-(((y - side * self.separation) / self.slit_width) ** 2) / 2)
        return wall

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        half = self.thickness * reach(tolerance)
        return self.center - half, self.center + half

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        if axis != 1:
            return self.support(tolerance) if axis == 0 else None
        half = self.separation / 2 + self.slit_width * reach(tolerance)
        return -half, half
