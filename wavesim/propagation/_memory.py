"""Whether a run fits into the memory of the device, asked before anything is allocated."""

from __future__ import annotations

import math
import os

import jax

from ..errors import NumericsError
from ..grid import Grid

# psi, its neighbors in a step, and the tables, in arrays of the grid's size
_ARRAYS = 10
# of all there is
_SHARE = 0.8


def device_memory() -> int:
    """Bytes of the device that runs are made on: what it says itself, else the machine's."""
    told = jax.local_devices()[0].memory_stats() or {}
    return int(told.get("bytes_limit", 0)) or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def refuse_too_large(grid: Grid, itemsize: int = 16) -> None:
    """Raises:
    NumericsError: if psi and its tables on this grid take more than the memory there is.
    """
    needed, there = math.prod(grid.points) * itemsize * _ARRAYS, _SHARE * device_memory()
    if needed > there:
        points = " x ".join(f"{count:,}" for count in grid.points)
        raise NumericsError(
            f"a run must fit into {there / 1e9:.3g} GB of memory, but {points} points need {needed / 1e9:.3g} GB; "
            "take a slower or narrower packet, a larger tolerance, or give a grid yourself."
        )
