"""Exit codes of commands, with a sentence on standard error instead of a traceback."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator

import typer

from .._cures import words_of_files
from .._jax import jax, platform, when_loaded
from .._programs import keep_programs
from .._text import described
from ..errors import BrokenOffError, WavesimError
from ._stop import exit_code, inside, stopped
from ._streams import OutputError, complain as complain, discard_output, print_data as print_data, say as say
from ._warnings import ignore_harmless

DONE, NOT_MET, BAD_INPUT, FAILED, MISSING = range(5)


@contextlib.contextmanager
def exit_on_error(failure: int = FAILED) -> Iterator[None]:
    """Context that turns an error into a sentence and an exit code; ``WAVESIM_DEBUG=1`` shows the traceback.

    Args:
        failure: exit code of errors not caused by the user.
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
        discard_output()
        raise typer.Exit(DONE) from None
    except OutputError as error:
        complain(f"{error}; what was written to files is kept.")
        raise typer.Exit(failure) from None
    except WavesimError as error:
        complain(str(error))
        raise typer.Exit(failure if isinstance(error, BrokenOffError) else BAD_INPUT) from None
    except Exception as error:
        if stopped():
            # a library has replaced the interruption by another error
            complain("interrupted; nothing was kept.")
            raise typer.Exit(exit_code()) from None
        if os.environ.get("WAVESIM_DEBUG"):
            raise
        complain(f"failed: {described(error)} (WAVESIM_DEBUG=1 shows where)")
        raise typer.Exit(failure) from None


def start_jax(device: str | None = None) -> None:
    """Settle how JAX computes once it is imported: in double precision, on a device ("cpu", "gpu"; None for its default).

    Raises:
        WavesimError: if there is no such device.
    """
    if device is not None:
        os.environ["JAX_PLATFORMS"] = "cpu" if device == "cpu" else "cuda"
    # numbers are always double; psi is single only if a scenario says so
    os.environ["JAX_ENABLE_X64"] = "1"
    # pictures are drawn in memory, and matplotlib does not start with an unknown backend
    os.environ["MPLBACKEND"] = "agg"
    for name in ("matplotlib", "jax"):
        # these log about folders and fonts; wavesim reports problems itself
        logging.getLogger(name).setLevel(logging.CRITICAL)
    problem = keep_programs()
    if problem:
        complain(problem)
    ignore_harmless()
    when_loaded(lambda: jax.config.update("jax_enable_x64", True))
    try:
        platform()
    except (RuntimeError, AssertionError):
        # jax raises an AssertionError if its GPU part is not installed
        wanted = "GPU" if device == "gpu" else os.environ.get("JAX_PLATFORMS", "device")
        raise WavesimError(
            f"no {wanted} found: JAX sees only the CPU; install JAX for your GPU (pip install 'wavesim[cuda12]'), or use --device cpu."
        ) from None


def start_matplotlib() -> None:
    """Import matplotlib without the tables of properties in its docstrings and its three-dimensional toolkit, which take a third of the import."""
    from matplotlib import artist

    spatial = "mpl_toolkits.mplot3d"
    hidden = spatial not in sys.modules
    table, artist.kwdoc = artist.kwdoc, lambda _: ""
    try:
        if hidden:
            sys.modules[spatial] = None  # type: ignore[assignment]
        with warnings.catch_warnings():
            # that the toolkit is missing
            warnings.simplefilter("ignore", UserWarning)
            import matplotlib.backends.backend_agg
            import matplotlib.figure  # noqa: F401
    finally:
        artist.kwdoc = table
        if hidden:
            del sys.modules[spatial]
