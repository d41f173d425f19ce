"""The record of a run on an endless line as one between walls or on a ring."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ..ends import Axis
from ..grid import Grid
from ..potentials import restricted
from ..problem import Problem
from ._result import Result


def folded(result: Result, problem: Problem) -> Result:
    """The record on the particle's own side of the walls, where psi is normalized.

    Args:
        result: record of the unfolded problem.
        problem: the original problem; on an endless line nothing else of the record changes.

    Returns:
        the `Result` with the original problem, its grid and psi from wall to wall; probability absorbed in the mirror image counts on the open side.
    """
    ends = problem.ends
    if ends is None:
        return result if result.problem.potential is problem.potential else dataclasses.replace(result, problem=problem)
    shown = dataclasses.replace(problem, potential=restricted(problem.potential, ends))
    if isinstance(ends, Axis):
        return dataclasses.replace(result, problem=shown)
    grid, half = result.numerics.grid, result.numerics.grid.points[0] // 2
    right = ends.left is not None
    own = slice(half, None) if right else slice(0, half)
    low = float(grid.lower[0]) + half * float(grid.spacing[0]) * right
    line = Grid((low,), grid.spacing, (half,))
    absorbed = np.zeros_like(result.absorbed)
    absorbed[:, 1 if right else 0] = result.absorbed.sum(axis=1)
    return dataclasses.replace(
        result,
        problem=shown,
        numerics=dataclasses.replace(result.numerics, grid=line),
        psi=result.psi[:, own] * math.sqrt(2.0),
        final=result.final[own] * math.sqrt(2.0),
        absorbed=absorbed,
    )
