"""The film's options: one list for `run` and `animate`, the same film by both, and refused before a run that they do not fit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import typer

from tests.scenario_files import wavesim, written
from wavesim.cli._app import app
from wavesim.cli._film_options import FilmOptions
from wavesim.viz import Look, size_for_video

DOCS = Path(__file__).parents[2] / "docs" / "films.md"
OPTIONS = {f"--{field.name.replace('_', '-')}" for field in dataclasses.fields(FilmOptions)}


def test_run_and_animate_have_every_option_and_the_manual_names_it() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for verb in ("run", "animate"):
        known = {name: option for option in commands[verb].params for name in option.opts}
        assert set(known) >= OPTIONS
        defaults = {f"--{field.name.replace('_', '-')}": field.default for field in dataclasses.fields(FilmOptions)}
        assert {name: known[name].default for name in OPTIONS} == defaults
    named = DOCS.read_text()
    assert [option for option in sorted(OPTIONS) if f"`{option}" not in named] == []


@pytest.mark.parametrize(
    "options",
    [
        ("--size", "320x192"),
        ("--style", "talk", "--size", "360x640", "--duration", "1", "--hold", "0.2", "--fps", "12"),
        ("--style", "print", "--part", "real", "--colors", "vivid", "--xlim", "-9", "9", "--show", "density,clock"),
    ],
)
def test_animate_gives_what_run_gave(options: tuple[str, ...], tmp_path: Path) -> None:
    """The same bytes, of a video that another process encoded."""
    done = wavesim("run", written(tmp_path), "--out", tmp_path / "out", "--quiet", *options)
    assert done.exit_code == 0, done.stderr
    again = wavesim("animate", tmp_path / "out", "--out", tmp_path / "again.mp4", "--quiet", *options)
    assert again.exit_code == 0, again.stderr
    assert (tmp_path / "again.mp4").read_bytes() == (tmp_path / "out" / "movie.mp4").read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--style", "poster"), "style"),
        (("--show", "density,sound"), "show"),
        (("--size", "huge"), "size"),
        (("--width", "2"), "width"),
        (("--fps", "0"), "fps"),
        (("--xlim", "3", "-3"), "must begin before it ends"),
    ],
)
def test_what_no_film_can_be_is_refused_before_the_run(options: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = wavesim("run", written(tmp_path), "--out", tmp_path / "out", "--quiet", *options)
    assert done.exit_code == 2 and words in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_one_color_shows_the_density_alone() -> None:
    look = Look(style="talk", colors="one", show=("density", "phase"))
    assert len(np.unique(look.phases, axis=0)) == 1
    assert look.panels == {"density"}


def test_a_width_alone_keeps_the_shape() -> None:
    assert size_for_video(800, None) == (800, 450)
    assert size_for_video(None, 360) == (640, 360)
