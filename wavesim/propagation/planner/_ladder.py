"""Numerics rounded up to a ladder of sizes, so that problems which differ a little share one compiled program."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Hashable, Iterator

from ...problem import Problem
from ...schemes import Chebyshev
from .._numerics import Method, Numerics, chebyshev_for
from .spaces import continued

# from rung to rung at most a quarter more points or steps
_RUNGS = (4, 5, 6, 7)
# the shortest table of a Chebyshev series
_TERMS = 128


@dataclasses.dataclass(frozen=True)
class Batch:
    """What problems that are planned together know of each other: the method and the steps that pilot runs found for one of them.

    Steps for the same accuracy go about as duration x energy; what that misses, each problem's own error bar shows.
    """

    found: dict[Hashable, tuple[Method, float]] = dataclasses.field(default_factory=dict)


def on_ladder(problem: Problem, numerics: Numerics, keep_grid: bool, keep_steps: bool, even: bool = True) -> Numerics:
    """The same accuracy or a better one, at sizes that neighbors in parameter space are likely to have too.

    Points: a larger box at the same spacing. Steps between frames: more of them. Tables of Chebyshev series are
    as long as powers of two. What is given by hand is kept. `even`: whether as many frames of a run with twice the step are wanted.
    """
    grid, steps, method = numerics.grid, numerics.steps, numerics.method
    if grid.dimension == 1 and not keep_grid:
        grid = continued(grid, _rung(grid.points[0]))
    if method.steps and not keep_steps:
        # an even number from frame to frame, so that a run with twice the step keeps its frames
        each = numerics.frames * (2 if even else 1)
        steps = each * _rung(math.ceil(steps / each))
    dt = float(numerics.duration) / steps
    if isinstance(method, Chebyshev):
        method = chebyshev_for(problem, grid, dt, method.cut)
        # what a table holds beyond what a step needs costs nothing but its making
        method = dataclasses.replace(method, terms=max(_TERMS, 1 << (method.terms - 1).bit_length()))
    return dataclasses.replace(numerics, grid=grid, dt=dt, steps=steps, method=method)


def _ladder() -> Iterator[int]:
    yield from range(1, 4)
    for doubling in itertools.count():
        yield from (rung << doubling for rung in _RUNGS)


def _rung(size: int) -> int:
    return next(rung for rung in _ladder() if rung >= size)
