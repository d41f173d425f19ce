"""cosh(sqrt q) and sinh(sqrt q)/sqrt q as the entire functions of q that they are, without overflow."""

from math import factorial

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

# Eleven terms at |q| < 1 leave a remainder below 1/22! = 1e-21.
_COSH = [1 / factorial(2 * n) for n in range(11)]
_SINHC = [1 / factorial(2 * n + 1) for n in range(11)]


@jax.jit
def scaled_cosh_sinhc(q: ArrayLike) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The pair cosh(sqrt q), sinh(sqrt q)/sqrt q with its exponential growth taken out.

    Returns (C, S, s) with cosh(sqrt q) = exp(s) C and sinh(sqrt q)/sqrt q = exp(s) S, where s >= 0.
    For negative q these are the cosine and the sine of sqrt(-q), and s = 0. Near q = 0 the power series is
    used, so value and every derivative are right at q = 0 itself (in a barrier: at E = V).

    Args:
        q: real or complex array, any shape; dimensionless, typically 2 m (V - E) h^2.

    Returns:
        C and S of the dtype of q, and the real exponent s, which carries no derivative: C and S do.
    """
    q = jnp.asarray(q)
    near = jnp.abs(q) < 1.0
    small = jnp.where(near, q, 0.0)
    cosh_near, sinhc_near = _horner(_COSH, small), _horner(_SINHC, small)
    if jnp.iscomplexobj(q):
        z = jnp.sqrt(jnp.where(near, 1.0, q))
        s = jax.lax.stop_gradient(z.real)
        # By parts, so that an imaginary part of 1e-100 keeps its digits: it may be the width of a resonance.
        grow = jnp.exp(z.real - s)
        cosh, sinh = grow * (1 + jnp.exp(-2 * z.real)) / 2, -grow * jnp.expm1(-2 * z.real) / 2
        cosh_far = jax.lax.complex(cosh * jnp.cos(z.imag), sinh * jnp.sin(z.imag))
        sinhc_far = jax.lax.complex(sinh * jnp.cos(z.imag), cosh * jnp.sin(z.imag)) / z
    else:
        z = jnp.sqrt(jnp.where(near, 1.0, jnp.abs(q)))
        s = jax.lax.stop_gradient(jnp.where(q > 0, z, 0.0))
        # The exponentials must not see the oscillating branch, whose z is unbounded too.
        growing = jnp.where(q > 0, z, 1.0)
        shift = jnp.where(q > 0, s, 1.0)
        up, down = jnp.exp(growing - shift), jnp.exp(-growing - shift)
        cosh_far = jnp.where(q > 0, (up + down) / 2, jnp.cos(z))
        sinhc_far = jnp.where(q > 0, (up - down) / (2 * z), jnp.sin(z) / z)
    return (
        jnp.where(near, cosh_near, cosh_far),
        jnp.where(near, sinhc_near, sinhc_far),
        jnp.where(near, 0.0, s),
    )


def _horner(coefficients: list[float], q: jax.Array) -> jax.Array:
    total = jnp.full_like(q, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total * q + c
    return total
