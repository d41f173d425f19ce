"""The loop of every certificate: run, judge, and refine the largest part of the bar until the bar is small enough."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ...errors import TooLargeError
from ...problem import Problem
from ...propagation import Numerics, Refinement
from ._longer import Wait
from ._repeat import Trial, TrialRules, refined, run_trial
from ._report import Quantity
from ._runs import Measurement

Content = TypeVar("Content")
# factors for a longer run if the decay of the rest is unknown
_A_LITTLE_LONGER = Wait(1.6, 1.0)
_AS_PLANNED, _GRIDS_COMPARED = Refinement(), TrialRules()
# a good plan needs one trial; if three finer ones do not suffice, a fourth will not either
MOST_TRIALS = 4
# refinements tried until the plan changes: sizes are rounded up, so that a finer plan may be the same
_ROUNDED = 2
# finer trials after a dispute with theory
_DISPUTES = 2
# cost of a finer trial relative to that of the first
_COST = 6.0
# points x FFT pairs of all runs of a finer trial, some ten seconds, if that is more
MOST_WORK = 6e8
# largest points x FFT pairs along one axis, half a minute, so that a missed aim is reported soon
_LONGEST = 1.5e9
# cost relative to the first trial that is allowed nevertheless
_TWICE = 2.0


@dataclasses.dataclass(frozen=True)
class Verdict(Generic[Content]):
    """The judgment of a trial.

    Attributes:
        content: the results of the trial.
        headline: the number that decides whether the trial is good enough.
        aim: largest error bar that the number should have.
        wait: factors for a longer run.
        diverges: whether the gradients do not give the error of the grid.
    """

    content: Content
    headline: Quantity
    aim: float
    wait: Wait = _A_LITTLE_LONGER
    diverges: bool = False

    @property
    def enough(self) -> bool:
        """Whether the bar of the headline is within the aim, and no independent theory disputes the number."""
        return self.headline.error <= self.aim and not self.headline.disputed


@dataclasses.dataclass(frozen=True)
class Measured(Generic[Content]):
    """The last verdict, its trial, and the cost of all trials."""

    verdict: Verdict[Content]
    trial: Trial
    runs: int
    fft_pairs: int
    wall_s: float

    @property
    def content(self) -> Content:
        """The content of the last verdict."""
        return self.verdict.content


def refine(
    problem: Problem,
    planned: Callable[[Refinement], Numerics],
    judge: Callable[[Trial], Verdict[Content]],
    fixed: dict[str, Any],
    start: Refinement = _AS_PLANNED,
    rules: TrialRules = _GRIDS_COMPARED,
    most_work: float = MOST_WORK,
    interruptible: bool = False,
) -> Measurement[Measured[Content]]:
    """Run and refine until the headline's bar is within its aim, nothing is left to refine, or four trials have been made.

    After an interruption of a finer trial or of its judgment, the trial before it stands.

    Args:
        problem: the physics, with all observables.
        planned: the numerics for a refinement.
        judge: the verdict on a trial.
        fixed: numerics given by hand, which are not refined.
        start: the refinement of the first trial.
        rules: rules of all trials, unless gradients fail.
        most_work: points x FFT pairs of a finer trial, unless a few times those of the first one are more.
        interruptible: whether the first trial stands if its judgment is interrupted; in a batch the interruption is passed on.
    """
    started, refinement = time.perf_counter(), start
    numerics = planned(refinement)
    trial = yield from run_trial(problem, numerics, rules)
    # the cost of a trial as a multiple of that of its finest run, as in the first one
    times = max(trial.fft_pairs / max(numerics.fft_pairs or 0, 1), 1.0)
    first = times * _work(numerics)
    runs, pairs, trials, disputes = trial.runs, trial.fft_pairs, 1, 0
    judged: tuple[Trial, Verdict[Content]] | None = None
    while True:
        try:
            verdict = judge(trial)
        except KeyboardInterrupt:
            if not interruptible:
                raise
            if judged is None:
                # theory takes long, and is left out of an interrupted trial
                trial = dataclasses.replace(trial, interrupted=True)
                judged = trial, judge(trial)
            trial, verdict = judged
            break
        judged = trial, verdict
        if verdict.diverges and rules.numbers is not None and not trial.interrupted:
            # the same plan with two coarser grids: a single one may agree by accident with such a coarse grid
            rules = rules.with_grids_compared
        else:
            disputes += verdict.headline.disputed
            if trial.interrupted or verdict.enough or trials >= MOST_TRIALS or disputes > _DISPUTES:
                break
            before = numerics
            try:
                for _ in range(_ROUNDED):
                    better = refined(refinement, verdict.headline, verdict.aim, problem, trial, fixed, verdict.wait)
                    if better == refinement:
                        break
                    refinement, numerics = better, planned(better)
                    if numerics != before:
                        break
            except TooLargeError:
                break
            if numerics == before or times * _work(numerics) > _affordable(first, most_work, numerics.grid.dimension):
                break
        try:
            finer = yield from run_trial(problem, numerics, rules)
        except KeyboardInterrupt:
            break
        if finer.interrupted:
            break
        trial, runs, pairs, trials = finer, runs + finer.runs, pairs + finer.fft_pairs, trials + 1
    return Measured(verdict, trial, runs, pairs, time.perf_counter() - started)


def _affordable(first: float, most_work: float, dimension: int) -> float:
    """Points x FFT pairs that a finer trial may take, if the first one took `first`."""
    if most_work < MOST_WORK:
        return most_work
    multiple = _COST * first
    return max(multiple if dimension > 1 else max(min(multiple, _LONGEST), _TWICE * first), most_work)


def _work(numerics: Numerics) -> float:
    """Points times FFT pairs."""
    return (numerics.fft_pairs or 0) * math.prod(numerics.grid.points)
