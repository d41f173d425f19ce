"""``run`` stopped at random moments: old files or whole new ones, and what a dead process leaves the next one sweeps away.

The long forms, with ``sweep`` and ``animate``: ``python -m tests.reliability.kill 100``, ``python -m tests.reliability.kill_minus_nine 1000``.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.reliability import kill
from tests.scenario_files import SMALL
from wavesim._files import PREFIX, sweep_leftovers, whole_file


def test_run_is_stopped(tmp_path: Path) -> None:
    """Three times, by signals and at moments drawn from a seed."""
    (tmp_path / "small.toml").write_text(SMALL)
    chance = random.Random(kill.SEED)
    assert [kill.run_trial(tmp_path, chance, longest=4.0) for _ in range(3)] == [""] * 3


def test_ctrl_c_while_a_file_is_written_and_read(tmp_path: Path) -> None:
    """In the middle of a call of h5netcdf, while ``run`` writes result.nc: it is whole, and so is the report; while ``animate`` reads it."""
    (tmp_path / "small.toml").write_text(SMALL)
    out = tmp_path / "out"
    arguments = ["run", str(tmp_path / "small.toml"), "--out", str(out), "--quiet", "--no-movie"]
    assert kill.interrupted_inside("h5netcdf", 300, arguments) == ""
    assert sorted(item.name for item in out.iterdir()) == ["report.json", "result.nc"]
    assert kill.whole(out) == ""
    assert kill.interrupted_inside("h5netcdf", 300, ["animate", str(out / "result.nc"), "--quiet"]) == ""
    assert sorted(item.name for item in out.iterdir()) == ["report.json", "result.nc"]


@pytest.mark.parametrize(
    "place",
    [
        "_adjoint.py:_boundaries",
        "_residual.py:grid_residuals",
        "_packet.py:packet_theories",
    ],
)
def test_ctrl_c_keeps_what_a_run_has_computed(tmp_path: Path, place: str) -> None:
    """Set-up: Ctrl-C on the way back of the gradients or before, while they are read, and while theory is asked.

    Formula: the numbers of the run are written without error bars, and nobody waits for theory; exit code 130. Budget: none.
    """
    (tmp_path / "small.toml").write_text(SMALL)
    out = tmp_path / "out"
    arguments = ["run", str(tmp_path / "small.toml"), "--out", str(out), "--quiet", "--no-movie"]
    done = kill.interrupted_at(place, 1, arguments)
    assert done.returncode == 130, done.stderr
    assert done.stderr.startswith("wavesim: warning: interrupted ") and "without error bars" in done.stderr
    assert sorted(item.name for item in out.iterdir()) == ["report.json", "result.nc"]
    content = json.loads((out / "report.json").read_text())
    row = content["quantities"]["transmitted_probability"]
    assert (content["status"], row["error"], row["theory"]) == ("interrupted", None, {})


def test_ctrl_c_while_theory_of_a_curve_is_asked(tmp_path: Path) -> None:
    """The numbers stand with their error bars, and no picture is painted."""
    (tmp_path / "small.toml").write_text(SMALL)
    out = tmp_path / "out"
    done = kill.interrupted_at(
        "_transmission.py:curve_predictions", 1, ["run", str(tmp_path / "small.toml"), "--out", str(out), "--quiet"]
    )
    assert done.returncode == 130
    assert done.stderr == "wavesim: interrupted; the numbers are written, but not summary.png, movie.mp4.\n"
    row = json.loads((out / "report.json").read_text())["quantities"]["transmitted_probability"]
    assert row["error"] < 1e-3 and row["agrees"] is True


def test_ctrl_c_while_a_run_is_planned_says_so(tmp_path: Path) -> None:
    """Nothing is there yet, and nothing is written."""
    (tmp_path / "small.toml").write_text(SMALL)
    arguments = ["run", str(tmp_path / "small.toml"), "--out", str(tmp_path / "out"), "--quiet"]
    done = kill.interrupted_at("_plan.py:plan", 1, arguments)
    assert done.returncode == 130
    assert done.stderr == "wavesim: interrupted before the run had begun; nothing was kept.\n"
    assert [item.name for item in tmp_path.iterdir()] == ["small.toml"]


def test_leftovers_of_the_dead_are_swept_away_and_nothing_else(tmp_path: Path) -> None:
    dead, mine = tmp_path / f"{PREFIX}dead.mp4", tmp_path / ".part-mine"
    for file in (dead, mine):
        file.write_text("x")
    with whole_file(tmp_path / "new.txt") as part:
        sweep_leftovers(tmp_path)
        assert part.exists() and mine.exists() and not dead.exists()
        part.write_text("new")
    assert sorted(item.name for item in tmp_path.iterdir()) == [".part-mine", "new.txt"]
