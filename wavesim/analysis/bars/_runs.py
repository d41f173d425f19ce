"""Questions say what they want propagated and wait for the results; whoever drives them decides how: one by one, or many in one program."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from typing import TypeVar

from ..._programs import make_room
from ...problem import Problem
from ...propagation import Numerics, Progress, Result, propagate

Told = TypeVar("Told")


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One problem, to be propagated with each of these numerics."""

    problem: Problem
    numerics: tuple[Numerics, ...]


@dataclasses.dataclass(frozen=True)
class Headway:
    """How far work has come that propagates nothing: for the bar alone."""

    done: int
    total: int


# sent back are the results in the same order; after an interruption fewer, of which only the first may be incomplete
Work = Generator[Wanted | Headway, list[Result], Told]


def carried_out(work: Work[Told], progress: Progress) -> Told:
    """Drive it here: every run in turn."""
    make_room()
    try:
        wanted = next(work)
        while True:
            wanted = work.send(_done(wanted, progress))
    except StopIteration as end:
        return end.value


def _done(wanted: Wanted | Headway, progress: Progress) -> list[Result]:
    results: list[Result] = []
    if isinstance(wanted, Headway):
        progress(wanted.done, wanted.total)
        return results
    meter = _Meter(progress, sum(numerics.fft_pairs for numerics in wanted.numerics))
    for numerics in wanted.numerics:
        result = propagate(wanted.problem, numerics, progress=meter.of(numerics))
        if not results or result.complete:
            results.append(result)
        if not result.complete:
            break
    return results


class _Meter:
    """Progress over several propagations, counted in FFT pairs."""

    def __init__(self, report: Progress, total: int) -> None:
        self.report, self.total, self.before = report, total, 0

    def of(self, numerics: Numerics) -> Progress:
        start, each = self.before, numerics.pairs
        self.before += numerics.fft_pairs
        return lambda done, _: self.report(start + done * each, self.total)
