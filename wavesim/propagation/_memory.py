"""Whether a run fits into the memory of the device, asked before anything is allocated."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax

from ..errors import ArgumentError, NumericsError, TooLargeError
from ..grid import Grid

if TYPE_CHECKING:
    from ._numerics import Numerics

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
        raise TooLargeError(
            f"a run must fit into {there / 1e9:.3g} GB of memory, but {points} points need {needed / 1e9:.3g} GB; "
            "take a slower or narrower packet, a lower potential, a larger tolerance, or a grid of fewer points."
        )


def refuse_given(fixed: Mapping[str, Any]) -> None:
    """Ask the same of a grid that is given, before anybody lays a potential out on it.

    Raises:
        ArgumentError: if it is none.
        NumericsError: see `refuse_too_large`.
    """
    given = fixed.get("grid")
    if given is not None and not isinstance(given, Grid):
        raise ArgumentError("grid", f"must be a Grid, but is {given!r}; give Grid.line(lower, upper, points), say.")
    if given is not None:
        refuse_too_large(fixed["grid"], 8 if fixed.get("precision") == "single" else 16)


def refuse_many_frames(numerics: Numerics) -> None:
    """Raises:
    NumericsError: if the run with all the frames that it keeps takes more than the memory there is.
    """
    there = _SHARE * device_memory()
    if numerics.memory > there:
        raise NumericsError(
            f"a run must fit into {there / 1e9:.3g} GB of memory, but {numerics.frames:,} frames of {math.prod(numerics.grid.points):,} points "
            f"need {numerics.memory / 1e9:.3g} GB; keep fewer frames, or none of psi (save_psi=False)."
        )
