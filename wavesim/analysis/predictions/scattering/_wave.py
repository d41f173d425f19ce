"""Transmitted probability of a packet of any shape: T(E) averaged over its momenta."""

from __future__ import annotations

import math

import numpy as np

from ....problem import Problem
from ....states import AbstractWave
from ...bars import Estimate
from ._transmission import moves_right, scattering_transmission

# least momentum density that is averaged over, relative to the largest; the rest is counted as an error
_LEAST_DENSITY = 1e-13
_MOST_MOMENTA = 3_000
# tail of V as a share of its height, and the weight in the error of the probability that starts beyond it, where V is up to the previous share
_TAILS = ((1e-3, 1.0), (1e-5, 1e-2), (1e-7, 1e-4), (1e-9, 1e-6), (1e-12, 1e-8))


def wave_average(problem: Problem) -> Estimate | None:
    """Average of T over the momenta towards the potential, int T(k) abs(phi(k))^2 dk.

    By the trapezoidal rule, which is exact for a psi of finite extent. The error is the sum of the change with every other momentum, the momenta left
    out, a bound 2 sqrt(T p) + p for the probability p that starts inside (in the tails of V in proportion to their height), and, where V is lower
    behind, a bound on the interference of reflected waves with those that move away from V, as `wavesim.theory.standing_share` for Gaussians.

    Args:
        problem: static, of one dimension; its state is an `AbstractWave`.

    Returns:
        the average; None for other states, and for more than 3000 momenta.
    """
    wave, mass = problem.state, float(problem.mass)
    if not isinstance(wave, AbstractWave) or not problem.potential.static or problem.potential.dimension > 1:
        return None
    to_right = moves_right(problem)
    k = (wave.measured.k + float(wave.mean_momentum(mass))) * (1.0 if to_right else -1.0)
    weight = wave.measured.density * abs(float(wave.measured.k[1] - wave.measured.k[0]))
    included = (k > 0) & (weight > _LEAST_DENSITY * weight.max())
    if np.count_nonzero(included) > _MOST_MOMENTA:
        return None
    through = np.zeros(len(k))
    through[included] = scattering_transmission(problem.potential, mass, to_right)(k[included] ** 2 / (2 * mass))
    total = float(np.sum(weight * through))
    halves = [2 * float(np.sum((weight * through)[start::2])) for start in (0, 1)]
    left_out = float(np.sum(weight[(k > 0) & ~included]))
    error = (
        max(abs(half - total) for half in halves) + left_out + _inside_error(problem, wave, to_right, max(total, 0.0))
    )
    front, behind = problem.potential.asymptotes() if to_right else problem.potential.asymptotes()[::-1]
    if front > behind:
        error += _standing_wave_bound(k, weight)
    return Estimate(total, error + 1e-13)


def _standing_wave_bound(k: np.ndarray, weight: np.ndarray) -> float:
    """2 int_0^inf abs(phi(k) phi(-k)) dk, a bound on the interference of opposite momenta."""
    order = np.argsort(k)
    opposite = np.interp(-k, k[order], weight[order], left=0.0, right=0.0)
    return float(np.sum(np.sqrt(weight * opposite)))


def _inside_error(problem: Problem, wave: AbstractWave, to_right: bool, through: float) -> float:
    """Bound on the change of T by the probability that starts inside or behind the potential."""
    error, measured = 0.0, wave.measured
    for tail, tail_weight in _TAILS:
        left, right = problem.potential.support(tail)
        if to_right:
            inside = float(np.interp(left, measured.x, measured.above, left=1.0, right=0.0))
        else:
            inside = float(np.interp(right, measured.x, measured.below, left=0.0, right=1.0))
        error += tail_weight * (2 * math.sqrt(through * inside) + inside)
    return error
