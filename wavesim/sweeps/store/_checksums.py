"""Checksums of the files of a store, checked before anything is decoded: CRC-32C, little-endian, after the content it covers."""

from __future__ import annotations

import numpy as np

# size of a checksum [bytes]
_TAIL = 4
# size of an entry of a shard's index: offset and length of a chunk [bytes]
_ENTRY = 16
# offset and length of a missing chunk
_MISSING = 2**64 - 1


def sound(content: bytes) -> bool:
    """Whether a chunk ends in the checksum of the rest, as zarr's codec ``crc32c`` writes it."""
    import google_crc32c

    return len(content) > _TAIL and google_crc32c.value(content[:-_TAIL]) == int.from_bytes(content[-_TAIL:], "little")


def usable(content: bytes | None, slots: int) -> tuple[bytes | None, list[int]]:
    """The decodable part of a file, and the slots of its damaged chunks.

    Args:
        content: of the file; None if it is missing.
        slots: number of chunks that fit into it; if several, it is a shard, whose index follows the chunks.

    Returns:
        the file without its damaged chunks; None, and all slots, if none of it is usable.
    """
    if slots == 1:
        return (content, []) if content is not None and sound(content) else (None, [0])
    size = _ENTRY * slots + _TAIL
    if content is None or len(content) < size or not sound(content[-size:]):
        return None, list(range(slots))
    entries = np.frombuffer(content[-size:-_TAIL], "<u8").reshape(slots, 2).copy()
    end, damaged = len(content) - size, []
    for slot, (first, length) in enumerate(entries.tolist()):
        if first == length == _MISSING:
            continue
        if first + length > end or not sound(content[first : first + length]):
            damaged.append(slot)
            entries[slot] = _MISSING
    return (content[:-size] + _sealed(entries.tobytes()), damaged) if damaged else (content, [])


def _sealed(index: bytes) -> bytes:
    import google_crc32c

    return index + google_crc32c.value(index).to_bytes(_TAIL, "little")
