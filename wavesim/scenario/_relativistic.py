"""Whether a packet is so fast that relativity, which the Schroedinger equation leaves out, shows in its numbers."""

from __future__ import annotations

import math

from ..problem import Problem
from ..states import AbstractPacket
from ..units import hc

# relativity takes the share 1/4 (v/c)^2 of the kinetic energy that belongs to a momentum: p^2/2m - p^4/(8 m^3 c^2)
_ORDER = 0.25
# a change of so much is worth a sentence
_SHOWS = 0.01
# tail of its momenta on either side that the mean is read from
_TAIL = 1e-3


def relativistic(problem: Problem) -> tuple[str, ...]:
    """A sentence on a packet whose speed is no longer small beside that of light, for a problem with units; nothing for all others."""
    if not isinstance(problem.state, AbstractPacket):
        return ()
    mass = float(problem.mass)
    mean = abs(sum(problem.state.momentum_range(_TAIL, mass))) / 2
    speed = mean / mass / (hc / (2 * math.pi))
    if _ORDER * speed**2 < _SHOWS:
        return ()
    how = f"{100 * speed:.2g} % of the speed of light" if speed < 1 else f"{speed:.2g} times the speed of light"
    return (
        f"the packet moves at {how} by the Schroedinger equation, which knows no relativity; its numbers are those of this equation, not of such a particle.",
    )
