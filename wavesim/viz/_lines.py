"""The curves beside a picture: those of a report, with theory, or what the frames of a bare result tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._typing import DIMENSIONLESS, LENGTH
from ..units import UnitSystem
from ._colors import role_color
from ._scene import Line

if TYPE_CHECKING:
    from ..analysis import Report
    from ..propagation import Result

_MOST = 4


def short_name(name: str) -> str:
    """``transmitted_probability`` as a reader says it beside an axis that is called probability."""
    return name.removesuffix("_probability").removesuffix("_population").replace("_", " ")


def report_lines(report: Report, density: list[np.ndarray], units: UnitSystem) -> tuple[tuple[Line, ...], str]:
    """The curves of the report that share the first one's dimension, and what their axis is called."""
    if not report.curves:
        return result_lines(report.result, density, units)
    first = next(iter(report.curves.values()))
    chosen = [c for c in report.curves.values() if c.dimension == first.dimension][:_MOST]
    scale = units.scale(first.dimension)
    lines = []
    for index, curve in enumerate(chosen):
        quantity = report.quantities.get(curve.name)
        final = next(iter(quantity.theory.values())) / scale if quantity is not None and quantity.theory else None
        theory = np.asarray(next(iter(curve.theory.values()))) / scale if curve.theory else None
        error = curve.error if theory is not None or quantity is None else quantity.error
        values = np.asarray(curve.values) / scale
        ends = None if theory is not None else final
        color = role_color(curve.name, index)
        lines.append(Line(short_name(curve.name), color, values, theory, ends, error / scale))
    if first.dimension == DIMENSIONLESS:
        return tuple(lines), "probability"
    return tuple(lines), units.label(lines[0].name if len(lines) == 1 else first.dimension.name, first.dimension)


def result_lines(result: Result, density: list[np.ndarray], units: UnitSystem) -> tuple[tuple[Line, ...], str]:
    """Without a report: the probability left, inside and right of the barrier or on both sides of a double well, else <x>."""
    from ..potentials import AbstractDoubleWell

    if not len(result.psi):
        return _series(result), "probability"
    problem, grid = result.problem, result.numerics.grid
    low, high = (float(end) for end in problem.potential.support(1e-3))
    if isinstance(problem.potential, AbstractDoubleWell):
        left, right = _sides(result, density, problem.potential.divide, problem.potential.divide)
        return (Line("left", role_color("left", 0), left), Line("right", role_color("right", 1), right)), "probability"
    if problem.open and high > low:
        left, right = _sides(result, density, low, high)
        left, right = left + result.absorbed[:, 0], right + result.absorbed[:, 1]
        inside = density[0].sum(axis=1) * float(grid.spacing[0]) + result.absorbed.sum(axis=1) - left - right
        names = ("left of it", "in the barrier", "right of it")
        colors = (role_color("left", 0), role_color("remaining", 1), role_color("right", 2))
        return tuple(Line(n, c, v) for n, c, v in zip(names, colors, (left, inside, right), strict=True)), "probability"
    x = float(grid.lower[0]) + float(grid.spacing[0]) * np.arange(grid.points[0])
    mean = (density[0] * x).sum(axis=1) / density[0].sum(axis=1) / units.scale(LENGTH)
    return (Line("mean position", role_color("", 0), mean),), units.label("mean position", LENGTH)


def _sides(result: Result, density: list[np.ndarray], left: float, right: float) -> tuple[np.ndarray, np.ndarray]:
    from ..regions import Before, Beyond

    line = result.numerics.grid.axis(0)
    step = float(line.spacing[0])
    parts = [density[0] @ np.asarray(region.fraction(line)) * step for region in (Before(left), Beyond(right))]
    return parts[0], parts[1]


def _series(result: Result) -> tuple[Line, ...]:
    """Recorded numbers without a dimension, where psi was not kept."""
    chosen = [
        (name, values)
        for name, values in result.series.items()
        if result.problem.measure[name].dimension == DIMENSIONLESS and not np.iscomplexobj(values)
    ][:_MOST]
    return tuple(Line(short_name(name), role_color(name, i), values) for i, (name, values) in enumerate(chosen))
