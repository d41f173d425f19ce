"""Leak of an absorbing layer: the probability that it transmits or reflects."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ... import theory
from ..._arrays import xp as jnp
from ...absorbers import Absorber
from ...potentials import AbstractPotential, values_at
from ...problem import Problem
from ...states import AbstractPacket, as_packet
from .scattering import along_first_axis, closed_form, moves_right, scattering_transmission

# slowest momentum that reaches a layer, relative to the packet's mean; slower ones are counted as what remains
SLOWEST = 1e-3
# largest difference of V at the start from its asymptote, in kinetic energies, that does not change the leak
POTENTIAL_TOLERANCE = 1e-6
# half-width of a packet's range of momenta, in spreads of its momentum
_REACH = 8.0
# decades below the largest momentum over which panels become thinner
_DECADES = 4
# most panels of equal width
_MOST_PANELS = 60
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
# slices of a layer: its leak is right to a relative 2e-3, or to 2e-13 (compared with eight times as many)
_SLICES = 256
# momenta per decade in a table of leaks
_PER_DECADE = 160


def absorber_leak(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """T(k) + R(k) of V = -i W(x), the two layers back to back because the box is periodic.

    Solved by `wavesim.theory.slice_amplitudes`; beyond 0.97 of its depth the layer's potential is constant at its value there.
    Not for absorbers along several axes: call it for each axis.

    Args:
        absorber: the layer at each end.
        momentum: shape (n,), > 0, internal units.
        mass: of the particle, internal units.

    Returns:
        shape (n,), dimensionless.

    Source: the stationary equation with the potential of `Absorber.profile`; compare D. E. Manolopoulos, J. Chem. Phys. 117, 9552 (2002).
    """
    transmission, reflected = _layers(absorber, momentum, mass)
    return transmission + np.abs(reflected) ** 2


def reflected_amplitude(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """Reflected amplitude of exp(i k x) at a layer that begins at x = 0, shape (n,); see `absorber_leak`."""
    return _layers(absorber, momentum, mass)[1]


def _layers(absorber: Absorber, momentum: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
    """T and r of both layers back to back, between 0 and twice the width."""
    width = float(absorber.width)

    def layer(x: Any) -> Any:
        depth = 1 - jnp.abs(x - width) / width
        return -1j * absorber.profile(jnp.minimum(depth, 0.97))

    return theory.slice_amplitudes(
        layer, momentum**2 / (2 * mass), left=0.0, right=2 * width, edges=(width,), mass=mass, slices=_SLICES
    )


def value_at_start(potential: AbstractPotential, packet: AbstractPacket, mass: float) -> float:
    """V at the middle of a packet."""
    return float(values_at(potential, np.array([sum(packet.position_range(0.5 - 1e-9)) / 2]), mass)[0])


@functools.lru_cache(maxsize=256)
def _leaks(thickness: float, decade: int) -> np.ndarray:
    """log of `absorber_leak` over one decade of momenta, evenly spaced in their logarithm.

    The momenta are 10^decade to 10^(decade + 1), in units of sqrt(2 mass energy). In these units a layer's leak
    depends only on `thickness` = width sqrt(2 mass energy), which planned layers of one tolerance share.
    """
    momenta = 10.0 ** (decade + np.arange(_PER_DECADE + 1) / _PER_DECADE)
    leak = absorber_leak(Absorber(width=thickness, energy=0.5), momenta, 1.0)
    return np.log(np.maximum(leak, 1e-300))


def layer_leak(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """`absorber_leak` from a table: the larger of the two entries around each momentum."""
    unit = math.sqrt(2 * mass * float(absorber.energy))
    decades = np.log10(momentum / unit)
    thickness = float(f"{float(absorber.width) * unit:.9g}")
    first = math.floor(decades.min())
    # the table of a decade ends with the first entry of the next
    tables = [_leaks(thickness, decade)[:-1] for decade in range(first, max(math.ceil(decades.max()), first + 1))]
    values = np.concatenate([*tables, _leaks(thickness, first + len(tables) - 1)[-1:]])
    below = np.clip(np.floor((decades - first) * _PER_DECADE).astype(int), 0, len(values) - 2)
    return np.exp(np.maximum(values[below], values[below + 1]))


def packet_leak(problem: Problem, absorber: Absorber) -> float:
    """Probability of a packet that the absorber leaves over: a bound on what it may add to T or R.

    int abs(phi(k))^2 [T leak(momentum behind) + R leak(momentum in front)] dk, sampled evenly over the packet and, towards each
    threshold, evenly in the logarithm of the slow side's momentum: just above a step a small part of the packet leaves so slowly that the
    layer takes none of it. Where T is unknown (V depends on time or on several axes) T and R both count as 1.

    Args:
        problem: a packet in front of a potential that is flat on both sides.
        absorber: the layer at each end.
    """
    problem = along_first_axis(problem)
    mass, potential = float(problem.mass), problem.potential
    packet = as_packet(problem.state, mass)
    assert packet is not None
    low, high = packet.momentum_range(1e-15, mass)
    mean, spread = (low + high) / 2, (high - low) / 16
    near, far = (float(end) for end in potential.asymptotes())
    sign = 1.0
    if mean < 0:
        near, far, mean, sign = far, near, -mean, -1.0
    reference = max(mean, spread)
    # energies are counted from V where the packet starts
    start_value = value_at_start(potential, packet, mass) if potential.dimension == 1 else near
    starts_inside = abs(start_value - near) > POTENTIAL_TOLERANCE * reference**2 / (2 * mass)

    def density(k: np.ndarray) -> np.ndarray:
        return packet.momentum_density(sign * k, mass)

    def leak(momentum: np.ndarray) -> np.ndarray:
        moving = momentum > SLOWEST * reference
        return np.where(moving, layer_leak(absorber, np.where(moving, momentum, reference), mass), 0.0)

    if starts_inside:
        k, weight = _panels(mean - _REACH * spread, mean + _REACH * spread, spread)
        sides = (np.sqrt(np.maximum(k**2 + 2 * mass * (start_value - end), 0.0)) for end in (near, far))
        return float(np.sum(weight * density(k) * np.minimum(sum(leak(side) for side in sides), 1.0)))
    # momenta away from V, and energies below the step, leave in front
    step = math.sqrt(max(2 * mass * (far - near), 0.0))
    total = 0.0
    for first, last in ((-(mean + _REACH * spread), 0.0), (0.0, min(step, mean + _REACH * spread))):
        if first < last and last > mean - _REACH * spread:
            k, weight = _panels(max(first, mean - _REACH * spread), last, spread)
            total += float(np.sum(weight * density(k) * leak(np.abs(k))))
    top = (mean + _REACH * spread) ** 2 - step**2
    if top <= 0:
        return total
    # above the step: integrated over the smaller of the momenta in front and behind
    q, weight = _panels(0.0, math.sqrt(top), spread * min(1.0, reference / math.sqrt(top)))
    k = np.sqrt(q**2 + step**2)
    behind = np.sqrt(np.maximum(k**2 + 2 * mass * (near - far), 0.0))
    probability = weight * density(k) * q / k
    transmission = _transmission(problem, k**2 / (2 * mass))
    if transmission is None:
        return total + float(np.sum(probability * np.minimum(leak(k) + leak(behind), 1.0)))
    return total + float(np.sum(probability * ((1.0 - transmission) * leak(k) + transmission * leak(behind))))


def _transmission(problem: Problem, kinetic: np.ndarray) -> np.ndarray | None:
    """T(E) of a static V(x); None for any other."""
    potential = problem.potential
    if not potential.static or potential.dimension > 1:
        return None
    transmission = closed_form(problem) or scattering_transmission(potential, float(problem.mass), moves_right(problem))
    return np.clip(np.asarray(transmission(kinetic)), 0.0, 1.0)


def _panels(low: float, high: float, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss's rule on panels of at most half a packet's spread, thinner towards 0."""
    even = np.linspace(low, high, 2 + min(int(2 * (high - low) / spread), _MOST_PANELS))
    size = max(abs(low), abs(high))
    thin = size * 2.0 ** -np.arange(1.0, 1 + _DECADES / math.log10(2))
    ends = np.unique(np.concatenate([even, [end for end in (*thin, *-thin) if low < end < high]]))
    middle, half = (ends[1:] + ends[:-1])[:, None] / 2, np.diff(ends)[:, None] / 2
    return (middle + half * _NODES).ravel(), (half * _WEIGHTS).ravel()
