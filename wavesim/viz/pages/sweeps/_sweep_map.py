"""The page of a sweep over two axes: a map with theory's contours, the distance from theory in error bars, cuts, and a histogram."""

from __future__ import annotations

import itertools

import matplotlib
import numpy as np
from matplotlib.axes import Axes as Panel
from matplotlib.collections import QuadMesh
from matplotlib.colors import Colormap, ListedColormap, LogNorm, Normalize
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from ..._colors import HAIR, INK, SLATE, STEPS, case_colors, crameri, density_colormap, signed_colormap
from ..._numbers import display_name
from ...draw import DASHED
from ._sweep_data import FAILED, MISSED, WAITING, Table
from ._sweep_line import round_ticks, scale_across

_MOST_PANELS = 12
_MOST_COLUMNS = 4
# least ratio of the ends of a logarithmic color scale
_DEEPEST = 1e-12
# number of cuts through the map
_CUTS = 3
# most contours of a logarithmic scale
_STEPS = 8


def draw_map(figure: Figure, table: Table) -> None:
    """Fill a page with one map: values above three cuts at the left, the distance from theory (or the error bars) above its histogram at the right."""
    left = figure.add_axes((0.07, 0.4, 0.36, 0.48), title=table.label)
    _draw_key(figure, *_draw_values(left, table, norm_of(table)), (0.438, 0.4, 0.01, 0.48))
    if table.compared:
        left.set_title(f"dashed: {table.kind}", loc="right", color=SLATE, fontsize=10)
    right = figure.add_axes((0.555, 0.4, 0.36, 0.48))
    right.set_title("distance from theory, in error bars" if table.compared else f"error bar of the {table.name}")
    image = (_draw_distance if table.compared else _draw_errors)(right, table)
    _draw_key(figure, image, None, (0.923, 0.4, 0.01, 0.48))
    for panel in (left, right):
        panel.set(xlabel=table.axes[0].label, ylabel=table.axes[1].label)
    _draw_cuts(figure.add_axes((0.07, 0.1, 0.36, 0.2)), table)
    _draw_spread(figure.add_axes((0.555, 0.1, 0.36, 0.2)), table)


def draw_maps(figure: Figure, table: Table) -> None:
    """Fill a page with maps over the two longest numeric axes, one for each value of the others, up to twelve."""
    table = _maps_last(table)
    others = table.axes[:-2]
    places = list(itertools.product(*(range(len(axis)) for axis in others)))
    if len(places) > _MOST_PANELS:
        places = [places[int(round(at))] for at in np.linspace(0, len(places) - 1, _MOST_PANELS)]
    columns = min(_MOST_COLUMNS, len(places))
    rows = -(-len(places) // columns)
    norm = norm_of(table)
    width, height = 0.83 / columns, 0.82 / rows
    key = None
    for index, place in enumerate(places):
        row, column = divmod(index, columns)
        rect = (0.07 + column * width, 0.09 + (rows - 1 - row) * height, width - 0.02, height - 0.05)
        panel = figure.add_axes(rect)
        part = table
        for number in place:
            part = part.at(0, number)
        key = _draw_values(panel, part, norm)
        named = [f"{axis.label.partition(' (')[0]} {axis.texts[n]}" for axis, n in zip(others, place, strict=True)]
        panel.set_title(", ".join(named), fontsize=10)
        lowest, first = index + columns >= len(places), column == 0
        panel.tick_params(labelbottom=lowest, labelleft=first)
        if lowest:
            panel.set_xlabel(part.axes[0].label)
        if first:
            panel.set_ylabel(part.axes[1].label)
    assert key is not None
    _draw_key(figure, *key, (0.915, 0.09, 0.012, 0.77), table.label)


def _maps_last(table: Table) -> Table:
    """The table with its two longest numeric axes last, their order kept."""
    sizes = [(axis.values is not None, len(axis)) for axis in table.axes]
    last = sorted(sorted(range(len(sizes)), key=lambda index: sizes[index])[-2:])
    return table.ordered((*(index for index in range(len(sizes)) if index not in last), *last))


def norm_of(table: Table) -> Normalize:
    """The color scale of the values: logarithmic if they span more than a factor of thirty, 0 .. 1 for probabilities that exceed 0.5."""
    finite = table.values[np.isfinite(table.values)]
    if not len(finite):
        return Normalize(0, 1)
    low, high = float(finite.min()), float(finite.max())
    if table.in_decades:
        return LogNorm(max(table.floor, _DEEPEST * high), high)
    if table.probability and high > 0.5:
        return Normalize(0, 1)
    return Normalize(low, high if high > low else low + 1)


def _draw_values(panel: Panel, table: Table, norm: Normalize) -> tuple[QuadMesh, ContourSet | None]:
    """Draw the map of the values, the first axis across and the second up, with theory's contours dashed."""
    shown = np.maximum(table.values, float(norm.vmin or 0)) if isinstance(norm, LogNorm) else table.values
    image = _draw_cells(panel, table, shown, norm, _colormap())
    if not table.compared or min(table.values.shape) < 3:
        return image, None
    theory = np.ma.masked_invalid(table.theory.T)
    places = (axis.places for axis in table.axes)
    drawn = panel.contour(*places, theory, _contours(norm), colors="white", linewidths=1.2, linestyles=[DASHED])
    return image, drawn


def _draw_cells(panel: Panel, table: Table, numbers: np.ndarray, norm: Normalize, colors: Colormap) -> QuadMesh:
    """Draw a cell for each row, colored by its number, mark missed, failed and waiting rows, and scale the axes."""
    across, up = table.axes
    finite = np.ma.masked_invalid(numbers.T)
    image = panel.pcolormesh(across.edges, up.edges, finite, norm=norm, cmap=colors, rasterized=True)
    _mark_rows(panel, table)
    if across.logarithmic:
        panel.set_xscale("log")
    if up.logarithmic:
        panel.set_yscale("log")
    panel.set(xlim=(across.edges[0], across.edges[-1]), ylim=(up.edges[0], up.edges[-1]))
    if across.values is None:
        panel.set_xticks(across.places, across.texts)
    if up.values is None:
        panel.set_yticks(up.places, up.texts)
    for axis, line in ((across, panel.xaxis), (up, panel.yaxis)):
        if axis.logarithmic:
            round_ticks(line, axis.edges[-1] / axis.edges[0])
    return image


def _colormap() -> Colormap:
    """The color map of values: dark for small, pale for large, perceptually uniform."""
    table = crameri("batlow")
    return matplotlib.colormaps["viridis"] if table is None else ListedColormap(table, "values")


def _contours(norm: Normalize) -> np.ndarray:
    low, high = float(norm.vmin or 0), float(norm.vmax or 1)
    if isinstance(norm, LogNorm):
        subs = (1, 2, 5) if high < 100 * low else (1, 3) if high < 1e4 * low else (1,)
        ticks = LogLocator(subs=subs, numticks=_STEPS).tick_values(low, high)
    else:
        ticks = MaxNLocator(5, steps=STEPS).tick_values(low, high)
    return np.array([tick for tick in ticks if low < tick < high])


def _mark_rows(panel: Panel, table: Table) -> None:
    """Mark failed rows by hatching, missed ones by a ring, waiting ones in gray."""
    across, up = table.axes
    for status, color, hatch in ((FAILED, INK, "xxxx"), (WAITING, HAIR, "")):
        rows = table.status.T == status
        if rows.any():
            cells = np.ma.masked_where(~rows, np.ones(rows.shape))
            ground = ListedColormap(["white" if status == FAILED else HAIR])
            # a hatch takes the color of the edge
            panel.pcolor(across.edges, up.edges, cells, cmap=ground, hatch=hatch, edgecolor=color, lw=0)
    missed = np.argwhere(table.status == MISSED)
    if len(missed):
        panel.plot(across.places[missed[:, 0]], up.places[missed[:, 1]], "o", color=INK, mfc="white", mew=1, ms=4)


def _draw_key(
    figure: Figure,
    image: QuadMesh,
    contours: ContourSet | None,
    rect: tuple[float, float, float, float],
    label: str = "",
) -> None:
    """Draw the color bar of a map in its own panel, with the values of the contours."""
    bar = figure.colorbar(image, cax=figure.add_axes(rect), label=label)
    bar.outline.set_visible(False)  # type: ignore[operator]
    if contours is not None:
        bar.add_lines(contours)
    if isinstance(image.norm, LogNorm):
        round_ticks(bar.ax.yaxis, float(image.norm.vmax or 1) / float(image.norm.vmin or 1))
    else:
        bar.ax.yaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
    bar.ax.yaxis.set_minor_locator(NullLocator())


def _draw_distance(panel: Panel, table: Table) -> QuadMesh:
    """Draw the map of the distance from theory: white for 0, full color at one error bar, a square around larger ones."""
    distance = table.distance
    image = _draw_cells(panel, table, distance, Normalize(-1, 1), signed_colormap())
    outside = np.argwhere(np.abs(distance) > 1)
    if len(outside):
        across, up = (axis.places for axis in table.axes)
        panel.plot(across[outside[:, 0]], up[outside[:, 1]], "s", color=INK, mfc="none", mew=1, ms=5)
    return image


def _draw_errors(panel: Panel, table: Table) -> QuadMesh:
    finite = table.errors[np.isfinite(table.errors) & (table.errors > 0)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.1, 1.0)
    norm = LogNorm(low, high) if high > 3 * low else Normalize(0, high)
    return _draw_cells(panel, table, table.errors, norm, density_colormap())


def _draw_cuts(panel: Panel, table: Table) -> None:
    """Draw cuts through the map at three evenly spaced values of the second axis."""
    across, up = table.axes
    places = sorted({int(round(at)) for at in np.linspace(0, len(up) - 1, _CUTS + 2)[1:-1]})
    if table.in_decades:
        panel.set_yscale("log")
        panel.set_ylim(table.floor / 2, 2 * float(np.nanmax(table.values)))
    for place, color in zip(places, case_colors(len(places)), strict=True):
        name = f"{up.label.partition(' (')[0]} {up.texts[place]}"
        panel.plot(across.places, table.values[:, place], color=color, lw=2, label=name)
        panel.plot(across.places, table.theory[:, place], color=INK, lw=1, ls=DASHED)
    if table.compared:
        panel.plot([], [], color=INK, lw=1, ls=DASHED, label=table.kind)
    scale_across(panel, across)
    panel.set(xlabel=across.label, ylabel=table.label)
    panel.legend(
        loc="lower left", bbox_to_anchor=(-0.03, 0.97), ncols=len(places) + 1, columnspacing=1, handlelength=1.3,
        fontsize=10,
    )  # fmt: skip


def _draw_spread(panel: Panel, table: Table) -> None:
    """Draw the histogram of distances from theory in error bars; without theory, of the error bars."""
    if not table.compared:
        finite = table.errors[np.isfinite(table.errors) & (table.errors > 0)]
        ends = (float(finite.min()), float(finite.max())) if len(finite) else (0.1, 1.0)
        panel.hist(finite, bins=np.geomspace(ends[0] / 1.1, ends[1] * 1.1, 40).tolist(), color=SLATE)
        panel.set_xscale("log")
        panel.set(xlabel=f"error bar of the {table.label}", ylabel="rows")
        return
    distance = np.abs(table.distance[np.isfinite(table.distance)])
    inside = float(np.mean(distance <= 1)) if len(distance) else 0.0
    reach = min(max(1.2, 1.05 * float(distance.max(initial=0))), 5.0)
    panel.hist(np.minimum(distance, reach), bins=np.linspace(0, reach, 49).tolist(), color=SLATE)
    panel.axvline(1, color=INK, lw=1.2, ls=DASHED)
    panel.set(xlim=(0, reach), xlabel=f"|measured \u2212 {display_name(table.kind)}| in error bars", ylabel="rows")
    words = f"{100 * inside:.4g} % within their error bar, the farthest at {distance.max(initial=0):.2f}"
    panel.set_title(words, fontsize=10, color=SLATE)
