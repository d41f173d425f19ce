"""The page of a still picture: its size, headline and footer, and writing it to a file."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
from collections.abc import Iterator
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..._files import put_whole
from ...errors import ArgumentError
from .._colors import SLATE, house_style
from .._words import set_formulas

WIDTH, HEIGHT = 1600, 1000
_DOTS = 100
# compression level of the PNG: a few percent larger than at the usual 6, in half the time
_COMPRESSION = 4
# bottom of the panels above a table, as a share of the height
ABOVE_TABLE = 0.335
# top of the table, likewise
TABLE_TOP = 0.235


@dataclasses.dataclass(frozen=True, repr=False)
class Picture:
    """A still picture: it shows itself in a notebook, ``picture.save("run.png")`` writes it.

    Attributes:
        title: its headline.
        png: the picture as PNG.
        figure: the Matplotlib figure, to change and save in other formats, ``picture.figure.savefig("run.pdf")``.
    """

    title: str
    png: bytes
    figure: Figure

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture as PNG, complete or not at all.

        Returns:
            the path.

        Raises:
            ArgumentError: if the path does not end in .png.
        """
        check_png(Path(path))
        put_whole(Path(path), self.png)
        return Path(path)

    def __repr__(self) -> str:
        return f"Picture({self.title[:80]!r}, {WIDTH} x {HEIGHT} pixels)"

    def _repr_png_(self) -> bytes:
        return self.png


def check_png(path: Path) -> None:
    """Refuse a name with a suffix other than .png.

    Raises:
        ArgumentError: if it does not end in .png.
    """
    if path.suffix.lower() != ".png":
        raise ArgumentError("path", f"must end in .png, but is {path.name!r}; rename it.")


class Sheet:
    """A page that is being drawn: its figure and, after the block, its picture."""

    def __init__(self, title: str) -> None:
        self.figure = Figure(figsize=(WIDTH / _DOTS, HEIGHT / _DOTS), dpi=_DOTS)
        self.title = title
        self.png = b""

    @property
    def picture(self) -> Picture:
        """The picture, complete after the block."""
        return Picture(self.title, self.png, self.figure)


@contextlib.contextmanager
def sheet(title: str) -> Iterator[Sheet]:
    """A page with its headline in the house style, painted in memory at the end of the block."""
    with house_style(size=12):
        made = Sheet(title)
        canvas = FigureCanvasAgg(made.figure)
        made.figure.text(0.025, 0.965, title, weight="bold", fontsize=18, va="center")
        yield made
        set_formulas(made.figure)
        # in memory, so that a full disk leaves no partial file
        painted = io.BytesIO()
        canvas.print_png(painted, pil_kwargs={"compress_level": _COMPRESSION})  # type: ignore[arg-type]
        made.png = painted.getvalue()


@contextlib.contextmanager
def page(path: str | os.PathLike[str], title: str) -> Iterator[Figure]:
    """The figure of a page, written as PNG at the end of the block."""
    with sheet(title) as made:
        yield made.figure
    made.picture.save(path)


def draw_footer(figure: Figure, words: str) -> None:
    """Write words in small type at the bottom."""
    figure.text(0.025, 0.02, words, color=SLATE, fontsize=10, va="center")
