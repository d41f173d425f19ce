"""Levels where the mass depends on position, for the report."""

from __future__ import annotations

import numpy as np

from ....errors import WavesimError
from ....grid import Grid, fast_size
from ....potentials import AbstractMassStructure
from ....problem import Problem
from ...bars import BoundStates
from ...predictions import levels_on_cells, levels_on_elements
from ._solved_levels import SolvedLevels

# points of the pictures
_POINTS = 1024
# they show a state where it is larger than this share of its largest
_SEEN = 1e-3


def mass_structure_levels(problem: Problem, count: int) -> SolvedLevels:
    """The `count` lowest levels of BenDaniel and Duke's equation by counting nodes on cells, with pictures by finite elements.

    Raises:
        UnboundError: if there are not so many bound levels.
        WavesimError: if there are walls or a ring.
    """
    structure, mass = problem.potential, float(problem.mass)
    assert isinstance(structure, AbstractMassStructure)
    if problem.ends is not None:
        raise WavesimError(
            "levels with a mass of their own in each layer know neither walls nor rings, but here are some; leave them out, or make a high layer."
        )
    known = levels_on_cells(structure, mass, count)
    elements, _ = levels_on_elements(structure, mass, known)
    low, high = float(elements.waves.nodes[0]), float(elements.waves.nodes[-1])
    looks = np.linspace(low, high, 4 * _POINTS)
    tall = np.max(np.abs(elements.waves.at(looks)), axis=0)
    seen = looks[tall > _SEEN * np.max(tall)]
    points = fast_size(_POINTS)
    step = (seen[-1] - seen[0]) / points
    grid = Grid((float(seen[0]) + step / 2,), (float(step),), (points,))
    psi = elements.waves.at(float(seen[0]) + step * (np.arange(points) + 0.5))
    psi = psi / np.sqrt(np.sum(psi**2, axis=1, keepdims=True) * step)
    high_enough = np.abs(psi) > 0.1 * np.abs(psi).max(axis=1, keepdims=True)
    last = points - 1 - np.argmax(high_enough[:, ::-1], axis=1)
    psi = psi * np.sign(psi[np.arange(count), last])[:, None]
    budgets = [{source: float(errors[n]) for source, errors in known.errors.items()} for n in range(count)]
    return SolvedLevels(
        known.energies, elements.kinetic, budgets, BoundStates(problem, grid, known.energies, psi), rounds=2
    )
