"""Matplotlib, imported so that no setting of its windows can stand in the way: wavesim opens none."""

from __future__ import annotations

import contextlib
import os


def import_matplotlib() -> None:
    """Import matplotlib although MPLBACKEND may name a backend that does not exist; one that does is kept for the user's own windows."""
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
