"""Libraries under a command: how JAX and Matplotlib start, and how warnings become messages of wavesim."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator

from .._jax import jax, platform, when_loaded
from .._programs import keep_programs
from ..errors import WavesimError
from ._streams import complain

# harmless: a picture lacks a rare character, or a program half written by another process is compiled again
_HARMLESS = ("Glyph .* missing from", "Error (reading|writing) persistent compilation cache")


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


def ignore_harmless() -> None:
    """Silence harmless warnings."""
    for text in _HARMLESS:
        warnings.filterwarnings("ignore", text)


@contextlib.contextmanager
def print_warnings(name: str = "") -> Iterator[None]:
    """Context that prints its warnings at the end, each once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ignore_harmless()
        yield
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        complain(f"{name}: {text}" if name else text)


@contextlib.contextmanager
def print_warnings_at_once() -> Iterator[None]:
    """Context that prints its warnings at once, each once, since its end may be hours away."""
    seen: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        if str(message) not in seen:
            seen.add(str(message))
            complain(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        ignore_harmless()
        warnings.showwarning = show
        yield
