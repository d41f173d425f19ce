"""A particle in a closed well that is opened at time 0."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from .._arrays import xp as jnp
from .._checks import at_least
from .._jax import jax
from .._pytree import register_dataclass
from ..errors import NumericsError
from ..grid import Grid
from ..hamiltonian import Hamiltonian, lowest_eigenstates, odd_eigenstates
from ._base import AbstractState


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Trapped(AbstractState):
    """The state number `level` of a well with an infinitely thick barrier; at time 0 the barrier becomes finite, and the particle leaks.

    Only for potentials with a leaky well (`well_behind_barrier`, `coulomb_barrier`, `leaky_square_well`). It differs from the
    decaying state: a small part leaves at once, and only then is the decay exponential.
    """

    bound: ClassVar[bool] = False

    level: int = dataclasses.field(default=0, metadata={"static": True})

    def __post_init__(self) -> None:
        at_least("level", self.level, 0)

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        if hamiltonian.closed is None or grid.dimension != 1:
            raise NumericsError(
                "a trapped start needs a well that leaks, in one dimension, but this potential is none; "
                "take well_behind_barrier, coulomb_barrier or leaky_square_well, or start from a gaussian_packet."
            )
        potential, wall = hamiltonian.closed
        closed = Hamiltonian(grid, potential, hamiltonian.mass)
        _, states = (lowest_eigenstates if wall is None else odd_eigenstates)(closed, self.level + 1)
        return jnp.asarray(states[self.level]).astype(complex)
