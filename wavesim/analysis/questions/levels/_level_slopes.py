"""Levels and their densities, which give the derivative of each level by V (Hellmann-Feynman)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ....elements import Waves, gauss_points, reference
from ....errors import WavesimError
from ....problem import Problem
from ._element_levels import solved_levels
from ._level_mesh import DEGREE

# distance from a delta at which abs(psi)^2 is taken on both sides, in units of the shorter neighboring element
_DISTANCE = 1e-4


class LevelSlopes(NamedTuple):
    """Levels and their probability densities.

    Attributes:
        energies: shape (count,) [energy].
        kinetic: mean kinetic energy of each [energy].
        places: Gauss points of all elements, shape (points,) [length].
        weights: quadrature weights of the points [length].
        density: abs(psi)^2 at the points, shape (count, points) [1/length].
        waves: the states.
    """

    energies: np.ndarray
    kinetic: np.ndarray
    places: np.ndarray
    weights: np.ndarray
    density: np.ndarray
    waves: Waves

    def density_at(self, place: float) -> np.ndarray:
        """abs(psi)^2 at one position, shape (count,)."""
        return np.abs(self.waves.at(np.array([place]))[:, 0]) ** 2

    def density_slope_at(self, place: float) -> np.ndarray:
        """d abs(psi)^2/dx, averaged over both sides, shape (count,)."""
        near = int(np.argmin(np.abs(self.waves.nodes - place)))
        step = _DISTANCE * float(np.min(np.diff(self.waves.nodes[max(near - 1, 0) : near + 2])))
        far, close = (np.abs(self.waves.at(place + side * np.array([-step, step]))) ** 2 for side in (1.0, 0.5))
        coarse, fine = (far[:, 1] - far[:, 0]) / (2 * step), (close[:, 1] - close[:, 0]) / step
        return 2 * fine - coarse


def levels_with_slopes(problem: Problem, count: int) -> LevelSlopes:
    """The `count` lowest levels of a static V in one dimension, on elements.

    Raises:
        WavesimError: if there are walls or a ring, or fewer bound levels.
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
