"""Units at the door: plain constants (``0.3 * eV``), strings in files (``"0.3 eV"``); inside, hbar = 1 everywhere.

Inside, a problem with units is in atomic units (hbar = m_e = 1, bohr, hartree); a problem in natural units
(hbar = m = 1) is plain numbers. One source of constants: CODATA, as ``scipy.constants`` has it.
"""

from __future__ import annotations

import dataclasses
import re

from scipy import constants as _si

from ._text import brief
from ._typing import Dimension
from .errors import WavesimError

bohr = 1.0
hartree = 1.0
m_e = 1.0
m = 1.0 / _si.physical_constants["atomic unit of length"][0]
s = 1.0 / _si.physical_constants["atomic unit of time"][0]
kg = 1.0 / _si.physical_constants["atomic unit of mass"][0]
J = 1.0 / _si.physical_constants["atomic unit of energy"][0]
cm, um, nm, angstrom, pm, fm = 1e-2 * m, 1e-6 * m, 1e-9 * m, 1e-10 * m, 1e-12 * m, 1e-15 * m
ms, us, ns, ps, fs = 1e-3 * s, 1e-6 * s, 1e-9 * s, 1e-12 * s, 1e-15 * s
attosecond = 1e-18 * s
eV = _si.e * J
ueV, meV, keV, MeV = 1e-6 * eV, 1e-3 * eV, 1e3 * eV, 1e6 * eV
u = _si.atomic_mass * kg
m_p = _si.m_p * kg

_L, _T, _M, _E = (1, 0, 0), (0, 1, 0), (0, 0, 1), (2, -2, 1)
UNITS: dict[str, tuple[float, tuple[int, int, int]]] = {
    **{
        name: (value, _L)
        for name, value in dict(m=m, cm=cm, um=um, nm=nm, angstrom=angstrom, pm=pm, fm=fm, bohr=bohr).items()
    },
    **{
        name: (value, _T)
        for name, value in {"s": s, "ms": ms, "us": us, "ns": ns, "ps": ps, "fs": fs, "as": attosecond}.items()
    },
    **{name: (value, _M) for name, value in dict(kg=kg, m_e=m_e, u=u, m_p=m_p).items()},
    **{
        name: (value, _E)
        for name, value in dict(J=J, eV=eV, ueV=ueV, meV=meV, keV=keV, MeV=MeV, hartree=hartree).items()
    },
    "Hz": (1.0 / s, (0, -1, 0)),
    "rad": (1.0, (0, 0, 0)),
}

_NUMBER = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)$")
_FACTOR = re.compile(r"\s*([*/ ]?)\s*(1(?=\s*/)|[A-Za-z_]+)(?:\^|\*\*)?(-?\d+)?")


def unit(symbol: str) -> tuple[float, tuple[int, int, int]]:
    """Value in internal (atomic) units, and powers of length, time and mass, of a unit such as ``"eV"``, ``"1/nm"`` or ``"eV nm"``.

    Raises:
        WavesimError: if the symbol is not made of known units.
    """
    value, powers, at = 1.0, [0, 0, 0], 0
    text = symbol.strip()
    while at < len(text):
        match = _FACTOR.match(text, at)
        if match is None or (match[2] != "1" and match[2] not in UNITS):
            raise WavesimError(
                f"{brief(symbol)} is not a known unit; the units are {', '.join(UNITS)}, their products, quotients and powers."
            )
        if match[2] != "1":
            sign = (-1 if match[1] == "/" else 1) * int(match[3] or 1)
            factor, dims = UNITS[match[2]]
            value *= factor**sign
            powers = [p + sign * d for p, d in zip(powers, dims, strict=True)]
        at = match.end()
    return value, (powers[0], powers[1], powers[2])


def parse(text: str, dimension: Dimension) -> float:
    """The internal value of a quantity written as text, ``parse("0.30 eV", ENERGY)``.

    Raises:
        WavesimError: if the text is no number with a unit of that dimension; the message lists units that are.
    """
    article = "an" if dimension.name[0] in "aeiou" else "a"
    expected = f"expected {article} {dimension.name}, for example in {', '.join(dimension.examples) or 'plain numbers'}"
    match = _NUMBER.match(text)
    if match is None:
        raise WavesimError(f"{brief(text)} is not a number with a unit: {expected}.")
    symbol = match[2].strip()
    if not symbol and dimension.powers != (0, 0, 0):
        raise WavesimError(f'{brief(text)} has no unit: {expected} (or set units = "natural" for hbar = m = 1).')
    try:
        value, powers = unit(symbol)
    except WavesimError as error:
        raise WavesimError(f"{brief(text)}: {error}") from None
    if powers not in (dimension.powers, *dimension.also):
        raise WavesimError(f"{brief(text)} is not {article} {dimension.name}: {expected}.")
    return float(match[1]) * value


def parse_any(text: str) -> float:
    """The internal value of a number with a unit of any dimension, or with none: ``parse_any("0.30 eV")``.

    Raises:
        WavesimError: if the text is no number with a known unit.
    """
    match = _NUMBER.match(text)
    if match is None:
        raise WavesimError(f"{brief(text)} is not a number with a unit: expected one such as '0.3 eV' or '1 nm'.")
    try:
        return float(match[1]) * unit(match[2])[0]
    except WavesimError as error:
        raise WavesimError(f"{brief(text)}: {error}") from None


@dataclasses.dataclass(frozen=True)
class UnitSystem:
    """How internal numbers are shown: the unit of each dimension, or plain numbers in natural units.

    ``UnitSystem(natural=True)`` shows every number as it is; ``UnitSystem(energy="meV")`` shows energies in meV.
    """

    natural: bool = False
    length: str = "nm"
    energy: str = "eV"
    time: str = "fs"
    mass: str = "m_e"

    def symbol(self, dimension: Dimension) -> str:
        """The unit in which a quantity of that dimension is shown; ``"1"`` for pure numbers, ``"natural"`` in natural units."""
        if dimension.powers == (0, 0, 0):
            return "1"
        if self.natural:
            return "natural"
        composed = {
            "length": self.length,
            "energy": self.energy,
            "time": self.time,
            "mass": self.mass,
            "momentum": f"1/{self.length}",
            "frequency": f"1/{self.time}",
            "force": f"{self.energy}/{self.length}",
            "strength": f"{self.energy} {self.length}",
        }
        return composed[dimension.name]

    def scale(self, dimension: Dimension) -> float:
        """What one shown unit of that dimension is in internal units; divide by it to show a number."""
        symbol = self.symbol(dimension)
        return 1.0 if symbol in ("1", "natural") else unit(symbol)[0]

    def label(self, name: str, dimension: Dimension) -> str:
        """An axis label with its unit: ``"x (nm)"``; in natural units ``"x (natural units)"``."""
        symbol = self.symbol(dimension)
        return name if symbol == "1" else f"{name} ({'natural units' if symbol == 'natural' else symbol})"
