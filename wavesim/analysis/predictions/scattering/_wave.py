"""How much of a packet of any shape gets through: T(E) averaged over its momenta."""

from __future__ import annotations

import math

import numpy as np

from ....problem import Problem
from ....states import AbstractWave
from ...bars import Estimate
from ._transmission import moves_right, scattering_transmission

# of the largest density of momenta: what is left out, and counted as an error
_FAINT = 1e-13
# momenta at which T is taken, at most
_MOST = 3_000
# shares of its height at which V begins, and what a wave there can feel of a V fainter than the share before
_BEGINNINGS = ((1e-3, 1.0), (1e-5, 1e-2), (1e-7, 1e-4), (1e-9, 1e-6), (1e-12, 1e-8))


def wave_average(problem: Problem) -> Estimate | None:
    """int T(k) abs(phi(k))^2 dk over the momenta towards the potential, by the trapezoidal rule, which is exact for a phi of finite extent.

    Its error: what every other momentum would give, what is left out, and how much of psi starts inside (by which T may change by up to
    2 sqrt(T p)), in the tails of V in proportion to their height; and where V is lower behind, what waves that come back may have to do with
    those that move away, as `wavesim.theory.standing_share` tells of Gaussians.

    Args:
        problem: static, of one dimension; its state is an `AbstractWave`.

    Returns:
        the average, None for other states, and for so many momenta that the sum would take long.
    """
    wave, mass = problem.state, float(problem.mass)
    if not isinstance(wave, AbstractWave) or not problem.potential.static or problem.potential.dimension > 1:
        return None
    to_right = moves_right(problem)
    k = (wave.measured.k + float(wave.mean_momentum(mass))) * (1.0 if to_right else -1.0)
    weight = wave.measured.density * abs(float(wave.measured.k[1] - wave.measured.k[0]))
    chosen = (k > 0) & (weight > _FAINT * weight.max())
    if np.count_nonzero(chosen) > _MOST:
        return None
    through = np.zeros(len(k))
    through[chosen] = scattering_transmission(problem.potential, mass, to_right)(k[chosen] ** 2 / (2 * mass))
    whole = float(np.sum(weight * through))
    halves = [2 * float(np.sum((weight * through)[start::2])) for start in (0, 1)]
    left_out = float(np.sum(weight[(k > 0) & ~chosen]))
    error = max(abs(half - whole) for half in halves) + left_out + _of_inside(problem, wave, to_right, max(whole, 0.0))
    front, behind = problem.potential.asymptotes() if to_right else problem.potential.asymptotes()[::-1]
    if front > behind:
        error += _standing(k, weight)
    return Estimate(whole, error + 1e-13)


def _standing(k: np.ndarray, weight: np.ndarray) -> float:
    """2 int_0^inf abs(phi(k) phi(-k)) dk."""
    order = np.argsort(k)
    opposite = np.interp(-k, k[order], weight[order], left=0.0, right=0.0)
    return float(np.sum(np.sqrt(weight * opposite)))


def _of_inside(problem: Problem, wave: AbstractWave, to_right: bool, through: float) -> float:
    """By how much what starts inside or behind the potential may change what gets through."""
    error, measured = 0.0, wave.measured
    for beginning, felt in _BEGINNINGS:
        left, right = problem.potential.support(beginning)
        if to_right:
            inside = float(np.interp(left, measured.x, measured.above, left=1.0, right=0.0))
        else:
            inside = float(np.interp(right, measured.x, measured.below, left=0.0, right=1.0))
        error += felt * (2 * math.sqrt(through * inside) + inside)
    return error
