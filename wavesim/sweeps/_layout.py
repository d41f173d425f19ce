"""Division of a sweep's rows into chunks: the unit of work, of writing, and of loss by an interruption."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

# least number of chunks of a large sweep, so that workers share it evenly and little is lost with one
_CHUNKS = 24
# rows of a chunk
_LEAST, _MOST = 16, 1024
# number of rows up to which each chunk is a file of its own
_UNSHARDED = 1_000_000
# approximate number of files above that
_FILES = 64


@dataclasses.dataclass(frozen=True)
class Layout:
    """The shape of a table and of its chunks, both counted by axis; rows are numbered in C order, the last axis fastest.

    A chunk is a contiguous range of rows and at the same time a block of the table: (1, ..., 1, c, full, ..., full). It depends on
    the sweep alone, not on who computes it.

    Args:
        shape: shape of the table.
        chunk: shape of a chunk.
        shard: shape of the block in one file, whole chunks; () for one chunk.
    """

    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    shard: tuple[int, ...] = ()

    @classmethod
    def of(cls, shape: Sequence[int], most: int = _MOST) -> Layout:
        """Chunks for a table of that shape: about 24 of them where the rows suffice, of about 16 rows at least and of `most` at most."""
        rows = math.prod(shape)
        aim = min(max(rows // _CHUNKS, _LEAST), max(most, _LEAST))
        # rows for each place along an axis
        below = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        cut = next(axis for axis in range(len(shape)) if below[axis] <= aim)
        pieces = math.ceil(shape[cut] / (aim // below[cut]))
        chunk = (*(1,) * cut, math.ceil(shape[cut] / pieces), *shape[cut + 1 :])
        return cls(tuple(shape), chunk, _shard(shape, chunk, cut) if rows > _UNSHARDED else ())

    @property
    def rows(self) -> int:
        """All rows."""
        return math.prod(self.shape)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return math.prod(self._pieces)

    @property
    def _pieces(self) -> tuple[int, ...]:
        return tuple(math.ceil(size / part) for size, part in zip(self.shape, self.chunk, strict=True))

    @property
    def _ratios(self) -> tuple[int, ...]:
        """Chunks in a file along each axis."""
        return tuple(whole // part for whole, part in zip(self.shard or self.chunk, self.chunk, strict=True))

    @property
    def inside(self) -> int:
        """Number of chunks that fit into a file."""
        return math.prod(self._ratios)

    def block_of(self, chunk: int) -> tuple[slice, ...]:
        """The block of the table that a chunk covers."""
        sides = zip(self._place(chunk), self.chunk, self.shape, strict=True)
        return tuple(slice(at * part, min((at + 1) * part, size)) for at, part, size in sides)

    def rows_of(self, chunk: int) -> list[int]:
        """The rows of a chunk, in order."""
        first, count = 0, 1
        for side, size in zip(self.block_of(chunk), self.shape, strict=True):
            first = first * size + side.start
            count *= side.stop - side.start
        return list(range(first, first + count))

    def key_of(self, chunk: int) -> str:
        """The path of a chunk's file within the folder of an array, as in zarr: ``"c/3/0"``."""
        files = (at // ratio for at, ratio in zip(self._place(chunk), self._ratios, strict=True))
        return "/".join(["c", *map(str, files)])

    def slot_of(self, chunk: int) -> int:
        """Index of a chunk in its file, the last axis fastest."""
        slot = 0
        for at, ratio in zip(self._place(chunk), self._ratios, strict=True):
            slot = slot * ratio + at % ratio
        return slot

    def files(self) -> dict[str, list[int]]:
        """The chunks of each file by its path, see `key_of`."""
        files: dict[str, list[int]] = {}
        for chunk in range(self.chunks):
            files.setdefault(self.key_of(chunk), []).append(chunk)
        return files

    def _place(self, chunk: int) -> list[int]:
        """Index of a chunk along each axis, counted in chunks."""
        place = []
        for pieces in reversed(self._pieces):
            chunk, at = divmod(chunk, pieces)
            place.append(at)
        return place[::-1]

    def place_of(self, row: int) -> tuple[int, ...]:
        """Index of a row along each axis."""
        place = []
        for size in reversed(self.shape):
            row, at = divmod(row, size)
            place.append(at)
        return tuple(reversed(place))


def _shard(shape: Sequence[int], chunk: Sequence[int], cut: int) -> tuple[int, ...]:
    """The block of a file, whole chunks of a table cut along axis `cut`: about a 64th of all rows."""
    aim, shard = math.ceil(math.prod(shape) / _FILES), list(chunk)
    for axis in range(cut, -1, -1):
        # whole axes first: rows of a file follow one another
        wanted = aim // math.prod(shard)
        shard[axis] *= max(1, min(math.ceil(shape[axis] / chunk[axis]), wanted))
        if shard[axis] < shape[axis]:
            break
    return tuple(shard)
