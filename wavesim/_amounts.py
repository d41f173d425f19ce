"""Numbers with their units, as messages show them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from ._typing import Dimension
from .units import UnitSystem

# a function: the units of a problem are looked up only when a message contains a number
_UNITS: ContextVar[Callable[[], UnitSystem] | None] = ContextVar("units", default=None)


@contextlib.contextmanager
def amounts_in(units: Callable[[], UnitSystem]) -> Iterator[None]:
    """Context in which `amount` writes numbers in these units, in all functions called within."""
    before = _UNITS.set(units)
    try:
        yield
    finally:
        _UNITS.reset(before)


def amount(value: Any, dimension: Dimension, units: UnitSystem | None = None, digits: int = 6) -> str:
    """A number with its unit, ``"0.3 eV"``; without a unit in natural units, marked as internal where no units are set.

    Args:
        value: number in internal units.
        dimension: its dimension.
        units: units to write it in; by default those of the enclosing `amounts_in`.
        digits: significant digits.
    """
    current = _UNITS.get()
    if units is None and current is not None:
        units = current()
    if units is None:
        return f"{float(value):.{digits}g} (internal units)"
    symbol = units.symbol(dimension)
    number = f"{float(value) / units.scale(dimension):.{digits}g}"
    return number if symbol in ("1", "natural") else f"{number} {symbol}"
