"""Whether what a run backward says of the fast waves is a number at all."""

from __future__ import annotations

import math

import numpy as np

from ....potentials import values_at
from ....propagation import Result

# times at which V is sampled
_SAMPLES = 9


def diverges(result: Result) -> bool:
    """Whether the series G S + G V G S + ... may have no sum: in the smooth walls of a well V exceeds the largest kinetic energy of the grid.

    What rounding and steps leave of psi there is multiplied by V/T in every order, and a packet that is thrown against a wall has
    waves of its own where those of the series only follow.

    Args:
        result: of the run.
    """
    problem, grid, mass = result.problem, result.numerics.grid, float(result.problem.mass)
    potential = problem.potential
    if grid.dimension > 1 or not potential.smooth or not all(end == math.inf for end in potential.asymptotes()):
        return False
    times = [0.0] if potential.static else np.linspace(0.0, float(result.times[-1]), _SAMPLES).tolist()
    values = np.array([values_at(potential, np.asarray(grid.x), mass, time) for time in times])
    fastest = (math.pi / float(grid.spacing[0])) ** 2 / (2 * mass)
    return bool(np.max(np.where(np.isfinite(values), values, 0.0)) > fastest)
