"""Levels for a mass that depends on position, by node counting and by finite elements."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .... import theory
from ....errors import NumericsError, UnboundError
from ....potentials import AbstractMassStructure

# samples of V and m in each layer, and outside as far as the box
_SAMPLES = 257
# int kappa dx from the turning point to the wall of a box: psi falls by exp(-38)
_WALL_EXPONENT = 38.0
# largest phase of the fastest wave on an element [radians]
_PHASE = 2.5
_MOST_ELEMENTS = 120
# degree of the elements, and how much lower it is in the coarser solution
_DEGREE, _LOWER_BY = 12, 2
# factor by which a box is widened
_WIDER = 1.5
_MOST_BOXES = 40
_ROUNDING = 64 * float(np.finfo(float).eps)


class MassLevels(NamedTuple):
    """Levels by node counting on cells.

    Attributes:
        energies: increasing [energy].
        errors: the change from cells half as wide, and rounding [energy].
        box: ends of the structure, or for a V that confines the range of its states [length].
    """

    energies: np.ndarray
    errors: dict[str, np.ndarray]
    box: tuple[float, float]


def levels_on_cells(structure: AbstractMassStructure, mass: float, count: int) -> MassLevels:
    """The `count` lowest levels by `wavesim.theory.mass_levels`.

    Raises:
        UnboundError: if there are fewer.
        NumericsError: if V confines, but no box holds its states.
    """
    low, high = (float(side) for side in (structure.sides[0], structure.sides[-1]))
    ends = structure.asymptotes()
    for _ in range(_MOST_BOXES):
        coarse, fine = (_cells(structure, mass, (low, high), finer) for finer in (1, 2))
        confined = [math.isinf(end) for end in ends]
        try:
            energies = [theory.mass_levels(cells, count) for cells in (coarse, fine)]
        except NumericsError as error:
            if not any(confined):
                raise UnboundError(str(error)) from None
            energies = []
        if energies:
            exponents = _wall_exponents(structure, mass, (low, high), float(energies[1][-1]))
            if all(
                not confines or exponent > _WALL_EXPONENT
                for confines, exponent in zip(confined, exponents, strict=True)
            ):
                size = np.abs(energies[1]) + np.ptp(fine.v)
                errors = {"grid": np.abs(energies[1] - energies[0]), "rounding": _ROUNDING * size}
                return MassLevels(energies[1], errors, (low, high))
        margin = (_WIDER - 1) * (high - low)
        low, high = low - margin * confined[0], high + margin * confined[1]
    raise NumericsError(
        "levels need a V that confines them, but no box holds these; cut V off where it is of no interest."
    )


def levels_on_elements(
    structure: AbstractMassStructure, mass: float, reference: MassLevels
) -> tuple[theory.MassElementLevels, np.ndarray]:
    """The same levels by finite elements in a box as wide as the states, and their errors.

    The errors are the change from elements two degrees lower.

    Args:
        structure: V and m.
        mass: of the particle.
        reference: levels on cells, which give the size of the box.
    """
    count, highest = reference.energies.size, float(reference.energies[-1])
    nodes = _nodes(structure, mass, reference.box, highest)

    def solved(degree: int) -> theory.MassElementLevels:
        return theory.mass_element_levels(
            structure.band_edge, lambda x: structure.mass_at(x, mass), nodes, count, degree
        )

    fine = solved(_DEGREE)
    return fine, np.abs(solved(_DEGREE - _LOWER_BY).energies - fine.energies) + fine.rounding


def _cells(structure: AbstractMassStructure, mass: float, box: tuple[float, float], finer: int) -> theory.MassCells:
    """V and m on the cells of a box, each cut into `finer`."""
    low, high = box
    inside = _positions(structure, box)
    ends = [
        end if math.isfinite(end) else float(np.asarray(structure.band_edge(np.array(at))))
        for end, at in zip(map(float, structure.asymptotes()), box, strict=True)
    ]
    masses = [
        float(np.asarray(structure.mass_at(np.array(at), mass))) if math.isinf(end) else float(outside)
        for end, at, outside in zip(structure.asymptotes(), box, structure.masses_outside(mass), strict=True)
    ]
    v = np.asarray(structure.band_edge(inside), float)
    return theory.mass_cells(
        structure.band_edge,
        lambda x: structure.mass_at(x, mass),
        low,
        high,
        edges=[float(side) for side in structure.sides if low < float(side) < high],
        outside=(ends[0], ends[1]),
        masses=(masses[0], masses[1]),
        highest=min(ends),
        lowest=float(np.min(v)),
        finer=finer,
    )


def _positions(structure: AbstractMassStructure, box: tuple[float, float]) -> np.ndarray:
    """Positions inside every layer of the structure."""
    marks = np.array(sorted({*box, *(float(side) for side in structure.sides)}))
    return np.concatenate(
        [a + (b - a) * (np.arange(_SAMPLES) + 0.5) / _SAMPLES for a, b in zip(marks[:-1], marks[1:], strict=True)]
    )


def _decay(structure: AbstractMassStructure, mass: float, x: np.ndarray, energy: float) -> np.ndarray:
    """kappa(x), 0 where the wave oscillates [1/length]."""
    v, m = np.asarray(structure.band_edge(x), float), np.asarray(structure.mass_at(x, mass), float)
    return np.sqrt(2 * m * np.maximum(v - energy, 0.0))


def _wall_exponents(
    structure: AbstractMassStructure, mass: float, box: tuple[float, float], energy: float
) -> tuple[float, float]:
    """int kappa dx from the outermost turning points to the left and to the right end of a box."""
    x = np.linspace(*box, 8 * _SAMPLES)
    kappa = _decay(structure, mass, x, energy)
    allowed = np.flatnonzero(kappa == 0)
    if not allowed.size:
        return 0.0, 0.0
    step = x[1] - x[0]
    return float(np.sum(kappa[: allowed[0]]) * step), float(np.sum(kappa[allowed[-1] :]) * step)


def _nodes(structure: AbstractMassStructure, mass: float, box: tuple[float, float], highest: float) -> np.ndarray:
    """Ends of elements that limit the phase of a wave on each, tails outside the structure included."""
    marks = sorted({*box, *(float(side) for side in structure.sides if box[0] < float(side) < box[1])})
    outside = zip(structure.asymptotes(), structure.masses_outside(mass), (marks[0], marks[-1]), (-1, 1), strict=True)
    for end, outer_mass, at, side in outside:
        if math.isfinite(end):
            kappa = math.sqrt(2 * float(outer_mass) * (float(end) - highest))
            marks += [at + side * _WALL_EXPONENT / kappa * share for share in (0.125, 0.25, 0.5, 1.0)]
    marks.sort()
    parts = []
    for a, b in zip(marks[:-1], marks[1:], strict=True):
        x = a + (b - a) * (np.arange(_SAMPLES) + 0.5) / _SAMPLES
        v, m = np.asarray(structure.band_edge(x), float), np.asarray(structure.mass_at(x, mass), float)
        phase = float(np.sum(np.sqrt(2 * m * np.abs(v - highest)))) * (b - a) / _SAMPLES
        parts.append(max(1, math.ceil(phase / _PHASE)))
    excess = max(1.0, sum(parts) / _MOST_ELEMENTS)
    divisions = [
        np.linspace(a, b, max(1, round(n / excess)), endpoint=False)
        for a, b, n in zip(marks[:-1], marks[1:], parts, strict=True)
    ]
    return np.append(np.concatenate(divisions), marks[-1])
