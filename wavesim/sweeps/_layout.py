"""How the rows of a sweep are cut into chunks: the unit of work, of writing, and of what an interruption costs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

# a sweep of many rows has more chunks than this, so that workers share it evenly and little is lost with one
_CHUNKS = 24
_LEAST, _MOST = 16, 1024


@dataclasses.dataclass(frozen=True)
class Layout:
    """The shape of a table and of its chunks, both counted by axis; rows are numbered in C order, the last axis fastest.

    A chunk is a contiguous range of rows and at the same time a block of the table: (1, ..., 1, c, full, ..., full). It depends on
    the sweep alone, not on who computes it.
    """

    shape: tuple[int, ...]
    chunk: tuple[int, ...]

    @classmethod
    def of(cls, shape: Sequence[int], most: int = _MOST) -> Layout:
        """Chunks for a table of that shape: between 16 and `most` rows each, and about 24 of them where the rows suffice."""
        rows = math.prod(shape)
        aim = min(max(rows // _CHUNKS, _LEAST), max(most, _LEAST))
        # rows that one place along an axis stands for
        below = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        cut = next(axis for axis in range(len(shape)) if below[axis] <= aim)
        pieces = math.ceil(shape[cut] / (aim // below[cut]))
        return cls(tuple(shape), (*(1,) * cut, math.ceil(shape[cut] / pieces), *shape[cut + 1 :]))

    @property
    def rows(self) -> int:
        """All rows."""
        return math.prod(self.shape)

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return math.prod(self._pieces)

    @property
    def _pieces(self) -> tuple[int, ...]:
        return tuple(math.ceil(size / part) for size, part in zip(self.shape, self.chunk, strict=True))

    def rows_of(self, chunk: int) -> list[int]:
        """The rows of a chunk, in order."""
        first, count, weight, left = 0, 1, 1, chunk
        for size, part, pieces in reversed(list(zip(self.shape, self.chunk, self._pieces, strict=True))):
            left, piece = divmod(left, pieces)
            first += weight * piece * part
            count *= min(part, size - piece * part)
            weight *= size
        return list(range(first, first + count))

    def key_of(self, chunk: int) -> str:
        """The path of a chunk's file within the folder of an array, as zarr has it: ``"c/3/0"``."""
        place, left = list[str](), chunk
        for pieces in reversed(self._pieces):
            left, piece = divmod(left, pieces)
            place.append(str(piece))
        return "/".join(["c", *reversed(place)])

    def place_of(self, row: int) -> tuple[int, ...]:
        """Where a row stands along each axis."""
        place = []
        for size in reversed(self.shape):
            row, at = divmod(row, size)
            place.append(at)
        return tuple(reversed(place))
