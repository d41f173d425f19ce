"""What potentials have in common in which the particle's mass depends on position."""

from __future__ import annotations

import abc
from typing import Any, NoReturn

import numpy as np

from ..._checks import concrete
from ..._jax import jax
from ...errors import NumericsError
from ...grid import Grid
from .._base import AbstractSharpPotential, Position

# masses that differ by less are one
_SAME = 1e-12
# beyond the structure m is the particle's within this share of it
_SAME_MASS = 1e-6
# places at which a mass is compared with the particle's
_LOOKS = 257


def refuse_masses() -> NoReturn:
    """Raise where something knows one mass alone.

    Raises:
        NumericsError: always.
    """
    raise NumericsError(
        "a heterostructure whose layers have masses of their own is known to transmission, transmission_at, transmission_maxima, "
        "energy_for_transmission, resonances, levels and current_voltage alone; ask one of these, or give every layer the particle's mass."
    )


def require_mass(outside: float, mass: float) -> None:
    """Raise where the particle comes in with another mass than the structure gives it there.

    Args:
        outside: m(x) where it comes from.
        mass: the particle's.

    Raises:
        NumericsError: if they differ.
    """
    if not abs(mass - outside) <= _SAME_MASS * mass:
        raise NumericsError(
            f"the particle's mass must be that of the structure where it comes from, {outside:.6g}, but is {mass:.6g} (internal units); set [particle] mass."
        )


class AbstractMassStructure(AbstractSharpPotential):
    """V(x) and m(x), -(1/2) (psi'/m(x))' + V psi = E psi: psi and psi'/m go on where either jumps.

    Source: D. J. BenDaniel, C. B. Duke, Phys. Rev. 152, 683 (1966).
    """

    @property
    @abc.abstractmethod
    def sides(self) -> tuple[Any, ...]:
        """The ends of the structure, and between them where V or m jumps or bends, in order [length]."""

    @abc.abstractmethod
    def band_edge(self, x: Any) -> Any:
        """V(x) [energy]."""

    @abc.abstractmethod
    def mass_at(self, x: Any, mass: Any) -> Any:
        """m(x), `mass` being the particle's [mass]."""

    @abc.abstractmethod
    def masses_outside(self, mass: Any) -> tuple[Any, Any]:
        """m to the left and to the right [mass]."""

    @abc.abstractmethod
    def masses_beside(self, mass: Any) -> tuple[Any, ...]:
        """m on the left and on the right of each of `edges` [mass]."""

    def mass_jumps(self, mass: Any) -> tuple[Any, ...]:
        """By how much m rises at each of `edges` [mass]."""
        return tuple(second - first for first, second in self.masses_beside(mass))

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        """V, where the mass is the same everywhere.

        Raises:
            NumericsError: if it is not, for then V alone says too little.
        """
        self._refuse(mass)
        return self.band_edge(position[0])

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        """No grid holds it.

        Raises:
            NumericsError: always.
        """
        raise NumericsError(
            "a heterostructure is no potential on a grid, for its mass and its bias are none of the grid's; ask transmission, transmission_at, "
            "transmission_maxima, resonances, levels or current_voltage, or take layers of one mass."
        )

    def _refuse(self, mass: Any) -> None:
        first, last = float(self.sides[0]), float(self.sides[-1])
        inside = first + (last - first) * (np.arange(_LOOKS) + 0.5) / _LOOKS
        ends = self.masses_outside(mass)
        if not all(concrete(one) for one in (*ends, mass)):
            return
        masses = np.append(np.asarray(self.mass_at(inside, mass), float), [float(end) for end in ends])
        if np.ptp(masses) > _SAME * float(mass):
            refuse_masses()
