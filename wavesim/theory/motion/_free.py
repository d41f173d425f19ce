"""The free Gaussian packet in closed form (hbar = 1)."""

from __future__ import annotations

import numpy as np
import scipy

from ..._jax import ArrayLike, jax
from ..methods import Array, floats


def free_packet(
    x: ArrayLike,
    time: ArrayLike,
    *,
    center: ArrayLike = 0.0,
    width: ArrayLike,
    momentum: ArrayLike = 0.0,
    mass: ArrayLike = 1.0,
) -> Array:
    """Wave function of a free Gaussian packet.

    psi = (2 pi w^2)^(-1/4) s^(-1/2) exp(-(x - x0 - p t/m)^2/(4 w^2 s) + i p (x - x0) - i p^2 t/(2 m)) with
    s = 1 + i t/(2 m w^2): at t = 0 a packet of real envelope and phase exp(i p (x - x0)).

    Args:
        x: positions [length].
        time: t [time]; broadcast against x.
        center: x0, mean position at t = 0 [length].
        width: w, standard deviation of abs(psi)^2 at t = 0 [length].
        momentum: p [1/length].
        mass: m.

    Returns:
        psi, complex, normalized to one over all x.
    """
    xp, x, time, center, width, momentum, mass = floats(x, time, center, width, momentum, mass)
    spread = 1 + 1j * time / (2 * mass * width**2)
    moved = x - center - momentum * time / mass
    phase = momentum * (x - center) - momentum**2 * time / (2 * mass)
    norm = (2 * np.pi * width**2) ** -0.25 / xp.sqrt(spread)
    return norm * xp.exp(-(moved**2) / (4 * width**2 * spread) + 1j * phase)


def free_packet_mean(
    time: ArrayLike, *, center: ArrayLike = 0.0, momentum: ArrayLike = 0.0, mass: ArrayLike = 1.0
) -> Array:
    """Mean position of a free packet, x0 + p t/m.

    Args:
        time: t [time].
        center: x0 [length].
        momentum: p [1/length].
        mass: m.

    Returns:
        The mean position [length].
    """
    _, time, center, momentum, mass = floats(time, center, momentum, mass)
    return center + momentum * time / mass


def free_packet_width(time: ArrayLike, *, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Standard deviation of abs(psi)^2 of a free Gaussian packet, w sqrt(1 + (t/(2 m w^2))^2).

    Args:
        time: t [time].
        width: w, the standard deviation at t = 0 [length].
        mass: m.

    Returns:
        The width [length].
    """
    xp, time, width, mass = floats(time, width, mass)
    return width * xp.sqrt(1 + (time / (2 * mass * width**2)) ** 2)


def free_packet_probability_beyond(
    position: ArrayLike,
    time: ArrayLike,
    *,
    center: ArrayLike = 0.0,
    width: ArrayLike,
    momentum: ArrayLike = 0.0,
    mass: ArrayLike = 1.0,
) -> Array:
    """Probability to find a free Gaussian packet right of a point, erfc((b - x_mean)/(sqrt 2 w(t)))/2.

    Args:
        position: b [length].
        time: t [time].
        center: mean position at t = 0 [length].
        width: standard deviation of abs(psi)^2 at t = 0 [length].
        momentum: p [1/length].
        mass: m.

    Returns:
        The probability, accurate in its far tail as well.
    """
    mean = free_packet_mean(time, center=center, momentum=momentum, mass=mass)
    spread = free_packet_width(time, width=width, mass=mass)
    xp, position, mean, spread = floats(position, mean, spread)
    erfc = scipy.special.erfc if xp is np else jax.scipy.special.erfc
    return erfc((position - mean) / (np.sqrt(2.0) * spread)) / 2
