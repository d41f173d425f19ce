"""Warning about packets so fast that relativity, which the Schroedinger equation neglects, changes their numbers."""

from __future__ import annotations

import math

from ..problem import Problem
from ..states import AbstractPacket
from ..units import hc

# coefficient of (v/c)^2 in the relative change of the kinetic energy by relativity: p^2/2m - p^4/(8 m^3 c^2)
_ORDER = 0.25
# relative change above which there is a warning
_NOTICEABLE = 0.01
# tail on either side of the momentum range whose middle is the mean momentum
_TAIL = 1e-3


def relativistic(problem: Problem) -> tuple[str, ...]:
    """A warning if a packet's speed is not small compared with that of light, for a problem with units; otherwise ()."""
    if not isinstance(problem.state, AbstractPacket):
        return ()
    mass = float(problem.mass)
    mean = abs(sum(problem.state.momentum_range(_TAIL, mass))) / 2
    speed = mean / mass / (hc / (2 * math.pi))
    if _ORDER * speed**2 < _NOTICEABLE:
        return ()
    how = f"{100 * speed:.2g} % of the speed of light" if speed < 1 else f"{speed:.2g} times the speed of light"
    return (
        f"the packet moves at {how} by the Schroedinger equation, which knows no relativity; its numbers are those of this equation, not of such a particle.",
    )
