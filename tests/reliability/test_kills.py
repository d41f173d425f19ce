"""``run`` stopped at random moments: old files or whole new ones, and what a dead process leaves the next one sweeps away.

The long forms, with ``sweep`` and ``animate``: ``python -m tests.reliability.kill 100``, ``python -m tests.reliability.kill_minus_nine 1000``.
"""

from __future__ import annotations

import random
from pathlib import Path

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


def test_leftovers_of_the_dead_are_swept_away_and_nothing_else(tmp_path: Path) -> None:
    dead, mine = tmp_path / f"{PREFIX}dead.mp4", tmp_path / ".part-mine"
    for file in (dead, mine):
        file.write_text("x")
    with whole_file(tmp_path / "new.txt") as part:
        sweep_leftovers(tmp_path)
        assert part.exists() and mine.exists() and not dead.exists()
        part.write_text("new")
    assert sorted(item.name for item in tmp_path.iterdir()) == [".part-mine", "new.txt"]
