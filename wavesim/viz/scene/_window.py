"""The window of a picture: its interval, the gain behind a barrier, marks and frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...errors import NumericsError

if TYPE_CHECKING:
    from ...analysis import Curve, Report
    from ...propagation import Result

# share of the largest density below which a position is not shown
_FAINT = 1e-3
# probability below which the picture counts as empty
_GONE = 2e-3
# a picture, or a movie of half a minute, cannot show more frames
_MOST_FRAMES = 720


def marginals(result: Result) -> list[np.ndarray]:
    """|psi|^2 summed over all axes but one, for each axis: shape (frames kept, points)."""
    grid = result.numerics.grid
    kept = kept_psi(result)
    densities = []
    for axis in range(grid.dimension):
        others = tuple(1 + a for a in range(grid.dimension) if a != axis)
        cell = float(grid.cell) / float(grid.spacing[axis])
        densities.append(np.stack([(np.abs(p[None]) ** 2).sum(axis=others)[0] * cell for p in kept]))
    return densities


def kept_psi(result: Result) -> np.ndarray:
    """psi at every frame; if it was not kept, at the start and at the end."""
    return result.psi if len(result.psi) else np.stack([start_of(result), result.final])


def start_of(result: Result) -> np.ndarray:
    """psi at the start of the run."""
    if len(result.psi):
        return result.psi[0]
    grid, problem = result.numerics.grid, result.problem
    if problem.ends is None:
        return np.asarray(problem.state.sample(grid, problem.hamiltonian(grid)))
    from ...ends import Walls
    from ...unfolding import start_on

    psi = np.asarray(start_on(problem, grid)[1])
    if not isinstance(problem.ends, Walls):
        return psi
    points = grid.points[0]
    return (psi[points:] if problem.ends.left is not None else psi[:points]) * np.sqrt(2.0)


def find_spikes(result: Result) -> tuple[tuple[float, int], ...]:
    """Position of each delta, and whether it is a barrier (1) or a well (-1)."""
    from ...potentials import values_at

    potential, mass = result.problem.potential, result.problem.mass
    if not potential.spikes:
        return ()
    x = points_of(result)
    samples = np.asarray(potential.sample(result.numerics.grid.axis(0), mass=mass))
    spikes = []
    for spike in potential.spikes:
        around = float(values_at(potential, np.asarray(float(spike)), mass))
        height = float(samples[np.argmin(abs(x - float(spike)))])
        spikes.append((float(spike), 1 if height > around else -1))
    return tuple(spikes)


def result_of(source: Result | Report) -> Result:
    """The result of a run, from a report or as it is.

    Raises:
        NumericsError: if nothing was propagated.
    """
    from ...propagation import Result

    result = source if isinstance(source, Result) else source.record
    if result is None:
        raise NumericsError(
            "a picture of psi needs a run, but nothing was propagated here; draw its `summary` instead."
        )
    return result


def eventful(source: Result | Report) -> Result | Report:
    """The run until its picture is nearly empty, thinned to at most 720 frames; a report keeps its numbers."""
    result = result_of(source)
    if not len(result.psi):
        return source
    last = _last_of(result)
    stride = -(-last // _MOST_FRAMES)
    if last == len(result.psi) and stride == 1:
        return source
    return thinned(source, slice(0, last, stride))


def thinned(source: Result | Report, selection: slice | np.ndarray) -> Result | Report:
    """The selected frames of a run; a report keeps its numbers."""
    from ...propagation import Result

    result = result_of(source)
    cut = dataclasses.replace(
        result,
        times=result.times[selection],
        psi=result.psi[selection],
        series={name: values[selection] for name, values in result.series.items()},
        absorbed=result.absorbed[selection],
    )
    if isinstance(source, Result):
        return cut
    curves = {
        name: _thinned(curve, selection) if np.array_equal(curve.points, result.times) else curve
        for name, curve in source.curves.items()
    }
    return dataclasses.replace(source, record=cut, curves=curves)


def _last_of(result: Result) -> int:
    """The number of frames until the picture is nearly empty."""
    absorber, x = result.numerics.absorber, points_of(result)
    if absorber is None:
        return len(result.psi)
    width = float(absorber.width)
    shown = (x > x[0] + width) & (x < float(result.numerics.grid.upper[0]) - width)
    left = marginals(result)[0][:, shown].sum(axis=1) * float(result.numerics.grid.spacing[0])
    return min(len(left), int(np.flatnonzero(left > _GONE)[-1]) + 2)


def _thinned(curve: Curve, selection: slice | np.ndarray) -> Curve:
    return dataclasses.replace(
        curve,
        points=curve.points[selection],
        values=curve.values[selection],
        theory={kind: values[selection] for kind, values in curve.theory.items()},
        error=curve.error if np.ndim(curve.error) == 0 else np.asarray(curve.error)[selection],
    )


def find_window(result: Result, density: list[np.ndarray], axis: int) -> tuple[float, float]:
    """The interval of an axis that the wave visits, without the absorbing layers [length]."""
    problem, numerics = result.problem, result.numerics
    x = points_of(result, axis)
    left, right = float(x[0]), float(numerics.grid.upper[axis])
    if numerics.absorber is not None and axis in numerics.absorber.axes:
        left, right = left + float(numerics.absorber.width), right - float(numerics.absorber.width)
    ever = density[axis].max(axis=0)
    visited = ever > _FAINT * ever.max()
    if axis == 0 and problem.open:
        # the transmitted wave is shown, however small it is
        behind = _behind(result, density[0])[1](x) & (x > left) & (x < right)
        visited |= behind & (ever > 0.05 * ever[behind].max(initial=0.0))
    low, high = float(x[visited][0]), float(x[visited][-1])
    if axis == 0:
        ends = problem.potential.support(1e-2)
        low, high = min(low, float(ends[0])), max(high, float(ends[1]))
    margin = 0.06 * (high - low)
    low, high = max(left, low - margin), min(right, high + margin)
    from ...ends import Walls

    if isinstance(problem.ends, Walls):
        # show a strip of each wall
        strip, walls = 0.02 * (high - low), problem.ends.interval
        low, high = (
            (walls[0] - strip if low - margin < walls[0] else low),
            (walls[1] + strip if high + margin > walls[1] else high),
        )
    return low, high


def find_gain(result: Result, density: list[np.ndarray], x: np.ndarray, peak: float) -> tuple[np.ndarray, float]:
    """The power of ten that makes the wave behind a barrier visible, for each column, and the position where it begins."""
    from ...potentials import Free

    plain = np.ones_like(x), 0.0
    problem = result.problem
    if not problem.open or result.numerics.grid.dimension > 1 or isinstance(problem.potential, Free):
        return plain
    plane, behind = _behind(result, density[0])
    points = points_of(result)
    beyond = density[0][:, behind(points) & (points > x[0]) & (points < x[-1])]
    largest = float(beyond.max()) / peak if beyond.size else 0.0
    if not 1e-12 < largest < 0.04:
        return plain
    return np.where(behind(x), 10.0 ** np.floor(np.log10(0.5 / largest)), 1.0), plane


def transmitted_frame(result: Result) -> int | None:
    """The frame with the largest part of the packet in the picture behind the barrier; None if there is none."""
    if not result.problem.open or not len(result.psi):
        return None
    (density, *others), x = marginals(result), points_of(result)
    low, high = find_window(result, [density, *others], 0)
    beyond = _behind(result, density)[1](x) & (x > low) & (x < high)
    passed = density[:, beyond].sum(axis=1)
    frame = int(np.argmax(passed))
    return frame if passed[frame] > _FAINT * density.sum(axis=1).max() else None


def find_marks(result: Result, support: tuple[float, float]) -> tuple[float, ...]:
    """The positions of lines in the picture: edges, else the ends of a smooth barrier or the plane between two wells."""
    from ...potentials import two_wells_of

    potential = result.problem.potential
    if potential.edges or potential.spikes:
        return tuple(sorted(float(place) for place in (*potential.edges, *potential.spikes)))
    wells = None if result.problem.open else two_wells_of(potential, float(result.problem.mass))
    if wells is not None:
        return (wells.divide,)
    return tuple(support) if result.problem.open and support[1] > support[0] else ()


def _behind(result: Result, density: np.ndarray) -> tuple[float, Callable[[np.ndarray], np.ndarray]]:
    """The far end of the barrier as seen from the packet, and a function that tests whether positions lie beyond it."""
    left, right = (float(end) for end in result.problem.potential.support(1e-3))
    start = float(density[0] @ points_of(result)) / float(density[0].sum())
    if start < (left + right) / 2:
        return right, lambda x: x > right
    return left, lambda x: x < left


def points_of(result: Result, axis: int = 0) -> np.ndarray:
    """Grid points along one axis, in internal units."""
    grid = result.numerics.grid
    return float(grid.lower[axis]) + float(grid.spacing[axis]) * np.arange(grid.points[axis])
