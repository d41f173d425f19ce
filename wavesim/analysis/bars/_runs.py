"""Requests for runs, which a question yields and a driver fulfils, one by one or many in one program."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Mapping
from typing import TypeVar

from ..._programs import make_room
from ...problem import Problem
from ...propagation import FrameSum, Numerics, Progress, Result, checked, propagate, propagate_with_adjoint
from .residuals import Residual, grid_residuals, step_defects

Answer = TypeVar("Answer")


Numbers = Callable[[Result], Mapping[str, FrameSum]]


@dataclasses.dataclass(frozen=True)
class RunRequest:
    """A request to propagate one problem with each of several numerics.

    Attributes:
        problem: the physics.
        numerics: numerics of each run.
        numbers: gives the numbers of the first record for which adjoint runs are made; None for none.
        enough: part of their grid error that may be neglected, absolute.
        steps: whether the adjoint runs give the error of the time step too.
    """

    problem: Problem
    numerics: tuple[Numerics, ...]
    numbers: Numbers | None = None
    enough: float = 0.0
    steps: bool = False


@dataclasses.dataclass(frozen=True)
class Runs:
    """The answer to a `RunRequest`.

    Attributes:
        results: records in the order of the numerics; after an interruption fewer, of which only the first may be incomplete.
        residuals: errors of the grid, and of the step of a splitting, in the numbers of the first run, by name; empty without numbers, or
            after an interruption.
    """

    results: list[Result]
    residuals: dict[str, Residual] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class ProgressNote:
    """The progress of work that propagates nothing, for the progress bar."""

    done: int
    total: int


# a measurement yields requests and notes; the answer to a `ProgressNote` contains no runs
Measurement = Generator[RunRequest | ProgressNote, Runs, Answer]


Announcement = Callable[[Numerics], None]


def run_here(work: Measurement[Answer], progress: Progress, on_plan: Announcement | None = None) -> Answer:
    """Drive a measurement, one run at a time.

    Args:
        work: the measurement.
        progress: called with the progress of each request.
        on_plan: called with the numerics of the first run, before its first step.
    """
    make_room()
    try:
        request = next(work)
        while True:
            if on_plan is not None and isinstance(request, RunRequest):
                on_plan(request.numerics[0])
                on_plan = None
            request = work.send(_done(request, progress))
    except StopIteration as end:
        return end.value


def with_residuals(result: Result, enough: float, steps: bool = False) -> tuple[Result, dict[str, Residual]]:
    """The result without its adjoints, and their residuals; see `RunRequest` for `enough` and `steps`."""
    residuals = grid_residuals(result, enough)
    if steps:
        defects = step_defects(result)
        residuals = {name: dataclasses.replace(residual, step=defects[name]) for name, residual in residuals.items()}
    return dataclasses.replace(result, adjoints={}), residuals


def _done(request: RunRequest | ProgressNote, progress: Progress) -> Runs:
    results: list[Result] = []
    residuals: dict[str, Residual] = {}
    if isinstance(request, ProgressNote):
        progress(request.done, request.total)
        return Runs(results)
    ways = 1 if request.numbers is None else 2
    pairs = [numerics.fft_pairs for numerics in request.numerics]
    meter = _Meter(progress, sum(pairs) + (ways - 1) * pairs[0])
    for place, numerics in enumerate(request.numerics):
        if place == 0 and request.numbers is not None:
            show = meter.of(numerics, ways)
            result = propagate_with_adjoint(request.problem, checked(request.problem, numerics), request.numbers, show)
            try:
                result, residuals = with_residuals(result, request.enough, request.steps)
            except KeyboardInterrupt:
                return Runs([dataclasses.replace(result, adjoints={})])
        else:
            try:
                result = propagate(request.problem, numerics, progress=meter.of(numerics))
            except KeyboardInterrupt:
                # interrupted before its first frame
                if not results:
                    raise
                break
        if not results or result.complete:
            results.append(result)
        if not result.complete:
            break
    return Runs(results, residuals)


class _Meter:
    """Progress over several propagations, counted in FFT pairs."""

    def __init__(self, report: Progress, total: int) -> None:
        self.report, self.total, self.before = report, total, 0

    def of(self, numerics: Numerics, times: int = 1) -> Progress:
        start, share = self.before, times * numerics.fft_pairs
        self.before += share
        return lambda done, total: self.report(start + round(share * min(done / total, 1.0)), self.total)
