"""``wavesim list`` says how the last run of each scenario ended."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.scenario_files import content
from wavesim.cli.verbs._catalogue import catalogue, status_of
from wavesim.scenario import fingerprint, shipped, shipped_designs, shipped_sweeps


def report(**changes: Any) -> dict[str, Any]:
    """The parts of a report.json that count here."""
    whole = {"hash": fingerprint(content()), "status": "complete", "expect": [{"met": True}]}
    return whole | changes


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (report(), "as expected"),
        (report(expect=[{"met": True}, {"met": False}]), "NOT as expected"),
        (report(cases=[{"expect": [{"met": True}]}, {"expect": [{"met": False}]}]), "NOT as expected"),
        (report(status="interrupted"), "interrupted"),
        (report(hash="of another file"), "changed"),
        ({"format": 0}, "not run"),
        ([], "not run"),
    ],
)
def test_status(made: Any, status: str, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    assert status_of(file, content()) == "not run"
    file.write_text(json.dumps(made))
    assert status_of(file, content()) == status


def test_every_scenario_has_its_line_with_the_sign_of_its_last_run(tmp_path: Path) -> None:
    name = "free_packet"
    (tmp_path / name).mkdir()
    data = tomllib.loads(shipped()[name].read_text(encoding="utf-8"))
    (tmp_path / name / "report.json").write_text(json.dumps(report(hash=fingerprint(data))))
    *rows, _, legend = catalogue(tmp_path).splitlines()
    assert legend.startswith("+ as expected")
    lines = [line for line in rows if line[:2] in ("  ", "+ ")]
    listed = [line[2:].split()[0] for line in lines]
    assert sorted(listed) == sorted([*shipped(), *shipped_sweeps(), *shipped_designs()])
    assert [line[2:].split()[0] for line in lines if line.startswith("+ ")] == [name]
