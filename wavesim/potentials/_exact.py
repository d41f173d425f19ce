"""Samples of V on a fine grid from its values alone: the reference for every other representation."""

from __future__ import annotations

import math

import numpy as np

from ..grid import Grid
from ._base import AbstractPotential

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)
# pieces of a cell shorter than this are ignored, as a share of the spacing
_SHORTEST = 1e-12


def values_at(potential: AbstractPotential, x: np.ndarray, mass: float = 1.0, time: float = 0.0) -> np.ndarray:
    """V at points of one dimension, as numpy arrays.

    Args:
        potential: static or not.
        x: positions, any shape [length].
        mass: of the particle, which oscillators need.
        time: at which a driven V is taken.

    Returns:
        V, of the shape of `x` [energy]; deltas are left out.
    """
    return values_on(potential, (x,), mass, time)


def values_on(
    potential: AbstractPotential, position: tuple[np.ndarray, ...], mass: float = 1.0, time: float = 0.0
) -> np.ndarray:
    """V at points of any dimension, as numpy arrays, without compilation by JAX.

    Args:
        potential: static or not.
        position: one array for each axis, which broadcast against each other [length].
        mass: of the particle, which oscillators need.
        time: at which a driven V is taken.

    Returns:
        V, of the shape that the positions broadcast to [energy]; deltas are left out.
    """
    axes = tuple(np.asarray(axis, float) for axis in position)
    with np.errstate(all="ignore"):
        values = potential.value(axes, mass=float(mass), time=float(time))  # type: ignore[arg-type]
    return np.asarray(values, float) + np.zeros(np.broadcast_shapes(*(axis.shape for axis in axes)))


def exact_samples(potential: AbstractPotential, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> np.ndarray:
    """Samples s_j with sum_j s_j f(x_j) h = int V f dx to fourth order of h, for any V with jumps, kinks and deltas anywhere.

    s_j = (1/h) int V(x) L_j(x) dx with L_j the basis of piecewise cubic interpolation on the grid, so that f enters by its cubic
    interpolant: exact for every V of any class. The integral is by Gauss's rule on each cell, cut at `edges`. A smooth V
    is sampled at the points, which is spectrally exact. It shares no code with `AbstractPotential.sample`, so that each can verify the other.

    Args:
        potential: V; its `edges` must hold every jump and kink.
        grid: of one dimension, periodic; fine enough that f is smooth on it.
        mass: of the particle, which oscillators need.
        time: at which a driven V is taken.

    Returns:
        shape ``grid.points`` [energy].

    Not for coarse grids: unlike `sample`, it does not correct for features finer than the grid (a kink of psi at an edge).

    Source: product integration, K. E. Atkinson, The Numerical Solution of Integral Equations of the Second Kind (1997), section 4.2.
    """
    (low,), (step,), (count,) = grid.lower, grid.spacing, grid.points
    low, step = float(low), float(step)
    points = low + step * np.arange(count)
    breaks = [float(edge) for edge in (potential.edges if potential.static else potential.edges_at(time))]
    if not breaks and not potential.spikes:
        return values_at(potential, points, mass, time)
    inside = np.array([edge for edge in breaks if low < edge < low + step * count])
    cut = np.unique(np.floor((inside - low) / step).astype(int))
    # cells without an edge all have the same nodes
    nodes, weights = (_NODES + 1) / 2, _WEIGHTS / 2
    values = values_at(potential, points[:, None] + step * nodes, mass, time)
    values[cut] = 0.0
    samples = np.zeros(count)
    for offset, basis in enumerate(_cubic(nodes), start=-1):
        samples += np.roll(values @ (weights * basis), offset)
    ends = np.unique(np.concatenate([low + step * cut, low + step * (cut + 1), inside]))
    left, length = ends[:-1], np.diff(ends)
    cell = np.floor(((left + length / 2) - low) / step).astype(int)
    pieces = (length > _SHORTEST * step) & np.isin(cell, cut)
    left, length, cell = left[pieces], length[pieces], cell[pieces]
    x = left[:, None] + length[:, None] * nodes
    share = values_at(potential, x, mass, time) * weights * length[:, None] / step
    for offset, basis in enumerate(_cubic((x - points[cell][:, None]) / step), start=-1):
        np.add.at(samples, (cell + offset) % count, np.sum(share * basis, axis=1))
    for spike, strength in zip(potential.spikes, potential.strengths, strict=True):
        place = (float(spike) - low) / step
        first = math.floor(place + 1e-9)
        for offset, weight in enumerate(_cubic(np.array(place - first)), start=-1):
            samples[(first + offset) % count] += float(strength) * weight / step
    return samples


def _cubic(t: np.ndarray) -> tuple[np.ndarray, ...]:
    """Lagrange's basis at the nodes -1, 0, 1, 2 of a cell that runs from 0 to 1."""
    return (
        -t * (t - 1) * (t - 2) / 6,
        (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2,
        (t + 1) * t * (t - 1) / 6,
    )
