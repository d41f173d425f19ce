"""Text in pictures: set as a formula only if it is a valid one, else literally."""

from __future__ import annotations

from typing import Any

from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, Formatter, FuncFormatter, LogFormatterSciNotation

from ._numbers import without_formula


class _PlainPowers(Formatter):
    """Matplotlib's own ticks of a logarithmic axis, as plain text."""

    def __init__(self, formatter: LogFormatterSciNotation) -> None:
        self.formatter = formatter

    def set_locs(self, locs: Any) -> None:
        self.formatter.set_locs(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        return without_formula(self.formatter(x, pos))


def set_formulas(figure: Figure) -> None:
    r"""Set only valid formulas in a figure as formulas: ``$\frac{$`` in a title keeps its dollar signs.

    To be called after all text is set and before the figure is painted.
    """
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            _leave_formulas_out(axis)
            if isinstance(axis.get_major_formatter(), FixedFormatter | FuncFormatter):
                # tick labels get their text only when they are requested
                axis.get_ticklabels()
    assert isinstance(figure.canvas, FigureCanvasAgg)
    renderer = figure.canvas.get_renderer()
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if "$" in text.get_text():
            text.set_parse_math(_is_formula(text, renderer))


def _leave_formulas_out(axis: Axis) -> None:
    """Format powers of ten on an axis as plain text."""
    major, minor = axis.get_major_formatter(), axis.get_minor_formatter()
    if isinstance(major, LogFormatterSciNotation):
        axis.set_major_formatter(_PlainPowers(major))
    if isinstance(minor, LogFormatterSciNotation):
        axis.set_minor_formatter(_PlainPowers(minor))


def _is_formula(text: Text, renderer: RendererAgg) -> bool:
    # parsed by the renderer that will paint it, which caches the result
    try:
        renderer.get_text_width_height_descent(text.get_text(), text.get_fontproperties(), True)
    except (ValueError, RecursionError):
        return False
    return True
