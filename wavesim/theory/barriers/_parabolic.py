"""The inverted parabola, the one barrier for which Kemble's formula is exact (hbar = 1)."""

from __future__ import annotations

import numpy as np

from ..._jax import ArrayLike
from ..methods import Array, floats


def log_parabolic_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Natural logarithm of parabolic_transmission, for barriers of any thickness.

    Args:
        energy: E [energy].
        height: V0 > 0, the top [energy].
        width: a, where the parabola crosses zero [length].
        mass: particle mass.

    Returns:
        log T, also where T underflows.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    exponent = np.pi * (height - energy) * width * xp.sqrt(2 * mass / height)
    return -xp.logaddexp(exponent, 0.0)


def parabolic_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Transmission probability of the infinite inverted parabola V = V0 (1 - (x/a)^2); exact at every energy.

    T = 1/(1 + exp(2 pi (V0 - E)/omega)), omega = sqrt(2 V0/m)/a the frequency of the upturned parabola; 1/2 at the
    top. The parabola falls without end on both sides, so a wave comes in at E <= 0 too, and T is not 0 there.

    Args:
        energy: E [energy].
        height: V0 > 0, the top [energy].
        width: a, where the parabola crosses zero: half of the barrier's base [length].
        mass: particle mass.

    Returns:
        T in (0, 1), of the broadcast shape.

    Source:
        Kemble, Phys. Rev. 48 (1935) 549; Hill and Wheeler, Phys. Rev. 89 (1953) 1102, eq. 57.

    When not to use:
        For a parabola cut off at V = 0 (the kind `parabolic_barrier`), whose two kinks reflect too: its exact T is
        scatter's, with edges at the kinks. At m = 1, V0 = 3, a = 4 the two differ by 7 % at the top and by a factor
        2.5 at E = V0/10.
    """
    xp, log = floats(log_parabolic_transmission(energy, height, width, mass))
    return xp.exp(log)
