"""Numerics independent of those of a first run: other points in another box, another method, another absorber or none."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...absorbers import Absorber
from ...errors import NumericsError
from ...grid import Grid, fast_size
from ...potentials import AbstractPotential
from ...problem import Problem
from ...propagation import Numerics, fitted_grid, plan
from ...propagation.planner import edges_fit

# the spacing is divided by the first of these at which edges fit, and the box grows by shares of itself
_FINER = (1.19, 1.3, 1.42, 1.56, 1.72, 1.9, 2.05)
_TO_LEFT, _TO_RIGHT = 0.05, 0.08
_FINER_PLANES = 1.1
# an absorber that is thicker, and weaker, than the first
_THICKER, _WEAKER = 1.3, 0.85
# points up to which the eigenstates of the grid take seconds
_DENSE = 1300
# points of a box without absorbers, as a multiple of those with them
_ROOM = 4.0
_NEAR_ONE = 0.999


def without_absorber(problem: Problem, first: Numerics, tolerance: float) -> dict[str, Any]:
    """A box that holds the whole packet to the end, on other points; its duration is under "duration".

    Raises:
        NumericsError: if a packet spreads so fast, or a tolerance is so small, that no such box is within reach; or where the potential ends
            on two levels, for what creeps along the upper one takes too long.
    """
    if any(abs(float(end)) > 0 for end in problem.potential.asymptotes()):
        raise NumericsError(
            "a box without absorbers needs a potential that ends at 0 on both sides, but this one does not; keep the absorbers."
        )
    settings = plan(problem, tolerance, scale=_NEAR_ONE, absorber=None, scheme="chebyshev", frames=1).numerics
    low, high = float(settings.grid.lower[0]), float(settings.grid.upper[0])
    grid = _finer(low, high, first.grid, problem.potential)
    most = max(_ROOM * first.grid.points[0], _DENSE)
    if grid.points[0] > most:
        raise NumericsError(
            f"a box without absorbers must have at most {most:.0f} points to be worth while, but this packet needs {grid.points[0]}; keep the absorbers."
        )
    chosen = {"grid": grid, "absorber": None, "duration": float(settings.duration)}
    return chosen | {"scheme": other_method(problem, first, grid, None)}


def other_numerics(problem: Problem, first: Numerics, *, keep_method: bool = False) -> dict[str, Any]:
    """Grid, absorber and scheme as keywords of `wavesim.plan`: of the same kind as those of the first run, with other numbers."""
    layer = first.absorber
    if layer is not None:
        layer = dataclasses.replace(layer, width=_THICKER * layer.width, energy=_WEAKER * layer.energy)
    grid = other_grid(problem, first.grid, 0.0 if layer is None else (1 - 1 / _THICKER) * float(layer.width))
    chosen: dict[str, Any] = {"grid": grid, "absorber": layer}
    return chosen if keep_method else chosen | {"scheme": other_method(problem, first, grid, layer)}


def other_grid(problem: Problem, first: Grid, room: float = 0.0) -> Grid:
    """Finer, in a larger box, `room` at each end included; edges and deltas are fitted anew."""
    if first.dimension == 1:
        low, high = float(first.lower[0]), float(first.upper[0])
        span = high - low
        ends = low - _TO_LEFT * span - room, high + _TO_RIGHT * span + room
        return _finer(*ends, first, problem.potential)
    lower, spacing, points = [], [], []
    for low, high, step in zip(first.lower, first.upper, first.spacing, strict=True):
        start, end = low - _TO_LEFT * (high - low) - room, high + _TO_RIGHT * (high - low) + room
        count = fast_size((end - start) / step * _FINER_PLANES)
        lower.append(float(start))
        spacing.append(float(end - start) / count)
        points.append(count)
    return Grid(tuple(lower), tuple(spacing), tuple(points))


def _finer(low: float, high: float, first: Grid, potential: AbstractPotential) -> Grid:
    """Finer by a fifth or more: the first grid on which edges lie where they do on the first run's, for elsewhere their error scatters."""
    grids = [fitted_grid(low, high, float(first.spacing[0]) / finer, potential) for finer in _FINER]
    return next((grid for grid in grids if edges_fit(grid, potential)), grids[0])


def other_method(problem: Problem, first: Numerics, grid: Grid, absorber: Absorber | None) -> str:
    """Another family: eigenstates of the grid, a Chebyshev series, a splitting with gradients of V, or one without.

    A splitting has no high order at sharp edges; there the two exact methods serve, and order six without gradients where neither does.
    """
    smooth, static, used = problem.potential.smooth, problem.potential.static, first.method
    splitting = "srkn11b" if not smooth or (used.uses_gradient) else "g6t4"
    if not static:
        return splitting if splitting != used.name else "strang"
    dense = grid.dimension == 1 and absorber is None and grid.points[0] <= _DENSE
    if dense and used.steps:
        return "spectral"
    if used.steps and used.exact:
        # without an absorber a series has no error in time: only points, box and observables differ
        return splitting if smooth or absorber is not None else "chebyshev"
    return "g6t4" if smooth and not used.steps else "chebyshev"


def words(numerics: Numerics) -> str:
    """The method, the points and the ends of the box."""
    points = " x ".join(map(str, numerics.grid.points))
    return f"{numerics.method.name} on {points} points" + ("" if numerics.absorber is None else " between absorbers")
