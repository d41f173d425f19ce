"""Chunks on the workers of a Dask scheduler: the text of the sweep and a chunk's number go out, plain answers come back."""

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

_PATIENCE = 15  # seconds for a scheduler to answer
_RETURN = 30  # seconds for one that was lost to be there again
_GLANCE = 0.02  # seconds between looks at what has come


class Dask(AbstractExecutor):
    """The workers of a scheduler, with two chunks in the hands of each; a worker that dies loses these only, and not what parts of them are there.

    Args:
        connect: gives a client, which is closed afterwards.
        address: of the scheduler, for messages.
        returns: seconds that a lost scheduler is waited for.
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
                # the client is at its end, but not the chunks: those that were in flight are `todo` again
                deadline = deadline or time.monotonic() + self._returns
                if time.monotonic() >= deadline:
                    raise BrokenOffError(
                        f"the scheduler at {self._address} must be there to the end, but was lost ({first_line(error)}); run the same again to go on."
                    ) from None
                time.sleep(min(1.0, self._returns))
        work.refuse_deadly("give the workers more memory")

    def _served(self, client: Any, work: Work, watch: Watch) -> Generator[Part, None, None]:
        """Answer what is to be done with the workers of one client."""
        crew = Crew(client, work)
        # with results: what a worker takes with it when it dies is computed again while others go on
        finished = distributed.as_completed(loop=client.loop, with_results=True, raise_errors=False)
        # chunks of which a part has come, and the rest is not lost
        going_on = set[int]()
        try:
            while work.todo or crew.flying:
                if client.status not in ("running", "connecting"):
                    raise OSError(f"the client is {client.status}")
                try:
                    crew.look()
                    given = crew.hand_out()
                except RuntimeError as error:
                    # so it says that its loop has ended, or that it is being closed
                    raise OSError(str(error)) from None
                for future, chunk in given:
                    if chunk not in going_on:
                        watch.begun(chunk)
                    going_on.discard(chunk)
                    finished.add(future)
                if not finished.has_ready():
                    time.sleep(_GLANCE)
                    continue
                part = crew.taken(*next(finished))
                if part is not None:
                    if not part.last:
                        going_on.add(part.chunk)
                    for answer in part.answers.values():
                        watch.answered(answer)
                    yield part
        finally:
            work.todo.extendleft(chunk for chunk, _ in crew.flying.values())
            with contextlib.suppress(Exception):
                client.cancel(list(crew.flying), force=True)


@contextlib.contextmanager
def connected(address: str) -> Iterator[Dask]:
    """The workers of an existing scheduler; which of them can be used is found out as they come.

    Raises:
        WavesimError: if no scheduler answers.
    """

    @contextlib.contextmanager
    def client() -> Iterator[Any]:
        with _hushed(), distributed.Client(address, timeout=_PATIENCE, set_as_default=False) as made:
            yield made

    try:
        with client():
            pass
    except (OSError, ValueError, TimeoutError) as error:
        raise WavesimError(
            f"a scheduler must answer at {address}, but none does ({first_line(error)}); start one with `dask scheduler`, or correct the address."
        ) from None
    yield Dask(client, address, _RETURN)


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """No words from Dask's threads, which would tear the bar: what matters of a lost scheduler or worker is said by who notices."""
    loggers = [logging.getLogger(name) for name in ("distributed", *logging.root.manager.loggerDict)]
    before = {logger: logger.level for logger in loggers if logger.name.startswith("distributed")}
    for logger in before:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)
