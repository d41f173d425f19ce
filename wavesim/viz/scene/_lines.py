"""The curves beside a picture: those of a report with theory, or probabilities from the frames of a bare result."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from ..._typing import DIMENSIONLESS, LENGTH, TIME, Dimension
from ...units import UnitSystem
from .._colors import role_color
from .._numbers import display_name
from ._scene import Line, Scene
from ._window import result_of

if TYPE_CHECKING:
    from ...analysis import Curve, Quantity, Report
    from ...propagation import Result

_MOST = 4
# dimensionless curves that are probabilities
_SHARES = ("probability", "population", "transmission", "reflection", "survival")


def short_name(name: str) -> str:
    """The short form of ``transmitted_probability`` beside an axis that is labeled probability."""
    return name.removesuffix("_probability").removesuffix("_population").replace("_", " ")


def report_lines(report: Report, density: list[np.ndarray], units: UnitSystem) -> tuple[tuple[Line, ...], str]:
    """The curves over the frames of the run with the dimension of the first, and the label of their axis."""
    result = result_of(report)
    timed = [c for c in report.curves.values() if np.array_equal(c.points, result.times)]
    if not timed:
        return result_lines(result, density, units)
    first = timed[0]
    selected = [c for c in timed if c.dimension == first.dimension][:_MOST]
    lines = tuple(_line(curve, report.quantities.get(curve.name), index, units) for index, curve in enumerate(selected))
    return lines, _axis_of(selected, units)


@dataclasses.dataclass(frozen=True)
class Bundle:
    """Curves over the same points in one panel, with the labels of its axes; `along` is the dimension of the points."""

    points: np.ndarray
    lines: tuple[Line, ...]
    across: str
    up: str
    along: Dimension

    @property
    def span(self) -> tuple[float, float]:
        """First and last point, with a positive length even for a single one."""
        first, last = float(self.points[0]), float(self.points[-1])
        return first, last if last > first else first + 1.0


def bundle_of(report: Report, units: UnitSystem, timed: bool = True) -> Bundle | None:
    """The first curve of the report and those with its points and dimension, for one panel; None without curves.

    Args:
        report: the report.
        units: units of the labels.
        timed: False leaves out curves over time.
    """
    candidates = [curve for curve in report.curves.values() if timed or curve.along[1] != TIME]
    if not candidates:
        return None
    first = candidates[0]
    name, dimension = first.along
    selected = [c for c in candidates if c.dimension == first.dimension and np.array_equal(c.points, first.points)][
        :_MOST
    ]
    ends = report.quantities if dimension == TIME else {}
    lines = tuple(_line(curve, ends.get(curve.name), index, units) for index, curve in enumerate(selected))
    points = np.asarray(first.points) / units.scale(dimension)
    label = units.label(name.replace("_", " "), dimension)
    return Bundle(points, lines, label, _axis_of(selected, units), dimension)


def timed_bundle(scene: Scene) -> Bundle:
    """The scene's curves over time."""
    return Bundle(scene.times, scene.lines, scene.labels["time"], scene.labels["curves"], TIME)


def _line(curve: Curve, quantity: Quantity | None, index: int, units: UnitSystem) -> Line:
    """A curve of a report, in shown units; `quantity` is its final number."""
    scale = units.scale(curve.dimension)
    ends = {} if quantity is None else quantity.theory
    if quantity is not None and next(iter(ends), "") == "propagation":
        # the curve is from that propagation, but the number is from another method
        ends = {"scattering_states": quantity.value}
    final = next(iter(ends.values())) / scale if ends else None
    kinds = [(display_name(name), np.asarray(values) / scale) for name, values in curve.theory.items()]
    # the curve is not corrected as its final number is, and has its own bar
    error = curve.error
    return Line(
        name=short_name(curve.name),
        color=role_color(curve.name, index),
        values=np.asarray(curve.values) / scale,
        theory=kinds[0][1] if kinds else None,
        final=None if kinds else final,
        error=error / scale,
        kind=kinds[0][0] if kinds else "theory" if final is None else display_name(next(iter(ends))),
        others=tuple(kinds[1:]),
    )


def _axis_of(curves: list[Curve], units: UnitSystem) -> str:
    """The label of the common axis of the curves."""
    dimension = curves[0].dimension
    if len(curves) == 1 and not any(word in curves[0].name for word in _SHARES):
        return units.label(short_name(curves[0].name), dimension)
    if dimension == DIMENSIONLESS:
        shares = any(word in curve.name for curve in curves for word in _SHARES)
        return "probability" if shares else short_name(curves[0].name)
    return units.label(dimension.name, dimension)


def result_lines(result: Result, density: list[np.ndarray], units: UnitSystem) -> tuple[tuple[Line, ...], str]:
    """The curves of a bare result: probabilities left of, inside and right of a barrier or in two wells, else <x>."""
    from ...potentials import two_wells_of

    if not len(result.psi):
        return _series(result), "probability"
    problem, grid = result.problem, result.numerics.grid
    low, high = (float(end) for end in problem.potential.support(1e-3))
    wells = None if problem.open else two_wells_of(problem.potential, float(problem.mass))
    if wells is not None:
        left, right = _sides(result, density, wells.divide, wells.divide)
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
    from ...regions import Before, Beyond

    line = result.numerics.grid.axis(0)
    step = float(line.spacing[0])
    parts = [density[0] @ np.asarray(region.fraction(line)) * step for region in (Before(left), Beyond(right))]
    return parts[0], parts[1]


def _series(result: Result) -> tuple[Line, ...]:
    """The recorded dimensionless numbers, for a run whose psi was not kept."""
    selected = [
        (name, values)
        for name, values in result.series.items()
        if result.problem.measure[name].dimension == DIMENSIONLESS and not np.iscomplexobj(values)
    ][:_MOST]
    return tuple(Line(short_name(name), role_color(name, i), values) for i, (name, values) in enumerate(selected))
