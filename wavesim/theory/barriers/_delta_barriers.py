"""Transmission of one and of two delta barriers W delta(x) (hbar = 1)."""

from __future__ import annotations

from ..._jax import ArrayLike
from ..methods import Array, floats
from ._barriers import incoming


def delta_transmission(energy: ArrayLike, strength: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Transmission probability of V = W delta(x), T = 1/(1 + m^2 W^2/k^2) = 1/(1 + m W^2/(2 E)).

    Args:
        energy: kinetic energy of the incoming particle [energy].
        strength: W [energy length]; its sign does not matter.
        mass: particle mass.

    Returns:
        T in [0, 1]; 0 at E <= 0.
    """
    xp, energy, strength, mass = floats(energy, strength, mass)
    open_, energy = incoming(xp, energy)
    return xp.where(open_, 2 * energy / (2 * energy + mass * strength**2), 0.0)


def delta_amplitudes(energy: ArrayLike, strength: ArrayLike, mass: ArrayLike = 1.0) -> tuple[Array, Array]:
    """Complex amplitudes of V = W delta(x): t = k/(k + i m W), r = t - 1.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        strength: W [energy length]; negative for a well.
        mass: particle mass.

    Returns:
        (t, r) of psi = exp(ikx) + r exp(-ikx) on the left, t exp(ikx) on the right; t = 0, r = -1 at E <= 0.
    """
    xp, energy, strength, mass = floats(energy, strength, mass)
    open_, energy = incoming(xp, energy)
    k, c = xp.sqrt(2 * mass * energy), 1j * mass * strength
    return xp.where(open_, k / (k + c), 0.0), xp.where(open_, -c / (k + c), -1.0)


def double_delta_transmission(
    energy: ArrayLike, strength: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0
) -> Array:
    """Transmission probability of V = W [delta(x + d/2) + delta(x - d/2)].

    T = T1^2/(T1^2 + 4 Im(r exp(ikd))^2) with one barrier's T1 and r: a Fabry-Perot resonator, T = 1 where
    tan(kd) = -k/(m W).

    Args:
        energy: kinetic energy of the incoming particle [energy].
        strength: W of either barrier [energy length]; negative for two wells.
        separation: d [length].
        mass: particle mass.

    Returns:
        T in [0, 1]; 0 at E <= 0.
    """
    xp, energy, strength, separation, mass = floats(energy, strength, separation, mass)
    open_, energy = incoming(xp, energy)
    single = delta_transmission(energy, strength, mass) ** 2
    _, r = delta_amplitudes(energy, strength, mass)
    k = xp.sqrt(2 * mass * energy)
    return xp.where(open_, single / (single + 4 * (r * xp.exp(1j * k * separation)).imag ** 2), 0.0)
