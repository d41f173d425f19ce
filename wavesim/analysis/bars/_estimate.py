"""A number that knows its own error, for theory beside measured numbers."""

from __future__ import annotations

from typing import final


@final
class Estimate(float):
    """A float with the error of the method that gave it; arithmetic gives plain floats, without one.

    Args:
        value: the number.
        error: what two resolutions of its method differ by, with rounding; 0 for a closed form.
    """

    error: float

    def __new__(cls, value: float, error: float = 0.0) -> Estimate:
        made = super().__new__(cls, value)
        made.error = float(error)
        return made

    def __reduce__(self) -> tuple[type[Estimate], tuple[float, float]]:
        return Estimate, (float(self), self.error)


def error_of(value: float) -> float:
    """The error that a number carries; 0 for a plain one."""
    return value.error if isinstance(value, Estimate) else 0.0
