"""Recoil energies in files: ``height = "5 E_r(780 nm)"``, in units of the recoil energy of the file's particle for a photon of that wavelength."""

from __future__ import annotations

import re
from typing import Any

from ..._typing import LENGTH, MASS
from ...errors import WavesimError
from ...units import number_and_unit, parse, recoil_energy

_RECOIL = re.compile(r"E_r\(([^()]*)\)")


def with_recoils(data: dict[str, Any]) -> dict[str, Any]:
    """A file's content with every ``E_r(wavelength)`` converted to hartree; the same object if there is none.

    Invalid text is left unchanged: the rule of its key refuses it.
    """
    particle = data.get("particle")
    mass = particle.get("mass", "1 m_e") if isinstance(particle, dict) else "1 m_e"
    return _written(data, mass) if isinstance(mass, str) else data


def _written(node: Any, mass: str) -> Any:
    if isinstance(node, dict):
        changed = {key: _written(value, mass) for key, value in node.items()}
        return changed if any(changed[key] is not node[key] for key in node) else node
    if isinstance(node, list):
        entries = [_written(value, mass) for value in node]
        return entries if any(new is not old for new, old in zip(entries, node, strict=True)) else node
    if (
        not isinstance(node, str)
        or (number := number_and_unit(node)) is None
        or not (match := _RECOIL.match(number[1]))
    ):
        return node
    try:
        energy = number[0] * recoil_energy(parse(match[1], LENGTH), parse(mass, MASS))
    except (WavesimError, ZeroDivisionError):
        return node
    return f"{energy!r} hartree{number[1][match.end() :]}"
