"""Sufficient durations for runs that end too early, from the decay of the remaining probability or by trial."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._amounts import amount
from ..._typing import TIME
from ...errors import WavesimError
from ...problem import Problem
from ...propagation import Numerics, Result
from ._report import Quantity
from ._runs import Measurement, RunRequest

# durations of successive trials as multiples of the first; beyond them the rest decays too slowly for any run
_TIMES = (1.5, 2.0, 4.0, 8.0)
# what may remain at the end of a recommended run, relative to the aim without the other parts of the bar
_SHARE = 0.75
# points x FFT pairs of a trial, some seconds: advice must not cost more than the number itself
_MOST_WORK = 1e8
# factor on a recommended tolerance, since its run has another box than the trial
_ROOM = 2.0
# fraction of the record at which the second interval for the decay begins; the first one runs from the middle to there
_LATER = 0.75
# largest factor on the duration that is worth while: the box grows by as much
_MOST = 8.0
# factor on the width of the absorber for a rest that does not decay, but is reflected by it
_THICKER = 1.6


@dataclasses.dataclass(frozen=True)
class Wait:
    """Factors by which a run would have to be longer, and its absorber thicker.

    Attributes:
        longer: factor on the duration; 1 if a longer run does not help.
        thicker: factor on the width of the absorber, for slower waves.
        hopeless: whether no run is long enough.
    """

    longer: float
    thicker: float
    hopeless: bool = False


def wait_for(times: np.ndarray, left: np.ndarray, share: float) -> Wait:
    """The factors of the run at whose end a given share of the rest remains.

    With p = -d ln(left)/d ln t, which grows as t^q: q = 0 is the power law of slow waves, q = 1 an exponential decay.
    left(f t) = left(t) exp(-(p/q) (f^q - 1)), so that f = (1 + q ln(1/share)/p)^(1/q). Slow waves that leave by f t are f times slower than
    those that leave by t, and need an absorber f times as wide; the waves of an exponential decay keep their speed.

    Args:
        times: increasing, from 0, shape (frames,).
        left: the rest at each, shape (frames,).
        share: share of the rest that is left at the end, below 1.
    """
    places = [int(part * (len(times) - 1)) for part in (0.5, _LATER, 1.0)]
    before, later, end = (math.log(max(float(left[place]), 1e-300)) for place in places)
    first, middle, last = (math.log(float(times[place])) for place in places)
    early, late = (before - later) / (middle - first), (later - end) / (last - middle)
    if late <= 0:
        return Wait(1.0, _THICKER)
    # between the middles of the two parts
    distance = (last - first) / 2
    growth = min(max(math.log(late / early) / distance, 0.0), 1.0) if early > 0 else 0.0
    needed = -math.log(max(share, 1e-300)) / (late * math.exp(growth * (last - middle) / 2))
    logarithm = math.log1p(growth * needed) / growth if growth > 1e-6 else needed
    if logarithm > math.log(_MOST):
        return Wait(1.0, 1.0, hopeless=True)
    return Wait(math.exp(logarithm), math.exp((1 - growth) * logarithm))


@dataclasses.dataclass(frozen=True)
class Advice:
    """The cure for a run that ends too early.

    Attributes:
        cure: the end of a sentence.
        fft_pairs: FFT pairs of each trial.
    """

    cure: str
    fft_pairs: tuple[int, ...]


def advised(
    problem: Problem,
    plan: Callable[[Problem], Numerics],
    remains: Callable[[Result], float],
    ended: Numerics,
    headline: Quantity,
    aim: float,
    tolerance: float,
) -> Measurement[Advice]:
    """Run for longer, without a bar, until little enough remains; only a duration that was tried successfully is recommended.

    Args:
        problem: with all that is measured along the way.
        plan: numerics of a problem with a given duration.
        remains: the rest at the end of a run.
        ended: numerics of the run that ended too early.
        headline: its number.
        aim: largest error bar that the number should have.
        tolerance: tolerance that gave the aim.
    """
    first_duration, pairs = float(ended.duration), []
    last, left = first_duration, headline.budget["duration"]
    others = headline.error - left
    for times in _TIMES:
        longer = dataclasses.replace(problem, duration=_rounded(times * first_duration, problem))
        try:
            numerics = dataclasses.replace(plan(longer), save_psi=False)
            if (numerics.fft_pairs or 0) * math.prod(numerics.grid.points) > _MOST_WORK:
                break
            (result,) = (yield RunRequest(longer, (numerics,))).results
        except (WavesimError, KeyboardInterrupt):
            break
        if not result.complete:
            break
        pairs.append(numerics.fft_pairs)
        left, last = remains(result), float(longer.duration or first_duration)
        if left <= _SHARE * (aim - others):
            return Advice(f"set duration = {_written(last, problem)}", tuple(pairs))
    further = f"give a longer duration, for example duration = {_written(_rounded(2 * last, problem), problem)}"
    if not pairs:
        # a trial would cost more than the number itself
        return Advice(further, ())
    looser = _ROOM * (others + left) * tolerance / aim
    # one digit, upwards
    size = 10.0 ** math.floor(math.log10(looser))
    cure = f"a trial of {amount(last, TIME, problem.shown_in)} still had {left:.1g} of it left"
    if looser < 0.05:
        text = f"duration = {_written(last, problem)} and a tolerance of {math.ceil(looser / size) * size:.1g}"
        return Advice(f"{cure}, so that waiting does not help; take {text}", tuple(pairs))
    return Advice(f"{cure}; {further}", tuple(pairs))


def _rounded(duration: float, problem: Problem) -> float:
    """A duration rounded up to two digits in the units of the problem."""
    scale = problem.shown_in.scale(TIME)
    size = 10.0 ** (math.floor(math.log10(duration / scale)) - 1)
    return math.ceil(duration / scale / size - 1e-9) * size * scale


def _written(duration: float, problem: Problem) -> Any:
    """A duration as it is written in a file."""
    text = amount(duration, TIME, problem.shown_in)
    return text if problem.shown_in.natural else f'"{text}"'
