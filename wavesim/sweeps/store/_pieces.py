"""The files of a store, each checked before anything is decoded: what is damaged or missing is named, and its rows wait again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import WavesimError
from .._answer import Status
from ._checksums import sound, usable
from ._description import Description, read_description

if TYPE_CHECKING:
    import zarr

_NAMED = 3


@dataclasses.dataclass(frozen=True)
class Pieces:
    """A store as it was found.

    Attributes:
        description: what it says of itself.
        group: its arrays, for reading, in memory; rows that wait may have numbers there, which count for nothing.
        files: what is in that memory.
        labels: files of labels that are damaged or missing.
        damaged: other such files, and cells of rows that are called good but have no number.
        lost: rows that had an answer, and wait again for want of these pieces.
        status: of each row: shape (rows,), uint8.
        again: chunks of which rows are lost: they are done again from their first row.
    """

    description: Description
    group: zarr.Group
    files: dict[str, Any]
    labels: tuple[str, ...]
    damaged: tuple[str, ...]
    lost: int
    status: np.ndarray
    again: tuple[int, ...]


def named(damaged: Sequence[str]) -> str:
    """Files in half a sentence: ``"2 pieces are damaged or missing (gap/c/0/1, gap_error/c/0/1)"``; "" for none."""
    if not damaged:
        return ""
    shown = ", ".join(damaged[:_NAMED]) + (", ..." if len(damaged) > _NAMED else "")
    return f"{len(damaged):,} piece{'s are' if len(damaged) > 1 else ' is'} damaged or missing ({shown})"


def gathered(path: Path) -> Pieces:
    """Read a store, also while another process writes it.

    Raises:
        WavesimError: if it is no store of a sweep, or not described as wavesim describes them.
        OSError: if a file cannot be read.
    """
    import zarr.storage

    description = read_description(path)
    layout = description.arrays["status"].layout
    files: dict[str, Any] = {"zarr.json": _json({"zarr_format": 3, "node_type": "group", "attributes": {}})}
    for name, array in description.arrays.items():
        files[f"{name}/zarr.json"] = _json(array.metadata)
    labels = [key for name in description.labels for key in _label_files(path, description, name, files)]
    places = layout.files()
    # the status of all chunks before any column: what is written meanwhile counts as not yet there
    begun = {key: content for key in places if (content := _content(path / "status" / key)) is not None}
    damaged, broken, unknown = list[str](), set[int](), set[int]()
    for key, status in begun.items():
        for name in description.columns:
            content, slots = usable(status if name == "status" else _content(path / name / key), layout.inside)
            if content is not None:
                files[f"{name}/{key}"] = _buffer(content)
            if slots:
                damaged.append(f"{name}/{key}")
                chunks = {chunk for chunk in places[key] if layout.slot_of(chunk) in slots}
                broken |= chunks
                unknown |= chunks if name == "status" else set()
    group = zarr.open_group(zarr.storage.MemoryStore(files), mode="r", zarr_format=3, use_consolidated=False)
    status, lost = np.array(values(group, "status")).ravel(), 0
    for chunk in broken:
        rows = layout.rows_of(chunk)
        lost += len(rows) if chunk in unknown else int(np.count_nonzero(status[rows] != Status.WAITING))
        status[rows] = Status.WAITING
    empty = _without_numbers(group, description, status)
    if empty.any():
        # written by something else than wavesim: its checksum is right, but there is no number
        damaged.append(f"the numbers of {int(empty.sum()):,} rows")
        broken |= {chunk for chunk in range(layout.chunks) if empty[layout.rows_of(chunk)].any()}
        status[empty] = Status.WAITING
        lost += int(empty.sum())
    return Pieces(description, group, files, tuple(labels), tuple(damaged), lost, status, tuple(sorted(broken)))


def values(group: zarr.Group, name: str) -> np.ndarray:
    """All of one array; text as plain objects."""
    import zarr

    array = group[name]
    assert isinstance(array, zarr.Array)
    found = np.asarray(array[...])
    # numpy's own text type is not yet understood by all that takes a dataset
    return found.astype(object) if found.dtype.kind == "T" else found


def must_have_labels(path: Path, pieces: Pieces) -> None:
    """Refuse a table with damaged labels.

    Raises:
        WavesimError: if a label is damaged, without which nobody knows what a row is.
    """
    if pieces.labels:
        raise WavesimError(
            f"{path} must have its labels, but {named(pieces.labels)}; run the same sweep into it again, which mends it."
        )


def _without_numbers(group: zarr.Group, description: Description, status: np.ndarray) -> np.ndarray:
    """Which rows are called good, but lack a finite number or error bar."""
    good = status == Status.GOOD
    finite = np.ones_like(good)
    for name in description.measured:
        for column in (name, f"{name}_error"):
            finite &= np.isfinite(values(group, column).ravel())
    return good & ~finite


def _label_files(path: Path, description: Description, name: str, files: dict[str, Any]) -> list[str]:
    """Put the files of a label among `files`; those that are damaged or missing."""
    layout = description.arrays[name].layout
    broken = []
    for key in (layout.key_of(chunk) for chunk in range(layout.chunks)):
        content = _content(path / name / key)
        if content is None or not sound(content):
            broken.append(f"{name}/{key}")
        else:
            files[f"{name}/{key}"] = _buffer(content)
    return broken


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _json(content: dict[str, Any]) -> Any:
    return _buffer(json.dumps(content).encode())


def _buffer(content: bytes) -> Any:
    from zarr.buffer.cpu import Buffer

    return Buffer.from_bytes(content)
