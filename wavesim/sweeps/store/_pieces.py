"""The files of a store, each checked before anything is decoded; rows of damaged or missing files wait again."""

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

# files that a message names
_NAMED = 3


@dataclasses.dataclass(frozen=True)
class Pieces:
    """The checked content of a store.

    Attributes:
        description: its description.
        group: its arrays, in memory, read-only; numbers of waiting rows there must be ignored.
        files: the files of `group` by path.
        labels: damaged or missing files of labels.
        damaged: other damaged or missing files, and the number of good rows without a finite number.
        lost: number of rows that had an answer, and wait again.
        status: of each row: shape (rows,), uint8.
        again: chunks with lost rows, which are computed again from their first row.
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
    """Damaged files as part of a sentence: ``"2 pieces are damaged or missing (gap/c/0/1, gap_error/c/0/1)"``; "" for none."""
    if not damaged:
        return ""
    shown = ", ".join(damaged[:_NAMED]) + (", ..." if len(damaged) > _NAMED else "")
    return f"{len(damaged):,} piece{'s are' if len(damaged) > 1 else ' is'} damaged or missing ({shown})"


def gathered(path: Path) -> Pieces:
    """Read a store, also while another process writes it.

    Raises:
        WavesimError: if it is no store of a sweep, or its description is refused.
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
    # the status of all chunks before any column: rows that are written meanwhile count as waiting
    status_files = {key: content for key in places if (content := _content(path / "status" / key)) is not None}
    damaged, broken, unknown = list[str](), set[int](), set[int]()
    for key, status in status_files.items():
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
        # not written by wavesim: the checksum is right, but the number is missing
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
    content = np.asarray(array[...])
    # not all libraries that take a dataset understand numpy's own text type yet
    return content.astype(object) if content.dtype.kind == "T" else content


def must_have_labels(path: Path, pieces: Pieces) -> None:
    """Refuse a table with damaged labels.

    Raises:
        WavesimError: if a label is damaged, without which rows have no meaning.
    """
    if pieces.labels:
        raise WavesimError(
            f"{path} must have its labels, but {named(pieces.labels)}; run the same sweep into it again, which mends it."
        )


def _without_numbers(group: zarr.Group, description: Description, status: np.ndarray) -> np.ndarray:
    """Mask of rows with status GOOD that lack a finite number or error bar."""
    good = status == Status.GOOD
    finite = np.ones_like(good)
    for name in description.measured:
        for column in (name, f"{name}_error"):
            finite &= np.isfinite(values(group, column).ravel())
    return good & ~finite


def _label_files(path: Path, description: Description, name: str, files: dict[str, Any]) -> list[str]:
    """Add the files of a label to `files`; returns those that are damaged or missing."""
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
