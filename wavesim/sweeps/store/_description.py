"""What a store says of itself, its group's zarr.json: read with a digest, and refused unless it is what wavesim writes.

Nothing of a store is decoded before this: a stranger's could name codecs that run programs.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..._text import described
from ...errors import WavesimError
from ...scenario import MOST_ROWS
from .._layout import Layout
from ._table import FORMAT

DIGEST = "digest"
_MOST_BYTES = 1_000_000_000
# by data type, the codecs of wavesim's arrays: a checksum is the last, so that it is read before anything is decoded
_CODECS = {
    **dict.fromkeys(("float64", "int64", "uint8"), ("bytes", "zstd", "crc32c")),
    "string": ("vlen-utf8", "zstd", "crc32c"),
}
# of a file that holds many chunks, and of the index at its end
_SHARD, _INDEX = ("sharding_indexed",), ("bytes", "crc32c")
# a name becomes a folder inside the store
_NAME = re.compile(r"[^./\\\x00][^/\\\x00]*")


@dataclasses.dataclass(frozen=True)
class Array:
    """One array of a store.

    Attributes:
        dims: its dimensions' names.
        layout: its shape, and how it is cut into files.
        attributes: of the array.
        metadata: the whole of its zarr.json.
    """

    dims: tuple[str, ...]
    layout: Layout
    attributes: dict[str, Any]
    metadata: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Description:
    """A store.

    Attributes:
        attributes: of the table: title, hash, what was measured, provenance.
        arrays: by name.
    """

    attributes: dict[str, Any]
    arrays: dict[str, Array]

    @property
    def measured(self) -> tuple[str, ...]:
        """The quantities, the headline first."""
        return tuple(self.attributes["measured"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The arrays that rows are labelled by: one of each dimension's name, and what is tied to them."""
        status = self.arrays["status"]
        return (*status.dims, *str(status.attributes.get("coordinates", "")).split())

    @property
    def columns(self) -> tuple[str, ...]:
        """The arrays over all rows: what was measured first, in its order."""
        first = [f"{name}{suffix}" for name in self.measured for suffix in ("", "_error", "_inputs", "_theory")]
        # rows without uncertain inputs have no such column
        first = [name for name in first if name in self.arrays or not name.endswith("_inputs")]
        rest = [name for name in self.arrays if name not in (*first, *self.labels)]
        return (*first, *rest)


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a group's zarr.json with its digest among the attributes."""
    attributes = {key: value for key, value in content["attributes"].items() if key != DIGEST}
    content = content | {"attributes": attributes}
    return content | {"attributes": attributes | {DIGEST: _digest(content)}}


def read_description(path: Path) -> Description:
    """What the store at `path` says of itself.

    Raises:
        WavesimError: if it is no store of a sweep, damaged, of another version, or encoded in a way that wavesim does not use.
    """
    try:
        file = path / "zarr.json"
        if file.stat().st_size > _MOST_BYTES:
            raise ValueError("too large")
        content = json.loads(file.read_text(encoding="utf-8"))
        version = content["attributes"]["sweep_format"]
        if not isinstance(version, int):
            raise TypeError("no version")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise WavesimError(
            f"{path} must be the store of a sweep, but is something else or damaged; choose another folder."
        ) from None
    if version != FORMAT:
        cure = "update wavesim" if version > FORMAT else "sweep into another folder"
        age = "a newer" if version > FORMAT else "an older"
        raise WavesimError(
            f"{path} must be in format {FORMAT}, but {age} wavesim wrote it in format {version}; {cure}."
        )
    try:
        if content["attributes"].get(DIGEST) != sealed(content)["attributes"][DIGEST]:
            raise ValueError("its digest differs")
        arrays = {str(name): _array(name, told) for name, told in content["consolidated_metadata"]["metadata"].items()}
        found = Description({key: value for key, value in content["attributes"].items() if key != DIGEST}, arrays)
        _must_be_table(found)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise WavesimError(
            f"{path} must be described as wavesim describes its stores, but is not ({described(error)}); it is damaged or somebody else's: choose another folder."
        ) from None
    return found


def _array(name: str, told: dict[str, Any]) -> Array:
    """One array, if it is encoded as wavesim encodes it.

    Raises:
        KeyError, TypeError, ValueError: if it is not.
    """
    shape, file = told["shape"], told["chunk_grid"]["configuration"]["chunk_shape"]
    chunk, codecs = file, told["codecs"]
    if _names(codecs) == _SHARD:
        inside = codecs[0]["configuration"]
        chunk, codecs = inside["chunk_shape"], inside["codecs"]
        if (_names(inside["index_codecs"]), inside["index_location"]) != (_INDEX, "end"):
            raise ValueError(f"{name!r} is encoded in another way")
    numbers = [*shape, *file, *chunk]
    plain = (
        _NAME.fullmatch(name)
        and (told["zarr_format"], told["node_type"], told["chunk_grid"]["name"]) == (3, "array", "regular")
        and told["chunk_key_encoding"] == {"name": "default", "configuration": {"separator": "/"}}
        and not told.get("storage_transformers")
        and _names(codecs) == _CODECS[told["data_type"]]
        and all(type(number) is int and number > 0 for number in numbers)
        and 0 < len(shape) == len(chunk) == len(file) == len(told["dimension_names"])
        and not any(whole % part for whole, part in zip(file, chunk, strict=True))
        and max(math.prod(shape), math.prod(file)) <= MOST_ROWS
    )
    if not plain:
        raise ValueError(f"{name!r} is encoded in another way")
    dims = tuple(map(str, told["dimension_names"]))
    layout = Layout(tuple(shape), tuple(chunk), tuple(file) if file != chunk else ())
    return Array(dims, layout, dict(told["attributes"]), told)


def _names(codecs: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(codec["name"] for codec in codecs)


def _must_be_table(found: Description) -> None:
    """Refuse a description that is no table.

    Raises:
        KeyError, ValueError: if a column or a label is missing, or columns differ in their cut.
    """
    status = found.arrays["status"]
    columns, labels = [found.arrays[name] for name in found.columns], [found.arrays[name] for name in found.labels]
    if any((column.dims, column.layout) != (status.dims, status.layout) for column in columns):
        raise ValueError("its columns are cut in different ways")
    sizes = dict(zip(status.dims, status.layout.shape, strict=True))
    if any(label.layout.shape != (sizes[label.dims[0]],) or label.layout.shard for label in labels):
        raise ValueError("its labels do not fit its columns")
    if not all(isinstance(found.attributes[name], str) for name in ("hash", "content", "title")):
        raise ValueError("its attributes are of other kinds")


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
