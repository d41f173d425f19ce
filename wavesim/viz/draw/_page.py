"""The page of a still picture: its size, its headline, its last line, and how it reaches the disk."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..._files import put_whole
from .._colors import SLATE, house_style
from .._words import set_formulas

WIDTH, HEIGHT = 1600, 1000
_DOTS = 100
# the lowest place for panels above a table
ABOVE_TABLE = 0.335
TABLE_TOP = 0.235


@contextlib.contextmanager
def page(path: str | os.PathLike[str], title: str) -> Iterator[Figure]:
    """A figure with its headline, in the house style; written as a whole PNG at the end of the block."""
    with house_style(size=12):
        figure = Figure(figsize=(WIDTH / _DOTS, HEIGHT / _DOTS), dpi=_DOTS)
        canvas = FigureCanvasAgg(figure)
        figure.text(0.025, 0.965, title, weight="bold", fontsize=18, va="center")
        yield figure
        set_formulas(figure)
        # in memory: on a full disk nothing is left but an error
        picture = io.BytesIO()
        canvas.print_png(picture)  # type: ignore[arg-type]
        put_whole(Path(path), picture.getvalue())


def last_line(figure: Figure, words: str) -> None:
    """How it was made, small, at the bottom."""
    figure.text(0.025, 0.02, words, color=SLATE, fontsize=10, va="center")
