"""Two wells in two or three dimensions: lowest levels, and their parts on each side of the pass."""

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

# least share of a localized state in its own well; it is smaller where both levels lie in one well
_HALF = 0.5
# tolerance of the first box, as a share of the gap's: both levels shift alike by the box
_BOX = 1e-2


@dataclasses.dataclass(frozen=True, eq=False)
class PlanarWellLevels:
    """The lowest levels of two wells on three grids, and the parts of them left of the plane through the pass.

    Attributes:
        states: levels and states on the three grids.
        wells: minima of V and the pass between them.
    """

    states: PlanarStates
    wells: WellsInPlane

    @functools.cached_property
    def _left(self) -> dict[int, np.ndarray]:
        """Left parts on each grid, by its id."""
        grids = (self.states.fine, self.states.coarse, self.states.smaller)
        return {id(grid): left_parts(grid.states.psi, grid.states.grid, self.wells) for grid in grids}

    def left(self, states: GridStates) -> np.ndarray:
        """The left part of <i|j> on one of the grids, shape (count, count)."""
        return self._left[id(states)]

    def localized(self, states: GridStates) -> np.ndarray:
        """Amplitudes of the left and the right localized state over the two lowest levels, as columns."""
        return np.linalg.eigh(self.left(states)[:2, :2])[1][:, ::-1]

    def beat(self, states: GridStates, side: int) -> Beat:
        """Left population in time from a localized start, in the left well for side 0, in the right one for 1."""
        left, start = self.left(states)[:2, :2], self.localized(states)[:, side]
        gap = float(states.energies[1] - states.energies[0])
        return Beat(gap, float(np.sum(start**2 * np.diag(left))), float(2 * start[0] * start[1] * left[0, 1]))

    def budget(self, read: Callable[[GridStates], float], slope: float) -> dict[str, float]:
        """Sources of the error of a number whose derivative with respect to the gap is `slope`.

        The residual moves both levels by at most r^2/delta, where r is the norm of H psi - E psi and delta the least distance to the third level,
        or by r where that is not known.
        """
        grid, box = self.states.changes(lambda states: np.array(read(states)))
        fine = self.states.fine
        distance = float(fine.energies[2] - fine.residual[2] - fine.energies[1])
        norm = float(np.max(fine.residual[:2]))
        residual = 2 * norm * min(norm / distance, 1.0) if distance > 0 else 2 * norm
        return {
            "grid": float(grid),
            "box": float(box),
            "residual": abs(slope) * residual,
            "rounding": abs(slope) * 2 * fine.rounding,
        }

    def gap_budget(self) -> dict[str, float]:
        """Sources of the error of the gap [energy]."""
        return self.budget(lambda states: float(states.energies[1] - states.energies[0]), 1.0)


def planar_wells(problem: Problem) -> WellsInPlane:
    """The two wells of a problem in two or three dimensions.

    Raises:
        WavesimError: if V depends on time, or has no two wells.
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


def planar_doublet(problem: Problem, tolerance: float, fixed_grid: Grid | None) -> Measurement[PlanarWellLevels]:
    """The levels of two wells that hold one level each, refined to a relative tolerance of the gap.

    Raises:
        WavesimError: if the two lowest levels share a well.
        NumericsError: if V holds fewer than two levels.
    """
    wells = planar_wells(problem)

    def excessive(states: PlanarStates) -> set[str]:
        budget = PlanarWellLevels(states, wells).gap_budget()
        gap = float(states.fine.energies[1] - states.fine.energies[0])
        if math.fsum(budget.values()) <= tolerance * gap:
            return set()
        return {max(budget, key=lambda source: budget[source])}

    # the third level, or wave of the box, gives the distance of the two from the others
    states = yield from planar_states(problem, 3, _BOX * tolerance, fixed_grid, excessive, bound=2)
    levels = PlanarWellLevels(states, wells)
    mix, left = levels.localized(states.fine), levels.left(states.fine)[:2, :2]
    shares = np.einsum("ic,ij,jc->c", mix, left, mix)
    if min(shares[0], 1 - shares[1]) < _HALF:
        side = "left" if shares[1] > _HALF else "right"
        raise WavesimError(
            f"tunneling from well to well needs a level in each, but the two lowest levels share the {side} well; "
            "make the wells more alike, or start with a packet in one of them and ask for populations."
        )
    return levels


def left_parts(psi: np.ndarray, grid: Grid, wells: WellsInPlane) -> np.ndarray:
    """Left parts of <i|j>, up to the plane through the pass, shape (count, count).

    The states are real, of shape (count, ``*points``).
    """
    side, finer = _LeftSide.of(grid, wells), _doubled(psi, grid, wells)
    parts = np.empty((len(psi), len(psi)))
    for i in range(len(psi)):
        for j in range(i + 1):
            parts[i, j] = parts[j, i] = side.integral(finer[i] * finer[j])
    return parts


def left_shares(psi: np.ndarray, grid: Grid, wells: WellsInPlane) -> np.ndarray:
    """Probabilities left of the plane through the pass, of waves of shape (count, ``*points``), shape (count,)."""
    side = _LeftSide.of(grid, wells)
    return np.array([side.integral(np.abs(_doubled(wave[None], grid, wells)[0]) ** 2) for wave in psi])


def _axis(wells: WellsInPlane) -> int:
    """Axis closest to the normal of the plane."""
    return int(np.argmax(np.abs(wells.normal)))


def _doubled(psi: np.ndarray, grid: Grid, wells: WellsInPlane) -> np.ndarray:
    """Waves at twice as many points along the axis across the plane, which is moved last.

    At these points products of two waves are resolved.
    """
    axis = _axis(wells)
    points = grid.points[axis]
    waves = np.fft.fft(np.moveaxis(psi, axis + 1, -1).reshape(len(psi), -1, points), axis=-1)
    finer = np.zeros((*waves.shape[:-1], 2 * points), complex)
    below = (points + 1) // 2
    finer[..., :below], finer[..., -below + 1 :] = waves[..., :below], waves[..., -below + 1 :]
    if points % 2 == 0:
        # the highest wave of an even number of points is split between both directions
        finer[..., below] = finer[..., -below] = waves[..., below] / 2
    finer = 2 * np.fft.ifft(finer, axis=-1)
    return finer if np.iscomplexobj(psi) else np.real(finer)


@dataclasses.dataclass(frozen=True)
class _LeftSide:
    """Integral of a density left of the plane.

    Exact for the grid's waves along the axis across it, by sums along the others.

    Attributes:
        weights: weight of each line and wave of a density, times the cell of the other axes, shape (lines, waves).
        reversed: whether left is towards larger coordinates.
        cell: volume of a point of the density [length^dimension].
    """

    weights: np.ndarray
    reversed: bool
    cell: float

    @classmethod
    def of(cls, grid: Grid, wells: WellsInPlane) -> _LeftSide:
        """Weights for one grid and plane."""
        axis, normal, summit = _axis(wells), wells.normal, wells.summit
        points, spacing, low = grid.points[axis], float(grid.spacing[axis]), float(grid.lower[axis])
        others = [n for n in range(grid.dimension) if n != axis]
        lines = [float(grid.lower[n]) + float(grid.spacing[n]) * np.arange(grid.points[n]) for n in others]
        mesh = np.meshgrid(*lines, indexing="ij")
        offset = sum(normal[n] * (line - summit[n]) for n, line in zip(others, mesh, strict=True))
        position = np.clip(np.ravel(summit[axis] - offset / normal[axis]) - low, 0.0, points * spacing)[:, None]
        k = 2 * np.pi / (points * spacing) * np.arange(points + 1)
        # int_0^c exp(i k x) dx; each wave but the first and last counts twice, for its conjugate
        integrals = np.where(k == 0, position, (np.exp(1j * position * k) - 1) / (1j * np.where(k == 0, 1.0, k)))
        multiplicity = np.full(points + 1, 2.0)
        multiplicity[[0, -1]] = 1.0
        across = float(np.prod([float(grid.spacing[n]) for n in others]))
        return cls(across * multiplicity * integrals / (2 * points), bool(normal[axis] < 0), float(grid.cell) / 2)

    def integral(self, density: np.ndarray) -> float:
        """Integral over the left side, of a density of shape (lines, twice the points)."""
        near = float(np.sum(np.real(np.fft.rfft(density, axis=-1) * self.weights)))
        return float(np.sum(density)) * self.cell - near if self.reversed else near
