"""Closed forms for the transmission of one-dimensional barriers, steps and wells (hbar = 1).

All functions broadcast over their arguments, are differentiable in each of them (at E = V0 too) and take T = 0
at energies where no wave comes in (E <= 0).
"""

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from ._entire import scaled_cosh_sinhc


def _incoming(energy: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Whether a wave comes in, and an energy that is safe to divide by where none does."""
    e = jnp.asarray(energy, float)
    comes_in = jnp.greater(e, 0.0)
    return comes_in, jnp.where(comes_in, e, 1.0)


def _rectangular_parts(
    energy: jax.Array, height: ArrayLike, width: ArrayLike, mass: ArrayLike
) -> tuple[jax.Array, jax.Array]:
    """exp(-2s) and X exp(-2s), where T = 1/(1 + X) and X = m V0^2 a^2/(2E) (sinh(kappa a)/(kappa a))^2."""
    height, width = jnp.asarray(height, float), jnp.asarray(width, float)
    _, sinhc, s = scaled_cosh_sinhc(2 * mass * (height - energy) * width**2)
    return jnp.exp(-2 * s), mass * (height * width * sinhc) ** 2 / (2 * energy)


def rectangular_transmission(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0
) -> jax.Array:
    """Transmission probability of a rectangular barrier (negative height: of a square well).

    T = 1/(1 + V0^2 sinh^2(kappa a)/(4 E (V0 - E))), kappa = sqrt(2 m (V0 - E)), continued through E = V0, where
    T = 1/(1 + m V0 a^2/2), to the resonances T = 1 at q a = n pi above the barrier.

    Two values in circulation are wrong. For m = 1, E = 0.5, V0 = 1 the width 1.5 has T = sech^2(1.5) =
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
    open_, energy = _incoming(energy)
    unit, x = _rectangular_parts(energy, height, width, mass)
    return jnp.where(open_, unit / (unit + x), 0.0)


def log_rectangular_transmission(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0
) -> jax.Array:
    """Natural logarithm of rectangular_transmission, for barriers of any thickness.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy].
        width: a [length].
        mass: particle mass.

    Returns:
        log T, finite at kappa a = 1000 and far beyond; minus infinity at E <= 0.
    """
    open_, energy = _incoming(energy)
    height, width = jnp.asarray(height, float), jnp.asarray(width, float)
    _, sinhc, s = scaled_cosh_sinhc(2 * mass * (height - energy) * width**2)
    x = mass * (height * width * sinhc) ** 2 / (2 * energy)
    return jnp.where(open_, -2 * s - jnp.log1p(jnp.expm1(-2 * s) + x), -jnp.inf)


def rectangular_amplitudes(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0
) -> tuple[jax.Array, jax.Array]:
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
    open_, energy = _incoming(energy)
    height, width = jnp.asarray(height, float), jnp.asarray(width, float)
    k = jnp.sqrt(2 * mass * energy)
    cosh, sinhc, s = scaled_cosh_sinhc(2 * mass * (height - energy) * width**2)
    side = mass * width * sinhc
    denominator = k * cosh + 1j * (height - 2 * energy) * side
    phase = jnp.exp(-1j * k * width)
    t = phase * k * jnp.exp(-s) / denominator
    r = -1j * phase * height * side / denominator
    return jnp.where(open_, t, 0.0), jnp.where(open_, r, -1.0)


def thick_barrier_transmission(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0
) -> jax.Array:
    """The textbook's thick-barrier limit T ~ 16 E (V0 - E)/V0^2 exp(-2 kappa a), for kappa a >> 1 and 0 < E < V0.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy].
        width: a [length].
        mass: particle mass.

    Returns:
        The approximation; 0 outside 0 < E < V0. At kappa a = 1.5 it is 10 % too large: it is here to be compared.
    """
    energy, height = jnp.asarray(energy, float), jnp.asarray(height, float)
    under = (energy > 0) & (energy < height)
    deficit = jnp.where(under, height - energy, 1.0)
    kappa = jnp.sqrt(2 * mass * deficit)
    top = jnp.where(under, height, 1.0)
    return jnp.where(under, 16 * energy * deficit / top**2 * jnp.exp(-2 * kappa * jnp.asarray(width)), 0.0)


def thin_barrier_transmission(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0
) -> jax.Array:
    """The thin-barrier (delta) limit T ~ 1/(1 + m V0^2 a^2/(2 E)), for kappa a << 1 and k a << 1.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy].
        width: a [length].
        mass: particle mass.

    Returns:
        The approximation, which is exact for a delta barrier of strength V0 a; 0 at E <= 0.
    """
    open_, energy = _incoming(energy)
    area = jnp.asarray(height, float) * jnp.asarray(width, float)
    return jnp.where(open_, 1 / (1 + mass * area**2 / (2 * energy)), 0.0)


def _eckart_logs(
    energy: jax.Array, height: ArrayLike, width: ArrayLike, mass: ArrayLike
) -> tuple[jax.Array, jax.Array]:
    """sinh^2(pi k a) and cosh^2((pi/2) sqrt(8 m V0 a^2 - 1)), both divided by the larger of their exponentials."""
    height, width = jnp.asarray(height, float), jnp.asarray(width, float)
    u = jnp.pi * jnp.sqrt(2 * mass * energy) * width
    cosh, _, s = scaled_cosh_sinhc((jnp.pi / 2) ** 2 * (8 * mass * height * width**2 - 1))
    largest = jax.lax.stop_gradient(jnp.maximum(u, s))
    sinh_part = (-jnp.expm1(-2 * u) / 2) ** 2 * jnp.exp(2 * (u - largest))
    return sinh_part, cosh**2 * jnp.exp(2 * (s - largest))


def eckart_transmission(energy: ArrayLike, height: ArrayLike, width: ArrayLike, mass: ArrayLike = 1.0) -> jax.Array:
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
    open_, energy = _incoming(energy)
    sinh_part, cosh_part = _eckart_logs(energy, height, width, mass)
    return jnp.where(open_, sinh_part / (sinh_part + cosh_part), 0.0)


def step_transmission(energy: ArrayLike, height: ArrayLike, mass: ArrayLike = 1.0) -> jax.Array:
    """Transmission probability of the potential step V = 0 for x < 0, V0 for x > 0, met from the left.

    T = 4 k1 k2/(k1 + k2)^2 with k1 = sqrt(2 m E), k2 = sqrt(2 m (E - V0)); 0 where either wave is closed.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy], of either sign.
        mass: particle mass; T does not depend on it, it is taken for uniformity.

    Returns:
        T in [0, 1].
    """
    energy, height = jnp.asarray(energy, float), jnp.asarray(height, float)
    open_ = (energy > 0) & (energy > height)
    k1 = jnp.sqrt(2 * mass * jnp.where(open_, energy, 1.0))
    k2 = jnp.sqrt(2 * mass * jnp.where(open_, energy - height, 1.0))
    return jnp.where(open_, 4 * k1 * k2 / (k1 + k2) ** 2, 0.0)


def step_reflection(energy: ArrayLike, height: ArrayLike, mass: ArrayLike = 1.0) -> jax.Array:
    """Reflection probability of the potential step, R = ((k1 - k2)/(k1 + k2))^2, without cancellation.

    Args:
        energy: kinetic energy of the incoming particle [energy].
        height: V0 [energy], of either sign.
        mass: particle mass; R does not depend on it, it is taken for uniformity.

    Returns:
        R in [0, 1]; exactly 1 below the step (and at E <= 0, the limit of a wave that barely comes in).
    """
    energy, height = jnp.asarray(energy, float), jnp.asarray(height, float)
    open_ = (energy > 0) & (energy > height)
    k1 = jnp.sqrt(2 * mass * jnp.where(open_, energy, 1.0))
    k2 = jnp.sqrt(2 * mass * jnp.where(open_, energy - height, 1.0))
    return jnp.where(open_, (2 * mass * height / (k1 + k2) ** 2) ** 2, 1.0)


def double_rectangular_transmission(
    energy: ArrayLike, height: ArrayLike, width: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0
) -> jax.Array:
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
    open_, energy = _incoming(energy)
    single = rectangular_transmission(energy, height, width, mass) ** 2
    _, r = rectangular_amplitudes(energy, height, width, mass)
    k = jnp.sqrt(2 * mass * energy)
    detuning = 4 * (r * jnp.exp(1j * k * (jnp.asarray(width) + separation))).imag ** 2
    # Behind walls so thick that T1^2 underflows, T is 0 off resonance and must not become 0/0 on it.
    return jnp.where(open_, single / (single + detuning + jnp.finfo(single.dtype).tiny), 0.0)
