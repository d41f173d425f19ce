"""Panels of a still picture: the density over time, the plane, the potential to scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator, NullLocator

from ...units import UnitSystem
from .._colors import BLUE, GROUND, INK, PURPLE, SLATE, STEPS, density_colormap
from .._numbers import unit_of
from ..scene import Scene, frames, on_picture, start_of, transmitted_frame
from ._curves import DASHED
from ._hills import draw_hills
from ._spikes import draw_spikes
from ._walls import draw_walls

if TYPE_CHECKING:
    from ...propagation import Result

COLUMNS, ROWS = 720, 560
_DOTTED = (0, (2, 2))


def draw_density(axes: Axes, result: Result, scene: Scene, units: UnitSystem) -> AxesImage | None:
    """Draw the density over time as a map; if psi was not kept, the density at the start and at the end."""
    if not len(result.psi):
        _draw_ends(axes, result, scene, units)
        return None
    density = np.abs(np.array(list(frames(result, scene, units, ROWS)))) ** 2
    image = axes.imshow(
        density * scene.gain,
        extent=(*scene.window[0], *scene.span),
        norm=PowerNorm(0.5, 0, scene.density_top),
        cmap=density_colormap(),
        interpolation="antialiased",
        aspect="auto",
        origin="lower",
    )
    axes.set(ylabel=scene.labels["time"], xlim=scene.window[0])
    for edge in scene.marks:
        axes.axvline(edge, color=SLATE, lw=0.9, ls=_DOTTED)
    draw_walls(axes, scene.walls)
    return image


def _draw_ends(axes: Axes, result: Result, scene: Scene, units: UnitSystem) -> None:
    start, end = (np.abs(on_picture(psi, result, scene, units, ROWS)) ** 2 for psi in (start_of(result), result.final))
    axes.fill_between(scene.x, start, color=BLUE, lw=0, alpha=0.3, label="at the start")
    # almost everything was absorbed, so that the end is not drawn
    if end.max() > 1e-3 * start.max():
        axes.fill_between(scene.x, end, color=BLUE, lw=0, alpha=0.9, label="at the end")
    axes.set(ylabel=scene.labels["density"], ylim=(0, None), xlim=scene.window[0])
    axes.legend(loc="upper right", handlelength=1.2)


def draw_plane(axes: Axes, result: Result, scene: Scene, units: UnitSystem) -> AxesImage:
    """Draw the density of a plane when its transmitted part is largest, with contours of the potential, gray above the energy."""
    frame = transmitted_frame(result)
    psi = result.final if frame is None else result.psi[frame]
    density = np.abs(on_picture(psi, result, scene, units, ROWS)) ** 2
    image = axes.imshow(
        density,
        extent=tuple(np.ravel(scene.window)),  # type: ignore[arg-type]
        norm=PowerNorm(0.5, 0, float(density.max())),
        cmap=density_colormap(),
        origin="lower",
        aspect="equal" if 0.4 < np.ptp(scene.window[1]) / np.ptp(scene.window[0]) < 2.5 else "auto",
    )
    axes.set(xlabel=scene.labels["x"], ylabel=scene.labels["y"])
    draw_hills(axes, scene)
    now = "the end" if frame is None else f"t = {scene.times[frame]:.3g}{unit_of(scene.labels['time'])}"
    axes.set_title(f"Density at {now}, with contours of the potential")
    return image


def draw_bar(figure: Figure, image: AxesImage, scene: Scene, rect: tuple[float, float, float, float]) -> None:
    """Draw the color bar of the density in its own panel."""
    bar = figure.colorbar(image, cax=figure.add_axes(rect), label=scene.labels["density"])
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.yaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
    bar.ax.yaxis.set_minor_locator(NullLocator())


def draw_potential(axes: Axes, scene: Scene, names: bool = True, band: tuple[float, float] | None = None) -> None:
    """Draw V to scale, deltas as arrows, energies dashed, and a `band` of energies shaded if given."""
    axes.set(xlim=scene.window[0], ylim=scene.energies, xlabel=scene.labels["x"], ylabel=scene.labels["energy"])
    axes.fill_between(scene.outline, scene.energies[0], scene.potential[0], color=GROUND, lw=0)
    if band is not None:
        axes.axhspan(*band, color=PURPLE, alpha=0.12, lw=0)
        if names:
            _name(axes, "energies\nmeasured", band[0] + 0.15 * (band[1] - band[0]))
    axes.plot(scene.outline, scene.potential[0], color=INK, lw=1.6)
    draw_walls(axes, scene.walls)
    draw_spikes(axes, scene, scene.energies)
    for name, value in scene.levels if band is None else ():
        axes.axhline(value, color=PURPLE, lw=1.4, ls=DASHED)
        if names:
            _name(axes, name.replace(" ", "\n"), value)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=STEPS))


def _name(axes: Axes, text: str, value: float) -> None:
    axes.annotate(text, (1.012, value), xycoords=("axes fraction", "data"), color=PURPLE, fontsize=11, va="center")
