"""Errors of planning: numbers that are valid by themselves, but allow no plan together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from ..._text import described
from ...errors import NumericsError, WavesimError


@contextlib.contextmanager
def planning(started: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Context in which failing arithmetic before the first run is an error of the scenario, not a bug.

    Args:
        started: tells whether something has been run.

    Raises:
        NumericsError: if numbers overflow, or memory does not suffice.
    """
    # imported here, since some commands do not need it
    import numpy as np

    try:
        # numbers that are not finite are refused where they are used
        with np.errstate(all="ignore"):
            yield
    except WavesimError:
        raise
    except (ArithmeticError, ValueError, IndexError, MemoryError, RecursionError) as error:
        if started():
            raise
        why = "there is not enough memory for it" if isinstance(error, MemoryError) else described(error)
        raise NumericsError(
            f"the numbers of a scenario must go together, but with these no run can be planned ({why}); look for one that is far too large or too small."
        ) from None
    except RuntimeError as error:
        # jax's own errors; the rest are bugs
        if started() or "XlaRuntimeError" not in type(error).__name__ and "JaxRuntimeError" not in type(error).__name__:
            raise
        raise NumericsError(
            f"a plan must fit into the memory of the device, but this one does not ({described(error)}); take fewer points, or a larger tolerance."
        ) from None
