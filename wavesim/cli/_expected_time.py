"""The expected time of a command on this machine, from its plan."""

from __future__ import annotations

import contextlib
import functools
import math
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .._jax import platform
from .._text import duration_text
from ..errors import WavesimError
from ._exit import say

if TYPE_CHECKING:
    from ..analysis.bars import AbstractQuestion, Parts
    from ..propagation import Numerics
    from ..scenario import Scenario

# FFT pairs of a certificate over those of its first run: 2.4 to 11, measured over the gallery
_ALL_RUNS = 5.0
# work other than propagation, in units of `_work_seconds`, measured over the gallery: numbers and tables
_NUMBERS = 350.0
# a picture
_PICTURE = 170.0
# a frame of a movie in one dimension
_FRAME = 3.0
# a frame in two dimensions
_PLANE = 20.0
# points of a timed FFT, in rows side by side, so that the overhead of a call is small
_TRIAL_POINTS = 4096
# timings of which the median is taken
_TRIALS = 3
# shortest time of each
_LEAST_SECONDS = 2e-3
# terms of the sum that is timed as a unit of work
_STRIDES = 100_000
# expected seconds from which a larger tolerance is considered
_LONG = 30.0
# factor on that tolerance
_LARGER = 10.0
# expected time with it, relative to that without, below which it is recommended
_WORTH = 0.5
# most seconds for planning the other cases, whose times may differ
_AT_ONCE = 2.0
# longest planning that is repeated for a recommendation, relative to the time of the run
_QUICK = 0.05


def expected_text(
    cases: tuple[Scenario, ...], plans: list[Numerics | None], *, movie: bool = True, planning_s: float = 0.0
) -> str:
    """The expected time of all cases, with that for a larger tolerance if the run is long and planning is quick.

    Args:
        cases: the cases of the scenario.
        plans: the numerics of the first run of each case; None where nothing is propagated.
        movie: whether a movie is painted.
        planning_s: the seconds that planning all cases took.
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
            # a tolerance that is refused is not recommended
            return text
    reduced = expected_seconds(cheaper, movie=movie) + unpropagated
    if reduced > _WORTH * seconds:
        return text
    return f"{text}; about {duration_text(max(reduced, 1.0))} with --tolerance {_LARGER * cases[0].tolerance:g}"


def expected_time_reporter(cases: tuple[Scenario, ...], *, movie: bool) -> Callable[[Numerics], None]:
    """A function of the first planned numerics that prints the expected time of all cases."""
    start = time.perf_counter()

    def report(numerics: Numerics) -> None:
        planning_s = len(cases) * (time.perf_counter() - start)
        plans: list[Numerics | None] = [numerics] * len(cases)
        until = time.perf_counter() + _AT_ONCE
        for place, case in enumerate(cases[1:], start=1):
            # a case that will be refused is counted like the first; the run itself reports why
            with contextlib.suppress(WavesimError):
                if time.perf_counter() < until:
                    plans[place] = _first_run(case, case.tolerance)
        say(f"takes      {expected_text(cases, plans, movie=movie, planning_s=planning_s)}")

    return report


def say_expected_time(cases: tuple[Scenario, ...], *, movie: bool) -> None:
    """Print the expected time of cases that propagate nothing, if they take long."""
    if any(_parts(case) is not None for case in cases):
        say(f"takes      {expected_text(cases, [None] * len(cases), movie=movie)}")


def expected_seconds(plans: list[Numerics | None], *, movie: bool = True) -> float:
    """Seconds from now until the files of a run are written.

    A certificate costs its first run times a factor measured over the gallery; other work (reading programs, theory, files, pictures)
    is counted in units of a small piece of Python that is timed now, to account for a slow or busy machine.

    Args:
        plans: the numerics of the first run of each case; None where nothing is propagated.
        movie: whether a movie is painted.
    """
    runs = [numerics for numerics in plans if numerics is not None]
    painting = max((numerics.frames * _frame(numerics) for numerics in runs), default=0.0) if movie else 0.0
    ordinary = _NUMBERS * len(plans) ** 0.5 + _PICTURE + painting
    return ordinary * _work_seconds() + sum(map(_propagating, runs))


def _in_parts(cases: tuple[Scenario, ...], plans: list[Numerics | None]) -> float:
    """Seconds of the cases that take long without propagation, from one part of each that is timed now."""
    seconds = 0.0
    for parts in (_parts(case) for case, plan in zip(cases, plans, strict=True) if plan is None):
        if parts is not None:
            # the first call also loads programs
            parts.one()
            seconds += parts.count * _seconds_of(parts.one)
    return seconds


def _question(case: Scenario) -> AbstractQuestion:
    from ..analysis import question_of

    return case.find or question_of(case.problem)


def _parts(case: Scenario) -> Parts | None:
    return _question(case).parts(case.problem)


def _first_run(case: Scenario, tolerance: float) -> Numerics | None:
    """The numerics of a case's first run; None if there is none."""
    question = _question(case)
    plan = question.planned(case.problem, tolerance, **case.fixed)
    if plan is None or question.without_run(case.problem, tolerance, plan, **case.fixed) is not None:
        return None
    return plan.numerics


def _seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _frame(numerics: Numerics) -> float:
    return _FRAME if numerics.grid.dimension == 1 else _PLANE


def _propagating(numerics: Numerics) -> float:
    return _ALL_RUNS * (numerics.fft_pairs or 0) * _pair_seconds(numerics.grid.points)


@functools.cache
def _work_seconds() -> float:
    """Seconds of a small piece of Python."""
    return statistics.median(
        _seconds_of(lambda: sum(stride * stride for stride in range(_STRIDES))) for _ in range(_TRIALS)
    )


def _pair_seconds(points: tuple[int, ...]) -> float:
    """Seconds of an FFT and its inverse; on a CPU in NumPy, since compiling a program takes longer than using it."""
    if platform() != "cpu":
        from ..propagation import pair_seconds

        return pair_seconds(points)
    import numpy as np

    from ..fourier import numpy_forward, numpy_inverse

    rows = max(1, _TRIAL_POINTS // math.prod(points))
    psi = np.exp(1j * np.linspace(0.0, 1.0, rows * math.prod(points))).reshape(rows, *points)

    def pair() -> None:
        numpy_inverse(psi * numpy_forward(psi, len(points)), len(points))

    # the first call computes the tables
    pair()
    often = max(1, math.ceil(_LEAST_SECONDS / _seconds_of(pair)))
    trials = [_seconds_of(lambda: [pair() for _ in range(often)]) for _ in range(_TRIALS)]
    return statistics.median(trials) / (often * rows)
