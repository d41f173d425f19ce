"""Numbers that are each in order, but of which together no plan can be made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from ..._text import described
from ...errors import NumericsError, WavesimError


@contextlib.contextmanager
def planning(begun: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """As long as nothing has been run in here, arithmetic that fails is the scenario's, not the program's.

    Args:
        begun: whether something has been run.

    Raises:
        NumericsError: if numbers overflow, or more memory is asked for than there is.
    """
    # verbs that only look do without it
    import numpy as np

    try:
        # what is not finite is refused by who meets it
        with np.errstate(all="ignore"):
            yield
    except WavesimError:
        raise
    except (ArithmeticError, ValueError, IndexError, MemoryError, RecursionError) as error:
        if begun():
            raise
        why = "there is not enough memory for it" if isinstance(error, MemoryError) else described(error)
        raise NumericsError(
            f"the numbers of a scenario must go together, but with these no run can be planned ({why}); look for one that is far too large or too small."
        ) from None
    except RuntimeError as error:
        # jax's own errors; the rest are bugs
        if begun() or "XlaRuntimeError" not in type(error).__name__ and "JaxRuntimeError" not in type(error).__name__:
            raise
        raise NumericsError(
            f"a plan must fit into the memory of the device, but this one does not ({described(error)}); take fewer points, or a larger tolerance."
        ) from None
