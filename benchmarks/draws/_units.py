"""A scenario in natural units said in those of a laboratory: nm or bohr, eV or meV, fs or ps, an effective mass."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import constants as si

_DIMENSIONS = {
    **dict.fromkeys(("height", "depth", "barrier", "tilt", "energy", "values", "lower", "upper"), "energy"),
    **dict.fromkeys(("width", "center", "separation", "well_width", "half_distance", "left", "right"), "length"),
    "momentum": "momentum", "frequency": "frequency", "force": "force", "strength": "strength", "duration": "time",
}  # fmt: skip
# of the names in open formulas: E0 is an energy, L0 and w0 are lengths
_PARAMETERS = {"E": "energy", "L": "length", "w": "length"}
_MASSES = (1.0, 0.067, 0.2, 1.0, 2.0)


def in_real_units(scenario: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """The same physics with units, length, mass and so energy at random; as it is where a formula's names have no dimension."""
    potential = scenario["potential"]
    if _loose(potential) or "axis" in scenario:
        return scenario
    mass, length = float(rng.choice(_MASSES)), float(f"{10 ** rng.uniform(-0.5, 0.8):.3g}")
    energy = si.hbar**2 / (mass * si.m_e * (length * 1e-9) ** 2) / si.e
    time = si.hbar / si.e / energy * 1e15
    milli = energy < 0.2
    e, name = (energy * 1e3, "meV") if milli else (energy, "eV")
    scales = {
        "energy": (e, name), "length": (length, "nm"), "momentum": (1 / length, "1/nm"), "time": (time, "fs"),
        "frequency": (1 / time, "1/fs"), "force": (e / length, f"{name}/nm"), "strength": (e * length, f"{name} nm"),
    }  # fmt: skip
    out = {key: _said(value, key, scales) for key, value in scenario.items() if key != "units"}
    return out | {"particle": {"mass": f"{mass:g} m_e"}}


def _loose(table: Any) -> bool:
    if not isinstance(table, dict):
        return False
    if table.get("kind") == "expression" and not all(
        name[:1] in _PARAMETERS and name[1:].isdigit() for name in table["parameters"]
    ):
        return True
    return any(_loose(inner) for value in table.values() for inner in (value if isinstance(value, list) else [value]))


def _said(value: Any, key: str, scales: dict[str, tuple[float, str]]) -> Any:
    if isinstance(value, dict):
        if key == "parameters":
            return {
                name: _with_unit(number, scales[_PARAMETERS[name[0]]]) if name[0] in _PARAMETERS else number
                for name, number in value.items()
            }
        return {name: _said(inner, name, scales) for name, inner in value.items()}
    if isinstance(value, list):
        return [_said(inner, key, scales) for inner in value]
    if key in _DIMENSIONS and isinstance(value, float | int) and not isinstance(value, bool):
        return _with_unit(value, scales[_DIMENSIONS[key]])
    return value


def _with_unit(value: float, scale: tuple[float, str]) -> str:
    return f"{value * scale[0]:.7g} {scale[1]}"
