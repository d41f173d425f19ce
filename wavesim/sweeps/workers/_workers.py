"""Requests to a Dask worker: first whether it is usable, then the answers of a chunk."""

from __future__ import annotations

import functools
import importlib.metadata
import threading
from typing import Any

from ...errors import WavesimError
from .._file import Sweep
from .._parts import Part, Rest
from ._chunk import parts

# memory of a worker process below which jax and a program do not fit into it [bytes]
LEAST_MEMORY = 500_000_000
# Text, not a function: a worker with another Python, or without wavesim, could not unpickle a function. Its JAX_ENABLE_X64 may have any value.
_PROBE = """
import sys, os
try:
    from wavesim._version import __version__
    if "jax" not in sys.modules:
        os.environ["JAX_ENABLE_X64"] = "1"
        try:
            from wavesim._programs import keep_programs
            keep_programs()
        except ImportError:
            pass
    import jax, jaxlib
    jax.config.update("jax_enable_x64", True)
    import wavesim.sweeps
    facts = {"wavesim": __version__, "jax": jax.__version__, "jaxlib": jaxlib.__version__}
except Exception as error:
    facts = {"trouble": f"{type(error).__name__}: {error}"}
"""
# for `eval`, which every Python has
PROBE = f'exec({_PROBE!r}, (space := {{}})) or space["facts"]'

# a worker of several threads answers one chunk at a time: the engine shares the cores by itself
_one_at_a_time = threading.Lock()


def versions() -> dict[str, str]:
    """Versions of the packages that determine the last digit of an answer."""
    from ..._version import __version__

    return {"wavesim": __version__} | {name: importlib.metadata.version(name) for name in ("jax", "jaxlib")}


def answer_text(text: str, chunk: int, rest: Rest, wanted: dict[str, str]) -> Part:
    """Answer one chunk in a worker, in 64 bits whatever its environment says, and in all its threads.

    A long chunk returns the answers of its first rows; the rest is requested again, here or elsewhere.

    Args:
        text: of the sweep, `Sweep.text`.
        chunk: its number.
        rest: its unanswered rows.
        wanted: the versions of the requesting process.

    Raises:
        WavesimError: if this process has other versions.
    """
    import jax

    refuse_other(versions(), wanted)
    # for the whole process: `jax.enable_x64` would hold for this thread only, and the engine has others
    jax.config.update("jax_enable_x64", True)
    with _one_at_a_time:
        return next(parts(_read(text), chunk, rest, lambda answer: None, early=False))


@functools.lru_cache(maxsize=2)
def _read(text: str) -> Sweep:
    return Sweep.from_text(text)


def refuse_other(theirs: dict[str, str], ours: dict[str, str]) -> None:
    """Refuse a worker of other versions.

    Raises:
        WavesimError: with what differs.
    """
    if "trouble" in theirs:
        raise WavesimError(f"it cannot compute here ({theirs['trouble']}); install wavesim {ours['wavesim']} there.")
    other = [f"{name} {theirs.get(name)} instead of {ours[name]}" for name in ours if theirs.get(name) != ours[name]]
    if other:
        raise WavesimError(
            f"it must run the versions of this process, but has {', '.join(other)}; install the same there."
        )


def refuse_small(facts: dict[str, Any]) -> None:
    """Refuse a worker with too little memory.

    Args:
        facts: the scheduler's description of it.

    Raises:
        WavesimError: with its memory.
    """
    limit = int(facts.get("memory_limit") or 0)
    if 0 < limit < LEAST_MEMORY:
        raise WavesimError(
            f"it must have {LEAST_MEMORY / 1e6:.0f} MB of memory, but has {limit / 1e6:.0f} MB; start it with a larger --memory-limit."
        )
