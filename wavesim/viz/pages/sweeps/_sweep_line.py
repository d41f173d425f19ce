"""The page of a sweep along one axis: values beside theory, and their distance in error bars; a line for each value of a second axis."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes as Panel
from matplotlib.axis import XAxis, YAxis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, StrMethodFormatter

from ..._colors import BLUE, GROUND, INK, SLATE, STEPS, VERMILION, case_colors
from ..._numbers import display_name
from ...draw import DASHED, FURTHER, legend_above
from .._comparison import BY_INPUTS, PALE, Series, draw_distances, draw_series
from ._sweep_data import FAILED, MISSED, Axis, Table

_PLACE = (0.085, 0.86)
_TOP, _MIDDLE, _BOTTOM = 0.885, 0.42, 0.1
# most points that are drawn as dots rather than a line
_MANY = 60
# largest distance from theory that is shown [error bars]
_FARTHEST = 5.0
Color = str | tuple[float, ...]


def draw_line(figure: Figure, table: Table) -> None:
    """Fill a page with a sweep over one axis, or over two with a line for each value of the shorter one."""
    lines = _lines(table)
    across = lines[0][1].axes[0]
    left, width = _PLACE
    compared = any(part.compared for _, part, _ in lines)
    axes = figure.add_axes((left, _MIDDLE if compared else _BOTTOM, width, _TOP - (_MIDDLE if compared else _BOTTOM)))
    axes.set_ylabel(table.label)
    last = axes
    if len(lines) == 1:
        draw_one(axes, lines[0][1])
    else:
        _draw_several(axes, table, lines)
    if compared:
        axes.tick_params(labelbottom=False)
        last = figure.add_axes((left, _BOTTOM, width, _MIDDLE - _BOTTOM - 0.045))
        if len(lines) == 1 and lines[0][1].further:
            draw_distances(last, across.places, [_series(lines[0][1])])
            last.set_ylabel("relative distance")
        else:
            draw_normalized_distance(last, [(part, color) for _, part, color in lines])
    for panel in (axes, last):
        scale_across(panel, across)
    last.set_xlabel(across.label)


def _lines(table: Table) -> list[tuple[str, Table, Color]]:
    """A name, a table of one axis and a color for each line."""
    if len(table.axes) == 1:
        return [("", table, BLUE)]
    split = min((0, 1), key=lambda index: (table.axes[index].values is not None, len(table.axes[index])))
    axis = table.axes[split]
    colors = case_colors(len(axis))
    # the first number is labeled with the name of its axis; texts need no name
    first = "" if axis.values is None else f"{axis.label.partition(' (')[0]} "
    names = [f"{'' if place else first}{text}" for place, text in enumerate(axis.texts)]
    return [(name, table.at(split, place), colors[place]) for place, name in enumerate(names)]


def draw_one(axes: Panel, table: Table) -> None:
    """Draw measured numbers with error bars (a band if there are many), every theory, and marks at missed and failed rows."""
    across = table.axes[0]
    x = across.places
    if len(x) <= _MANY:
        draw_series(axes, x, [_series(table)], "measured", between=table.axes[0].values is not None)
    else:
        if table.in_decades:
            axes.set_yscale("log")
        if table.compared:
            axes.plot(x, table.theory, color=INK, lw=1.3, ls=DASHED, label=table.kind, zorder=3)
        for (name, values), (color, style) in zip(table.further.items(), FURTHER, strict=False):
            axes.plot(x, values, color=color, lw=1.6, ls=style, label=display_name(name), zorder=2)
        _draw_band(axes, x, table, BLUE, named=True)
        axes.plot(x, table.values, color=BLUE, lw=2.4, label="measured", zorder=2)
    _mark_rows(axes, x, table)
    legend_above(axes)


def _draw_band(axes: Panel, x: np.ndarray, table: Table, color: Color, named: bool = False) -> None:
    """Draw the error bars as a band, and the deviation due to uncertain inputs as a paler one."""
    if np.any(table.inputs > 0):
        low, high = table.values - table.inputs, table.values + table.inputs
        axes.fill_between(x, low, high, color=color, alpha=PALE / 2, lw=0, label=BY_INPUTS if named else None)
    axes.fill_between(x, table.values - table.errors, table.values + table.errors, color=color, alpha=0.25, lw=0)


def _draw_several(axes: Panel, whole: Table, lines: list[tuple[str, Table, Color]]) -> None:
    if whole.in_decades:
        axes.set_yscale("log")
    for name, table, color in lines:
        x = table.axes[0].places
        _draw_band(axes, x, table, color)
        axes.plot(x, table.values, "o-" if len(x) <= _MANY else "-", ms=4, color=color, lw=2, label=name)
        axes.plot(x, table.theory, color=INK, lw=1.1, ls=DASHED, zorder=4)
        _mark_rows(axes, x, table, named=False)
    if any(table.compared for _, table, _ in lines):
        axes.plot([], [], color=INK, lw=1.1, ls=DASHED, label=lines[0][1].kind)
    legend_above(axes)


def _mark_rows(axes: Panel, x: np.ndarray, table: Table, named: bool = True) -> None:
    """Draw rings around rows that missed their tolerance, and crosses at the bottom for failed ones."""
    missed, failed = table.status == MISSED, table.status == FAILED
    if missed.any():
        label = "tolerance missed" if named else None
        axes.plot(x[missed], table.values[missed], "o", color=VERMILION, mfc="none", mew=1.5, ms=11, label=label)
    if failed.any():
        foot = np.full(int(failed.sum()), 0.02)
        axes.plot(
            x[failed], foot, "x", color=VERMILION, mew=2, ms=8, transform=axes.get_xaxis_transform(),
            label="failed" if named else None,
        )  # fmt: skip


def draw_normalized_distance(axes: Panel, parts: list[tuple[Table, Color]]) -> None:
    """Draw (measured - theory) in error bars, with the range within one error bar in gray."""
    axes.axhspan(-1, 1, color=GROUND, alpha=0.6, lw=0)
    axes.axhline(0, color=SLATE, lw=0.8)
    largest = 1.0
    for table, color in parts:
        x, distance = table.axes[0].places, table.distance
        finite = np.isfinite(distance)
        largest = max(largest, float(np.max(np.abs(distance[finite]), initial=0.0)))
        many = len(x) > _MANY
        axes.plot(x[finite], np.clip(distance[finite], -_FARTHEST, _FARTHEST), "." if many else "o", color=color, ms=5)
    reach = 1.15 * min(largest, _FARTHEST)
    axes.set(ylim=(-reach, reach), ylabel="distance from theory\n(error bars)")


def scale_across(axes: Panel, across: Axis) -> None:
    """Scale the horizontal axis with room at both ends, or label it with its texts."""
    x = across.places
    if across.values is None:
        axes.set_xlim(-0.5, len(x) - 0.5)
        axes.set_xticks(x, across.texts)
        return
    if across.logarithmic:
        axes.set_xscale("log")
        room = (x[-1] / x[0]) ** 0.03
        axes.set_xlim(x[0] / room, x[-1] * room)
        round_ticks(axes.xaxis, x[-1] / x[0])
        return
    if np.array_equal(x, np.rint(x)):
        axes.xaxis.set_major_locator(MaxNLocator(10, steps=STEPS, integer=True))
    room = 0.03 * (x[-1] - x[0]) or 0.5
    axes.set_xlim(x[0] - room, x[-1] + room)


def round_ticks(axis: XAxis | YAxis, ratio: float) -> None:
    """Ticks of a logarithmic axis at 1, 2, 5, 10, ... where its ends are less than a factor of a hundred apart."""
    if ratio < 100:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_locator(NullLocator())


def _series(table: Table) -> Series:
    """The table as the pictures of studies have it."""
    theories = ({table.kind: table.theory} if table.compared else {}) | table.further
    return Series(table.name, table.values, table.errors, theories, np.full(table.values.shape, np.nan), table.inputs)
