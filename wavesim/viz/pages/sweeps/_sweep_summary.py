"""The picture of a sweep, chosen by its axes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from ....errors import ArgumentError
from ...draw import draw_footer, page
from ._sweep_data import SAMPLE, Table, read_table, status_line
from ._sweep_line import draw_line
from ._sweep_map import draw_map, draw_maps
from ._sweep_sample import draw_ensemble, draw_histogram

if TYPE_CHECKING:
    from xarray import Dataset

# most values of an axis that has a line for each
_FEW = 6
KINDS = ("line", "map", "histogram")


def sweep_summary(
    dataset: Dataset,
    path: str | os.PathLike[str],
    kind: str | None = None,
    *,
    quantity: str | None = None,
    title: str | None = None,
) -> Path:
    """Write the picture of a sweep as a PNG of 1600 x 1000 pixels.

    The axes decide the kind: along one axis a line with its error band beside theory, and below it the distance from theory in error bars;
    over two numeric axes a map with theory's contours, beside it the distance from theory; an axis of texts or of few values has a line for
    each; a random sample has its histogram and its mean, or its mean and spread along another axis; more than two axes have a map for each
    value of the shorter ones, up to twelve. Values that span more than a factor of thirty have a logarithmic scale. Failed and missed rows are
    marked.

    Args:
        dataset: a sweep's table: for a quantity Q the variables Q, Q_error and, if there is a theory, Q_theory (further ones Q_theory_NAME), if inputs are uncertain Q_inputs,
            and ``status``.
        path: of the file.
        kind: "line", "map" or "histogram", instead of the one that the axes suggest.
        quantity: name of the quantity; by default the first.
        title: headline; by default the dataset's title.

    Returns:
        the path.

    Raises:
        ArgumentError: if `kind` is none of these or does not suit the axes, or the sweep has no such quantity.
    """
    table = _squeezed(read_table(dataset, quantity))
    draw = _drawing(table, kind)
    with page(path, str(dataset.attrs.get("title", "Sweep")) if title is None else title) as figure:
        if np.isfinite(table.values).any():
            draw(figure, table)
        else:
            figure.text(0.5, 0.5, "no row has a number yet", ha="center", fontsize=16)
        draw_footer(figure, status_line(dataset, table))
    return Path(path)


def _squeezed(table: Table) -> Table:
    """The table without its axes of a single value; at least one axis is kept."""
    for index in reversed(range(len(table.axes))):
        if len(table.axes) > 1 and len(table.axes[index]) == 1:
            table = table.at(index, 0)
    return table


def _drawing(table: Table, kind: str | None) -> Callable[[Figure, Table], None]:
    """The function that draws a table.

    Raises:
        ArgumentError: see `sweep_summary`.
    """
    sampled = any(axis.dim == SAMPLE for axis in table.axes)
    count = len(table.axes)
    suited = {"histogram"} if count == 1 else {"map"} | ({"line", "histogram"} if count == 2 else set())
    if count == 1:
        suited |= {"line"}
    if not sampled and count > 1:
        suited -= {"histogram"}
    if kind is not None and kind not in KINDS:
        raise ArgumentError(
            "kind", f"must be one of {', '.join(KINDS)}, but is {kind!r}; leave it out to have it chosen."
        )
    if kind is not None and kind not in suited:
        raise ArgumentError(
            "kind", f"must suit a table of {count} axes, but is {kind!r}; take {' or '.join(sorted(suited))}."
        )
    kind = kind or _suggested(table, sampled)
    if kind == "histogram":
        return draw_histogram if count == 1 else draw_ensemble
    if kind == "line":
        return draw_line
    return draw_map if count == 2 else draw_maps


def _suggested(table: Table, sampled: bool) -> str:
    if len(table.axes) == 1:
        return "histogram" if sampled else "line"
    if len(table.axes) > 2:
        return "map"
    if sampled:
        return "histogram"
    few = any(axis.values is None or len(axis) <= _FEW for axis in table.axes)
    return "line" if few else "map"
