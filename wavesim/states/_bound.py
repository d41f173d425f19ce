"""Bound states: eigenstates of H on the grid of the propagation, and localized combinations of the lowest doublet."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from .._arrays import xp as jnp
from .._checks import at_least
from .._jax import jax
from .._pytree import register_dataclass
from ..errors import NumericsError
from ..grid import Grid
from ..hamiltonian import Hamiltonian, lowest_eigenstates
from ._base import AbstractState, normalized


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Eigenstate(AbstractState):
    """The eigenstate number `level` (0 is the ground state) of H on the grid."""

    bound: ClassVar[bool] = True

    level: int = dataclasses.field(default=0, metadata={"static": True})

    def __post_init__(self) -> None:
        at_least("level", self.level, 0)

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        _, states = lowest_eigenstates(hamiltonian, self.level + 1)
        return states[self.level].astype(complex)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class LeftLocalized(AbstractState):
    """The combination of the two lowest levels that lies farthest to the left: the particle is in the left well.

    It is the eigenvector of x, projected on the two, with the smaller eigenvalue: (S - A)/sqrt(2) in symmetric wells, and its
    analog, with unequal shares of the levels, in tilted ones. It contains no other levels, so its populations are a pure cosine, unlike
    those of a Gaussian in the well. Its tail reaches into the right well: the left population of symmetric wells starts at (1 + O)/2, not at
    1 (see `wavesim.theory.right_population`). In a driven well the levels are those at time 0, of V held constant beyond the rims of the wells.

    Not for wells tilted so far that both levels lie in the same well.
    """

    bound: ClassVar[bool] = True

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        return _localized(grid, hamiltonian)[0]


@register_dataclass
@dataclasses.dataclass(frozen=True)
class RightLocalized(AbstractState):
    """The combination of the two lowest levels that lies farthest to the right; orthogonal to `LeftLocalized`."""

    bound: ClassVar[bool] = True

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        return _localized(grid, hamiltonian)[1]


def _localized(grid: Grid, hamiltonian: Hamiltonian) -> tuple[jax.Array, jax.Array]:
    """The eigenvectors of x within the two lowest levels, left and right.

    Two nearly degenerate levels that rounding has mixed are separated too.
    """
    if grid.dimension != 1:
        raise NumericsError(
            f"localized states are defined in one dimension, but the grid has {grid.dimension}; use a Superposition of eigenstates."
        )
    if hamiltonian.held is not None:
        hamiltonian = Hamiltonian(grid, hamiltonian.held, hamiltonian.mass)
    _, (lower, upper) = lowest_eigenstates(hamiltonian, 2)
    dipole = jnp.sum(lower * grid.x * upper)
    difference = jnp.sum((lower - upper) * grid.x * (lower + upper))
    angle = jnp.arctan2(2 * dipole, difference) / 2
    left = jnp.sin(angle) * lower - jnp.cos(angle) * upper
    right = jnp.cos(angle) * lower + jnp.sin(angle) * upper
    return normalized(left, grid).astype(complex), normalized(right, grid).astype(complex)
