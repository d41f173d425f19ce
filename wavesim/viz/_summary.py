"""One picture of a report: what happened, where, and how well the numbers agree with theory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from ..units import UnitSystem
from ._colors import BLUE, GROUND, INK, PURPLE, SLATE, STEPS, density_colormap, house_style
from ._gather import NATURAL, frames, gather, on_picture, result_of
from ._scene import Line, Scene
from ._table import draw_table
from ._window import eventful
from ._writer import whole_file

if TYPE_CHECKING:
    from ..analysis import Report
    from ..propagation import Result

_DOTS = 100
_COLUMNS, _ROWS = 720, 560
_LEFT, _RIGHT, _BOTTOM = (0.06, 0.43), (0.61, 0.36), 0.335
_DASHED = (0, (4, 3))


def summary(
    source: Report | Result, path: str | os.PathLike[str], *, units: UnitSystem = NATURAL, title: str = ""
) -> Path:
    """Write the picture of a run as a PNG of 1600 x 1000 pixels.

    Left: the density over time (in two dimensions, or where psi was not kept, at the end), below it the potential to scale.
    Right: the curves over time beside theory, and their distance from it. Below: the numbers with their error bars.

    Args:
        source: a report; a bare result has no theory and no table.
        path: where to write it.
        units: units of the labels.
        title: headline; by default what moves in what.

    Returns:
        the path.
    """
    target = Path(path)
    shown = eventful(source)
    scene, result = gather(shown, _COLUMNS, _ROWS, units, title), result_of(shown)
    with house_style(size=12):
        figure = Figure(figsize=(1600 / _DOTS, 1000 / _DOTS), dpi=_DOTS)
        canvas = FigureCanvasAgg(figure)
        figure.text(0.025, 0.965, scene.title, weight="bold", fontsize=18, va="center")
        if len(scene.window) > 1:
            _draw_plane(figure, result, scene, units)
        else:
            _draw_density(figure, result, scene, units)
            _draw_potential(figure, scene)
        _draw_curves(figure, scene)
        draw_table(figure, source, units, top=0.235)
        figure.text(0.025, 0.02, _made(result_of(source), scene), color=SLATE, fontsize=10, va="center")
        with whole_file(target) as part:
            canvas.print_png(part)  # type: ignore[arg-type]
    return target


def _draw_density(figure: Figure, result: Result, scene: Scene, units: UnitSystem) -> None:
    axes = figure.add_axes((_LEFT[0], 0.555, _LEFT[1], 0.355), xlim=scene.window[0])
    axes.tick_params(labelbottom=False)
    if not len(result.psi):
        density = np.abs(on_picture(result.final, result, scene, units, _ROWS)) ** 2
        axes.fill_between(scene.x, density, color=BLUE, lw=0)
        axes.set(ylabel=scene.labels["density"], ylim=(0, None), title="Density at the end")
        return
    density = np.abs(np.array(list(frames(result, scene, units, _ROWS)))) ** 2
    image = axes.imshow(
        density * scene.gain,
        extent=(*scene.window[0], *scene.span),
        norm=PowerNorm(0.5, 0, scene.density_top),
        cmap=density_colormap(),
        interpolation="antialiased",
        aspect="auto",
        origin="lower",
    )
    axes.set(ylabel=scene.labels["time"], title=f"Density over time  {scene.magnified}")
    for edge in scene.marks:
        axes.axvline(edge, color=SLATE, lw=0.9, ls=(0, (2, 2)))
    _draw_bar(figure, image, scene, 0.555, 0.355)


def _draw_plane(figure: Figure, result: Result, scene: Scene, units: UnitSystem) -> None:
    bottom, height = _BOTTOM, 0.91 - _BOTTOM
    axes = figure.add_axes((_LEFT[0], bottom, _LEFT[1], height))
    density = np.abs(on_picture(result.final, result, scene, units, _ROWS)) ** 2
    image = axes.imshow(
        density,
        extent=tuple(np.ravel(scene.window)),  # type: ignore[arg-type]
        norm=PowerNorm(0.5, 0, float(density.max())),
        cmap=density_colormap(),
        origin="lower",
        aspect="equal" if 0.4 < np.ptp(scene.window[1]) / np.ptp(scene.window[0]) < 2.5 else "auto",
    )
    axes.set(xlabel=scene.labels["x"], ylabel=scene.labels["y"], title="Density at the end, and the potential in steps")
    if np.ptp(scene.potential) > 0:
        y = np.linspace(scene.window[1, 0], scene.window[1, 1], scene.potential.shape[1])
        steps = np.linspace(*scene.energies, 6)[1:-1]
        axes.contour(scene.x, y, scene.potential[0], steps, colors=SLATE, linewidths=0.9, alpha=0.7)
    _draw_bar(figure, image, scene, bottom, height)


def _draw_bar(figure: Figure, image: object, scene: Scene, bottom: float, height: float) -> None:
    place = figure.add_axes((_LEFT[0] + _LEFT[1] + 0.01, bottom, 0.009, height))
    bar = figure.colorbar(image, cax=place, label=scene.labels["density"])  # type: ignore[arg-type]
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.yaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
    bar.ax.yaxis.set_minor_locator(NullLocator())


def _draw_potential(figure: Figure, scene: Scene) -> None:
    axes = figure.add_axes((_LEFT[0], _BOTTOM, _LEFT[1], 0.19), xlim=scene.window[0], ylim=scene.energies)
    axes.fill_between(scene.outline, scene.energies[0], scene.potential[0], color=GROUND, lw=0)
    axes.plot(scene.outline, scene.potential[0], color=INK, lw=1.6)
    for name, value in scene.levels:
        axes.axhline(value, color=PURPLE, lw=1.4, ls=_DASHED)
        text = name.replace(" ", "\n")
        axes.annotate(text, (1.012, value), xycoords=("axes fraction", "data"), color=PURPLE, fontsize=11, va="center")
    axes.set(xlabel=scene.labels["x"], ylabel=scene.labels["energy"])
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=STEPS))


def _draw_curves(figure: Figure, scene: Scene) -> None:
    if not scene.lines:
        return
    compared = [line for line in scene.lines if line.residual is not None]
    bottom = 0.595 if compared else _BOTTOM
    axes = figure.add_axes((_RIGHT[0], bottom, _RIGHT[1], 0.895 - bottom), xlim=scene.span)
    for line in scene.lines:
        axes.plot(scene.times, line.values, color=line.color, lw=2.2, label=line.name)
        if line.theory is not None:
            axes.plot(scene.times, line.theory, color=INK, lw=1.1, ls=_DASHED)
        elif line.final is not None:
            axes.axhline(line.final, color=INK, lw=1.1, ls=_DASHED)
    if compared:
        axes.plot([], [], color=INK, lw=1.1, ls=_DASHED, label="theory")
    axes.set_ylabel(scene.labels["curves"])
    columns = len(axes.get_legend_handles_labels()[0])
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=columns, columnspacing=1.4, handlelength=1.6)
    if not compared:
        axes.set_xlabel(scene.labels["time"])
        return
    axes.tick_params(labelbottom=False)
    below = figure.add_axes((_RIGHT[0], _BOTTOM, _RIGHT[1], 0.225), xlim=scene.span)
    _draw_residuals(below, scene.times, compared)
    below.set(xlabel=scene.labels["time"], ylabel="|measured \u2212 theory|")


def _draw_residuals(axes: Axes, times: np.ndarray, lines: list[Line]) -> None:
    """Distances on a logarithmic axis; what is below rounding is not shown."""
    largest = max(float(np.max(line.residual)) for line in lines if line.residual is not None)
    floor = max(1e-16, 1e-12 * largest)
    for line in lines:
        if line.residual is not None:
            axes.semilogy(times, np.maximum(line.residual, floor), color=line.color, lw=1.6)
            if line.error > 0:
                axes.axhline(line.error, color=line.color, lw=1.4, ls=":")
    if any(line.error > 0 for line in lines):
        axes.plot([], [], color=SLATE, lw=1.4, ls=":", label="error bar")
        axes.legend(loc="lower right", bbox_to_anchor=(1.01, 0.96), handlelength=1.6)
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_minor_locator(NullLocator())


def _made(result: Result, scene: Scene) -> str:
    """How it was computed, in one line."""
    numerics = result.numerics
    points = " \u00d7 ".join(f"{n:,}" for n in numerics.grid.points)
    made = f"{points} points, {result.steps_done:,} steps of {numerics.method.name}, {numerics.precision} precision."
    return f"{made}  {scene.note}" + ("" if result.complete else "  Interrupted before its end.")
