"""Words cut from pictures of their digits are those that Matplotlib sets."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from wavesim.viz._colors import house_style
from wavesim.viz._counters import _SHAPES, Counter


def canvas_with(words: str = "", **style: object) -> tuple[FigureCanvasAgg, Counter, np.ndarray]:
    """A canvas, a counter on it, and what it looks like without."""
    with house_style(size=15.5):
        figure = Figure(figsize=(640 / 72, 120 / 72), dpi=72, facecolor="#0B0D13")
        canvas = FigureCanvasAgg(figure)
        text = figure.text(0.5, 0.6, words, color="#6CC5F7", animated=True, **style)  # type: ignore[arg-type]
        canvas.draw()
    return canvas, Counter(text), np.asarray(canvas.buffer_rgba()).copy()


def painted(canvas: FigureCanvasAgg, counter: Counter, blank: np.ndarray, words: str) -> tuple[np.ndarray, np.ndarray]:
    """The words by the counter, and as Matplotlib sets them."""
    buffer, frames = np.asarray(canvas.buffer_rgba()), []
    buffer[:] = blank
    counter.paint(words)
    frames.append(buffer.astype(int))
    buffer[:] = blank
    counter.text.set_text(words)
    canvas.figure.draw_artist(counter.text)
    return frames[0], buffer.astype(int)


def are_same(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """But for rounding, and a few pixels between digits."""
    off = np.abs(ours - theirs).max(axis=2)
    return bool(np.count_nonzero(off > 2) <= 6 and off.max() < 85)


@pytest.mark.parametrize(("size", "ha", "va"), [(11, "right", "top"), (15.5, "left", "center"), (34, "left", "top")])
def test_words_are_those_that_matplotlib_sets(size: float, ha: str, va: str) -> None:
    """Budget: rounding of the blend, 2 of 256; six pixels at most, off by less than a third, where the edges of neighbors meet."""
    canvas, counter, blank = canvas_with(size=size, ha=ha, va=va)
    for words in ("t = 12.34 fs", "t = 98.76 fs", "t = 0.07 fs", "left of it 11.7 %", "no digits", "\u22121.5e-07"):
        ours, theirs = painted(canvas, counter, blank, words)
        assert np.abs(theirs - blank).max() > 100, "nothing was set"
        assert are_same(ours, theirs), words


def test_what_lies_behind_is_left_as_it_is() -> None:
    canvas, counter, _ = canvas_with()
    ground = np.random.default_rng(5).integers(0, 256, np.asarray(canvas.buffer_rgba()).shape).astype(np.uint8)
    ground[..., 3] = 255
    ours, theirs = painted(canvas, counter, ground, "t = 3.14 fs")
    assert are_same(ours, theirs)


def test_formulas_and_many_shapes_are_set_one_by_one() -> None:
    canvas, counter, blank = canvas_with()
    for words in ("$10^{-3}$", *("x" * n + " 1" for n in range(1, _SHAPES + 3))):
        ours, theirs = painted(canvas, counter, blank, words)
        assert np.abs(theirs - blank).max() > 100, words
        assert are_same(ours, theirs), words
    assert len(counter.pictures_by_shape) == _SHAPES
