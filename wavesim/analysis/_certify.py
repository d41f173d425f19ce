"""Certify: plan, propagate, repeat it coarser, and put value, error bar and theory side by side."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import Any

import numpy as np

from ..potentials import Free
from ..problem import Problem
from ..propagation import Numerics, Progress, Refinement, Result, plan, propagate, reporter
from ..schemes import Scheme
from ._accuracy import Repetition, coarser_in_space, coarser_in_time, combined, rounding
from ._aspect import Aspect, Reading
from ._motion import Motion
from ._populations import Populations, tunnels
from ._report import Curve, Quantity, Report
from ._transmission import Transmission, packet_leak

_MOST_RUNS = 12
_BLAME = {
    "time_step": "time step",
    "grid": "grid",
    "absorber": "absorber's leak",
    "duration": "part of the packet that has not decided at the end: give it a longer duration",
    "start": "part of the packet that starts inside or behind the potential: move its center away, or make it narrower",
    "fit": "fit of the oscillation",
    "rounding": "rounding",
}


def aspects_of(problem: Problem) -> tuple[Aspect, ...]:
    """What can be asked of this problem: transmission, populations, or motion."""
    if problem.open and not isinstance(problem.potential, Free):
        return (Transmission(),)
    if tunnels(problem):
        return (Populations(),)
    return (Motion(),)


def certify(problem: Problem, tolerance: float = 1e-4, *, progress: bool | Progress = False, **fixed: Any) -> Report:
    """Solve a problem and say how far each number can be trusted.

    ``report = certify(problem, tolerance=1e-6); print(report)``. One propagation as planned, one with twice the step, and one
    on a coarser grid (two where V has edges); their differences, the absorber's leak for the packet's momenta, and what remains in the box at the end make the
    error bar. If the headline's bar misses the tolerance, the part that is to blame is planned finer and run again, at most three times.

    Args:
        problem: the physics.
        tolerance: error bar aimed at for the headline: absolute for probabilities, relative for the tunneling period.
        progress: True for a bar on standard error, or a function of (FFT pairs done, FFT pairs in all).
        fixed: numerics given by hand, as in `wavesim.plan`: grid, dt, scheme, absorber, frames, precision.

    Returns:
        the `Report`; if interrupted, with ``result.complete`` False or error bars that are not known (inf).

    Raises:
        NumericsError: see `wavesim.plan` and `wavesim.propagate`.
    """
    aspects = aspects_of(problem)
    wanted = dict(problem.measure)
    for aspect in aspects:
        wanted |= aspect.observables(problem)
    problem = dataclasses.replace(problem, measure=wanted)
    begun, refinement, runs, pairs = time.perf_counter(), Refinement(), 0, 0
    with reporter(progress) as report:
        trial = _trial(problem, plan(problem, tolerance, **fixed).numerics, report)
        while True:
            quantities = _quantities(problem, aspects, trial)
            headline = next(iter(quantities.values()))
            runs, pairs = runs + trial.runs, pairs + trial.fft_pairs
            aim = tolerance * (abs(headline.value) if headline.name == "tunneling_period" else 1.0)
            better = _refined(refinement, headline, aim, problem, trial.result.numerics, fixed)
            if trial.interrupted or headline.error <= aim or better == refinement or runs >= _MOST_RUNS:
                break
            refinement = better
            try:
                finer = _trial(problem, plan(problem, tolerance, refinement=refinement, **fixed).numerics, report)
            except KeyboardInterrupt:
                break
            if finer.interrupted:
                break
            trial = finer
    return Report(
        result=trial.result,
        tolerance=tolerance,
        quantities=quantities,
        curves=_curves(problem, aspects, trial),
        warnings=tuple(_warnings(trial, headline, aim)),
        runs=runs,
        fft_pairs=pairs,
        wall_s=time.perf_counter() - begun,
    )


@dataclasses.dataclass(frozen=True)
class _Trial:
    """A run and its coarser repetitions."""

    result: Result
    again: tuple[tuple[Repetition, Result], ...]
    interrupted: bool

    @property
    def runs(self) -> int:
        return 1 + len(self.again)

    @property
    def fft_pairs(self) -> int:
        return self.result.numerics.fft_pairs + sum(run.numerics.fft_pairs for _, run in self.again)


def _trial(problem: Problem, numerics: Numerics, report: Progress) -> _Trial:
    in_time = coarser_in_time(numerics)
    repetitions = [*([in_time] if in_time else []), *coarser_in_space(problem, numerics)]
    meter = _Meter(report, numerics.fft_pairs + sum(r.numerics.fft_pairs for r in repetitions))
    result = propagate(problem, numerics, progress=meter.of(numerics))
    again: list[tuple[Repetition, Result]] = []
    for repetition in repetitions:
        if not result.complete:
            break
        run = propagate(problem, repetition.numerics, progress=meter.of(repetition.numerics))
        if not run.complete:
            break
        again.append((repetition, run))
    return _Trial(result, tuple(again), interrupted=len(again) < len(repetitions))


class _Meter:
    """Progress over several propagations, counted in FFT pairs."""

    def __init__(self, report: Progress, total: int) -> None:
        self.report, self.total, self.before = report, total, 0

    def of(self, numerics: Numerics) -> Progress:
        start, each = self.before, numerics.method.pairs
        self.before += numerics.fft_pairs
        return lambda done, _: self.report(start + done * each, self.total)


def _readings(aspects: tuple[Aspect, ...], result: Result) -> dict[str, Reading]:
    return {name: reading for aspect in aspects for name, reading in aspect.readings(result).items()}


def _quantities(problem: Problem, aspects: tuple[Aspect, ...], trial: _Trial) -> dict[str, Quantity]:
    result = trial.result
    fine = _readings(aspects, result)
    predictions: dict[str, dict[str, float]] = {}
    for aspect in aspects:
        predictions |= aspect.predictions(problem, float(result.times[-1]))
    others = [(repetition, _readings(aspects, run)) for repetition, run in trial.again]
    leak = 0.0
    if result.numerics.absorber is not None and isinstance(aspects[0], Transmission):
        leak = packet_leak(problem, result.numerics.absorber)
    quantities = {}
    for name, reading in fine.items():
        budget: dict[str, float] = {}
        for repetition, numbers in others:
            told = repetition.weight * abs(reading.repeatable - numbers[name].repeatable)
            budget[repetition.source] = max(told, budget.get(repetition.source, 0.0))
        if result.numerics.absorber is not None:
            budget["absorber"] = leak
        budget |= reading.own_error
        budget["rounding"] = rounding(result.numerics) * reading.scale
        error = math.inf if trial.interrupted else combined(budget)
        quantities[name] = Quantity(name, reading.value, error, reading.dimension, budget, predictions.get(name, {}))
    return quantities


def _refined(
    now: Refinement, headline: Quantity, aim: float, problem: Problem, numerics: Numerics, fixed: dict[str, Any]
) -> Refinement:
    """A finer plan for whatever takes more than a quarter of the aim, unless it is fixed by hand."""
    share = aim / 4
    step, space, leak, rest = (
        headline.budget.get(source, 0.0) / share for source in ("time_step", "grid", "absorber", "duration")
    )
    finer_time, finer_space, thicker, longer = now.time, now.space, now.absorber, now.longer
    if step > 1 and "dt" not in fixed:
        order = numerics.method.order if isinstance(numerics.method, Scheme) else 2
        finer_time *= min(4.0, 1.1 * step ** (1 / order))
    if space > 1 and "grid" not in fixed:
        finer_space *= 1.3 if problem.potential.smooth else min(4.0, 1.05 * space ** (1 / 3))
    if leak > 1 and "absorber" not in fixed and "grid" not in fixed:
        thicker *= 1.25
    if rest > 1 and problem.duration is None:
        longer *= 1.6
    return Refinement(finer_space, finer_time, thicker, longer)


def _curves(problem: Problem, aspects: tuple[Aspect, ...], trial: _Trial) -> dict[str, Curve]:
    result = trial.result
    curves: dict[str, Curve] = {}
    for aspect in aspects:
        theories = aspect.curve_predictions(problem, result.times)
        for name, (values, dimension) in aspect.curves(result).items():
            errors: dict[str, float] = {}
            for repetition, run in trial.again:
                other, _ = aspect.curves(run)[name]
                stride = (len(values) - 1) // max(len(other) - 1, 1)
                told = repetition.weight * float(np.max(np.abs(values[::stride] - other)))
                errors[repetition.source] = max(told, errors.get(repetition.source, 0.0))
            error = math.fsum(errors.values())
            curves[name] = Curve(name, result.times, values, dimension, theories.get(name, {}), error)
    return curves


def _warnings(trial: _Trial, headline: Quantity, aim: float) -> list[str]:
    result, interrupted = trial.result, trial.interrupted
    said = []
    if interrupted:
        at = f"after {result.frames_done} of {result.numerics.frames} frames"
        said.append(
            f"interrupted {'while the error bars were made' if result.complete else at}: the numbers stand without error bars."
        )
    elif headline.error > aim:
        worst = max(headline.budget, key=lambda source: headline.budget[source])
        said.append(
            f"the error bar of {headline.name} is {headline.error:.2g}, above the {aim:.2g} asked for; most of it is the {_BLAME[worst]}."
        )
    if result.numerics.precision == "single":
        said.append("single precision: good for pictures, not for small probabilities.")
    if headline.agrees is False and not interrupted:
        said.append(
            f"{headline.name} differs from theory by {abs(headline.difference or 0) / headline.error:.1f} error bars."
        )
    return said
