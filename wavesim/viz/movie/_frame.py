"""One movie frame: psi, the potential and the current numbers, painted on a copy of the layout.

Nothing here needs jax. Fills are painted column by column with numpy, in a tenth of the time that redrawing the figure would take.
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from .._colors import GROUND, house_style, phase_colors
from .._counters import Counter
from .._numbers import steady, unit_of
from .._words import set_formulas
from ..scene import Scene
from ._stage import build_stage

# factor of the amplitude before the strength of a plane's colors is clipped at 1
_LIFT = 1.8
# power of the amplitude in the strength; below 1 it raises faint parts
_STRENGTH = 0.62
# a smaller part of a pixel changes none of the 256 levels of a color
_FAINT = 1 / 512


class FramePainter:
    """Paints the frames of a scene at one size: ``painter.paint(index, psi)`` gives RGBA of shape (height, width, 4), uint8.

    It is one buffer, which the next frame overwrites.
    """

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        self.scene = scene
        self.flat = len(scene.window) == 1
        with house_style(size=15.5 * height / 720):
            self.stage = build_stage(scene, width, height)
            canvas = FigureCanvasAgg(self.stage.figure)
            set_formulas(self.stage.figure)
            canvas.draw()
        self.buffer = np.asarray(canvas.buffer_rgba())
        self.clock, self.values = Counter(self.stage.clock), tuple(map(Counter, self.stage.values))
        box = self.stage.main.get_window_extent()
        rows = slice(height - round(box.y1), height - round(box.y0))
        self.panel = self.buffer[rows, round(box.x0) : round(box.x1), :3]
        if self.flat and len(scene.potential) == 1:
            self._paint_ground(0)
        self.blank = self.buffer.copy()

    def paint(self, index: int, psi: np.ndarray) -> np.ndarray:
        """The frame number `index` with these amplitudes, (columns,) or (rows, columns)."""
        scene, stage = self.scene, self.stage
        self.buffer[:] = self.blank
        if stage.landscape is not None and stage.crest is not None:
            if len(scene.potential) > 1:
                self._paint_ground(index)
            height = scene.density_height(np.abs(psi) ** 2)
            fill_columns(self.panel, height, phase_colors(psi, scene.phases))
            stage.crest.set_ydata(height)
            stage.landscape.set_ydata(scene.outline_height(index))
            moving = (stage.crest, *stage.over, stage.landscape)
        else:
            self._paint_plane(psi)
            moving = stage.over
        for artist in moving:
            stage.main.draw_artist(artist)
        self._draw_moment(index)
        return self.buffer

    def _paint_ground(self, index: int) -> None:
        fill_columns(self.panel, self.scene.ground_height(index), np.array([to_rgb(GROUND)]) * 255)

    def _paint_plane(self, psi: np.ndarray) -> None:
        """Paint psi in a plane: hue by the phase, strength by the density, faint parts raised."""
        rows, columns = self.panel.shape[:2]
        strength = plane_strength(psi, self.scene)[..., None]
        colors = 255 + strength * (phase_colors(psi, self.scene.phases).astype(np.float32) - 255)
        across = (np.arange(columns) * psi.shape[1]) // columns
        up = (np.arange(rows)[::-1] * psi.shape[0]) // rows
        self.panel[:] = colors.astype(np.uint8)[up[:, None], across]

    def _draw_moment(self, index: int) -> None:
        scene, stage = self.scene, self.stage
        now = steady(scene.times[index], float(scene.times[-1]))
        self.clock.paint(f"t = {now}{unit_of(scene.labels['time'])}")
        for line, trace, dot, value in zip(scene.lines, stage.traces, stage.dots, self.values, strict=True):
            trace.set_data(scene.times[: index + 1], line.values[: index + 1])
            dot.set_data(scene.times[index : index + 1], line.values[index : index + 1])
            for artist in (trace, dot):
                stage.curves.draw_artist(artist)
            value.paint(
                steady(line.values[index], float(np.max(np.abs(line.values)))) + unit_of(scene.labels["curves"])
            )


def plane_strength(psi: np.ndarray, scene: Scene) -> np.ndarray:
    """The strength of a plane's colors, 0 .. 1, with faint parts raised, because the peak of a run is far above the rest."""
    return (np.minimum(_LIFT * np.abs(psi) / math.sqrt(scene.density_top), 1) ** _STRENGTH).astype(np.float32)


def fill_columns(panel: np.ndarray, heights: np.ndarray, colors: np.ndarray) -> None:
    """Fill each pixel column of a panel up to its height (0 .. 1) with its color, the topmost pixel in part.

    Args:
        panel: RGB, shape (rows, columns, 3), uint8; changed in place.
        heights: shape (n,), stretched over the columns.
        colors: shape (n, 3), or (1, 3) for one color, 0 .. 255.
    """
    rows, columns = panel.shape[:2]
    column = np.arange(columns)
    filled = np.flatnonzero(rows * heights[(column * len(heights)) // columns] > _FAINT)
    if not len(filled):
        return
    # limited to the filled columns, because a packet covers only a part of the picture
    panel, column = panel[:, filled[0] : filled[-1] + 1], column[: filled[-1] + 1 - filled[0]]
    index = ((column + filled[0]) * len(heights)) // columns
    color = colors[index % len(colors)].astype(np.uint8)
    pixels = rows * heights[index]
    whole = np.minimum(pixels.astype(int), rows)
    top = rows - int(whole.max())
    np.copyto(panel[top:], color, where=(np.arange(top, rows)[:, None] >= rows - whole)[..., None])
    at = np.maximum(rows - 1 - whole, 0)
    cover = np.where(whole < rows, pixels - whole, 1)[:, None]
    panel[at, column] = cover * color + (1 - cover) * panel[at, column]
