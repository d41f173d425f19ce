"""The levels of the shipped design's wells, from theory's grid, which no run has seen.

`python -m benchmarks.control._basis FILE LEVELS` keeps them for other codes, and prints the processor seconds that they took.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ._task import Task

DESIGN = "well_to_well_pulse"
# the shape of the wells in the design's formula, and their barrier before the pulse
MINIMUM, BARRIER = 1.6, 8.0
# walls that 128 levels do not feel, and an odd number of points, twice as many as change nothing
_WALL, _POINTS = 6.0, 401


def lowering(x: Any) -> Any:
    """W(x) = ((x/1.6)^2 - 1)^2."""
    return ((x / MINIMUM) ** 2 - 1) ** 2


def _before(x: Any) -> Any:
    return BARRIER * lowering(x)


def task(levels: int) -> Task:
    """The design's problem on so many levels; start, bounds, duration and what is wanted are read from its file."""
    from wavesim import theory
    from wavesim.scenario import load_design

    design = load_design(DESIGN)
    paths = ("potential.parameters.b", "potential.parameters.c")
    parameters = design.scenario.problem.potential.parameters  # type: ignore[union-attr]
    low, high = zip(*(design.vary[path] for path in paths), strict=True)
    sizes = {"count": levels, "points": _POINTS}
    found = theory.grid_levels(_before, -_WALL, _WALL, **sizes)
    split = theory.few_levels(_before, -_WALL, _WALL, **sizes)
    spacing = float(found.x[1] - found.x[0])
    return Task(
        energies=found.energies,
        lowering=(found.psi * lowering(found.x)) @ found.psi.T * spacing,
        right=np.eye(levels) - split.left,
        start=theory.localized_start(split, "left"),
        target=theory.localized_start(split, "right"),
        duration=float(design.scenario.problem.duration),  # type: ignore[arg-type]
        guess=(float(parameters["b"]), float(parameters["c"])),
        low=low,
        high=high,
        wanted=design.targets[0].level,
    )


if __name__ == "__main__":
    import jax

    jax.config.update("jax_enable_x64", True)
    # modules are imported on first use, which is no part of the levels' price
    task(2)
    _begun = time.process_time()
    task(int(sys.argv[2])).save(Path(sys.argv[1]))
    print(time.process_time() - _begun)
