"""A stack of layers, each of one thickness and one height: heterostructures, multilayers, superlattices."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

from ..._arrays import constant, xp as jnp
from ..._checks import concrete, finite, positive
from ..._jax import jax
from ..._pytree import register_dataclass
from ..._typing import EnergyValue, Length
from ...edges import Places, unit_step
from ...errors import ArgumentError
from ...grid import Grid
from .._base import AbstractSharpPotential, Position, planar

# largest number of layers: each is a separate number in a compiled program, while a table of samples is one array
_MOST = 1000


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Layers(AbstractSharpPotential):
    """V = the height of each layer inside it; the layers adjoin one another, starting at `left`, with `before` on their left and `after` on their right.

    ``Layers(((2 * nm, 0.3 * eV), (5 * nm, 0.0), (2 * nm, 0.3 * eV)))`` is a double barrier. Edges are exact: every result is
    differentiable in every thickness and height. Neighbors of equal height form one layer.

    Args:
        layers: thickness and height of each, from left to right.
        left: position where the first layer begins.
        before: V to the left of the stack.
        after: V to the right of it.

    Raises:
        ArgumentError: if there is no layer, one is no pair, a thickness is not positive or a height not finite.
    """

    layers: tuple[tuple[Length, EnergyValue], ...]
    left: Length = 0.0
    before: EnergyValue = 0.0
    after: EnergyValue = 0.0

    def __post_init__(self) -> None:
        for name in ("left", "before", "after"):
            finite(name, getattr(self, name))
        if isinstance(self.layers, tuple | list):
            if not self.layers:
                raise ArgumentError("layers", 'must hold at least one layer, but is empty; write ["2 nm", "0.3 eV"].')
            if len(self.layers) > _MOST:
                raise ArgumentError(
                    "layers",
                    f"must be at most {_MOST:,}, but are {len(self.layers):,}; take a sampled potential with interpolation layers.",
                )
            for place, layer in enumerate(self.layers):
                if isinstance(layer, tuple | list):
                    if len(layer) != 2:
                        raise ArgumentError(
                            "layers", f"must be pairs of a thickness and a height, but one is {layer!r}; give both."
                        )
                    positive(f"layers.{place}.0", layer[0])
                    finite(f"layers.{place}.1", layer[1])
            # convert lists of lists too
            object.__setattr__(
                self, "layers", tuple(tuple(layer) if isinstance(layer, list) else layer for layer in self.layers)
            )

    @property
    def _sides(self) -> tuple[Any, ...]:
        """Boundaries of the layers, one more than the number of layers."""
        return tuple(itertools.accumulate((thickness for thickness, _ in self.layers), initial=self.left))

    @property
    def _heights(self) -> tuple[Any, ...]:
        """V before, in, and after the layers."""
        return self.before, *(height for _, height in self.layers), self.after

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        sides, heights = jnp.stack([jnp.asarray(side, float) for side in self._sides]), self._heights
        place = jnp.searchsorted(constant(sides), jnp.asarray(position[0], float), side="right")
        return jnp.stack([jnp.asarray(height, float) for height in heights])[place]

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        line = self.before + jnp.zeros(grid.points[0])
        for side, jump in zip(self._sides, self.jumps_at(time), strict=True):
            line = line + jump * unit_step(grid.x, grid.spacing[0], side)
        return planar(grid, line)

    def asymptotes(self) -> tuple[float, float]:
        return self.before, self.after

    def support(self, tolerance: float) -> tuple[float, float]:
        edges = self.edges or (self.left, self._sides[-1])
        return float(edges[0]), float(edges[-1])

    @property
    def edges(self) -> tuple[float, ...]:
        """Boundaries at which V jumps."""
        jumps = self.jumps_at(0.0)
        if not all(concrete(jump) for jump in jumps):
            return self._sides
        return tuple(side for side, jump in zip(self._sides, jumps, strict=True) if jump != 0)

    def edges_at(self, time: float) -> Places:
        """All boundaries, including those of neighbors of equal height."""
        return self._sides

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return tuple(second - first for first, second in itertools.pairwise(self._heights))
