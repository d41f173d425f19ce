"""What can be asked of a problem: each question knows how it is measured, and what theory says."""

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
    """A number read off one record, with the part of its error that this record alone shows (a fit, what remains).

    `scale` is the size that rounding is relative to: 1 for a probability, the number itself for a period. `at_start` names the series of a conserved
    observable that is read at the first frame, where neither step nor grid has moved it yet; "" for all others. `part_of` names a number that
    this one is a part of, see `Quantity`.
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
        """The number that runs on other grids must repeat: `compared` where it is given, else the value."""
        return self.value if self.compared is None else self.compared


@dataclasses.dataclass(frozen=True)
class Parts:
    """Work that propagates nothing and takes long, for whoever tells the time.

    Attributes:
        count: of parts that take alike.
        one: does one of them.
    """

    count: int
    one: Callable[[], object]


Predictions = dict[str, dict[str, float]]
CurvePredictions = dict[str, dict[str, np.ndarray]]


class AbstractQuestion(abc.ABC):
    """What is asked of a problem: the `find` of `wavesim.certify` and of scenario files."""

    @abc.abstractmethod
    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        """How it is measured: yields what is to be propagated.

        `fixed` are numerics given by hand, as in `wavesim.plan`. `batch`: one of many, whose record nobody looks at, and
        what they know of each other: as few frames as the numbers need, no psi, sizes that others share, and of several theories perhaps only the one to be compared with.
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
        """Measure it, every run in turn; `on_plan` hears the numerics of the first one before it begins."""
        return run_here(self.measuring(problem, tolerance, **fixed), progress, on_plan)

    @abc.abstractmethod
    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> Plan | None:
        """How `measuring` would begin; None where nothing is propagated."""

    def without_run(self, problem: Problem, tolerance: float, plan: Plan | None, **fixed: Any) -> Report | None:
        """The answer by other means, where the run that is planned would take too long, or is too large for a plan; None to make the run."""
        del problem, tolerance, plan, fixed
        return None

    def parts(self, problem: Problem) -> Parts | None:
        """What the answer takes where nothing is propagated; None where it is there in a moment."""
        del problem
        return None

    @abc.abstractmethod
    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        """Theory for its quantities: quantity -> theory's name -> value, the first theory being the one to be compared with. No
        propagation. Without a `duration`, what depends on it is left out.
        """
