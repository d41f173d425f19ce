"""The stage of a movie of many runs: a panel for each, painted column by column."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from .._colors import GROUND, INK, PURPLE, SLATE, STEPS, house_style, phase_colors
from .._numbers import steady, unit_of
from .._words import set_formulas
from ..draw import draw_spikes
from ..scene import Scene
from ._frame import fill_columns

_LEFT, _RIGHT, _BOTTOM, _TOP = 0.03, 0.985, 0.1, 0.9
_GAP, _HEAD = 0.018, 0.045
# a number with more digits than a label has room for
_LONG = re.compile(r"-?\d+\.\d{4,}(e[-+]?\d+)?")


def arrangement(count: int) -> tuple[int, int]:
    """Columns and rows of panels: up to 4 x 3."""
    columns = count if count <= 3 else 2 if count == 4 else 3 if count <= 9 else 4
    return columns, -(-count // columns)


class MultiplesPainter:
    """Paints frames: ``painter.paint(index, amplitudes)`` gives RGBA of shape (height, width, 4), uint8.

    It is one buffer, which the next frame overwrites.
    """

    def __init__(self, title: str, scenes: Sequence[Scene], width: int, height: int) -> None:
        self.scenes = scenes
        columns, rows = arrangement(len(scenes))
        spans = {scene.span for scene in scenes}
        # a clock for all where their times agree, else one for each
        self.common = len(spans) == 1
        with house_style(size=15 * height / 720):
            self.figure = Figure(figsize=(width / 72, height / 72), dpi=72)
            self.figure.text(_LEFT, 0.95, title, weight="bold", va="center", size="x-large")
            self.axes = [
                _panel(self.figure, scene, columns, rows, index, len(scenes)) for index, scene in enumerate(scenes)
            ]
            self.clocks = [
                self.figure.text(0.985, 0.95, "", ha="right", va="center", size="x-large", animated=True)
                if self.common
                else axes.text(0.985, 0.96, "", ha="right", va="top", transform=axes.transAxes, animated=True)
                for axes in (self.axes[:1] if self.common else self.axes)
            ]
            canvas = FigureCanvasAgg(self.figure)
            set_formulas(self.figure)
            canvas.draw()
        self.buffer = np.asarray(canvas.buffer_rgba())
        self.panels = [self._pixels(axes, height) for axes in self.axes]
        self.crests = [_line(axes, scene.x, 1.0, 0.55) for axes, scene in zip(self.axes, scenes, strict=True)]
        self.lines = [_line(axes, scene.outline, 1.6, 1.0) for axes, scene in zip(self.axes, scenes, strict=True)]
        self.spikes = [draw_spikes(axes, scene, (0.0, 1.0), 1.5) for axes, scene in zip(self.axes, scenes, strict=True)]
        self.blank = self.buffer.copy()

    def paint(self, index: int, amplitudes: Sequence[np.ndarray]) -> np.ndarray:
        """The frame number `index` with these amplitudes, one array of shape (columns,) for each panel."""
        self.buffer[:] = self.blank
        for place, (scene, psi) in enumerate(zip(self.scenes, amplitudes, strict=True)):
            panel, axes = self.panels[place], self.axes[place]
            fill_columns(panel, scene.ground_height(index), np.array([to_rgb(GROUND)]) * 255)
            height = scene.density_height(np.abs(psi) ** 2)
            fill_columns(panel, height, phase_colors(psi, scene.phases))
            self.crests[place].set_ydata(height)
            self.lines[place].set_ydata(scene.outline_height(index))
            for artist in (self.crests[place], *self.spikes[place], self.lines[place]):
                axes.draw_artist(artist)
        for clock, scene in zip(self.clocks, self.scenes, strict=False):
            now = steady(scene.times[index], float(scene.times[-1]), 3)
            clock.set_text(f"t = {now}{unit_of(scene.labels['time'])}")
            self.figure.draw_artist(clock)
        return self.buffer

    def _pixels(self, axes: Axes, height: int) -> np.ndarray:
        box = axes.get_window_extent()
        rows = slice(height - round(box.y1), height - round(box.y0))
        return self.buffer[rows, round(box.x0) : round(box.x1), :3]


def _line(axes: Axes, x: np.ndarray, width: float, strength: float) -> Line2D:
    (line,) = axes.plot(x, 0 * x, color=INK, lw=width, alpha=strength, animated=True)
    return line


def _panel(figure: Figure, scene: Scene, columns: int, rows: int, index: int, count: int) -> Axes:
    """One panel with its label above; only the lowest of a column tell x."""
    row, column = divmod(index, columns)
    width = (_RIGHT - _LEFT - _GAP * (columns - 1)) / columns
    height = (_TOP - _BOTTOM) / rows
    axes = figure.add_axes(
        (_LEFT + column * (width + _GAP), _TOP - (row + 1) * height, width, height - _HEAD),
        xlim=scene.window[0],
        ylim=(0, 1),
    )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
    magnified = f"   density {scene.magnified}" if scene.magnified else ""
    axes.set_title(_LONG.sub(lambda number: f"{float(number[0]):.4g}", scene.title), pad=4)
    for _, energy in scene.levels:
        axes.axhline(float(scene.energy_height(energy)), color=PURPLE, lw=1.3, ls=(0, (4, 3)), zorder=0)
    axes.set_title(magnified, loc="right", color=SLATE, size="small", pad=4)
    if index + columns >= count:
        axes.set_xlabel(scene.labels["x"], labelpad=1)
    else:
        axes.tick_params(labelbottom=False)
    return axes
