"""How many compiled programs a process holds: each takes some 35 memory mappings, and LLVM ends the process when there are no more.

Linux gives a process 65,530 of them. JAX keeps every program; a loop over a thousand problems of different shapes would not survive that.
"""

from __future__ import annotations

import functools

import jax
import jax.monitoring

# a third of what a process can hold: one question compiles some dozens
_MOST = 600
_COMPILED = "/jax/core/compile/backend_compile_duration"


class _Held:
    """Programs compiled since the last time that all were dropped."""

    def __init__(self) -> None:
        self.count = 0
        jax.monitoring.register_event_duration_secs_listener(self._heard)

    def _heard(self, event: str, duration_secs: float, **kwargs: str | int) -> None:
        del duration_secs, kwargs
        self.count += event == _COMPILED


@functools.cache
def _held() -> _Held:
    return _Held()


def make_room() -> None:
    """Drop all compiled programs if there are many: those that are needed again are compiled again, or read from JAX's cache on disk."""
    held = _held()
    if held.count > _MOST:
        jax.clear_caches()
        held.count = 0
