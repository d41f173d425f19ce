"""Checksums of the files of a store, looked at before anything is decoded: CRC-32C, little-endian, at the end of what it is of."""

from __future__ import annotations

import numpy as np

# of a checksum; of an entry of a shard's index: where a chunk begins, and its length
_TAIL, _ENTRY = 4, 16
# begin and length of a chunk that is not there
_NOTHING = 2**64 - 1


def sound(content: bytes) -> bool:
    """Whether a chunk ends in the checksum of the rest, as zarr's codec ``crc32c`` writes it."""
    import google_crc32c

    return len(content) > _TAIL and google_crc32c.value(content[:-_TAIL]) == int.from_bytes(content[-_TAIL:], "little")


def usable(content: bytes | None, slots: int) -> tuple[bytes | None, list[int]]:
    """A file as far as it can be decoded, and the slots whose chunks it had, but which are damaged.

    Args:
        content: of the file; None where there is none.
        slots: how many chunks it has room for: if several, it is a shard, whose index follows the chunks.

    Returns:
        the file without its damaged chunks; None, and all slots, where nothing is left of it.
    """
    if slots == 1:
        return (content, []) if content is not None and sound(content) else (None, [0])
    size = _ENTRY * slots + _TAIL
    if content is None or len(content) < size or not sound(content[-size:]):
        return None, list(range(slots))
    entries = np.frombuffer(content[-size:-_TAIL], "<u8").reshape(slots, 2).copy()
    end, damaged = len(content) - size, []
    for slot, (first, length) in enumerate(entries.tolist()):
        if first == length == _NOTHING:
            continue
        if first + length > end or not sound(content[first : first + length]):
            damaged.append(slot)
            entries[slot] = _NOTHING
    return (content[:-size] + _sealed(entries.tobytes()), damaged) if damaged else (content, [])


def _sealed(index: bytes) -> bytes:
    import google_crc32c

    return index + google_crc32c.value(index).to_bytes(_TAIL, "little")
