"""The numbers and curves of a question from one trial, each with its error bar."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..._typing import DIMENSIONLESS, LENGTH, TIME, Dimension
from ...observables import Energy, ProbabilityIn
from ...problem import Problem
from ...propagation import Result
from ...unfolding import without_walls
from ._accuracy import CUT_ORDER, combined, rounding
from ._measured import measured_readings, refuse_taken
from ._question import Predictions, Reading
from ._repeat import Trial
from ._report import Curve, Quantity
from .residuals import initial_interpolations, interpolation_change, interpolations

if TYPE_CHECKING:
    from ._record import AbstractRecordQuestion

# smallest error of a point of a pattern, relative to the largest one
_LEAST_SHARE = 0.1


def quantities_of(
    problem: Problem,
    question: AbstractRecordQuestion,
    names: tuple[str, ...],
    trial: Trial,
    least: float,
    predict: Callable[[float], Predictions],
) -> dict[str, Quantity]:
    result = trial.result
    # theory may take as long as a run, and is left out after an interruption
    predictions = {} if trial.interrupted else predict(float(result.times[-1]))
    echo = _absorber_error(question, result, question.final_echo)
    curves = {id(run): question.curves(run) for run in trial.results} if trial.repetitions else {}
    all_curves = _side_by_side(curves, result) if trial.compares_three_grids else None
    read = {}
    for run in trial.results:
        own = question.readings(run)
        refuse_taken(names, own)
        read[id(run)] = own | measured_readings(problem, names, run)
    quantities = {}
    for name, reading in read[id(result)].items():

        def number(run: Result, name: str = name) -> float:
            return read[id(run)][name].repeatable

        def course(run: Result, name: str = name) -> np.ndarray:
            return curves[id(run)][name][0]

        own_order = _order_of_reading(question, name, reading.dimension, result, name in names)
        amplitude = _amplitude(reading)
        floor = 0.0 if trial.residuals or question.compares_grids else least * _size(question, reading.scale, amplitude)
        record = course if name in curves.get(id(result), {}) else None
        budget = trial.budget(number, amplitude, floor, own_order, record, all_curves)
        shift = float(trial.shift(number))
        if trial.residuals or (reading.at_start and not problem.state.bound):
            shift, budget["grid"] = grid_error(question, name, read[id(result)], trial)
        if trial.residuals:
            if trial.has_step_defects:
                budget["time_step"] = step_error(question, name, read[id(result)], trial)
        if echo is not None:
            budget["absorber"] = echo * reading.scale
        elif trial.wrapped_probability and not reading.at_start:
            grid = result.numerics.grid
            length = float(grid.upper[0] - grid.lower[0]) if reading.dimension == LENGTH else 0.0
            budget["box"] = trial.wrapped_probability * max(reading.scale, length)
        budget |= reading.own_error
        budget["rounding"] = rounding(result.numerics, float(problem.mass)) * reading.scale
        if reading.compared is not None:
            budget |= _dispute_of_whole(question.made_of(name), quantities)
        error = math.inf if trial.interrupted else combined(budget)
        value = reading.value + shift
        theory = predictions.get(name, {})
        quantities[name] = Quantity(name, value, error, reading.dimension, budget, theory, part_of=reading.part_of)
    return quantities


def _order_of_reading(
    question: AbstractRecordQuestion, name: str, dimension: Dimension, result: Result, own: bool = False
) -> int | None:
    """The order of a reading's own error in the spacing, on a grid that holds psi; None if it adds no error.

    A probability up to a plane that cuts psi is of fourth order. The energy of deltas is of first order, since their strength is renormalized
    for scattering.
    """
    observable = result.problem.measure.get(name)
    if observable is not None and isinstance(without_walls(observable), Energy) and result.problem.potential.spikes:
        return 1
    return CUT_ORDER if (question.cuts or own) and dimension == DIMENSIONLESS else None


def _side_by_side(
    curves: dict[int, dict[str, tuple[np.ndarray, Dimension]]], result: Result
) -> Callable[[Result], np.ndarray] | None:
    """All curves of a run, shape (frames + 1, curves): probabilities, and others relative to their largest value; None without any.

    A single one, above all with few frames, may agree on two grids by accident.
    """
    own = curves[id(result)]
    scales = {
        name: 1.0 if dimension == DIMENSIONLESS else float(np.max(np.abs(values))) or 1.0
        for name, (values, dimension) in own.items()
    }
    if not scales:
        return None
    return lambda run: np.stack([curves[id(run)][name][0] / scale for name, scale in scales.items()], axis=1)


def _dispute_of_whole(made_of: dict[str, float], quantities: dict[str, Quantity]) -> dict[str, float]:
    """The part of a bar that covers the distance of theory from the numbers that a reading consists of; empty if none is disputed."""
    parts = {number: quantities[number].reaching_theory for number in made_of if number in quantities}
    dispute = math.fsum(abs(made_of[number]) * part.budget.get("dispute", 0.0) for number, part in parts.items())
    return {"dispute": dispute} if dispute else {}


def _absorber_error(
    question: AbstractRecordQuestion, result: Result, echo_of: Callable[[Result], float]
) -> float | None:
    """The error of the absorbers in a number of order one; None without absorbers."""
    absorber = result.numerics.absorber
    return None if absorber is None else question.leak(result.problem, absorber) + echo_of(result)


def grid_error(
    question: AbstractRecordQuestion, name: str, readings: dict[str, Reading], trial: Trial
) -> tuple[float, float]:
    """The correction of a reading for the grid, and its uncertainty; a number without a residual is wholly uncertain."""
    reading, shift, error = readings[name], 0.0, 0.0
    if reading.at_start:
        changes, unknown = interpolation_change(
            trial.result, reading.at_start, [0], initial_interpolations(trial.result)
        )
        return float(changes[0]), float(unknown[0])
    for number, weight in question.made_of(name).items():
        residual = trial.residuals.get(number)
        if residual is None:
            error += abs(weight * readings[number].value)
            continue
        shift += weight * residual.correction
        bar = residual.error(_room(reading))
        # a probability cannot be off by more than 1
        error += abs(weight) * (min(bar, 1.0 + abs(residual.correction)) if _is_probability(reading) else bar)
    # the correction of the number compared between runs is not that of the value, which is uncertain by as much
    return (shift, error) if reading.compared is None else (0.0, error + abs(shift))


def step_error(question: AbstractRecordQuestion, name: str, readings: dict[str, Reading], trial: Trial) -> float:
    """The error of the time step in a reading; a number without a defect is wholly uncertain."""
    reading, error = readings[name], 0.0
    if reading.at_start:
        return 0.0
    for number, weight in question.made_of(name).items():
        residual = trial.residuals.get(number)
        if residual is None or residual.step is None:
            error += abs(weight * readings[number].value)
        else:
            error += abs(weight) * residual.step.error(_room(reading))
    return min(error, 1.0) if _is_probability(reading) else error


def curve_error(
    trial: Trial, scale: float, between: np.ndarray, uncertain: float, number: tuple[float, float]
) -> float:
    """The error of the grid in a curve: the largest error of the headline at the moments for which it has residuals.

    The corrections at these moments are not applied, since they would be jumps in the curve, but included in the bar, as is that of the number
    at its end.

    Args:
        trial: the run, with residuals at some moments.
        scale: scale of the curve.
        between: correction of the curve at each frame for interpolation between points.
        uncertain: its uncertainty.
        number: the correction of the number of that name at the end, and its uncertainty.
    """
    errors = [abs(number[0] - between[-1]) + number[1]]
    for name, residual in trial.residuals.items():
        _, at, frame = name.partition("@")
        done = between[int(frame) if at else -1]
        errors.append(residual.error(scale) + min(abs(residual.correction - done), abs(residual.correction + done)))
    return max(errors) + uncertain + trial.wrapped_probability * scale


def _step_error_of_curve(trial: Trial, scale: float) -> float:
    """The error of the time step in a curve: the largest one at the moments for which it has defects."""
    steps = [residual.step for residual in trial.residuals.values()]
    return max((math.inf if step is None else step.error(scale) for step in steps), default=math.inf)


def _room(reading: Reading) -> float:
    """The largest possible change of a number; see `Residual.error`."""
    return _amplitude(reading) if reading.scale <= 1 else reading.scale


def _is_probability(reading: Reading) -> bool:
    return reading.dimension == DIMENSIONLESS and reading.scale <= 1


def _between(question: AbstractRecordQuestion, name: str, result: Result) -> tuple[np.ndarray, float]:
    """The change of a probability up to a plane that cuts psi if psi is interpolated between points, at each frame, and its uncertainty."""
    observable = result.problem.measure.get(name)
    if not question.cuts or not isinstance(observable, ProbabilityIn) or result.numerics.grid.dimension > 1:
        return np.zeros(len(result.times)), 0.0
    changes, uncertain = interpolation_change(result, name, range(len(result.times)), interpolations(result))
    return changes, float(uncertain.max())


def _size(question: AbstractRecordQuestion, scale: float, amplitude: float) -> float:
    """The size that the tolerance refers to: the number itself if the tolerance is relative, else 1."""
    if not question.relative:
        return min(scale, 1.0)
    return amplitude if scale < 1 else scale


def _amplitude(reading: Reading) -> float:
    """The largest error that a number can have: for a probability p, the smaller of p and 1 - p."""
    size = abs(reading.repeatable)
    if reading.dimension == DIMENSIONLESS:
        size = min(size, abs(1.0 - size))
    return max(size, 1e-12 * reading.scale)


def curves_of(problem: Problem, question: AbstractRecordQuestion, trial: Trial, least: float) -> dict[str, Curve]:
    result = trial.result
    curves: dict[str, Curve] = {}
    theories = {} if trial.interrupted else question.curve_predictions(problem, result.times)
    echo = _absorber_error(question, result, question.echo)
    readings = question.readings(result) if trial.residuals else {}
    series_of_runs = {id(run): question.curves(run) for run in trial.results}
    all_curves = _side_by_side(series_of_runs, result) if trial.compares_three_grids else None
    for name, (values, dimension) in series_of_runs[id(result)].items():
        largest = float(np.max(np.abs(values))) or 1.0

        def series(run: Result, name: str = name) -> np.ndarray:
            return series_of_runs[id(run)][name][0]

        floor = 0.0 if trial.residuals or question.compares_grids else least * _size(question, largest, largest)
        own_order = _order_of_reading(question, name, dimension, result)
        error = math.fsum(trial.budget(series, largest, floor, own_order, None, all_curves).values())
        if trial.residuals:
            between, uncertain = _between(question, name, result)
            values = values + between
            number = grid_error(question, name, readings, trial) if name in readings else (0.0, 0.0)
            error += curve_error(trial, largest, between, uncertain, number)
            if trial.has_step_defects:
                error += _step_error_of_curve(trial, largest)
        elif trial.wrapped_probability:
            error += trial.wrapped_probability * largest
        error += ((echo or 0.0) + rounding(result.numerics, float(problem.mass))) * largest
        values = values + trial.shift(series)
        error = math.inf if trial.interrupted else error
        curves[name] = Curve(name, result.times, values, dimension, theories.get(name, {}), error, ("time", TIME))
    comparisons = trial.comparisons(question.patterns)
    for name, pattern in question.patterns(result).items():
        worst: dict[str, np.ndarray] = {}
        for repetition, reference, coarse in comparisons:
            difference = repetition.weight * np.abs(reference[name].values - coarse[name].values)
            # a zero of the difference does not mean a zero error
            difference = np.maximum(difference, _LEAST_SHARE * difference.max())
            worst[repetition.source] = np.maximum(difference, worst.get(repetition.source, 0.0))
        error = sum(worst.values(), np.zeros_like(pattern.values))
        error = np.full_like(error, math.inf) if trial.interrupted else error
        curves[name] = dataclasses.replace(pattern, error=error)
    return curves
