"""Fast painting of texts whose digits change from frame to frame, from stored images of each digit.

Matplotlib takes 2 ms for a text; a frame has four texts and takes 4 ms otherwise.
"""

from __future__ import annotations

import re

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

_DIGIT = re.compile(r"\d")
# most texts per counter that differ in more than their digits and are stored; further ones are set by Matplotlib
_SHAPES = 12
# margin around a text that is stored [pixels]
_ROOM = 3


class Counter:
    """Paints a text of a figure on its canvas: ``Counter(text).paint("t = 1.25 fs")``.

    Args:
        text: of a figure drawn by Agg; its place, font and color must not change.
    """

    def __init__(self, text: Text) -> None:
        self.text, self.color = text, np.round(255 * np.array(to_rgb(text.get_color()))).astype(np.int32)
        self.pictures_by_shape: dict[str, _Pictures | None] = {}

    def paint(self, words: str) -> None:
        """Paint these words over the current picture."""
        shape = _DIGIT.sub("0", words)
        if shape not in self.pictures_by_shape and len(self.pictures_by_shape) < _SHAPES:
            self.pictures_by_shape[shape] = self._pictures(shape)
        pictures = self.pictures_by_shape.get(shape)
        if pictures is None:
            self._set(words)
        else:
            pictures.paint(self._buffer(), words, self.color)
            self.text.set_text(words)

    def _canvas(self) -> FigureCanvasAgg:
        figure = self.text.figure
        assert figure is not None
        canvas = figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        return canvas

    def _buffer(self) -> np.ndarray:
        return np.asarray(self._canvas().buffer_rgba())

    def _set(self, words: str) -> None:
        self.text.set_text(words)
        self._canvas().figure.draw_artist(self.text)

    def _pictures(self, shape: str) -> _Pictures | None:
        """Images of the words with each digit; None if the words are a formula or lie outside the canvas."""
        if "$" in shape or not shape.strip():
            return None
        buffer = self._buffer()
        self.text.set_text(shape)
        box = self.text.get_window_extent(self._canvas().get_renderer())
        rows, columns = buffer.shape[:2]
        part = np.s_[
            max(rows - int(box.y1) - _ROOM, 0) : max(rows - int(box.y0) + _ROOM, 0),
            max(int(box.x0) - _ROOM, 0) : max(int(box.x1) + _ROOM, 0),
        ]
        there = buffer[part]
        if not there.size:
            return None
        before, color = there.copy(), self.text.get_color()
        self.text.set_color("black")

        def covered(words: str) -> np.ndarray:
            there[:] = 255
            self._set(words)
            return 255 - there[..., 0]

        places = [match.start() for match in _DIGIT.finditer(shape)]
        digits = [covered(shape.replace("0", str(digit))) for digit in range(10 if places else 1)]
        ends = []
        for place in places:
            changed = np.flatnonzero((covered(shape[:place] + "1" + shape[place + 1 :]) != digits[0]).any(axis=0))
            ends.append((int(changed[0]), int(changed[-1]) + 1) if len(changed) else (0, 0))
        there[:] = before
        self.text.set_color(color)
        return _Pictures(part, np.array(digits), places, _separated(ends))


class _Pictures:
    """Images of a text that differ only in the digits.

    Args:
        part: slices of the canvas.
        digits: coverage of the pixels if all digits are 0, 1, ... 9, shape (10, rows, columns), uint8; (1, rows, columns) without digits.
        places: index of each digit in the text.
        ends: first column of each digit, and the column after its last.
    """

    def __init__(
        self, part: tuple[slice, slice], digits: np.ndarray, places: list[int], ends: list[tuple[int, int]]
    ) -> None:
        self.part, self.digits, self.places, self.ends = part, digits, places, ends

    def paint(self, buffer: np.ndarray, words: str, color: np.ndarray) -> None:
        cover = self.digits[0].copy()
        for place, (first, last) in zip(self.places, self.ends, strict=True):
            cover[:, first:last] = self.digits[int(words[place]), :, first:last]
        there = buffer[self.part]
        for channel in range(3):
            ground = there[..., channel].astype(np.int32)
            there[..., channel] = ground + ((color[channel] - ground) * cover + 127) // 255


def _separated(ends: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Columns of digits, widened up to halfway between neighbors, since a digit may be wider than the one that was measured."""
    columns = [list(pair) for pair in ends]
    for left, right in zip(columns, columns[1:], strict=False):
        if right[0] - left[1] <= _ROOM:
            left[1] = right[0] = (left[1] + right[0] + 1) // 2
        else:
            left[1], right[0] = left[1] + 1, right[0] - 1
    if columns:
        columns[0][0], columns[-1][1] = max(columns[0][0] - 1, 0), columns[-1][1] + 1
    return [(first, last) for first, last in columns]
