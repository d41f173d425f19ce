"""Bound states: eigenstates of H on the very grid of the propagation, and the localized combinations of the lowest doublet."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import jax
import jax.numpy as jnp

from .._checks import at_least
from ..errors import NumericsError
from ..grid import Grid
from ..hamiltonian import Hamiltonian, lowest_eigenstates
from ._base import AbstractState, normalized


@jax.tree_util.register_dataclass
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


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class LeftLocalized(AbstractState):
    """(S - A)/sqrt(2) of the two lowest levels, with the signs that put it on the left: the particle sits in the left well.

    It lies in the doublet alone, so its populations are a clean cosine; a Gaussian in the well is not. Its tail reaches into
    the right well: the left population starts at (1 + O)/2, not at 1 (see `wavesim.theory.localized_populations`).
    """

    bound: ClassVar[bool] = True

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        return _localized(grid, hamiltonian, -1.0)


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class RightLocalized(AbstractState):
    """(S + A)/sqrt(2) of the two lowest levels, on the right: the mirror image of `LeftLocalized`."""

    bound: ClassVar[bool] = True

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        return _localized(grid, hamiltonian, 1.0)


def _localized(grid: Grid, hamiltonian: Hamiltonian, side: float) -> jax.Array:
    if grid.dimension != 1:
        raise NumericsError(
            f"localized states are defined in one dimension, but the grid has {grid.dimension}; use a Superposition of eigenstates."
        )
    _, (lower, upper) = lowest_eigenstates(hamiltonian, 2)
    # the transition dipole <0|x|1> has the sign that tells on which side the sum of the two lies
    dipole = jnp.sum(lower * grid.x * upper)
    return normalized(lower + side * jnp.sign(dipole) * upper, grid).astype(complex)
