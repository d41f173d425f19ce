"""Airy functions on the real line as JAX functions, scaled by their exponential growth."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
import scipy

from ..._jax import ArrayLike, jax, jnp
from ._tracing import Array, is_traced

# Below this z two terms of the asymptotic series are exact to 1e-16.
_FAR = -1e5


class ScaledAiry(NamedTuple):
    """Ai = a exp(-s), Ai' = a_slope exp(-s), Bi = b exp(s), Bi' = b_slope exp(s); s = (2/3) z^(3/2), or 0 for z < 0."""

    a: Array
    a_slope: Array
    b: Array
    b_slope: Array
    s: Array


def scaled_airy(z: ArrayLike) -> ScaledAiry:
    """Ai and Bi and their derivatives at any real z, to rounding.

    Differentiable to any order by Airy's equation f'' = z f; the exponent s carries no derivative, the scaled
    functions do. Beyond z = -1e5 the phase (2/3) abs(z)^(3/2) has lost eight digits to rounding.

    Args:
        z: real array, any shape; dimensionless.

    Returns:
        A ScaledAiry, each field of the shape of z.
    """
    return _traced_airy()(z) if is_traced(z) else ScaledAiry(*_by_scipy(np.asarray(z, float)))


@functools.cache
def _traced_airy() -> Any:
    """The same as a function of JAX, with its derivative."""

    @jax.custom_jvp
    def airy(z: ArrayLike) -> ScaledAiry:
        z = jnp.asarray(z, float)
        shape = jax.ShapeDtypeStruct(z.shape, z.dtype)
        return ScaledAiry(*jax.pure_callback(_by_scipy, (shape,) * 5, z, vmap_method="expand_dims"))

    @airy.defjvp
    def airy_jvp(primals: tuple[ArrayLike], tangents: tuple[jax.Array]) -> tuple[ScaledAiry, ScaledAiry]:
        z, dz = jnp.asarray(primals[0], float), tangents[0]
        f = airy(z)
        slopes = ScaledAiry(f.a_slope * dz, z * f.a * dz, f.b_slope * dz, z * f.b * dz, jnp.zeros_like(f.s))
        return f, slopes

    return airy


def _by_scipy(z: Any) -> tuple[np.ndarray, ...]:
    x = np.asarray(z, float)
    # The scaled functions are complex for z < 0, where the functions oscillate and need no scaling.
    oscillating = np.where(
        x < _FAR, _far_left(np.minimum(x, _FAR)), np.array(scipy.special.airy(np.clip(x, _FAR, 0.0)))
    )
    a, a_slope, b, b_slope = np.where(x > 0, np.array(scipy.special.airye(np.maximum(x, 0.0))), oscillating)
    return a, a_slope, b, b_slope, 2 / 3 * np.maximum(x, 0.0) ** 1.5


def _far_left(x: np.ndarray) -> np.ndarray:
    """Ai, Ai', Bi, Bi' by two terms of their asymptotic series (DLMF 9.7.9 to 9.7.12), where scipy returns nan."""
    zeta = 2 / 3 * (-x) ** 1.5
    cos, sin = np.cos(zeta - np.pi / 4), np.sin(zeta - np.pi / 4)
    u, v = 5 / 72 / zeta, -7 / 72 / zeta
    amplitude, slope = (-x) ** -0.25 / np.sqrt(np.pi), (-x) ** 0.25 / np.sqrt(np.pi)
    return np.array(
        [amplitude * (cos + u * sin), slope * (sin - v * cos), amplitude * (u * cos - sin), slope * (cos + v * sin)]
    )
