"""What can be asked of a run: each aspect names its observables, reads its numbers off the record, and knows the theory for them."""

from __future__ import annotations

import dataclasses
from typing import Protocol

import numpy as np

from .._typing import Dimension
from ..observables import AbstractObservable
from ..problem import Problem
from ..propagation import Result


@dataclasses.dataclass(frozen=True)
class Reading:
    """A number read off one record, with the part of its error that this record alone shows (a fit, what remains).

    `scale` is the size that rounding is relative to: 1 for a probability, the number itself for a period.
    """

    value: float
    dimension: Dimension
    own_error: dict[str, float] = dataclasses.field(default_factory=dict)
    compared: float | None = None
    scale: float = 1.0

    @property
    def repeatable(self) -> float:
        """The number that runs on other grids must repeat: `compared` where it is given, else the value."""
        return self.value if self.compared is None else self.compared


Predictions = dict[str, dict[str, float]]
CurvePredictions = dict[str, dict[str, np.ndarray]]


class Aspect(Protocol):
    """One question to a run. Methods are pure; the same aspect reads the fine run and its coarser repetitions."""

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        """What must be measured along the way."""
        ...

    def readings(self, result: Result) -> dict[str, Reading]:
        """Numbers by standard quantity name."""
        ...

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        """Series over the frames by name."""
        ...

    def predictions(self, problem: Problem, duration: float) -> Predictions:
        """Theory for the readings: quantity -> theory's name -> value. No propagation."""
        ...

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        """Theory for the curves: name -> theory's name -> values at `times`."""
        ...
