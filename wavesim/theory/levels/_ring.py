"""Levels on a ring, or of a rotor: psi(x + period) = exp(i phase) psi(x) (hbar = 1)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from wavesim.errors import ArgumentError

from ..methods import Cells, breakpoints, fitted_cells, slice_matrices
from ._shooting import levels_by_shooting

# plane waves of the first matrix
_WAVES = 32
# plane waves of the largest matrix
_MOST_WAVES = 1024
# change with their number at which the levels have converged, relative to the span
_CONVERGED = 1e-12
# initial number of cells
_FIRST_CELLS = 32
_HALVINGS = 60
_EPS = float(np.finfo(float).eps)


def ring_levels(
    potential: Callable[[Any], Any],
    lower: float,
    period: float,
    *,
    count: int = 2,
    phase: float = 0.0,
    edges: Any = (),
    deltas: Any = ((), ()),
    mass: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Lowest levels on a ring: for cosines the characteristic values of Mathieu's equation.

    Without edges, H is a matrix in plane waves exp(i (2 pi n + phase) x/period), doubled in size until the levels converge. With edges,
    level n lies between levels n - 1 and n of the ring cut by a wall (Rayleigh), where the trace of the transfer matrix over one period is
    2 cos(phase).

    Args:
        potential: real V(x), finite within the period.
        lower: lower end of the period [length].
        period: circumference of the ring [length].
        count: number of levels.
        phase: phase of psi after one period, 2 pi times the flux in units of h/q [radian].
        edges: positions of jumps and kinks within the period; including `lower` if V is not continuous there [length].
        deltas: positions within the period and strengths of deltas [length, energy x length].
        mass: particle mass.

    Returns:
        (energies, errors), each of shape (count,) [energy]; an error is the change from half as many waves, or the uncertainty from rounding of the trace.

    Raises:
        ValueError: if count < 1.

    When not to use:
        For nearly equal levels with edges, as in a ring without a barrier: the trace determines those only to 1e-8.

    Source: N. W. McLachlan, Theory and Application of Mathieu Functions (1947), section 3.10; W. Magnus and S. Winkler, Hill's Equation (1966), theorem 2.1.
    """
    if count < 1:
        raise ArgumentError("count", f"must be at least 1, but is {count}; ask for one level or more.")
    if not len(np.ravel(np.asarray(edges, float))) and not len(np.ravel(np.asarray(deltas[0], float))):
        smooth = _by_waves(potential, lower, period, count, phase, mass)
        if smooth is not None:
            return smooth
    return _by_trace(potential, lower, period, count, phase, edges, deltas, mass)


def _by_waves(
    potential: Callable[[Any], Any], lower: float, period: float, count: int, phase: float, mass: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """Levels in a basis of plane waves; None if they do not converge."""
    waves, before = max(_WAVES, 2 * count), None
    while waves <= _MOST_WAVES:
        n = np.arange(waves) - waves // 2
        x = lower + period * np.arange(2 * waves) / (2 * waves)
        values = np.asarray(potential(x), float) + np.zeros(2 * waves)
        parts = np.fft.fft(values) / (2 * waves)
        matrix = parts[(n[:, None] - n) % (2 * waves)]
        kinetic = ((2 * np.pi * n + phase) / period) ** 2 / (2 * mass)
        energies = np.linalg.eigvalsh(matrix + np.diag(kinetic))[:count]
        span = max(float(energies[-1] - values.min()), 1e-300)
        rounding = 4 * _EPS * (np.abs(energies) + float(np.ptp(values)) + np.sqrt(waves) * span)
        if before is not None and float(np.max(np.abs(energies - before))) <= _CONVERGED * span + float(rounding.max()):
            return energies, np.abs(energies - before) + rounding
        waves, before = 2 * waves, energies
    return None


def _by_trace(
    potential: Callable[[Any], Any],
    lower: float,
    period: float,
    count: int,
    phase: float,
    edges: Any,
    deltas: Any,
    mass: float,
) -> tuple[np.ndarray, np.ndarray]:
    places = np.ravel(np.asarray(edges, float))
    inner = places[(places > lower) & (places < lower + period)]
    cut, errors = levels_by_shooting(
        potential, lower, lower + period, count=count, edges=inner, deltas=deltas, mass=mass
    )
    marks = np.concatenate([inner, np.ravel(np.asarray(deltas[0], float))])
    points = breakpoints(potential, lower, lower + period, marks)
    points = np.unique(np.concatenate([points, np.linspace(lower, lower + period, _FIRST_CELLS + 1)[1:-1]]))
    highest = float(cut[-1]) + 1e-6 * abs(float(cut[-1]))
    cells = fitted_cells(potential, points, np.array([float(np.mean(cut)), highest]), deltas=deltas, mass=mass)
    strength = float(np.abs(np.asarray(deltas[1], float)).sum())
    floor = float(cells.v.min()) - mass * strength**2 / 2
    span = highest - floor
    low, high = np.concatenate([[floor - 1e-6 * span], cut[:-1] - errors[:-1]]), cut + errors
    sign, goal = (-1.0) ** np.arange(count), 2 * np.cos(phase)
    bounds = []
    for side in (1.0, -1.0):
        # energies at which the trace exceeds the goal, and falls below it, by the rounding error
        left, right = low.copy(), high.copy()
        for _ in range(_HALVINGS):
            middle = (left + right) / 2
            trace, noise = _trace(cells, middle, mass, goal)
            before = sign * trace > side * noise
            left, right = np.where(before, middle, left), np.where(before, right, middle)
        bounds.append((left + right) / 2)
    energies = (bounds[0] + bounds[1]) / 2
    width = np.abs(bounds[1] - bounds[0])
    return energies, width + errors + cells.tolerance * span


def _trace(cells: Cells, energies: np.ndarray, mass: float, goal: float) -> tuple[np.ndarray, np.ndarray]:
    """exp(-s) (trace of the transfer matrix over the period - goal), with exp(s) the norm of the matrix, and its rounding error."""
    one, zero = np.ones(len(energies)), np.zeros(len(energies))
    a, b, c, d, size = one, zero, zero, one, zero
    for h, v, kick in zip(np.diff(cells.ends), cells.v, cells.kicks, strict=True):
        m = slice_matrices(v, h, energies, mass)
        m11, m21 = m.m11 + m.m12 * kick, m.m21 + m.m22 * kick
        a, b, c, d = m11 * a + m.m12 * c, m11 * b + m.m12 * d, m21 * a + m.m22 * c, m21 * b + m.m22 * d
        largest = np.maximum.reduce([np.abs(part) for part in (a, b, c, d)])
        a, b, c, d, size = a / largest, b / largest, c / largest, d / largest, size + m.s + np.log(largest)
    noise = 4 * _EPS * len(cells.v) * (np.abs(a) + np.abs(d))
    return a + d - goal * np.exp(-np.clip(size, -700, 700)), noise
