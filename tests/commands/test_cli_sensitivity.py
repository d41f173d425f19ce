"""``wavesim run --sensitivity``, and uncertain inputs: table, report.json, cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scenario_files import PLANE_WAVE, wavesim, written


def test_table_and_json_say_the_same(tmp_path: Path) -> None:
    """T through 5 nm of 0.3 eV at 0.2 eV, m = 0.067: dT/dV0 = -0.90789/eV, dT/da = -0.042939/nm (closed form, complex step, by hand).

    Shares of 0.01 eV and 0.1 nm: 9.08e-3 and 4.29e-3, together 1.004e-2. Budget: 1e-3, of the digits written here.
    """
    out = tmp_path / "out"
    result = wavesim("run", written(tmp_path, PLANE_WAVE), "--out", out, "--sensitivity", "--quiet", "--no-movie")
    assert result.exit_code == 0, result.stderr
    content = json.loads((out / "report.json").read_text())
    moved = {entry["path"]: entry for entry in content["sensitivities"]["parameters"]}
    assert content["sensitivities"]["quantity"] == "transmission"
    assert moved["potential.height"]["derivative"] == pytest.approx(-0.90789, rel=1e-4)
    assert (moved["potential.height"]["unit"], moved["potential.height"]["value"]) == ("eV", pytest.approx(0.3))
    assert moved["potential.width"]["derivative"] == pytest.approx(-0.042939, rel=1e-4)
    inputs = content["inputs"]["transmission"]
    assert inputs["shares"] == pytest.approx({"potential.height": 9.079e-3, "potential.width": 4.294e-3}, rel=1e-3)
    assert inputs["error"] == pytest.approx(1.0043e-2, rel=1e-3)
    # the numerical bar stands by itself
    assert content["quantities"]["transmission"]["error"] < 1e-14
    lines = result.stdout.splitlines()
    assert any(line.startswith("inputs     make transmission uncertain by 1.00e-02") for line in lines)
    table = lines[next(n for n, line in enumerate(lines) if line.startswith("what moves transmission")) :]
    assert table[2].split(" | ")[0].strip() == "potential.height"
    assert "-0.9078" in table[2] and "1/eV" in table[2]


def test_every_case_has_its_own(tmp_path: Path) -> None:
    """Two energies: dT/dE at each is its own. Budget: none, they differ by more than half."""
    text = PLANE_WAVE + '[vary]\n"find.energy" = ["0.1 eV", "0.2 eV"]\n'
    result = wavesim(
        "run", written(tmp_path, text), "--out", tmp_path / "out", "--sensitivity", "--quiet", "--no-movie", "--json"
    )
    assert result.exit_code == 0, result.stderr
    low, high = (
        next(entry["derivative"] for entry in case["sensitivities"]["parameters"] if entry["path"] == "find.energy")
        for case in json.loads(result.stdout)["cases"]
    )
    assert 0 < low < 0.5 * high
