"""Words in pictures: text as it stands, a formula only where it is one."""

from __future__ import annotations

from typing import Any

from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, Formatter, FuncFormatter, LogFormatterSciNotation

from ._numbers import without_formula


class _PlainPowers(Formatter):
    """Ticks of a logarithmic axis as Matplotlib chooses them, without its formulas."""

    def __init__(self, chosen: LogFormatterSciNotation) -> None:
        self.chosen = chosen

    def set_locs(self, locs: Any) -> None:
        self.chosen.set_locs(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        return without_formula(self.chosen(x, pos))


def set_formulas(figure: Figure) -> None:
    r"""Let only those words of a figure be set as formulas that are formulas: ``$\frac{$`` in a title keeps its dollar signs.

    To be called when all words are there and nothing has been painted yet.
    """
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            _leave_formulas_out(axis)
            if isinstance(axis.get_major_formatter(), FixedFormatter | FuncFormatter):
                # words of ours, which labels of ticks get only when somebody asks for them
                axis.get_ticklabels()
    assert isinstance(figure.canvas, FigureCanvasAgg)
    renderer = figure.canvas.get_renderer()
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if "$" in text.get_text():
            text.set_parse_math(_is_formula(text, renderer))


def _leave_formulas_out(axis: Axis) -> None:
    """Powers of ten in plain text."""
    major, minor = axis.get_major_formatter(), axis.get_minor_formatter()
    if isinstance(major, LogFormatterSciNotation):
        axis.set_major_formatter(_PlainPowers(major))
    if isinstance(minor, LogFormatterSciNotation):
        axis.set_minor_formatter(_PlainPowers(minor))


def _is_formula(text: Text, renderer: RendererAgg) -> bool:
    # by who will paint it, and keeps what it has read
    try:
        renderer.get_text_width_height_descent(text.get_text(), text.get_fontproperties(), True)
    except (ValueError, RecursionError):
        return False
    return True
