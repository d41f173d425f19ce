"""NumPy, which compiles nothing, or JAX, if it is tracing, for one formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavesim.errors import NumericsError

from ..._arrays import AnyArray
from ..._jax import is_traced as is_traced, jax, jnp, uses_double

# Results: NumPy arrays, or JAX arrays under jax.grad, jit and vmap.
Array = AnyArray


def namespace(*values: Any) -> Any:
    """`jax.numpy` where JAX is tracing one of the values, else `numpy`."""
    return jnp if is_traced(*values) else np


def fixed(value: Any) -> Any:
    """The value without its gradient: a numpy array unless it is traced."""
    return jax.lax.stop_gradient(value) if is_traced(value) else np.asarray(value)


def floats(*values: Any) -> tuple[Any, *tuple[Array, ...]]:
    """The namespace for the values, and each of them as an array of doubles there."""
    xp = namespace(*values)
    return xp, *(xp.asarray(value, float) for value in values)


def require_double() -> None:
    """Refuse to work in single precision, where error bounds of 1e-12 would be untrue.

    Raises:
        NumericsError: if JAX's 64-bit mode is off.
    """
    if not uses_double():
        raise NumericsError(
            "theory needs double precision, but JAX's 64-bit mode is off: before the first array, call "
            'jax.config.update("jax_enable_x64", True), or set JAX_ENABLE_X64=1.'
        )
