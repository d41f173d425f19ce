"""Box and spacing from pilot runs, which follow the particle where no rule predicts its motion."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ...._amounts import amount
from ...._typing import TIME
from ....errors import NumericsError
from ....grid import Grid
from ....potentials import Unfolded, values_at
from ....problem import Problem
from ....schemes import STRANG
from ....states import as_packet
from .._pilot import Pilot
from .._shown import Shown
from .._spacing_law import allowed_phase
from ._confined import confined_space
from ._grid import fitted_grid
from ._space import Space

# samples of psi along a pilot run
_SAMPLES = 48
# outer part of box and band, at each end, that must stay empty
_OUTER = 0.06
_MOST_POINTS = 1 << 15
_MOST_TRIALS = 40
# probability that may reach an end, as a share of the tolerance
_SHARE = 1e-3
# phase of the fastest waves in one step of the pilot
_PHASE = 1.0
# int kappa dx at which a box ends on a slope
_ACTION = 25.0
# positions for that integral
_PLACES = 8193
# probability that waves from sharp edges of V spread over the whole box
_RIPPLE = 1e-9


def followed_space(problem: Problem, tolerance: float, grid: Grid | None, finer: float) -> Space:
    """Box and spacing that hold a state for the whole duration, by pilot runs on boxes and bands that grow until nothing reaches their ends.

    For potentials that depend on time or confine on one side only, and for packets that start at rest, whose motion no rule predicts.

    Args:
        problem: a state and a given duration.
        tolerance: the absolute error of numbers from psi; a probability of tolerance/1000 may reach an end.
        grid: the grid by hand, which is kept; None to plan it.
        finer: the factor that divides the planned spacing.

    Raises:
        NumericsError: if the particle needs more points than a line can have.
    """
    assert problem.duration is not None
    mass, duration, potential = float(problem.mass), float(problem.duration), problem.potential
    goal = max(_SHARE * tolerance, 1e-20)
    # a kink of V at a wall, where psi vanishes, leaves momentum tails as steep as those of a smooth V
    smooth = potential.smooth or (isinstance(potential, Unfolded) and not (potential.edges or potential.spikes))
    low, high, spacing = _start(problem, tolerance, goal)
    if problem.open and potential.static and as_packet(problem.state, mass) is not None:
        # nothing moves faster than a particle at the lowest V
        top = math.pi / spacing / 1.2 / mass
        low, high = low - top * duration, high + top * duration
    trial = grid if grid is not None else fitted_grid(low, high, spacing, potential)
    reach = reach_of(problem, trial, duration, mass)
    loose = goal if smooth else max(goal, _RIPPLE)
    for _ in range(_MOST_TRIALS):
        sharpen = smooth and reach.fast > goal
        if grid is not None or (max(reach.left, reach.right) <= loose and not sharpen):
            break
        wide = 0.4 * (high - low)
        low, high = low - wide * (reach.left > loose), high + wide * (reach.right > loose)
        spacing /= 1.25 if sharpen else 1.0
        trial = fitted_grid(low, high, spacing, potential)
        if trial.points[0] > _MOST_POINTS:
            raise NumericsError(
                f"the particle spreads over more than {_MOST_POINTS:,} points within the duration of {amount(duration, TIME, problem.shown_in, 4)}; "
                "take a shorter duration, or give [grid] lower, upper and points."
            )
        reach = reach_of(problem, trial, duration, mass)
    wave = reach.wave
    if grid is None:
        low, high = _without_slopes(problem, low, high, goal)
        band = 1.3 * wave
        if not smooth:
            height = _depth(problem, low, high)
            edge = allowed_phase("edge", "probability", min(tolerance, 1e-3))
            band = max(band, math.sqrt(wave**2 + 2 * mass * height) * math.pi / edge)
        trial = fitted_grid(low, high, min(spacing, math.pi / band) / finer, potential)
    shown = Shown(problem)
    reasons = {
        "box": f"{shown.span(trial.lower[0], trial.upper[0])}: holds the particle from start to end, followed by pilot runs",
        "spacing": f"{shown.length(trial.spacing[0], 5)}: the grid holds all momenta that the particle takes",
        "absorber": "none: nothing reaches the ends",
        "duration": f"{shown.time(duration)}: given",
    }
    return Space(trial, None, duration, wave**2 / (2 * mass), wave / mass, reasons)


def _without_slopes(problem: Problem, low: float, high: float, goal: float) -> tuple[float, float]:
    """The box without slopes too high for the particle, where the product of a large V and rounding errors of psi is an error.

    It ends where int kappa dx from the outer turning point reaches 25 for the fastest part of a packet, in a static V.
    """
    mass, packet = float(problem.mass), as_packet(problem.state, float(problem.mass))
    if packet is None or not problem.potential.static:
        return low, high
    x = np.linspace(low, high, _PLACES)
    values = values_at(problem.potential, x, mass)
    first, last = packet.position_range(goal)
    here = values[(x >= first) & (x <= last)]
    if not len(here):
        return low, high
    energy = float(here.max()) + max(abs(k) for k in packet.momentum_range(goal, mass)) ** 2 / (2 * mass)
    kappa = np.sqrt(2 * mass * np.maximum(np.nan_to_num(values, posinf=1e100) - energy, 0.0))
    allowed = np.flatnonzero((kappa == 0) | ((x >= first) & (x <= last)))
    action = np.cumsum(kappa) * (x[1] - x[0])
    left = np.flatnonzero(action[allowed[0]] - action[: allowed[0]] > _ACTION)
    right = np.flatnonzero(action[allowed[-1] :] - action[allowed[-1]] > _ACTION)
    return (
        float(x[left[-1]]) if len(left) else low,
        float(x[allowed[-1] + right[0]]) if len(right) else high,
    )


def _start(problem: Problem, tolerance: float, goal: float) -> tuple[float, float, float]:
    """The box and spacing of the first pilot run, which hold the state at t = 0."""
    mass, potential = float(problem.mass), problem.potential
    state = as_packet(problem.state, mass)
    if state is None:
        first = confined_space(problem, tolerance, None, 1.0).grid
        return float(first.lower[0]), float(first.upper[0]), float(first.spacing[0])
    low, high = state.position_range(goal)
    if sharp := (*potential.edges, *potential.spikes):
        low, high = min(low, *sharp), max(high, *sharp)
    fastest = max(abs(k) for k in state.momentum_range(goal, mass))
    return low, high, math.pi / (1.2 * max(fastest, math.sqrt(2 * mass * _depth(problem, low, high))))


def _depth(problem: Problem, low: float, high: float) -> float:
    """The range of V over the box and the whole duration."""
    times = (0.0,) if problem.potential.static else np.linspace(0.0, float(problem.duration or 0.0), 5)
    values = [values_at(problem.potential, np.linspace(low, high, 1024), float(problem.mass), float(t)) for t in times]
    finite = np.concatenate(values)
    finite = finite[np.isfinite(finite)]
    return float(np.ptp(finite)) if len(finite) else 0.0


@dataclasses.dataclass(frozen=True)
class Reach:
    """Largest probabilities at the left end, the right end and the end of the band, and the momentum that all but 1e-8 of the particle stays below."""

    left: float
    right: float
    fast: float
    wave: float


def reach_of(problem: Problem, grid: Grid, duration: float, mass: float) -> Reach:
    """The reach of the particle in a pilot run."""
    pilot = Pilot.of(dataclasses.replace(problem, measure={}), grid, None)
    step = _PHASE * 2 * mass / float(grid.largest_momentum[0]) ** 2
    steps = _SAMPLES * max(1, math.ceil(duration / step / _SAMPLES))
    psi = pilot.run(STRANG, duration, steps, _SAMPLES)
    density = np.concatenate([[np.abs(pilot.psi) ** 2], np.abs(psi) ** 2]) * float(grid.cell)
    margin = max(2, round(_OUTER * grid.points[0]))
    power = np.fft.fftshift(np.abs(np.fft.fft(psi, axis=1)) ** 2, axes=1)
    power /= power.sum(axis=1, keepdims=True)
    k = np.fft.fftshift(np.abs(2 * math.pi * np.fft.fftfreq(grid.points[0], float(grid.spacing[0]))))
    order = np.argsort(-k, kind="stable")
    beyond = np.cumsum(power.max(axis=0)[order])
    return Reach(
        left=float(density[:, :margin].sum(axis=1).max()),
        right=float(density[:, -margin:].sum(axis=1).max()),
        fast=float(np.max(power[:, :margin].sum(axis=1) + power[:, -margin:].sum(axis=1))),
        wave=max(float(k[order][np.searchsorted(beyond, 1e-8)]), float(k[k > 0].min())),
    )
