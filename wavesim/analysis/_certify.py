"""Certify: a problem and a question in; value, error bar and theory side by side out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TypedDict, Unpack

import numpy as np

from .._checks import known_keywords, positive
from .._threads import one_blas_thread
from ..absorbers import Absorber
from ..errors import ArgumentError
from ..grid import Grid
from ..potentials import Free, two_wells_of, values_at
from ..problem import Problem, in_its_units, require_problem
from ..propagation import Method, Numerics, Progress, heeding, refuse_given, reporter
from ..states import Thermal, Trapped
from ._seam import seam_warnings
from .bars import AbstractQuestion, Report
from .predictions import gaussians_of, tunnels
from .questions import (
    Decay,
    DrivenPopulations,
    MeetingDelay,
    Motion,
    PassOrBounce,
    Populations,
    Transmission,
    two_that_meet,
)

# points at which V is averaged over a packet
_HERMITE = 40


def question_of(problem: Problem) -> AbstractQuestion:
    """What is asked of a problem when nothing is said: decay, transmission, populations, motion, or what becomes of two particles that meet.

    Populations of two wells where the state lies in them with less energy than their barrier has; a state with more moves to and fro above it.
    """
    if isinstance(problem.state, Trapped):
        return Decay()
    if isinstance(problem.state, Thermal):
        return Populations()
    if problem.ends is not None:
        return Motion()
    if two_that_meet(problem):
        return MeetingDelay() if problem.state.identical else PassOrBounce()  # type: ignore[attr-defined]
    if problem.open and not isinstance(problem.potential, Free):
        return Transmission()
    if tunnels(problem):
        return Populations() if problem.potential.static else DrivenPopulations()
    if _lies_below_barrier(problem):
        return Populations()
    return Motion()


def _lies_below_barrier(problem: Problem) -> bool:
    """Whether a packet is in one of two wells, and its mean energy below the top between them."""
    if problem.potential.dimension > 1 or not problem.potential.static:
        return False
    packets, mass = gaussians_of(problem.state, float(problem.mass)), float(problem.mass)
    if packets is None or len(packets) != 1:
        return False
    packet = packets[0]
    wells = two_wells_of(problem.potential, mass)
    if wells is None or not math.isfinite(wells.top):
        return False
    kinetic = packet.momentum**2 / (2 * mass) + 1 / (8 * mass * packet.width**2)
    points, weights = np.polynomial.hermite_e.hermegauss(_HERMITE)
    height = (
        values_at(problem.potential, packet.center + packet.width * points, mass) @ weights / math.sqrt(2 * math.pi)
    )
    return bool(kinetic + height < wells.top)


class FixedNumerics(TypedDict, total=False):
    """Numerics given by hand, as in `wavesim.plan`."""

    grid: Grid | None
    dt: float | None
    scheme: Method | str | None
    absorber: Absorber | None | str
    frames: int | None
    precision: str
    save_psi: bool


@known_keywords(
    *FixedNumerics.__annotations__,
    numerics="it plans them itself; give grid=, dt=, scheme=, absorber= or frames= one by one, in a problem with duration = N dt for exactly N steps, or call propagate(problem, numerics), which has no error bars.",
)
@one_blas_thread()
@in_its_units
def certify(
    problem: Problem,
    tolerance: float = 1e-4,
    *,
    find: AbstractQuestion | None = None,
    progress: bool | Progress = False,
    stop: Callable[[], bool] | None = None,
    on_plan: Callable[[Numerics], None] | None = None,
    **fixed: Unpack[FixedNumerics],
) -> Report:
    """Solve a problem and say how far each number can be trusted.

    ``report = certify(problem, tolerance=1e-6); print(report)``. One propagation as planned, and the gradient of the headline run backward
    through the same steps: what the grid leaves wrong is the residual of the true potential weighted with it, by which the number is also
    corrected (`wavesim.analysis.bars`). Twice the step (and four times, for splitting schemes) tells what the step leaves. Questions
    whose number is no sum over the record (fits, curves of energy), and the rows of a sweep, compare coarser grids instead. The
    absorber's leak for the packet's momenta, what reaches the ends of the box, and what is undecided at the end complete the bar. If it
    misses the tolerance, or an independent theory disputes the number, the part that is to blame is planned finer, in four trials at most.

    Args:
        problem: the physics.
        tolerance: error bar aimed at for the headline: absolute for probabilities, relative for the tunneling period.
        find: what is asked, such as ``wavesim.analysis.Decay()``; by default `question_of` the problem.
        progress: True for a bar on standard error, or a function of (FFT pairs done, FFT pairs in all).
        stop: asked many times a second; where it says True the work ends at once, for nobody waits for it any more.
        on_plan: a function of the numerics of the first run, called before its first step; where nothing is propagated it never is.
        fixed: numerics given by hand, as in `wavesim.plan`: grid, dt, scheme, absorber, frames, precision.

    Returns:
        the `Report`; if interrupted, with ``result.complete`` False or error bars that are not known (inf).

    Raises:
        NumericsError: if rounding alone exceeds the tolerance; see also `wavesim.plan` and `wavesim.propagate`.
        ArgumentError: if `problem` is none, `tolerance` is not positive, `find` is no question, or a keyword is none of these.
        StoppedError: if `stop` said so.
        WavesimError: if the question cannot be asked of this problem.
    """
    require_problem(problem)
    positive("tolerance", tolerance)
    refuse_given(fixed)
    if find is not None and not isinstance(find, AbstractQuestion):
        raise ArgumentError(
            "find",
            f"must be a question, such as wavesim.analysis.Levels(count=4), but is {find!r}; build it from its class.",
        )
    with reporter(progress) as report:
        question = find or question_of(problem)
        measured = question.measure(problem, tolerance, progress=heeding(report, stop), on_plan=on_plan, **fixed)
    return dataclasses.replace(measured, problem=problem, warnings=(*measured.warnings, *seam_warnings(problem)))
