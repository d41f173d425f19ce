"""Functions that users write themselves and JAX traces: what cannot be traced is told in a sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from .errors import ArgumentError


@contextlib.contextmanager
def traceable(argument: str) -> Iterator[None]:
    """Within, a function of the user's own is called: say how to write it where JAX cannot trace it, or it takes no arrays.

    Args:
        argument: what holds the function.

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
    # whoever gets here has called a function that JAX traces: it is loaded
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
