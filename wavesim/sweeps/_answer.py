"""The request of one row of a sweep, and its answer."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

from ..analysis import AbstractQuestion
from ..problem import Problem


class Status(enum.IntEnum):
    """What became of a row."""

    WAITING = 0
    GOOD = 1
    MISSED = 2
    FAILED = 3


@dataclasses.dataclass(frozen=True)
class RowRequest:
    """A row before it is answered: what `wavesim.certify` would be called with.

    Args:
        question: what is asked.
        problem: the physics, in internal units.
        tolerance: error bar aimed at for the headline.
        fixed: numerics given by hand, as in `wavesim.plan`.
        uncertainties: by path, one standard deviation of each number that is known within limits only.
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
        theories: by standard quantity name, what theories say by theory's name; the first is the one to be compared with.
        status: GOOD; MISSED if the bar (which still holds) is above the tolerance, or an uncertain input's part is not known; FAILED.
        reason: one sentence for every status but GOOD.
        runs, fft_pairs: what it cost, repetitions included.
        notes: sentences on numbers that the row does not have.
        inputs: by standard quantity name, one standard deviation that all uncertain inputs make together.
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
        """A row without numbers."""
        return cls({}, {}, {}, Status.FAILED, reason)
