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
_STRUCTURE = 1e-3


def wave_average(problem: Problem) -> Estimate | None:
    """int T(k) abs(phi(k))^2 dk over the momenta towards the potential, by the trapezoidal rule, which is exact for a phi of finite extent.

    Its error: what every other momentum would give, what is left out, and how much of psi starts inside (by which T may change by up to
    2 sqrt(T p)).

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
    inside = _inside(problem, wave, to_right)
    error = max(abs(half - whole) for half in halves) + left_out + 2 * math.sqrt(max(whole, 0.0) * inside) + inside
    return Estimate(whole, error + 1e-13)


def _inside(problem: Problem, wave: AbstractWave, to_right: bool) -> float:
    """The probability of what starts inside or behind the potential."""
    left, right = problem.potential.support(_STRUCTURE)
    below = np.interp(left if to_right else right, wave.measured.x, wave.measured.below, left=0.0, right=1.0)
    share = float(1.0 - below if to_right else below)
    # rounding in the sum of densities
    return max(share, 1e-15)
