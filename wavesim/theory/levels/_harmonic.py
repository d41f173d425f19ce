"""The harmonic oscillator V = m omega^2 x^2/2 in closed form: levels, coherent and squeezed packets (hbar = 1)."""

from __future__ import annotations

import numpy as np

from ..._jax import ArrayLike
from ..methods import Array, floats


def harmonic_levels(count: int, frequency: ArrayLike) -> Array:
    """The lowest energy levels, (n + 1/2) omega.

    Args:
        count: number of levels.
        frequency: omega [1/time].

    Returns:
        Energies, shape (count,).
    """
    _, frequency = floats(frequency)
    return (np.arange(count) + 0.5) * frequency


def coherent_width(frequency: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Width of the ground state and of every coherent state, 1/sqrt(2 m omega).

    Args:
        frequency: omega [1/time].
        mass: m.

    Returns:
        Standard deviation of abs(psi)^2 [length].
    """
    xp, frequency, mass = floats(frequency, mass)
    return 1 / xp.sqrt(2 * mass * frequency)


def harmonic_mean(
    time: ArrayLike,
    *,
    center: ArrayLike = 0.0,
    momentum: ArrayLike = 0.0,
    frequency: ArrayLike,
    mass: ArrayLike = 1.0,
) -> tuple[Array, Array]:
    """Mean position and momentum of any packet: the classical motion (Ehrenfest is exact here).

    Args:
        time: t [time].
        center: mean position at t = 0, from the minimum [length].
        momentum: mean momentum at t = 0 [1/length].
        frequency: omega [1/time].
        mass: m.

    Returns:
        (q, p): q = q0 cos(omega t) + p0 sin(omega t)/(m omega), p = p0 cos(omega t) - m omega q0 sin(omega t).
    """
    xp, time, q0, p0, frequency, mass = floats(time, center, momentum, frequency, mass)
    impedance = mass * frequency
    cos, sin = xp.cos(frequency * time), xp.sin(frequency * time)
    return q0 * cos + p0 * sin / impedance, p0 * cos - impedance * q0 * sin


def harmonic_width(time: ArrayLike, *, width: ArrayLike, frequency: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Width of a Gaussian packet that starts with real envelope: it breathes at twice the frequency.

    w(t) = w sqrt(cos^2(omega t) + (sin(omega t)/(2 m omega w^2))^2); constant for the coherent width.

    Args:
        time: t [time].
        width: w, standard deviation of abs(psi)^2 at t = 0 [length].
        frequency: omega [1/time].
        mass: m.

    Returns:
        The width [length].
    """
    xp, time, width, frequency, mass = floats(time, width, frequency, mass)
    squeeze = 1 / (2 * mass * frequency * width**2)
    return width * xp.sqrt(xp.cos(frequency * time) ** 2 + (squeeze * xp.sin(frequency * time)) ** 2)


def harmonic_packet(
    x: ArrayLike,
    time: ArrayLike,
    *,
    center: ArrayLike = 0.0,
    width: ArrayLike,
    momentum: ArrayLike = 0.0,
    frequency: ArrayLike,
    mass: ArrayLike = 1.0,
) -> Array:
    """Wave function of a Gaussian packet of any width (a squeezed state) in the harmonic well.

    psi = (2 pi w^2)^(-1/4) z^(-1/2) exp(i m z'/(2 z) (x - q)^2 + i p (x - q) + i (p q - p0 q0)/2), where
    z = cos(omega t) + i sin(omega t)/(2 m omega w^2), z' is its time derivative and (q, p) the classical motion.
    At t = 0 it equals the free packet of the same center, width and momentum.

    Args:
        x: positions from the minimum [length].
        time: t [time]; broadcast against x.
        center: mean position at t = 0 [length].
        width: w, standard deviation of abs(psi)^2 at t = 0 [length].
        momentum: mean momentum at t = 0 [1/length].
        frequency: omega [1/time].
        mass: m.

    Returns:
        psi, complex, normalized; continuous in time through every revolution.

    Source:
        Heller, J. Chem. Phys. 62 (1975) 1544 (thawed Gaussian, exact for quadratic V).
    """
    q, p = harmonic_mean(time, center=center, momentum=momentum, frequency=frequency, mass=mass)
    xp, x, time, width, frequency, mass, center, momentum, q, p = floats(
        x, time, width, frequency, mass, center, momentum, q, p
    )
    angle = frequency * time
    squeeze = 1 / (2 * mass * frequency * width**2)
    z = xp.cos(angle) + 1j * squeeze * xp.sin(angle)
    z_dot = frequency * (-xp.sin(angle) + 1j * squeeze * xp.cos(angle))
    # z winds around 0 once a period; z exp(-i angle) stays in the right half plane, so that its principal root is
    # continuous, and psi changes its sign after one period.
    root = xp.exp(0.5j * angle) * xp.sqrt(z * xp.exp(-1j * angle))
    action = (p * q - momentum * center) / 2
    exponent = 1j * (mass * z_dot / (2 * z) * (x - q) ** 2 + p * (x - q) + action)
    return (2 * np.pi * width**2) ** -0.25 / root * xp.exp(exponent)


def coherent_state(
    x: ArrayLike,
    time: ArrayLike,
    *,
    center: ArrayLike = 0.0,
    momentum: ArrayLike = 0.0,
    frequency: ArrayLike,
    mass: ArrayLike = 1.0,
) -> Array:
    """Wave function of the coherent state, the packet of constant width 1/sqrt(2 m omega).

    Args:
        x: positions from the minimum [length].
        time: t [time]; broadcast against x.
        center: mean position at t = 0 [length].
        momentum: mean momentum at t = 0 [1/length].
        frequency: omega [1/time].
        mass: m.

    Returns:
        psi, complex, normalized.
    """
    width = coherent_width(frequency, mass)
    return harmonic_packet(x, time, center=center, width=width, momentum=momentum, frequency=frequency, mass=mass)
