"""Cores that may be used, and one BLAS thread while wavesim computes: its matrices are small, and a second thread gains nothing, but spins while it waits."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator

from threadpoolctl import ThreadpoolController

# what a user sets who wants another number, and then has it
_CHOSEN = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
_LOCK = threading.Lock()
_inside = 0
_limit = contextlib.ExitStack()


def cores() -> int:
    """Processor cores that this process may use: what ``OMP_NUM_THREADS`` says, or what the system grants."""
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
    """Within, NumPy's and SciPy's BLAS have one thread; afterwards as many as before.

    It holds for the whole process, from the first of the Python threads that comes in to the last one that leaves. Who has set
    ``OPENBLAS_NUM_THREADS`` or the like is left alone.
    """
    if any(name in os.environ for name in _CHOSEN):
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
    # those of SciPy are loaded with it
    import scipy.linalg

    del scipy
    return ThreadpoolController()
