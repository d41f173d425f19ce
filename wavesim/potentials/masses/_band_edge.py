"""V(x) of a heterostructure for runs, together with its m(x)."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..._jax import jax
from ..._pytree import register_dataclass
from .._base import AbstractSmoothPotential, Position
from ._mass_structure import AbstractMassStructure


@register_dataclass
@dataclasses.dataclass(frozen=True)
class BandEdge(AbstractSmoothPotential):
    """The band edge V of a `structure`, for a packet in spectral elements, which end where V or m jumps.

    Not for a plane-wave grid, which has one mass: `wavesim.unfolding.unfolded` makes it for runs in eigenstates of spectral elements.

    Args:
        structure: V(x) and m(x).
    """

    structure: AbstractMassStructure

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return self.structure.band_edge(position[0])

    def asymptotes(self) -> tuple[float, float]:
        return self.structure.asymptotes()

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.structure.support(tolerance)

    @property
    def sides(self) -> tuple[Any, ...]:
        """Where V or m jumps or bends [length]."""
        return self.structure.sides
