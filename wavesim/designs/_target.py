"""Target of a design: a value of a quantity, or a bound on it."""

from __future__ import annotations

import dataclasses
import math
from typing import final

from .._checks import finite, positive
from .._typing import EnergyValue
from ..analysis import AbstractQuestion, TransmissionAt
from ..errors import ArgumentError

# quantities that span decades, compared by their logarithms
_IN_DECADES = ("transmission", "lifetime", "half_life", "tunneling_period", "transfer_time", "gap", "resonance_width", "transmitted_probability")  # fmt: skip
# words in the names of quantities between 0 and 1
_PROBABILITIES = ("transmission", "reflection", "population", "probability")
# default relative distance within which a value is reached
_REACHED = 1e-6
# relative distance by which a bound may be violated
_ROUNDING = 1e-12


@final
@dataclasses.dataclass(frozen=True)
class Target:
    """One target: ``Target("transmission", 0.01, find=TransmissionAt(energy=0.5))``.

    Exactly one of `value`, `above` and `below` must be given. Quantities that span decades (transmissions, lifetimes, gaps, periods, widths)
    are compared by their logarithms, others relative to the value.

    Args:
        quantity: standard name, as in reports.
        value: required value, internal units.
        above: lower bound, internal units.
        below: upper bound, internal units.
        within: accepted distance from `value`; by default a millionth of it.
        weight: weight of its residual in the sum of squares.
        find: question that yields the quantity; by default the one of the problem.
        energies: kinetic energies at each of which ``transmission`` has this target, instead of `find`; for no other quantity.

    Raises:
        ArgumentError: if not exactly one of value, above and below is given, a probability is not between 0 and 1, or a logarithm does not exist.
    """

    quantity: str
    value: float | None = None
    above: float | None = None
    below: float | None = None
    within: float | None = None
    weight: float = 1.0
    find: AbstractQuestion | None = None
    energies: tuple[EnergyValue, ...] = ()

    def __post_init__(self) -> None:
        given = [name for name in ("value", "above", "below") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ArgumentError(
                "targets",
                f"must each hold exactly one of value, above and below, but that of {self.quantity} holds {' and '.join(given) or 'none'}; give one.",
            )
        finite(given[0], self.level)
        positive("weight", self.weight)
        if self.within is not None:
            positive("within", self.within)
        if any(word in self.quantity for word in _PROBABILITIES) and "log10" not in self.quantity:
            if not 0 <= self.level <= 1:
                raise ArgumentError(
                    "targets",
                    f"must lie between 0 and 1 for a probability, but {self.quantity} = {self.level:.6g} is wanted; correct it.",
                )
        if self.in_decades and self.level <= 0:
            raise ArgumentError(
                "targets",
                f"must be positive for what is compared by its logarithm, but {self.quantity} = {self.level:.6g} is wanted; give a small number instead.",
            )
        if self.energies:
            if self.quantity != "transmission" or self.find is not None:
                raise ArgumentError(
                    "energies", f"must stand with transmission alone and without find, but stand with {self.quantity}."
                )
            for energy in self.energies:
                positive("energies", energy)

    @property
    def level(self) -> float:
        """The value, or the bound."""
        return float(next(one for one in (self.value, self.above, self.below) if one is not None))

    @property
    def in_decades(self) -> bool:
        """Whether logarithms are compared."""
        return self.quantity.rstrip("_0123456789") in _IN_DECADES

    @property
    def allowed(self) -> float:
        """Accepted distance from the value."""
        return _REACHED * abs(self.level) if self.within is None else float(self.within)

    @property
    def each(self) -> tuple[Target, ...]:
        """One target for each energy; the target itself without energies."""
        return tuple(
            dataclasses.replace(self, energies=(), find=TransmissionAt(energy=float(energy)))
            for energy in self.energies
        ) or (self,)

    def residual(self, value: float, slope: float = 1.0) -> tuple[float, float]:
        """Weighted residual, 0 where a bound is satisfied, and its derivative with respect to a parameter.

        Args:
            value: value of the quantity; its logarithm where logarithms are compared.
            slope: derivative of `value` with respect to the parameter.
        """
        wanted = math.log(self.level) if self.in_decades else self.level
        size = 1.0 if self.in_decades or not wanted else abs(wanted)
        off = (value - wanted) / size
        if (self.above is not None and off > 0) or (self.below is not None and off < 0):
            return 0.0, 0.0
        root = math.sqrt(self.weight)
        return root * off, root * slope / size

    def reached(self, value: float, error: float) -> bool:
        """Whether a certified value meets the target, within its error bar and rounding."""
        room = self.allowed + error
        if self.value is not None:
            return bool(abs(value - self.level) <= room)
        room = error + _ROUNDING * abs(self.level)
        return value >= self.level - room if self.above is not None else value <= self.level + room
