"""The chunks that workers are given: what is to be done, and what has gone wrong with which."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping

from ..._text import first_line
from ...errors import BrokenOffError
from .._parts import Part, Rest

_DEATHS = 5  # of workers that one chunk may be to blame for
_FAILURES = 3  # of one chunk, each time on some worker


class Work:
    """The chunks of a sweep: what is to be done, and what has gone wrong with which; it outlives a lost worker or scheduler."""

    def __init__(self, text: str, waiting: Mapping[int, Rest]) -> None:
        self.text = text
        self.todo = deque(waiting)
        self.rests = dict(waiting)
        self.deadly: list[int] = []
        self.left_out: dict[str, str] = {}
        self._deaths, self._failures = Counter[int](), Counter[int]()

    def kept(self, part: Part) -> None:
        """Some rows of a chunk are there, and are not done again."""
        if not part.last:
            self.rests[part.chunk] = Rest(part.end, self.rests[part.chunk].known)

    def came(self, part: Part) -> None:
        """The same of a worker that gives no more than these: the rest is the next to be done."""
        self.kept(part)
        if not part.last:
            self.todo.appendleft(part.chunk)

    def died(self, chunk: int) -> None:
        """The worker that had it is gone: once more, or left out if it has ended too many."""
        self._deaths[chunk] += 1
        (self.deadly if self._deaths[chunk] >= _DEATHS else self.todo).append(chunk)

    def deaths(self, chunk: int) -> int:
        """How many workers have gone with it."""
        return self._deaths[chunk]

    def failed(self, chunk: int, error: BaseException) -> None:
        """A worker has raised an error: once more, on another one perhaps.

        Raises:
            BrokenOffError: if that has happened several times.
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
