"""Numbers that a scenario measures by names of its own: as expectations and as quantities of sweeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenario_files import wavesim, written
from wavesim._typing import ENERGY
from wavesim.errors import ArgumentError, ScenarioError
from wavesim.scenario import read_scenario, toml
from wavesim.sweeps import Sweep
from wavesim.sweeps._sweep import sweep
from wavesim.units import nm

# a packet that spreads freely for 10 fs
SPREADING = """
format = 1
title = "A packet that spreads"
duration = "10 fs"
absorber = "none"
[particle]
mass = "1 m_e"
[potential]
kind = "free"
[state]
kind = "gaussian_packet"
center = "0 nm"
width = "1 nm"
momentum = "0 1/nm"
[find]
kind = "motion"
[run]
frames = 4
[measure.square]
kind = "expectation"
formula = "x^2"
unit = "nm^2"
[measure.stir]
kind = "expectation"
formula = "p^2/(2*m)"
parameters = { m = "1 m_e" }
unit = "meV"
"""
# hbar t / (2 m sigma^2) = 10 fs of 17.2760 fs
SQUARE = 1 + (10 / 17.27597) ** 2


def content(**tables: Any) -> dict[str, Any]:
    """The scenario with these tables."""
    return {**toml(SPREADING, "spreading"), **tables}


def swept(folder: Path, *lines: str, scenario: str = SPREADING) -> Sweep:
    """A sweep over the scenario."""
    (folder / "base.toml").write_text(scenario)
    (folder / "sweep.toml").write_text(
        "\n".join(['format = 1\ntitle = "Swept"\nscenario = "base.toml"', *lines]) + "\n"
    )
    return Sweep.read(folder / "sweep.toml")


def test_a_run_is_judged_by_them(tmp_path: Path) -> None:
    """Set-up: free, sigma = 1 nm, m_e, 10 fs. Formula: <x^2> = sigma^2 (1 + (hbar t/2 m sigma^2)^2) = 1.33506 nm^2; <p^2>/2m = hbar^2/(8 m sigma^2) = 9.5250 meV.

    Budget: 1e-4 nm^2 and 1e-2 meV, of the digits written here; the other expectation is off by 1 meV and must fail.
    """
    expect = '[expect]\nsquare = { value = "%.5f nm^2", within = "1e-4 nm^2" }\nstir = { value = "%s meV", within = "0.01 meV" }\n'
    out = tmp_path / "out"
    good = wavesim(
        "run", written(tmp_path, SPREADING + expect % (SQUARE, "9.525")), "--out", out, "--quiet", "--no-movie"
    )
    assert good.exit_code == 0, good.stderr
    assert "expected   met      stir within 1.00e-02 meV of 9.525 meV" in good.stdout
    told = {row["quantity"]: row for row in json.loads((out / "report.json").read_text())["expect"]}
    assert told["stir"]["value"] == pytest.approx(9.525) and told["square"]["met"]
    bad = wavesim(
        "run", written(tmp_path, SPREADING + expect % (SQUARE, "10.525")), "--out", out, "--quiet", "--no-movie"
    )
    assert bad.exit_code == 1 and "NOT MET  stir" in bad.stdout


def test_rows_of_a_sweep_have_them(tmp_path: Path) -> None:
    """Formula: <p^2>/2m = hbar^2/(8 m sigma^2): 9.5250 meV at 1 nm, 2.3812 meV at 2 nm. Budget: 1e-3 of it, and the row's own bar."""
    asked = swept(tmp_path, 'measure = ["stir", "square"]', '[axes]\n"state.width" = ["1 nm", "2 nm"]')
    assert (asked.dimension("stir").powers, asked.dimension("square").powers) == (ENERGY.powers, (2, 0, 0))
    table = sweep(asked)
    assert table["status"].values.tolist() == [1, 1] and table["stir"].attrs["units"] == "meV"
    assert table["stir"].values == pytest.approx([9.5250, 2.38124], rel=1e-3)
    assert (abs(table["stir"].values - [9.52500, 2.38125]) < table["stir_error"].values + 1e-4).all()
    assert Sweep.from_text(asked.text()).own == asked.own


def test_their_names_are_suggested_and_others_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError,
        match=r"expect\.squere must be a standard quantity or a name under \[measure\], but 'squere' is none; did you mean 'square'\?",
    ):
        read_scenario("x", content(expect={"squere": {"value": "1 nm^2"}}))
    with pytest.raises(ScenarioError, match="did you mean 'mean_position'"):
        read_scenario("x", content(expect={"mean_positon": {"value": "1 nm"}}))
    with pytest.raises(ScenarioError, match=r"expect\.stir\.value: '1 nm' .* for example in meV"):
        read_scenario("x", content(expect={"stir": {"value": "1 nm"}}))
    # what is not measured is no quantity
    with pytest.raises(ScenarioError, match=r"expect\.stir must be a standard quantity .* choose from mean_position, "):
        read_scenario("x", content(expect={"stir": {"value": 1.0}}, measure={}))
    axes = '[axes]\n"state.width" = ["1 nm", "2 nm"]'
    with pytest.raises(
        ScenarioError, match="measure must be a standard quantity .*'stri' is none; did you mean 'stir'"
    ):
        swept(tmp_path, 'measure = ["stri"]', axes)
    for name in ("runs", "stir_error", "x_theory_wkb", "a b"):
        text = SPREADING.replace("[measure.stir]", f'[measure."{name}"]')
        with pytest.raises(ScenarioError, match=r"names that a column can have, .* rename it under \[measure\]"):
            swept(tmp_path, f'measure = ["{name}"]', axes, scenario=text)


def test_an_axis_makes_room_for_them(tmp_path: Path) -> None:
    """A quantity called as the last word of a path: the axis takes a longer name."""
    text = SPREADING.replace("[measure.square]", "[measure.width]")
    asked = swept(tmp_path, 'measure = ["width"]', '[axes]\n"state.width" = ["1 nm", "2 nm"]', scenario=text)
    assert asked.axes[0].name == "state_width"


def test_problems_in_python_measure_too() -> None:
    problem = read_scenario("x", content()).problem
    made = Sweep.of(problem, {"state.width": [1 * nm]}, "stir")
    assert made.own == {"stir": problem.measure["stir"].dimension}
    with pytest.raises(ArgumentError, match="did you mean 'stir'"):
        Sweep.of(problem, {"state.width": [1 * nm]}, "stirr")


def test_what_stands_beside_an_absorber_is_told_why(tmp_path: Path) -> None:
    """Beside an absorber what is left depends on the box: no bar, so no row and no met expectation, with the cure."""
    text = """
format = 1
title = "Beside an absorber"
units = "natural"
[potential]
kind = "gaussian_barrier"
height = 1.0
width = 1.0
[state]
kind = "gaussian_packet"
center = -12.0
width = 2.0
momentum = 2.0
[accuracy]
tolerance = 1e-2
[run]
frames = 8
[measure.left]
kind = "norm"
"""
    table = sweep(swept(tmp_path, 'measure = ["left"]', '[axes]\n"potential.height" = [1.0]', scenario=text))
    assert table["status"].item() == 3 and 'write absorber = "none" for one' in table["reason"].item()
    expected = written(tmp_path, text + "[expect]\nleft = { below = 2.0 }\n")
    done = wavesim("run", expected, "--out", tmp_path / "out", "--quiet", "--no-movie")
    assert done.exit_code == 1 and "NOT MET  left: left of [measure] is recorded without an error bar" in done.stdout
