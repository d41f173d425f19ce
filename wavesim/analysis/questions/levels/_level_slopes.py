"""Levels with the densities that say how any change of V moves them, by Hellmann and Feynman."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ....elements import Waves, gauss_points, reference
from ....errors import WavesimError
from ....problem import Problem
from ._element_levels import solved_levels
from ._level_mesh import DEGREE

# beside a delta, in units of the shorter neighboring element: where psi'^2 is read off both sides
_BESIDE = 1e-4


class LevelSlopes(NamedTuple):
    """Levels, and where the particle is in each.

    Attributes:
        energies: shape (count,) [energy].
        kinetic: mean kinetic energy of each [energy].
        places: Gauss points of all elements, shape (points,) [length].
        weights: of an integral over them [length].
        density: abs(psi)^2 there, shape (count, points) [1/length].
        waves: the states.
    """

    energies: np.ndarray
    kinetic: np.ndarray
    places: np.ndarray
    weights: np.ndarray
    density: np.ndarray
    waves: Waves

    def density_at(self, place: float) -> np.ndarray:
        """abs(psi)^2 at one place, shape (count,)."""
        return np.abs(self.waves.at(np.array([place]))[:, 0]) ** 2

    def density_slope_at(self, place: float) -> np.ndarray:
        """d abs(psi)^2/dx, the mean of both sides, shape (count,)."""
        near = int(np.argmin(np.abs(self.waves.nodes - place)))
        step = _BESIDE * float(np.min(np.diff(self.waves.nodes[max(near - 1, 0) : near + 2])))
        far, close = (np.abs(self.waves.at(place + side * np.array([-step, step]))) ** 2 for side in (1.0, 0.5))
        coarse, fine = (far[:, 1] - far[:, 0]) / (2 * step), (close[:, 1] - close[:, 0]) / step
        return 2 * fine - coarse


def levels_with_slopes(problem: Problem, count: int) -> LevelSlopes:
    """The `count` lowest levels of a static V of one dimension, on elements.

    Raises:
        WavesimError: if there are walls or a ring, or not so many bound levels.
    """
    if problem.ends is not None:
        raise WavesimError(
            "levels are differentiated on an endless line, but here are walls or a ring; leave them out."
        )
    levels = solved_levels(problem.potential, float(problem.mass), count).levels
    nodes = levels.waves.nodes
    places = gauss_points(nodes, DEGREE)
    weights = np.diff(nodes)[:, None] * reference(DEGREE).weights / 2
    density = np.abs(levels.waves.at(places.ravel())) ** 2
    return LevelSlopes(levels.energies, levels.kinetic, places.ravel(), weights.ravel(), density, levels.waves)
