"""Bound levels for a position-dependent mass by finite elements (hbar = 1), independent of `mass_levels`.

int (psi'^2/(2 m) + V psi^2) dx is minimized under int psi^2 dx = 1 by polynomials on each element; continuity of psi'/m is the natural condition.

Source: I. Babuska, J. Osborn, Handbook of Numerical Analysis II, 641 (1991), section 8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy

from wavesim.elements import Waves, lobatto

# Gauss points in excess of the degree
_MORE_POINTS = 6


class MassElementLevels(NamedTuple):
    """Levels on elements.

    Attributes:
        energies: increasing, shape (count,) [energy].
        kinetic: int psi'^2/(2 m) dx of each [energy].
        waves: the states, normalized.
        rounding: bound on the rounding error of an energy, from the largest eigenvalue of the elements [energy].
    """

    energies: np.ndarray
    kinetic: np.ndarray
    waves: Waves
    rounding: float


def mass_element_levels(
    potential: Callable[[Any], Any], mass: Callable[[Any], Any], nodes: np.ndarray, count: int, degree: int = 10
) -> MassElementLevels:
    """The `count` lowest levels between walls at the first and last node; variational, so each is an upper bound.

    Args:
        potential: V(x) of an array of positions, of its shape [energy].
        mass: m(x) likewise [mass].
        nodes: ends of the elements, increasing, including every jump of V and m, shape (elements + 1,) [length].
        count: number of levels, less than elements times degree.
        degree: degree of the polynomials.

    Returns:
        the `MassElementLevels`.

    When not to use:
        For states that reach the walls, whose levels are those of the box.

    Source: I. Babuska, J. Osborn, Handbook of Numerical Analysis II, 641 (1991), section 8.
    """
    points, weights = np.polynomial.legendre.leggauss(degree + _MORE_POINTS)
    values, slopes = lobatto(points, degree), _slopes(points, degree)
    half = np.diff(nodes) / 2
    x = nodes[:-1, None] + half[:, None] * (points + 1)
    m, v = np.asarray(mass(x)) + 0 * x, np.asarray(potential(x)) + 0 * x
    stiffness = np.einsum("eq,qi,qj->eij", weights / (2 * m * half[:, None]), slopes, slopes)
    heights = np.einsum("eq,qi,qj->eij", weights * half[:, None] * v, values, values)
    overlaps = half[:, None, None] * np.einsum("q,qi,qj->ij", weights, values, values)
    elements = half.size
    inner = elements + 1 + np.arange(elements * (degree - 1)).reshape(elements, -1)
    place = np.concatenate([np.arange(elements)[:, None], np.arange(1, elements + 1)[:, None], inner], axis=1)
    size = elements + 1 + inner.size
    matrices = np.zeros((3, size, size))
    for matrix, parts in zip(matrices, (stiffness, heights, overlaps), strict=True):
        np.add.at(matrix, (place[:, :, None], place[:, None, :]), parts)
    kept = np.delete(np.arange(size), [0, elements])
    kinetic, high, overlap = (matrix[np.ix_(kept, kept)] for matrix in matrices)
    energies, states = scipy.linalg.eigh(kinetic + high, overlap, subset_by_index=[0, count - 1])
    whole = np.zeros((count, size))
    whole[:, kept] = states.T
    waves = Waves(
        nodes,
        whole[:, : elements + 1],
        whole[:, elements + 1 :].reshape(count, elements, -1),
    )
    largest = degree**4 / (2 * float(np.min(m * half[:, None] ** 2))) + float(np.max(np.abs(v)))
    return MassElementLevels(energies, np.einsum("in,ij,jn->n", states, kinetic, states), waves, 2.0**-52 * largest)


def _slopes(points: np.ndarray, degree: int) -> np.ndarray:
    """Derivatives of `lobatto`'s functions, shape (points, degree + 1)."""
    k = np.arange(2, degree + 1)
    inner = np.polynomial.legendre.legvander(points, degree - 1)[:, 1:] * np.sqrt((2 * k - 1) / 2)
    flat = np.full((points.size, 1), 0.5)
    return np.concatenate([-flat, flat, inner], axis=1)
