"""Results to and from netCDF files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._checks import known_keywords
from .._files import put_whole
from .._text import described
from ..analysis import Report
from ..errors import MissingPackage, WavesimError
from ..problem import Problem
from ..propagation import Result
from ..units import UnitSystem
from ._dataset import FORMAT, content, restored, stride_of, xarray_package
from ._netcdf import must_agree, netcdf, read_netcdf
from ._numbers import time_curves
from ._planes import packed

if TYPE_CHECKING:
    import xarray


@known_keywords()
def save(
    source: Result | Report,
    path: str | os.PathLike[str],
    *,
    units: UnitSystem | None = None,
    provenance: Mapping[str, str] | None = None,
) -> Path:
    """Write a result as netCDF (HDF5): ``save(report, "result.nc")``; the file is complete or not written at all.

    In one dimension every number is exact. In more, psi at the frames is rounded to about a millionth of its largest value, in single precision,
    and compressed to a seventh of the bytes; psi at the end, the series and the curves are exact.

    Args:
        source, units, provenance: see `to_xarray`.
        path: where to write it.

    Returns:
        the path.

    Raises:
        MissingPackage: if h5netcdf is not installed.
        WavesimError: if the folder cannot be written.
    """
    target = Path(path)
    _need_h5netcdf()
    try:
        variables, attributes = content(source, units, provenance)
        put_whole(target, netcdf(packed(variables), attributes))
    except OSError as error:
        raise WavesimError(
            f"{target} must be a place that can be written, but cannot be: {error.strerror or error}; choose another."
        ) from None
    return target


@known_keywords()
def load(path: str | os.PathLike[str], *, problem: Problem | None = None) -> Result:
    """Read back a result that `save` wrote: ``result = load("result.nc")``, for pictures, movies and analysis.

    If psi was thinned, the whole record is thinned to its frames.

    Args:
        path: the file.
        problem: the problem, for a file whose problem had a Python function or a class of your own in it, which no file can hold.

    Raises:
        MissingPackage: if xarray or h5netcdf is not installed.
        WavesimError: if there is no such file, it is damaged, or it is not one of wavesim's.
    """
    return _restored(_opened(Path(path)), path, problem)


def load_with_curves(path: str | os.PathLike[str]) -> tuple[Result, dict[str, str], dict[str, dict[str, Any]]]:
    """The result of `load`, its text attributes, and the curves over time of a report, in the units of the file.

    Args:
        path: the file.

    Returns:
        the result; the attributes; the curves by name, each with its `values` and `error` at the result's times, and `theory` by name.

    Raises:
        MissingPackage, WavesimError: as `load`.
    """
    dataset = _opened(Path(path))
    return _restored(dataset, path, None), _texts(dataset), time_curves(dataset, stride_of(dataset))


def _restored(dataset: xarray.Dataset, path: object, problem: Problem | None) -> Result:
    try:
        return restored(dataset, problem)
    except WavesimError:
        raise
    except Exception as error:
        raise WavesimError(
            f"{path} lacks what a result needs ({described(error)}); it was changed, or written by another version of wavesim."
        ) from None


def attributes(path: str | os.PathLike[str]) -> dict[str, str]:
    """The text attributes of a file that `save` wrote: versions, date, scenario and hash, units."""
    return _texts(_opened(Path(path)))


def _texts(dataset: xarray.Dataset) -> dict[str, str]:
    return {str(name): str(value) for name, value in dataset.attrs.items()}


def _opened(target: Path) -> xarray.Dataset:
    if not target.is_file():
        raise WavesimError(f"no such file: {target}{_near(target)}")
    xarray_package()
    _need_h5netcdf()
    try:
        dataset = read_netcdf(target)
    except WavesimError:
        raise
    except Exception as error:
        raise WavesimError(
            f"{target} must be a netCDF file, but cannot be read as one; it is damaged or of another kind ({type(error).__name__})."
        ) from None
    if dataset.attrs.get("wavesim_format") != FORMAT:
        raise WavesimError(
            f"{target} must be a result of wavesim (format {FORMAT}), but is another netCDF file, or of another version; give a result.nc."
        )
    must_agree(target, dataset)
    return dataset


def _need_h5netcdf() -> None:
    try:
        import h5netcdf  # noqa: F401
        import h5py  # noqa: F401
    except ImportError:
        raise MissingPackage(
            "netCDF files need the package h5netcdf, which is not installed; pip install h5netcdf[h5py]."
        ) from None


def _near(target: Path) -> str:
    """The end of the message on a missing file, with the name that was meant if a folder was named."""
    inside = target / "result.nc"
    if inside.is_file():
        return f", which is a folder; did you mean {inside}?"
    return "; check the path."
