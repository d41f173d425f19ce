"""What the README promises: two commands, and code that runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()


def _blocks(language: str, text: str = TEXT) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.M | re.S)


def test_the_first_block_is_the_two_commands() -> None:
    start = TEXT.index("## Quick start")
    first = re.findall(r"^```\w*\n(.*?)^```", TEXT[start:], flags=re.M | re.S)[0]
    assert first.split("\n") == ["make demo", "make test", ""]


def test_ci_runs_the_second() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text().split("\n")


def test_python_block_runs(tmp_path: Path) -> None:
    """The ten lines, word for word, in a process of their own; they write a movie that plays."""
    (code,) = _blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # in the units of the example, as the command prints them
    assert "transmitted probability" in done.stdout and " nm apart" in done.stdout
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "tunneling.mp4"))
    assert frames is not None and seconds is not None
    assert frames > 60 and seconds > 3


def test_the_guide_has_as_many_steps_as_it_says_and_bars_for_them() -> None:
    """The lines of "Choose the numerics yourself", word for word: of certified steps none is added, and the bar covers theory."""
    names: dict[str, Any] = {}
    for code in _blocks("python", (ROOT / "docs" / "guides" / "numerics.md").read_text()):
        exec(code, names)
    report = names["report"]
    assert report.record.numerics.steps == names["steps"] and report.record.numerics.method.name == "strang"
    told = report.headline
    assert 0 < told.error < 1e-2 and abs(told.value - float(told.theory["harmonic"])) < told.error


@pytest.mark.parametrize(("page", "table"), [("README.md", "potential"), ("docs/guides/sweeps.md", "axes")])
def test_scenario_and_sweep_blocks_are_valid(tmp_path: Path, page: str, table: str) -> None:
    text = _blocks("toml", (ROOT / page).read_text())[0]
    assert tomllib.loads(text)["format"] == 1 and table in tomllib.loads(text)
    file = tmp_path / "scenario.toml"
    file.write_text(text)
    done = subprocess.run([sys.executable, "-m", "wavesim", "check", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)
    assert pictures
    for picture in pictures:
        assert (ROOT / picture).stat().st_size > 10_000


def test_the_output_shown_has_been_filled_in() -> None:
    assert "\nTABLE\n" not in TEXT
