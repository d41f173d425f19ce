"""Questions say what they want propagated and wait for the results; whoever drives them decides how: one by one, or many in one program."""

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
    """One problem, to be propagated with each of these numerics.

    Attributes:
        problem: the physics.
        numerics: of each run.
        numbers: of the first run, numbers whose gradients are run backward, told by its record; None for none.
        enough: of what the grid leaves wrong in them, what need not be looked for.
        steps: whether they tell what the time step leaves wrong, too.
    """

    problem: Problem
    numerics: tuple[Numerics, ...]
    numbers: Numbers | None = None
    enough: float = 0.0
    steps: bool = False


@dataclasses.dataclass(frozen=True)
class Runs:
    """What comes back for a `RunRequest`.

    Attributes:
        results: in the order of its numerics; after an interruption fewer, of which only the first may be incomplete.
        residuals: what the grid of the first run leaves wrong in its numbers, and a splitting's step, by name; empty if there are none, or it
            was interrupted.
    """

    results: list[Result]
    residuals: dict[str, Residual] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class ProgressNote:
    """How far work has come that propagates nothing: for the bar alone."""

    done: int
    total: int


# after a `ProgressNote` no runs come back
Measurement = Generator[RunRequest | ProgressNote, Runs, Answer]


Announcement = Callable[[Numerics], None]


def run_here(work: Measurement[Answer], progress: Progress, on_plan: Announcement | None = None) -> Answer:
    """Drive it here: every run in turn.

    Args:
        work: the measurement.
        progress: hears how far each request has come.
        on_plan: hears the numerics of the first run, before its first step.
    """
    make_room()
    try:
        wanted = next(work)
        while True:
            if on_plan is not None and isinstance(wanted, RunRequest):
                on_plan(wanted.numerics[0])
                on_plan = None
            wanted = work.send(_done(wanted, progress))
    except StopIteration as end:
        return end.value


def residuals_apart(result: Result, enough: float, steps: bool = False) -> tuple[Result, dict[str, Residual]]:
    """The result without its adjoints, and the residuals that they tell; see `RunRequest.enough`. With `steps` those of the time step, too."""
    residuals = grid_residuals(result, enough)
    if steps:
        defects = step_defects(result)
        residuals = {name: dataclasses.replace(one, step=defects[name]) for name, one in residuals.items()}
    return dataclasses.replace(result, adjoints={}), residuals


def _done(wanted: RunRequest | ProgressNote, progress: Progress) -> Runs:
    results: list[Result] = []
    residuals: dict[str, Residual] = {}
    if isinstance(wanted, ProgressNote):
        progress(wanted.done, wanted.total)
        return Runs(results)
    there_and_back = 1 if wanted.numbers is None else 2
    pairs = [numerics.fft_pairs for numerics in wanted.numerics]
    meter = _Meter(progress, sum(pairs) + (there_and_back - 1) * pairs[0])
    for place, numerics in enumerate(wanted.numerics):
        if place == 0 and wanted.numbers is not None:
            show = meter.of(numerics, there_and_back)
            result = propagate_with_adjoint(wanted.problem, checked(wanted.problem, numerics), wanted.numbers, show)
            try:
                result, residuals = residuals_apart(result, wanted.enough, wanted.steps)
            except KeyboardInterrupt:
                return Runs([dataclasses.replace(result, adjoints={})])
        else:
            try:
                result = propagate(wanted.problem, numerics, progress=meter.of(numerics))
            except KeyboardInterrupt:
                # before its first frame
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
