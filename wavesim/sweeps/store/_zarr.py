"""The arrays of a sweep's store as zarr describes and encodes them, in memory; `Store` moves the files to disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ._description import sealed
from ._table import columns, coordinates

if TYPE_CHECKING:
    import zarr

    from .._file import Sweep
    from .._layout import Layout


def template(sweep: Sweep, layout: Layout, names: tuple[str, ...], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The files of an empty store."""
    import zarr.codecs
    import zarr.storage

    files: dict[str, Any] = {}
    # the checksum is the last to be computed and the first to be checked
    codecs = [zarr.codecs.ZstdCodec(), zarr.codecs.Crc32cCodec()]
    group = zarr.create_group(zarr.storage.MemoryStore(files), attributes=dict(facts))
    labels = coordinates(sweep)
    for name, label in labels.items():
        kind: Any = str if label.values.dtype == object else label.values.dtype
        array = group.create_array(
            name,
            shape=label.values.shape,
            # one chunk: zarr's own choice may change, and a damaged label is repaired by writing it again
            chunks=label.values.shape,
            dtype=kind,
            compressors=codecs,
            dimension_names=(label.dim,),
            attributes=label.attributes,
        )
        array[...] = label.values
    dims = tuple(axis.name for axis in sweep.axes)
    # by this attribute xarray distinguishes labels from columns
    auxiliary = " ".join(name for name, label in labels.items() if name != label.dim)
    for name, column in columns(names, sweep).items():
        group.create_array(
            name,
            shape=layout.shape,
            chunks=layout.chunk,
            shards=layout.shard or None,
            dtype=column.dtype,
            compressors=codecs,
            fill_value=column.fill,
            dimension_names=dims,
            attributes=column.attributes | ({"coordinates": auxiliary} if auxiliary else {}),
        )
    return files


def described(files: Mapping[str, Any], name: str = "") -> bytes:
    """Content of the zarr.json of an array, or of the group, which holds all the others so that readers open one file."""
    content = json.loads(files[f"{name}/zarr.json" if name else "zarr.json"].to_bytes())
    if not name:
        inside = {key.removesuffix("/zarr.json"): key for key in files if key.endswith("/zarr.json")}
        metadata = {array: json.loads(files[key].to_bytes()) for array, key in inside.items()}
        content["consolidated_metadata"] = {"kind": "inline", "must_understand": False, "metadata": metadata}
        content = sealed(content)
    return json.dumps(content, indent=1).encode()


def arrays(files: dict[str, Any], names: Iterable[str]) -> dict[str, zarr.Array]:
    """The columns in memory, by name; each chunk written to them becomes a file, even one of nan only."""
    import zarr
    import zarr.storage

    with zarr.config.set({"array.write_empty_chunks": True}):
        group = zarr.open_group(zarr.storage.MemoryStore(files), mode="r+", use_consolidated=False)
        columns_by_name = {name: group[name] for name in names}
    assert all(isinstance(array, zarr.Array) for array in columns_by_name.values())
    return columns_by_name  # type: ignore[return-value]
