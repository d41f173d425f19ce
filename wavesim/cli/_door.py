"""How a verb ends: exit codes, and one clear sentence on standard error instead of a traceback."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator

import typer

from .._cures import words_of_files
from .._programs import keep_programs
from .._text import described, first_line
from ..errors import BrokenOffError, WavesimError
from ._stop import exit_code, inside, stopped
from ._streams import Unheard, complain as complain, hush, say as say, tell as tell
from ._warned import ignore_harmless

DONE, NOT_MET, BAD_INPUT, FAILED, MISSING = range(5)


@contextlib.contextmanager
def door(failure: int = FAILED) -> Iterator[None]:
    """Turn what goes wrong inside into a sentence and an exit code; ``WAVESIM_DEBUG=1`` shows where it came from.

    Args:
        failure: the exit code of what is not the user's fault.
    """
    try:
        with inside(), words_of_files():
            yield
    except (typer.Exit, SystemExit):
        raise
    except KeyboardInterrupt as interruption:
        complain(str(interruption) or "interrupted; nothing was kept.")
        raise typer.Exit(exit_code()) from None
    except BrokenPipeError:
        # the reader of a pipe has gone, as in `wavesim list | head`
        hush()
        raise typer.Exit(DONE) from None
    except Unheard as error:
        complain(f"{error}; what was written to files is kept.")
        raise typer.Exit(failure) from None
    except WavesimError as error:
        complain(str(error))
        raise typer.Exit(failure if isinstance(error, BrokenOffError) else BAD_INPUT) from None
    except Exception as error:
        if stopped():
            # a library has made another error of the interruption
            complain("interrupted; nothing was kept.")
            raise typer.Exit(exit_code()) from None
        if os.environ.get("WAVESIM_DEBUG"):
            raise
        complain(f"failed: {described(error)} (WAVESIM_DEBUG=1 shows where)")
        raise typer.Exit(failure) from None


def start_jax(device: str | None = None) -> None:
    """Import jax in double precision, on the device asked for.

    Raises:
        WavesimError: if there is no such device.
    """
    if device is not None:
        os.environ["JAX_PLATFORMS"] = "cpu" if device == "cpu" else "cuda"
    # whatever it says: numbers are double here, and psi is single only where a scenario asks for it
    os.environ["JAX_ENABLE_X64"] = "1"
    # pictures are painted in memory, and matplotlib does not start with a name that it does not know
    os.environ["MPLBACKEND"] = "agg"
    for name in ("matplotlib", "jax"):
        # of folders they cannot write, of fonts: what matters of it is said by who notices
        logging.getLogger(name).setLevel(logging.CRITICAL)
    refused = keep_programs()
    if refused:
        complain(refused)
    ignore_harmless()
    try:
        import jax
    except (ValueError, TypeError, AttributeError) as error:
        raise WavesimError(
            f"jax must start, but does not ({first_line(error)}); correct the variables that begin with JAX_, or unset them."
        ) from None

    jax.config.update("jax_enable_x64", True)
    try:
        jax.devices()
    except (RuntimeError, AssertionError):
        # an assertion of jax's own where its GPU part is not installed at all
        wanted = "GPU" if device == "gpu" else os.environ.get("JAX_PLATFORMS", "device")
        raise WavesimError(
            f"no {wanted} found: JAX sees only the CPU; install JAX for your GPU (pip install 'wavesim[cuda12]'), or use --device cpu."
        ) from None


def start_matplotlib() -> None:
    """Import matplotlib without the tables of properties that it writes into its docstrings: a third of its import, and a command reads none."""
    from matplotlib import artist

    table, artist.kwdoc = artist.kwdoc, lambda _: ""
    try:
        import matplotlib.backends.backend_agg
        import matplotlib.figure  # noqa: F401
    finally:
        artist.kwdoc = table
