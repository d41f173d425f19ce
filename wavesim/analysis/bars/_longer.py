"""A run that ends too early: which duration is long enough, told by how what is left has fallen, or found by trying."""

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

# how many times longer the trials are, one after the other; beyond, what remains falls so slowly that no run waits for it
_TIMES = (1.5, 2.0, 4.0, 8.0)
# of what the aim leaves beside the other parts of the bar: what may remain at the end of a run that is recommended
_SHARE = 0.75
# point-pairs of a trial, some seconds: advice must not cost more than the number
_MOST_WORK = 1e8
# a tolerance that is recommended instead leaves this much room, for its run has another box than the trial
_ROOM = 2.0
# frames from which on a fall is told: between the middle of the record, this share of it, and its end
_LATER = 0.75
# a run that is so many times longer, with a box as much wider, waits for what falls too slowly
_MOST = 8.0
# what does not fall is what the absorber sends back
_THICKER = 1.6


@dataclasses.dataclass(frozen=True)
class Wait:
    """How a longer run would have to be made.

    Attributes:
        longer: times the duration; 1 where waiting does not help.
        thicker: times the width of the absorber, which has to take slower waves by then.
        hopeless: whether no run is long enough.
    """

    longer: float
    thicker: float
    hopeless: bool = False


def wait_for(times: np.ndarray, left: np.ndarray, share: float) -> Wait:
    """The run at whose end `share` of what is left is still there.

    With p = -d ln(left)/d ln t, which grows as t^q: q = 0 is a power law, that of waves too slow to have left, q = 1 a decay at a rate.
    left(f t) = left(t) exp(-(p/q) (f^q - 1)), so that f = (1 + q ln(1/share)/p)^(1/q). Slow waves that leave by f t are f times slower than
    those that leave by t, and an absorber takes them that is f times wider; those that decay at a rate keep their speed.

    Args:
        times: increasing, from 0, shape (frames,).
        left: what is undecided at each, shape (frames,).
        share: of what is left at the end, below 1.
    """
    places = [int(part * (len(times) - 1)) for part in (0.5, _LATER, 1.0)]
    before, later, end = (math.log(max(float(left[place]), 1e-300)) for place in places)
    first, middle, last = (math.log(float(times[place])) for place in places)
    early, late = (before - later) / (middle - first), (later - end) / (last - middle)
    if late <= 0:
        return Wait(1.0, _THICKER)
    # between the middles of the two parts
    apart = (last - first) / 2
    growth = min(max(math.log(late / early) / apart, 0.0), 1.0) if early > 0 else 0.0
    needed = -math.log(max(share, 1e-300)) / (late * math.exp(growth * (last - middle) / 2))
    logarithm = math.log1p(growth * needed) / growth if growth > 1e-6 else needed
    if logarithm > math.log(_MOST):
        return Wait(1.0, 1.0, hopeless=True)
    return Wait(math.exp(logarithm), math.exp((1 - growth) * logarithm))


@dataclasses.dataclass(frozen=True)
class Advice:
    """What to do where a run ends too early.

    Attributes:
        cure: the end of a sentence.
        fft_pairs: of each run that was made to find it.
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
    """Run for longer, without a bar, until little enough remains: the duration is named only if it was seen to do.

    Args:
        problem: with all that is measured along the way.
        plan: numerics of a problem with a given duration.
        remains: what is undecided at the end of a run.
        ended: of the run that ended too early.
        headline: its number.
        aim: what its bar was to be.
        tolerance: which made it so.
    """
    begun, pairs = float(ended.duration), []
    last, left = begun, headline.budget["duration"]
    others = headline.error - left
    for times in _TIMES:
        longer = dataclasses.replace(problem, duration=_rounded(times * begun, problem))
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
        left, last = remains(result), float(longer.duration or begun)
        if left <= _SHARE * (aim - others):
            return Advice(f"set duration = {_written(last, problem)}", tuple(pairs))
    further = f"give a longer duration, for example duration = {_written(_rounded(2 * last, problem), problem)}"
    if not pairs:
        # a trial would cost more than the number
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
    """A duration of two digits in the units in which it is said, not below what it was."""
    scale = problem.shown_in.scale(TIME)
    size = 10.0 ** (math.floor(math.log10(duration / scale)) - 1)
    return math.ceil(duration / scale / size - 1e-9) * size * scale


def _written(duration: float, problem: Problem) -> Any:
    """A duration as a file has it."""
    text = amount(duration, TIME, problem.shown_in)
    return text if problem.shown_in.natural else f'"{text}"'
