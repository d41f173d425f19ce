"""User-written functions that JAX traces: tracing errors become messages with a cure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from .errors import ArgumentError


@contextlib.contextmanager
def traceable(argument: str) -> Iterator[None]:
    """Context for calls of a user's function: explains how to rewrite one that JAX cannot trace, or that takes no arrays.

    Args:
        argument: name of the argument that holds the function.

    Raises:
        ArgumentError: with the cure; every other error passes as it is.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        if (reason := _reason(error)) is None:
            raise
        raise ArgumentError(argument, reason) from None


def _reason(error: Exception) -> str | None:
    # JAX is loaded by now: only calls of traced functions get here
    from jax import errors

    words = str(error)
    if isinstance(error, errors.TracerBoolConversionError) or words.startswith("The truth value of an array"):
        return "must hold for whole arrays, but decides by `if`, `and` or `or`; write jnp.where(x > 0, ..., ...)."
    if isinstance(error, errors.TracerArrayConversionError):
        return (
            "must be written with jax.numpy, but uses numpy; write `import jax.numpy as jnp`, and jnp.exp for np.exp."
        )
    if isinstance(error, errors.ConcretizationTypeError) or words.startswith("Only scalar arrays can be converted"):
        return (
            "must be written with jax.numpy, but makes plain numbers, by the module math or by float(); "
            "write `import jax.numpy as jnp`, and jnp.exp for math.exp."
        )
    return None
