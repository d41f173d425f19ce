"""Closed forms for the transmission of one-dimensional barriers, steps and wells (hbar = 1).

All functions broadcast over their arguments, are differentiable in each of them (at E = V0 too) and take T = 0
at energies where no wave comes in (E <= 0).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._jax import ArrayLike
from ..methods import Array, fixed, floats, scaled_cosh_sinhc


def incoming(xp: Any, energy: Array) -> tuple[Array, Array]:
    """Whether there is an incoming wave, E > 0, and the energy, replaced by 1 where there is none."""
    is_open = energy > 0.0
    return is_open, xp.where(is_open, energy, 1.0)


def _rectangular_parts(energy: Any, height: Any, width: Any, mass: Any) -> tuple[Any, Any]:
    """X exp(-2s) and s, where T = 1/(1 + X) and X = m V0^2 a^2/(2E) (sinh(kappa a)/(kappa a))^2."""
    _, sinhc, s = scaled_cosh_sinhc(2 * mass * (height - energy) * width**2)
    return mass * (height * width * sinhc) ** 2 / (2 * energy), s


def rectangular_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Transmission probability of a rectangular barrier (negative height: of a square well).

    T = 1/(1 + V0^2 sinh^2(kappa a)/(4 E (V0 - E))), kappa = sqrt(2 m (V0 - E)), continued through E = V0, where
    T = 1/(1 + m V0 a^2/2), to the resonances T = 1 at q a = n pi above the barrier.

    Two values in the literature are wrong. For m = 1, E = 0.5, V0 = 1 the width 1.5 has T = sech^2(1.5) =
    0.180706638923649, not 0.1807229 (nor 0.199, the thick-barrier form); and T = 0.01 needs the width arccosh(10) =
    2.993222846126381, not 2.50, which has T = 0.0266.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy].
        width: a [length].
        mass: particle mass.

    Returns:
        T in [0, 1], of the broadcast shape; it underflows to 0 where kappa a > 370 (use the log form there).

    Source:
        Landau and Lifshitz, Quantum Mechanics, section 25, problem 2. Not for a packet: see packet_transmission.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    open_, energy = incoming(xp, energy)
    x, s = _rectangular_parts(energy, height, width, mass)
    unit = xp.exp(-2 * s)
    return xp.where(open_, unit / (unit + x), 0.0)


def log_rectangular_transmission(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0
) -> Array:
    """Natural logarithm of rectangular_transmission, for barriers of any thickness.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy].
        width: a [length].
        mass: particle mass.

    Returns:
        log T, finite at kappa a = 1000 and far beyond; minus infinity at E <= 0.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    open_, energy = incoming(xp, energy)
    x, s = _rectangular_parts(energy, height, width, mass)
    return xp.where(open_, -2 * s - xp.log1p(xp.expm1(-2 * s) + x), -np.inf)


def rectangular_amplitudes(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0
) -> tuple[Array, Array]:
    """Complex amplitudes of a rectangular barrier on abs(x) < a/2.

    psi = exp(ikx) + r exp(-ikx) on the left, t exp(ikx) on the right, with
    t = exp(-ika)/D, r = -i exp(-ika) (k^2 + kappa^2)/(2 k kappa) sinh(kappa a)/D and
    D = cosh(kappa a) + i (kappa^2 - k^2)/(2 k kappa) sinh(kappa a).

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy]; negative for a well.
        width: a [length].
        mass: particle mass.

    Returns:
        (t, r); t = 0 and r = -1 at E <= 0.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    open_, energy = incoming(xp, energy)
    k = xp.sqrt(2 * mass * energy)
    cosh, sinhc, s = scaled_cosh_sinhc(2 * mass * (height - energy) * width**2)
    side = mass * width * sinhc
    denominator = k * cosh + 1j * (height - 2 * energy) * side
    phase = xp.exp(-1j * k * width)
    t = phase * k * xp.exp(-s) / denominator
    r = -1j * phase * height * side / denominator
    return xp.where(open_, t, 0.0), xp.where(open_, r, -1.0)


def thick_barrier_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """The textbook's thick-barrier limit T ~ 16 E (V0 - E)/V0^2 exp(-2 kappa a), for kappa a >> 1 and 0 < E < V0.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy].
        width: a [length].
        mass: particle mass.

    Returns:
        The approximation, for comparison; 0 outside 0 < E < V0. At kappa a = 1.5 it is 10 % too large.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    under = (energy > 0) & (energy < height)
    deficit = xp.where(under, height - energy, 1.0)
    kappa = xp.sqrt(2 * mass * deficit)
    top = xp.where(under, height, 1.0)
    return xp.where(under, 16 * energy * deficit / top**2 * xp.exp(-2 * kappa * width), 0.0)


def thin_barrier_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """The thin-barrier (delta) limit T ~ 1/(1 + m V0^2 a^2/(2 E)), for kappa a << 1 and k a << 1.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy].
        width: a [length].
        mass: particle mass.

    Returns:
        The approximation, which is exact for a delta barrier of strength V0 a; 0 at E <= 0.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    open_, energy = incoming(xp, energy)
    area = height * width
    return xp.where(open_, 1 / (1 + mass * area**2 / (2 * energy)), 0.0)


def _eckart_parts(xp: Any, energy: Any, height: Any, width: Any, mass: Any) -> tuple[Any, Any]:
    """sinh^2(pi k a) and cosh^2((pi/2) sqrt(8 m V0 a^2 - 1)), both divided by the larger of their exponentials."""
    u = np.pi * xp.sqrt(2 * mass * energy) * width
    cosh, _, s = scaled_cosh_sinhc((np.pi / 2) ** 2 * (8 * mass * height * width**2 - 1))
    largest = fixed(xp.maximum(u, s))
    sinh_part = (-xp.expm1(-2 * u) / 2) ** 2 * xp.exp(2 * (u - largest))
    return sinh_part, cosh**2 * xp.exp(2 * (s - largest))


def eckart_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Transmission probability of the Eckart barrier V(x) = V0/cosh^2(x/a).

    T = sinh^2(pi k a)/(sinh^2(pi k a) + cosh^2((pi/2) sqrt(8 m V0 a^2 - 1))); where 8 m V0 a^2 < 1 the second
    term is cos^2((pi/2) sqrt(1 - 8 m V0 a^2)), the same entire function of V0, so wells are included.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy]; negative for a well.
        width: a [length].
        mass: particle mass.

    Returns:
        T in [0, 1]; 0 at E <= 0. Stable for any a, V0 and E.

    Source:
        Landau and Lifshitz, Quantum Mechanics, section 25, problem 4.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    open_, energy = incoming(xp, energy)
    sinh_part, cosh_part = _eckart_parts(xp, energy, height, width, mass)
    return xp.where(open_, sinh_part / (sinh_part + cosh_part), 0.0)


def log_eckart_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Natural logarithm of eckart_transmission, for barriers of any thickness.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy]; negative for a well.
        width: a [length].
        mass: particle mass.

    Returns:
        log T, also where T underflows; minus infinity at E <= 0.
    """
    xp, energy, height, width, mass = floats(energy, height, width, mass)
    open_, energy = incoming(xp, energy)
    u = np.pi * xp.sqrt(2 * mass * energy) * width
    cosh, _, s = scaled_cosh_sinhc((np.pi / 2) ** 2 * (8 * mass * height * width**2 - 1))
    log_sinh = 2 * u + 2 * xp.log(-xp.expm1(-2 * u) / 2)
    # For a reflectionless well the cosine is 0, and so is its term.
    log_cosh = 2 * s + 2 * xp.log(xp.maximum(abs(cosh), np.finfo(float).tiny))
    return xp.where(open_, log_sinh - xp.logaddexp(log_sinh, log_cosh), -np.inf)


def ramsauer_energies(count: int, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Energies of full transmission, T = 1, of a rectangular barrier or well: q a = n pi (Ramsauer and Townsend).

    E_n = V0 + (n pi/a)^2/(2 m): a whole number of half waves fits into the width.

    Args:
        count: number of energies.
        height: V0 [energy]; negative for a well.
        width: a [length].
        mass: particle mass.

    Returns:
        E_1, E_2, ..., shape (count,) [energy]; negative values, for a well, are no such energies.
    """
    _, height, width, mass = floats(height, width, mass)
    return height + (np.pi * np.arange(1, count + 1) / width) ** 2 / (2 * mass)


def step_transmission(energy: ArrayLike, height: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Transmission probability of the potential step V = 0 for x < 0, V0 for x > 0, met from the left.

    T = 4 k1 k2/(k1 + k2)^2 with k1 = sqrt(2 m E), k2 = sqrt(2 m (E - V0)); 0 where either wave is closed.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy], of either sign.
        mass: particle mass; T does not depend on it, it is taken for uniformity.

    Returns:
        T in [0, 1].
    """
    xp, energy, height, mass = floats(energy, height, mass)
    open_ = (energy > 0) & (energy > height)
    k1 = xp.sqrt(2 * mass * xp.where(open_, energy, 1.0))
    k2 = xp.sqrt(2 * mass * xp.where(open_, energy - height, 1.0))
    return xp.where(open_, 4 * k1 * k2 / (k1 + k2) ** 2, 0.0)


def step_reflection(energy: ArrayLike, height: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Reflection probability of the potential step, R = ((k1 - k2)/(k1 + k2))^2, without cancellation.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy], of either sign.
        mass: particle mass; R does not depend on it, it is taken for uniformity.

    Returns:
        R in [0, 1]; exactly 1 below the step (and at E <= 0, the limit of a wave that barely comes in).
    """
    xp, energy, height, mass = floats(energy, height, mass)
    open_ = (energy > 0) & (energy > height)
    k1 = xp.sqrt(2 * mass * xp.where(open_, energy, 1.0))
    k2 = xp.sqrt(2 * mass * xp.where(open_, energy - height, 1.0))
    return xp.where(open_, (2 * mass * height / (k1 + k2) ** 2) ** 2, 1.0)


def log_double_rectangular_transmission(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0
) -> Array:
    """Natural logarithm of double_rectangular_transmission, for barriers of any thickness.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 of either barrier [energy].
        width: a of either barrier [length].
        separation: distance between their facing edges [length].
        mass: particle mass.

    Returns:
        log T, also where T underflows; minus infinity at E <= 0. Exactly on a resonance behind walls that underflow it
        is as wrong as the energy is: the peak is narrower than the spacing of doubles.
    """
    xp, energy, height, width, separation, mass = floats(energy, height, width, separation, mass)
    open_, energy = incoming(xp, energy)
    single = 2 * log_rectangular_transmission(energy, height, width, mass)
    _, r = rectangular_amplitudes(energy, height, width, mass)
    k = xp.sqrt(2 * mass * energy)
    detuning = 4 * (r * xp.exp(1j * k * (width + separation))).imag ** 2
    return xp.where(open_, single - xp.log(xp.exp(single) + detuning + np.finfo(float).tiny), -np.inf)


def double_rectangular_transmission(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0
) -> Array:
    """Transmission probability of two equal rectangular barriers (resonant tunneling).

    The Fabry-Perot sum of one barrier's amplitudes, T = T1^2/abs(1 - r^2 exp(2 i k d))^2, d the distance of the
    centers. Since abs(r)^2 = 1 - T1 the denominator is T1^2 + 4 Im(r exp(ikd))^2: two squares, so that the
    narrowest resonance loses no digits by cancellation and reaches T = 1.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 of either barrier [energy].
        width: a of either barrier [length].
        separation: distance between their facing edges [length].
        mass: particle mass.

    Returns:
        T in [0, 1]; 0 at E <= 0.
    """
    xp, energy, height, width, separation, mass = floats(energy, height, width, separation, mass)
    open_, energy = incoming(xp, energy)
    single = rectangular_transmission(energy, height, width, mass) ** 2
    _, r = rectangular_amplitudes(energy, height, width, mass)
    k = xp.sqrt(2 * mass * energy)
    detuning = 4 * (r * xp.exp(1j * k * (width + separation))).imag ** 2
    # Behind walls so thick that T1^2 underflows, T is 0 off resonance and must not become 0/0 on it.
    return xp.where(open_, single / (single + detuning + np.finfo(float).tiny), 0.0)
