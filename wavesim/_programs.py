"""Compiled programs: how many a process holds, and which are kept on the disk for the next one.

Each takes some 35 memory mappings, of which Linux gives a process 65,530, and LLVM ends the process when there are no more. JAX keeps
every program; a loop over a thousand problems of different shapes would not survive that.
"""

from __future__ import annotations

import contextlib
import functools
import os
from pathlib import Path

from ._jax import is_loaded, jax

# of programs on the disk: where there are more, the oldest go until there are fewer
_CACHE_BYTES, _KEPT_BYTES = 500_000_000, 400_000_000
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
    if not is_loaded():
        return
    held = _held()
    if held.count > _MOST:
        jax.clear_caches()
        held.count = 0


def keep_programs() -> str:
    """Let JAX keep what it compiles from one process to the next: half of a short run is compilation. To be called before jax is imported.

    Small programs are kept too: a sweep that is killed again and again would never come to its first row otherwise.
    ``JAX_COMPILATION_CACHE_DIR`` is left as it is if it is a folder that can be written; empty, it turns this off.

    Returns:
        a sentence if that variable names no such folder, and nothing is kept; else "".
    """
    given = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    if given == "":
        return ""
    folder = Path(given) if given is not None else cache_folder("jax")
    if folder is None or not _writable(folder):
        # without a place to write, everything is compiled anew
        os.environ["JAX_COMPILATION_CACHE_DIR"] = ""
        if given is None:
            return ""
        return f"JAX_COMPILATION_CACHE_DIR must be a folder that can be written, but is {given!r}; compiled programs are not kept."
    os.environ["JAX_COMPILATION_CACHE_DIR"] = str(folder)
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    _remove_old(folder)
    return ""


def cache_folder(name: str) -> Path | None:
    """Where wavesim keeps what it compiles, by kind; None where the user has no home."""
    import platformdirs

    try:
        return platformdirs.user_cache_path("wavesim") / name
    except (OSError, RuntimeError, KeyError):
        # no home
        return None


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK | os.X_OK)
    except (OSError, ValueError):
        return False


def _remove_old(folder: Path) -> None:
    """Remove the programs that were not used for longest, once for each process: jax, told of a limit, looks at all of them for each new one."""
    with contextlib.suppress(OSError):
        programs = [(item.stat(), item.path) for item in os.scandir(folder) if item.name.endswith("-cache")]
        total = sum(facts.st_size for facts, _ in programs)
        for facts, path in sorted(programs, key=lambda program: program[0].st_atime) if total > _CACHE_BYTES else ():
            if total <= _KEPT_BYTES:
                break
            total -= facts.st_size
            Path(path).unlink(missing_ok=True)
