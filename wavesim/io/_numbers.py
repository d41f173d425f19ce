"""The numbers and curves of a report, and theory's, as variables of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis import Curve, Report
from ..units import UnitSystem

if TYPE_CHECKING:
    import xarray

# dimensions, values, attributes
Variable = tuple[tuple[str, ...], np.ndarray, dict[str, Any]]
# by the variable's name
Variables = dict[str, Variable]


def described(dims: str | tuple[str, ...], values: Any, name: str, unit: str) -> Variable:
    """A variable with its name in words and its unit."""
    return (dims,) if isinstance(dims, str) else dims, np.asarray(values), {"long_name": name, "units": unit}


def report_variables(report: Report, units: UnitSystem) -> Variables:
    """Numbers as ``quantity_...`` with their error bar and theory as attributes, curves as ``curve_...`` and ``theory_...``.

    Curves over other points than the first curve along that coordinate get their own, such as ``energy_NAME``.
    """
    variables: Variables = {}
    for quantity in report.quantities.values():
        scale = units.scale(quantity.dimension)
        entry = described((), quantity.value / scale, quantity.name.replace("_", " "), units.symbol(quantity.dimension))
        entry[2]["error"] = quantity.error / scale
        entry[2].update({f"theory_{kind}": value / scale for kind, value in quantity.theory.items()})
        variables[f"quantity_{quantity.name}"] = entry
    lines: dict[str, np.ndarray] = {}
    if report.record is not None:
        grid = report.result.numerics.grid
        axes = {name: np.asarray(line).ravel() for name, line in zip("xyz", grid.position, strict=False)}
        lines = {"time": report.result.times, **axes}
    for curve in report.curves.values():
        variables |= _curve(curve, units, lines)
    return variables


def _curve(curve: Curve, units: UnitSystem, lines: dict[str, np.ndarray]) -> Variables:
    """The variables of one curve; its coordinate is added to `lines` if it is not among them."""
    words, unit, scale = curve.name.replace("_", " "), units.symbol(curve.dimension), units.scale(curve.dimension)
    along, dimension = curve.along
    line = next(
        (
            name
            for name in (along, f"{along}_{curve.name}")
            if np.array_equal(lines.get(name, curve.points), curve.points)
        ),
        f"{along}_{curve.name}",
    )
    lines[line] = curve.points
    points = described(line, np.asarray(curve.points) / units.scale(dimension), along, units.symbol(dimension))
    error = np.asarray(curve.error) / scale
    variables = {
        line: points,
        f"curve_{curve.name}": described(line, np.asarray(curve.values) / scale, words, unit),
        f"curve_{curve.name}_error": described(
            line if error.ndim else (),
            error,
            f"error bar of {words}" + ("" if error.ndim else ", at its worst point"),
            unit,
        ),
    }
    for kind, values in curve.theory.items():
        text = f"{words} by theory: {kind}".replace("_", " ")
        variables[f"theory_{curve.name}_{kind}"] = described(line, np.asarray(values) / scale, text, unit)
    return variables


def time_curves(dataset: xarray.Dataset, stride: int) -> dict[str, dict[str, Any]]:
    """The curves over time that `report_variables` wrote, at every `stride`-th time."""
    curves: dict[str, dict[str, Any]] = {}
    for variable in map(str, dataset.data_vars):
        name = variable.removeprefix("curve_")
        if name == variable or dataset[variable].dims != ("time",) or f"{variable}_error" not in dataset:
            continue
        error = dataset[f"{variable}_error"].values
        theories = {
            kind.removeprefix(f"theory_{name}_"): dataset[kind].values[::stride]
            for kind in map(str, dataset.data_vars)
            if kind.startswith(f"theory_{name}_")
        }
        values = dataset[variable].values[::stride]
        curves[name] = {
            "values": values,
            "error": error[::stride] if error.ndim else float(error),
            "theory": theories,
        }
    return curves
