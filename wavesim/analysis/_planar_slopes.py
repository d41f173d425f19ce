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
        energies, mass, own = np.asarray(states.energies), float(problem.mass), states.grid
        grid = _with_points(own, tuple(_TIMES[own.dimension] * n for n in own.points))
        psi = np.real(resampled(np.asarray(states.psi), grid.points)).reshape(len(energies), -1)
        step = (parameter.value + _STEP * scale) - parameter.value
        sides = [
            with_value(problem, self.question, parameter.path, parameter.value + place * step)[0]
            for place in (-2, -1, 1, 2)
        ]
        moved = [np.asarray(side.potential.sample(grid, mass=float(side.mass))).ravel() for side in sides]
        second = (moved[2] - moved[1]) / (2 * step)
        fourth = (8 * (moved[2] - moved[1]) - (moved[3] - moved[0])) / (12 * step)
        near, matrix = (float(grid.cell) * (psi * part) @ psi.T for part in (second, fourth))
        strength = np.sqrt(float(grid.cell) * np.sum((psi * fourth) ** 2, axis=1))
        flat, kinetic = np.asarray(states.psi).reshape(len(energies), -1), _kinetic(states, mass)
        if parameter.path == "particle.mass":
            change = float(own.cell) * flat @ kinetic.T / mass
            near, matrix = near - change, matrix - change
            strength = strength + np.sqrt(float(own.cell) * np.sum(kinetic**2, axis=1)) / mass
        same = np.abs(energies[:, None] - energies) <= _SAME * float(np.max(np.abs(energies)))
        mixed = _mixed(problem, states, kinetic, same)
        for n in range(len(self.numbers)):
            alike = np.flatnonzero(same[n])
            spread = float(np.ptp(np.linalg.eigvalsh(matrix[np.ix_(alike, alike)])))
            value, other = float(matrix[n, n]), float(near[n, n])
            difference = (value - other) ** 2 / max(abs(value), abs(other), math.ulp(0.0))
            rounding = 64 * math.ulp(float(np.max(np.abs(energies)))) / step
            yield value, difference + spread + rounding + 2 * float(mixed[n] * strength[n])


def _finer(grid: Grid) -> Grid:
    """The same box with more points."""
    return _with_points(grid, tuple(2 * math.ceil(_FINER * n / 2) for n in grid.points))


def _with_points(grid: Grid, points: tuple[int, ...]) -> Grid:
    spacing = tuple(float(step) * old / new for step, old, new in zip(grid.spacing, grid.points, points, strict=True))
    return Grid(grid.lower, spacing, points)


def _kinetic(states: BoundStates, mass: float) -> np.ndarray:
    """T psi of all states, shape (count, points)."""
    grid, psi = states.grid, np.asarray(states.psi)
    axes = tuple(range(1, psi.ndim))
    energies = np.asarray(grid.spread(grid.kinetic(mass)))
    moved = np.real(np.fft.ifftn(energies * np.fft.fftn(psi, axes=axes), axes=axes))
    return moved.reshape(len(psi), -1)


def _mixed(problem: Problem, states: BoundStates, kinetic: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Amplitude of other states in each: the norm of H psi - E psi over the distance of the next level, or over <T> where it is alone."""
    grid, energies = states.grid, np.asarray(states.energies)
    psi = np.asarray(states.psi).reshape(kinetic.shape)
    v = np.asarray(problem.potential.sample(grid, mass=float(problem.mass))).ravel()
    rest = kinetic + (v - energies[:, None]) * psi
    means = float(grid.cell) * np.sum(psi * kinetic, axis=1)
    apart = np.where(same, np.inf, np.abs(energies[:, None] - energies)).min(axis=1)
    return np.sqrt(float(grid.cell) * np.sum(rest**2, axis=1)) / np.where(np.isfinite(apart), apart, means)
