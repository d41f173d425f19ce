"""A particle shut in a well that is opened at time 0."""

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
    """The state number `level` of a well whose barrier goes on for ever; at time 0 the barrier becomes as thick as it is, and the particle leaks.

    Only for potentials with a well that leaks (`well_behind_barrier`, `coulomb_barrier`, `leaky_square_well`). It is not quite the
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
        shut = Hamiltonian(grid, potential, hamiltonian.mass)
        _, states = (lowest_eigenstates if wall is None else odd_eigenstates)(shut, self.level + 1)
        return jnp.asarray(states[self.level]).astype(complex)
