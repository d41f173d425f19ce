"""Available cores, and one BLAS thread while wavesim computes: for its small matrices a second thread only spins."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator

from threadpoolctl import ThreadpoolController

# environment variables by which users set the number of threads themselves
_THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
_LOCK = threading.Lock()
_inside = 0
_limit = contextlib.ExitStack()


def cores() -> int:
    """Number of processor cores that this process may use: ``OMP_NUM_THREADS``, or what the system grants."""
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    if allowed.isdigit():
        return max(1, int(allowed))
    try:
        # those this process may use; the machine may have more
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """Context in which the BLAS of NumPy and SciPy use one thread; afterwards as many as before.

    It holds for the whole process, from the first Python thread that enters to the last one that leaves. If
    ``OPENBLAS_NUM_THREADS`` or the like is set, nothing is changed.
    """
    if any(name in os.environ for name in _THREAD_VARIABLES):
        yield
        return
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside
    with _LOCK:
        if not _inside:
            _limit.enter_context(_libraries().limit(limits=1, user_api="blas"))
        _inside += 1


def _leave() -> None:
    global _inside
    with _LOCK:
        _inside -= 1
        if not _inside:
            _limit.close()


@functools.cache
def _libraries() -> ThreadpoolController:
    # SciPy's libraries are loaded with it
    import scipy.linalg

    del scipy
    return ThreadpoolController()
