"""Questions about a problem: their measurement, and the predictions of theory."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Callable
from typing import Any, final

import numpy as np

from ..._typing import Dimension
from ...problem import Problem
from ...propagation import Batch, Plan, Progress
from ._report import Report
from ._runs import Announcement, Measurement, run_here


@dataclasses.dataclass(frozen=True)
class Reading:
    """A number from one record.

    Attributes:
        value: the number, in internal units.
        dimension: its dimension.
        own_error: parts of its error that this record alone shows, such as that of a fit, or of the rest at the end.
        compared: number to be compared with runs on other grids, if it is not the value.
        scale: scale of rounding errors: 1 for a probability, the number itself for a period.
        at_start: series of a conserved observable that is read at the first frame, before any error of step and grid; "" for others.
        part_of: name of a number that this one is a part of; see `Quantity`.
    """

    value: float
    dimension: Dimension
    own_error: dict[str, float] = dataclasses.field(default_factory=dict)
    compared: float | None = None
    scale: float = 1.0
    at_start: str = ""
    part_of: str = ""

    @property
    def repeatable(self) -> float:
        """The number to be compared with runs on other grids."""
        return self.value if self.compared is None else self.compared


@dataclasses.dataclass(frozen=True)
class Parts:
    """Long work without a propagation, for an estimate of its time.

    Attributes:
        count: number of parts that take the same time.
        one: function that does one of them.
    """

    count: int
    one: Callable[[], object]


Predictions = dict[str, dict[str, float]]
CurvePredictions = dict[str, dict[str, np.ndarray]]


class AbstractQuestion(abc.ABC):
    """A question about a problem: the `find` of `wavesim.certify` and of scenario files."""

    @abc.abstractmethod
    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        """Measure the answer: yields requests for runs, returns the report.

        Args:
            problem: the physics.
            tolerance: tolerance of the headline.
            batch: batch of which it is one row, with shared sizes; its record has only the frames that the numbers need and no psi, and perhaps only
                the theory that it is compared with.
            fixed: numerics given by hand, as in `wavesim.plan`.
        """

    @final
    def measure(
        self,
        problem: Problem,
        tolerance: float,
        *,
        progress: Progress,
        on_plan: Announcement | None = None,
        **fixed: Any,
    ) -> Report:
        """Measure the answer, one run at a time; `on_plan` is called with the numerics of the first one before it begins."""
        return run_here(self.measuring(problem, tolerance, **fixed), progress, on_plan)

    @abc.abstractmethod
    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> Plan | None:
        """The plan that `measuring` begins with; None if nothing is propagated."""

    def without_run(self, problem: Problem, tolerance: float, plan: Plan | None, **fixed: Any) -> Report | None:
        """The answer by other means, if the planned run would take too long, or a plan is too large; None to make the run."""
        del problem, tolerance, plan, fixed
        return None

    def parts(self, problem: Problem) -> Parts | None:
        """The work of an answer without a propagation; None if it takes no time worth mentioning."""
        del problem
        return None

    @abc.abstractmethod
    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        """Theory for its quantities without a propagation: quantity -> theory's name -> value; the number is compared with the first theory.

        Without a `duration`, quantities that depend on it are left out.
        """
