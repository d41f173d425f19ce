"""Chunks on the workers of a Dask scheduler: the text of the sweep and a chunk's number go out, plain answers come back."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import itertools
import logging
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from ..errors import MissingPackage, WavesimError
from ._answer import Answer
from ._chunk import AbstractExecutor, Answered, answer_chunk
from ._file import Sweep
from ._watch import Watch

try:
    import dask.config
    import distributed
except ModuleNotFoundError as missing:
    raise MissingPackage(
        f"workers need the package {missing.name}, which is not installed; pip install 'wavesim[cluster]', or leave out the workers."
    ) from None

_PATIENCE = 15  # seconds for a scheduler to answer
_GLANCE = 0.02  # seconds between looks at what has come
_TEND = 50  # glances from one look after the workers to the next
_CALL = "10s"  # for a worker that may be dead
_DEATHS = 5  # of workers that one chunk may be to blame for
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


def versions() -> dict[str, str]:
    """What decides the last digit of an answer."""
    from .._version import __version__

    return {"wavesim": __version__} | {name: importlib.metadata.version(name) for name in ("jax", "jaxlib")}


def answer_text(text: str, chunk: int, wanted: dict[str, str]) -> list[Answer]:
    """What a worker does: the answers of one chunk, in 64 bits whatever else the process does.

    Args:
        text: of the sweep, `Sweep.text`.
        chunk: which part of it.
        wanted: the versions of who asks.

    Raises:
        WavesimError: if this process has other versions.
    """
    import jax

    refuse_other(versions(), wanted)
    with jax.enable_x64(True):
        return answer_chunk(_read(text), chunk)


@functools.lru_cache(maxsize=2)
def _read(text: str) -> Sweep:
    return Sweep.from_text(text)


def refuse_other(theirs: dict[str, str], ours: dict[str, str]) -> None:
    """Refuse a worker of other versions.

    Raises:
        WavesimError: with what differs.
    """
    other = [f"{name} {theirs[name]} instead of {ours[name]}" for name in ours if theirs[name] != ours[name]]
    if other:
        raise WavesimError(
            f"workers must run the same versions as this process, but one has {', '.join(other)}; install the same there."
        )


Connection = tuple[Any, Callable[[], object]]


class Dask(AbstractExecutor):
    """The workers of a scheduler, with a few chunks in flight for each; a worker that dies loses the chunk in its hands only.

    Args:
        connect: gives a client, which is closed afterwards, and what is to be done for the workers now and then.
        address: of the scheduler, for messages.
    """

    def __init__(self, connect: Callable[[], contextlib.AbstractContextManager[Connection]], address: str) -> None:
        self.connect, self._address = connect, address

    def answered(self, sweep: Sweep, chunks: Sequence[int], watch: Watch) -> Generator[Answered, None, None]:
        text, wanted, deadly = sweep.text(), versions(), []
        todo, flying = iter(chunks), dict[Any, int]()
        with self.connect() as (client, tend):
            # with results: what a worker takes with it when it dies is computed again while others go on
            finished = distributed.as_completed(loop=client.loop, with_results=True, raise_errors=False)
            try:
                while True:
                    # workers may join while the sweep runs, as jobs of a queue do
                    for chunk in _few(todo, 2 * max(sum(client.nthreads().values()), 1) - len(flying)):
                        watch.begun(chunk)
                        future = client.submit(answer_text, text, chunk, wanted, pure=False)
                        flying[future] = chunk
                        finished.add(future)
                    if not flying:
                        break
                    future, found = _next(finished, client, tend)
                    chunk = flying.pop(future)
                    if future.status == "error":
                        if not isinstance(found[1], distributed.KilledWorker):
                            raise found[1]
                        deadly.append(chunk)
                        continue
                    if isinstance(found, BaseException):
                        raise found
                    for answer in found:
                        watch.answered(answer)
                    yield chunk, found
            except (distributed.CancelledError, OSError) as error:
                raise WavesimError(
                    f"the scheduler at {self._address} must be there to the end, but was lost ({error}); run the same again to go on."
                ) from None
            finally:
                with contextlib.suppress(Exception):
                    client.cancel(list(flying), force=True)
        if deadly:
            raise WavesimError(
                f"a chunk must not end its worker, but chunk {', '.join(map(str, deadly))} did so again and again and is left out "
                "(out of memory?); give the workers more memory, and run the same again to go on."
            )


def _next(finished: Any, client: Any, tend: Callable[[], object]) -> tuple[Any, Any]:
    """The next future that is done, with what came of it; it would be waited for in vain if the client has lost its scheduler."""
    for glance in itertools.count(1):
        if finished.has_ready():
            break
        if client.status not in ("running", "connecting"):
            raise OSError(f"the client is {client.status}")
        if glance % _TEND == 0:
            tend()
        time.sleep(_GLANCE)
    return next(finished)


def _few(todo: Iterator[int], count: int) -> Iterator[int]:
    for _, chunk in zip(range(count), todo, strict=False):
        yield chunk


@contextlib.contextmanager
def connected(address: str) -> Iterator[Dask]:
    """The workers of an existing scheduler, found to run the versions of this process.

    Raises:
        WavesimError: if none answers, or a worker runs something else. A worker that joins later is asked with its first chunk.
    """
    try:
        client: Any = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise WavesimError(
            f"a scheduler must answer at {address}, but none does ({error}); start one with `dask scheduler`, or correct the address."
        ) from None
    with client, _hushed():
        try:
            found = client.run(versions)
        except ModuleNotFoundError as error:
            raise WavesimError(
                f"the workers must have the packages of this process, but one has no {error.name}; install wavesim there."
            ) from None
        for theirs in found.values():
            refuse_other(theirs, versions())
        yield Dask(lambda: contextlib.nullcontext((client, lambda: None)), address)


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
            "dashboard_address": None,
            "silence_logs": logging.CRITICAL,
            "env": {**_ALONE, "XLA_FLAGS": flags},
            "preload": [_DEAF],
        }
        with (
            dask.config.set(
                {
                    "distributed.scheduler.allowed-failures": _DEATHS,
                    "distributed.comm.timeouts.connect": _CALL,
                    "distributed.deploy.lost-worker-timeout": "1s",
                }
            ),
            distributed.LocalCluster(**options) as made,
            distributed.Client(made, set_as_default=False) as client,
        ):
            # one that dies as soon as it has started is given up by who watches over it
            grow: Any = made
            yield client, lambda: grow.scale(workers)

    yield Dask(started, "this machine")
