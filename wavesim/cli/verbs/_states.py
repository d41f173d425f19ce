"""``wavesim theory --states``: the scattering states of one energy and the local density of states, as a picture or as arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._text import clean
from ..._typing import ENERGY, LENGTH
from ...errors import ArgumentError, ScenarioError, WavesimError
from ...reports import dumps
from ...scenario import quantity_value
from .._libraries import start_matplotlib

if TYPE_CHECKING:
    from ...scenario import Scenario

_POINTS = 401


def energy_of(scenario: Scenario, text: str) -> float:
    """The energy of the states: with its unit, or a plain number in natural units [energy].

    Raises:
        ScenarioError: if the text is neither.
    """
    try:
        return quantity_value(_number(text) if scenario.units.natural else text, ENERGY, scenario.units.natural)
    except WavesimError as error:
        raise ScenarioError(f"--states: {error}") from None


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def draw_states(scenario: Scenario, text: str, out: Path | None) -> str:
    """Save the picture; returns a line with its path."""
    start_matplotlib()
    from ...viz import check_png, states_picture

    energy = energy_of(scenario, text)
    target = Path("results") / scenario.name / "states.png" if out is None else out
    try:
        check_png(target)
    except ArgumentError as error:
        raise ScenarioError(f"--out {error.reason}") from None
    picture = states_picture(scenario.problem, energy, units=scenario.units, title=scenario.title)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        picture.save(target)
    except OSError as error:
        raise ScenarioError(
            f"{clean(str(target))} cannot be written: {error.strerror}; choose another with --out."
        ) from None
    return f"written to {clean(str(target))}"


def states_json(scenario: Scenario, text: str) -> str:
    """Both waves, and the local density of states at the same energy, in the scenario's units."""
    from ...analysis import local_density_of_states, scattering_states
    from ...viz.scene import around

    units, problem, energy = scenario.units, scenario.problem, energy_of(scenario, text)
    first, last = around(problem)[[0, -1]].tolist()
    x = np.linspace(first, last, _POINTS)
    states, local = scattering_states(problem, energy, x), local_density_of_states(problem, np.array([energy]), x)
    length, scale = units.scale(LENGTH), units.scale(ENERGY)

    def parts(wave: np.ndarray | None) -> dict[str, Any] | None:
        return None if wave is None else {"real": np.real(wave).tolist(), "imaginary": np.imag(wave).tolist()}

    return dumps(
        {
            "format": 1,
            "scenario": scenario.name,
            "hash": scenario.hash,
            "energy": energy / scale,
            "energy_unit": units.symbol(ENERGY),
            "x": (x / length).tolist(),
            "x_unit": units.symbol(LENGTH),
            "from_left": parts(states.from_left),
            "from_right": parts(states.from_right),
            "density": (local.density[0] * length * scale).tolist(),
            "density_unit": "natural" if units.natural else f"1/({units.symbol(ENERGY)} {units.symbol(LENGTH)})",
            "levels": (local.levels / scale).tolist(),
        }
    )
