"""Numbers that remember the unit in which they were written."""

from __future__ import annotations

from typing import Any, final


@final
class Unit(float):
    """A unit, or a multiple of it, as a number in internal units: ``0.3 * eV`` is a float whose repr is ``0.3 * eV``.

    Multiples, quotients by plain numbers, and the negative remember the unit; all other arithmetic gives plain floats. Values are
    bit for bit those of float arithmetic.

    Args:
        value: number in internal units.
        symbol: symbol of the unit, as in `wavesim.units`.
        count: the number in that unit.
    """

    symbol: str
    count: float

    def __new__(cls, value: float, symbol: str, count: float = 1.0) -> Unit:
        number = super().__new__(cls, value)
        number.symbol, number.count = symbol, float(count)
        return number

    def __mul__(self, other: Any) -> Any:
        product = super().__mul__(other)
        return Unit(product, self.symbol, self.count * other) if type(other) in (int, float) else product

    def __rmul__(self, other: Any) -> Any:
        product = super().__rmul__(other)
        return Unit(product, self.symbol, self.count * other) if type(other) in (int, float) else product

    def __truediv__(self, other: Any) -> Any:
        quotient = super().__truediv__(other)
        return Unit(quotient, self.symbol, self.count / other) if type(other) in (int, float) else quotient

    def __neg__(self) -> Unit:
        return Unit(-float(self), self.symbol, -self.count)

    def __reduce__(self) -> tuple[type[Unit], tuple[float, str, float]]:
        return Unit, (float(self), self.symbol, self.count)

    def __repr__(self) -> str:
        return f"{self.count:.12g} * {'attosecond' if self.symbol == 'as' else self.symbol}"

    def __str__(self) -> str:
        return f"{self.count:.12g} {self.symbol}"


def as_written(value: Any) -> str:
    """A number as it was written, ``"20 nm"``, if it remembers its unit; else its digits."""
    return str(value) if isinstance(value, Unit) else f"{float(value):.6g}"
