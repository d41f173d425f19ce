"""Levels in one dimension on finite elements adapted to the potential, with the error of each."""

from __future__ import annotations

import dataclasses
import math
from typing import NamedTuple

import numpy as np

from ....elements import ElementHamiltonian, ElementLevels, Waves
from ....ends import Ends
from ....errors import NumericsError, UnboundError
from ....grid import Grid, fast_size
from ....potentials import AbstractMassStructure, AbstractPotential, restricted
from ....problem import Problem
from ...bars import BoundStates
from ._level_mesh import DEGREE, Outlook, Profile, halved, meshed, outlook
from ._mass_levels import mass_structure_levels
from ._solved_levels import SolvedLevels

# how much lower the degree of the coarser solution is, whose difference is the error of the grid
_LOWER_BY = 2
# least binding energy of a level, relative to the depth of the well
_LEAST_BINDING = 1e-9
_MOST_ELEMENTS, _MOST_BOXES, _MOST_MESHES = 6000, 60, 40
# rounding of an energy, in units of the machine's precision times kinetic energy + <|V|> (measured: at most 3)
_ROUNDING = 8.0
# least size of an energy, relative to the largest, that rounding is relative to
_LEAST_SIZE = 1e-6
_EPS = float(np.finfo(float).eps)
# points per radian of the fastest wave in the picture's grid
_SHARPNESS = 4.0
# fewest and most points of that grid
_FEWEST_POINTS, _MOST_POINTS = 512, 16384


class Solved(NamedTuple):
    """Levels on elements.

    Attributes:
        levels: energies and waves.
        budgets: sources of the error of each energy [energy].
        coarser: waves of a degree lower by two.
        view: V along the line.
        rounds: number of diagonalizations of H.
    """

    levels: ElementLevels
    budgets: list[dict[str, float]]
    coarser: Waves
    view: Outlook
    rounds: int


def element_levels(problem: Problem, count: int) -> SolvedLevels:
    """The `count` lowest levels in one dimension, with their states on a grid for pictures; see `solved_levels`."""
    if isinstance(problem.potential, AbstractMassStructure):
        return mass_structure_levels(problem, count)
    solved = solved_levels(problem.potential, float(problem.mass), count, problem.ends)
    pictures = _states_on_grid(problem, solved.levels, solved.view)
    return SolvedLevels(solved.levels.energies, solved.levels.kinetic, solved.budgets, pictures, solved.rounds)


def refuse_without_well(problem: Problem, count: int) -> None:
    """Refuse a potential that is nowhere below its rim, and so holds no level.

    Raises:
        UnboundError: if V is such a potential.
    """
    if isinstance(problem.potential, AbstractMassStructure):
        return
    profile = Profile(problem.potential, float(problem.mass), problem.ends)
    if math.isfinite(profile.rim) and outlook(profile).floor >= profile.rim:
        raise UnboundError(_too_few(count, 0))


def solved_levels(potential: AbstractPotential, mass: float, count: int, ends: Ends | None = None) -> Solved:
    """The `count` lowest levels in one dimension, to rounding where V is smooth enough.

    Box and elements follow from samples of V (`_level_mesh`); elements are halved until the functions of the two highest degrees
    contribute less to a level than rounding does. Sturm counts ensure that no level is missed.

    Budget: `grid` is the difference from elements two degrees lower; `box` the shift by the walls; `residual` the change in the last iteration.

    Raises:
        UnboundError: if there are fewer bound levels.
        NumericsError: if more than 6000 elements are needed.
    """
    profile = Profile(potential, mass, ends)
    view, rim = outlook(profile), profile.rim
    nodes, levels, hamiltonian, rounds = _fitted_mesh(profile, view, rim, count)
    for _ in range(_MOST_MESHES):
        split = _unresolved(levels, mass)
        if not split.any() or len(nodes) + int(split.sum()) > _MOST_ELEMENTS:
            break
        nodes, _ = halved(nodes, split)
        hamiltonian = profile.hamiltonian(nodes, DEGREE)
        levels = hamiltonian.settled(levels.waves.onto(nodes), levels.energies)
        rounds += 1
    missing = hamiltonian.count_below(levels.energies + _half_gaps(levels.energies)) - np.arange(1, count + 1)
    if np.any(missing):
        levels, rounds = hamiltonian.lowest(count, float(levels.energies[-1])), rounds + 1
    coarse = profile.hamiltonian(nodes, DEGREE - _LOWER_BY).settled(
        levels.waves.truncated(DEGREE - _LOWER_BY), levels.energies
    )
    shifts = _wall_shifts(levels, profile, view)
    budgets = [
        {
            "grid": float(grid),
            "box": float(box),
            "residual": float(residual),
            "rounding": _ROUNDING * _EPS * float(size),
        }
        for grid, box, residual, size in zip(
            np.abs(levels.energies - coarse.energies), shifts, levels.unsettled, _sizes(levels), strict=True
        )
    ]
    return Solved(levels, budgets, coarse.waves, view, rounds + 1)


def _too_few(count: int, bound: int) -> str:
    """Message for a potential that holds fewer levels than requested."""
    required = "a level" if count == 1 else f"the {count} levels asked for"
    actual = "none lies" if not bound else "one lies" if bound == 1 else f"{bound} lie"
    advice = f"ask for {bound}" if bound else "ask for transmission or resonances"
    return f"the potential must hold {required}, but {actual} clearly below its rim; {advice}, or take a deeper or wider well."


def _fitted_mesh(
    profile: Profile, view: Outlook, rim: float, count: int
) -> tuple[np.ndarray, ElementLevels, ElementHamiltonian, int]:
    """Nodes of the elements in a box that holds the levels, the levels, H, and the number of rounds."""
    depth = max(rim - view.floor, 1e-300)
    energy = view.highest(count + 1)
    if energy >= rim - 0.1 * depth:
        energy = rim - 0.1 * depth
    for rounds in range(1, _MOST_BOXES):
        low, high = view.box(energy)
        nodes = meshed(profile, view, (low, high), energy)
        if len(nodes) > _MOST_ELEMENTS:
            break
        hamiltonian = profile.hamiltonian(nodes, DEGREE)
        bound = int(hamiltonian.count_below(np.array([rim]))[0]) if math.isfinite(rim) else count
        if bound < count:
            energy = rim - 0.1 * (rim - energy)
            if rim - energy < _LEAST_BINDING * depth:
                raise UnboundError(_too_few(count, bound))
            continue
        levels = hamiltonian.lowest(count, energy)
        highest = float(levels.energies[-1])
        needed = view.box(highest)
        if highest <= energy or (low <= needed[0] and needed[1] <= high):
            return nodes, levels, hamiltonian, rounds
        energy = highest
    raise NumericsError(
        f"the {count} lowest levels must fit {_MOST_ELEMENTS} elements of degree {DEGREE}, but do not; ask for fewer levels."
    )


def _unresolved(levels: ElementLevels, mass: float) -> np.ndarray:
    """Elements whose functions of the two highest degrees contribute more to a level than its rounding."""
    waves = levels.waves
    share = np.sum(np.abs(waves.inner[:, :, -2:]) ** 2, axis=2) / (mass * np.diff(waves.nodes))
    return np.any(share > _EPS * _sizes(levels)[:, None] / 4, axis=0)


def _sizes(levels: ElementLevels) -> np.ndarray:
    """Energies that rounding of the levels is relative to, positive also for a level at 0 [energy]."""
    return np.maximum(levels.size, _LEAST_SIZE * levels.size.max())


def _half_gaps(energies: np.ndarray) -> np.ndarray:
    """Half the distance to the next level above; for the highest, a hundred-millionth of the span."""
    span = max(float(np.ptp(energies)), abs(float(energies[0])), 1e-300)
    return np.diff(energies, append=energies[-1] + 2e-8 * span) / 2


def _wall_shifts(levels: ElementLevels, profile: Profile, view: Outlook) -> np.ndarray:
    """Bound on the shift of each level by walls at the ends of the box: twice psi'^2/(4 m kappa) at each.

    From Wronski's identity for the wave that ends at the wall and the one that decays beyond it. At an infinite V there is no shift.
    """
    slopes = np.abs(levels.waves.end_slopes())
    shifts = np.zeros(len(levels.energies))
    if view.whole:
        return shifts
    for side, (end, wall) in enumerate(zip(levels.waves.nodes[[0, -1]], view.walls, strict=True)):
        if wall is not None and end == wall:
            continue
        above = np.maximum(profile(np.array([end]))[0] - levels.energies, np.finfo(float).tiny)
        shifts += slopes[:, side] ** 2 / (2 * profile.mass * np.sqrt(2 * profile.mass * above))
    return shifts


def _states_on_grid(problem: Problem, levels: ElementLevels, view: Outlook) -> BoundStates:
    """The states on a uniform grid over the box, for pictures."""
    mass, waves = float(problem.mass), levels.waves
    low, high = float(waves.nodes[0]), float(waves.nodes[-1])
    wave_number = math.sqrt(2 * mass * max(float(levels.energies[-1]) - view.floor, 0.0))
    points = fast_size(min(max(_FEWEST_POINTS, _SHARPNESS * wave_number * (high - low)), _MOST_POINTS))
    step = (high - low) / points
    grid = Grid((low + step / 2,), (step,), (points,))
    psi = waves.at(low + step * (np.arange(points) + 0.5))
    # the nearest orthonormal set, for states with kinks are not quite orthogonal as sums over points
    sizes, mix = np.linalg.eigh(np.conj(psi) @ psi.T * step)
    psi = np.conj(mix) @ ((mix.T @ psi) / np.sqrt(sizes)[:, None])
    large = np.abs(psi) > 0.1 * np.abs(psi).max(axis=1, keepdims=True)
    last = points - 1 - np.argmax(large[:, ::-1], axis=1)
    reference_values = psi[np.arange(len(psi)), last]
    psi = psi * (np.conj(reference_values) / np.abs(reference_values))[:, None]
    shown = dataclasses.replace(problem, potential=restricted(problem.potential, problem.ends))
    return BoundStates(shown, grid, levels.energies, psi)
