"""Executors of chunks: this process, processes of this machine, or the workers of a Dask scheduler."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager

from ..._jax import platform
from ..._threads import cores
from ...errors import ArgumentError, WavesimError
from ...propagation import device_memory, require_double
from .._file import Sweep
from .._parts import Part, Rest
from .._watch import Watch
from ._chunk import AbstractExecutor, parts
from ._processes import Processes
from ._workers import LEAST_MEMORY

# remaining time above which worker processes, which start in a few seconds, pay [s]
_LONG = 20.0


class Local(AbstractExecutor):
    """One chunk after the other, in this process, on its devices."""

    def answered(self, sweep: Sweep, waiting: Mapping[int, Rest], watch: Watch) -> Generator[Part, None, None]:
        for chunk, rest in waiting.items():
            watch.begun(chunk)
            yield from parts(sweep, chunk, rest, watch.answered)


class Machine(AbstractExecutor):
    """This process, and a process on each core once its first rows show that the others take long.

    Args:
        processes: their largest number.
    """

    def __init__(self, processes: int) -> None:
        self.processes = processes

    def answered(self, sweep: Sweep, waiting: Mapping[int, Rest], watch: Watch) -> Generator[Part, None, None]:
        rests, begun, done = dict(waiting), time.monotonic(), 0
        started = frozenset[int]()
        rows = sum(len(sweep.layout.rows_of(chunk)) - rest.start for chunk, rest in waiting.items())
        with contextlib.closing(Local().answered(sweep, waiting, watch)) as here:
            for part in here:
                yield part
                done += part.end - rests[part.chunk].start
                started = frozenset(() if part.last else (part.chunk,))
                if part.last:
                    del rests[part.chunk]
                else:
                    rests[part.chunk] = Rest(part.end, rests[part.chunk].known)
                # a wave that is cut short here would be answered again by the workers
                whole = max(part.answers, default=-1) < part.end
                if whole and done and (time.monotonic() - begun) * (rows - done) / done > _LONG:
                    break
        if rests:
            yield from Processes(self.processes, started).answered(sweep, rests, watch)


def executor(workers: int | None, scheduler: str | None, sweep: Sweep) -> AbstractContextManager[AbstractExecutor]:
    """Choose the executor: this process, with others where they pay; `workers` processes; or an existing Dask scheduler.

    Raises:
        ArgumentError: if both are given, or `workers` is below 1.
        MissingPackage: if Dask is needed and not installed.
        NumericsError: if JAX's 64-bit mode is off.
        WavesimError: if the sweep cannot be sent to the requested workers; on entering, if the scheduler does not answer or its
            workers run other versions.
    """
    if workers is not None and scheduler is not None:
        raise ArgumentError("workers", "must not be given with `scheduler`, which has its own; leave out one of them.")
    if workers is not None and workers < 1:
        raise ArgumentError("workers", f"must be at least 1, but is {workers}; leave it out for as many as pay.")
    require_double()
    if scheduler is not None:
        sweep.text()
        from ._dask import connected

        return connected(scheduler)
    if workers is not None:
        sweep.text()
        return contextlib.nullcontext(Processes(workers))
    processes = min(cores(), device_memory() // (4 * LEAST_MEMORY)) if platform() == "cpu" else 1
    together = processes > 1 and _has_text(sweep)
    return contextlib.nullcontext(Machine(processes) if together else Local())


def _has_text(sweep: Sweep) -> bool:
    try:
        sweep.text()
    except WavesimError:
        return False
    return True
