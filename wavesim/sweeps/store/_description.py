"""The description of a store, its group's zarr.json: checked by a digest, and refused unless wavesim wrote it.

Nothing of a store is decoded before this check: a foreign store could name codecs that run programs.
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
# codecs of wavesim's arrays by data type; the checksum is the last, so that it is checked before anything is decoded
_CODECS = {
    **dict.fromkeys(("float64", "int64", "uint8"), ("bytes", "zstd", "crc32c")),
    "string": ("vlen-utf8", "zstd", "crc32c"),
}
# codecs of a file with many chunks, and of the index at its end
_SHARD, _INDEX = ("sharding_indexed",), ("bytes", "crc32c")
# allowed names of arrays, each of which is a folder inside the store
_NAME = re.compile(r"[^./\\\x00][^/\\\x00]*")


@dataclasses.dataclass(frozen=True)
class Array:
    """One array of a store.

    Attributes:
        dims: names of its dimensions.
        layout: its shape, and its division into files.
        attributes: its attributes.
        metadata: its whole zarr.json.
    """

    dims: tuple[str, ...]
    layout: Layout
    attributes: dict[str, Any]
    metadata: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Description:
    """The description of a store.

    Attributes:
        attributes: of the table: title, hash, measured quantities, provenance.
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
        """Names of the arrays that label rows: those of the dimensions, and those tied to them."""
        status = self.arrays["status"]
        return (*status.dims, *str(status.attributes.get("coordinates", "")).split())

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the arrays over all rows: the measured quantities first, in their order."""
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
    """Read and check the description of the store at `path`.

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
        arrays = {
            str(name): _array(name, metadata) for name, metadata in content["consolidated_metadata"]["metadata"].items()
        }
        description = Description({key: value for key, value in content["attributes"].items() if key != DIGEST}, arrays)
        _must_be_table(description)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise WavesimError(
            f"{path} must be described as wavesim describes its stores, but is not ({described(error)}); it is damaged or somebody else's: choose another folder."
        ) from None
    return description


def _array(name: str, metadata: dict[str, Any]) -> Array:
    """Parse the description of one array, encoded as wavesim encodes it.

    Raises:
        KeyError, TypeError, ValueError: if it is encoded differently.
    """
    shape, file = metadata["shape"], metadata["chunk_grid"]["configuration"]["chunk_shape"]
    chunk, codecs = file, metadata["codecs"]
    if _names(codecs) == _SHARD:
        inside = codecs[0]["configuration"]
        chunk, codecs = inside["chunk_shape"], inside["codecs"]
        if (_names(inside["index_codecs"]), inside["index_location"]) != (_INDEX, "end"):
            raise ValueError(f"{name!r} is encoded in another way")
    numbers = [*shape, *file, *chunk]
    plain = (
        _NAME.fullmatch(name)
        and (metadata["zarr_format"], metadata["node_type"], metadata["chunk_grid"]["name"]) == (3, "array", "regular")
        and metadata["chunk_key_encoding"] == {"name": "default", "configuration": {"separator": "/"}}
        and not metadata.get("storage_transformers")
        and _names(codecs) == _CODECS[metadata["data_type"]]
        and all(type(number) is int and number > 0 for number in numbers)
        and 0 < len(shape) == len(chunk) == len(file) == len(metadata["dimension_names"])
        and not any(whole % part for whole, part in zip(file, chunk, strict=True))
        and max(math.prod(shape), math.prod(file)) <= MOST_ROWS
    )
    if not plain:
        raise ValueError(f"{name!r} is encoded in another way")
    dims = tuple(map(str, metadata["dimension_names"]))
    layout = Layout(tuple(shape), tuple(chunk), tuple(file) if file != chunk else ())
    return Array(dims, layout, dict(metadata["attributes"]), metadata)


def _names(codecs: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(codec["name"] for codec in codecs)


def _must_be_table(description: Description) -> None:
    """Refuse a description that is no table.

    Raises:
        KeyError, ValueError: if a column or a label is missing, or columns differ in their chunks.
    """
    status = description.arrays["status"]
    columns = [description.arrays[name] for name in description.columns]
    labels = [description.arrays[name] for name in description.labels]
    if any((column.dims, column.layout) != (status.dims, status.layout) for column in columns):
        raise ValueError("its columns are cut in different ways")
    sizes = dict(zip(status.dims, status.layout.shape, strict=True))
    if any(label.layout.shape != (sizes[label.dims[0]],) or label.layout.shard for label in labels):
        raise ValueError("its labels do not fit its columns")
    if not all(isinstance(description.attributes[name], str) for name in ("hash", "content", "title")):
        raise ValueError("its attributes are of other kinds")


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
