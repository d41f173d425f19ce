"""``wavesim run --open``: the picture of this run is shown, or one sentence says why not."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from tests.scenario_files import wavesim, written
from wavesim.cli._viewer import show_picture

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a desktop of Linux is put in place")


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A screen, and an xdg-open that writes down what it was given."""
    viewer = tmp_path / "bin" / "xdg-open"
    viewer.parent.mkdir()
    viewer.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/shown\n')
    viewer.chmod(viewer.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{viewer.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    return tmp_path / "shown"


def picture(folder: Path) -> Path:
    path = folder / "summary.png"
    path.write_bytes(b"a picture")
    return path


def test_run_shows_the_picture_that_it_made(desktop: Path, tmp_path: Path) -> None:
    done = wavesim("run", written(tmp_path), "--out", tmp_path / "out", "--no-movie", "--quiet", "--open")
    assert (done.exit_code, done.stderr) == (0, "")
    assert desktop.read_text().strip() == str(tmp_path / "out" / "summary.png")


def test_an_older_picture_is_not_shown_for_one_that_is_missing(
    desktop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = picture(tmp_path)
    os.utime(path, (1e9, 1e9))
    show_picture(path, started=2e9)
    assert "summary.png was not made" in capsys.readouterr().err
    assert not desktop.exists()


def test_a_desktop_that_shows_no_pictures_says_so(
    desktop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    viewer = tmp_path / "bin" / "xdg-open"
    viewer.write_text("#!/bin/sh\nexit 3\n")
    path = picture(tmp_path)
    show_picture(path, started=0.0)
    (said,) = capsys.readouterr().err.splitlines()
    assert said == f"wavesim: {viewer} found nothing that shows pictures, so open {path} yourself."
    assert not desktop.exists()


def test_without_a_screen_the_file_is_named(
    desktop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    path = picture(tmp_path)
    show_picture(path, started=0.0)
    said = capsys.readouterr().err.splitlines()
    assert said == [f"wavesim: no program that shows pictures was found, so open {path} yourself."]
    assert not desktop.exists()
