"""Airy functions on the real line as JAX functions, with their exponential growth taken out."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from scipy.special import airy, airye


class ScaledAiry(NamedTuple):
    """Ai = a exp(-s), Ai' = a_slope exp(-s), Bi = b exp(s), Bi' = b_slope exp(s); s = (2/3) z^(3/2), or 0 for z < 0."""

    a: jax.Array
    a_slope: jax.Array
    b: jax.Array
    b_slope: jax.Array
    s: jax.Array


@jax.custom_jvp
def scaled_airy(z: ArrayLike) -> ScaledAiry:
    """Ai and Bi and their derivatives at real z, to rounding, however large z is.

    Differentiable to any order by Airy's equation f'' = z f; the exponent s carries no derivative, the scaled
    functions do. Beyond z = -1e5 the phase (2/3) abs(z)^(3/2) has lost eight digits to rounding.

    Args:
        z: real array, any shape; dimensionless.

    Returns:
        A ScaledAiry, each field of the shape of z.
    """
    z = jnp.asarray(z, float)
    shape = jax.ShapeDtypeStruct(z.shape, z.dtype)
    return ScaledAiry(*jax.pure_callback(_by_scipy, (shape,) * 5, z, vmap_method="expand_dims"))


@scaled_airy.defjvp
def _scaled_airy_jvp(
    primals: tuple[ArrayLike], tangents: tuple[jax.Array]
) -> tuple[ScaledAiry, ScaledAiry]:
    (z,), (dz,) = primals, tangents
    f = scaled_airy(z)
    slopes = ScaledAiry(f.a_slope * dz, z * f.a * dz, f.b_slope * dz, z * f.b * dz, jnp.zeros_like(f.s))
    return f, slopes


def _by_scipy(z: jax.Array) -> tuple[np.ndarray, ...]:
    x = np.asarray(z, float)
    # The scaled functions are complex for z < 0, where there is nothing to scale.
    pairs = zip(airye(np.maximum(x, 0.0)), airy(np.minimum(x, 0.0)), strict=True)
    a, a_slope, b, b_slope = (np.where(x > 0, grows, swings) for grows, swings in pairs)
    return a, a_slope, b, b_slope, 2 / 3 * np.maximum(x, 0.0) ** 1.5
