"""Checks that a run fits into the memory of the device, before anything is allocated."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._jax import jax, platform
from ..errors import ArgumentError, NumericsError, TooLargeError
from ..grid import Grid

if TYPE_CHECKING:
    from ._numerics import Numerics

# psi, the temporaries of a step and the tables, in arrays of the grid's size
_ARRAYS = 10
# share of the device's memory that a run may use
_SHARE = 0.8


def device_memory() -> int:
    """Bytes of memory of the device of runs as it reports them; else those of the machine."""
    stats = {} if platform() == "cpu" else jax.local_devices()[0].memory_stats() or {}
    return int(stats.get("bytes_limit", 0)) or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def refuse_too_large(grid: Grid, itemsize: int = 16) -> None:
    """Refuse a grid that does not fit into memory.

    Raises:
        NumericsError: if psi and its tables on this grid need more memory than there is.
    """
    needed, available = math.prod(grid.points) * itemsize * _ARRAYS, _SHARE * device_memory()
    if needed > available:
        points = " x ".join(f"{count:,}" for count in grid.points)
        raise TooLargeError(
            f"a run must fit into {available / 1e9:.3g} GB of memory, but {points} points need {needed / 1e9:.3g} GB; "
            "take a slower or narrower packet, a lower potential, a larger tolerance, or a grid of fewer points."
        )


def refuse_given(fixed: Mapping[str, Any]) -> None:
    """Refuse a grid given by hand that does not fit into memory, before a potential is sampled on it.

    Raises:
        ArgumentError: if it is no `Grid`.
        NumericsError: see `refuse_too_large`.
    """
    given = fixed.get("grid")
    if given is not None and not isinstance(given, Grid):
        raise ArgumentError("grid", f"must be a Grid, but is {given!r}; give Grid.line(lower, upper, points), say.")
    if given is not None:
        refuse_too_large(fixed["grid"], 8 if fixed.get("precision") == "single" else 16)


def refuse_many_frames(numerics: Numerics) -> None:
    """Refuse frames that do not fit into memory.

    Raises:
        NumericsError: if the run with all the frames that it keeps needs more memory than there is.
    """
    available = _SHARE * device_memory()
    if numerics.memory > available:
        raise NumericsError(
            f"a run must fit into {available / 1e9:.3g} GB of memory, but {numerics.frames:,} frames of {math.prod(numerics.grid.points):,} points "
            f"need {numerics.memory / 1e9:.3g} GB; keep fewer frames, or none of psi (save_psi=False)."
        )
