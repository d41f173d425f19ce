"""Convergence of the perturbation series for fast waves in an adjoint run."""

from __future__ import annotations

import math

import numpy as np

from ....potentials import values_at
from ....propagation import Result

# times at which V is sampled
_SAMPLES = 9


def diverges(result: Result) -> bool:
    """Whether the series G S + G V G S + ... may diverge: V of a confining well exceeds the largest kinetic energy of the grid.

    Errors of psi from rounding and steps are multiplied there by V/T in every order, and a packet that hits a wall has fast waves of its
    own, which the series, made of driven waves, does not include.

    Args:
        result: record of the run.
    """
    problem, grid, mass = result.problem, result.numerics.grid, float(result.problem.mass)
    potential = problem.potential
    if grid.dimension > 1 or not potential.smooth or not all(end == math.inf for end in potential.asymptotes()):
        return False
    times = [0.0] if potential.static else np.linspace(0.0, float(result.times[-1]), _SAMPLES).tolist()
    values = np.array([values_at(potential, np.asarray(grid.x), mass, time) for time in times])
    fastest = (math.pi / float(grid.spacing[0])) ** 2 / (2 * mass)
    return bool(np.max(np.where(np.isfinite(values), values, 0.0)) > fastest)
