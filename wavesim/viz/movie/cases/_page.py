"""The layout of a movie of many runs for a page: a panel for each, painted column by column."""

from __future__ import annotations

import re
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ..._colors import GROUND, INK, PURPLE, SLATE, STEPS, house_style, phase_colors
from ..._counters import Counter
from ..._words import set_formulas
from ...draw import draw_spikes
from ...scene import Scene
from .._captions import clock_words, longest_number, number_words
from .._fit import fit, width_of
from .._frame import fill_columns

_LEFT, _RIGHT, _GAP = 0.03, 0.985, 0.018
# width over height of a frame from which it has more columns than rows
_LANDSCAPE = 1.2
# a number with too many decimals for a label
_LONG = re.compile(r"-?\d+\.\d{4,}(e[-+]?\d+)?")


def arrangement(count: int, shape: float) -> tuple[int, int]:
    """Columns and rows of panels: up to 4 x 3, or 3 x 4 if the frame's width over height, `shape`, is small."""
    along = count if count <= 3 else 2 if count == 4 else 3 if count <= 9 else 4
    across = -(-count // along)
    return (along, across) if shape > _LANDSCAPE else (across, along)


def common_gain(scenes: Sequence[Scene]) -> str:
    """The gain of all scenes as text, ``density x 100 right of the barrier``; empty if it is 1."""
    words = {scene.magnified for scene in scenes} - {""}
    if not words:
        return ""
    return f"density {words.pop() if len(words) == 1 else words.pop().partition(' right')[0].partition(' left')[0] + ' behind each barrier'}"


class MultiplesPainter:
    """Paints frames: ``painter.paint(index, amplitudes)`` gives RGBA of shape (height, width, 4), uint8.

    It is one buffer, which the next frame overwrites.
    """

    def __init__(self, title: str, scenes: Sequence[Scene], width: int, height: int) -> None:
        self.scenes = scenes
        columns, rows = arrangement(len(scenes), width / height)
        spans = {scene.span for scene in scenes}
        # one clock for all runs if their times agree, else one for each
        self.common = len(spans) == 1
        # a number for each scene with curves
        self.numbers: list[tuple[Counter, Scene]] = []
        self.numbered = any(scene.lines for scene in scenes)
        with house_style(size=15 * min(height, width) / 720):
            self.figure = Figure(figsize=(width / 72, height / 72), dpi=72)
            canvas = FigureCanvasAgg(self.figure)
            size = matplotlib.rcParams["font.size"]
            # height of the text above a panel, as a share of the frame
            head = (2 if self.numbered else 1) * 1.5 * size / height
            top, bottom = 1 - 3.2 * size / height, 4.2 * size / height
            boxes = _boxes(columns, rows, len(scenes), top, bottom)
            self.axes = [_panel(self.figure, scene, box, head) for scene, box in zip(scenes, boxes, strict=True)]
            for index, (axes, scene, box) in enumerate(zip(self.axes, scenes, boxes, strict=True)):
                if index + columns >= len(scenes):
                    axes.set_xlabel(scene.labels["x"], labelpad=1)
                else:
                    axes.tick_params(labelbottom=False)
                self._label(scene, box, width, height, size)
            clocks = [
                self.figure.text(0.985, 1 - 1.8 * size / height, clock_words(scenes[0], -1), ha="right", va="center", size="x-large", animated=True)
                if self.common
                else axes.text(0.985, 0.96, "", ha="right", va="top", transform=axes.transAxes, animated=True)
                for axes in (self.axes[:1] if self.common else self.axes)
            ]  # fmt: skip
            taken = width_of(clocks[0]) + 2 * size if self.common else 0.0
            headline = self.figure.text(_LEFT, 1 - 1.8 * size / height, title, weight="bold", va="center", size="x-large")  # fmt: skip
            fit(headline, width * (_RIGHT - _LEFT) - taken)
            gain = self.figure.text(_RIGHT, 0.6 * size / height, common_gain(scenes), ha="right", color=SLATE, size="small")  # fmt: skip
            fit(gain, width * (_RIGHT - _LEFT))
            set_formulas(self.figure)
            canvas.draw()
        self.buffer = np.asarray(canvas.buffer_rgba())
        self.clocks = list(map(Counter, clocks))
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
            clock.paint(clock_words(scene, index))
        for number, scene in self.numbers:
            number.paint(number_words(scene.lines[0], index, scene, theory=True))
        return self.buffer

    def _label(
        self, scene: Scene, box: tuple[float, float, float, float], width: int, height: int, size: float
    ) -> None:
        """Write the label above a panel and, if the run has a number, the number below it."""
        left, bottom, wide, tall = box
        words = _LONG.sub(lambda number: f"{float(number[0]):.4g}", scene.title)
        y = bottom + tall - 0.4 * size / height
        weight = "bold" if self.numbered else "normal"
        fit(self.figure.text(left, y, words, va="top", weight=weight), wide * width)
        if scene.lines:
            longest = longest_number(scene, scene.lines[0], theory=True)
            number = self.figure.text(left, y - 1.45 * size / height, longest, va="top", color=scene.lines[0].color, animated=True)  # fmt: skip
            fit(number, wide * width)
            self.numbers.append((Counter(number), scene))

    def _pixels(self, axes: Axes, height: int) -> np.ndarray:
        box = axes.get_window_extent()
        rows = slice(height - round(box.y1), height - round(box.y0))
        return self.buffer[rows, round(box.x0) : round(box.x1), :3]


def _line(axes: Axes, x: np.ndarray, width: float, strength: float) -> Line2D:
    (line,) = axes.plot(x, 0 * x, color=INK, lw=width, alpha=strength, animated=True)
    return line


def _boxes(columns: int, rows: int, count: int, top: float, bottom: float) -> list[tuple[float, float, float, float]]:
    """Left, bottom, width and height of each panel with its text, as shares of the frame."""
    width = (_RIGHT - _LEFT - _GAP * (columns - 1)) / columns
    height = (top - bottom) / rows
    places = [divmod(index, columns) for index in range(count)]
    return [(_LEFT + column * (width + _GAP), top - (row + 1) * height, width, height) for row, column in places]


def _panel(figure: Figure, scene: Scene, box: tuple[float, float, float, float], head: float) -> Axes:
    """A panel below the room for its text."""
    left, bottom, width, height = box
    axes = figure.add_axes((left, bottom, width, height - head), xlim=scene.window[0], ylim=(0, 1))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
    for _, energy in scene.levels:
        axes.axhline(float(scene.energy_height(energy)), color=PURPLE, lw=1.3, ls=(0, (4, 3)), zorder=0)
    return axes
