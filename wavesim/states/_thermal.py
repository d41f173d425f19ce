"""A particle at a temperature: a mixture of levels instead of a wave function."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from .._checks import one_of, positive
from .._jax import jax
from .._pytree import register_dataclass
from .._typing import Temperature
from ..errors import NumericsError
from ..grid import Grid
from ..hamiltonian import Hamiltonian
from ._base import AbstractState

_SIDES = ("both", "left", "right")


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Thermal(AbstractState):
    """Boltzmann's mixture of levels, rho = exp(-H/kT)/Z; with a side, of a particle that is on that side of the barrier at time 0.

    On the left, rho(0) = exp(-H/2kT) P exp(-H/2kT)/Z', where P projects on positions left of the barrier: for kT between the splitting and
    the top, a particle in the left well, in all thermally occupied levels. Below the splitting only the lowest level is occupied, on both sides.

    Args:
        temperature: such as "20 K"; kT in natural units.
        side: "left" or "right", or "both" for equilibrium, which is stationary.

    Raises:
        ArgumentError: if the temperature is not positive, or the side is none of these.

    Source: W. H. Miller, S. D. Schwartz, J. W. Tromp, J. Chem. Phys. 79, 4889 (1983), eq. (14), for the symmetric form.

    Not for propagation: a mixture has no psi. Ask for ``populations``.
    """

    bound: ClassVar[bool] = True

    temperature: Temperature
    side: str = dataclasses.field(default="both", metadata={"static": True})

    def __post_init__(self) -> None:
        positive("temperature", self.temperature)
        one_of("side", self.side, _SIDES)

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        del grid, hamiltonian
        raise NumericsError(
            "a thermal state is a mixture of levels and has no psi, so that nothing can be propagated; ask for populations, or start from an eigenstate."
        )
