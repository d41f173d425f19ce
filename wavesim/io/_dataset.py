"""A result as an ``xarray.Dataset``: arrays in the units of the scenario, and attributes from which the result is restored."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from .._typing import DIMENSIONLESS, ENERGY, LENGTH, TIME
from .._version import __version__
from ..analysis import Report
from ..errors import MissingPackage, WavesimError
from ..problem import Problem
from ..propagation import Numerics, Result
from ..unfolding import unfolded
from ..units import UnitSystem
from ._codec import decoded, encoded
from ._netcdf import json_of
from ._numbers import Variables, described, report_variables

if TYPE_CHECKING:
    import xarray

# version of the format; 2 added a digest of the content
FORMAT = 2
# largest size of psi in a dataset [bytes]
_MOST_BYTES = 200e6
_AXES = ("x", "y", "z")


def to_xarray(
    source: Result | Report, *, units: UnitSystem | None = None, provenance: Mapping[str, str] | None = None
) -> xarray.Dataset:
    """A result as an ``xarray.Dataset``: psi over ``frame_time`` and space, the series over ``time``, everything with its unit.

    psi is thinned to at most 200 MB of evenly spaced frames; the series keep every frame. A report adds its numbers as
    ``quantity_...``, its curves as ``curve_...`` over ``time``, ``energy`` or another coordinate, and theory's as ``theory_...``;
    a report without a run has nothing else.

    Args:
        source: the result, or the report that holds it.
        units: the units of the arrays, by default those of the problem; attributes keep what `load` needs exactly, in internal units.
        provenance: further text attributes, such as the scenario and its hash.

    Raises:
        MissingPackage: if xarray is not installed.
    """
    xr = xarray_package()
    variables, attributes = content(source, units, provenance)
    coordinates = {name: variable for name, variable in variables.items() if variable[0] == (name,)}
    return xr.Dataset(
        {name: variable for name, variable in variables.items() if name not in coordinates}, coordinates, attributes
    )


def content(
    source: Result | Report, units: UnitSystem | None, provenance: Mapping[str, str] | None
) -> tuple[Variables, dict[str, Any]]:
    """The variables and the attributes of `to_xarray`."""
    result = source.record if isinstance(source, Report) else source
    if units is None:
        units = source.units if isinstance(source, Report) else source.problem.shown_in
    variables: Variables = {}
    attributes: dict[str, Any] = {"wavesim_format": FORMAT, "Conventions": "CF-1.11"}
    if isinstance(source, Report):
        variables |= report_variables(source, units)
    if result is not None:
        variables |= _record(result, units)
        attributes |= _facts(result, units)
    return variables, {**attributes, **_versions(), **(provenance or {})}


def _record(result: Result, units: UnitSystem) -> Variables:
    """psi, the potential, the absorbed probability and the series of a run, with their coordinates."""
    grid, stride = result.numerics.grid, _stride(result)
    axes = _AXES[: grid.dimension]
    length, time = units.scale(LENGTH), units.scale(TIME)
    amplitude = "1" if units.natural else f"{units.length}^(-{grid.dimension}/2)"
    root = length ** (grid.dimension / 2)
    kept = result.psi[::stride] if len(result.psi) else result.psi
    problem = result.problem
    # unfolded, a structure with masses of its own gives its band edge
    potential = unfolded(problem).potential if problem.ends is None else problem.potential
    start = np.asarray(potential.sample(grid, mass=problem.mass)) / units.scale(ENERGY)
    moments = result.times[::stride][: len(kept)] / time
    variables = {
        "psi": described(("frame_time", *axes), kept * root, "wave function", amplitude),
        "psi_final": described(axes, result.final * root, "wave function at the end", amplitude),
        "potential": described(axes, start, "potential, as the grid has it, at time 0", units.symbol(ENERGY)),
        "time": described("time", result.times / time, "time", units.symbol(TIME)),
        "frame_time": described("frame_time", moments, "time of the kept frames of psi", units.symbol(TIME)),
    }
    for name, line in zip(axes, grid.position, strict=True):
        variables[name] = described(name, np.asarray(line).ravel() / length, f"position {name}", units.symbol(LENGTH))
    for side, values in zip(("left", "right"), result.absorbed.T, strict=True):
        variables[f"absorbed_{side}"] = described("time", values, f"probability absorbed on the {side} so far", "1")
    for name, values in result.series.items():
        measured = result.problem.measure.get(name)
        dimension = measured.dimension if measured is not None else DIMENSIONLESS
        variables[f"series_{name}"] = described(
            "time", values / units.scale(dimension), name.replace("_", " "), units.symbol(dimension)
        )
    return variables


def restored(dataset: xarray.Dataset, problem: Problem | None) -> Result:
    """The result from a dataset of `to_xarray`, with `problem` in place of the stored one if given."""
    if "numerics" not in dataset.attrs:
        raise WavesimError(
            "the file must hold a run, but holds the numbers of a report without one; read it by xarray.open_dataset."
        )
    facts = {name: json_of(dataset.attrs[name]) for name in ("problem", "numerics", "units", "run")}
    units = UnitSystem(**facts["units"])
    if problem is None:
        if facts["problem"] is None:
            raise WavesimError(
                "the file's problem had a Python function or a class of your own in it, which no file can hold; give load(path, problem=...)."
            )
        problem = decoded(facts["problem"])
    numerics = decoded(facts["numerics"])
    if not (isinstance(problem, Problem) and isinstance(numerics, Numerics)):
        raise WavesimError("the file must hold a problem and its numerics, but holds something else; run it again.")
    _must_fit(dataset, numerics, facts["run"])
    root = units.scale(LENGTH) ** (numerics.grid.dimension / 2)
    stride = facts["run"]["stride"]
    times = dataset["time"].values * units.scale(TIME)
    series = {}
    for name in dataset.data_vars:
        if str(name).startswith("series_"):
            short = str(name)[len("series_") :]
            measured = problem.measure.get(short)
            scale = units.scale(measured.dimension) if measured is not None else 1.0
            series[short] = dataset[name].values[::stride] * scale
    absorbed = np.stack([dataset["absorbed_left"].values, dataset["absorbed_right"].values], axis=1)
    return Result(
        problem=problem,
        numerics=dataclasses.replace(numerics, frames=numerics.frames // stride),
        times=times[::stride],
        psi=dataset["psi"].values.astype(dataset["psi_final"].dtype, copy=False) / root,
        series=series,
        absorbed=absorbed[::stride],
        final=dataset["psi_final"].values / root,
        complete=facts["run"]["complete"],
        wall_s=facts["run"]["wall_s"],
        device=facts["run"]["device"],
    )


def stride_of(dataset: xarray.Dataset) -> int:
    """The number of times for each kept frame of psi."""
    return int(json_of(dataset.attrs["run"])["stride"])


def _must_fit(dataset: xarray.Dataset, numerics: Numerics, run: dict[str, Any]) -> None:
    """Refuse arrays that do not belong to the numerics.

    Raises:
        WavesimError: if the shapes differ from those of the numerics, or psi is not finite or zero everywhere.
    """
    if absent := {"time", "frame_time", "psi", "psi_final"}.difference(map(str, dataset.variables)):
        raise WavesimError(f"the file must hold {', '.join(sorted(absent))}, but does not; run it again.")
    frames, stride = dataset.sizes["frame_time"], run["stride"]
    series = dataset.sizes["time"]
    psi, final = dataset["psi"].values, dataset["psi_final"].values
    fitting = (
        isinstance(stride, int)
        and 0 < stride <= numerics.frames
        and psi.shape in ((frames, *numerics.grid.points), (0, *numerics.grid.points))
        and final.shape == numerics.grid.points
        and (frames == 0 or len(dataset["time"].values[::stride]) == frames)
        and series <= numerics.frames + 1
    )
    if not fitting:
        raise WavesimError(
            f"the file must hold psi on {' x '.join(map(str, numerics.grid.points))} points at its times, but its arrays have other shapes; run it again."
        )
    if not np.isfinite(psi).all() or not np.isfinite(final).all() or not np.any(psi[:1] if len(psi) else final):
        raise WavesimError("psi must be finite and not zero everywhere, but in this file it is not; run it again.")


def _stride(result: Result) -> int:
    """The smallest thinning that evenly divides the frames and keeps psi below its limit."""
    frames = result.numerics.frames
    return next(
        d for d in range(1, frames + 1) if frames % d == 0 and (d == frames or result.psi.nbytes / d <= _MOST_BYTES)
    )


def _facts(result: Result, units: UnitSystem) -> dict[str, Any]:
    try:
        problem: Any = encoded(result.problem)
    except TypeError:
        problem = None
    run = {"complete": result.complete, "wall_s": result.wall_s, "device": result.device, "stride": _stride(result)}
    texts = {"problem": problem, "numerics": encoded(result.numerics), "units": dataclasses.asdict(units), "run": run}
    return {name: json.dumps(value) for name, value in texts.items()}


def _versions() -> dict[str, str]:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return {"wavesim": __version__, "jax": version("jax"), "numpy": version("numpy"), "created": now}


def xarray_package() -> Any:
    """The module xarray.

    Raises:
        MissingPackage: if it is not installed.
    """
    try:
        import xarray
    except ImportError:
        raise MissingPackage(
            "files need the package xarray, which is not installed; pip install xarray h5netcdf[h5py]."
        ) from None
    return xarray
