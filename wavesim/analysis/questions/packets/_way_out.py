"""Transmission with a wall on one side: the probability that has left the room between wall and barrier by the end."""

from __future__ import annotations

import math

import numpy as np

from ...._checks import named
from ...._typing import DIMENSIONLESS, Dimension
from ....ends import Axis
from ....errors import WavesimError
from ....observables import AbstractObservable, Norm, ProbabilityIn
from ....potentials import restricted
from ....problem import Problem
from ....propagation import FrameSum, Result
from ....regions import Before, Beyond
from ....states import as_packet
from ...bars import Reading

# of V's height: where its structure ends
_FAR = 1e-3
# the series that marks such a record
OUT = "beyond_barrier"


def way_out(problem: Problem) -> dict[str, AbstractObservable]:
    """The observables: the norm, and the probability beyond V's structure on the side without a wall.

    Raises:
        WavesimError: if there is no such side, the packet comes from there, or there is no duration.
    """
    ends = problem.ends
    if isinstance(ends, Axis):
        where, cure = "the axis is a ring, which has no other side", "ask for motion or levels"
    elif ends is None or ends.both:
        where, cure = "walls stand on both sides", "ask for motion or levels, or leave out one wall"
    else:
        span = restricted(problem.potential, ends).support(_FAR)
        plane = float(span[1] if ends.left is not None else span[0])
        packet = as_packet(problem.state, float(problem.mass))
        middle = None if packet is None else sum(packet.position_range(0.5 - 1e-9)) / 2
        inside = middle is not None and abs(middle - ends.nearest[0]) < abs(plane - ends.nearest[0])
        if inside and problem.duration is not None:
            region = Beyond(plane) if ends.left is not None else Before(plane)
            return {"norm": Norm(), OUT: ProbabilityIn(region)}
        if inside:
            where, cure = (
                "a wall stands on one side, so that in the end all is out",
                "set `duration`, when to look, or ask for decay",
            )
        else:
            where, cure = (
                "a wall stands on one side, from which all that comes from the other returns",
                "start a packet between the wall and the barrier, or ask for motion",
            )
    raise WavesimError(f"transmission is out one side for what came from the other, but {where}; {cure}.")


def refuse_held(problem: Problem) -> None:
    """Refuse a V from which nothing leaves.

    Raises:
        WavesimError: if V rises without end on both sides, so that nothing leaves.
    """
    if problem.potential.dimension == 1 and min(map(float, problem.potential.asymptotes())) == math.inf:
        raise WavesimError(
            f"transmission is out one side for what came from the other, but {named(problem.potential)} rises without end on both sides, and "
            "nothing leaves it; ask for motion, populations or levels."
        )


def out_readings(result: Result) -> dict[str, Reading]:
    """The probabilities outside and inside at the end."""
    return {name: Reading(float(values[-1]), DIMENSIONLESS) for name, (values, _) in out_curves(result).items()}


def out_curves(result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
    """Both over time; absorbed probability is outside."""
    out = result.absorbed.sum(axis=1) + result.series[OUT]
    return {
        "transmitted_probability": (out, DIMENSIONLESS),
        "remaining_probability": (result.series["norm"] - result.series[OUT], DIMENSIONLESS),
    }


def out_numbers(result: Result) -> dict[str, FrameSum]:
    """The same as sums over the record."""
    frames = result.numerics.frames
    return {
        "transmitted_probability": FrameSum.at(frames, frames, {OUT: 1.0}, (1.0, 1.0)),
        "remaining_probability": FrameSum.at(frames, frames, {"norm": 1.0, OUT: -1.0}),
    }
