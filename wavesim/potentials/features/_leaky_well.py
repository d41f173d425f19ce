"""The well from which a particle leaks and its barriers, located from values of V of any class."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from .._base import AbstractPotential
from .._unfolded import Unfolded
from ..shapes import AbstractMetastable
from ._survey import Survey, surveyed_line
from ._two_wells import minima

# difference of equal values, as a share of the barrier's height
_EQUAL = 1e-12
# relative difference of depths below which two wells are equally deep, as in a lattice
_ALIKE = 1e-3


@dataclasses.dataclass(frozen=True, eq=False)
class LeakyWell:
    """A well of a static V between two barriers, one of which may be an infinite slope or wall.

    Attributes:
        potential: V.
        survey: V along the line, or to the right of the wall.
        bottom: position of the lowest V in the well [length].
        depth: V there; for a delta, its own level [energy].
        tops: positions of the highest V on the left and on the right, on the side of the well [length].
        heights: V there, infinite where it rises without bound, and for a wall or a delta [energy].
        wall: position of a hard wall at the left end; None without one [length].
    """

    potential: AbstractPotential
    survey: Survey
    bottom: float
    depth: float
    tops: tuple[float, float]
    heights: tuple[float, float]
    wall: float | None

    @property
    def ends(self) -> tuple[float, float]:
        """V far away on both sides, infinite behind a wall [energy]."""
        left, right = self.survey.ends
        return (left if self.wall is None else math.inf), right

    def opens(self, energy: float) -> tuple[bool, bool]:
        """Whether a particle of that energy is free far away on the left, and on the right."""
        left, right = self.ends
        return energy > left, energy > right

    @property
    def held(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions and V of the closed well, with V constant beyond the tops; it ends at walls, and at deltas that are tops."""
        x, values = self.survey.x, self.survey.values.copy()
        spikes = [at for at, strength in self.survey.deltas if strength > 0]
        keep = np.ones(len(x), bool)
        for inside, top, height in zip((x >= self.tops[0], x <= self.tops[1]), self.tops, self.heights, strict=True):
            if math.isfinite(height):
                values[~inside] = height
            elif top in spikes:
                keep &= inside
        x, values = x[keep], values[keep]
        for place, top in ((0, self.tops[0]), (-1, self.tops[1])):
            if top in spikes:
                x[place] = top
        return x, values


def leaky_well_of(potential: AbstractPotential, mass: float = 1.0) -> LeakyWell | None:
    """The well deepest below its lower barrier, of equally deep ones the nearest to 0; None without a well, for a moving V, or in more dimensions.

    Args:
        potential: of plain numbers, not traced.
        mass: of the particle, which oscillators and deltas need.
    """
    if potential.dimension > 1 or not potential.static:
        return None
    memory = vars(potential).setdefault("_leaky_wells", {})
    if float(mass) not in memory:
        memory[float(mass)] = _well(potential, float(mass))
    return memory[float(mass)]


def _well(potential: AbstractPotential, mass: float) -> LeakyWell | None:
    survey = surveyed_line(potential, mass)
    wall = potential.wall if isinstance(potential, AbstractMetastable | Unfolded) else None
    if wall is not None:
        wall = float(wall)
        right = survey.x > wall
        # V is even about the wall, and the particle is on its right
        first = survey.values[right][:1]
        survey = dataclasses.replace(
            survey,
            x=np.concatenate([[wall], survey.x[right]]),
            values=np.concatenate([first, survey.values[right]]),
            core=(wall, survey.core[1]),
            deltas=tuple(delta for delta in survey.deltas if delta[0] > wall),
        )
    x, values = survey.profile
    if wall is not None:
        x, values = np.concatenate([[wall], x]), np.concatenate([[math.inf], values])
    best, depth = None, 0.0
    first, last = survey.around
    for low in sorted(minima(x, values), key=lambda run: abs(x[run.start])):
        if not first <= x[low.start] <= last:
            # too far out to be resolved
            continue
        heights = float(np.max(values[: low.start])), float(np.max(values[low.stop :]))
        below = min(heights) - float(values[low.start])
        if below > (1 + _ALIKE) * depth:
            best, depth = (low, heights), below
    if best is None:
        return None
    low, heights = best
    tops = tuple(
        _nearest(x[part], values[part], height, _EQUAL * (height - float(values[low.start])), last)
        for part, height, last in ((slice(0, low.start), heights[0], True), (slice(low.stop, None), heights[1], False))
    )
    rising = survey.ends[0] == math.inf or wall is not None, survey.ends[1] == math.inf
    return LeakyWell(
        potential=potential,
        survey=survey,
        bottom=float(x[low.start] + x[low.stop - 1]) / 2,
        depth=float(values[low.start]),
        tops=(tops[0], tops[1]),
        heights=(math.inf if rising[0] else heights[0], math.inf if rising[1] else heights[1]),
        wall=wall,
    )


def _nearest(x: np.ndarray, values: np.ndarray, height: float, slack: float, last: bool) -> float:
    """The place of the top on one side; of a plateau, the end nearest to the well."""
    places = np.flatnonzero(values >= height - slack if math.isfinite(height) else values == height)
    return float(x[places[-1 if last else 0]])
