"""Who answers the chunks of a sweep: this process, or the workers of a Dask scheduler."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager

from ...errors import ArgumentError
from ...propagation import require_double
from .._file import Sweep
from .._parts import Part, Rest
from .._watch import Watch
from ._chunk import AbstractExecutor, parts


class Local(AbstractExecutor):
    """One chunk after the other, in this process, on its devices."""

    def answered(self, sweep: Sweep, waiting: Mapping[int, Rest], watch: Watch) -> Generator[Part, None, None]:
        for chunk, rest in waiting.items():
            watch.begun(chunk)
            yield from parts(sweep, chunk, rest, watch.answered)


def executor(workers: int | None, scheduler: str | None) -> AbstractContextManager[AbstractExecutor]:
    """This process; a Dask cluster of `workers` processes made for the purpose; or the workers of an existing scheduler.

    Raises:
        ArgumentError: if both are given, or no worker is asked for.
        MissingPackage: if Dask is needed and not installed.
        NumericsError: if JAX's 64-bit mode is off.
        WavesimError: on entering, if the scheduler does not answer or its workers run other versions.
    """
    if workers is not None and scheduler is not None:
        raise ArgumentError("workers", "must not be given with `scheduler`, which has its own; leave out one of them.")
    if workers is not None and workers < 1:
        raise ArgumentError("workers", f"must be at least 1, but is {workers}; leave it out to use this process.")
    require_double()
    if workers is None and scheduler is None:
        return contextlib.nullcontext(Local())
    from ._dask import cluster, connected

    return cluster(workers) if workers is not None else connected(str(scheduler))
