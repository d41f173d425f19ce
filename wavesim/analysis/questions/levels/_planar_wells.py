"""Two wells in the plane or in space: their lowest levels, and how much of each state lies on either side of the pass."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np

from ...._checks import named
from ....errors import WavesimError
from ....grid import Grid
from ....potentials import WellsInPlane, wells_in_plane
from ....problem import Problem
from ...bars import Measurement
from ...predictions import Beat
from ._planar_levels import GridStates, PlanarStates, planar_states

# a localized state holds less than this on its own side where both levels lie in one well
_HALF = 0.5
# of the tolerance: what a first box may change, for both levels of a gap change alike in it
_BOX = 1e-2


@dataclasses.dataclass(frozen=True, eq=False)
class PlanarWellLevels:
    """The lowest levels of two wells on three grids, and what of them lies left of the plane through the pass.

    Attributes:
        found: the states.
        wells: of V.
    """

    found: PlanarStates
    wells: WellsInPlane

    @functools.cached_property
    def _left(self) -> dict[int, np.ndarray]:
        grids = (self.found.fine, self.found.coarse, self.found.smaller)
        return {id(one): left_parts(one.states.psi, one.states.grid, self.wells) for one in grids}

    def left(self, one: GridStates) -> np.ndarray:
        """The part on the left of <i|j> on one of the grids, shape (count, count)."""
        return self._left[id(one)]

    def localized(self, one: GridStates) -> np.ndarray:
        """Columns: amplitudes over the two lowest levels of the states farthest to the left and to the right."""
        return np.linalg.eigh(self.left(one)[:2, :2])[1][:, ::-1]

    def beat(self, one: GridStates, side: int) -> Beat:
        """What the left population of a localized start does: on the left for side 0, on the right for 1."""
        left, start = self.left(one)[:2, :2], self.localized(one)[:, side]
        gap = float(one.energies[1] - one.energies[0])
        return Beat(gap, float(np.sum(start**2 * np.diag(left))), float(2 * start[0] * start[1] * left[0, 1]))

    def budget(self, read: Callable[[GridStates], float], slope: float) -> dict[str, float]:
        """Sources of the error of a number, `slope` being its derivative with respect to the gap between the two lowest levels.

        Both states lie within r^2/delta of H's own, r the norm of H psi - E psi, delta the way to the third level.
        """
        grid, box = self.found.changes(lambda one: np.array(read(one)))
        fine = self.found.fine
        away = float(fine.energies[2] - fine.energies[1])
        residual = 2 * float(np.max(fine.residual[:2])) ** 2 / away
        return {
            "grid": float(grid),
            "box": float(box),
            "residual": abs(slope) * residual,
            "rounding": abs(slope) * 2 * fine.rounding,
        }

    def gap_budget(self) -> dict[str, float]:
        """Sources of the error of the gap [energy]."""
        return self.budget(lambda one: float(one.energies[1] - one.energies[0]), 1.0)


def planar_wells(problem: Problem) -> WellsInPlane:
    """The two wells of a problem in two or three dimensions.

    Raises:
        WavesimError: if V moves, or has no two wells.
    """
    if not problem.potential.static:
        raise WavesimError(
            f"two wells in {problem.potential.dimension} dimensions must be at rest, but {named(problem.potential)} moves; "
            "take a driven double well in one, or a region as [measure]."
        )
    wells = wells_in_plane(problem.potential, float(problem.mass))
    if wells is None:
        raise WavesimError(
            f"tunneling from well to well needs two minima of V with a pass between them, and {named(problem.potential)} does not have them; "
            "take a double well, or ask for levels or motion."
        )
    return wells


def planar_doublet(problem: Problem, tolerance: float, given: Grid | None) -> Measurement[PlanarWellLevels]:
    """The levels of wells that hold one each, their gap refined to a share of itself.

    Raises:
        WavesimError: if the two lowest levels share a well.
        NumericsError: if V does not hold two levels.
    """
    wells = planar_wells(problem)

    def blamed(found: PlanarStates) -> set[str]:
        budget = PlanarWellLevels(found, wells).gap_budget()
        gap = float(found.fine.energies[1] - found.fine.energies[0])
        return set() if math.fsum(budget.values()) <= tolerance * gap else {max(budget, key=lambda one: budget[one])}

    # the third level tells how far the two stand apart from others
    found = yield from planar_states(problem, 3, _BOX * tolerance, given, blamed)
    levels = PlanarWellLevels(found, wells)
    mix, left = levels.localized(found.fine), levels.left(found.fine)[:2, :2]
    shares = np.einsum("ic,ij,jc->c", mix, left, mix)
    if min(shares[0], 1 - shares[1]) < _HALF:
        side = "left" if shares[1] > _HALF else "right"
        raise WavesimError(
            f"tunneling from well to well needs a level in each, but the two lowest levels share the {side} well; "
            "make the wells more alike, or start with a packet in one of them and ask for populations."
        )
    return levels


def left_parts(psi: np.ndarray, grid: Grid, wells: WellsInPlane) -> np.ndarray:
    """<i|j> over the places left of the plane through the pass, of real states of shape (count, ``*points``): shape (count, count)."""
    side, finer = _Side.of(grid, wells), _between_points(psi, grid, wells)
    parts = np.empty((len(psi), len(psi)))
    for i in range(len(psi)):
        for j in range(i + 1):
            parts[i, j] = parts[j, i] = side.holds(finer[i] * finer[j])
    return parts


def left_shares(psi: np.ndarray, grid: Grid, wells: WellsInPlane) -> np.ndarray:
    """The probability left of the plane through the pass, of waves of shape (count, ``*points``): shape (count,)."""
    side = _Side.of(grid, wells)
    return np.array([side.holds(np.abs(_between_points(one[None], grid, wells)[0]) ** 2) for one in psi])


def _axis(wells: WellsInPlane) -> int:
    """Along which the plane is cut through most squarely."""
    return int(np.argmax(np.abs(wells.normal)))


def _between_points(psi: np.ndarray, grid: Grid, wells: WellsInPlane) -> np.ndarray:
    """Waves at twice as many points along the axis across the plane, which is last: products of two have waves twice as short."""
    axis = _axis(wells)
    points = grid.points[axis]
    waves = np.fft.fft(np.moveaxis(psi, axis + 1, -1).reshape(len(psi), -1, points), axis=-1)
    finer = np.zeros((*waves.shape[:-1], 2 * points), complex)
    below = (points + 1) // 2
    finer[..., :below], finer[..., -below + 1 :] = waves[..., :below], waves[..., -below + 1 :]
    if points % 2 == 0:
        # the shortest wave of an even number of points is one to the right and one to the left
        finer[..., below] = finer[..., -below] = waves[..., below] / 2
    finer = 2 * np.fft.ifft(finer, axis=-1)
    return finer if np.iscomplexobj(psi) else np.real(finer)


@dataclasses.dataclass(frozen=True)
class _Side:
    """What is left of the plane: exactly along the axis across it for what the grid's waves can show, by sums along the others.

    Attributes:
        weights: by line and wave of a density, shape (lines, waves), times the cell across.
        reversed: whether the left lies where the coordinate is large.
        cell: of a point of the density [length^dimension].
    """

    weights: np.ndarray
    reversed: bool
    cell: float

    @classmethod
    def of(cls, grid: Grid, wells: WellsInPlane) -> _Side:
        axis, normal, summit = _axis(wells), wells.normal, wells.summit
        points, spacing, low = grid.points[axis], float(grid.spacing[axis]), float(grid.lower[axis])
        rest = [other for other in range(grid.dimension) if other != axis]
        lines = [float(grid.lower[n]) + float(grid.spacing[n]) * np.arange(grid.points[n]) for n in rest]
        mesh = np.meshgrid(*lines, indexing="ij")
        offset = sum(normal[n] * (line - summit[n]) for n, line in zip(rest, mesh, strict=True))
        cut = np.clip(np.ravel(summit[axis] - offset / normal[axis]) - low, 0.0, points * spacing)[:, None]
        k = 2 * np.pi / (points * spacing) * np.arange(points + 1)
        # int_0^c exp(i k x) dx; each wave but the first and last counts for its conjugate too
        integral = np.where(k == 0, cut, (np.exp(1j * cut * k) - 1) / (1j * np.where(k == 0, 1.0, k)))
        counted = np.full(points + 1, 2.0)
        counted[[0, -1]] = 1.0
        across = float(np.prod([float(grid.spacing[n]) for n in rest]))
        return cls(across * counted * integral / (2 * points), bool(normal[axis] < 0), float(grid.cell) / 2)

    def holds(self, density: np.ndarray) -> float:
        """The integral over the left, of a density of shape (lines, twice the points)."""
        near = float(np.sum(np.real(np.fft.rfft(density, axis=-1) * self.weights)))
        return float(np.sum(density)) * self.cell - near if self.reversed else near
