"""What is handed out of a chunk, and what comes back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ._answer import Answer


@dataclasses.dataclass(frozen=True)
class Rest:
    """What is left of a chunk.

    Attributes:
        start: the place in it from which on rows wait.
        known: by place, how many runs the answers after that took which are there already.
    """

    start: int = 0
    known: Mapping[int, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Part:
    """Some rows of a chunk, to be stored.

    Attributes:
        chunk: which one.
        answers: by place in the chunk.
        end: the place in the chunk up to which all is answered.
        last: whether the chunk is done with them.
    """

    chunk: int
    answers: Mapping[int, Answer]
    end: int
    last: bool
