"""Eigenstates of a particle with position-dependent mass between hard walls, on spectral elements that end where V or m jumps."""

from __future__ import annotations

import functools
import itertools
import math
from typing import NamedTuple

import numpy as np
import scipy

from ...grid import Grid
from ...potentials import BandEdge

# degree of the polynomials on an element; psi between the nodes is of one order more
_DEGREE = 10
ELEMENT_ORDER = _DEGREE
# length of an element in grid points, per degree: the error is 1e-5 if the grid holds twice the fastest wave (measured)
_POINTS = 0.85
# the fewest elements between the ends of the structure, for V and m that change gradually
_WITHIN = 8
# distance from the ends of an element at which V and m of its end nodes are taken, relative to half its length
_HAIR = 1e-9


class ElementStates(NamedTuple):
    """Levels and states on spectral elements.

    Attributes:
        energies: shape (levels,), increasing [energy].
        states: states at the points of the grid times sqrt(spacing), shape (points, levels): sums of their squares are 1.
        entry: the matrix that maps psi at these points to amplitudes, through the nodes, where states are orthonormal; shape (levels, points).
    """

    energies: np.ndarray
    states: np.ndarray
    entry: np.ndarray


def element_states(edge: BandEdge, grid: Grid, mass: float) -> ElementStates:
    """Levels and states of H psi = -(1/2) (psi'/m)' + V psi between hard walls at the ends of the grid.

    psi is a polynomial of degree 10 on each element, continuous from one to the next, and minimizes int psi'^2/(2m) + V psi^2, which makes psi'/m
    continuous too. Integrals by the Lobatto points of the element, so that the mass matrix is diagonal. psi at a point is of order 11 in the spacing,
    energies and amplitudes are of order 20, jumps of V and m included.

    Args:
        edge: V and m.
        grid: its ends are the walls, and its spacing sets the size of the elements.
        mass: the particle's mass outside the structure.

    Returns:
        the `ElementStates`.

    Source: A. T. Patera, J. Comput. Phys. 54, 468 (1984); Y. Maday, A. T. Patera (1989), section 2.
    """
    nodes, weights, slopes = _lobatto(_DEGREE)
    ends = _ends(edge, grid)
    count = _DEGREE * (len(ends) - 1) + 1
    stiffness, share, places = np.zeros((count, count)), np.zeros(count), np.zeros(count)
    for place, (left, right) in enumerate(itertools.pairwise(ends)):
        half, own = (right - left) / 2, slice(_DEGREE * place, _DEGREE * (place + 1) + 1)
        x = (left + right) / 2 + half * nodes * (1 - _HAIR)
        masses = np.broadcast_to(np.asarray(edge.structure.mass_at(x, mass), float), x.shape)
        heights = np.broadcast_to(np.asarray(edge.structure.band_edge(x), float), x.shape)
        stiffness[own, own] += slopes.T @ (slopes * (weights / (2 * masses * half))[:, None])
        stiffness[own, own] += np.diag(heights * weights * half)
        share[own] += weights * half
        places[own] = (left + right) / 2 + half * nodes
    scale = 1 / np.sqrt(share[1:-1])
    lightest = min(float(outer) for outer in edge.structure.masses_outside(mass))
    # states above the band of the grid are left out
    top = max(float(end) for end in edge.asymptotes()) + (math.pi / float(grid.spacing[0])) ** 2 / (2 * lightest)
    energies, vectors = scipy.linalg.eigh(
        scale[:, None] * stiffness[1:-1, 1:-1] * scale, subset_by_value=(-np.inf, top), driver="evr"
    )
    states = np.zeros((count, len(energies)))
    states[1:-1] = scale[:, None] * vectors
    root = math.sqrt(float(grid.spacing[0]))
    entry = (vectors / scale[:, None]).T @ _between(grid, places[1:-1]) / root
    return ElementStates(energies, _at_points(states, ends, np.asarray(grid.x)) * root, entry)


def _ends(edge: BandEdge, grid: Grid) -> np.ndarray:
    """Ends of the elements: the walls, every jump, and evenly between these, as close as the grid's waves require."""
    low, high = float(grid.lower[0]), float(grid.lower[0]) + grid.points[0] * float(grid.spacing[0])
    sides = [float(side) for side in edge.sides]
    longest = _POINTS * _DEGREE * float(grid.spacing[0])
    within = min(longest, (sides[-1] - sides[0]) / _WITHIN) if len(sides) == 2 else longest
    marks = [low, *(side for side in sides if low < side < high), high]
    ends = [low]
    for left, right in itertools.pairwise(marks):
        inside = sides[0] <= left and right <= sides[-1]
        pieces = max(1, math.ceil((right - left) / (within if inside else longest)))
        ends += np.linspace(left, right, pieces + 1)[1:].tolist()
    return np.array(ends)


def _between(grid: Grid, x: np.ndarray) -> np.ndarray:
    """The matrix of Fourier interpolation from the points of the grid to other positions, shape (positions, points)."""
    count = grid.points[0]
    turn = math.pi * (x[:, None] - np.asarray(grid.x)[None, :]) / (count * float(grid.spacing[0]))
    slope = np.tan(turn) if count % 2 == 0 else np.sin(turn)
    on = np.abs(turn) < 1e-14
    return np.where(on, 1.0, np.sin(count * turn) / (count * np.where(on, 1.0, slope)))


def _at_points(states: np.ndarray, ends: np.ndarray, x: np.ndarray) -> np.ndarray:
    """States at other points, from their values at the nodes."""
    nodes, _, _ = _lobatto(_DEGREE)
    differences = nodes[:, None] - nodes[None, :]
    np.fill_diagonal(differences, 1.0)
    barycentric = 1 / np.prod(differences, axis=1)
    values = np.zeros((len(x), states.shape[1]))
    element = np.clip(np.searchsorted(ends, x, side="right") - 1, 0, len(ends) - 2)
    for place in np.unique(element):
        inside = np.flatnonzero(element == place)
        at = (2 * x[inside] - ends[place] - ends[place + 1]) / (ends[place + 1] - ends[place])
        away = at[:, None] - nodes
        on = np.abs(away) < 1e-14
        parts = np.where(np.any(on, axis=1)[:, None], on, barycentric / np.where(on, 1.0, away))
        own = states[_DEGREE * place : _DEGREE * (place + 1) + 1]
        values[inside] = (parts / parts.sum(axis=1, keepdims=True)) @ own
    return values


@functools.cache
def _lobatto(degree: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes and weights on [-1, 1], both ends among the nodes, and the matrix of the derivative at the nodes.

    Source: C. Canuto and others, Spectral Methods (2006), eqs. (2.3.14) and (2.3.28).
    """
    legendre = np.polynomial.legendre
    highest = np.zeros(degree + 1)
    highest[-1] = 1.0
    inner = np.sort(legendre.legroots(legendre.legder(highest)).real)
    nodes = np.concatenate([[-1.0], inner, [1.0]])
    values = legendre.legval(nodes, highest)
    weights = 2 / (degree * (degree + 1) * values**2)
    differences = nodes[:, None] - nodes[None, :]
    np.fill_diagonal(differences, 1.0)
    slopes = values[:, None] / values[None, :] / differences
    np.fill_diagonal(slopes, 0.0)
    slopes[0, 0], slopes[-1, -1] = -degree * (degree + 1) / 4, degree * (degree + 1) / 4
    return nodes, weights, slopes
