"""A period that begins where V is not small, and so cuts it: the seam of a ring at which a smooth V jumps."""

from __future__ import annotations

import numpy as np

from .._amounts import amount
from .._typing import LENGTH
from ..ends import Axis
from ..potentials import values_at
from ..problem import Problem

# places around the ring, and the share of V's spread that is a jump
_LOOKS, _JUMP = 513, 1e-6


def seam_warnings(problem: Problem) -> tuple[str, ...]:
    """A sentence if a V without edges of its own jumps from the end of a ring's period to its beginning.

    Args:
        problem: of any ends.
    """
    ends = problem.ends
    if not isinstance(ends, Axis) or not problem.potential.smooth:
        return ()
    low, high = ends.interval
    begins = np.linspace(low, high, _LOOKS)
    around, next_period = (
        values_at(problem.potential, begins + shift, float(problem.mass)) for shift in (0.0, high - low)
    )
    jumps, spread = np.abs(next_period - around), float(np.ptp(around))
    if not jumps[0] > _JUMP * spread:
        return ()
    best, units = int(np.argmin(jumps)), problem.shown_in

    def shown(place: float) -> str:
        return amount(place, LENGTH, units)

    lower = shown(begins[best]) if units.natural else f'"{shown(begins[best])}"'
    cure = (
        f"begin the period elsewhere, as with lower = {lower} in [axis]"
        if jumps[best] <= _JUMP * spread
        else "take a V that repeats itself, or leave it so if the jump is meant"
    )
    return (
        f"V is smooth, but jumps by {jumps[0] / spread:.2g} of its spread at the seam of the ring, from x = {shown(high)} to {shown(low)}: "
        f"what lies beyond is cut off; {cure}.",
    )
