"""What an absorbing layer lets through or sends back, at each momentum and of a whole packet."""

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

# momenta slower than this share of the packet's never arrive, and are counted as what remains
STILL = 1e-3
# of the kinetic energy: a V that is off by so little where a packet starts changes no leak
HARDLY = 1e-6
# of a packet, in spreads of its momentum
_REACH = 8.0
_DECADES, _MOST_PANELS = 4, 60
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
# of a layer: its leak is right to 2e-3 of itself, or to 2e-13 (measured against eight times as many)
_SLICES = 256
# momenta of a table of leaks, for each factor of ten
_PER_DECADE = 160


def absorber_leak(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """Reflected plus transmitted probability of the two layers back to back (the box is periodic): T(k) + R(k) of V = -i W(x).

    The layer's own complex potential, solved by `wavesim.theory.slice_amplitudes`, at 0.97 of its depth and beyond held at its value there.
    Not for absorbers along several axes, which are judged one by one.

    Args:
        absorber: the layer at each end.
        momentum: shape (n,), > 0, internal units.
        mass: of the particle, internal units.

    Returns:
        shape (n,), dimensionless.

    Source: the stationary equation with the potential of `Absorber.profile`; compare D. E. Manolopoulos, J. Chem. Phys. 117, 9552 (2002).
    """
    through, back = _layers(absorber, momentum, mass)
    return through + np.abs(back) ** 2


def reflected_amplitude(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """The amplitude of exp(-i k x) that a layer beginning at x = 0 sends back of exp(i k x), as `absorber_leak` finds it, shape (n,)."""
    return _layers(absorber, momentum, mass)[1]


def _layers(absorber: Absorber, momentum: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
    """T and r of both layers back to back, from 0 to twice the width."""
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
    """log of `absorber_leak` at 10^decade to 10^(decade + 1), evenly in the logarithm of the momentum, in units of sqrt(2 mass energy).

    A layer's leak depends on `thickness` = width x that momentum alone, and planned layers of one tolerance share it.
    """
    momenta = 10.0 ** (decade + np.arange(_PER_DECADE + 1) / _PER_DECADE)
    leak = absorber_leak(Absorber(width=thickness, energy=0.5), momenta, 1.0)
    return np.log(np.maximum(leak, 1e-300))


def layer_leak(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """`absorber_leak`, read off a table: the larger one of the two places around each momentum."""
    unit = math.sqrt(2 * mass * float(absorber.energy))
    wanted = np.log10(momentum / unit)
    thickness = float(f"{float(absorber.width) * unit:.9g}")
    first = math.floor(wanted.min())
    # of neighboring decades both have the place between them
    tables = [_leaks(thickness, decade)[:-1] for decade in range(first, max(math.ceil(wanted.max()), first + 1))]
    values = np.concatenate([*tables, _leaks(thickness, first + len(tables) - 1)[-1:]])
    below = np.clip(np.floor((wanted - first) * _PER_DECADE).astype(int), 0, len(values) - 2)
    return np.exp(np.maximum(values[below], values[below + 1]))


def packet_leak(problem: Problem, absorber: Absorber) -> float:
    """The probability that an absorber does not take from this packet: a bound for what it may add to T or to R.

    int abs(phi(k))^2 [T leak(momentum behind) + R leak(momentum in front)] dk, sampled evenly over the packet and, towards each
    threshold, evenly in the logarithm of the slow side's momentum: just above a step a sliver of the packet leaves so slowly that the
    layer takes none of it. Where T is not known (V moves, or has several axes) it counts as 1 on both sides.

    Args:
        problem: a packet before a potential that is flat on both sides.
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
    here = value_at_start(potential, packet, mass) if potential.dimension == 1 else near
    inside = abs(here - near) > HARDLY * reference**2 / (2 * mass)

    def density(k: np.ndarray) -> np.ndarray:
        return packet.momentum_density(sign * k, mass)

    def leak(momentum: np.ndarray) -> np.ndarray:
        moving = momentum > STILL * reference
        return np.where(moving, layer_leak(absorber, np.where(moving, momentum, reference), mass), 0.0)

    if inside:
        k, weight = _panels(mean - _REACH * spread, mean + _REACH * spread, spread)
        sides = (np.sqrt(np.maximum(k**2 + 2 * mass * (here - end), 0.0)) for end in (near, far))
        return float(np.sum(weight * density(k) * np.minimum(sum(leak(side) for side in sides), 1.0)))
    # what moves away from the start, and what no energy is enough for, leaves in front
    step = math.sqrt(max(2 * mass * (far - near), 0.0))
    total = 0.0
    for first, last in ((-(mean + _REACH * spread), 0.0), (0.0, min(step, mean + _REACH * spread))):
        if first < last and last > mean - _REACH * spread:
            k, weight = _panels(max(first, mean - _REACH * spread), last, spread)
            total += float(np.sum(weight * density(k) * leak(np.abs(k))))
    top = (mean + _REACH * spread) ** 2 - step**2
    if top <= 0:
        return total
    # above: by the momentum behind where that is the smaller one, else by that in front
    q, weight = _panels(0.0, math.sqrt(top), spread * min(1.0, reference / math.sqrt(top)))
    k = np.sqrt(q**2 + step**2)
    behind = np.sqrt(np.maximum(k**2 + 2 * mass * (near - far), 0.0))
    held = weight * density(k) * q / k
    through = _transmission(problem, k**2 / (2 * mass))
    if through is None:
        return total + float(np.sum(held * np.minimum(leak(k) + leak(behind), 1.0)))
    return total + float(np.sum(held * ((1.0 - through) * leak(k) + through * leak(behind))))


def _transmission(problem: Problem, kinetic: np.ndarray) -> np.ndarray | None:
    potential = problem.potential
    if not potential.static or potential.dimension > 1:
        return None
    through = closed_form(problem) or scattering_transmission(potential, float(problem.mass), moves_right(problem))
    return np.clip(np.asarray(through(kinetic)), 0.0, 1.0)


def _panels(low: float, high: float, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Places and weights of Gauss's rule on panels no wider than a packet's spread, and ever thinner towards 0."""
    even = np.linspace(low, high, 2 + min(int(2 * (high - low) / spread), _MOST_PANELS))
    size = max(abs(low), abs(high))
    thin = size * 2.0 ** -np.arange(1.0, 1 + _DECADES / math.log10(2))
    ends = np.unique(np.concatenate([even, [end for end in (*thin, *-thin) if low < end < high]]))
    middle, half = (ends[1:] + ends[:-1])[:, None] / 2, np.diff(ends)[:, None] / 2
    return (middle + half * _NODES).ravel(), (half * _WEIGHTS).ravel()
