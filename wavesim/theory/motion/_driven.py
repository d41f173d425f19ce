"""Two-level model of a double well with a periodic force: coherent destruction of tunneling (hbar = 1).

H = -(gap/2) sigma_x + (A/2) cos(omega t) sigma_z, A the largest energy difference of the wells due to the drive. A force F cos(omega t) on wells at +-x0 has A = 2 F x0.
"""

from __future__ import annotations

import numpy as np
import scipy

from wavesim.errors import ArgumentError

from ..._jax import ArrayLike, jax, jit, jnp

# Angles of the average that gives J0(z), exact to rounding for abs(z) < 70.
_ANGLES = 128
_STEPS = 512


def driven_gap(gap: ArrayLike, amplitude: ArrayLike, frequency: ArrayLike) -> jax.Array:
    """Effective gap of wells in a fast drive, gap J0(A/omega), which sets their tunneling rate.

    It vanishes at A/omega = 2.404826, 5.520078, ...: coherent destruction of tunneling.

    Args:
        gap: E_A - E_S without drive [energy].
        amplitude: A, largest energy difference of the wells [energy]; 2 F x0 for a force F.
        frequency: angular frequency omega of the drive [1/time].

    Returns:
        The gap, with its sign [energy]; the leading term for gap << omega, good for A/omega < 70. See floquet_gap.

    Source:
        Grossmann, Dittrich, Jung, Hanggi, Phys. Rev. Lett. 67 (1991) 516; Grifoni and Hanggi, Phys. Rep. 304 (1998)
        229, eq. 145.
    """
    ratio = jnp.asarray(amplitude, float) / jnp.asarray(frequency, float)
    sines = np.sin(2 * np.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES)
    return jnp.asarray(gap, float) * jnp.mean(jnp.cos(ratio[..., None] * sines), axis=-1)


def destruction_amplitude(frequency: ArrayLike, order: int = 1) -> jax.Array:
    """The drive A = z_n omega at which a fast drive suppresses tunneling, z_n the n-th zero of J0, z_1 = 2.404826.

    Args:
        frequency: angular frequency omega of the drive [1/time].
        order: n, from 1.

    Returns:
        A [energy], to leading order in gap/omega.

    Raises:
        ValueError: if order is less than 1.
    """
    if order < 1:
        raise ArgumentError("order", f"must be 1 or more, but is {order}; the first zero of J0 has order 1.")
    return jnp.asarray(frequency, float) * scipy.special.jn_zeros(0, order)[-1]


@jit
def floquet_gap(gap: ArrayLike, amplitude: ArrayLike, frequency: ArrayLike) -> jax.Array:
    """The exact difference of the two quasienergies of driven wells, at any drive.

    The propagator V of a half period is a product of fourth-order Magnus steps, each a spin rotation. U(T) = (sigma_x V)^2,
    because the wells exchange their roles after a half period; the square root gives the difference a sign, which
    changes where the two quasienergies cross.

    Args:
        gap: E_A - E_S without drive [energy].
        amplitude: A [energy].
        frequency: angular frequency omega of the drive [1/time].

    Returns:
        The difference [energy], between -omega and omega, positive where the state connected with the symmetric one is
        lower; the gap itself at A = 0. Its error is below 1e-9 omega for A < 10 omega; meant for gap < omega.

    Source:
        Grifoni and Hanggi, Phys. Rep. 304 (1998) 229, section 4.
    """
    gap, amplitude, frequency = jnp.broadcast_arrays(
        *(jnp.asarray(value, float) for value in (gap, amplitude, frequency))
    )
    h = jnp.pi / frequency / _STEPS
    one, zero = jnp.ones(gap.shape, complex), jnp.zeros(gap.shape, complex)

    def step(i: int, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        # V = [[a, b], [-conj b, conj a]], a rotation.
        a, b = state
        phase = jnp.pi * (i + 0.5) / _STEPS
        tilt = jnp.pi / _STEPS / 2
        # Exact means of cos over the step, and of cos against the position in it.
        mean = amplitude * jnp.cos(phase) * jnp.sinc(tilt / jnp.pi)
        moment = -amplitude * jnp.sin(phase) * (jnp.sin(tilt) - tilt * jnp.cos(tilt)) / (2 * tilt**2)
        x, y, z = -gap * h / 2, -gap * moment * h**2 / 2, mean * h / 2
        angle = jnp.sqrt(x**2 + y**2 + z**2)
        c, s = jnp.cos(angle), jnp.sinc(angle / jnp.pi)
        p, q = c - 1j * s * z, -1j * s * (x - 1j * y)
        return p * a - q * b.conj(), p * b + q * a.conj()

    _, b = jax.lax.fori_loop(0, _STEPS, step, (one, zero))
    # The eigenvalues exp(i phi), -exp(-i phi) of sigma_x V have the sum b - conj b; the difference is 4 phi/T.
    return 2 * frequency / jnp.pi * jnp.arcsin(jnp.clip(b.imag, -1.0, 1.0))
