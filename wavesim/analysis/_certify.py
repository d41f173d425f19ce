"""Certify: plan, propagate, repeat it coarser, and put value, error bar and theory side by side."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import Any

import numpy as np

from ..problem import Problem
from ..propagation import Numerics, Result, plan, propagate, reporter
from ..schemes import Scheme
from ._accuracy import Repetition, coarser_in_space, coarser_in_time, combined, rounding
from ._aspect import Aspect, Reading
from ._motion import Motion
from ._populations import Populations, tunnels
from ._report import Curve, Quantity, Report
from ._transmission import Transmission, packet_leak

_ROUNDS = 4


def aspects_of(problem: Problem) -> tuple[Aspect, ...]:
    """What can be asked of this problem: transmission, populations, or motion."""
    if problem.open and problem.potential.scale() > 0:
        return (Transmission(),)
    if tunnels(problem):
        return (Populations(),)
    return (Motion(),)


def certify(
    problem: Problem,
    tolerance: float = 1e-4,
    *,
    progress: bool | Any = False,
    **fixed: Any,
) -> Report:
    """Solve a problem and say how far each number can be trusted.

    ``report = certify(problem, tolerance=1e-6); print(report)``. Three propagations: one as planned, one with twice the step, one on
    a coarser grid; their differences, the absorber's leak for the packet's momenta, and what remains in the box at the end make the
    error bar. If the headline's bar misses the tolerance, the part that is to blame is planned finer and run again, at most three times.

    Args:
        problem: the physics.
        tolerance: error bar aimed at for the headline: absolute for probabilities, relative for the tunneling period.
        progress: True for a bar on standard error, or a function of (steps done, steps in all).
        fixed: numerics given by hand, as in `wavesim.plan`: grid, dt, scheme, absorber, frames, precision.

    Returns:
        the `Report`; if interrupted, with ``result.complete`` False and error bars that are not known (inf).

    Raises:
        NumericsError: see `wavesim.plan` and `wavesim.propagate`.
    """
    aspects = aspects_of(problem)
    wanted: dict[str, Any] = dict(problem.measure)
    for aspect in aspects:
        wanted |= aspect.observables(problem)
    problem = dataclasses.replace(problem, measure=wanted)
    finer = {"finer_space": 1.0, "finer_time": 1.0, "longer": 1.0}
    begun, runs, pairs = time.perf_counter(), 0, 0
    aim = tolerance
    with reporter(progress) as report:
        for attempt in range(_ROUNDS):
            numerics = plan(problem, tolerance, **fixed, **finer).numerics
            repetitions = _repetitions(problem, numerics, fixed)
            total = numerics.fft_pairs + sum(r.numerics.fft_pairs for r in repetitions.values())
            meter = _Meter(report, total)
            result = propagate(problem, numerics, progress=meter.of(numerics))
            again: dict[str, tuple[Repetition, Result]] = {}
            for name, repetition in repetitions.items():
                if result.complete:
                    run = propagate(problem, repetition.numerics, progress=meter.of(repetition.numerics))
                    if run.complete:
                        again[name] = (repetition, run)
            runs, pairs = runs + 1 + len(again), pairs + total
            interrupted = not result.complete or len(again) < len(repetitions)
            quantities = _quantities(problem, aspects, result, again, interrupted)
            headline = next(iter(quantities.values()))
            aim = tolerance * (abs(headline.value) if headline.name == "tunneling_period" else 1.0)
            if interrupted or headline.error <= aim or attempt == _ROUNDS - 1:
                break
            better = _refined(finer, headline, aim, problem, numerics, fixed)
            if better == finer:
                break
            finer = better
    warnings = _warnings(result, headline, aim, interrupted)
    curves = _curves(problem, aspects, result, again)
    return Report(result, tolerance, quantities, curves, tuple(warnings), runs, pairs, time.perf_counter() - begun)


class _Meter:
    """Progress over several propagations, counted in FFT pairs."""

    def __init__(self, report: Any, total: int) -> None:
        self.report, self.total, self.before = report, total, 0

    def of(self, numerics: Numerics) -> Any:
        start, each = self.before, numerics.method.pairs
        self.before += numerics.fft_pairs
        return lambda done, _: self.report(start + done * each, self.total)


def _repetitions(problem: Problem, numerics: Numerics, fixed: dict[str, Any]) -> dict[str, Repetition]:
    repetitions = {"time_step": coarser_in_time(numerics), "grid": coarser_in_space(problem, numerics)}
    return {name: repetition for name, repetition in repetitions.items() if repetition is not None}


def _readings(aspects: tuple[Aspect, ...], result: Result) -> dict[str, Reading]:
    return {name: reading for aspect in aspects for name, reading in aspect.readings(result).items()}


def _quantities(
    problem: Problem,
    aspects: tuple[Aspect, ...],
    result: Result,
    again: dict[str, tuple[Repetition, Result]],
    interrupted: bool,
) -> dict[str, Quantity]:
    fine = _readings(aspects, result)
    predictions: dict[str, dict[str, float]] = {}
    for aspect in aspects:
        predictions |= aspect.predictions(problem, float(result.times[-1]))
    others = {name: (repetition.weight, _readings(aspects, run)) for name, (repetition, run) in again.items()}
    leak = 0.0
    if result.numerics.absorber is not None and isinstance(aspects[0], Transmission):
        leak = packet_leak(problem, result.numerics.absorber)
    quantities = {}
    for name, reading in fine.items():
        budget = {
            source: weight * abs(reading.value - numbers[name].value) for source, (weight, numbers) in others.items()
        }
        if result.numerics.absorber is not None:
            budget["absorber"] = leak
        budget |= reading.own_error
        budget["rounding"] = rounding(result.numerics) * max(1.0, abs(reading.value))
        error = math.inf if interrupted else combined(budget)
        quantities[name] = Quantity(name, reading.value, error, reading.dimension, budget, predictions.get(name, {}))
    return quantities


def _refined(
    finer: dict[str, float], headline: Quantity, aim: float, problem: Problem, numerics: Numerics, fixed: dict[str, Any]
) -> dict[str, float]:
    """Finer plans for whatever takes more than its share of the aim."""
    share = aim / 4
    budget = headline.budget
    better = dict(finer)
    step = budget.get("time_step", 0.0)
    if step > share and "dt" not in fixed:
        order = numerics.method.order if isinstance(numerics.method, Scheme) else 2
        better["finer_time"] *= min(4.0, 1.1 * (step / share) ** (1 / order))
    space = budget.get("grid", 0.0)
    if space > share and "grid" not in fixed:
        better["finer_space"] *= 1.3 if problem.potential.smooth else min(4.0, 1.05 * (space / share) ** (1 / 3))
    if budget.get("duration", 0.0) > share and problem.duration is None:
        better["longer"] *= 1.6
    return better


def _curves(
    problem: Problem, aspects: tuple[Aspect, ...], result: Result, again: dict[str, tuple[Repetition, Result]]
) -> dict[str, Curve]:
    curves: dict[str, Curve] = {}
    for aspect in aspects:
        theories = aspect.curve_predictions(problem, result.times)
        for name, (values, dimension) in aspect.curves(result).items():
            error = 0.0
            for repetition, run in again.values():
                other, _ = aspect.curves(run)[name]
                stride = (len(values) - 1) // max(len(other) - 1, 1)
                error += repetition.weight * float(np.max(np.abs(values[::stride] - other)))
            curves[name] = Curve(name, result.times, values, dimension, theories.get(name, {}), error)
    return curves


def _warnings(result: Result, headline: Quantity, aim: float, interrupted: bool) -> list[str]:
    said = []
    if interrupted:
        said.append(
            f"interrupted after {result.frames_done} of {result.numerics.frames} frames: the numbers are those of that moment, without error bars."
        )
    elif headline.error > aim:
        worst = max(headline.budget, key=lambda source: headline.budget[source])
        said.append(
            f"the error bar of {headline.name} is {headline.error:.2g}, above the {aim:.2g} asked for; most of it is the {worst.replace('_', ' ')}."
        )
    if result.numerics.precision == "single":
        said.append("single precision: good for pictures, not for small probabilities.")
    if headline.agrees is False and not interrupted:
        said.append(
            f"{headline.name} differs from theory by {abs(headline.difference or 0) / headline.error:.1f} error bars."
        )
    return said
