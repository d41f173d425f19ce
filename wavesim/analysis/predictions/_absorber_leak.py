"""What an absorbing layer lets through or sends back, at each momentum and of a whole packet."""

from __future__ import annotations

import functools
import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from ... import theory
from ...absorbers import Absorber
from ...problem import Problem
from ...states import AbstractPacket

# momenta of a table of leaks, for each factor of ten
_PER_DECADE = 160


def absorber_leak(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """Reflected plus transmitted probability of the two layers back to back (the box is periodic): T(k) + R(k) of V = -i W(x).

    The layer's own complex potential, solved by `wavesim.theory.scatter`, at 0.97 of its depth and beyond held at its value there.
    Not for absorbers along several axes, which are judged one by one.

    Args:
        absorber: the layer at each end.
        momentum: shape (n,), > 0, internal units.
        mass: of the particle, internal units.

    Returns:
        shape (n,), dimensionless.

    Source: the stationary equation with the potential of `Absorber.profile`; compare D. E. Manolopoulos, J. Chem. Phys. 117, 9552 (2002).
    """
    width = float(absorber.width)

    def layer(x: Any) -> Any:
        depth = 1 - jnp.abs(x - width) / width
        return -1j * absorber.profile(jnp.minimum(depth, 0.97))

    answer = theory.scatter(
        layer,
        momentum**2 / (2 * mass),
        left=0.0,
        right=2 * width,
        edges=(width,),
        mass=mass,
        slices=256,
        v_left=0.0,
        v_right=0.0,
    )
    return np.asarray(answer.transmission + answer.reflection)


@functools.lru_cache(maxsize=128)
def _leaks(thickness: float, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """log of `absorber_leak` over log10 of the momentum, in units of sqrt(2 mass energy), from 10^first to 10^last.

    A layer's leak depends on `thickness` = width x that momentum alone, and planned layers of one tolerance share it.
    """
    logs = np.linspace(first, last, _PER_DECADE * (last - first) + 1)
    leak = absorber_leak(Absorber(width=thickness, energy=0.5), 10.0**logs, 1.0)
    return logs, np.log(np.maximum(leak, 1e-300))


def _leak_at(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """`absorber_leak`, read off a table."""
    unit = math.sqrt(2 * mass * float(absorber.energy))
    wanted = np.log10(momentum / unit)
    thickness = float(f"{float(absorber.width) * unit:.9g}")
    return np.exp(np.interp(wanted, *_leaks(thickness, math.floor(wanted.min()), math.ceil(wanted.max()))))


def packet_leak(problem: Problem, absorber: Absorber) -> float:
    """The probability that an absorber does not take from this packet: a bound for what it may add to T or to R."""
    packet, mass = problem.state, float(problem.mass)
    assert isinstance(packet, AbstractPacket)
    low, high = packet.momentum_range(1e-15, mass)
    mean, spread = (low + high) / 2, (high - low) / 16
    k = np.linspace(max(low, 1e-3 * high), high, 61) if mean > 0 else np.linspace(max(-high, -1e-3 * low), -low, 61)
    density = np.exp(-(((k - abs(mean)) / spread) ** 2) / 2) / (math.sqrt(2 * math.pi) * spread)
    worst = np.zeros_like(k)
    for end in {max(float(end), 0.0) for end in problem.potential.asymptotes()}:
        outside = np.sqrt(np.maximum(k**2 - 2 * mass * end, 0.0))
        moving = outside > 1e-3 * abs(mean)
        leak = _leak_at(absorber, np.where(moving, outside, abs(mean)), mass)
        worst = np.maximum(worst, np.where(moving, leak, 0.0))
    return float(np.trapezoid(np.minimum(worst, 1.0) * density, k))
