"""Movies: frames and sizes decode back, psi is where it should be, and nothing half-written is left behind."""

from __future__ import annotations

import base64
import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

import wavesim
from tests.pictures.viz_runs import channel, double_well, drifting
from wavesim.errors import ArgumentError, NumericsError, WavesimError
from wavesim.viz import Look, Movie, animate
from wavesim.viz.movie import _writer
from wavesim.viz.movie._frame import FramePainter
from wavesim.viz.scene._gather import frames

WIDTH, HEIGHT = 320, 192


def small(result, **options) -> Movie:
    return animate(result, width=WIDTH, height=HEIGHT, fps=options.pop("fps", 30), **options)


def decoded(path: Path) -> np.ndarray:
    """All frames, shape (frames, HEIGHT, WIDTH, 3): another size would not come out even."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(path),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_movie_decodes_to_what_was_painted(suffix: str, tmp_path: Path) -> None:
    """Lab note: 5 frames of 320 x 192; lossy coding may change a pixel, on average by no more than 4 of 255."""
    movie = small(drifting(frames=4))
    path = movie.save(tmp_path / f"m{suffix}")
    pictures = decoded(path)
    assert len(pictures) == 5
    for got, painted in zip(pictures, movie.frames(), strict=True):
        assert np.abs(got.astype(int) - painted[..., :3]).mean() < 4
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("given", [{}, {"width": 800, "height": 450, "fps": 20}])
def test_a_gif_is_smaller_and_slower_unless_asked_otherwise(tmp_path: Path, given: dict[str, int]) -> None:
    """Lab note: half a second are 6 pictures of a short run, of which nothing is said, 8 of 15 a second and 10 of 20."""
    film = animate(drifting(frames=8), look=Look(duration=0.5, hold=0.0), **given)  # type: ignore[arg-type]
    with Image.open(film.save(tmp_path / "m.gif")) as gif:
        assert gif.size == ((800, 450) if given else (640, 360))
        assert gif.n_frames == (10 if given else 6)  # type: ignore[attr-defined]
        assert gif.info["loop"] == 0


@pytest.mark.parametrize("size", [(800, 450), (360, 640), (640, 360)])
@pytest.mark.parametrize("style", ["paper", "talk"])
def test_a_film_has_the_size_that_was_asked_for(size: tuple[int, int], style: str, tmp_path: Path) -> None:
    look = Look(style=style, duration=0.1, hold=0.0)
    path = animate(drifting(frames=2), width=size[0], height=size[1], look=look).save(tmp_path / "m.mp4")
    told = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path)], capture_output=True, text=True).stderr
    assert re.search(r"Video: .* (\d+)x(\d+)", told).groups() == tuple(map(str, size))  # type: ignore[union-attr]


def test_sizes_are_made_fit_for_video() -> None:
    movie = animate(drifting(), width=321, height=181)
    assert (movie.width, movie.height) == (322, 182)


def test_frames_follow_each_other() -> None:
    pictures = [frame.copy() for frame in small(drifting(frames=3)).frames()]
    assert len(pictures) == 4
    assert not np.array_equal(pictures[0], pictures[1])


def test_painting_does_not_import_jax() -> None:
    code = "import sys, wavesim.viz.movie._frame; print([m for m in ('jax', 'pydantic', 'matplotlib.pyplot') if m in sys.modules])"
    root = Path(wavesim.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_density_stands_where_psi_is_in_the_color_of_its_phase() -> None:
    """Lab note: a packet of width 1 at x = -8: within a pixel of there a column of its phase's color, at x = 5 white paper."""
    result = drifting()
    movie = animate(result, width=640, height=368)
    painter = FramePainter(movie.scene, 640, 368)
    psi = next(frames(result, movie.scene, movie.units, 1))
    painter.paint(0, psi)
    columns = painter.panel.shape[1]
    left, right = movie.scene.window[0]
    at, away = (int((x - left) / (right - left) * columns) for x in (-8.0, 5.0))
    row = int(painter.panel.shape[0] * 0.97)
    colors = movie.scene.phases[np.floor(np.angle(psi) * 128 / np.pi).astype(int) % 256]
    assert np.array_equal(painter.panel[row, at], colors[at * len(psi) // columns])
    assert np.array_equal(painter.panel[row // 2, away], [255, 255, 255])


def test_a_movie_in_two_dimensions_shows_the_packet_and_equal_scales() -> None:
    movie = small(channel(2))
    first, *_, last = [frame.copy() for frame in movie.frames()]
    assert not np.array_equal(first, last)
    painter = FramePainter(movie.scene, 1280, 720)
    across, up = np.ptp(movie.scene.window, axis=1)
    assert painter.panel.shape[1] / painter.panel.shape[0] == pytest.approx(across / up, rel=0.02)


def test_the_potential_is_drawn_to_scale_below_zero() -> None:
    """Lab note: inside the wells the gray ground is cut down to the panel's bottom, between them it reaches ENERGY_TOP."""
    movie = animate(double_well(), width=640, height=368)
    painter = FramePainter(movie.scene, 640, 368)
    rows, columns = painter.panel.shape[:2]
    painter.paint(0, np.zeros(len(movie.scene.x), np.complex64))
    left, right = movie.scene.window[0]
    row = int(rows * 0.6)
    inside, between = (int((x - left) / (right - left) * columns) for x in (1.75, 0.1))
    assert np.array_equal(painter.panel[row, inside], [255, 255, 255])
    assert np.array_equal(painter.panel[row, between], [217, 222, 227])
    assert np.array_equal(painter.panel[int(rows * 0.2), between], [255, 255, 255])


def test_a_notebook_shows_the_movie_itself() -> None:
    page = small(drifting(frames=2))._repr_html_()
    data = re.search(r'src="data:video/mp4;base64,([^"]+)"', page)
    assert data is not None
    assert base64.b64decode(data[1])[4:8] == b"ftyp"


def test_progress_counts_frames(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    small(drifting(frames=2), progress=lambda done, total: seen.append((done, total))).save(tmp_path / "m.mp4")
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_without_ffmpeg_a_gif_is_written_and_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", missing)
    with pytest.warns(UserWarning, match="ffmpeg was not found, so m.gif was written instead of m.mp4"):
        path = dataclasses.replace(small(drifting(frames=4)), gif=_writer.Gif()).save(tmp_path / "m.mp4")
    assert path == tmp_path / "m.gif"
    with Image.open(path) as gif:
        assert gif.n_frames == 3  # type: ignore[attr-defined]
        assert gif.size == (WIDTH, HEIGHT)
    assert [p.name for p in tmp_path.iterdir()] == ["m.gif"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_nothing_is_left_behind_when_it_is_interrupted(tmp_path: Path, interruption: type[BaseException]) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise interruption

    old = tmp_path / "m.mp4"
    old.write_bytes(b"the movie of yesterday")
    with pytest.raises(interruption):
        small(drifting(), progress=stop).save(old)
    assert [p.name for p in tmp_path.iterdir()] == ["m.mp4"]
    assert old.read_bytes() == b"the movie of yesterday"


def test_nothing_is_left_behind_when_ffmpeg_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_writer._CODECS, ".mp4", "-c:v no_such_codec -f mp4")
    with pytest.raises(WavesimError, match=r"ffmpeg must write m\.mp4, but stopped: .*try"):
        small(drifting()).save(tmp_path / "m.mp4")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_drawn_is_refused_with_the_cure(tmp_path: Path) -> None:
    result = drifting()
    with pytest.raises(ArgumentError, match=r"`path` must end in \.mp4, \.webm, \.gif or \.png, but is 'm\.avi'"):
        small(result).save(tmp_path / "m.avi")
    with pytest.raises(NumericsError, match="save_psi=True"):
        animate(dataclasses.replace(result, psi=result.psi[:0]))
    with pytest.raises(NumericsError, match="one or two dimensions"):
        animate(channel(3))
    with pytest.raises(ArgumentError, match="`fps` must be at least 1"):
        animate(result, fps=0)
