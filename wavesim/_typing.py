"""Physical dimensions of fields, as part of the field's type; the scenario schema takes its units from them."""

from __future__ import annotations

import dataclasses
from typing import Annotated


@dataclasses.dataclass(frozen=True)
class Dimension:
    """A physical dimension as powers of length, time and mass, with hbar = 1.

    Example: ``Dimension("energy", (2, -2, 1))``. `also` lists a second reading that hbar = 1 makes equal
    (a momentum hbar k may be given as the wave number k, in 1/nm).
    """

    name: str
    powers: tuple[int, int, int]
    also: tuple[tuple[int, int, int], ...] = ()
    examples: tuple[str, ...] = ()


LENGTH = Dimension("length", (1, 0, 0), examples=("nm", "angstrom", "bohr", "pm", "m"))
TIME = Dimension("time", (0, 1, 0), examples=("fs", "as", "ps", "ns", "s"))
MASS = Dimension("mass", (0, 0, 1), examples=("m_e", "u", "kg"))
ENERGY = Dimension("energy", (2, -2, 1), examples=("eV", "meV", "hartree", "J"))
MOMENTUM = Dimension("momentum", (1, -1, 1), also=((-1, 0, 0),), examples=("1/nm", "1/angstrom", "1/bohr"))
VELOCITY = Dimension("velocity", (1, -1, 0), examples=("m/s", "nm/fs", "bohr/as"))
FREQUENCY = Dimension("frequency", (0, -1, 0), examples=("1/fs", "1/ps", "rad/fs"))
FORCE = Dimension("force", (1, -2, 1), examples=("eV/nm", "meV/nm", "hartree/bohr"))
STRENGTH = Dimension("strength", (3, -2, 1), examples=("eV nm", "hartree bohr"))
CURRENT_DENSITY = Dimension("current_density", (-2, -1, 0), examples=("A/cm^2", "nA/nm^2"))
TEMPERATURE = Dimension("temperature", (2, -2, 1), examples=("K", "mK"))
INVERSE_FIELD = Dimension("inverse_field", (-1, 2, -1), examples=("nm/eV",))
INVERSE_TEMPERATURE = Dimension("inverse_temperature", (-2, 2, -1), examples=("1/K",))
DIMENSIONLESS = Dimension("dimensionless", (0, 0, 0))

# dimensions that change if the coordinate is an angle
_ANGULAR = {
    "length": Dimension("angle", (0, 0, 0), examples=("degree", "rad")),
    "mass": Dimension("moment of inertia", (2, 0, 1), examples=("u angstrom^2", "kg m^2")),
    "momentum": Dimension("angular momentum", (2, -1, 1), also=((0, 0, 0),), examples=("hbar", "1/rad")),
    "force": Dimension("torque", (2, -2, 1), examples=("meV/rad", "meV/degree")),
    "strength": Dimension("strength", (2, -2, 1), examples=("meV rad", "meV degree")),
}


def angular(dimension: Dimension) -> Dimension:
    """A dimension as it is along an angle: a length becomes an angle, a mass a moment of inertia."""
    return _ANGULAR.get(dimension.name, dimension)


# A field holds a plain number in internal units, or a traced array of shape () under a JAX transformation.
Length = Annotated[float, LENGTH]
Time = Annotated[float, TIME]
Mass = Annotated[float, MASS]
EnergyValue = Annotated[float, ENERGY]
# V far away, which may be infinite
INFINITE = "may be inf"
EndValue = Annotated[float, ENERGY, INFINITE]
Momentum = Annotated[float, MOMENTUM]
Velocity = Annotated[float, VELOCITY]
Frequency = Annotated[float, FREQUENCY]
Force = Annotated[float, FORCE]
Strength = Annotated[float, STRENGTH]
# a named number of a formula, of any dimension
ANY = Dimension("quantity", (0, 0, 0))
Parameter = Annotated[float, ANY]
Temperature = Annotated[float, TEMPERATURE]
Number = Annotated[float, DIMENSIONLESS]
