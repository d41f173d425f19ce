"""Films in axes of one's own: psi where it is, one's own drawing in every picture, and nothing of it left behind."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import wavesim as ws
from tests.pictures.viz_runs import channel, drifting
from wavesim.errors import ArgumentError
from wavesim.viz import Look, Moment, animate

DOCS = Path(__file__).parents[2] / "docs" / "films.md"


def axes_of(width: int = 640, height: int = 360):
    """Axes across a whole figure, without frame or labels."""
    figure = Figure(figsize=(width / 100, height / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    return axes


def test_the_wave_stands_where_psi_is_and_the_axes_are_left_empty() -> None:
    """Lab note: a packet of width 1 at x = -8 of a window that reaches from there to the barrier: columns in color within 0.2 of it."""
    axes = axes_of()
    film = animate(drifting(), ax=axes, look=Look(show=("density",)))
    first, *rest = [frame.copy() for frame in film.frames()]
    assert first.shape == (360, 640, 4) and len(rest) == 4
    colored = (np.ptp(first[..., :3].astype(int), axis=2) > 30).sum(axis=0)
    left, right = film.scene.window[0]
    x = left + (np.arange(640) + 0.5) / 640 * (right - left)
    assert (colored * x).sum() / colored.sum() == pytest.approx(-8.0, abs=0.2)
    assert not axes.lines and not axes.images and not axes.patches
    # as the first time, for a film that is saved twice
    assert np.array_equal(next(iter(film.frames())), first)


def test_draw_is_in_the_picture_of_its_moment() -> None:
    axes, moments = axes_of(), []
    bar = axes.axvspan(0, 0, color="black")

    def draw(moment: Moment) -> None:
        moments.append(moment)
        bar.set_bounds(moment.x[0], 0, (moment.x[-1] - moment.x[0]) * moment.time / 4, 1)

    film = animate(drifting(), ax=axes, draw=draw, look=Look(show=()))
    dark = [int((frame[180, :, 0] < 50).sum()) for frame in film.frames()]
    assert dark == pytest.approx([0, 160, 320, 480, 640], abs=3)
    assert [moment.place for moment in moments] == [0, 1, 2, 3, 4]
    assert [moment.time for moment in moments] == [0, 1, 2, 3, 4]
    assert set(moments[0].numbers) == {"left of it", "in the barrier", "right of it"}
    norm = float((np.abs(moments[0].psi) ** 2).sum() * (moments[0].x[1] - moments[0].x[0]))
    assert norm == pytest.approx(1.0, abs=1e-3)


def test_parts_planes_and_subfigures(tmp_path: Path) -> None:
    for part in ("real", "momentum"):
        frames = list(animate(drifting(), ax=axes_of(), look=Look(part=part)).frames())
        assert len(frames) == 5
    figure = Figure(figsize=(4.01, 3.01), dpi=100)
    axes = figure.add_subfigure(figure.add_gridspec(1, 2)[0]).add_subplot()
    film = animate(channel(2), ax=axes)
    assert (film.width, film.height) == (402, 302)
    first, *_, last = [frame.copy() for frame in film.frames()]
    assert first.shape == (302, 402, 4) and not np.array_equal(first, last)
    assert axes.get_xlabel() and not axes.images and not axes.collections
    axes.set_xlabel("mine")
    with Image.open(film.save(tmp_path / "m.png")) as picture:
        assert picture.size == (402, 302)
    assert axes.get_xlabel() == "mine"


def test_draw_needs_axes() -> None:
    with pytest.raises(ArgumentError, match="`draw` must have axes to draw into, but there are none; give ax= too"):
        animate(drifting(), draw=print)


def test_the_manual_s_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python blocks of docs/films.md, one after the other, with a short run as their report."""
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert (
        len(blocks) >= 3 and any("ax=" in block for block in blocks) and any("on_frame=" in block for block in blocks)
    )
    names = {"ws": ws, "report": drifting(frames=6), "other": drifting(frames=6, height=2.0)}
    smaller = {"duration=8.0": "duration=0.5", "width=1920, height=1080": "width=320, height=192"}
    for block in blocks:
        for large, small in smaller.items():
            block = block.replace(large, small)
        exec(block, names)
    assert {"tunneling.mp4", "trace.mp4", "both.mp4", "marked.mp4"} <= {file.name for file in tmp_path.iterdir()}
