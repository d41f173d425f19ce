"""What the questions of plane waves share: nothing is propagated, and numerics given by hand are refused."""

from __future__ import annotations

import abc
import time
from typing import Any, final

from ....problem import Problem
from ....propagation import Batch
from ...bars import AbstractQuestion, Measurement, Quantity, Report
from ...predictions import scattering_problem
from .._given import refuse_by_hand


class AbstractPlaneWaveQuestion(AbstractQuestion):
    """A question to the stationary waves of a static V(x) that is flat on both sides; of the state only the side counts that it comes from."""

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> None:
        return None

    @final
    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        del batch
        yield from ()
        begun = time.perf_counter()
        refuse_by_hand(problem, "plane wave", fixed)
        return self.answer(problem, scattering_problem(problem), tolerance, begun)

    @abc.abstractmethod
    def alone(self, problem: Problem) -> dict[str, Quantity]:
        """The numbers without theory beside them.

        Args:
            problem: as it is given.
        """

    @abc.abstractmethod
    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        """The report.

        Args:
            problem: as it is given.
            line: its one-dimensional part.
            tolerance: relative.
            begun: reading of `time.perf_counter` at the start.
        """
