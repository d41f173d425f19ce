"""The triangular barrier V0 (1 - x/a) of field emission and its Fowler-Nordheim limit (hbar = 1)."""

from __future__ import annotations

import numpy as np

from ..._jax import ArrayLike
from ..methods import Array, floats, namespace, scaled_airy
from ._barriers import incoming


def log_triangular_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Natural logarithm of triangular_transmission, for barriers of any thickness.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy], not 0; negative for a triangular well.
        width: a [length].
        mass: particle mass.

    Returns:
        log T, also where T underflows; minus infinity at E <= 0.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    open_, energy = incoming(xp, energy)
    # z = (V - E)/(F l) and psi_zz = z psi, with the force F = V0/a and the length l = (2 m F)^(-1/3).
    force = height / width
    length = 1 / xp.cbrt(2 * mass * force)
    q = xp.sqrt(2 * mass * energy) * length
    near, far = scaled_airy((height - energy) / (force * length)), scaled_airy(-energy / (force * length))
    # The outgoing wave of amplitude one at the foot, continued to the top as a sum of Ai and Bi.
    decays = (far.b_slope + 1j * q * far.b) * (near.a + 1j * near.a_slope / q)
    grows = (far.a_slope + 1j * q * far.a) * (near.b + 1j * near.b_slope / q)
    size = xp.abs(grows - decays * xp.exp(-2 * near.s))
    return xp.where(open_, 2 * xp.log(2 / (np.pi * size)) - 2 * near.s, -np.inf)


def triangular_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Transmission probability of V = V0 (1 - x/a) on 0 < x < a, zero outside, by Airy functions; exact.

    T = 4/abs(N)^2 with N = pi [(Bi1' + iq Bi1)(Ai0 + i Ai0'/q) - (Ai1' + iq Ai1)(Bi0 + i Bi0'/q)], the indices 0, 1
    for z = (V0 - E)/(F l) and -E/(F l), F = V0/a, l = (2 m F)^(-1/3), q = k l. From the right T is the same.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy], not 0; negative for a triangular well.
        width: a [length].
        mass: particle mass.

    Returns:
        T in [0, 1], of the broadcast shape; 0 at E <= 0. Under a wide, low ramp, abs(E/(F l))^(3/2) > 1e8, rounding
        makes the phase of the Airy functions meaningless.

    Source:
        Fowler and Nordheim, Proc. R. Soc. A 119 (1928) 173, with the potential cut at the foot of the ramp.
    """
    log = log_triangular_transmission(energy, height, width, mass)
    return namespace(log).exp(log)


def fowler_nordheim_exponent(work: ArrayLike, force: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """The exponent 4 sqrt(2 m) w^(3/2)/(3 F) of field emission: T falls as exp(-exponent).

    Args:
        work: height of the barrier above the particle's energy, w = V0 - E [energy]; the work function of a metal.
        force: slope of the barrier, F = V0/a, charge times field [energy/length].
        mass: particle mass.

    Returns:
        The exponent, dimensionless: twice the WKB integral of kappa. 0 where work <= 0.

    When not to use:
        For measured currents of metals: the image force lowers the exponent by tens of per cent.
    """
    xp, work, force, mass = floats(work, force, mass)
    under = work > 0
    return xp.where(under, 4 / 3 * xp.sqrt(2 * mass * xp.where(under, work, 1.0) ** 3) / force, 0.0)


def fowler_nordheim_transmission(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0
) -> Array:
    """The thick limit of the triangular barrier, T ~ 4 sqrt(E (V0 - E))/V0 exp(-exponent).

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 > 0 [energy].
        width: a [length].
        mass: particle mass.

    Returns:
        The approximation, its error of the order of 1/exponent; 0 outside 0 < E < V0.

    Source:
        Fowler and Nordheim, Proc. R. Soc. A 119 (1928) 173, eq. 18.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    under = (energy > 0) & (energy < height)
    e, work = xp.where(under, energy, 1.0), xp.where(under, height - energy, 1.0)
    prefactor = 4 * xp.sqrt(e * work) / xp.where(under, height, 1.0)
    return xp.where(under, prefactor * xp.exp(-fowler_nordheim_exponent(work, height / width, mass)), 0.0)
