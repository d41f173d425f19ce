"""Chunks on the workers of a Dask scheduler, which get the text of the sweep and a chunk's number, and return answers."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from ..._text import first_line
from ...errors import BrokenOffError, MissingPackage, WavesimError
from .._file import Sweep
from .._parts import Part, Rest
from .._watch import Watch
from ._chunk import AbstractExecutor
from ._crew import Crew
from ._work import Work

try:
    import distributed
except ModuleNotFoundError as missing:
    raise MissingPackage(
        f"workers need the package {missing.name}, which is not installed; pip install 'wavesim[cluster]', or leave out the workers."
    ) from None

_PATIENCE = 15  # longest wait for a scheduler to answer [s]
_RETURN = 30  # longest wait for a lost scheduler to return [s]
_POLL = 0.02  # time between checks for finished futures [s]


class Dask(AbstractExecutor):
    """The workers of a scheduler, two chunks for each; a worker that dies loses the rows of these that it has not returned.

    Args:
        connect: makes a client, which is closed afterwards.
        address: of the scheduler, for messages.
        returns: longest wait for a lost scheduler [s].
    """

    def __init__(
        self, connect: Callable[[], contextlib.AbstractContextManager[Any]], address: str, returns: float = 0.0
    ) -> None:
        self.connect, self._address, self._returns = connect, address, returns

    def answered(self, sweep: Sweep, waiting: Mapping[int, Rest], watch: Watch) -> Generator[Part, None, None]:
        work = Work(sweep.text(), waiting)
        deadline = None
        while True:
            try:
                with self.connect() as client:
                    deadline = None
                    yield from self._served(client, work, watch)
                break
            except (distributed.CancelledError, OSError, TimeoutError) as error:
                # the chunks outlive the client: those that were in flight are `todo` again
                deadline = deadline or time.monotonic() + self._returns
                if time.monotonic() >= deadline:
                    raise BrokenOffError(
                        f"the scheduler at {self._address} must be there to the end, but was lost ({first_line(error)}); run the same again to go on."
                    ) from None
                time.sleep(min(1.0, self._returns))
        work.refuse_deadly("give the workers more memory")

    def _served(self, client: Any, work: Work, watch: Watch) -> Generator[Part, None, None]:
        """Answer the waiting chunks with the workers of one client."""
        crew = Crew(client, work)
        # with results: a result lost with its worker is computed again while others continue
        finished = distributed.as_completed(loop=client.loop, with_results=True, raise_errors=False)
        # chunks that continue after a stored part: they are not lost
        continued = set[int]()
        try:
            while work.todo or crew.in_flight:
                if client.status not in ("running", "connecting"):
                    raise OSError(f"the client is {client.status}")
                try:
                    crew.refresh()
                    submitted = crew.hand_out()
                except RuntimeError as error:
                    # the client's loop has ended, or it is being closed
                    raise OSError(str(error)) from None
                for future, chunk in submitted:
                    if chunk not in continued:
                        watch.begun(chunk)
                    continued.discard(chunk)
                    finished.add(future)
                if not finished.has_ready():
                    time.sleep(_POLL)
                    continue
                part = crew.collect(*next(finished))
                if part is not None:
                    if not part.last:
                        continued.add(part.chunk)
                    for answer in part.answers.values():
                        watch.answered(answer)
                    yield part
        finally:
            work.todo.extendleft(chunk for chunk, _ in crew.in_flight.values())
            with contextlib.suppress(Exception):
                client.cancel(list(crew.in_flight), force=True)


@contextlib.contextmanager
def connected(address: str) -> Iterator[Dask]:
    """The workers of an existing scheduler; each is checked when it joins.

    Raises:
        WavesimError: if no scheduler answers.
    """

    @contextlib.contextmanager
    def client() -> Iterator[Any]:
        with _silenced(), distributed.Client(address, timeout=_PATIENCE, set_as_default=False) as connection:
            yield connection

    try:
        with client():
            pass
    except (OSError, ValueError, TimeoutError) as error:
        raise WavesimError(
            f"a scheduler must answer at {address}, but none does ({first_line(error)}); start one with `dask scheduler`, or correct the address."
        ) from None
    yield Dask(client, address, _RETURN)


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Silence the loggers of Dask, whose lines would break the progress bar; wavesim itself reports lost schedulers and workers."""
    loggers = [logging.getLogger(name) for name in ("distributed", *logging.root.manager.loggerDict)]
    before = {logger: logger.level for logger in loggers if logger.name.startswith("distributed")}
    for logger in before:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)
