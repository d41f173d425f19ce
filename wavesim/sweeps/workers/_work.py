"""The queue of chunks for workers, and the failures of each chunk."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping

from ..._text import first_line
from ...errors import BrokenOffError
from .._parts import Part, Rest

_DEATHS = 5  # workers that may die with a chunk before it is given up
_FAILURES = 3  # errors of one chunk, on any workers, that end the sweep


class Work:
    """The queue of a sweep's chunks, and the failures of each; it outlives a lost worker or scheduler."""

    def __init__(self, text: str, waiting: Mapping[int, Rest]) -> None:
        self.text = text
        self.todo = deque(waiting)
        self.rests = dict(waiting)
        self.deadly: list[int] = []
        self.excluded: dict[str, str] = {}
        self._deaths, self._failures = Counter[int](), Counter[int]()

    def record(self, part: Part) -> None:
        """Record that some rows of a chunk are answered, and are not computed again."""
        if not part.last:
            self.rests[part.chunk] = Rest(part.end, self.rests[part.chunk].known)

    def returned(self, part: Part) -> None:
        """Record a part from a worker that stops after it: the rest of the chunk is next in the queue."""
        self.record(part)
        if not part.last:
            self.todo.appendleft(part.chunk)

    def died(self, chunk: int) -> None:
        """Queue a chunk again whose worker died, or give it up after too many deaths."""
        self._deaths[chunk] += 1
        (self.deadly if self._deaths[chunk] >= _DEATHS else self.todo).append(chunk)

    def deaths(self, chunk: int) -> int:
        """Number of workers that died with this chunk."""
        return self._deaths[chunk]

    def failed(self, chunk: int, error: BaseException) -> None:
        """Queue a chunk again after an error of its worker.

        Raises:
            BrokenOffError: after several errors of this chunk.
        """
        self._failures[chunk] += 1
        if self._failures[chunk] >= _FAILURES:
            raise BrokenOffError(
                f"workers must be able to answer every chunk, but chunk {chunk} has failed {_FAILURES} times "
                f"({type(error).__name__}: {first_line(error)}); run the same again to go on."
            )
        self.todo.append(chunk)

    def refuse_deadly(self, cure: str) -> None:
        """Refuse to go on without chunks that ended their workers.

        Raises:
            BrokenOffError: if chunks are left out because their workers died.
        """
        if self.deadly:
            raise BrokenOffError(
                f"a chunk must not end its worker, but chunk {', '.join(map(str, sorted(self.deadly)))} did so again and again and is left out "
                f"(out of memory?); {cure}, and run the same again to go on."
            )
