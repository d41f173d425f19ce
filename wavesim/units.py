"""Units at the door: plain constants (``0.3 * eV``), strings in files (``"0.3 eV"``); inside, hbar = 1 everywhere.

Inside, a problem with units is in atomic units (hbar = m_e = 1, bohr, hartree); a problem in natural units
(hbar = m = 1) is plain numbers. One source of constants: CODATA 2022. They count as exact: no error bar
holds their own uncertainty, or that their digits agree with each other to 4e-13 only (``docs/conventions.md``, "Units").

What is no energy by itself becomes one as its users mean it: ``"5 GHz"`` is h f, ``"232 1/cm"`` is h c / length, ``"300 K"`` is
k_B T, ``"2 kcal/mol"`` is per molecule. Hertz are whole cycles: as an angular frequency, which is what `frequency` means in this
package, 1 Hz is 2 pi rad/s, so that h f and hbar omega are one energy.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from collections.abc import Iterable
from typing import Any

from . import _codata as _si
from ._face import public
from ._text import brief, meant
from ._typing import TIME, Dimension
from ._unit import Unit as Unit
from .errors import WavesimError

bohr = 1.0
hartree = 1.0
m_e = 1.0
hbar = 1.0
atomic_time = 1.0
m = 1.0 / _si.BOHR_RADIUS
s = 1.0 / _si.ATOMIC_TIME
kg = 1.0 / _si.ELECTRON_MASS
J = 1.0 / _si.HARTREE
mm, cm, um, nm, angstrom, pm, fm = 1e-3 * m, 1e-2 * m, 1e-6 * m, 1e-9 * m, 1e-10 * m, 1e-12 * m, 1e-15 * m
ms, us, ns, ps, fs = 1e-3 * s, 1e-6 * s, 1e-9 * s, 1e-12 * s, 1e-15 * s
attosecond = 1e-18 * s
minute, hour, day = 60 * s, 3600 * s, 86400 * s
# Julian
year = 365.25 * day
eV = _si.ELEMENTARY_CHARGE * J
peV, neV, ueV, meV, keV, MeV = 1e-12 * eV, 1e-9 * eV, 1e-6 * eV, 1e-3 * eV, 1e3 * eV, 1e6 * eV
rydberg = 0.5
mol = _si.AVOGADRO
kJ, cal, kcal = 1e3 * J, _si.CALORIE * J, 1e3 * _si.CALORIE * J
K = _si.BOLTZMANN * J
mK, uK, nK, pK = 1e-3 * K, 1e-6 * K, 1e-9 * K, 1e-12 * K
Hz = 2 * math.pi / s
kHz, MHz, GHz, THz = 1e3 * Hz, 1e6 * Hz, 1e9 * Hz, 1e12 * Hz
# currents of electrons: the elementary charge is 1
A = s**-1 / _si.ELEMENTARY_CHARGE
kA, mA, uA, nA, pA = 1e3 * A, 1e-3 * A, 1e-6 * A, 1e-9 * A, 1e-12 * A
hc = 2 * math.pi * _si.SPEED_OF_LIGHT * m / s
N = J / m
mN, uN, nN, pN, fN = 1e-3 * N, 1e-6 * N, 1e-9 * N, 1e-12 * N, 1e-15 * N
g = 1e-3 * kg
mg, ug, ng, pg, fg = 1e-3 * g, 1e-6 * g, 1e-9 * g, 1e-12 * g, 1e-15 * g
u = Da = amu = _si.ATOMIC_MASS * kg
m_p, m_n = _si.PROTON_MASS * kg, _si.NEUTRON_MASS * kg
electron, proton, neutron = m_e, m_p, m_n
muon, deuteron, triton, helion, alpha = (
    mass * kg for mass in (_si.MUON_MASS, _si.DEUTERON_MASS, _si.TRITON_MASS, _si.HELION_MASS, _si.ALPHA_MASS)
)
# the neutral atom: AME2020, M. Wang et al., Chinese Phys. C 45, 030003 (2021)
helium = 4.00260325413 * u
rad, degree = 1.0, math.pi / 180

Powers = tuple[int, int, int]
_NONE, _L, _T, _M, _E = (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (2, -2, 1)
_HERTZ = dict(Hz=Hz, kHz=kHz, MHz=MHz, GHz=GHz, THz=THz)
UNITS: dict[str, tuple[float, Powers]] = {
    name: (value, powers)
    for powers, values in (
        (_L, dict(m=m, mm=mm, cm=cm, um=um, nm=nm, angstrom=angstrom, pm=pm, fm=fm, bohr=bohr)),
        (_T, {"s": s, "ms": ms, "us": us, "ns": ns, "ps": ps, "fs": fs, "as": attosecond, "atomic_time": atomic_time}),
        (_T, {"min": minute, "h": hour, "d": day, "y": year}),
        (_M, dict(kg=kg, g=g, mg=mg, ug=ug, ng=ng, pg=pg, fg=fg, u=u, Da=Da, amu=amu, m_e=m_e, m_p=m_p, m_n=m_n)),
        (_M, dict(electron=electron, muon=muon, proton=proton, neutron=neutron, deuteron=deuteron, triton=triton)),
        (_M, dict(helion=helion, alpha=alpha, helium=helium)),
        (_E, dict(J=J, eV=eV, peV=peV, neV=neV, ueV=ueV, meV=meV, keV=keV, MeV=MeV, hartree=hartree, rydberg=rydberg)),
        (_E, dict(kJ=kJ, cal=cal, kcal=kcal, K=K, mK=mK, uK=uK, nK=nK, pK=pK)),
        ((0, -1, 0), _HERTZ | dict(A=A, kA=kA, mA=mA, uA=uA, nA=nA, pA=pA)),
        ((1, -2, 1), dict(N=N, mN=mN, uN=uN, nN=nN, pN=pN, fN=fN)),
        (_NONE, dict(mol=mol, rad=rad, degree=degree)),
        ((2, -1, 1), dict(hbar=hbar)),
        ((3, -2, 1), dict(hc=hc)),
    )
    for name, value in values.items()
}
# units that remember their names, so that what is written as 0.3 * eV is shown in eV
_NAMED = {name: Unit(value, name) for name, (value, powers) in UNITS.items() if powers in (_L, _T, _M, _E)}
# these symbols are words or functions of Python, or too short for names
_WORDS = {"as": "attosecond", "min": "minute", "h": "hour", "d": "day", "y": "year"}
globals().update({_WORDS.get(name, name): unit_ for name, unit_ in _NAMED.items()})

_NUMBER = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$", re.DOTALL)
_FACTOR = re.compile(r"\s*([*/ ]?)\s*(1(?=\s*/)|[A-Za-z_]+)(?:\^|\*\*)?(-?\d+)?")
_SIGNS = str.maketrans(
    {"\u00b5": "u", "\u03bc": "u", "\u00c5": "angstrom", "\u212b": "angstrom", "\u210f": "hbar", "\u00b0": "degree",
     "\u207b": "-", "\u2212": "-", "\u00b7": " ", "\u22c5": " ", "\u00d7": " ",
     **{char: str(digit) for digit, char in enumerate("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")}}
)  # fmt: skip
_ATOMIC_TIME = re.compile(r"\b(?:atomic time(?: units?)?|atomic units? of time|(?:a\.u\.|au)(?: of)? time)(?!\w)")
_ATOMIC = ("a.u.", "atomic unit", "atomic units")


_SIZE = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PLUS_MINUS = re.compile(
    rf"^\s*(?P<open>\()?\s*(?P<value>[-+]?{_SIZE})\s*(?P<own>[^()\u00b1+]*?)\s*(?:\+-|\+/-|\u00b1)\s*(?P<size>{_SIZE})\s*(?P<percent>%)?\s*"
    rf"(?(open)\))\s*(?P<unit>.*?)\s*$"
)
_CONCISE = re.compile(
    r"^\s*(?P<value>[-+]?\d*\.?(?P<decimals>\d+))\((?P<last>\d+)\)(?P<power>[eE][-+]?\d+)?\s*(?P<unit>.*?)\s*$"
)


def split_uncertain(text: str) -> tuple[str, str] | None:
    """Value and uncertainty, each with its unit, of ``"0.30 +- 0.01 eV"``: ``("0.30 eV", "0.01 eV")``; None for any other text.

    Also ``"(0.30 +- 0.01) eV"``, ``"0.30 eV +- 10 meV"``, ``"0.30 eV +- 3 %"``, +/- or the sign for it, and ``"0.301(12) eV"``, whose
    12 counts in the last digits.
    """
    if match := _PLUS_MINUS.match(text):
        unit_of_size = match["unit"] or match["own"]
        value, size = match["value"], match["size"]
        if match["percent"]:
            size, unit_of_size = repr(abs(float(value)) * float(size) / 100), match["own"] or match["unit"]
        return f"{value} {match['own'] or match['unit']}".strip(), f"{size} {unit_of_size}".strip()
    if match := _CONCISE.match(text):
        power, unit_of_both = match["power"] or "", match["unit"]
        digits = len(match["decimals"]) if "." in match["value"] else 0
        size = float(f"{float(match['last']) * 10.0**-digits * float('1' + power):.15g}")
        return f"{match['value']}{power} {unit_of_both}".strip(), f"{size!r} {unit_of_both}".strip()
    return None


def number_and_unit(text: str) -> tuple[float, str] | None:
    """Number and symbol of ``"0.30 eV"``: ``(0.3, "eV")``; the symbol may be empty. None if the text begins with no number."""
    match = _NUMBER.match(text)
    return None if match is None else (float(match[1]), match[2])


def _factors(symbol: str) -> list[tuple[str, int]] | None:
    """Names and powers of the factors of a symbol; None if one of them is unknown."""
    text, at = _ATOMIC_TIME.sub("atomic_time", symbol.translate(_SIGNS).strip()), 0
    parts: list[tuple[str, int]] = []
    while at < len(text):
        match = _FACTOR.match(text, at)
        if match is None or (match[2] != "1" and match[2] not in UNITS):
            return None
        if match[2] != "1":
            parts.append((match[2], (-1 if match[1] == "/" else 1) * int(match[3] or 1)))
        at = match.end()
    return parts


@functools.lru_cache(maxsize=1024)
def unit(symbol: str, like: Powers | None = None) -> tuple[float, Powers]:
    """Value in internal (atomic) units, and powers of length, time and mass, of a unit such as ``"eV"``, ``"1/nm"`` or ``"eV nm"``; what is
    misspelt most likely means one `like` those powers.

    Raises:
        WavesimError: if the symbol is not made of known units.
    """
    parts = _factors(symbol)
    if parts is None and symbol.startswith(","):
        raise WavesimError("a number must have a point and no comma; write, for example, 6.5.")
    if parts is None:
        near = meant(symbol.strip(), [name for name, (_, own) in UNITS.items() if own == like], UNITS)
        hint = f"did you mean {near}? The" if near else "the"
        raise WavesimError(
            f"{brief(symbol)} is not a known unit; {hint} units are {', '.join(UNITS)}, their products, quotients and powers."
        )
    value, powers = 1.0, [0, 0, 0]
    for name, power in parts:
        factor, dims = UNITS[name]
        value *= factor**power
        powers = [total + power * own for total, own in zip(powers, dims, strict=True)]
    return value, (powers[0], powers[1], powers[2])


@functools.lru_cache(maxsize=1024)
def value_in(symbol: str, dimension: Dimension) -> float | None:
    """The internal value of a unit of a dimension; None if the unit is of another one.

    Energies may be given as h f or as h c / cm, frequencies as energies over hbar; also within composed units.

    Raises:
        WavesimError: if the symbol is not made of known units.
    """
    if symbol.strip() in _ATOMIC:
        return 1.0
    value, powers = unit(symbol, dimension.powers)
    parts = _factors(symbol) or []
    cycles = sum(power for name, power in parts if name in _HERTZ)
    wanted = (dimension.powers, *dimension.also)
    if powers in wanted:
        # the period of a cycle, not of a radian
        return value * (2 * math.pi) ** -cycles if dimension == TIME else value
    if _shifted(powers, (2, -1, 1)) in wanted and (cycles == 1 or ("rad", 1) in parts):
        return value
    if _shifted(powers, (-2, 1, -1)) == dimension.powers:
        return value if dimension.name == "frequency" else None
    if sum(power for name, power in parts if name == "cm") == -1 and not any(name == "rad" for name, _ in parts):
        energy = _shifted(powers, (3, -2, 1))
        if energy in wanted or (dimension.name == "frequency" and energy == _E):
            return value * hc
    return None


def _shifted(powers: Powers, by: Powers) -> Powers:
    length, time, mass = (power + change for power, change in zip(powers, by, strict=True))
    return length, time, mass


def parse(text: str, dimension: Dimension) -> float:
    """The internal value of a quantity written as text, ``parse("0.30 eV", ENERGY)``; a mass may be a particle, ``"neutron"``.

    Raises:
        WavesimError: if the text is no number with a unit of that dimension; the message lists units that are.
    """
    article = "an" if dimension.name[0] in "aeiou" else "a"
    expected = f"expected {article} {dimension.name}, for example in {', '.join(dimension.examples) or 'plain numbers'}"
    parsed = number_and_unit(text.translate(_SIGNS))
    if parsed is None and dimension.powers == _M and UNITS.get(text.strip(), (0.0, _NONE))[1] == _M:
        parsed = 1.0, text.strip()
    if parsed is None:
        raise WavesimError(f"{brief(text)} is not a number with a unit: {expected}.")
    number, symbol = parsed
    if not symbol and dimension.powers != _NONE:
        raise WavesimError(f'{brief(text)} has no unit: {expected} (or set units = "natural" for hbar = m = 1).')
    try:
        value = value_in(symbol, dimension)
        rate = value is None and dimension.powers == _E and unit(symbol)[1] == (0, -1, 0)
    except WavesimError as error:
        raise WavesimError(f"{brief(text)}: {error}") from None
    if value is None and rate:
        raise WavesimError(
            f"{brief(text)} may mean h f or hbar omega; write it in Hz, kHz, MHz, GHz or THz for h f, with rad, as in 'rad/fs', for hbar omega."
        )
    if value is None:
        raise WavesimError(f"{brief(text)} is not {article} {dimension.name}: {expected}.")
    named = _NAMED.get(symbol)
    return number * value if named is None or dimension.powers != unit(symbol)[1] else number * named


def parse_any(text: str) -> float:
    """The internal value of a number with a unit of any dimension, or with none: ``parse_any("0.30 eV")``.

    ``1/cm`` is an energy here, as in spectroscopy; a wave number is written ``rad/cm``, or in another length.

    Raises:
        WavesimError: if the text is no number with a known unit.
    """
    parsed = number_and_unit(text.translate(_SIGNS))
    if parsed is None:
        raise WavesimError(f"{brief(text)} is not a number with a unit: expected one such as '0.3 eV' or '1 nm'.")
    number, symbol = parsed
    if symbol in _ATOMIC:
        return number
    try:
        value, _ = unit(symbol)
    except WavesimError as error:
        raise WavesimError(f"{brief(text)}: {error}") from None
    return number * value * (hc if is_spectroscopic(symbol) else 1.0)


def is_spectroscopic(symbol: str) -> bool:
    """Whether a symbol is 1/cm, alone or beside lengths that divide it (``1/cm/angstrom^2``): energies, as in spectroscopy."""
    parts = _factors(symbol) or []
    lengths = all(UNITS[name][1] == _L for name, _ in parts)
    return lengths and sum(power for name, power in parts if name == "cm") == -1


def ratio(symbol: str, other: str) -> float | None:
    """The ratio of two units, ``ratio("eV", "meV") == 1000``; None if their dimensions differ.

    Raises:
        WavesimError: if either is not made of known units.
    """
    if symbol == other:
        return 1.0
    (size, powers), (other_size, other_powers) = unit(symbol), unit(other)
    if powers == other_powers:
        return size / other_size
    if {powers, other_powers} <= {_E, (0, -1, 0), (-1, 0, 0)}:
        energy = Dimension("energy", _E)
        sizes = value_in(symbol, energy), value_in(other, energy)
        return sizes[0] / sizes[1] if sizes[0] and sizes[1] else None
    return None


def recoil_energy(wavelength: float, mass: float) -> float:
    """Recoil energy (2 pi / wavelength)^2 / (2 mass) of an atom absorbing one photon; ``E_r(780 nm)`` in a file.

    Args:
        wavelength: wavelength of the light, in internal units [length].
        mass: of the particle [mass].
    """
    return (2 * math.pi / wavelength) ** 2 / (2 * mass)


@dataclasses.dataclass(frozen=True)
class UnitSystem:
    """Units in which internal numbers are shown: one for each dimension, or plain numbers in natural units.

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
        angle = unit(self.length)[1] == (0, 0, 0)
        composed = {
            "length": self.length,
            "energy": self.energy,
            "time": self.time,
            "mass": self.mass,
            "momentum": "hbar" if angle else f"1/{self.length}",
            "velocity": f"{self.length}/{self.time}",
            "frequency": f"1/{self.time}",
            "current_density": "A/cm^2",
            "temperature": "K",
            "inverse_temperature": "1/K",
            "inverse_field": f"{self.length}/{self.energy}",
            "force": f"{self.energy}/{self.length}",
            "strength": f"{self.energy} {self.length}",
        }
        # other dimensions are named after their unit
        return composed.get(dimension.name, dimension.name)

    def scale(self, dimension: Dimension) -> float:
        """The shown unit of a dimension in internal units; divide by it to show a number."""
        symbol = self.symbol(dimension)
        return 1.0 if symbol in ("1", "natural") else value_in(symbol, dimension) or unit(symbol)[0]

    def label(self, name: str, dimension: Dimension) -> str:
        """An axis label with its unit: ``"x (nm)"``; in natural units ``"x (natural units)"``."""
        symbol = self.symbol(dimension)
        return name if symbol == "1" else f"{name} ({'natural units' if symbol == 'natural' else symbol})"


NATURAL = UnitSystem(natural=True)


def system_of(symbols: Iterable[str], mass: float = 1.0, angle: bool = False) -> UnitSystem:
    """The unit system of numbers written in these units: the first unit of each dimension; hertz, 1/cm and kelvins only without other energies.

    Args:
        symbols: symbols of units, in the order in which they were written.
        mass: mass of the particle, which with the lengths gives its time scale [mass].
        angle: whether the coordinate is an angle.
    """
    names = {_L: "length", _E: "energy", (0, 1, 0): "time", _M: "mass"}
    selected: dict[str, Any] = {}
    secondary: list[str] = []
    scales: list[float] = []
    if angle:
        names[_NONE], selected["mass"] = "length", "u angstrom^2"
    for symbol in symbols:
        try:
            size, powers = unit(symbol)
        except WavesimError:
            continue
        kind = names.get(powers)
        if kind == "energy" and symbol.endswith("K"):
            # perhaps a temperature, beside a barrier in hertz
            secondary.append(symbol)
        elif kind is not None and (symbol.isidentifier() or symbol.endswith("/mol")):
            selected.setdefault(kind, symbol)
            scales += [size] if kind == "length" else []
        elif is_spectroscopic(symbol) and powers == (-1, 0, 0):
            secondary.append("1/cm")
        elif powers == (0, -1, 0) and symbol.endswith("Hz"):
            secondary.append(symbol)
    if secondary:
        selected.setdefault("energy", secondary[0])
    if "time" not in selected and scales and mass * scales[0] ** 2 >= unit("ns")[0]:
        # for atoms on micrometers femtoseconds are far too short
        longest = [name for name in ("ns", "us", "ms", "s") if unit(name)[0] <= mass * scales[0] ** 2]
        selected["time"] = longest[-1]
    return UnitSystem(**selected)


def __dir__() -> list[str]:
    return public(globals())
