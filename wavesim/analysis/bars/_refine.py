"""The loop of every certificate: run, judge, and plan the largest part of the bar finer until the bar is small enough."""

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
# where nothing tells how long the rest takes to leave
_A_LITTLE_LONGER = Wait(1.6, 1.0)
_AS_PLANNED, _GRIDS_COMPARED = Refinement(), TrialRules()
# a good plan needs one trial; what three finer ones have not mended, a fourth will not
MOST_TRIALS = 4
# sizes are rounded up to a few, so that a finer plan may be the same one: refinements until it is another
_ROUNDED = 2
# finer trials that a dispute with theory is worth
_DISPUTES = 2
# the cost of a finer trial, as a multiple of that of the first, or in point-pairs of all its runs: some ten seconds
_COST, MOST_WORK = 6.0, 6e8
# along one axis no more than half a minute, or twice the first trial, so that a missed aim is reported soon
_LONGEST, _TWICE = 1.5e9, 2.0


@dataclasses.dataclass(frozen=True)
class Verdict(Generic[Content]):
    """The judgment of a trial.

    Attributes:
        content: all that was found.
        headline: the number that decides whether the trial is good enough.
        aim: the largest error bar that the number should have.
        wait: how much longer a run would have to be.
        diverges: whether the gradients tell nothing of the grid.
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
        """Of the last verdict."""
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
    """Run and refine until the headline's bar is within its aim, nothing is left to refine, or four trials are made.

    After an interruption of a finer trial or of its judgment, the trial before it stands.

    Args:
        problem: the physics, with all that is measured along the way.
        planned: the numerics for a refinement.
        judge: the verdict on a trial.
        fixed: numerics given by hand, which are not refined.
        start: the refinement of the first trial.
        rules: of all trials, until gradients tell nothing of the grid.
        most_work: point-pairs of a finer trial, unless a few times those of the first one are more.
        interruptible: whether the first trial stands if its judgment is interrupted; in a batch the interruption is the batch's.
    """
    begun, refinement = time.perf_counter(), start
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
                # the theory takes long, and an interrupted trial is compared with none
                trial = dataclasses.replace(trial, interrupted=True)
                judged = trial, judge(trial)
            trial, verdict = judged
            break
        judged = trial, verdict
        if verdict.diverges and rules.numbers is not None and not trial.interrupted:
            # the same plan with two coarser grids: a single one may agree by accident with a grid so coarse
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
    return Measured(verdict, trial, runs, pairs, time.perf_counter() - begun)


def _affordable(first: float, most_work: float, dimension: int) -> float:
    """Point-pairs that a finer trial may take, if the first one took `first`."""
    if most_work < MOST_WORK:
        return most_work
    multiple = _COST * first
    return max(multiple if dimension > 1 else max(min(multiple, _LONGEST), _TWICE * first), most_work)


def _work(numerics: Numerics) -> float:
    """Points times FFT pairs."""
    return (numerics.fft_pairs or 0) * math.prod(numerics.grid.points)
