"""Uncertain inputs in sweeps and in ``[vary]``: what a row says of them, how they follow a value that varies, what is refused."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wavesim as ws
from tests.scenario_files import PLANE_WAVE as MEASURED, wavesim
from wavesim import analysis
from wavesim.analysis import _inputs, certify, with_inputs
from wavesim.errors import ArgumentError, ScenarioError, WavesimError
from wavesim.scenario import load_scenario, read_scenario
from wavesim.scenario.schema._uncertain import as_uncertain
from wavesim.sweeps import Sweep, account, check
from wavesim.sweeps._sweep import sweep
from wavesim.units import eV, nm

# of a width that is sure
PLANE_WAVE = MEASURED.replace("5.0 +- 0.1 nm", "5.0 nm")
PACKET = """
format = 1
title = "A packet"
units = "natural"
[potential]
kind = "gaussian_barrier"
height = "1.0 +- 0.02"
width = "1.0(1)"
[state]
kind = "gaussian_packet"
center = -12.0
width = 2.0
momentum = 2.0
[accuracy]
tolerance = 1e-3
"""


def swept(folder: Path, scenario: str, *lines: str) -> Sweep:
    """A sweep over a scenario."""
    (folder / "base.toml").write_text(scenario)
    (folder / "sweep.toml").write_text(
        "\n".join(['format = 1\ntitle = "Swept"\nscenario = "base.toml"', *lines]) + "\n"
    )
    return Sweep.read(folder / "sweep.toml")


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(path.read_text().splitlines()))


def test_a_row_says_what_its_run_says(tmp_path: Path) -> None:
    """Set-up: a packet (k = 2, sigma = 2) on a Gaussian barrier, height 1.0 +- 0.02, width 1.0 +- 0.1; two heights, propagated in one batch.

    Formula: inputs = root of the sum of (dT/dp sigma_p)^2, of the same derivative as a run's. Budget: 1e-9 of itself, rounding.
    """
    table = sweep(
        swept(tmp_path, PACKET, 'measure = ["transmitted_probability"]', '[axes]\n"potential.height" = [0.9, 1.4]')
    )
    assert table["status"].values.tolist() == [1, 1]
    alone = load_scenario(tmp_path / "base.toml", set=['potential.height="1.4 +- 0.02"'])
    report = with_inputs(certify(alone.problem, alone.tolerance), alone.problem, alone.uncertainties)
    told = report.input_error("transmitted_probability")
    assert set(report.inputs["transmitted_probability"]) == {"potential.height", "potential.width"}
    assert float(table["transmitted_probability_inputs"][1]) == pytest.approx(told, rel=1e-9)
    # the numerical bar stands apart
    assert 0 < float(table["transmitted_probability_error"][1]) < 0.1 * told
    assert "(one standard deviation)" in str(account(table))


def test_where_only_a_run_knows_the_number_each_row_makes_its_own(tmp_path: Path) -> None:
    """Set-up: a packet on a barrier that fades, V = h exp(-x^2) exp(-t/20), which no theory without a run knows; h = 1.0 +- 0.05.

    Formula: dT/dh by central differences of two more rows, 0.9 and 1.1, which are exact. Budget: third order in 0.1 and both bars, 3 % of the derivative.
    """
    fading = """
format = 1
title = "A barrier that fades"
units = "natural"
duration = 8.0
[potential]
kind = "expression"
formula = "h*exp(-x^2)*exp(-t/20)"
parameters = { h = "1.0 +- 0.05" }
[state]
kind = "gaussian_packet"
center = -6.0
width = 1.0
momentum = 2.0
[accuracy]
tolerance = 1e-3
"""
    axis = '[axes]\n"potential.parameters.h" = ["0.9 +- 0", "1.0", "1.1 +- 0"]'
    asked = swept(tmp_path, fading, 'measure = ["transmitted_probability"]', axis)
    assert check(asked).inputs_seconds is None and "a run there and back more for each row" in str(check(asked))
    table = sweep(asked)
    low, _, high = table["transmitted_probability"].values
    told = table["transmitted_probability_inputs"].values
    assert told[[0, 2]].tolist() == [0.0, 0.0]
    assert told[1] == pytest.approx(0.05 * (low - high) / 0.2, rel=0.03)


def test_files_summary_status_and_picture_have_it(tmp_path: Path) -> None:
    """T through 5 nm of 0.30 +- 0.01 eV at 0.2 eV: dT/dV0 = -0.90789/eV (closed form), so 9.079e-3. Budget: 1e-3, of the digits written here."""
    swept(tmp_path, PLANE_WAVE, '[axes]\n"potential.width" = ["4 nm", "5 nm"]')
    out = tmp_path / "out"
    done = wavesim("sweep", tmp_path / "sweep.toml", "--out", out, "--csv", "--json", "--quiet")
    assert done.exit_code == 0, done.stderr
    rows = rows_of(out / "sweep.csv")
    assert list(rows[0])[1:5] == ["transmission", "transmission_error", "transmission_inputs", "transmission_theory"]
    assert float(rows[1]["transmission_inputs"]) == pytest.approx(9.079e-3, rel=1e-3)
    largest = json.loads(done.stdout)["quantities"]["transmission"]["largest_inputs"]
    assert largest == max(float(row["transmission_inputs"]) for row in rows)
    status = wavesim("sweep", tmp_path / "sweep.toml", "--out", out, "--status")
    assert f"uncertain inputs move it by up to {largest:.1e} (one standard deviation)" in status.stdout
    # gone on with, it is the same store
    assert wavesim("sweep", tmp_path / "sweep.toml", "--out", out, "--quiet").exit_code == 0


def test_without_uncertain_inputs_there_is_no_such_column(tmp_path: Path) -> None:
    sure = PLANE_WAVE.replace(" +- 0.01", "")
    exact = swept(tmp_path, sure, '[axes]\n"potential.width" = ["4 nm", "5 nm"]')
    assert not exact.uncertain and "transmission_inputs" not in sweep(exact) and "inputs" not in str(check(exact))
    some = swept(tmp_path, sure, '[axes]\n"potential.width" = ["4 nm", "5.0 +- 0.1 nm"]')
    inputs = sweep(some)["transmission_inputs"].values
    # closed form: dT/da = -0.042939/nm
    assert inputs[0] == 0 and inputs[1] == pytest.approx(4.294e-3, rel=1e-3)


@pytest.mark.parametrize(
    ("value", "before", "after"),
    [
        ("0.5 eV", "0.30 +- 0.01 eV", "0.5 +- 0.01 eV"),
        ("500 meV", "0.30 +- 0.01 eV", "500 meV +- 0.01 eV"),
        ("0.5 eV", "0.301(12) eV", "0.5 +- 0.012 eV"),
        ("0.5 eV", "0.30 eV +- 5 %", "0.5 +- 5 % eV"),
        (0.5, "0.3 +- 0.01", "0.5 +- 0.01"),
        ("7 E_r(780 nm)", "5 +- 0.5 E_r(780 nm)", "7 +- 0.5 E_r(780 nm)"),
        ("0.5 +- 0 eV", "0.30 +- 0.01 eV", "0.5 +- 0 eV"),
        # a number that lacks its unit is refused later, for that
        (0.5, "0.30 +- 0.01 eV", 0.5),
        ("0.5 eV", "0.30 eV", "0.5 eV"),
        ("spectral", "0.3 +- 0.01", "spectral"),
        (True, "0.3 +- 0.01", True),
        ({"kind": "free"}, "0.3 +- 0.01", {"kind": "free"}),
    ],
)
def test_a_value_that_varies_is_as_uncertain_as_the_one_it_replaces(value: Any, before: str, after: Any) -> None:
    assert as_uncertain(value, before) == after


def test_an_axis_keeps_the_uncertainty_or_has_its_own(tmp_path: Path) -> None:
    def sizes(axis: str) -> list[Any]:
        made = swept(tmp_path, PLANE_WAVE, f'[axes]\n"potential.height" = {axis}')
        rows = [made.request(row) for row in range(made.layout.rows)]
        assert [row.problem.potential.height / eV for row in rows] == pytest.approx([0.2, 0.3, 0.4], rel=1e-15)  # type: ignore[attr-defined]
        assert made.axes[0].numbers("potential.height").tolist() == [0.2, 0.3, 0.4]  # type: ignore[union-attr]
        return [row.uncertainties.get("potential.height", 0.0) / eV for row in rows]

    assert sizes('["0.2 eV", "0.3 eV", "0.4 eV"]') == pytest.approx([0.01] * 3)
    assert sizes('{ from = "0.2 eV", to = "0.4 eV", count = 3 }') == pytest.approx([0.01] * 3)
    assert sizes('{ from = "0.2 +- 0.02 eV", to = "0.4 eV", count = 3 }') == pytest.approx([0.02] * 3)
    assert sizes('{ from = "0.2 eV +- 10 %", to = "0.4 eV +- 10 %", count = 3 }') == pytest.approx([0.02, 0.03, 0.04])
    assert sizes('["0.2 +- 0 eV", "0.3 +- 0.03 eV", "0.4 eV"]') == pytest.approx([0.0, 0.03, 0.01])
    with pytest.raises(ScenarioError, match="from and to must be uncertain by the same"):
        sizes('{ from = "0.2 +- 0.02 eV", to = "0.4 +- 0.03 eV", count = 3 }')
    # set, a value is what it says
    fixed = swept(
        tmp_path, PLANE_WAVE, 'set = { "potential.height" = "0.4 eV" }', '[axes]\n"potential.width" = ["4 nm"]'
    )
    assert fixed.request(0).uncertainties == {} and not fixed.uncertain


def test_samples_keep_it_too(tmp_path: Path) -> None:
    bounds = '[sample]\ncount = 4\n[sample.bounds]\n"potential.height" = { low = "0.2 eV", high = "0.4 eV" }'
    kept = swept(tmp_path, PLANE_WAVE, bounds)
    assert kept.request(3).uncertainties["potential.height"] == pytest.approx(0.01 * eV)
    exact = swept(tmp_path, PLANE_WAVE, bounds.replace("0.2 eV", "0.2 +- 0 eV"))
    assert exact.request(3).uncertainties == {}
    assert exact.request(3).problem.potential == kept.request(3).problem.potential
    assert Sweep.from_text(exact.text()).request(3).uncertainties == {}


def test_cases_keep_it_and_stand_in_one_table(tmp_path: Path) -> None:
    text = PLANE_WAVE + '[vary]\n"potential.height" = ["0.30 eV", "0.35 +- 0.02 eV"]\n'
    (tmp_path / "base.toml").write_text(text)
    whole = load_scenario(tmp_path / "base.toml")
    assert [case.uncertainties["potential.height"] / eV for case in whole.cases] == pytest.approx([0.01, 0.02])
    out = tmp_path / "out"
    done = wavesim("run", tmp_path / "base.toml", "--out", out, "--csv", "--quiet", "--no-movie")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split(" | ")[2].strip() == "inputs" and lines[2].split(" | ")[2].strip() == "9.1e-03"
    rows = [row for row in rows_of(out / "numbers.csv") if row["quantity"] == "transmission"]
    told = [case["inputs"]["transmission"]["error"] for case in json.loads((out / "report.json").read_text())["cases"]]
    assert [float(row["inputs"]) for row in rows] == told


def test_a_part_that_is_not_known_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number stands with its bar, but a row whose inputs nobody could follow is not good."""

    def refused(*_: Any) -> None:
        raise WavesimError("V must be smooth, but is not.")

    monkeypatch.setattr(_inputs, "derivatives", refused)
    table = sweep(swept(tmp_path, PLANE_WAVE, '[axes]\n"potential.width" = ["4 nm"]'))
    assert table["status"].values.tolist() == [2] and np.isfinite(table["transmission_error"].values).all()
    assert np.isnan(table["transmission_inputs"].values).all()
    assert (
        table["reason"].item()
        == "the uncertainties of the inputs are not part of any bar: V must be smooth, but is not."
    )
    assert "move it" not in str(account(table))


def test_problems_in_python_take_them_by_path() -> None:
    problem = load_problem()
    find = analysis.TransmissionAt(0.2 * eV)
    axes = {"potential.width": [4 * nm, 5 * nm]}
    table = ws.sweep(problem, axes, find=find, uncertainties={"potential.height": 0.01 * eV})
    assert float(table["transmission_inputs"][1]) == pytest.approx(9.079e-3, rel=1e-3)
    for wrong, words in (
        ({"potential.hight": 0.1}, "must name numbers of the problem"),
        ({"potential.height": 0.0}, "must be positive"),
    ):
        with pytest.raises(ArgumentError, match=words):
            ws.sweep(problem, axes, find=find, uncertainties=wrong)


def load_problem() -> ws.Problem:
    """The plane wave's problem, of exact numbers."""
    return read_scenario("x", tomllib.loads(PLANE_WAVE.replace(" +- 0.01", ""))).problem
