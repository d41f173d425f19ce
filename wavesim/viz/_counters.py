"""Words whose digits turn from frame to frame, cut from pictures of the words with each of the ten digits.

Matplotlib sets a text in 2 ms; a frame has four of them, and takes 4 ms besides.
"""

from __future__ import annotations

import re

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

_DIGIT = re.compile(r"\d")
# of one text: words that differ in more than their digits; more than so many are set one by one
_SHAPES = 12
# pixels around the words that are looked at
_ROOM = 3


class Counter:
    """Paints a text of a figure on its canvas: ``Counter(text).paint("t = 1.25 fs")``.

    Args:
        text: of a figure that is drawn by Agg; its place, font and color stay.
    """

    def __init__(self, text: Text) -> None:
        self.text, self.color = text, np.round(255 * np.array(to_rgb(text.get_color()))).astype(np.int32)
        self.known: dict[str, _Pictures | None] = {}

    def paint(self, words: str) -> None:
        """Set these words on what is there."""
        shape = _DIGIT.sub("0", words)
        if shape not in self.known and len(self.known) < _SHAPES:
            self.known[shape] = self._pictures(shape)
        pictures = self.known.get(shape)
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
        """The words with each digit, and where each digit stands; None where they would be set as a formula, or lie outside."""
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
        return _Pictures(part, np.array(digits), places, _apart(ends))


class _Pictures:
    """Words of one shape.

    Args:
        part: of the canvas.
        digits: how far pixels are covered where all digits are 0, 1, ... 9, shape (10, rows, columns), uint8; (1, rows, columns) without digits.
        places: of the digits in the words.
        ends: first and last column of each.
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


def _apart(ends: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Columns that meet halfway between neighbors, for a digit may be wider than the one that showed its place."""
    parted = [list(pair) for pair in ends]
    for left, right in zip(parted, parted[1:], strict=False):
        if right[0] - left[1] <= _ROOM:
            left[1] = right[0] = (left[1] + right[0] + 1) // 2
        else:
            left[1], right[0] = left[1] + 1, right[0] - 1
    if parted:
        parted[0][0], parted[-1][1] = max(parted[0][0] - 1, 0), parted[-1][1] + 1
    return [(first, last) for first, last in parted]
