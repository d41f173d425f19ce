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

# each rung has at most a quarter more points or steps than the one below
_RUNGS = (4, 5, 6, 7)
# the shortest table of a Chebyshev series
_TERMS = 128


@dataclasses.dataclass(frozen=True)
class Batch:
    """Plans shared by problems planned together: the method and the steps that the pilot runs of one of them gave.

    The steps for an accuracy grow about as duration x energy; deviations from this rule are in the error bar of each problem.
    """

    found: dict[Hashable, tuple[Method, float]] = dataclasses.field(default_factory=dict)


def on_ladder(problem: Problem, numerics: Numerics, keep_grid: bool, keep_steps: bool, even: bool = True) -> Numerics:
    """The numerics at the same accuracy or better, at sizes that neighbors in parameter space are likely to share.

    Points: a larger box at the same spacing. Steps between frames: more of them. The lengths of Chebyshev tables are
    powers of two. Choices of the user are kept. `even`: whether a run with twice the step must have the same frames.
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
        # table entries beyond the terms that a step needs are computed once, and cost nothing afterwards
        method = dataclasses.replace(method, terms=max(_TERMS, 1 << (method.terms - 1).bit_length()))
    return dataclasses.replace(numerics, grid=grid, dt=dt, steps=steps, method=method)


def _ladder() -> Iterator[int]:
    yield from range(1, 4)
    for doubling in itertools.count():
        yield from (rung << doubling for rung in _RUNGS)


def _rung(size: int) -> int:
    return next(rung for rung in _ladder() if rung >= size)
