"""Space for a particle between two walls, or on a ring: the box is given, only its points are planned."""

from __future__ import annotations

import math

import numpy as np

from ....ends import Axis
from ....errors import NumericsError
from ....grid import Grid
from ....hamiltonian import lowest_eigenstates
from ....potentials import Free, InfiniteSquareWell, Unfolded, values_at
from ....problem import Problem
from ....states import AbstractPacket
from .._shown import Shown
from .._spacing_law import allowed_phase
from ._boxed import boxed_grid
from ._followed import reach_of
from ._space import Space

# probability that may reach the end of the band, as a share of the tolerance
_SHARE = 1e-3
_MOST_POINTS = 1 << 15
_MOST_TRIALS = 40
# probability at the end of the band below which it falls as a power of the points
_ASYMPTOTIC = 1e-2
# trials in a row that predict too many points, after which the search ends: a state cut off at a wall has no largest momentum
_PATIENCE = 3
# FFT pairs of a pilot run; a particle in a box takes all its momenta well before the end
_PILOT_STEPS = 20_000
# least number of points of the first grid
_FIRST = 64
# most points on which H is diagonalized
_DENSE = 1536


def closed_space(problem: Problem, tolerance: float, grid: Grid | None, finer: float) -> Space:
    """Number of points between walls or around a ring, by pilot runs on finer grids until nothing reaches the end of the band.

    Args:
        problem: the problem on the endless line.
        tolerance: the absolute error of numbers from psi; a probability of tolerance/1000 may reach the end of the band.
        grid: the grid by hand, which is kept; None to plan it.
        finer: the factor that divides the planned spacing.

    Raises:
        NumericsError: if a duration is missing, or more points are needed than a line can have.
    """
    potential, mass = problem.potential, float(problem.mass)
    assert isinstance(potential, Unfolded)
    goal = max(_SHARE * tolerance, 1e-20)
    low, high = potential.ends.interval
    length = high - low
    x = np.linspace(*potential.box, 4097)[:-1] + 0.5 * length / 4096
    times = (0.0,) if potential.static else np.linspace(0.0, float(problem.duration or 0.0), 5)
    values = np.concatenate([values_at(potential, x, mass, float(time)) for time in times])
    if not np.all(np.isfinite(values)):
        raise NumericsError("V must be finite between its walls or on its ring, but is not; move the walls.")
    depth, jumps = float(np.ptp(values)), bool(potential.edges or potential.spikes)
    fastest = math.pi * 8 / length
    if isinstance(problem.state, AbstractPacket):
        fastest = max(abs(k) for k in problem.state.momentum_range(goal, mass))
    wave = math.sqrt(fastest**2 + 2 * mass * depth) if jumps else fastest
    trial = grid or boxed_grid(potential, max(_FIRST, math.ceil(1.2 * wave * length / math.pi)))
    duration = _duration(problem, trial, length)
    pilot_time = min(duration, _PILOT_STEPS * 2 * mass / float(trial.largest_momentum[0]) ** 2)
    reach = reach_of(problem, trial, pilot_time, mass)
    hopeless = 0
    for _ in range(_MOST_TRIALS):
        if grid is not None or jumps or reach.fast <= goal:
            break
        own = trial.points[0] // (1 if isinstance(potential.ends, Axis) else 2)
        trial = boxed_grid(potential, math.ceil(1.25 * own))
        if trial.points[0] > _MOST_POINTS:
            raise _too_many()
        before, reach = reach, reach_of(problem, trial, pilot_time, mass)
        hopeless = hopeless + 1 if _needed(own, before.fast, reach.fast, goal) > _MOST_POINTS else 0
        if hopeless >= _PATIENCE:
            raise _too_many()
    if grid is None:
        band = 1.3 * reach.wave
        if jumps:
            edge = allowed_phase("edge", "probability", min(tolerance, 1e-3))
            band = max(band, math.sqrt(reach.wave**2 + 2 * mass * depth) * math.pi / edge)
        own = trial.points[0] // (1 if isinstance(potential.ends, Axis) else 2)
        trial = boxed_grid(potential, math.ceil(finer * max(own, band * length / math.pi)))
    around = isinstance(potential.ends, Axis)
    shown = Shown(problem)
    reasons = {
        "box": f"{shown.span(low, high)}: "
        + ("once around the ring" if around else "from wall to wall, mirrored at both"),
        "spacing": f"{shown.length(trial.spacing[0], 5)}: the grid holds all momenta that the particle takes"
        + (", and edges to fifth order" if jumps else ""),
        "absorber": "none: nothing leaves",
        "duration": f"{shown.time(duration)}: " + ("given" if problem.duration is not None else "a period of its own"),
    }
    energy = max(reach.wave**2 / (2 * mass), (math.pi / length) ** 2 / (2 * mass))
    return Space(trial, None, duration, energy, math.sqrt(2 * energy / mass), reasons)


def _needed(points: int, before: float, after: float, goal: float) -> float:
    """Points at which the probability at the end of the band falls to `goal`, extrapolated by the power of the last two trials."""
    if not 0.0 < after < _ASYMPTOTIC or before <= after:
        return 0.0
    return points * math.exp(min(math.log(after / goal) * math.log(1.25) / math.log(before / after), 100.0))


def _too_many() -> NumericsError:
    return NumericsError(
        f"the particle needs more than {_MOST_POINTS:,} points; take a slower packet, or one that does not touch a wall, or give [grid] lower, upper and points."
    )


def _duration(problem: Problem, grid: Grid, length: float) -> float:
    """The duration by hand, one revival of an empty box or ring, or one period of the two lowest levels of a bound state.

    Raises:
        NumericsError: if there is none of these.
    """
    if problem.duration is not None:
        return float(problem.duration)
    potential, mass = problem.potential, float(problem.mass)
    assert isinstance(potential, Unfolded)
    around = isinstance(potential.ends, Axis)
    if isinstance(potential.potential, Free | InfiniteSquareWell):
        return (1 if around else 4) * mass * length**2 / math.pi
    if problem.state.bound and grid.points[0] <= _DENSE:
        levels = np.asarray(lowest_eigenstates(problem.hamiltonian(grid), 4)[0])
        return 2 * math.pi / float(levels[1] - levels[0] if around else levels[3] - levels[1])
    raise NumericsError(
        "a packet between walls or on a ring never leaves, so that no time is its own, but no duration is given; set `duration`."
    )
