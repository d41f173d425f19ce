"""Export of a sweep's table as rows and columns: CSV and parquet."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .._files import put_whole
from ..errors import MissingPackage, WavesimError
from ._answer import Status

if TYPE_CHECKING:
    import pandas
    import xarray


def to_csv(dataset: xarray.Dataset, path: str | os.PathLike[str]) -> Path:
    """Write the table as CSV, one line for each row of the sweep: ``to_csv(table, "sweep.csv")``; whole or not at all.

    Numbers are written with all their digits; an unknown number is left empty. See `as_rows` for the columns.

    Returns:
        the path.

    Raises:
        WavesimError: if the file cannot be written.
    """
    return _written(Path(path), lambda: as_rows(dataset).to_csv(index=False, lineterminator="\n").encode())


def to_parquet(dataset: xarray.Dataset, path: str | os.PathLike[str]) -> Path:
    """Write the table as parquet, see `to_csv`: smaller, typed, exact.

    Returns:
        the path.

    Raises:
        MissingPackage: if pyarrow is not installed.
        WavesimError: if the file cannot be written.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise MissingPackage(
            "parquet files need the package pyarrow, which is not installed; pip install wavesim[parquet], or ask for CSV."
        ) from None
    return _written(Path(path), lambda: as_rows(dataset).to_parquet(None, engine="pyarrow", index=False))


def as_rows(dataset: xarray.Dataset) -> pandas.DataFrame:
    """The table with one row for each row of the sweep, in order.

    Columns: the axes, the paths tied to them, and the measured quantities, with their units (``"height (eV)"``); `status` as a word.
    """
    import pandas as pd

    labels = [*dataset.dims, *(name for name in dataset.coords if name not in dataset.dims)]
    flat = dataset.to_dataframe(dim_order=list(dataset.dims)).reset_index()
    flat["status"] = [Status(value).name.lower() for value in flat["status"]]
    order = [str(name) for name in (*labels, *dataset.data_vars)]
    return pd.DataFrame({_titled(name, dataset[name].attrs.get("units", "")): flat[name] for name in order})


def _titled(name: str, unit: str) -> str:
    if unit in ("", "1"):
        return name
    return f"{name} ({'natural units' if unit == 'natural' else unit})"


def _written(target: Path, content: Callable[[], bytes]) -> Path:
    try:
        put_whole(target, content())
    except OSError as error:
        raise WavesimError(
            f"{target} must be a place that can be written, but cannot be: {error.strerror or error}; choose another."
        ) from None
    return target
