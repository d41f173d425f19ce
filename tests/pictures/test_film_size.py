"""Gifs below a size: met and said, or refused in one sentence with nothing written."""

from __future__ import annotations

import itertools
import re
import warnings
from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

from tests.pictures.viz_runs import double_well
from tests.scenario_files import wavesim, written
from wavesim.errors import ArgumentError
from wavesim.viz import Look, Movie, animate, bytes_of


@pytest.fixture(scope="module")
def film() -> Movie:
    """One second, of which no two pictures are the same."""
    return animate(double_well(frames=14), look=Look(style="talk", hold=0.0), fps=15, width=640, height=368)


@pytest.fixture(scope="module")
def whole(film: Movie, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Bytes of its gif without a limit."""
    return film.save(tmp_path_factory.mktemp("whole") / "film.gif").stat().st_size


def test_what_fits_is_left_as_it_is(film: Movie, whole: int, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = film.save(tmp_path / "film.gif", max_size=whole)
    assert path.stat().st_size == whole


@pytest.mark.parametrize("share", [0.7, 0.4])
@pytest.mark.parametrize("with_ffmpeg", [True, False])
def test_a_limit_is_met_and_what_was_given_up_is_said(
    share: float, with_ffmpeg: bool, film: Movie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not with_ffmpeg:
        monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: (_ for _ in ()).throw(RuntimeError("none")))
    limit = int(share * film.save(tmp_path / "whole.gif").stat().st_size)
    with pytest.warns(UserWarning, match=r"to stay below .* MB, the gif has .* instead of .*; it has .* MB\.$") as said:
        path = film.save(tmp_path / "film.gif", max_size=limit)
    assert 0.3 * limit < path.stat().st_size <= limit and len(said) == 1
    with Image.open(path) as gif, Image.open(tmp_path / "whole.gif") as before:
        words = str(said[0].message)
        if found := re.search(r"(\d+) pixels across instead of (\d+)", words):
            assert (gif.width, before.width) == (int(found[1]), int(found[2]))
        else:
            assert gif.width == before.width
        slower = re.search(r"([\d.]+) frames a second instead of 15", words)
        assert gif.n_frames == pytest.approx(float(slower[1]) if slower else 15, abs=1)  # type: ignore[attr-defined]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["film.gif", "whole.gif"]


def test_what_cannot_be_met_is_refused_and_the_old_file_stays(film: Movie, tmp_path: Path) -> None:
    old = tmp_path / "film.gif"
    old.write_bytes(b"the film of yesterday")
    with pytest.raises(
        ArgumentError,
        match=r"must have room for 1 s of film, but 0\.002 MB have not: with 320 pixels across, 7\.5 frames a second and 32 colors it has",
    ):
        film.save(old, max_size="2 kB")
    assert old.read_bytes() == b"the film of yesterday" and len(list(tmp_path.iterdir())) == 1
    with pytest.raises(ArgumentError, match=r"must go with a \.gif, but the film is film\.mp4; name it film\.gif"):
        film.save(tmp_path / "film.mp4", max_size="5MB")


def test_sizes_are_read_as_people_write_them() -> None:
    for written_size, size in {
        "5MB": 5e6,
        "800 kB": 8e5,
        "2 MiB": 2**21,
        "1.5mb": 1.5e6,
        "700": 700,
        "1e6": 1e6,
    }.items():
        assert bytes_of(written_size) == size
    for bad in itertools.chain(("", "five", "5 TB", "-1MB", "0", "1.2.3MB", "."), (0, -5)):
        with pytest.raises(ArgumentError, match="must read 5MB, 800kB or a number of bytes"):
            bytes_of(bad)


def test_run_and_animate_take_a_limit(tmp_path: Path) -> None:
    small = ("--size", "480x320", "--duration", "1", "--quiet")
    done = wavesim("run", written(tmp_path), "--out", tmp_path / "out", "--max-size", "5MB", *small)
    assert (done.exit_code, done.stderr) == (0, "")
    movie = tmp_path / "out" / "movie.gif"
    assert movie.read_bytes()[:4] == b"GIF8" and not movie.with_suffix(".mp4").exists()
    limit = int(0.7 * movie.stat().st_size)
    again = wavesim("animate", tmp_path / "out", "--max-size", limit, "--out", tmp_path / "small.gif", *small)
    assert again.exit_code == 0 and "to stay below" in again.stderr and again.stderr.count("\n") == 1
    assert (tmp_path / "small.gif").stat().st_size <= limit
    again = wavesim("animate", tmp_path / "out", "--max-size", "1kB", "--out", tmp_path / "none.gif", *small)
    assert again.exit_code == 2 and "must have room for" in again.stderr and not (tmp_path / "none.gif").exists()
    refused = wavesim("run", written(tmp_path), "--out", tmp_path / "no", "--quiet", "--max-size", "small")
    assert refused.exit_code == 2 and "must read 5MB" in refused.stderr and not (tmp_path / "no").exists()
