"""Levels of one line on elements that fit the potential, with the error of each."""

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

# degree of the coarser solution, whose whole difference is the bar
DEGREE_LESS = 2
# a level bound by less than this share of the well's depth counts as not bound
_BARELY = 1e-9
_MOST_ELEMENTS, _MOST_BOXES, _MOST_MESHES = 6000, 60, 40
# rounding of an energy, in units of the machine's precision times kinetic energy + <|V|> (measured: at most 3)
_ROUNDING = 8.0
# of the largest size of an energy: what a level is worth that has next to none
_LEAST = 1e-6
_EPS = float(np.finfo(float).eps)
# points per radian of the fastest wave in the picture's grid, and how many there are
_SHARPNESS, _FEWEST, _MOST = 4.0, 512, 16384


class Solved(NamedTuple):
    """Levels on elements.

    Attributes:
        levels: energies and waves.
        budgets: sources of the error of each energy [energy].
        coarser: the waves of two degrees less.
        view: V along the line.
        rounds: how often H was diagonalized.
    """

    levels: ElementLevels
    budgets: list[dict[str, float]]
    coarser: Waves
    view: Outlook
    rounds: int


def element_levels(problem: Problem, count: int) -> SolvedLevels:
    """The `count` lowest levels of one dimension, to rounding where V allows, with pictures of their states; see `solved_levels`."""
    if isinstance(problem.potential, AbstractMassStructure):
        return mass_structure_levels(problem, count)
    solved = solved_levels(problem.potential, float(problem.mass), count, problem.ends)
    pictures = _pictured(problem, solved.levels, solved.view)
    return SolvedLevels(solved.levels.energies, solved.levels.kinetic, solved.budgets, pictures, solved.rounds)


def refuse_without_well(problem: Problem, count: int) -> None:
    """Refuse what holds no level, whatever is computed, for V lies nowhere below its rim.

    Raises:
        UnboundError: if that is so.
    """
    if isinstance(problem.potential, AbstractMassStructure):
        return
    profile = Profile(problem.potential, float(problem.mass), problem.ends)
    if math.isfinite(profile.rim) and outlook(profile).floor >= profile.rim:
        raise UnboundError(_too_few(count, 0))


def solved_levels(potential: AbstractPotential, mass: float, count: int, ends: Ends | None = None) -> Solved:
    """The `count` lowest levels of one dimension, to rounding where V allows.

    Box, elements and counts come from V at many points (`_level_mesh`); elements are halved until the functions of the two highest
    degrees add less to a level than rounding does. Sturm's counts see to it that no level is missed.

    Budget: `grid` is the whole difference from two degrees less; `box` what the walls shift; `residual` what the last iteration changed.

    Raises:
        UnboundError: if there are not so many bound levels.
        NumericsError: if more than 6000 elements are needed.
    """
    profile = Profile(potential, mass, ends)
    view, rim = outlook(profile), profile.rim
    nodes, levels, hamiltonian, rounds = _fitting(profile, view, rim, count)
    for _ in range(_MOST_MESHES):
        split = _unresolved(levels, mass)
        if not split.any() or len(nodes) + int(split.sum()) > _MOST_ELEMENTS:
            break
        nodes, _ = halved(nodes, split)
        hamiltonian = profile.hamiltonian(nodes, DEGREE)
        levels = hamiltonian.settled(levels.waves.onto(nodes), levels.energies)
        rounds += 1
    missing = hamiltonian.count_below(levels.energies + _between(levels.energies)) - np.arange(1, count + 1)
    if np.any(missing):
        levels, rounds = hamiltonian.lowest(count, float(levels.energies[-1])), rounds + 1
    coarse = profile.hamiltonian(nodes, DEGREE - DEGREE_LESS).settled(
        levels.waves.truncated(DEGREE - DEGREE_LESS), levels.energies
    )
    shifts = _wall_shifts(levels, profile, view)
    budgets = [
        {"grid": float(grid), "box": float(box), "residual": float(rest), "rounding": _ROUNDING * _EPS * float(size)}
        for grid, box, rest, size in zip(
            np.abs(levels.energies - coarse.energies), shifts, levels.unsettled, _sizes(levels), strict=True
        )
    ]
    return Solved(levels, budgets, coarse.waves, view, rounds + 1)


def _too_few(count: int, held: int) -> str:
    """The sentence for a potential that holds fewer levels than are asked for."""
    asked = "a level" if count == 1 else f"the {count} levels asked for"
    there = "none lies" if not held else "one lies" if held == 1 else f"{held} lie"
    instead = f"ask for {held}" if held else "ask for transmission or resonances"
    return f"the potential must hold {asked}, but {there} clearly below its rim; {instead}, or take a deeper or wider well."


def _fitting(
    profile: Profile, view: Outlook, rim: float, count: int
) -> tuple[np.ndarray, ElementLevels, ElementHamiltonian, int]:
    """A box that holds the levels, the elements in it, and the levels on these."""
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
        held = int(hamiltonian.count_below(np.array([rim]))[0]) if math.isfinite(rim) else count
        if held < count:
            energy = rim - 0.1 * (rim - energy)
            if rim - energy < _BARELY * depth:
                raise UnboundError(_too_few(count, held))
            continue
        levels = hamiltonian.lowest(count, energy)
        highest = float(levels.energies[-1])
        wanted = view.box(highest)
        if highest <= energy or (low <= wanted[0] and wanted[1] <= high):
            return nodes, levels, hamiltonian, rounds
        energy = highest
    raise NumericsError(
        f"the {count} lowest levels must fit {_MOST_ELEMENTS} elements of degree {DEGREE}, but do not; ask for fewer levels."
    )


def _unresolved(levels: ElementLevels, mass: float) -> np.ndarray:
    """Elements whose functions of the two highest degrees add more to a level than its share of rounding."""
    waves = levels.waves
    share = np.sum(np.abs(waves.inner[:, :, -2:]) ** 2, axis=2) / (mass * np.diff(waves.nodes))
    return np.any(share > _EPS * _sizes(levels)[:, None] / 4, axis=0)


def _sizes(levels: ElementLevels) -> np.ndarray:
    """What rounding of each level is relative to; a level may lie at 0, as the lowest of a free ring does [energy]."""
    return np.maximum(levels.size, _LEAST * levels.size.max())


def _between(energies: np.ndarray) -> np.ndarray:
    """Half the distance to the next level above; for the highest, a hundred-millionth of the span."""
    span = max(float(np.ptp(energies)), abs(float(energies[0])), 1e-300)
    return np.diff(energies, append=energies[-1] + 2e-8 * span) / 2


def _wall_shifts(levels: ElementLevels, profile: Profile, view: Outlook) -> np.ndarray:
    """What walls at the ends of the box raise each level by: psi'^2/(4 m kappa) at each; twice that.

    By Wronski's identity for the wave between the wall and the one that decays beyond it. An infinite V is a wall itself.
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


def _pictured(problem: Problem, levels: ElementLevels, view: Outlook) -> BoundStates:
    """The states on a uniform grid over what the eye can see of them."""
    mass, waves = float(problem.mass), levels.waves
    low, high = float(waves.nodes[0]), float(waves.nodes[-1])
    wave_number = math.sqrt(2 * mass * max(float(levels.energies[-1]) - view.floor, 0.0))
    points = fast_size(min(max(_FEWEST, _SHARPNESS * wave_number * (high - low)), _MOST))
    step = (high - low) / points
    grid = Grid((low + step / 2,), (step,), (points,))
    psi = waves.at(low + step * (np.arange(points) + 0.5))
    # the sum over points of two states with kinks is not quite zero: the nearest orthonormal set
    sizes, mix = np.linalg.eigh(np.conj(psi) @ psi.T * step)
    psi = np.conj(mix) @ ((mix.T @ psi) / np.sqrt(sizes)[:, None])
    tall = np.abs(psi) > 0.1 * np.abs(psi).max(axis=1, keepdims=True)
    last = points - 1 - np.argmax(tall[:, ::-1], axis=1)
    turned = psi[np.arange(len(psi)), last]
    psi = psi * (np.conj(turned) / np.abs(turned))[:, None]
    shown = dataclasses.replace(problem, potential=restricted(problem.potential, problem.ends))
    return BoundStates(shown, grid, levels.energies, psi)
