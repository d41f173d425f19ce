"""A film in the user's own figure: the wave and the potential are drawn into given axes, everything else by the user."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import cast

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from ..._face import one_line
from .._colors import GROUND, INK, phase_colors
from ..draw import draw_hills, draw_spikes
from ..scene import DENSITY_TOP, Scene
from ._frame import plane_strength
from ._look import Look

# half the height of the axes over the largest abs(Re psi)
_FREE = 1.08


@dataclasses.dataclass(frozen=True)
class Moment:
    """The content of one picture of a film, in shown units.

    Attributes:
        place: index of the picture in the film, from 0.
        time: of the run.
        x: positions, shape (columns,); momenta where these are shown.
        psi: amplitudes there, shape (columns,), or (rows, columns) in a plane, the lowest row first.
        numbers: the numbers of the moment by name, as the film would state them: transmitted, reflected, ...
    """

    __repr__ = one_line

    place: int
    time: float
    x: np.ndarray
    psi: np.ndarray
    numbers: dict[str, float]


Draw = Callable[[Moment], object]


class AxesPainter:
    """Paints pictures of a figure: ``painter.paint(index, psi, place)`` gives RGBA of shape (height, width, 4), uint8, of even height and width.

    Args:
        scene: what is shown.
        look: part, colors, and whether the wave and the potential are drawn.
        axes: into which they are drawn.
        draw: called with each moment before the figure is drawn.
    """

    def __init__(self, scene: Scene, look: Look, axes: Axes, draw: Draw | None) -> None:
        self.scene, self.look, self.axes, self.draw = scene, look, axes, draw
        figure = figure_of(axes)
        kept = figure.canvas
        self.canvas = FigureCanvasAgg(figure)
        # a window that shows the figure keeps its canvas
        figure.set_canvas(kept)
        self.flat = len(scene.window) == 1
        self.real = self.flat and look.part == "real"
        peak = np.sqrt(scene.density_top) * _FREE if self.real else scene.density_top / DENSITY_TOP
        self.span = (-peak if self.real else 0.0, float(peak))
        self.artists: list[Artist] = []
        if self.flat:
            self._prepare_line()
        else:
            self._prepare_plane()

    def paint(self, index: int, psi: np.ndarray, place: int) -> np.ndarray:
        """The picture of a frame of the run with these amplitudes, at index `place` of the film."""
        scene = self.scene
        if self.flat:
            self._set_line(index, psi)
        elif "density" in self.look.panels:
            self.image.set_data(self._plane(psi))
        if self.draw is not None:
            numbers = {line.name: float(line.values[index]) for line in scene.lines}
            self.draw(Moment(place, float(scene.times[index]), scene.x, psi, numbers))
        self.canvas.draw()
        picture = np.asarray(self.canvas.buffer_rgba())
        # video needs even sides
        return np.pad(picture, [(0, side % 2) for side in picture.shape[:2]] + [(0, 0)], mode="edge")

    def close(self) -> None:
        """Remove from the axes everything that was drawn here."""
        for artist in self.artists:
            artist.remove()
        self.artists = []

    def _prepare_line(self) -> None:
        axes, scene = self.axes, self.scene
        axes.set(xlim=scene.window[0], ylim=self.span)
        names = (scene.labels["x"], "Re \u03c8" if self.real else scene.labels["density"])
        for axis, name in zip((axes.xaxis, axes.yaxis), names, strict=True):
            if not axis.get_label_text():
                axis.set_label_text(name)
        if "potential" in self.look.panels and np.ptp(scene.potential) > 0:
            self.hill = Polygon([(0, 0)], closed=True, fc=GROUND, ec=INK, lw=1.2, zorder=1)
            axes.add_patch(self.hill)
            spikes = draw_spikes(axes, scene, self.span)
            self.artists += [self.hill, *spikes]
        if "density" in self.look.panels:
            (self.crest,) = axes.plot([], [], color=INK, lw=1.0, zorder=3)
            self.under = Polygon([(0, 0)], closed=True, transform=axes.transData)
            limits = axes.axis()
            self.image = axes.imshow(
                np.zeros((1, 1, 3), np.uint8), extent=(*scene.window[0], *self.span), aspect="auto", zorder=2
            )
            axes.axis(limits)
            self.image.set_clip_path(self.under)
            self.artists += [self.crest, self.image]

    def _set_line(self, index: int, psi: np.ndarray) -> None:
        scene, (low, high) = self.scene, self.span
        if "potential" in self.look.panels and np.ptp(scene.potential) > 0:
            height = low + (high - low) * scene.outline_height(index)
            self.hill.set_xy(_closed(scene.outline, height, low))
        if "density" in self.look.panels:
            wave = np.real(psi) * np.sqrt(scene.gain) if self.real else np.abs(psi) ** 2 * scene.gain
            self.crest.set_data(scene.x, wave)
            self.under.set_xy(_closed(scene.x, wave, 0.0))
            self.image.set_data(phase_colors(psi, self.look.phases)[None])

    def _prepare_plane(self) -> None:
        axes, scene = self.axes, self.scene
        if "potential" in self.look.panels:
            self.artists += draw_hills(axes, scene)
        if "density" in self.look.panels:
            ends = (*scene.window[0], *scene.window[1])
            self.image = axes.imshow(np.zeros((1, 1, 4), np.uint8), extent=ends, origin="lower", zorder=0)
            self.artists.append(self.image)
        axes.set(xlim=scene.window[0], ylim=scene.window[1], aspect="equal")
        for axis, name in ((axes.xaxis, scene.labels["x"]), (axes.yaxis, scene.labels["y"])):
            if not axis.get_label_text():
                axis.set_label_text(name)

    def _plane(self, psi: np.ndarray) -> np.ndarray:
        """RGBA of psi in a plane: color by the phase, opacity by the amplitude."""
        opaque = np.round(255 * plane_strength(psi, self.scene)).astype(np.uint8)
        return np.dstack([phase_colors(psi, self.look.phases), opaque])


def figure_of(axes: Axes) -> Figure:
    """The figure of axes, also of those in a subfigure."""
    figure = axes.figure
    while not isinstance(figure, Figure):
        figure = figure.figure  # type: ignore[union-attr]
    return cast(Figure, figure)


def size_in_pixels(axes: Axes) -> tuple[int, int]:
    """Width and height of their figure, rounded up to even numbers."""
    width, height = (int(side) for side in figure_of(axes).bbox.size)
    return width + width % 2, height + height % 2


def _closed(x: np.ndarray, y: np.ndarray, base: float) -> np.ndarray:
    """The outline of the area between a curve and a base line."""
    return np.concatenate([[(x[0], base)], np.stack([x, y], axis=1), [(x[-1], base)]])
