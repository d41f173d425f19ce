"""``wavesim list`` says how the last run of each scenario ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.scenario_files import content
from wavesim.cli._catalogue import catalogue, status_of
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


def test_every_scenario_has_its_line(tmp_path: Path) -> None:
    lines = catalogue(tmp_path).splitlines()
    assert [line.split()[0] for line in lines] == [
        *sorted(shipped()),
        *sorted(shipped_sweeps()),
        *sorted(shipped_designs()),
    ]
    assert all(line.rstrip().endswith("?") for line in lines)
    assert [" not run " in line for line in lines] == [line.split()[0] in shipped() for line in lines]
