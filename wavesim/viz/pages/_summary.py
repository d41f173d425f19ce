"""The picture of a report: the wave in space and time, its curves, and its numbers beside theory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from ..._typing import ENERGY
from ...units import UnitSystem
from .._numbers import display_name
from ..draw import (
    ABOVE_TABLE,
    COLUMNS,
    ROWS,
    TABLE_TOP,
    Picture,
    draw_bar,
    draw_bundle,
    draw_density,
    draw_footer,
    draw_plane,
    draw_potential,
    draw_table,
    sheet,
)
from ..scene import Scene, bundle_of, eventful, gather, result_of, shown_units, timed_bundle
from ._chart import draw_chart
from ._levels_picture import draw_levels

if TYPE_CHECKING:
    from ...analysis import Report
    from ...propagation import Result

_LEFT, _RIGHT = (0.06, 0.43), (0.61, 0.36)


def summary(
    source: Report | Result, path: str | os.PathLike[str], *, units: UnitSystem | None = None, title: str = ""
) -> Path:
    """Write `picture` of a run as a PNG of 1600 x 1000 pixels.

    Args:
        source: a report; a bare result has no theory and no table.
        path: of the file.
        units: units of the labels; by default those of the problem.
        title: headline; by default the names of the state and the potential.

    Returns:
        the path.
    """
    return picture(source, units=units, title=title).save(path)


def picture(source: Report | Result, *, units: UnitSystem | None = None, title: str = "") -> Picture:
    """The picture of a run, which shows itself in a notebook.

    Left: the density over time (in two dimensions when the transmitted part is largest; without kept psi at the start and the end), below
    it the potential to scale. Right: the curves, over time if there is no other, beside theory, and their distance from it. Below: the numbers
    with their error bars. For levels, the bound states instead; for any other report without a run, its numbers beside theory.

    Args:
        source: a report; a bare result has no theory and no table.
        units: units of the labels; by default those of the problem.
        title: headline; by default the names of the state and the potential.
    """
    from ...analysis import Report

    units = shown_units(source) if units is None else units
    if isinstance(source, Report) and source.record is None:
        with sheet(title) as paper:
            (draw_chart if source.states is None else draw_levels)(paper.figure, source, units)
        return paper.picture
    shown = eventful(source)
    scene, result = gather(shown, COLUMNS, ROWS, units, title), result_of(shown)
    with sheet(scene.title) as paper:
        figure = paper.figure
        bundle = bundle_of(source, units, timed=False) if isinstance(source, Report) else None
        band = bundle.span if bundle is not None and bundle.along == ENERGY else None
        _draw_space(figure, result, scene, units, band)
        draw_bundle(figure, bundle or timed_bundle(scene), _RIGHT)
        draw_table(figure, source, units, top=TABLE_TOP)
        draw_footer(figure, how_computed(result_of(source), scene))
    return paper.picture


def _draw_space(
    figure: Figure, result: Result, scene: Scene, units: UnitSystem, band: tuple[float, float] | None
) -> None:
    """Draw the left half: the density and the potential."""
    left, width = _LEFT
    if len(scene.window) > 1:
        height = 0.91 - ABOVE_TABLE
        axes = figure.add_axes(
            (left, ABOVE_TABLE, width, height), title="Density at the end, with contours of the potential"
        )
        image = draw_plane(axes, result, scene, units)
        # equal scales may have made the panel smaller
        axes.apply_aspect()
        box = axes.get_position()
        draw_bar(figure, image, scene, (box.x1 + 0.01, box.y0, 0.009, box.height))
        return
    axes = figure.add_axes((left, 0.555, width, 0.355))
    axes.tick_params(labelbottom=False)
    image = draw_density(axes, result, scene, units)
    axes.set_title("Density" if image is None else f"Density over time  {scene.magnified}")
    if image is not None:
        draw_bar(figure, image, scene, (left + width + 0.01, 0.555, 0.009, 0.355))
    draw_potential(figure.add_axes((left, ABOVE_TABLE, width, 0.19)), scene, band=band)


def how_computed(result: Result, scene: Scene) -> str:
    """The numerics of a run in one line."""
    numerics = result.numerics
    points = " \u00d7 ".join(f"{n:,}" for n in numerics.grid.points)
    text = f"{points} points, {result.steps_done:,} {display_name(numerics.method.name)} steps, {numerics.precision} precision."
    return f"{text}  {scene.note}" + ("" if result.complete else "  Interrupted before its end.")
