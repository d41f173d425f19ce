"""How levels in two and three dimensions move with a parameter: dE_n/dp = <n|dH/dp|n>, by the states that the levels were found with."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import numpy as np

from ..fourier import resampled
from ..grid import Grid
from ..problem import Problem
from ._certify import certify
from ._parameters import Parameter, with_value
from .bars import BoundStates, Quantity
from .questions import Levels

# of the levels themselves: their states are known to its root
_TOLERANCE = 1e-10
# by how much finer a grid has the states that are believed
_FINER = 1.3
# dV/dp may bend where V does not: it is added up at so many times the points of the grid along each of two and of three axes
_TIMES = {2: 3, 3: 2}
# step of the differences of V, as a share of a parameter's scale
_STEP = 1e-3
# levels that lie closer than this share of the largest energy have no states of their own
_SAME = 1e-9


@dataclasses.dataclass(frozen=True)
class PlanarLevels:
    """Levels with their states on the grid that they were found on, and on a finer one.

    Attributes:
        question: how many levels.
        numbers: the levels by name.
        coarse, fine: the states.
    """

    question: Levels
    numbers: dict[str, Quantity]
    coarse: BoundStates
    fine: BoundStates

    @classmethod
    def of(cls, problem: Problem, question: Levels, grid: Grid | None) -> PlanarLevels:
        """Solve twice.

        Args:
            problem: the physics.
            question: how many levels.
            grid: to solve on; by default planned, which only a separable V can be.

        Raises:
            NumericsError: if no grid is given and none can be planned.
        """
        report = certify(problem, _TOLERANCE, find=question, grid=grid)
        assert report.states is not None
        fine = certify(problem, _TOLERANCE, find=question, grid=_finer(report.states.grid)).states
        assert fine is not None
        return cls(question, report.quantities, report.states, fine)

    def by(self, problem: Problem, parameter: Parameter, scale: float) -> dict[str, tuple[float, float]]:
        """The derivative of each level, and its error: what the coarser grid has otherwise, with the differences of V, and the spread of dH/dp among levels that agree.

        Args:
            problem: the physics.
            parameter: that moves.
            scale: of the parameter.

        Raises:
            WavesimError: if the parameter cannot be moved.
        """
        if parameter.path.startswith("state"):
            return dict.fromkeys(self.numbers, (0.0, 0.0))
        fine, coarse = (self._slopes(problem, parameter, scale, states) for states in (self.fine, self.coarse))
        return {
            name: (value, error + abs(value - other))
            for name, (value, error), (other, _) in zip(self.numbers, fine, coarse, strict=True)
        }

    def _slopes(
        self, problem: Problem, parameter: Parameter, scale: float, states: BoundStates
    ) -> Iterator[tuple[float, float]]:
        energies, mass = np.asarray(states.energies), float(problem.mass)
        grid = _with_points(states.grid, tuple(_TIMES[states.grid.dimension] * n for n in states.grid.points))
        psi = np.real(resampled(np.asarray(states.psi), grid.points))
        step = (parameter.value + _STEP * scale) - parameter.value
        sides = [
            with_value(problem, self.question, parameter.path, parameter.value + place * step)[0]
            for place in (-2, -1, 1, 2)
        ]
        moved = [np.asarray(side.potential.sample(grid, mass=float(side.mass))) for side in sides]
        second = (moved[2] - moved[1]) / (2 * step)
        fourth = (8 * (moved[2] - moved[1]) - (moved[3] - moved[0])) / (12 * step)
        flat = psi.reshape(len(psi), -1)
        near, matrix = (float(grid.cell) * (flat * part.ravel()) @ flat.T for part in (second, fourth))
        if parameter.path == "particle.mass":
            kinetic = _kinetic(states, mass) / mass
            near, matrix = near - kinetic, matrix - kinetic
        same = np.abs(energies[:, None] - energies) <= _SAME * float(np.max(np.abs(energies)))
        for n in range(len(self.numbers)):
            alike = np.flatnonzero(same[n])
            spread = float(np.ptp(np.linalg.eigvalsh(matrix[np.ix_(alike, alike)])))
            value = float(matrix[n, n])
            change = (value - float(near[n, n])) ** 2 / max(abs(value), math.ulp(0.0))
            yield value, change + spread + 64 * math.ulp(float(np.max(np.abs(energies)))) / step


def _finer(grid: Grid) -> Grid:
    """The same box with more points."""
    return _with_points(grid, tuple(2 * math.ceil(_FINER * n / 2) for n in grid.points))


def _with_points(grid: Grid, points: tuple[int, ...]) -> Grid:
    spacing = tuple(float(step) * old / new for step, old, new in zip(grid.spacing, grid.points, points, strict=True))
    return Grid(grid.lower, spacing, points)


def _kinetic(states: BoundStates, mass: float) -> np.ndarray:
    """<m|T|n> of all states."""
    grid, psi = states.grid, np.asarray(states.psi)
    axes = tuple(range(1, psi.ndim))
    moved = np.real(np.fft.ifftn(np.asarray(grid.spread(grid.kinetic(mass))) * np.fft.fftn(psi, axes=axes), axes=axes))
    return float(grid.cell) * np.einsum("mp,np->mn", psi.reshape(len(psi), -1), moved.reshape(len(psi), -1))
