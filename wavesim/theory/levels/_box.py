"""A particle between hard walls: levels, and the motion of a packet as a sum over them (hbar = 1)."""

from __future__ import annotations

import numpy as np

from ..._jax import ArrayLike
from ..methods import Array, floats


def box_levels(count: int, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """The lowest levels between two hard walls, n^2 pi^2/(2 m L^2), n = 1, 2, ...

    Args:
        count: number of levels.
        width: L, from wall to wall [length].
        mass: particle mass.

    Returns:
        Energies, shape (count,).

    Source: D. J. Griffiths, Introduction to Quantum Mechanics, 2nd ed., eq. (2.27).
    """
    _, width, mass = floats(width, mass)
    return (np.arange(1, count + 1) * np.pi / width) ** 2 / (2 * mass)


def revival_time(width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Revival time 4 m L^2/pi of every state between two hard walls; at half of it the state is its mirror image.

    Args:
        width: L, from wall to wall [length].
        mass: particle mass.

    Returns:
        Times, of the shape of the arguments.

    Source: R. W. Robinett, Phys. Rep. 392, 1 (2004), eq. (52).
    """
    _, width, mass = floats(width, mass)
    return 4 * mass * width**2 / np.pi


def bouncer_levels(count: int, force: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """The lowest levels of V = F x above a hard wall at x = 0, z_n (F^2/2m)^(1/3), -z_n the zeros of Ai.

    Args:
        count: number of levels.
        force: F [energy/length].
        mass: particle mass.

    Returns:
        Energies, shape (count,).

    Source: J. Gea-Banacloche, Am. J. Phys. 67, 776 (1999), eq. (5).
    """
    from scipy.special import ai_zeros, airy

    _, force, mass = floats(force, mass)
    zeros = ai_zeros(count)[0]
    # scipy's zeros have an error of 1e-12: one step of Newton's method reduces it to rounding
    value, slope, _, _ = airy(zeros)
    return -(zeros - value / slope) * (force**2 / (2 * mass)) ** (1 / 3)
