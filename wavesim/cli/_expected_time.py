"""How long a command will take on this machine, as far as its plan tells."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from .._text import duration_text
from ..errors import WavesimError

if TYPE_CHECKING:
    from ..propagation import Numerics
    from ..scenario import Scenario

# FFT pairs of a certificate, in those of its first run: measured over the gallery, 2.4 to 11
_ALL_RUNS = 5.0
# what is not propagation, in units of `_work_seconds`, measured over the gallery: numbers and tables, a picture, frames of a line's and of a plane's movie
_NUMBERS, _PICTURE, _FRAME, _PLANE = 350.0, 170.0, 3.0, 20.0
# parts of a second that the trial of an FFT pair may take
_LEAST_SECONDS = 5e-3
_STRIDES = 100_000
# from so many seconds on a larger tolerance is tried, and named if it takes less than half of them
_LONG, _LARGER, _WORTH = 30.0, 10.0, 0.5
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
    from ..analysis import question_of

    seconds = expected_seconds(plans, movie=movie)
    text = f"about {duration_text(max(seconds, 1.0))} on this machine, pictures included"
    if seconds < _LONG or planning_s > _QUICK * seconds:
        return text
    cheaper: list[Numerics | None] = []
    for case in cases:
        question = case.find or question_of(case.problem)
        try:
            chosen = question.planned(case.problem, _LARGER * case.tolerance, **case.fixed)
        except WavesimError:
            # what cannot be asked for is not advised; the run itself goes on
            return text
        cheaper.append(None if chosen is None else chosen.numerics)
    spared = expected_seconds(cheaper, movie=movie)
    if spared > _WORTH * seconds:
        return text
    return f"{text}; about {duration_text(max(spared, 1.0))} with --tolerance {_LARGER * cases[0].tolerance:g}"


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


def _frame(numerics: Numerics) -> float:
    return _FRAME if numerics.grid.dimension == 1 else _PLANE


def _propagating(numerics: Numerics) -> float:
    return _ALL_RUNS * (numerics.fft_pairs or 0) * _pair_seconds(numerics.grid.points)


def _work_seconds() -> float:
    """Seconds of a small piece of Python."""
    begun = time.perf_counter()
    sum(stride * stride for stride in range(_STRIDES))
    return time.perf_counter() - begun


def _pair_seconds(points: tuple[int, ...]) -> float:
    """Of a transform there and back; on a CPU without a program of its own, which would take longer to make than to use."""
    import jax

    if jax.default_backend() != "cpu":
        from ..propagation import pair_seconds

        return pair_seconds(points)
    import numpy as np
    import scipy.fft

    psi = np.exp(1j * np.linspace(0.0, 1.0, math.prod(points))).reshape(points)
    count, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < _LEAST_SECONDS or not count:
        psi = scipy.fft.ifftn(psi * scipy.fft.fftn(psi))
        psi /= np.max(np.abs(psi))
        count += 1
    return spent / count
