"""Levels for a mass that depends on position, for the report."""

from __future__ import annotations

import numpy as np

from ....errors import WavesimError
from ....grid import Grid, fast_size
from ....potentials import AbstractMassStructure
from ....problem import Problem
from ...bars import BoundStates
from ...predictions import levels_on_cells, levels_on_elements
from ._solved_levels import SolvedLevels

# points of a picture
_POINTS = 1024
# least amplitude that a picture shows, relative to the largest
_VISIBLE = 1e-3


def mass_structure_levels(problem: Problem, count: int) -> SolvedLevels:
    """The `count` lowest levels of BenDaniel and Duke's equation by node counting, and their states.

    Raises:
        UnboundError: if there are fewer bound levels.
        WavesimError: if there are walls or a ring.
    """
    structure, mass = problem.potential, float(problem.mass)
    assert isinstance(structure, AbstractMassStructure)
    if problem.ends is not None:
        raise WavesimError(
            "levels with a mass of their own in each layer know neither walls nor rings, but here are some; leave them out, or make a high layer."
        )
    levels = levels_on_cells(structure, mass, count)
    elements, _ = levels_on_elements(structure, mass, levels)
    low, high = float(elements.waves.nodes[0]), float(elements.waves.nodes[-1])
    samples = np.linspace(low, high, 4 * _POINTS)
    envelope = np.max(np.abs(elements.waves.at(samples)), axis=0)
    visible = samples[envelope > _VISIBLE * np.max(envelope)]
    points = fast_size(_POINTS)
    step = (visible[-1] - visible[0]) / points
    grid = Grid((float(visible[0]) + step / 2,), (float(step),), (points,))
    psi = elements.waves.at(float(visible[0]) + step * (np.arange(points) + 0.5))
    psi = psi / np.sqrt(np.sum(psi**2, axis=1, keepdims=True) * step)
    large = np.abs(psi) > 0.1 * np.abs(psi).max(axis=1, keepdims=True)
    last = points - 1 - np.argmax(large[:, ::-1], axis=1)
    psi = psi * np.sign(psi[np.arange(count), last])[:, None]
    budgets = [{source: float(errors[n]) for source, errors in levels.errors.items()} for n in range(count)]
    return SolvedLevels(
        levels.energies, elements.kinetic, budgets, BoundStates(problem, grid, levels.energies, psi), rounds=2
    )
