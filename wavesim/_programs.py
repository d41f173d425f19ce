"""Compiled programs: a limit on those that a process holds, and a cache on disk for later processes.

Each takes some 35 memory mappings, of which Linux gives a process 65,530, and LLVM ends the process when there are no more. JAX keeps
every program; a loop over a thousand problems of different shapes would not survive that.
"""

from __future__ import annotations

import contextlib
import functools
import os
from pathlib import Path

from ._jax import is_loaded, jax

# size of the cache above which the programs used longest ago are removed
_CACHE_BYTES = 500_000_000
# size of the cache after that
_KEPT_BYTES = 400_000_000
# programs held before all are dropped: a third of what a process can hold, since one question compiles some dozens
_MOST = 600
# JAX's event for one compilation
_COMPILED = "/jax/core/compile/backend_compile_duration"


class _ProgramCount:
    """Number of programs compiled since all were last dropped."""

    def __init__(self) -> None:
        self.count = 0
        jax.monitoring.register_event_duration_secs_listener(self._on_event)

    def _on_event(self, event: str, duration_secs: float, **kwargs: str | int) -> None:
        del duration_secs, kwargs
        self.count += event == _COMPILED


@functools.cache
def _program_count() -> _ProgramCount:
    return _ProgramCount()


def make_room() -> None:
    """Drop all compiled programs if there are many; those needed again are recompiled, or read from JAX's cache on disk."""
    if not is_loaded():
        return
    programs = _program_count()
    if programs.count > _MOST:
        jax.clear_caches()
        programs.count = 0


def keep_programs() -> str:
    """Let JAX cache compiled programs on disk: half of a short run is compilation. To be called before jax is imported.

    Small programs are cached too: otherwise a sweep that is killed repeatedly would never reach its first row.
    ``JAX_COMPILATION_CACHE_DIR`` is respected if it is a writable folder; if it is empty, nothing is cached.

    Returns:
        a warning if that variable names no writable folder, so that nothing is cached; else "".
    """
    given = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    if given == "":
        return ""
    folder = Path(given) if given is not None else cache_folder("jax")
    if folder is None or not _writable(folder):
        # without a writable folder, everything is compiled anew
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
    """Folder of one of wavesim's caches, by name; None for a user without a home directory."""
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
    """Remove the programs used longest ago, once per process: JAX's own size limit would scan all of them for each new one."""
    with contextlib.suppress(OSError):
        programs = [(item.stat(), item.path) for item in os.scandir(folder) if item.name.endswith("-cache")]
        total = sum(facts.st_size for facts, _ in programs)
        for facts, path in sorted(programs, key=lambda program: program[0].st_atime) if total > _CACHE_BYTES else ():
            if total <= _KEPT_BYTES:
                break
            total -= facts.st_size
            Path(path).unlink(missing_ok=True)
