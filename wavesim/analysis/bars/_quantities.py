"""What a trial shows: the numbers and the curves of a question, each with its error bar."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..._typing import DIMENSIONLESS, LENGTH, TIME, Dimension
from ...observables import ProbabilityIn
from ...problem import Problem
from ...propagation import Result
from ._accuracy import combined, rounding
from ._measured import measured_readings, refuse_taken
from ._question import Predictions, Reading
from ._repeat import Trial
from ._report import Curve, Quantity
from .residuals import initial_interpolations, interpolation_change, interpolations

if TYPE_CHECKING:
    from ._record import AbstractRecordQuestion

# the least error of a point on a pattern, as a share of the worst point's
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
    # theory may take as long as a run, and nobody waits for it after an interruption
    predictions = {} if trial.interrupted else predict(float(result.times[-1]))
    returned = _returned(question, result, question.final_echo)
    curves = (
        {id(run): question.curves(run) for run in (result, *(run for _, run in trial.again))} if trial.again else {}
    )
    together = _together(curves, result) if trial.shows_rate else None
    read = {}
    for run in (result, *(run for _, run in trial.again)):
        own = question.readings(run)
        refuse_taken(names, own)
        read[id(run)] = own | measured_readings(problem, names, run)
    quantities = {}
    for name, reading in read[id(result)].items():

        def number(run: Result, name: str = name) -> float:
            return read[id(run)][name].repeatable

        def course(run: Result, name: str = name) -> np.ndarray:
            return curves[id(run)][name][0]

        cut = (question.cuts or name in names) and reading.dimension == DIMENSIONLESS
        amplitude = _amplitude(reading)
        floor = 0.0 if trial.residuals or question.compares_grids else least * _size(question, reading.scale, amplitude)
        record = course if name in curves.get(id(result), {}) else None
        budget = trial.budget(number, amplitude, floor, cut, record, together)
        shift = float(trial.shift(number))
        if trial.residuals:
            shift, budget["grid"] = grid_error(question, name, read[id(result)], trial)
            if trial.knows_step:
                budget["time_step"] = step_error(question, name, read[id(result)], trial)
        if returned is not None:
            budget["absorber"] = returned * reading.scale
        elif trial.carried_round and not reading.at_start:
            grid = result.numerics.grid
            length = float(grid.upper[0] - grid.lower[0]) if reading.dimension == LENGTH else 0.0
            budget["box"] = trial.carried_round * max(reading.scale, length)
        budget |= reading.own_error
        budget["rounding"] = rounding(result.numerics, float(problem.mass)) * reading.scale
        if reading.compared is not None:
            budget |= _dispute_of_whole(question.made_of(name), quantities)
        error = math.inf if trial.interrupted else combined(budget)
        value = reading.value + shift
        theory = predictions.get(name, {})
        quantities[name] = Quantity(name, value, error, reading.dimension, budget, theory, part_of=reading.part_of)
    return quantities


def _together(
    curves: dict[int, dict[str, tuple[np.ndarray, Dimension]]], result: Result
) -> Callable[[Result], np.ndarray] | None:
    """All curves of a run side by side, shape (frames + 1, curves): probabilities, and others as a share of their largest value; None where there are none.

    One of them, above all if it has few frames, may agree by accident on two grids.
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
    """The part of a bar that reaches as far as theory disputes the numbers that a reading is made of; empty where none is disputed."""
    known = {number: quantities[number].reaching_theory for number in made_of if number in quantities}
    apart = math.fsum(abs(made_of[number]) * one.budget.get("dispute", 0.0) for number, one in known.items())
    return {"dispute": apart} if apart else {}


def _returned(question: AbstractRecordQuestion, result: Result, echo: Callable[[Result], float]) -> float | None:
    """What absorbers leave wrong in a number of order one; None where there are none."""
    absorber = result.numerics.absorber
    return None if absorber is None else question.leak(result.problem, absorber) + echo(result)


def grid_error(
    question: AbstractRecordQuestion, name: str, readings: dict[str, Reading], trial: Trial
) -> tuple[float, float]:
    """The correction of a reading for what the grid leaves wrong, and what remains uncertain; all of a number of which nothing is known."""
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
    # where the reading is a part of what runs must repeat, the correction belongs to the whole, and the part is off by it
    return (shift, error) if reading.compared is None else (0.0, error + abs(shift))


def step_error(question: AbstractRecordQuestion, name: str, readings: dict[str, Reading], trial: Trial) -> float:
    """What the time step leaves wrong in a reading; all of a number of which nothing is known."""
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
    """What the grid leaves wrong in a curve: the largest of the headline's errors at the moments at which they were looked at.

    The corrections that are known at those moments are not made, for they would be steps in a curve of which nothing is known between them:
    the bar holds them, and so the number that the curve ends on.

    Args:
        trial: the run, with residuals at some moments.
        scale: of the curve.
        between: by what the curve has been corrected at each frame, be it the headline's or that of what is left of it.
        uncertain: of that correction.
        number: the correction of the number of that name at the end, and what is uncertain of it.
    """
    errors = [abs(number[0] - between[-1]) + number[1]]
    for name, residual in trial.residuals.items():
        _, at, frame = name.partition("@")
        done = between[int(frame) if at else -1]
        errors.append(residual.error(scale) + min(abs(residual.correction - done), abs(residual.correction + done)))
    return max(errors) + uncertain + trial.carried_round * scale


def _step_error_of_curve(trial: Trial, scale: float) -> float:
    """What the time step leaves wrong in a curve: the largest of what gradients tell at the moments at which they were looked at."""
    steps = [one.step for one in trial.residuals.values()]
    return max((math.inf if step is None else step.error(scale) for step in steps), default=math.inf)


def _room(reading: Reading) -> float:
    """What a number can move in; see `Residual.error`."""
    return _amplitude(reading) if reading.scale <= 1 else reading.scale


def _is_probability(reading: Reading) -> bool:
    return reading.dimension == DIMENSIONLESS and reading.scale <= 1


def _between(question: AbstractRecordQuestion, name: str, result: Result) -> tuple[np.ndarray, float]:
    """By how much a probability beside a plane that cuts psi changes at each frame where psi is interpolated between the points, and what is uncertain of it."""
    observable = result.problem.measure.get(name)
    if not question.cuts or not isinstance(observable, ProbabilityIn) or result.numerics.grid.dimension > 1:
        return np.zeros(len(result.times)), 0.0
    changes, uncertain = interpolation_change(result, name, range(len(result.times)), interpolations(result))
    return changes, float(uncertain.max())


def _size(question: AbstractRecordQuestion, scale: float, amplitude: float) -> float:
    """What the tolerance is a fraction of: the number itself where it is relative (as small as it may be), else 1, as for the headline."""
    if not question.relative:
        return min(scale, 1.0)
    return amplitude if scale < 1 else scale


def _amplitude(reading: Reading) -> float:
    """What can be wrong of a number at all: of a probability, the smaller of what does and what does not happen."""
    size = abs(reading.repeatable)
    if reading.dimension == DIMENSIONLESS:
        size = min(size, abs(1.0 - size))
    return max(size, 1e-12 * reading.scale)


def curves_of(problem: Problem, question: AbstractRecordQuestion, trial: Trial, least: float) -> dict[str, Curve]:
    result = trial.result
    curves: dict[str, Curve] = {}
    theories = {} if trial.interrupted else question.curve_predictions(problem, result.times)
    returned = _returned(question, result, question.echo)
    readings = question.readings(result) if trial.residuals else {}
    known = {id(run): question.curves(run) for run in (result, *(run for _, run in trial.again))}
    together = _together(known, result) if trial.shows_rate else None
    for name, (values, dimension) in known[id(result)].items():
        largest = float(np.max(np.abs(values))) or 1.0

        def series(run: Result, name: str = name) -> np.ndarray:
            return known[id(run)][name][0]

        floor = 0.0 if trial.residuals or question.compares_grids else least * _size(question, largest, largest)
        error = math.fsum(trial.budget(series, largest, floor, question.cuts, None, together).values())
        if trial.residuals:
            between, uncertain = _between(question, name, result)
            values = values + between
            number = grid_error(question, name, readings, trial) if name in readings else (0.0, 0.0)
            error += curve_error(trial, largest, between, uncertain, number)
            if trial.knows_step:
                error += _step_error_of_curve(trial, largest)
        elif trial.carried_round:
            error += trial.carried_round * largest
        error += ((returned or 0.0) + rounding(result.numerics, float(problem.mass))) * largest
        values = values + trial.shift(series)
        error = math.inf if trial.interrupted else error
        curves[name] = Curve(name, result.times, values, dimension, theories.get(name, {}), error, ("time", TIME))
    others = trial.compared(question.patterns)
    for name, pattern in question.patterns(result).items():
        worst: dict[str, np.ndarray] = {}
        for repetition, beside, again in others:
            told = repetition.weight * np.abs(beside[name].values - again[name].values)
            # where the difference passes through zero it says nothing
            told = np.maximum(told, _LEAST_SHARE * told.max())
            worst[repetition.source] = np.maximum(told, worst.get(repetition.source, 0.0))
        error = sum(worst.values(), np.zeros_like(pattern.values))
        error = np.full_like(error, math.inf) if trial.interrupted else error
        curves[name] = dataclasses.replace(pattern, error=error)
    return curves
