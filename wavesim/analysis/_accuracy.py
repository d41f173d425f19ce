"""Error bars from repeated coarser runs: what the time step, the grid, the absorber and the duration each leave uncertain."""

from __future__ import annotations

import dataclasses
import math

from ..errors import NumericsError
from ..problem import Problem
from ..propagation import Numerics, chebyshev_for, coarsened
from ..schemes import Chebyshev, chebyshev_terms

# how much coarser the repetitions are
_TIME_RATIO = 2
_SPACE_RATIOS = (1.4, 2.0)
# an estimate from two runs may fall short of the truth by this factor before the asymptotic range is reached
_SAFETY = 3.0
_EDGE_ORDER = 3


@dataclasses.dataclass(frozen=True)
class Repetition:
    """A coarser run and how its difference from the finer one becomes an error of `source`: error = weight |fine - coarse|."""

    source: str
    numerics: Numerics
    weight: float


def coarser_in_time(numerics: Numerics) -> Repetition | None:
    """The same run with twice the step; None where the run is a single step, or where its step leaves no error.

    A scheme of order p leaves |fine - coarse| / (2^p - 1) in the fine run; a factor of 3 covers the range before that law holds.
    A Chebyshev step is exact but for the absorber acting between steps, which is of second order; without one there is nothing to tell.
    """
    frames = numerics.frames
    if isinstance(numerics.method, Chebyshev) and numerics.absorber is None:
        return None
    if numerics.steps % (frames * _TIME_RATIO):
        if frames % _TIME_RATIO:
            return None
        frames //= _TIME_RATIO
    method, order = numerics.method, 2
    dt = numerics.dt * _TIME_RATIO
    if isinstance(method, Chebyshev):
        method = dataclasses.replace(method, terms=chebyshev_terms((method.highest - method.lowest) * dt / 2))
    else:
        order = method.order
    changed = dataclasses.replace(
        numerics, dt=dt, steps=numerics.steps // _TIME_RATIO, frames=frames, method=method, save_psi=False
    )
    return Repetition("time_step", changed, _SAFETY / (_TIME_RATIO**order - 1))


def coarser_in_space(problem: Problem, numerics: Numerics) -> list[Repetition]:
    """The same run on coarser grids, box and step unchanged.

    Smooth potentials converge faster than any power: one grid, 1.4 times coarser, and the whole difference is taken, which overstates
    the fine run's error. Sharp edges converge as spacing^3, but erratically where they do not fall midway between points: two grids,
    1.4 and 2 times coarser, and twice the larger of the errors that they tell.
    """
    repetitions = []
    for wanted in _SPACE_RATIOS[: 1 if problem.potential.smooth else 2]:
        grid = coarsened(numerics.grid, wanted, problem.potential)
        method = numerics.method
        if isinstance(method, Chebyshev):
            method = chebyshev_for(problem, grid, numerics.dt)
        ratio = grid.spacing[0] / numerics.grid.spacing[0]
        weight = 1.0 if problem.potential.smooth else 2 / (ratio**_EDGE_ORDER - 1)
        changed = dataclasses.replace(numerics, grid=grid, method=method, save_psi=False)
        repetitions.append(Repetition("grid", changed, weight))
    return repetitions


def rounding(numerics: Numerics) -> float:
    """What rounding may add to a probability: in proportion to the FFT pairs, for the phase tables are rounded off the unit circle
    once and for all, and the norm drifts by 0.1 to 3e-16 a pair (measured; tests/reliability).
    """
    if numerics.precision == "single":
        return 2e-7 * numerics.fft_pairs
    return 1e-14 + 5e-16 * numerics.fft_pairs


def combined(budget: dict[str, float]) -> float:
    """The error bar: the sum of the budget, since nothing is known of signs."""
    total = math.fsum(budget.values())
    if not math.isfinite(total):
        raise NumericsError(
            "the error estimate is not finite: a coarser run failed; choose a smaller dt or a finer grid."
        )
    return total
