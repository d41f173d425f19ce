"""Numbers with units for the reasons of a plan."""

from __future__ import annotations

from typing import Any

from ..._amounts import amount
from ..._typing import ENERGY, LENGTH, MOMENTUM, TIME, Dimension
from ...problem import Problem


class Shown:
    """How numbers of a problem are written: ``Shown(problem).length(x)`` is ``"0.1429 nm"``, plain in natural units."""

    def __init__(self, problem: Problem) -> None:
        self._units = problem.shown_in

    def length(self, value: Any, digits: int = 4) -> str:
        """A length [length]."""
        return self._text(value, LENGTH, digits)

    def span(self, lower: Any, upper: Any) -> str:
        """An interval, with its unit once [length]."""
        scale = self._units.scale(LENGTH)
        return f"{float(lower) / scale:.5g} to {self.length(upper, 5)}"

    def time(self, value: Any, digits: int = 5) -> str:
        """A time [time]."""
        return self._text(value, TIME, digits)

    def momentum(self, value: Any) -> str:
        """A momentum [1/length]."""
        return self._text(value, MOMENTUM, 4)

    def energy(self, value: Any) -> str:
        """An energy [energy]."""
        return self._text(value, ENERGY, 6)

    def _text(self, value: Any, dimension: Dimension, digits: int) -> str:
        return amount(value, dimension, self._units, digits)
