"""Import of Matplotlib that does not depend on the setting of its windows, since wavesim opens none."""

from __future__ import annotations

import contextlib
import os


def import_matplotlib() -> None:
    """Import matplotlib even if MPLBACKEND names a backend that does not exist; a valid one is kept for the user's own windows."""
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    if backend:
        with contextlib.suppress(ValueError):
            matplotlib.rcParams["backend"] = backend


import_matplotlib()
