"""Unanswered rows of a chunk, handed to a worker, and the answers that come back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ._answer import Answer


@dataclasses.dataclass(frozen=True)
class Rest:
    """The unanswered rows of a chunk.

    Attributes:
        start: place of the first waiting row in the chunk.
        known: number of runs of each stored answer after that, by place.
    """

    start: int = 0
    known: Mapping[int, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Part:
    """Some rows of a chunk, to be stored.

    Attributes:
        chunk: its number.
        answers: by place in the chunk.
        end: place in the chunk before which all rows are answered.
        last: whether they complete the chunk.
    """

    chunk: int
    answers: Mapping[int, Answer]
    end: int
    last: bool
