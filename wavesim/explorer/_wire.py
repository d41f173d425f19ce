"""Binary messages to the page: psi after a header of fixed length, and named arrays after a line of JSON."""

from __future__ import annotations

import dataclasses
import json
import struct
from typing import Any

import numpy as np

VERSION = 1
LINE, ARRAYS, PLANE, FILE = 1, 2, 3, 4
# kind, version, count of numbers, seq, generation, frame, columns, rows, first x, spacing, time, six numbers; little-endian, 60 bytes
_HEAD = struct.Struct("<BBHIIIIIfff6f")
NUMBERS = 6
_WORD = struct.Struct("<BBHI")


@dataclasses.dataclass(frozen=True)
class Picture:
    """One frame as the page draws it.

    Attributes:
        seq: number of the message, which the page acknowledges.
        generation: number of the newest change of the sliders.
        frame: of the run.
        time: in shown units.
        numbers: values of the timeline's curves at this frame.
        psi: complex, shape (columns,), or (rows, columns).
        first: position of the first column, in shown units.
        spacing: of the columns.
    """

    seq: int
    generation: int
    frame: int
    time: float
    numbers: tuple[float, ...]
    psi: np.ndarray
    first: float
    spacing: float


def picture_bytes(picture: Picture) -> bytes:
    """A picture as bytes: re and im interleaved; a line as float32, a plane as float16 over its largest absolute value.

    That value is the last of a plane's numbers.
    """
    psi = picture.psi
    rows, columns = (1, *psi.shape)[-2:]
    numbers = list(picture.numbers[:NUMBERS])
    if psi.ndim > 1:
        peak = float(np.abs(psi).max()) or 1.0
        numbers = [*numbers[: NUMBERS - 1], *[0.0] * (NUMBERS - 1 - len(numbers)), peak]
        body = np.ascontiguousarray(psi / peak, np.complex64).view(np.float32).astype(np.float16)
    else:
        body = np.ascontiguousarray(psi, np.complex64).view(np.float32)
    head = _HEAD.pack(
        PLANE if psi.ndim > 1 else LINE,
        VERSION,
        len(numbers),
        picture.seq % 2**32,
        picture.generation % 2**32,
        picture.frame,
        columns,
        rows,
        picture.first,
        picture.spacing,
        picture.time,
        *numbers,
        *[0.0] * (NUMBERS - len(numbers)),
    )
    return head + body.tobytes()


def picture_of(data: bytes) -> Picture:
    """The inverse of `picture_bytes`."""
    kind, _, count, seq, generation, frame, columns, rows, first, spacing, time, *numbers = _HEAD.unpack_from(data)
    plane = kind == PLANE
    body = np.frombuffer(data, np.float16 if plane else np.float32, offset=_HEAD.size).astype(np.float32)
    psi = body.view(np.complex64)
    if plane:
        psi = psi.reshape(rows, columns) * numbers[-1]
    return Picture(seq, generation, frame, time, tuple(numbers[:count]), psi, first, spacing)


def arrays_bytes(meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """A message with arrays, float32, aligned to 4 bytes."""
    flat = {name: np.ascontiguousarray(values, np.float32).ravel() for name, values in arrays.items()}
    text = json.dumps(meta | {"arrays": [[name, values.size] for name, values in flat.items()]}, allow_nan=False)
    line = text.encode()
    line += b" " * (-len(line) % 4)
    return _WORD.pack(ARRAYS, VERSION, 0, len(line)) + line + b"".join(values.tobytes() for values in flat.values())


def arrays_of(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The inverse of `arrays_bytes`."""
    _, _, _, length = _WORD.unpack_from(data)
    meta = json.loads(data[_WORD.size : _WORD.size + length])
    place, arrays = _WORD.size + length, {}
    for name, size in meta.pop("arrays"):
        arrays[name] = np.frombuffer(data, np.float32, size, place)
        place += 4 * size
    return meta, arrays


def file_bytes(name: str, kind: str, content: bytes) -> bytes:
    """A message with a file that the page offers as a download."""
    line = json.dumps({"name": name, "kind": kind}).encode()
    line += b" " * (-len(line) % 4)
    return _WORD.pack(FILE, VERSION, 0, len(line)) + line + content
