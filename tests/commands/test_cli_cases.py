"""``wavesim run`` of a file with several cases: what is written, and what an interruption leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenario_files import SMALL, wavesim, written
from wavesim.cli.verbs import _cases
from wavesim.scenario import load_scenario

VARIED = SMALL + 'ratio = { theory = "scattering", within = 1e-2 }\n[vary]\n"state.momentum" = [1.9, 2.0]\n'


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """report.json of one run of both cases, as printed, and the folder that was written; an older, longer study was there before."""
    folder = tmp_path_factory.mktemp("cases")
    out = folder / "out"
    out.mkdir()
    (out / "result_3.nc").write_text("old")
    result = wavesim("run", written(folder, VARIED), "--out", out, "--json", "--quiet")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout), out


def test_every_case_is_kept_and_what_was_there(done: tuple[dict[str, Any], Path]) -> None:
    content, out = done
    names = ["movie.mp4", "report.json", "result_1.nc", "result_2.nc", "result_3.nc", "summary.png"]
    assert (out / "result_3.nc").read_text() == "old"
    assert sorted(item.name for item in out.iterdir()) == names
    assert json.loads((out / "report.json").read_text()) == content


def test_a_case_says_what_it_would_say_alone(done: tuple[dict[str, Any], Path]) -> None:
    content, _ = done
    assert [case["label"] for case in content["cases"]] == ["momentum 1.9", "momentum 2.0"]
    for case in content["cases"]:
        row = case["quantities"]["transmitted_probability"]
        assert row["agrees"] and case["expect"][0]["met"]
    first, last = (case["quantities"]["transmitted_probability"]["value"] for case in content["cases"])
    assert content["quantities"]["ratio"]["value"] == pytest.approx(last / first, rel=1e-14)
    assert content["expect"][0]["met"] and content["hash"] not in [case["hash"] for case in content["cases"]]


def test_an_interruption_keeps_the_cases_that_are_done(
    done: tuple[dict[str, Any], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wavesim.analysis import certify

    file = written(tmp_path, VARIED)
    scenario = load_scenario(file)
    calls: list[str] = []

    def certified(case: Any, quiet: bool, started: bool = False, on_plan: Any = None) -> Any:
        calls.append(case.label)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return certify(case.problem, case.tolerance, **case.fixed)

    monkeypatch.setattr(_cases, "certified", certified)
    code = _cases.run_cases(scenario, tmp_path / "out", film=None, print_json=False, quiet=True)
    kept = json.loads((tmp_path / "out" / "report.json").read_text())
    assert code == 130 and calls == ["momentum 1.9", "momentum 2.0"]
    assert kept["status"] == "interrupted" and len(kept["cases"]) == 1
    assert kept["cases"][0]["quantities"] == done[0]["cases"][0]["quantities"]


def test_a_refused_case_is_said_before_anything_is_written(tmp_path: Path) -> None:
    sets = ("--set", "vary={ 'run.dt' = [0.01, -1.0] }")
    result = wavesim("run", written(tmp_path, VARIED), *sets, "--out", tmp_path / "out")
    assert result.exit_code == 2 and "run.dt" in result.stderr
    assert not (tmp_path / "out").exists()
