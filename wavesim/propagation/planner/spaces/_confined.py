"""Box, spacing and duration for a bound particle: the grid that holds all eigenstates in its state."""

from __future__ import annotations

import math

import numpy as np

from ...._cures import cure, grid_cure
from ....ends import Walls
from ....errors import NumericsError, TooLargeError, UnboundError
from ....grid import Grid
from ....potentials import restricted, valley, values_at
from ....problem import Problem
from ....states import AbstractState, ContinuedBound, Eigenstate, Superposition, as_packet
from .._shown import Shown
from .._spacing_law import allowed_phase
from ._grid import fitted_grid, spike_wave_number
from ._space import Space

# most points on which H is diagonalized
_LARGEST = 1536
# most times that the interval of a valley is narrowed
_ZOOMS = 6
# most times that it is doubled
_WIDENINGS = 200
# energy of its lowest standing wave relative to its depth above which it is doubled
_SHALLOW = 4.0


def confined_space(problem: Problem, tolerance: float, grid: Grid | None, finer: float) -> Space:
    """Box, spacing and duration for a bound or confined state.

    On trial grids H is diagonalized and the state written in its eigenstates; box and grid grow until no eigenstate that carries
    more than the tolerance reaches the ends of the box or of the momentum grid. Duration: one period of the two lowest levels.
    """
    mass, potential = float(problem.mass), problem.potential
    refuse_falling(problem)
    goal = max(0.01 * tolerance, 1e-11)
    left, right = _valley(problem)
    if (packet := as_packet(problem.state, mass)) is not None:
        start = packet.position_range(1e-4)
        left, right = min(left, start[0]), max(right, start[1])
    center, half = (left + right) / 2, 0.6 * (right - left)
    spacing = _first_spacing(problem, left, right, tolerance)
    if (highest := max(_levels_of(problem.state), default=0)) > 1:
        # the first grid already has more points than there are levels to be found
        spacing = min(spacing, half / (highest + 1))
    if potential.spikes:
        # deltas have no width: start from most of the tail exp(-kappa x)
        kappa = spike_wave_number(potential, mass)
        half += 0.8 * math.log(1 / goal) / kappa
        # on the grid a kink causes ripples that fall off only as 1/x^2 and are no tail of the state
        goal = max(goal, 0.02 * (kappa * spacing) ** 3)
    elif potential.edges:
        goal = max(goal, 1e-4 * (_wave_number(problem, left, right) * spacing) ** 3)
    rim, narrowest = min(potential.asymptotes()), half
    while True:
        trial = grid if grid is not None else fitted_grid(center - half, center + half, spacing, potential)
        if trial.points[0] > _LARGEST:
            raise TooLargeError(
                f"the state needs more than {_LARGEST} points, too many to diagonalize; {grid_cure(1)}, and a duration."
            )
        ends, momenta, energy, gap, level = _tails(problem, trial, goal)
        if level > rim and half > 2.5 * narrowest:
            shown = Shown(problem)
            raise UnboundError(
                f"the state must be bound, but its level {shown.energy(level)} lies above the potential's rim {shown.energy(rim)}; "
                "take a deeper or wider well, a lower level, or a packet."
            )
        widen, sharpen = ends >= goal, momenta >= goal and potential.smooth
        if grid is not None or not (widen or sharpen):
            break
        half *= 1.12 if widen else 1.0
        spacing /= 1.12 if sharpen else 1.0
    if finer != 1.0 and grid is None:
        trial = fitted_grid(center - half, center + half, spacing / finer, potential)
    duration = float(problem.duration) if problem.duration is not None else 2 * math.pi / gap
    shown = Shown(problem)
    reasons = {
        "box": f"{shown.span(trial.lower[0], trial.upper[0])}: every eigenstate that matters is below {goal:.1g} at its ends",
        "spacing": f"{shown.length(trial.spacing[0], 5)}: "
        + ("the same in momentum space" if potential.smooth else "edges, fifth order in the spacing, or deltas, third"),
        "absorber": "none: the state is bound",
        "duration": f"{shown.time(duration, 6)}: "
        + ("given" if problem.duration is not None else "one period of the two lowest levels"),
    }
    return Space(trial, None, duration, energy, math.sqrt(2 * energy / mass), reasons)


def _valley(problem: Problem) -> tuple[float, float]:
    """The interval of the potential's structure; where V confines, only the part that a particle of this mass reaches.

    `AbstractPotential.support` does not depend on the mass: for an atom in a trap it is hundreds of times too wide.
    """
    potential, mass = problem.potential, float(problem.mass)
    left, right = (float(end) for end in potential.support(1e-3))
    if potential.spikes or min(potential.asymptotes()) < math.inf:
        return left, right
    for _ in range(_WIDENINGS):
        # a particle does not resolve structure narrower than its lowest standing wave, and its state is wider
        wide = right - left
        depth = float(np.ptp(values_at(potential, np.linspace(left, right, 1025), mass)))
        if not (math.pi / wide) ** 2 / (2 * mass) > _SHALLOW * depth:
            break
        left, right = left - wide / 2, right + wide / 2
    if mass <= 1:
        return left, right
    for _ in range(_ZOOMS):
        x = np.linspace(left, right, 4097)
        near = valley(x, values_at(potential, x, mass), math.inf, mass)
        if near[1] - near[0] > 0.5 * (right - left):
            break
        left, right = near
    return left, right


def refuse_falling(problem: Problem) -> None:
    """Refuse a bound state in a V that falls without end.

    Raises:
        NumericsError: if the state is bound but V falls without end.
    """
    # V beyond a wall does not matter
    ends = restricted(problem.potential, problem.ends).asymptotes()
    if -math.inf in ends:
        side = "both sides" if ends[0] == ends[1] else f"the {'left' if ends[0] == -math.inf else 'right'}"
        raise NumericsError(
            f"a level is that of a particle that stays, but V falls without end on {side} and every state leaks; start from a packet, or "
            "ask for the lifetime: "
            + cure('[find] kind = "decay" and [state] kind = "trapped".', "find=Decay(), of the state Trapped().")
        )


def _wave_number(problem: Problem, left: float, right: float) -> float:
    """The wave number at a kinetic energy equal to the range of V."""
    x = np.linspace(left, right, 1025)
    values = np.asarray(problem.potential.value((x,), mass=problem.mass))  # type: ignore[arg-type]
    # at least that of the lowest standing wave
    return max(math.sqrt(2 * float(problem.mass) * float(np.ptp(values))), math.pi / (right - left))


def _first_spacing(problem: Problem, left: float, right: float, tolerance: float) -> float:
    wave = _wave_number(problem, left, right)
    if problem.potential.smooth:
        return math.pi / (1.2 * wave)
    spacing = min(allowed_phase("edge", "gap", max(tolerance, 1e-11)), 1.0) / wave
    if len(problem.potential.spikes) > 1:
        # the grid's error couples two deltas as spacing^3/distance^2, and not as exp(-kappa distance)
        kappa = spike_wave_number(problem.potential, float(problem.mass))
        distance = max(kappa * float(np.ptp(problem.potential.spikes)), 1.0)
        share = distance**2 * math.exp(-distance) * max(tolerance, 1e-8)
        spacing = min(spacing, min(allowed_phase("delta", "gap", share), 0.5) / kappa)
    return spacing


def _tails(problem: Problem, grid: Grid, goal: float) -> tuple[float, float, float, float, float]:
    """Amplitude at the box's ends and at the ends of the momentum grid, the energy that sets the step, the lowest gap, the highest level."""
    n, step, mass = grid.points[0], grid.spacing[0], float(problem.mass)
    # always the same number of positions, so that V compiles once for all trials; near an edge a point value is good enough
    positions = grid.lower[0] + step * np.arange(_LARGEST)
    values = np.asarray(problem.potential.value((positions,), mass=mass))[:n]  # type: ignore[arg-type]
    if problem.potential.spikes:
        values = np.asarray(problem.potential.sample(grid, mass=mass))
    row = np.real(np.fft.ifft((2 * math.pi * np.fft.fftfreq(n, step)) ** 2 / (2 * mass)))
    energies, vectors = np.linalg.eigh(row[np.subtract.outer(np.arange(n), np.arange(n)) % n] + np.diag(values))
    levels = _levels_of(problem.state)
    count = max(3, *levels) + 1 if levels else n
    energies, states = energies[:count], vectors.T[:count] / math.sqrt(step)
    weights = np.isin(np.arange(count), list(levels)).astype(float)
    if as_packet(problem.state, mass) is not None:
        psi = np.asarray(problem.state.sample(grid, problem.hamiltonian(grid)))
        weights = np.abs(states @ psi) * step
    relevant = weights > goal
    shares = np.minimum(weights[relevant], 1.0)[:, None] * np.abs(states[relevant])
    transformed = (
        np.minimum(weights[relevant], 1.0)[:, None]
        * np.abs(np.fft.fft(states[relevant], axis=1))
        * math.sqrt(grid.spacing[0] / grid.points[0])
    )
    edge = float(shares[:, [0, 1, -2, -1]].max() * math.sqrt(grid.points[0] * grid.spacing[0]))
    middle = grid.points[0] // 2
    band = max(1, grid.points[0] // 20)
    momentum = float(transformed[:, middle - band : middle + band].max() * math.sqrt(grid.points[0] / 10))
    level = float(energies[relevant].max())
    energy = level - float(values.min())
    # the barrier between two wells sets the rate at which psi changes there, even for energies below it
    left, right = problem.potential.support(1e-3)
    inner = values[(positions[:n] >= left) & (positions[:n] <= right)]
    scale = float(np.ptp(inner)) if len(inner) else 0.0
    walled = isinstance(problem.state, ContinuedBound) and len(energies) > 3
    gap = float(energies[3] - energies[1] if walled else energies[1] - energies[0])
    return edge, momentum, max(energy, min(scale, 4 * energy)), gap, level


def _levels_of(state: AbstractState) -> set[int]:
    """The levels in a bound state; none for a packet, which may contain all."""
    if not state.bound:
        return set()
    if isinstance(state, ContinuedBound):
        # beside a wall those of the mirrored V that are odd
        walled = isinstance(state.ends, Walls)
        return {2 * level + 1 if walled else level for level in _levels_of(state.state)}
    if isinstance(state, Eigenstate):
        return {state.level}
    if isinstance(state, Superposition):
        return set().union(*(_levels_of(term) for term in state.terms))
    return {0, 1}
