"""Parts of space in which probability is counted."""

from __future__ import annotations

import abc
import dataclasses

from ._checks import finite
from ._face import public
from ._jax import jax
from ._pytree import register_dataclass
from ._typing import Length
from .edges import unit_step, window
from .errors import ArgumentError
from .grid import Grid


class AbstractRegion(abc.ABC):
    """A region bounded by planes across the first axis.

    ``fraction(grid)`` gives the weight of each grid point, so that the probability inside is
    ``sum(fraction * |psi|^2) * cell``. The weights are moment-matched at the planes (`wavesim.edges`), which keeps the sum accurate
    to O(dx^5) where a plane cuts through psi; counting points would err by O(dx).
    """

    @abc.abstractmethod
    def fraction(self, grid: Grid) -> jax.Array:
        """Weights, shaped to broadcast against ``grid.points``."""

    @property
    def planes(self) -> tuple[float, ...]:
        """Positions of its boundaries [length]; a planned absorber keeps clear of them."""
        return tuple(float(getattr(self, field.name)) for field in dataclasses.fields(self))  # type: ignore[arg-type]


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Beyond(AbstractRegion):
    """The half space right of the plane x = `position` (length)."""

    position: Length

    def __post_init__(self) -> None:
        finite("position", self.position)

    def fraction(self, grid: Grid) -> jax.Array:
        return _across(grid, unit_step(grid.x, grid.spacing[0], self.position))


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Before(AbstractRegion):
    """The half space left of the plane x = `position` (length)."""

    position: Length

    def __post_init__(self) -> None:
        finite("position", self.position)

    def fraction(self, grid: Grid) -> jax.Array:
        return _across(grid, 1.0 - unit_step(grid.x, grid.spacing[0], self.position))


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Between(AbstractRegion):
    """The space between the planes x = `left` and x = `right` (lengths)."""

    left: Length
    right: Length

    def __post_init__(self) -> None:
        finite("left", self.left)
        finite("right", self.right)
        if isinstance(self.left, float | int) and isinstance(self.right, float | int) and self.right < self.left:
            raise ArgumentError("right", f"must not lie left of `left`, but {self.right} < {self.left}; exchange them.")

    def fraction(self, grid: Grid) -> jax.Array:
        return _across(grid, window(grid.x, grid.spacing[0], self.left, self.right))


def _across(grid: Grid, values: jax.Array) -> jax.Array:
    return values.reshape((-1,) + (1,) * (grid.dimension - 1))


def __dir__() -> list[str]:
    return public(globals())
