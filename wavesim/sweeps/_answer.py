"""The request of one row of a sweep, and its answer."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

from ..analysis import AbstractQuestion
from ..problem import Problem


class Status(enum.IntEnum):
    """The state of a row: waiting, good, tolerance missed, or failed."""

    WAITING = 0
    GOOD = 1
    MISSED = 2
    FAILED = 3


@dataclasses.dataclass(frozen=True)
class RowRequest:
    """A row before it is answered: the arguments of `wavesim.certify`.

    Args:
        question: the question of the row.
        problem: the physics, in internal units.
        tolerance: error bar aimed at for the headline.
        fixed: numerics given by hand, as in `wavesim.plan`.
        uncertainties: by path, the standard deviation of each uncertain number.
    """

    question: AbstractQuestion
    problem: Problem
    tolerance: float
    fixed: dict[str, Any] = dataclasses.field(default_factory=dict)
    uncertainties: dict[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Answer:
    """A row's numbers, in internal units.

    Attributes:
        values, errors: by standard quantity name, the headline first; empty if the row failed.
        theories: by standard quantity name, values of theories by name; the first is the one compared with.
        status: GOOD; MISSED if the bar (which still holds) is above the tolerance, or an uncertain input's part is not known; FAILED.
        reason: one sentence for every status but GOOD.
        runs, fft_pairs: cost of the row, repetitions included.
        notes: sentences on missing numbers.
        inputs: by standard quantity name, the standard deviation due to all uncertain inputs together.
    """

    values: dict[str, float]
    errors: dict[str, float]
    theories: dict[str, dict[str, float]]
    status: Status
    reason: str = ""
    runs: int = 0
    fft_pairs: int = 0
    inputs: dict[str, float] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def failed(cls, reason: str) -> Answer:
        """The answer of a failed row, without numbers."""
        return cls({}, {}, {}, Status.FAILED, reason)
