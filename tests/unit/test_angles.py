"""Files whose coordinate is an angle: what their lengths, masses and momenta are, and how numbers are shown."""

from __future__ import annotations

import math
from typing import Any

import pytest

from wavesim.errors import ScenarioError
from wavesim.scenario._build import read_scenario
from wavesim.units import angstrom, degree, meV, u

ROTOR: dict[str, Any] = {
    "format": 1,
    "title": "A rotor",
    "duration": "1 ps",
    "particle": {"mass": "3 u angstrom^2"},
    "axis": {"period": "360 degree"},
    "potential": {"kind": "expression", "formula": "V*cos(3*x)", "parameters": {"V": "10 meV"}},
    "state": {"kind": "gaussian_packet", "center": "30 degree", "width": "0.1 rad", "momentum": "3 hbar"},
}


def test_lengths_are_angles_and_masses_moments_of_inertia() -> None:
    """Internal units: radian, m_e bohr^2, hbar. Budget: rounding."""
    scenario = read_scenario("rotor", ROTOR)
    problem, state = scenario.problem, scenario.problem.state
    assert problem.axis is not None and problem.axis.period == pytest.approx(2 * math.pi)
    assert problem.mass == pytest.approx(3 * u * angstrom**2)
    assert (state.center, state.width, state.momentum) == pytest.approx((30 * degree, 0.1, 3.0))  # type: ignore[attr-defined]
    assert scenario.units.length == "degree" and scenario.units.energy == "meV"
    assert problem.potential.parameters["V"] == pytest.approx(10 * meV)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("state", "center"), "1 nm", "is not an angle"),
        (("particle", "mass"), "3 u", "is not a moment of inertia"),
        (("state", "momentum"), "3 1/nm", "is not an angular momentum"),
        (("axis", "period"), "0 degree", "must be positive"),
    ],
)
def test_what_belongs_to_a_line_is_refused(path: tuple[str, str], value: str, sentence: str) -> None:
    changed = ROTOR | {path[0]: ROTOR[path[0]] | {path[1]: value}}
    with pytest.raises(ScenarioError, match=sentence):
        read_scenario("rotor", changed)


def test_a_moment_of_inertia_must_be_given() -> None:
    with pytest.raises(ScenarioError, match="moment of inertia"):
        read_scenario("rotor", {key: row for key, row in ROTOR.items() if key != "particle"})


def test_walls_and_periods_stand_in_files() -> None:
    data: dict[str, Any] = {
        "format": 1,
        "title": "A box",
        "units": "natural",
        "walls": {"left": -1.0, "right": 2},
        "potential": {"kind": "free"},
        "state": {"kind": "eigenstate"},
    }
    walls = read_scenario("box", data).problem.walls
    assert walls is not None and (walls.left, walls.right) == (-1.0, 2.0)
    for wrong, sentence in (
        ({"left": 1.0, "right": 0.0}, "right of `left`"),
        ({}, "neither is"),
        ({"top": 1.0}, "top"),
    ):
        with pytest.raises(ScenarioError, match=sentence):
            read_scenario("box", data | {"walls": wrong})
    with pytest.raises(ScenarioError, match="leave one out"):
        read_scenario("box", data | {"axis": {"period": 1.0}})
