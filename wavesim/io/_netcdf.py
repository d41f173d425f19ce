"""netCDF in memory: written with a digest of the content, and read only if it holds plain numbers that agree with the digest."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import WavesimError
from ._numbers import Variables
from ._planes import ROUNDED

if TYPE_CHECKING:
    import xarray

DIGEST = "digest"
# largest file, and largest total size of its arrays [bytes]; psi is kept to a tenth of it
_MOST_BYTES = 2_000_000_000
# longest JSON attribute [characters]
_MOST_TEXT = 20_000_000
# deepest nesting of a JSON attribute
_DEEPEST = 60
# shuffling places bytes that rounding made equal next to each other, which compresses better
_COMPRESSED = {"compression": "gzip", "compression_opts": 4, "shuffle": True}
# filters that may be read; any other could run a plugin of HDF5
_FILTERS = {"gzip", "lzf", "shuffle", "fletcher32", None}


def netcdf(variables: Variables, attributes: Mapping[str, Any]) -> bytes:
    """Variables and attributes as the bytes of a netCDF (HDF5) file, with `digest` among its attributes.

    HDF5 writes to memory, because a disk that fills up between its writes would end the process. xarray would write the same file, but takes
    half a second to import.
    """
    import h5netcdf

    buffer = io.BytesIO()
    with h5netcdf.File(buffer, "w") as file:
        file.attrs.update({**attributes, DIGEST: digest(variables, attributes)})
        for name, (dims, values, facts) in variables.items():
            for dim, length in zip(dims, values.shape, strict=True):
                if dim not in file.dimensions:
                    file.dimensions[dim] = length
            # one chunk for each frame, because frames are read whole
            stored = _COMPRESSED | {"chunks": (1, *values.shape[1:])} if ROUNDED in facts else {}
            written = file.create_variable(name, dims, values.dtype, **stored)
            written[...] = values
            written.attrs.update(facts)
    return buffer.getvalue()


def variables_of(dataset: xarray.Dataset) -> Variables:
    """All variables of an ``xarray.Dataset``."""
    return {
        str(name): (tuple(map(str, variable.dims)), variable.values, dict(variable.attrs))
        for name, variable in dataset.variables.items()
    }


def read_netcdf(path: Path) -> xarray.Dataset:
    """Load the dataset of a file that `netcdf` wrote; `must_agree` checks its digest.

    Raises:
        WavesimError: if it is too large, or holds anything but plain arrays.
        OSError, KeyError, ValueError, TypeError: if it is no netCDF file.
    """
    import xarray as xr

    if path.stat().st_size > _MOST_BYTES:
        raise WavesimError(
            f"{path} must be below {_MOST_BYTES / 1e9:.0f} GB, but has {path.stat().st_size / 1e9:.3g} GB."
        )
    _must_be_plain(path)
    with xr.open_dataset(path, engine="h5netcdf", decode_times=False) as dataset:
        dataset.load()
    return dataset


def must_agree(path: Path, dataset: xarray.Dataset) -> None:
    """Refuse content that does not match its digest.

    Raises:
        WavesimError: if the digest differs.
    """
    if dataset.attrs.get(DIGEST) != digest(variables_of(dataset), dataset.attrs):
        raise WavesimError(
            f"{path} must be as wavesim wrote it, but is damaged or was changed: its digest differs; run it again."
        )


def digest(variables: Variables, attributes: Mapping[Any, Any]) -> str:
    """SHA-256 of all arrays and attributes except `digest` itself."""
    total = hashlib.sha256(_text({name: value for name, value in attributes.items() if name != DIGEST}))
    for name, (dims, values, facts) in sorted(variables.items()):
        total.update(_text([name, dims, values.dtype.str, values.shape, facts]))
        total.update(np.ascontiguousarray(values).tobytes())
    return total.hexdigest()


def json_of(text: object) -> Any:
    """Parse a text attribute as JSON, within limits.

    Raises:
        ValueError: if it is not text, not JSON, too long, or nested too deep.
    """
    if not isinstance(text, str) or len(text) > _MOST_TEXT:
        raise ValueError("an attribute is no text, or too long")
    depth = deepest = 0
    inside = escaped = False
    for char in text:
        if inside:
            inside = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            inside = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    if deepest > _DEEPEST:
        raise ValueError(f"an attribute is nested {deepest:,} deep")
    return json.loads(text)


def _must_be_plain(path: Path) -> None:
    """Refuse links to other files, external or virtual arrays, unknown filters, and arrays that are too large."""
    import h5py

    total = 0
    with h5py.File(path, "r") as file:
        for name in file:
            link = file.get(name, getlink=True)
            # the link is checked first, because reading the item would follow it into another file
            item = file.get(name) if isinstance(link, h5py.HardLink) else None
            if isinstance(item, h5py.Datatype):
                # the type that netCDF uses for complex numbers
                continue
            if not isinstance(item, h5py.Dataset) or item.external or item.is_virtual or item.dtype.kind not in "fciub":
                raise WavesimError(
                    f"{path} must hold plain arrays of numbers, but {name!r} is something else; run it again."
                )
            if item.compression not in _FILTERS or item.id.get_create_plist().get_nfilters() > 3:
                raise WavesimError(
                    f"{path} must hold arrays as wavesim writes them, but {name!r} is encoded in another way."
                )
            total += item.size * item.dtype.itemsize
    if total > _MOST_BYTES:
        raise WavesimError(
            f"{path} must hold below {_MOST_BYTES / 1e9:.0f} GB, but says that it holds {total / 1e9:.3g} GB."
        )


def _text(value: Any) -> bytes:
    return json.dumps(_plain(value), sort_keys=True).encode()


def _plain(value: Any) -> Any:
    """Attributes in a form that is the same before and after writing: NumPy's numbers as Python's, exactly."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    # in hexadecimal, because NaN is not JSON and the last digit matters
    return float(value).hex() if isinstance(value, float) else value
