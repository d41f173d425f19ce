"""Numbers with their units, as sentences name them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from ._typing import Dimension
from .units import UnitSystem

# a function, for the units of a problem are looked for only where a sentence names a number
_SPOKEN: ContextVar[Callable[[], UnitSystem] | None] = ContextVar("spoken", default=None)


@contextlib.contextmanager
def amounts_in(units: Callable[[], UnitSystem]) -> Iterator[None]:
    """Within, `amount` writes numbers in these units, however deep the sentence is made."""
    before = _SPOKEN.set(units)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def amount(value: Any, dimension: Dimension, units: UnitSystem | None = None, digits: int = 6) -> str:
    """A number as a sentence has it: ``"0.3 eV"``, plain in natural units; where nobody knows the units, said to be in internal ones.

    Args:
        value: in internal units.
        dimension: what it is.
        units: to write it in; by default those of the enclosing `amounts_in`.
        digits: that count.
    """
    spoken = _SPOKEN.get()
    if units is None and spoken is not None:
        units = spoken()
    if units is None:
        return f"{float(value):.{digits}g} (internal units)"
    symbol = units.symbol(dimension)
    number = f"{float(value) / units.scale(dimension):.{digits}g}"
    return number if symbol in ("1", "natural") else f"{number} {symbol}"
