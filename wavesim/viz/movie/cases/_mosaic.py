"""Several runs in one frame for a lecture hall, each with its label, number and wave as in a frame of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ..._colors import house_style
from ..._counters import Counter
from ..._words import set_formulas
from ...scene import Scene
from .._captions import clock_words
from .._fit import fit
from .._look import Look
from .._talk import TalkPainter, colors_of, type_size
from ._page import arrangement, common_gain

# margin, as a share of the frame's smaller side
_PAD = 0.028
# gap between the pictures, likewise
_GAP = 0.012
# largest size of type in a picture, over that of the frame
_SMALLER = 0.8
# smallest size, likewise
_SMALLEST = 0.7


class MosaicPainter:
    """Paints frames: ``painter.paint(index, amplitudes)`` gives RGBA of shape (height, width, 4), uint8; one buffer, which the next frame overwrites.

    Args:
        title: headline.
        scenes: one for each run; its title is the label.
        look: style, part, colors and panels.
        width, height: of the frame [pixels].
        ground: color of the background instead of the look's.
    """

    def __init__(
        self, title: str, scenes: Sequence[Scene], look: Look, width: int, height: int, ground: str | None = None
    ) -> None:
        self.scenes, self.look = scenes, look
        size, pad = type_size(width, height), _PAD * min(width, height)
        paper, ink, soft = colors_of(look, ground)
        # one clock for all runs if their times agree, else one for each
        self.common = "clock" in look.panels and len({scene.span for scene in scenes}) == 1
        with house_style(size=size):
            self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=paper)
            canvas = FigureCanvasAgg(self.figure)
            y, room = height - pad, width - 2 * pad
            self.clock: Counter | None = None
            if self.common:
                clock = self.figure.text(
                    1 - pad / width,
                    y / height,
                    clock_words(scenes[0], -1),
                    ha="right",
                    va="top",
                    color=soft,
                    animated=True,
                )
                room -= self._size_of(clock)[0] + pad
                self.clock = Counter(clock)
            if "title" in look.panels and title:
                head = self.figure.text(pad / width, y / height, title, weight="bold", size=1.25 * size, color=ink, va="top")  # fmt: skip
                fit(head, room, 3)
                y -= self._size_of(head)[1] + 0.5 * size
            elif self.common:
                y -= 1.5 * size
            foot = 0.0
            gain = common_gain(scenes) if look.part == "density" else ""
            if gain:
                foot = 1.75 * size
                words = self.figure.text(1 - pad / width, 1.55 * size / height, gain, ha="right", va="top", color=soft, size=0.72 * size)  # fmt: skip
                fit(words, width - 2 * pad)
            set_formulas(self.figure)
            canvas.draw()
        self.buffer = np.asarray(canvas.buffer_rgba())
        self._place_cells(y, foot, size, ground)
        line = np.array(to_rgb(soft)) * 255
        for place, _ in self.cells[1:]:
            self._divide(place, line)
        self.blank = self.buffer.copy()

    def paint(self, index: int, amplitudes: Sequence[np.ndarray]) -> np.ndarray:
        """The frame number `index` with these amplitudes, one array for each run: (columns,), or (rows, columns)."""
        self.buffer[:] = self.blank
        for (place, painter), psi in zip(self.cells, amplitudes, strict=True):
            self.buffer[place] = painter.paint(index, psi)
        if self.clock is not None:
            self.clock.paint(clock_words(self.scenes[0], index))
        return self.buffer

    def _place_cells(self, top: float, foot: float, size: float, ground: str | None) -> None:
        """Make a painter for each run, with its slices of the buffer."""
        height, width = self.buffer.shape[:2]
        columns, rows = arrangement(len(self.scenes), width / height)
        gap = round(_GAP * min(width, height))
        wide, tall = (width - gap * (columns - 1)) // columns, int(top - foot - gap * (rows - 1)) // rows
        panels = self.look.panels - ({"clock"} if self.common else set()) | {"title"}
        look = dataclasses.replace(self.look, show=tuple(panels))
        own = min(_SMALLER * size, max(type_size(wide, tall), _SMALLEST * size))

        def painters(share: float) -> list[TalkPainter]:
            return [TalkPainter(scene, look, wide, tall, ground, size=own, top=share) for scene in self.scenes]

        # one height of the text for all, so that equal waves have equal heights
        share = min(painter.top for painter in painters(1.0))
        self.cells = []
        for index, painter in enumerate(painters(share)):
            row, column = divmod(index, columns)
            y, x = height - round(top) + row * (tall + gap), column * (wide + gap)
            self.cells.append(((slice(y, y + tall), slice(x, x + wide)), painter))

    def _divide(self, place: tuple[slice, slice], color: np.ndarray) -> None:
        """Draw a thin line between two runs."""
        rows, columns = place
        gap = round(_GAP * min(self.buffer.shape[:2]) / 2)
        if columns.start > 0:
            self.buffer[rows, columns.start - gap - 1 : columns.start - gap + 1, :3] = color
        else:
            self.buffer[rows.start - gap - 1 : rows.start - gap + 1, :, :3] = color

    def _size_of(self, text: object) -> tuple[float, float]:
        box = text.get_window_extent(self.figure.canvas.get_renderer())  # type: ignore[attr-defined]
        return float(box.width), float(box.height)
