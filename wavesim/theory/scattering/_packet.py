"""The probability that a packet is transmitted: the average of T over its momenta (hbar = 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy

from ..._jax import ArrayLike, jax
from ..methods import Array, fixed, floats, integrated, is_traced, namespace, on_panels, require_double

# Half width of the integration interval in standard deviations, beyond which the probability of a Gaussian is 2e-19.
_REACH = 9.0
_FIRST_PANELS = 16
_TRACED_PANELS = 64
_BLOCK = 256


class PacketTransmission(NamedTuple):
    """Transmitted probability of a packet and a bound on its quadrature error."""

    value: Array
    error: Array


def incoming_probability(momentum: ArrayLike, width: ArrayLike) -> Array:
    """Probability of k > 0, motion to the right, in a Gaussian packet: erfc(-sqrt 2 p w)/2.

    Args:
        momentum: mean momentum p [1/length].
        width: standard deviation w of abs(psi)^2 [length]; that of the momentum is 1/(2 w).

    Returns:
        The probability. The rest, of k < 0, contributes nothing to packet_transmission.
    """
    xp, momentum, width = floats(momentum, width)
    erfc = scipy.special.erfc if xp is np else jax.scipy.special.erfc
    return erfc(-np.sqrt(2.0) * momentum * width) / 2


def packet_transmission(
    transmission: Callable[[Any], Any],
    momentum: ArrayLike,
    width: ArrayLike,
    mass: ArrayLike = 1.0,
    *,
    tolerance: float = 1e-13,
    marks: Any = (),
) -> PacketTransmission:
    """Probability that a Gaussian packet from the left is transmitted, int_0^inf T(k^2/2m) abs(phi(k))^2 dk.

    A simulation of the packet gives this average, not T at the mean energy. Momenta k <= 0 contribute nothing (their
    weight is 1 - incoming_probability). Gauss-Legendre panels are bisected until they agree with their halves, so
    thresholds and narrow resonances cost little; a resonance much narrower than 1/300 of the momentum spread may be
    overlooked unless `marks` contains it. Under jax.grad or jit 64 equal panels are used.

    Args:
        transmission: T as a function of an array of energies, e.g. a closed form or the scatter of a potential.
        momentum: mean momentum of the packet [1/length].
        width: standard deviation of abs(psi)^2 [length].
        mass: particle mass.
        tolerance: absolute accuracy.
        marks: energies near which T varies fast, such as a resonance and both its flanks, taken as ends of panels [energy].

    Returns:
        (value, error): the probability, and a bound on the error of the quadrature, not of T itself.
    """
    require_double()
    xp, momentum, width, mass = floats(momentum, width, mass)
    spread = 1 / (2 * width)

    def integrand(k: Any) -> Any:
        t = transmission(k**2 / (2 * mass))
        xp = namespace(t, k, mass, momentum, width)
        density = xp.exp(-(((k - momentum) / spread) ** 2) / 2) / (np.sqrt(2 * np.pi) * spread)
        return xp.asarray(t) * density

    low = xp.maximum(momentum - _REACH * spread, 0.0)
    high = xp.maximum(momentum + _REACH * spread, low)
    ends = xp.linspace(low, high, _FIRST_PANELS + 1)
    coarse = on_panels(integrand, ends[:-1], ends[1:])
    if is_traced(coarse):
        ends = xp.linspace(low, high, _TRACED_PANELS + 1)
        fine = on_panels(integrand, ends[:-1], ends[1:]).sum()
        return PacketTransmission(fine, fixed(abs(fine - coarse.sum())) + 1e-15)
    if not low < high:
        return PacketTransmission(np.zeros(()), np.full((), 1e-15))
    fast = np.sqrt(2 * float(mass) * np.maximum(np.asarray(marks, float), 0.0))
    ends = np.unique(np.concatenate([ends, fast[(fast > low) & (fast < high)]]))
    integral = integrated(lambda k: _in_blocks(integrand, k), ends, tolerance)
    return PacketTransmission(np.asarray(integral.value), np.asarray(integral.error + 1e-15))


def spectrum_transmission(
    transmission: Callable[[Any], Any], k: ArrayLike, density: ArrayLike, mass: ArrayLike = 1.0
) -> PacketTransmission:
    """Probability that a packet of any shape from the left is transmitted, from its sampled spectrum.

    The trapezoidal sum of T(k^2/2m) abs(phi(k))^2 over k > 0, of spectral accuracy where the spectrum is smooth
    and vanishes at both ends of the samples.

    Args:
        transmission: T as a function of an array of energies.
        k: equidistant increasing momenta, shape (n,) [1/length].
        density: abs(phi(k))^2, shape (n,), with integral one over all k [length].
        mass: particle mass.

    Returns:
        (value, error): the probability, and its difference from the sum over every second sample.
    """
    require_double()
    xp, k, density, mass = floats(k, density, mass)
    forward = k > 0
    energy = xp.where(forward, k, 1.0) ** 2 / (2 * mass)
    t = transmission(energy)
    xp = namespace(t, k, density, mass)
    values = xp.where(forward, xp.asarray(t) * density, 0.0)
    value = xp.trapezoid(values, k)
    change = abs(value - xp.trapezoid(values[::2], k[::2]))
    return PacketTransmission(value, fixed(change) + 1e-15)


def _in_blocks(integrand: Callable[[Any], Any], k: np.ndarray) -> np.ndarray:
    """The integrand, evaluated in blocks of one size, so that a T built from jax.numpy compiles only once."""
    padded = np.pad(k, (0, -k.size % _BLOCK), mode="edge").reshape(-1, _BLOCK)
    return np.concatenate([np.asarray(integrand(row)) for row in padded])[: k.size]
