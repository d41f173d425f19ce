"""Curves beside theory and their distance from it, over time or energy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from .._colors import GREEN, INK, ORANGE, PURPLE, SKY, SLATE
from ..scene import Bundle, Line
from ._page import ABOVE_TABLE

DASHED = (0, (4, 3))
# dashes of the theory that a curve is compared with, by its display name; other theories get the unused ones
_PATTERNS = {
    "closed form": DASHED,
    "projection": (0, (7, 2, 1.5, 2)),
    "scattering": (0, (2, 1.5)),
    "levels": (0, (9, 3)),
}
# color and dashes of further theories, in order
FURTHER = (
    (GREEN, (0, (1, 1.2))),
    (PURPLE, (0, (6, 2, 1, 2))),
    (ORANGE, (0, (3, 1.5))),
    (SKY, (0, (5, 1))),
    (SLATE, (0, (1, 1, 4, 1))),
)
# least ratio of largest to smallest value for a logarithmic axis
_DECADES = 30.0
# largest value below which curves that span _DECADES get a logarithmic axis
_FAINT = 0.03
# ratio of the first curve to the largest one below which the axis is logarithmic
_TINY = 1e-3
# negative values below this share of the largest are rounding errors
_ROUNDING = 1e-9
# most entries of a legend in one row
_LONG = 5
# ratio of largest to smallest current above which its axis is logarithmic
_MANY = 300.0
# theories closer than this share of the largest value are drawn as one line
_SAME = 1e-3


def draw_bundle(figure: Figure, bundle: Bundle, place: tuple[float, float], measured: str = "curve") -> None:
    """Draw curves and, below them, their distance from theory; `place` is left and width, `measured` the name of the curves."""
    if not bundle.lines:
        return
    left, width = place
    room = 0.895 - ABOVE_TABLE
    compared = any(line.residual is not None for line in bundle.lines)
    height = 0.535 * room if compared else room
    axes = figure.add_axes((left, 0.895 - height, width, height), xlim=bundle.span, ylabel=bundle.up)
    draw_lines(axes, bundle.points, bundle.lines)
    if not compared:
        axes.set_xlabel(bundle.across)
        return
    axes.tick_params(labelbottom=False)
    below = figure.add_axes((left, ABOVE_TABLE, width, 0.4 * room), xlim=bundle.span)
    draw_residuals(below, bundle.points, bundle.lines)
    below.set(xlabel=bundle.across, ylabel=f"|{measured} \u2212 theory|")


def draw_lines(
    axes: Axes, points: np.ndarray, lines: Sequence[Line], legend: bool = True, logarithmic: bool | None = None
) -> None:
    """Draw measured curves in color with their error band, and theory dashed; by default logarithmic where `suits_log_scale`."""
    logarithmic = suits_log_scale(lines) if logarithmic is None else logarithmic
    compared = [line for line in lines if line.residual is not None]
    patterns = _patterned(list(dict.fromkeys(line.kind for line in compared)))
    for line in lines:
        axes.plot(points, line.values, color=line.color, lw=2.2, label=line.name)
        # no band for the bar of the final value, nor for that of the worst point on a logarithmic axis
        if np.any(line.error) and line.final is None and not (logarithmic and np.ndim(line.error) == 0):
            band = (line.values - line.error, line.values + line.error)
            axes.fill_between(points, *band, color=line.color, alpha=0.2, lw=0)
        if line.theory is not None:
            axes.plot(points, line.theory, color=INK, lw=1.1, ls=patterns[line.kind])
        elif line.final is not None:
            axes.axhline(line.final, color=INK, lw=1.1, ls=patterns[line.kind])
    others = [] if not lines else [(name, values) for name, values in lines[0].others if _differs(values, lines[0])]
    for kind, pattern in patterns.items():
        axes.plot([], [], color=INK, lw=1.1, ls=pattern, label=kind)
    # further theories of the first curve only, since those of several would cross
    for (name, values), (color, style) in zip(others, _styles([name for name, _ in others]), strict=False):
        axes.plot(points, values, color=color, lw=1.6, ls=style, label=name)
    if logarithmic:
        axes.set_yscale("log")
        axes.set_ylim(_floor(lines), 1.5 * max(float(line.values.max()) for line in lines))
        low, high = axes.get_ylim()
        if high < 100 * low:
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
            axes.yaxis.set_minor_locator(NullLocator())
        else:
            decades(axes)
    if legend:
        legend_above(axes)


def _patterned(kinds: list[str]) -> dict[str, tuple]:
    """Dashes for each theory that curves are compared with; up to four differ, and a listed name has the same in every picture."""
    named = {kind: _PATTERNS[kind] for kind in kinds if kind in _PATTERNS}
    free = [pattern for pattern in _PATTERNS.values() if pattern not in named.values()] or [DASHED]
    others = [kind for kind in kinds if kind not in named]
    return named | {kind: free[index % len(free)] for index, kind in enumerate(others)}


def _styles(names: list[str]) -> list[tuple]:
    """A style for each further theory; WKB and Kemble have the same in every picture."""
    reserved = {name: FURTHER[index] for index, name in enumerate(("WKB", "Kemble")) if name in names}
    free = [style for style in FURTHER if style not in reserved.values()]
    return [reserved[name] if name in reserved else free.pop(0) for name in names[: len(FURTHER)]]


def _differs(values: np.ndarray, line: Line) -> bool:
    """Whether a further theory differs visibly from the first one."""
    first = line.values if line.theory is None else line.theory
    return float(np.max(np.abs(values - first))) > _SAME * float(np.max(np.abs(first)))


def legend_above(axes: Axes) -> None:
    """Draw the legend above the panel, in one row or, if long, in two."""
    count = len(axes.get_legend_handles_labels()[0])
    columns = count if count <= _LONG else -(-count // 2)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=columns, columnspacing=1.2, handlelength=1.7)


def suits_log_scale(lines: Sequence[Line]) -> bool:
    """Whether a logarithmic axis suits the curves: a decaying survival or current, a first curve far below the others, or small values."""
    if not lines:
        return False
    largest = max(float(np.max(line.values)) for line in lines)
    if min(float(np.min(line.values)) for line in lines) < -_ROUNDING * largest or largest <= 0:
        return False
    if lines[0].name.startswith("survival"):
        return float(np.min(lines[0].values)) < largest / 3
    if lines[0].name.startswith("current"):
        return 0 < float(np.min(lines[0].values)) < largest / _MANY
    if 0 < float(np.max(lines[0].values)) < _TINY * largest:
        return True
    seen = np.concatenate([line.values[line.values > 0] for line in lines])
    return largest < _FAINT and float(seen.min()) < largest / _DECADES


def _floor(lines: Sequence[Line]) -> float:
    """The bottom of a logarithmic axis, well below the final value of the first curve."""
    first, largest = float(np.max(lines[0].values)), max(float(np.max(line.values)) for line in lines)
    if lines[0].final is not None or first < _TINY * largest:
        return first / 300
    seen = np.concatenate([line.values[line.values > 0] for line in lines])
    return max(float(seen.min()), 1e-12 * largest) / 2


def draw_residuals(axes: Axes, points: np.ndarray, lines: Sequence[Line], legend: bool = True) -> None:
    """Draw distances from theory on a logarithmic axis, error bars dotted; values below rounding are raised to it."""
    compared = [(line, line.residual) for line in lines if line.residual is not None]
    largest = max(float(np.max(residual)) for _, residual in compared)
    floor = max(1e-16, 1e-12 * largest)
    for line, residual in compared:
        axes.semilogy(points, np.maximum(residual, floor), color=line.color, lw=1.6)
        if np.any(line.error):
            axes.semilogy(points, np.maximum(line.error, floor) + 0 * points, color=line.color, lw=1.4, ls=":")
    if legend and any(np.any(line.error) for line, _ in compared):
        axes.plot([], [], color=SLATE, lw=1.4, ls=":", label="error bar of the curve, at its worst")
        axes.legend(loc="lower right", bbox_to_anchor=(1.01, 0.96), handlelength=1.6)
    low, high = axes.get_ylim()
    if high < 100 * low:
        axes.set_ylim(10 ** np.floor(np.log10(low)), 10 ** np.ceil(np.log10(high)))
    decades(axes)


def decades(axes: Axes) -> None:
    """Set ticks at a few powers of ten only."""
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_minor_locator(NullLocator())
