"""V and m of a problem on cells, and the waves of a structure whose mass depends on position."""

from __future__ import annotations

import itertools
import math

import numpy as np

from .... import theory
from ....potentials import AbstractMassStructure, Heterostructure, values_at
from ....problem import Problem
from ...bars import Estimate

# slices of a layer for scattering matrices, and the factor by which their number grows for the error
_SLICES, _FINER = 48, 2
# slices of a structure without layers, and pieces of it in which V and m count as linear
_GRADED = 1024
# largest change of V in a flat layer, relative to its height
_FLAT = 1e-14
# distance from an edge at which the band edge is taken, in units of the layer
_EDGE_DISTANCE = 1e-9
# least change of the band edge over a layer, relative to its value, that counts as a slope
_LEAST_SLOPE = 1e-7
# least ratio of a resonance's width to its error at which the width is reported
_LEAST_WIDTH = 10.0


def cells_of(
    problem: Problem,
    highest: float,
    ends: tuple[float, float],
    *,
    to_right: bool = True,
    finer: int = 1,
    marks: tuple[float, ...] = (),
) -> theory.MassCells:
    """V and m on cells for energies up to `highest`, mirrored for waves from the right.

    Args:
        problem: static, of one dimension, flat on both sides.
        highest: largest energy on the scale of V [energy].
        ends: interval outside which V is constant [length].
        to_right: whether the waves come from the left.
        finer: number of parts into which every cell is cut.
        marks: additional ends of cells [length].
    """
    potential, mass = problem.potential, float(problem.mass)
    if isinstance(potential, AbstractMassStructure):
        sides = tuple(float(side) for side in potential.sides)
        first, last = potential.masses_outside(mass)
        cells = theory.mass_cells(
            potential.band_edge,
            lambda x: potential.mass_at(x, mass),
            sides[0],
            sides[-1],
            edges=sides[1:-1],
            outside=(float(potential.asymptotes()[0]), float(potential.asymptotes()[1])),
            masses=(float(first), float(last)),
            highest=highest,
            finer=finer,
        )
    else:
        breaks = (*potential.edges, *potential.spikes)
        left, right = min((ends[0], *breaks)), max((ends[1], *breaks))
        pad = 0.5 if not left < right or any(not left < spike < right for spike in potential.spikes) else 0.0
        near, far = potential.asymptotes()
        cells = theory.mass_cells(
            lambda x: values_at(potential, x, mass),
            mass,
            left - pad,
            right + pad,
            edges=(*potential.edges, *marks),
            spikes=potential.spikes,
            strengths=potential.strengths,
            outside=(float(near), float(far)),
            highest=highest,
            finer=finer,
        )
    return cells if to_right else cells.mirrored


def mass_resonances(
    problem: Problem, low: float, high: float, to_right: bool
) -> list[tuple[Estimate, Estimate | None]]:
    """Energy and width of every resonance of a heterostructure; None for an uncertain width.

    The energies are kinetic, between `low` and `high`, on the incoming side [energy].
    """
    near = problem.potential.asymptotes()[0 if to_right else 1]
    coarse, fine = (cells_of(problem, high + near, (0.0, 0.0), to_right=to_right, finer=finer) for finer in (1, 2))
    return [
        (
            Estimate(pole.energy - near, pole.error),
            Estimate(pole.width, 2 * pole.error) if pole.width > _LEAST_WIDTH * pole.error else None,
        )
        for pole in theory.mass_poles(coarse, fine, low + near, high + near)
    ]


def by_scattering_matrices(
    problem: Problem, energies: np.ndarray, to_right: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """log T, R and their error from the scattering matrices of flat slices, independent of cells.

    Exact for layers without bias; with a bias each layer is cut into slices, and Richardson extrapolation removes the errors of second and fourth order.

    Args:
        problem: with a heterostructure.
        energies: kinetic energies on the incoming side [energy].
        to_right: whether the waves come from the left.

    Source: D. Y. K. Ko, J. C. Inkson, Phys. Rev. B 38, 9945 (1988).
    """
    structure = problem.potential
    assert isinstance(structure, AbstractMassStructure)
    mass, pieces = float(problem.mass), len(structure.sides) - 1
    # a structure without layers has only one piece, or a few
    slices = max(_SLICES, _GRADED // pieces)
    counts = (slices, _FINER * slices, _FINER**2 * slices)
    if isinstance(structure, Heterostructure) and _is_flat(structure):
        counts = (1,)
    waves = [
        theory.stacked_transmission(
            *_slices(structure, mass, count, to_right), energies + structure.asymptotes()[0 if to_right else 1]
        )
        for count in counts
    ]
    if len(waves) == 1:
        log, reflection = waves[0]
        return log, reflection, 2.0**-52 * (64 + 8 * np.abs(log))
    (coarse, r_coarse), (middle, r_middle), (fine, r_fine) = waves
    is_closed = ~np.isfinite(fine)
    coarse, middle, fine = (np.where(is_closed, 0.0, log) for log in (coarse, middle, fine))
    first, second = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
    log = (16 * second - first) / 15
    r_first, r_second = (4 * r_middle - r_coarse) / 3, (4 * r_fine - r_middle) / 3
    reflection = (16 * r_second - r_first) / 15
    error = np.maximum(np.abs(log - second), np.abs(reflection - r_second)) + 2.0**-52 * (1024 + 8 * np.abs(log))
    return np.where(is_closed, -np.inf, log), reflection, error


def _is_flat(structure: Heterostructure) -> bool:
    """Whether V is constant in every layer."""
    return abs(float(structure.bias)) <= _FLAT * max(abs(float(layer[1])) for layer in structure.layers)


def mass_exponent(structure: AbstractMassStructure, mass: float, energies: np.ndarray) -> np.ndarray:
    """int sqrt(2 m(x) (V(x) - E)) dx where V is above E, exact for layers, in each of which V is linear.

    Args:
        structure: V and m.
        mass: of the particle.
        energies: relative to V on the left [energy].
    """
    near = float(structure.asymptotes()[0])
    total = np.zeros(np.shape(energies))
    sides = [float(side) for side in structure.sides]
    if not isinstance(structure, Heterostructure):
        sides = [
            float(x) for layer in itertools.pairwise(sides) for x in np.linspace(*layer, _GRADED // len(sides) + 2)[:-1]
        ] + sides[-1:]
    for begin, end in itertools.pairwise(sides):
        inside = begin + (end - begin) * np.array([_EDGE_DISTANCE, 1 - _EDGE_DISTANCE])
        first, last = np.asarray(structure.band_edge(inside), float) - near
        weight = math.sqrt(2 * float(structure.mass_at((begin + end) / 2, mass)))
        above = [np.maximum(edge - energies, 0.0) for edge in (first, last)]
        if abs(last - first) <= _LEAST_SLOPE * max(abs(first), abs(last)):
            total += weight * (end - begin) * np.sqrt((above[0] + above[1]) / 2)
        else:
            total += weight * (end - begin) * 2 / 3 * (above[1] ** 1.5 - above[0] ** 1.5) / (last - first)
    return total


def _slices(
    structure: AbstractMassStructure, mass: float, count: int, to_right: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Widths of the slices, and V and m of the slices and both leads."""
    sides = np.array([float(side) for side in structure.sides])
    ends = np.concatenate(
        [np.linspace(a, b, count, endpoint=False) for a, b in zip(sides[:-1], sides[1:], strict=True)] + [sides[-1:]]
    )
    middles = (ends[1:] + ends[:-1]) / 2
    near, far = structure.asymptotes()
    first, last = structure.masses_outside(mass)
    v = np.concatenate([[near], np.asarray(structure.band_edge(middles)), [far]])
    m = np.concatenate([[first], np.asarray(structure.mass_at(middles, mass)), [last]])
    widths = np.diff(ends)
    return (widths, v, m) if to_right else (widths[::-1], v[::-1], m[::-1])
