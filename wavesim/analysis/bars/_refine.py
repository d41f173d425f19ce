"""The loop of every certificate: run, judge, and plan finer whatever is to blame, until the error bar is small enough."""

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
from ._repeat import Trial, refined, run_trial
from ._report import Quantity
from ._runs import Measurement, Numbers

Content = TypeVar("Content")
# where nothing tells how long what is left takes to leave
_A_LITTLE_LONGER = Wait(1.6, 1.0)
_AS_PLANNED = Refinement()
# a plan that is right needs one trial; what three finer ones have not mended, more of the same will not
MOST_TRIALS = 4
# times that a plan is refined for a trial, at most, until it is another one
_ROUNDED = 2
# finer trials that a dispute with theory is worth
_DOUBTS = 2
# a finer trial may cost so many times the first one, or so many point-pairs in all its runs: some ten seconds
_DEARER, MOST_WORK = 6.0, 6e8
# along one axis no more than this, half a minute, unless the first one took half of it: what is missed then is said sooner
_LONGEST, _TWICE = 1.5e9, 2.0


@dataclasses.dataclass(frozen=True)
class Verdict(Generic[Content]):
    """What a trial says.

    Attributes:
        content: all of it.
        headline: the number that decides whether the trial is good enough.
        aim: the error bar that its number should have at most.
        wait: how a longer run would have to be made.
        diverges: whether runs backward say nothing of the grid.
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
    """The last verdict, the trial that it is about, and what all trials cost."""

    verdict: Verdict[Content]
    trial: Trial
    runs: int
    fft_pairs: int
    wall_s: float

    @property
    def content(self) -> Content:
        """What the last trial said."""
        return self.verdict.content


def refine(
    problem: Problem,
    planned: Callable[[Refinement], Numerics],
    judge: Callable[[Trial], Verdict[Content]],
    fixed: dict[str, Any],
    start: Refinement = _AS_PLANNED,
    numbers: Numbers | None = None,
    enough: float = 0.0,
    most: float = MOST_WORK,
    rates: bool = False,
    ends: bool = False,
    steps: Callable[[Numerics], bool] = lambda numerics: False,
    keeps: bool = False,
) -> Measurement[Measured[Content]]:
    """Run and refine until the headline's bar is within its aim, nothing is left to refine, or four trials are made.

    An interruption of a finer trial, or of what is said of it, leaves the one before it standing.

    Args:
        problem: the physics, with all that is measured along the way.
        planned: the numerics for a refinement.
        judge: what a trial says.
        fixed: numerics given by hand, which are not refined.
        start: the refinement of the first trial.
        numbers: numbers of the record whose gradients tell what the grid leaves wrong; where they say nothing of it, grids are compared.
        enough: how much of that need not be looked for.
        most: point-pairs that a finer trial may take, or a few times what the first one took.
        rates: whether three grids show how fast the error of smooth potentials falls, instead of two.
        ends: whether all is told by the end of a run.
        steps: of which numerics gradients tell what the step leaves wrong, too.
        keeps: whether the first trial outlives an interruption while it is judged; where many share the work, the interruption is theirs.
    """
    begun, refinement = time.perf_counter(), start
    numerics = planned(refinement)
    trial = yield from run_trial(problem, numerics, numbers, enough, rates, ends, steps)
    # of all runs of a trial, as many times those of its finest as in the first one
    times = max(trial.fft_pairs / max(numerics.fft_pairs or 0, 1), 1.0)
    first = times * _work(numerics)
    runs, pairs, trials, doubts = trial.runs, trial.fft_pairs, 1, 0
    judged: tuple[Trial, Verdict[Content]] | None = None
    while True:
        try:
            verdict = judge(trial)
        except KeyboardInterrupt:
            if not keeps:
                raise
            if judged is None:
                # what takes long is theory, and an interrupted trial is compared with none
                trial = dataclasses.replace(trial, interrupted=True)
                judged = trial, judge(trial)
            trial, verdict = judged
            break
        judged = trial, verdict
        if verdict.diverges and numbers is not None and not trial.interrupted:
            # the same plan once more, compared with two coarser grids: where the grid is that coarse, one may agree with it by accident
            numbers, rates = None, True
        else:
            # a theory that still disputes the number after this is not met by more of the same
            doubts += verdict.headline.disputed
            if trial.interrupted or verdict.enough or trials >= MOST_TRIALS or doubts > _DOUBTS:
                break
            before = numerics
            try:
                # sizes are rounded up to few, so that a finer plan may be the same one
                for _ in range(_ROUNDED):
                    better = refined(refinement, verdict.headline, verdict.aim, problem, trial, fixed, verdict.wait)
                    if better == refinement:
                        break
                    refinement, numerics = better, planned(better)
                    if numerics != before:
                        break
            except TooLargeError:
                break
            if numerics == before or times * _work(numerics) > _affordable(first, most, numerics.grid.dimension):
                break
        try:
            finer = yield from run_trial(problem, numerics, numbers, enough, rates, ends, steps)
        except KeyboardInterrupt:
            break
        if finer.interrupted:
            break
        trial, runs, pairs, trials = finer, runs + finer.runs, pairs + finer.fft_pairs, trials + 1
    return Measured(verdict, trial, runs, pairs, time.perf_counter() - begun)


def _affordable(first: float, most: float, dimension: int) -> float:
    """Point-pairs that a finer trial may take."""
    if most < MOST_WORK:
        return most
    dearer = _DEARER * first
    return max(dearer if dimension > 1 else max(min(dearer, _LONGEST), _TWICE * first), most)


def _work(numerics: Numerics) -> float:
    """Points times FFT pairs."""
    return (numerics.fft_pairs or 0) * math.prod(numerics.grid.points)
