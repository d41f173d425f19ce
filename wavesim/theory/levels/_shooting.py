"""Levels of wells with jumps and kinks, accurate to rounding, by counting nodes and matching (hbar = 1)."""

from itertools import pairwise
from typing import Any

import numpy as np

from wavesim.errors import ArgumentError

from ..methods import (
    Potential,
    across,
    blocks,
    breakpoints,
    count_nodes,
    counted_levels,
    fitted_cells,
    gauss_values,
    refine,
    sample_slices,
)
from ._levels import Doublet

_FIRST_SLICES = 32
_MOST_SLICES = 2**15
# Initial number of equal cells of levels_by_shooting.
_FIRST_CELLS = 32
# Tolerance of its first estimate.
_ROUGH = 1e-5
# Shift of the second mesh, in cells.
_SHIFT = 0.381966
# Tolerance of the first mesh relative to the second's.
_COARSER = 100.0
# Half widths of the brackets on both meshes, relative to the span.
_BRACKETS = (1e-5, 1e-10)
# Share of the largest change of any level that is added to the error of each.
_CANCELED = 1 / 4
_EPS = float(np.finfo(float).eps)
# Largest phase of the wave across a slice, so that it has one node there at most.
_LARGEST_PHASE = 2.0
# Steps of 64 parts each: 54 bits.
_BISECTIONS = 9
_FRACTIONS = np.linspace(0.0, 1.0, 65)[:, None]
# psi and psi' at the middle of an even and of an odd state.
_EVEN_ODD = (np.array([1.0, 0.0]), np.array([0.0, 1.0]))


def levels_by_shooting(
    potential: Potential,
    left: float,
    right: float,
    *,
    count: int = 2,
    edges: Any = (),
    deltas: Any = ((), ()),
    mass: float = 1.0,
    below: float = np.inf,
    tolerance: float = 1e-12,
) -> tuple[np.ndarray, np.ndarray]:
    """Lowest levels of any well between hard walls, by bisection on the number of nodes (Sturm's theorem).

    The wave that vanishes at the left wall is propagated through adaptive cells, exact where V is constant and bisected at kinks and jumps
    that are not listed. It has as many nodes as there are levels below its energy: no level is missed and no starting value is needed.

    Args:
        potential: real V(x), or samples (x, V) joined by straight lines.
        left: left wall [length].
        right: right wall [length].
        count: number of levels.
        edges: positions of the jumps and kinks of V between the walls [length].
        deltas: positions between the walls and strengths of deltas, negative for wells [length, energy x length].
        mass: particle mass.
        below: upper bound on the energies [energy].
        tolerance: error of each cell's transfer matrix, relative to its norm.

    Returns:
        (energies, errors), each of shape (count,), or shorter if fewer levels lie below `below` [energy]; an error is the change from other, coarser cells, and rounding.

    Raises:
        ValueError: if left < edges < right does not hold, V is not real and finite, or count < 1.

    When not to use:
        For levels closer together than about 1e-14: doublet_by_shooting separates those by their parity.
    """
    if count < 1:
        raise ArgumentError("count", f"must be at least 1, but is {count}; ask for one level or more.")
    places, strengths = (np.ravel(np.asarray(each, float)) for each in deltas)
    points = breakpoints(potential, left, right, np.concatenate([np.ravel(np.asarray(edges, float)), places]))
    wells = {"deltas": (places, strengths), "mass": mass}
    floor, energies = _first_estimate(potential, _with_cells(points, 0.0), count, below, **wells)
    count = len(energies)
    if not count:
        return energies, energies
    span = 1.1 * (energies[-1] - floor)
    compared = np.array([(energies[0] + floor + span) / 2, floor + span])
    solutions, cell_count, cell_error = [], 0, tolerance
    # the meshes share no cell, so that a feature overlooked at the end of a cell of one is resolved by the other
    for shift, coarseness, half_width, resolution in zip(
        (0.0, _SHIFT), (_COARSER, 1.0), _BRACKETS, (_BRACKETS[1] / 10, 0.0), strict=True
    ):
        cells = fitted_cells(potential, _with_cells(points, shift), compared, tolerance=coarseness * tolerance, **wells)
        bracket = (energies - half_width * span, energies + half_width * span)
        energies = counted_levels(cells, count, bracket, mass, resolution * span)
        solutions.append(energies)
        cell_count, cell_error = len(cells.v), cells.tolerance
    change = np.abs(energies - solutions[0])
    rounding = _EPS * (np.abs(energies) + np.sqrt(cell_count) * span)
    # errors of the coarse cells may cancel in one level, whose change then underestimates its error
    return energies, change + _CANCELED * np.max(change) + cell_error * span + rounding


def rough_levels(
    potential: Potential, left: float, right: float, *, count: int, edges: Any, deltas: Any, mass: float, below: float
) -> np.ndarray:
    """Estimates of the lowest levels, with an error of about 1e-5 of the highest; shape (count,) or less [energy]."""
    places, strengths = (np.ravel(np.asarray(each, float)) for each in deltas)
    points = breakpoints(potential, left, right, np.concatenate([np.ravel(np.asarray(edges, float)), places]))
    return _first_estimate(potential, _with_cells(points, 0.0), count, below, deltas=(places, strengths), mass=mass)[1]


def _first_estimate(
    potential: Potential,
    points: np.ndarray,
    count: int,
    below: float,
    *,
    deltas: tuple[np.ndarray, np.ndarray],
    mass: float,
) -> tuple[float, np.ndarray]:
    """An energy below all levels, and estimates of the levels."""
    floor = float(gauss_values(potential, points).min()) - mass * float(np.abs(deltas[1]).sum()) ** 2 / 2
    reach = max((np.pi * count / (points[-1] - points[0])) ** 2 / (2 * mass), _EPS * abs(floor))
    while True:
        top = min(floor + reach, below)
        cells = fitted_cells(potential, points, np.array([top]), tolerance=_ROUGH, deltas=deltas, mass=mass)
        number = int(count_nodes(cells, np.array([top]), mass)[0])
        if number >= count or top == below:
            break
        reach *= 4
    count = min(count, number)
    if not count:
        return floor, np.zeros(0)
    bracket = (np.full(count, floor), np.full(count, top))
    return floor, counted_levels(cells, count, bracket, mass, _ROUGH / 10 * (top - floor))


def _with_cells(points: np.ndarray, shift: float) -> np.ndarray:
    """The breakpoints and the ends of equal cells between the walls, shifted by a fraction of a cell."""
    first = np.linspace(points[0], points[-1], _FIRST_CELLS + 1)
    return np.unique(np.concatenate([points, first[1:-1] + shift * (first[1] - first[0])]))


def doublet_by_shooting(
    potential: Potential,
    half_length: float,
    *,
    edges: Any = (),
    mass: float = 1.0,
    tolerance: float = 1e-12,
) -> Doublet:
    """Lowest doublet of any symmetric double well, with a relative error of the gap of about 1e-12 however small it is.

    Each state is propagated from the middle outward with its parity, through the barrier in its growing direction, and
    from the outer wall inward; the two parts are joined in the well. So even psi_S(0) = 1e-100 has all its digits, and
    with it the gap, psi_S(0) psi_A'(0)/(2 m int_0^inf psi_S psi_A dx).

    Args:
        potential: real V(x), even; only x > 0 is used. A function built from jax.numpy, or samples (x, V).
        half_length: half of the box, where both states must have vanished [length].
        edges: positions of the jumps and kinks of V; those at x <= 0 are ignored [length].
        mass: particle mass.
        tolerance: accepted relative change of the gap with the number of slices.

    Returns:
        A Doublet, on points that are equally spaced between two edges.

    Raises:
        ValueError: if an edge lies beyond half_length or V is not real.
    """
    points = breakpoints(potential, 0.0, half_length, [e for e in np.ravel(edges) if e > 0])
    levels, starts = np.zeros(2, int), _EVEN_ODD
    first, low, high = _search_range(potential, points, levels, starts, mass)
    search = _Search(mass, levels, starts, low, high)

    def solve(slices: int) -> Doublet:
        v, h = real_slices(potential, points, slices)
        return _matched_doublet(v, h, slices, search(v, h), mass)

    def change(coarse: Doublet, fine: Doublet) -> float:
        return abs(coarse.gap / fine.gap - 1)

    slices, coarse, fine = refine(solve, change, first, _MOST_SLICES // (points.size - 1), tolerance)
    rounding = 4 * np.finfo(float).eps * slices * (points.size - 1) * fine.gap
    error = abs(fine.gap - coarse.gap) + rounding
    return Doublet(**{**fine.__dict__, "gap_error": float(error)})


def real_slices(potential: Potential, points: np.ndarray, slices: int) -> tuple[np.ndarray, np.ndarray]:
    v, h = sample_slices(potential, points, np.full(points.size - 1, slices))
    if np.iscomplexobj(v):
        raise ArgumentError("potential", "must be real for a bound state, but is complex; leave the absorber out.")
    return v, h


_Start = tuple[np.ndarray, np.ndarray]


def _search_range(
    potential: Potential, points: np.ndarray, levels: np.ndarray, starts: _Start, mass: float
) -> tuple[int, float, float]:
    """A number of slices fine enough to count nodes, and energies below and above all levels requested."""
    slices = 2 ** int(np.log2(max(4, _FIRST_SLICES // (points.size - 1))))
    # A box of this length is the first guess for the kinetic energy.
    kinetic = (np.pi * (np.max(levels) + 1) / (points[-1] - points[0])) ** 2 / (2 * mass)
    while True:
        v, h = real_slices(potential, points, slices)
        if np.sqrt(2 * mass * kinetic) * np.max(h) > _LARGEST_PHASE:
            slices *= 2
            continue
        bottom = np.min(v)
        if np.all(_nodes(v, h, mass, np.full(levels.shape, bottom + kinetic), starts) > levels):
            return slices, float(bottom - kinetic), float(bottom + kinetic)
        kinetic *= 2


class _Search:
    """Bisection for all levels at once, with brackets from the last result, which used fewer slices."""

    def __init__(self, mass: float, levels: np.ndarray, starts: _Start, low: float, high: float) -> None:
        self.mass, self.levels, self.starts = mass, levels, starts
        self.low, self.high = np.full(levels.shape, low), np.full(levels.shape, high)
        self.results: list[np.ndarray] = []

    def __call__(self, v: np.ndarray, h: np.ndarray) -> np.ndarray:
        low, high = self._bracket(v, h)
        resolution = np.finfo(float).eps * np.maximum(self.high - self.low, abs(self.low))
        for _ in range(_BISECTIONS):
            energies = low + (high - low) * _FRACTIONS
            below = np.sum(_nodes(v, h, self.mass, energies[1:-1], self.starts) <= self.levels, axis=0)
            low, high = (np.take_along_axis(energies, (below + i)[None], axis=0)[0] for i in (0, 1))
            if np.all(high - low <= resolution):
                break
        self.results.append((low + high) / 2)
        return self.results[-1]

    def _bracket(self, v: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if len(self.results) < 2:
            return self.low, self.high
        last, before = self.results[-1], self.results[-2]
        reach = 2 * abs(last - before) + 64 * np.finfo(float).eps * (self.high - self.low)
        low, high = np.maximum(last - reach, self.low), np.minimum(last + reach, self.high)
        nodes = _nodes(v, h, self.mass, np.stack([low, high]), self.starts)
        inside = (nodes[0] <= self.levels) & (nodes[1] > self.levels)
        return np.where(inside, low, self.low), np.where(inside, high, self.high)


def _nodes(v: np.ndarray, h: np.ndarray, mass: float, energy: np.ndarray, starts: _Start) -> np.ndarray:
    """Number of nodes of the wave with the given start at the left, the right end included; shape of energy."""
    return _propagate(v, h, mass, energy, starts)[2]


def _propagate(
    v: np.ndarray, h: np.ndarray, mass: float, energy: np.ndarray, starts: _Start
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """psi at all slice ends, at each divided by a positive norm; the log of that norm; the number of nodes."""
    psi, slope = (np.broadcast_to(start, energy.shape) for start in starts)
    waves, logs = [psi[None]], [np.zeros((1, *energy.shape))]
    for v_block, h_block in blocks(v, h):
        m = across(v_block, h_block, energy, mass)
        wave = np.empty(m.s.shape)
        for i in range(h_block.size):
            psi, slope = m.m11[i] * psi + m.m12[i] * slope, m.m21[i] * psi + m.m22[i] * slope
            wave[i] = psi
        waves.append(wave)
        logs.append(logs[-1][-1] + np.cumsum(m.s, axis=0))
        # One normalization for each block is enough: its matrices grow little.
        norm = np.abs(psi) + np.abs(slope)
        psi, slope = psi / norm, slope / norm
        logs[-1][-1] += np.log(norm)
        wave[-1] = psi
    psi, log_norm = np.concatenate(waves), np.concatenate(logs)
    above = psi >= 0
    return psi, log_norm, np.sum(above[1:] != above[:-1], axis=0)


def joined_waves(
    v: np.ndarray, h: np.ndarray, energies: np.ndarray, mass: float, starts: _Start
) -> tuple[np.ndarray, np.ndarray]:
    """Bound states propagated outward from their starts and inward from the wall, and joined in the well.

    Returns the waves at all slice ends, each scaled to one at its join, shape (states, ends), and the scale factors of
    the starts, shape (states,).
    """
    outward, log_out, _ = _propagate(v, h, mass, energies, starts)
    # Inward propagation is outward propagation in the mirror image.
    inward, log_in, _ = _propagate(v[::-1, ::-1], h[::-1], mass, energies, (np.zeros(1), np.ones(1)))
    inward, log_in = inward[::-1], log_in[::-1]

    allowed = np.concatenate([np.zeros((1, energies.size), bool), v.mean(axis=1)[:, None] < energies])
    inside = np.arange(allowed.shape[0])
    waves, sizes = [], []
    for i in range(energies.size):
        size = np.where(allowed[:, i], log_out[:, i] + np.log(np.abs(outward[:, i]) + 1e-300), -np.inf)
        join = int(np.argmax(size))
        near = outward[:, i] / outward[join, i] * np.exp(np.minimum(log_out[:, i] - log_out[join, i], 700.0))
        far = inward[:, i] / inward[join, i] * np.exp(np.minimum(log_in[:, i] - log_in[join, i], 700.0))
        waves.append(np.where(inside <= join, near, far))
        sizes.append(np.exp(-log_out[join, i]) / outward[join, i])
    return np.array(waves), np.array(sizes)


def _matched_doublet(v: np.ndarray, h: np.ndarray, slices: int, energies: np.ndarray, mass: float) -> Doublet:
    """Even and odd state from their unit starts at the middle, psi_S(0) = 1 and psi_A'(0) = 1."""
    waves, starts = joined_waves(v, h, energies, mass, _EVEN_ODD)
    norms = [np.sqrt(2 * integral(wave**2, h, slices)) for wave in waves]
    psi_s, psi_a = waves[0] / norms[0], waves[1] / norms[1]
    half_overlap = integral(psi_s * psi_a, h, slices)
    gap = (starts[0] / norms[0]) * (starts[1] / norms[1]) / (2 * mass * half_overlap)
    x = np.concatenate([[0.0], np.cumsum(h)])
    return Doublet(
        energy_symmetric=float(energies[0]),
        energy_antisymmetric=float(energies[1]),
        gap=float(gap),
        gap_error=0.0,
        overlap=float(2 * half_overlap),
        x=np.concatenate([-x[:0:-1], x]),
        psi_symmetric=np.concatenate([psi_s[:0:-1], psi_s]),
        psi_antisymmetric=np.concatenate([-psi_a[:0:-1], psi_a]),
    )


def integral(values: np.ndarray, widths: np.ndarray, slices: int) -> float:
    """Integral by Romberg's method on each segment, where the integrand is smooth."""
    pieces = range(0, widths.size, slices)
    return sum(_romberg(values[i : i + slices + 1], widths[i]) for i in pieces)


def _romberg(values: np.ndarray, dx: float) -> float:
    """Trapezoidal sums over 1, 2, 4, ... slices, extrapolated in dx^2."""
    count = values.size - 1
    strides = [2**n for n in range(int(np.log2(count)), -1, -1)]
    rows = [dx * s * (np.sum(values[::s]) - (values[0] + values[-1]) / 2) for s in strides]
    power = 1.0
    while len(rows) > 1:
        power *= 4
        rows = [fine + (fine - coarse) / (power - 1) for coarse, fine in pairwise(rows)]
    return float(rows[0])
