"""How a verb ends: exit codes, and one clear sentence on standard error instead of a traceback."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

import typer

from ..errors import WavesimError

# programs that are kept; the oldest go first
_CACHE_BYTES = 500_000_000

DONE, NOT_MET, BAD_INPUT, FAILED = 0, 1, 2, 3


def say(text: str) -> None:
    """A line on standard error: everything that is not data."""
    print(text, file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """What is wrong, one line for each thing."""
    for line in text.splitlines():
        say(f"wavesim: {line}")


@contextlib.contextmanager
def door(failure: int = FAILED) -> Iterator[None]:
    """Turn what goes wrong inside into a sentence and an exit code; ``WAVESIM_DEBUG=1`` shows where it came from.

    Args:
        failure: the exit code of what is not the user's fault.
    """
    try:
        yield
    except (typer.Exit, SystemExit):
        raise
    except KeyboardInterrupt:
        complain("interrupted; nothing was kept.")
        raise typer.Exit(FAILED) from None
    except Exception as error:
        if os.environ.get("WAVESIM_DEBUG"):
            raise
        if isinstance(error, BrokenPipeError):
            # the reader of a pipe has gone, as in `wavesim list | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(DONE) from None
        if isinstance(error, WavesimError):
            complain(str(error))
            raise typer.Exit(BAD_INPUT) from None
        first = (str(error).splitlines() or [""])[0]
        complain(f"failed: {type(error).__name__}: {first} (WAVESIM_DEBUG=1 shows where)")
        raise typer.Exit(failure) from None


def _keep_programs() -> None:
    """Let JAX keep what it compiles from one command to the next, and for worker processes: half of a short run is compilation.

    ``JAX_COMPILATION_CACHE_DIR`` is left as it is if it is set; empty, it turns this off.
    """
    import platformdirs

    if "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return
    try:
        folder = platformdirs.user_cache_path("wavesim") / "jax"
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # without a place to write, everything is compiled anew
        return
    if os.access(folder, os.W_OK):
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(folder)
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.1")
        os.environ.setdefault("JAX_COMPILATION_CACHE_MAX_SIZE", str(_CACHE_BYTES))


def start_jax(device: str | None = None) -> None:
    """Import jax in double precision, on the device asked for.

    Raises:
        WavesimError: if there is no such device.
    """
    if device is not None:
        os.environ["JAX_PLATFORMS"] = "cpu" if device == "cpu" else "cuda"
    _keep_programs()
    import jax

    jax.config.update("jax_enable_x64", True)
    try:
        jax.devices()
    except (RuntimeError, AssertionError):
        # an assertion of jax's own where its GPU part is not installed at all
        wanted = "GPU" if device == "gpu" else os.environ.get("JAX_PLATFORMS", "device")
        raise WavesimError(
            f"the {wanted} asked for must be one that jax finds, but it finds none; install jax for it (pip install 'wavesim[cuda12]'), or take --device cpu."
        ) from None
