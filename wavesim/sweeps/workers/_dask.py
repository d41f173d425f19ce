"""Chunks on the workers of a Dask scheduler: the text of the sweep and a chunk's number go out, plain answers come back."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from ..._text import first_line
from ...errors import BrokenOffError, MissingPackage, WavesimError
from .._file import Sweep
from .._parts import Part, Rest
from .._watch import Watch
from ._chunk import AbstractExecutor
from ._crew import Crew, Work

try:
    import dask.config
    import distributed
except ModuleNotFoundError as missing:
    raise MissingPackage(
        f"workers need the package {missing.name}, which is not installed; pip install 'wavesim[cluster]', or leave out the workers."
    ) from None

_PATIENCE = 15  # seconds for a scheduler to answer
_RETURN = 30  # seconds for one that was lost to be there again
_GLANCE = 0.02  # seconds between looks at what has come
_CALL = "10s"  # for a worker that may be dead
# One thread each: workers that share a machine would otherwise wait for one another. NPROC sizes XLA's own pool.
_ALONE = {
    "JAX_ENABLE_X64": "1",
    "NPROC": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}
_ONE_THREAD = "--xla_cpu_multi_thread_eigen=false"
# Ctrl-C reaches every process of a terminal; ending the workers is the client's business.
_DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"

Connection = tuple[Any, Callable[[], object]]


class Dask(AbstractExecutor):
    """The workers of a scheduler, with two chunks in the hands of each; a worker that dies loses these only, and not what parts of them are there.

    Args:
        connect: gives a client, which is closed afterwards, and what is to be done for the workers now and then.
        address: of the scheduler, for messages.
        returns: seconds that a lost scheduler is waited for.
    """

    def __init__(
        self, connect: Callable[[], contextlib.AbstractContextManager[Connection]], address: str, returns: float = 0.0
    ) -> None:
        self.connect, self._address, self._returns = connect, address, returns

    def answered(self, sweep: Sweep, waiting: Mapping[int, Rest], watch: Watch) -> Generator[Part, None, None]:
        work = Work(sweep.text(), waiting)
        deadline = None
        while True:
            try:
                with self.connect() as (client, tend):
                    deadline = None
                    yield from self._served(client, tend, work, watch)
                break
            except (distributed.CancelledError, OSError, TimeoutError) as error:
                # the client is at its end, but not the chunks: those that were in flight are `todo` again
                deadline = deadline or time.monotonic() + self._returns
                if time.monotonic() >= deadline:
                    raise BrokenOffError(
                        f"the scheduler at {self._address} must be there to the end, but was lost ({first_line(error)}); run the same again to go on."
                    ) from None
                time.sleep(min(1.0, self._returns))
        if work.deadly:
            raise BrokenOffError(
                f"a chunk must not end its worker, but chunk {', '.join(map(str, sorted(work.deadly)))} did so again and again and is left out "
                "(out of memory?); give the workers more memory, and run the same again to go on."
            )

    def _served(self, client: Any, tend: Callable[[], object], work: Work, watch: Watch) -> Generator[Part, None, None]:
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
                    looked, given = crew.look(), crew.hand_out()
                except RuntimeError as error:
                    # so it says that its loop has ended, or that it is being closed
                    raise OSError(str(error)) from None
                if looked:
                    tend()
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
    def client() -> Iterator[Connection]:
        with _hushed(), distributed.Client(address, timeout=_PATIENCE, set_as_default=False) as made:
            yield made, lambda: None

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


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[Dask]:
    """A scheduler in this process and worker processes of one thread each, started with the first chunk and ended at the end."""

    @contextlib.contextmanager
    def started() -> Iterator[Connection]:
        flags = f"{os.environ.get('XLA_FLAGS', '')} {_ONE_THREAD}".strip()
        options: dict[str, Any] = {
            "n_workers": workers,
            "threads_per_worker": 1,
            "processes": True,
            "memory_limit": 0,
            "host": "127.0.0.1",
            # any port: a taken one is none of the user's business
            "dashboard_address": "127.0.0.1:0",
            "silence_logs": logging.CRITICAL,
            "env": {**_ALONE, "XLA_FLAGS": flags},
            "preload": [_DEAF],
        }
        with (
            dask.config.set(
                {"distributed.comm.timeouts.connect": _CALL, "distributed.deploy.lost-worker-timeout": "1s"}
            ),
            distributed.LocalCluster(**options) as made,
            distributed.Client(made, set_as_default=False) as client,
        ):
            # one that dies as soon as it has started is given up by who watches over it
            grow: Any = made
            yield client, lambda: grow.scale(workers)

    yield Dask(started, "this machine")
