"""User-defined observables: their final values as numbers with error bars."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from ..._typing import Dimension
from ...errors import ArgumentError
from ...problem import Problem
from ...propagation import FrameSum, Result
from ...unfolding import without_walls
from ._question import Reading
from ._report import Report


def measured_readings(problem: Problem, names: tuple[str, ...], result: Result) -> dict[str, Reading]:
    """The last value of each of the user's observables, in a box without absorber.

    With an absorber there is none, since the probability left in the box, and with it the value, depends on the box.

    Args:
        problem: the problem as given, without the question's observables.
        names: names of the user's observables.
        result: record of a run.
    """
    if result.numerics.absorber is not None:
        return {}
    return {
        name: end_of_series(result, name, problem.measure[name].dimension)
        for name in names
        if not np.iscomplexobj(result.series[name])
    }


def end_of_series(result: Result, name: str, dimension: Dimension) -> Reading:
    """The last value of an observable; for a conserved one the first, which has no error of step and grid yet."""
    values, conserved = result.series[name], is_conserved(result, name)
    scale = float(np.max(np.abs(values))) or 1.0
    return Reading(float(values[0 if conserved else -1]), dimension, scale=scale, at_start=name if conserved else "")


def is_conserved(result: Result, name: str) -> bool:
    """Whether an observable of the run is conserved: nothing absorbs, and V is static if it must be."""
    problem = result.problem
    observable = without_walls(problem.measure[name])
    kept = observable.conserved or (observable.conserved_at_rest and problem.potential.static)
    return kept and result.numerics.absorber is None


def unconserved(numbers: dict[str, FrameSum], result: Result) -> dict[str, FrameSum]:
    """The numbers that are not conserved."""
    return {
        name: number
        for name, number in numbers.items()
        if number.absorbed.any() or not all(is_conserved(result, series) for series in number.series)
    }


def measured_numbers(names: tuple[str, ...], result: Result) -> dict[str, FrameSum]:
    """The numbers of `measured_readings` as sums over the record, for their gradients."""
    if result.numerics.absorber is not None:
        return {}
    frames = result.numerics.frames
    return {
        name: FrameSum.at(frames, frames, {name: 1.0}) for name in names if not np.iscomplexobj(result.series[name])
    }


def refuse_taken(names: Iterable[str], taken: Iterable[str]) -> None:
    """Raise if an observable has the name of one of the question's own observables or numbers.

    Raises:
        ArgumentError: if a name is taken.
    """
    if both := sorted(set(names) & set(taken)):
        raise ArgumentError(
            f"measure.{both[0]}",
            "must have a name of its own, but the question has something of that name; rename it.",
        )


def note_on(name: str, notes: Iterable[str]) -> str:
    """The note of `without_bars` on one of the user's observables; "" if there is none."""
    matching = (note for note in notes if name in note.partition(" of [measure] ")[0].split(", "))
    return next(matching, "")


def without_bars(report: Report, names: tuple[str, ...]) -> Report:
    """The report with a note on each of the user's observables that is none of its numbers."""
    missing = [name for name in names if name not in report.quantities]
    if not missing:
        return report
    result, verb = report.record, "is" if len(missing) == 1 else "are"
    if result is None:
        fate = "not recorded, for nothing was propagated"
    elif result.numerics.absorber is None:
        fate = "recorded without an error bar, for complex numbers have none"
    else:
        fate = 'recorded without an error bar, for what the absorber leaves depends on the box; write absorber = "none" for one'
    note = f"{', '.join(missing)} of [measure] {verb} {fate}."
    return dataclasses.replace(report, notes=(*report.notes, note))
