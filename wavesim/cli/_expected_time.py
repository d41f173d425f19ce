"""How long a command will take on this machine, as far as its plan tells."""

from __future__ import annotations

import contextlib
import functools
import math
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .._text import duration_text
from ..errors import WavesimError
from ._door import say

if TYPE_CHECKING:
    from ..analysis.bars import AbstractQuestion, Parts
    from ..propagation import Numerics
    from ..scenario import Scenario

# FFT pairs of a certificate, in those of its first run: measured over the gallery, 2.4 to 11
_ALL_RUNS = 5.0
# what is not propagation, in units of `_work_seconds`, measured over the gallery: numbers and tables, a picture, frames of a line's and of a plane's movie
_NUMBERS, _PICTURE, _FRAME, _PLANE = 350.0, 170.0, 3.0, 20.0
# points of a trial, in rows side by side, so that the calls themselves take no time; trials, of which the middle one counts; seconds of each at least
_TRIAL_POINTS, _TRIALS, _LEAST_SECONDS = 4096, 3, 2e-3
_STRIDES = 100_000
# from so many seconds on a larger tolerance is tried, and named if it takes less than half of them
_LONG, _LARGER, _WORTH = 30.0, 10.0, 0.5
# seconds that are spent on planning the other cases, so as to tell what each takes
_AT_ONCE = 2.0
# of what a run takes: planning that took more is not done once more for the sake of advice
_QUICK = 0.05


def expected_text(
    cases: tuple[Scenario, ...], plans: list[Numerics | None], *, movie: bool = True, planning_s: float = 0.0
) -> str:
    """How long a run of all cases will take, and what a larger tolerance would spare where that is long, and planning is quick.

    Args:
        cases: of the scenario.
        plans: of the first run of each case; None where nothing is propagated.
        movie: whether one is painted.
        planning_s: seconds that it took to plan them all.
    """
    unpropagated = _in_parts(cases, plans)
    seconds = expected_seconds(plans, movie=movie) + unpropagated
    text = f"about {duration_text(max(seconds, 1.0))} on this machine, pictures included"
    if seconds < _LONG or planning_s > _QUICK * seconds:
        return text
    cheaper: list[Numerics | None] = []
    for case in cases:
        try:
            cheaper.append(_first_run(case, _LARGER * case.tolerance))
        except WavesimError:
            # what cannot be asked for is not advised; the run itself goes on
            return text
    spared = expected_seconds(cheaper, movie=movie) + unpropagated
    if spared > _WORTH * seconds:
        return text
    return f"{text}; about {duration_text(max(spared, 1.0))} with --tolerance {_LARGER * cases[0].tolerance:g}"


def expecting(cases: tuple[Scenario, ...], *, movie: bool) -> Callable[[Numerics], None]:
    """Say how long all cases will take, as soon as the first run of the first one is planned."""
    begun = time.perf_counter()

    def heard(numerics: Numerics) -> None:
        planning_s = len(cases) * (time.perf_counter() - begun)
        plans: list[Numerics | None] = [numerics] * len(cases)
        until = time.perf_counter() + _AT_ONCE
        for place, case in enumerate(cases[1:], start=1):
            # a case that will be refused counts as the first one does: the run says why
            with contextlib.suppress(WavesimError):
                if time.perf_counter() < until:
                    plans[place] = _first_run(case, case.tolerance)
        say(f"takes      {expected_text(cases, plans, movie=movie, planning_s=planning_s)}")

    return heard


def foretell(cases: tuple[Scenario, ...], *, movie: bool) -> None:
    """Say how long cases take that propagate nothing, where that is no moment."""
    if any(_parts(case) is not None for case in cases):
        say(f"takes      {expected_text(cases, [None] * len(cases), movie=movie)}")


def expected_seconds(plans: list[Numerics | None], *, movie: bool = True) -> float:
    """Seconds from now until the files of a run are written.

    A certificate repeats its first run some times, which the gallery tells; whatever is no propagation (reading programs, theory,
    files, pictures) is counted in units of a small piece of Python that is timed now, so that a slow or a busy machine says so.

    Args:
        plans: of the first run of each case; None where nothing is propagated.
        movie: whether one is painted.
    """
    runs = [numerics for numerics in plans if numerics is not None]
    painting = max((numerics.frames * _frame(numerics) for numerics in runs), default=0.0) if movie else 0.0
    ordinary = _NUMBERS * len(plans) ** 0.5 + _PICTURE + painting
    return ordinary * _work_seconds() + sum(map(_propagating, runs))


def _in_parts(cases: tuple[Scenario, ...], plans: list[Numerics | None]) -> float:
    """Seconds of the cases that propagate nothing and yet take long: one part of each is done now."""
    seconds = 0.0
    for parts in (_parts(case) for case, plan in zip(cases, plans, strict=True) if plan is None):
        if parts is not None:
            # the first one reads programs, too
            parts.one()
            seconds += parts.count * _taken(parts.one)
    return seconds


def _question(case: Scenario) -> AbstractQuestion:
    from ..analysis import question_of

    return case.find or question_of(case.problem)


def _parts(case: Scenario) -> Parts | None:
    return _question(case).parts(case.problem)


def _first_run(case: Scenario, tolerance: float) -> Numerics | None:
    """The numerics of a case's first run; None where there is none."""
    question = _question(case)
    chosen = question.planned(case.problem, tolerance, **case.fixed)
    if chosen is None or question.without_run(case.problem, tolerance, chosen, **case.fixed) is not None:
        return None
    return chosen.numerics


def _taken(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _frame(numerics: Numerics) -> float:
    return _FRAME if numerics.grid.dimension == 1 else _PLANE


def _propagating(numerics: Numerics) -> float:
    return _ALL_RUNS * (numerics.fft_pairs or 0) * _pair_seconds(numerics.grid.points)


@functools.cache
def _work_seconds() -> float:
    """Seconds of a small piece of Python."""
    return statistics.median(_taken(lambda: sum(stride * stride for stride in range(_STRIDES))) for _ in range(_TRIALS))


def _pair_seconds(points: tuple[int, ...]) -> float:
    """Of a transform there and back; on a CPU without a program of its own, which would take longer to make than to use."""
    import jax

    if jax.default_backend() != "cpu":
        from ..propagation import pair_seconds

        return pair_seconds(points)
    import numpy as np

    from ..fourier import numpy_forward, numpy_inverse

    rows = max(1, _TRIAL_POINTS // math.prod(points))
    psi = np.exp(1j * np.linspace(0.0, 1.0, rows * math.prod(points))).reshape(rows, *points)

    def pair() -> None:
        numpy_inverse(psi * numpy_forward(psi, len(points)), len(points))

    # the first one makes the tables
    pair()
    often = max(1, math.ceil(_LEAST_SECONDS / _taken(pair)))
    trials = [_taken(lambda: [pair() for _ in range(often)]) for _ in range(_TRIALS)]
    return statistics.median(trials) / (often * rows)
