"""What a Dask worker is asked: first whether it can be used at all, then the answers of a chunk."""

from __future__ import annotations

import functools
import importlib.metadata
import threading
from typing import Any

from ...errors import WavesimError
from .._file import Sweep
from .._parts import Part, Rest
from ._chunk import parts

# of a worker process: below that jax and a program do not fit into it
LEAST_MEMORY = 500_000_000
# Text, not a function: a worker of another Python, or without wavesim, could not read that. JAX_ENABLE_X64 may say anything there.
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
    told = {"wavesim": __version__, "jax": jax.__version__, "jaxlib": jaxlib.__version__}
except Exception as error:
    told = {"trouble": f"{type(error).__name__}: {error}"}
"""
# for `eval`, which is the same everywhere
PROBE = f'exec({_PROBE!r}, (space := {{}})) or space["told"]'

# a worker of several threads answers one chunk at a time: the engine shares the cores by itself
_one_at_a_time = threading.Lock()


def versions() -> dict[str, str]:
    """What decides the last digit of an answer."""
    from ..._version import __version__

    return {"wavesim": __version__} | {name: importlib.metadata.version(name) for name in ("jax", "jaxlib")}


def answer_text(text: str, chunk: int, rest: Rest, wanted: dict[str, str]) -> Part:
    """What a worker does: the answers of one chunk, in 64 bits whatever its environment says, and in all its threads.

    Those of its first rows, if all take longer than rows wait to be stored: the rest is asked for again, here or elsewhere.

    Args:
        text: of the sweep, `Sweep.text`.
        chunk: which part of it.
        rest: what is left of it.
        wanted: the versions of who asks.

    Raises:
        WavesimError: if this process has other versions.
    """
    import jax

    refuse_other(versions(), wanted)
    # for the whole process: `jax.enable_x64` would hold for this thread, and the engine has others
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
    """Refuse a worker that has too little memory for anything.

    Args:
        facts: what the scheduler tells of it.

    Raises:
        WavesimError: with what it has.
    """
    limit = int(facts.get("memory_limit") or 0)
    if 0 < limit < LEAST_MEMORY:
        raise WavesimError(
            f"it must have {LEAST_MEMORY / 1e6:.0f} MB of memory, but has {limit / 1e6:.0f} MB; start it with a larger --memory-limit."
        )
