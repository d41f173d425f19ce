"""Units of scenario files in atomic units, from scipy's constants."""

from __future__ import annotations

import math
import re
from typing import Any

from scipy import constants as si

_A0, _EH = si.physical_constants["atomic unit of length"][0], si.physical_constants["atomic unit of energy"][0]
_T0, _ME = si.physical_constants["atomic unit of time"][0], si.m_e
UNITS = {
    "m": 1 / _A0, "cm": 1e-2 / _A0, "um": 1e-6 / _A0, "nm": 1e-9 / _A0, "angstrom": 1e-10 / _A0, "pm": 1e-12 / _A0,
    "fm": 1e-15 / _A0, "bohr": 1.0, "s": 1 / _T0, "ms": 1e-3 / _T0, "us": 1e-6 / _T0, "ns": 1e-9 / _T0, "ps": 1e-12 / _T0,
    "fs": 1e-15 / _T0, "as": 1e-18 / _T0, "kg": 1 / _ME, "m_e": 1.0, "u": si.atomic_mass / _ME, "m_p": si.m_p / _ME,
    "J": 1 / _EH, "eV": si.e / _EH, "ueV": 1e-6 * si.e / _EH, "meV": 1e-3 * si.e / _EH, "keV": 1e3 * si.e / _EH,
    "MeV": 1e6 * si.e / _EH, "hartree": 1.0, "Hz": 2 * math.pi * _T0, "rad": 1.0, "1": 1.0,
}  # fmt: skip
_WORD = re.compile(r"([*/ ]?)\s*([A-Za-z_]+|1)(?:\^|\*\*)?(-?\d+)?\s*")


def number(value: Any) -> float:
    """The number in a file: as it is, or "0.3 eV nm" in atomic units."""
    if not isinstance(value, str):
        return float(value)
    head, _, rest = value.strip().partition(" ")
    total, at = float(head), 0
    while at < len(rest):
        match = _WORD.match(rest, at)
        if match is None:
            raise ValueError(f"{value!r} is no number with a unit")
        total *= UNITS[match[2]] ** ((-1 if match[1] == "/" else 1) * int(match[3] or 1))
        at = match.end()
    return total
