"""Base class of potentials with a position-dependent mass."""

from __future__ import annotations

import abc
from typing import Any, NoReturn

import numpy as np

from ..._checks import concrete
from ..._jax import jax
from ...errors import NumericsError
from ...grid import Grid
from .._base import AbstractSharpPotential, Position

# relative difference below which masses are equal
_EQUAL = 1e-12
# relative difference of m beyond the structure from the particle's mass that is allowed
_EQUAL_OUTSIDE = 1e-6
# number of places at which m is compared with the particle's mass
_SAMPLES = 257


def refuse_masses() -> NoReturn:
    """Raise for a computation that supports a single mass only.

    Raises:
        NumericsError: always.
    """
    raise NumericsError(
        "a heterostructure whose layers have masses of their own is known to transmission, transmission_at, transmission_maxima, "
        "energy_for_transmission, resonances, levels and current_voltage alone; ask one of these, or give every layer the particle's mass."
    )


def require_mass(outside: float, mass: float) -> None:
    """Raise unless the particle comes in with the mass of the structure on that side.

    Args:
        outside: m(x) on the side it comes from.
        mass: the particle's mass.

    Raises:
        NumericsError: if they differ.
    """
    if not abs(mass - outside) <= _EQUAL_OUTSIDE * mass:
        raise NumericsError(
            f"the particle's mass must be that of the structure where it comes from, {outside:.6g}, but is {mass:.6g} (internal units); set [particle] mass."
        )


class AbstractMassStructure(AbstractSharpPotential):
    """V(x) and m(x), -(1/2) (psi'/m(x))' + V psi = E psi: psi and psi'/m are continuous where either jumps.

    Source: D. J. BenDaniel, C. B. Duke, Phys. Rev. 152, 683 (1966).
    """

    @property
    @abc.abstractmethod
    def sides(self) -> tuple[Any, ...]:
        """The ends of the structure, and the places between them where V or m jumps or bends, in order [length]."""

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
        """Rise of m at each of `edges` [mass]."""
        return tuple(second - first for first, second in self.masses_beside(mass))

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        """V, if the mass is the same everywhere.

        Raises:
            NumericsError: if it is not.
        """
        self._refuse(mass)
        return self.band_edge(position[0])

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        """Refuse: no plane-wave grid represents it.

        Raises:
            NumericsError: always.
        """
        raise NumericsError(
            "a heterostructure is no potential on a grid, for its mass and its bias are none of the grid's; ask transmission, transmission_at, "
            "transmission_maxima, resonances, levels or current_voltage, or take layers of one mass."
        )

    def _refuse(self, mass: Any) -> None:
        first, last = float(self.sides[0]), float(self.sides[-1])
        inside = first + (last - first) * (np.arange(_SAMPLES) + 0.5) / _SAMPLES
        ends = self.masses_outside(mass)
        if not all(concrete(value) for value in (*ends, mass)):
            return
        masses = np.append(np.asarray(self.mass_at(inside, mass), float), [float(end) for end in ends])
        if np.ptp(masses) > _EQUAL * float(mass):
            refuse_masses()
