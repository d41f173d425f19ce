"""Energy levels between two walls from the number of nodes of the wave function (hbar = 1).

A wave that vanishes at the left wall has as many nodes before the right one as there are levels below its energy (Sturm). Bisection therefore
finds each level without a starting value and misses none. Cells are crossed by the sixth-order Magnus expansion; a delta is a jump of the slope.

Source: J. D. Pryce, Numerical Solution of Sturm-Liouville Problems (1993), chapter 5; the matrices: see `slice_matrices`.
"""

from typing import Any, NamedTuple

import numpy as np

from wavesim.errors import ArgumentError, NumericsError

from ._slices import Potential, SliceMatrix, as_function, evaluate, slice_matrices

# Largest phase of the wave across a cell, so that it has one node there at most.
_LARGEST_PHASE = 2.0
_MOST_CELLS = 20_000
# Factor on the tolerance if there are more cells.
_LOOSER = 100.0
# Largest tolerance.
_LOOSEST = 1e-4
# Most rounds of bisection.
_ROUNDS = 60
# Smallest width of a cell, relative to its distance from zero or to the box.
_SHORTEST = 1e-14
# Cells of a block: matrices are multiplied one after the other within a block, in all blocks at once.
_BLOCK = 16
# Parts into which a bracket is cut, and the largest number of levels times cells for which that many are used.
_PARTS = {16: 4000, 4: 20_000, 2: np.inf}
# Values of V computed at a time: arrays of one shape compile once.
_VALUES = 16_384
# Largest array of a node count.
_MOST_NUMBERS = 500_000
_GAUSS = np.array([0.5 - np.sqrt(0.15), 0.5, 0.5 + np.sqrt(0.15)])
# Distance of two more samples of V from the ends of a cell, in cells.
_INSET = 1e-7
# Accepted error at these samples, relative to |V - E|.
_END_ERROR = 1e-9
_EPS = float(np.finfo(float).eps)


class Cells(NamedTuple):
    """Cells between two walls.

    Attributes:
        ends: shape (cells + 1,) [length].
        v: potential at three Gauss points of each cell, shape (cells, 3) [energy].
        kicks: 2 m times the strength of a delta at the left end of each cell, shape (cells,) [1/length].
        tolerance: upper bound on the difference of a cell's matrix from the product of its halves' matrices, relative to the norm.
    """

    ends: np.ndarray
    v: np.ndarray
    kicks: np.ndarray
    tolerance: float


def gauss_values(potential: Potential, ends: np.ndarray) -> np.ndarray:
    """V at the three Gauss points of each cell, shape (cells, 3) [energy]."""
    x = np.ravel(ends[:-1, None] + np.diff(ends)[:, None] * _GAUSS)
    function = as_function(potential)
    v = np.concatenate([evaluate(function, x[i : i + _VALUES]) for i in range(0, x.size, _VALUES)])
    if np.iscomplexobj(v):
        raise ArgumentError("potential", "must be real for a bound state, but is complex; leave the absorber out.")
    if not np.all(np.isfinite(v)):
        place = x[~np.isfinite(v)][0]
        raise ArgumentError(
            "potential", f"must be finite between the walls, but is not at {place:.6g}; move the walls."
        )
    return v.astype(float).reshape(-1, 3)


def fitted_cells(
    potential: Potential,
    points: np.ndarray,
    energies: np.ndarray,
    *,
    deltas: Any = ((), ()),
    mass: float = 1.0,
    tolerance: float = 1e-12,
) -> Cells:
    """Bisect cells until the matrix of each equals the product of its halves' matrices.

    Args:
        potential: real V(x).
        points: breakpoints from wall to wall, including edges and deltas, shape (n,) [length].
        energies: energies at which the matrices are compared, the highest last [energy].
        deltas: positions, all among `points`, and strengths of deltas [length, energy x length].
        mass: particle mass.
        tolerance: accepted difference of the matrices, relative to their norm; increased if more than 20,000 cells would be needed.

    Raises:
        NumericsError: if the wave has too large a phase for that many cells.
    """
    ends, v = points, gauss_values(potential, points)
    fresh = np.ones(len(v), bool)
    longest = 1 / float(points[-1] - points[0])
    shortest = _SHORTEST * np.maximum(np.abs(points[[0, -1]]).max(), points[-1] - points[0])
    for _ in range(_ROUNDS):
        split = np.zeros(len(v), bool)
        split[fresh] = _unresolved(
            potential, ends[:-1][fresh], np.diff(ends)[fresh], v[fresh], energies, mass, tolerance, longest
        )
        split &= np.diff(ends) > 4 * np.minimum(shortest, _SHORTEST * np.abs(ends[1:]) + shortest * 1e-3)
        if not split.any():
            break
        ends, v, fresh = _halved(potential, ends, v, split)
        if len(v) > _MOST_CELLS:
            if tolerance > _LOOSEST:
                raise NumericsError(
                    f"the wave needs more than {_MOST_CELLS} cells between the walls; ask for fewer levels."
                )
            looser = tolerance * _LOOSER
            return fitted_cells(potential, points, energies, deltas=deltas, mass=mass, tolerance=looser)
    kicks = np.zeros(len(v))
    for place, strength in zip(*deltas, strict=True):
        kicks[min(int(np.argmin(np.abs(ends - place))), len(v) - 1)] += 2 * mass * strength
    return Cells(ends, v, kicks, tolerance)


def _halved(
    potential: Potential, ends: np.ndarray, v: np.ndarray, split: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    middles = (ends[:-1] + ends[1:])[split] / 2
    pieces = np.stack([ends[:-1][split], middles, ends[1:][split]], axis=1)
    x = pieces[:, :2, None] + np.diff(pieces, axis=1)[:, :, None] * _GAUSS
    function = as_function(potential)
    flat = np.ravel(x)
    new = np.concatenate([evaluate(function, flat[i : i + _VALUES]) for i in range(0, flat.size, _VALUES)])
    repeats = 1 + split.astype(int)
    finer, fresh = np.repeat(v, repeats, axis=0), np.repeat(split, repeats)
    finer[fresh] = new.reshape(-1, 3)
    return np.sort(np.concatenate([ends, middles])), finer, fresh


def _unresolved(
    potential: Potential,
    left: np.ndarray,
    h: np.ndarray,
    v: np.ndarray,
    energies: np.ndarray,
    mass: float,
    tolerance: float,
    longest: float,
) -> np.ndarray:
    """Cells across which the fastest wave has too large a phase, or whose matrix is not the product of its halves' matrices."""
    phase = np.sqrt(2 * mass * np.maximum(energies[-1] - v.min(axis=1), 0.0)) * h
    unresolved = phase > _LARGEST_PHASE
    (places,) = np.nonzero(~unresolved)
    if not places.size:
        return unresolved
    halves = left[places, None] + h[places, None] / 2 * np.arange(2)
    ends = np.stack([halves[:, 0] + _INSET * h[places], halves[:, 0] + (1 - _INSET) * h[places]], axis=1)
    x = np.concatenate([(halves[:, :, None] + h[places, None, None] / 2 * _GAUSS).reshape(-1, 6), ends], axis=1)
    function, flat = as_function(potential), np.ravel(x)
    parts = [evaluate(function, flat[i : i + _VALUES]) for i in range(0, flat.size, _VALUES)]
    samples = np.concatenate(parts).reshape(-1, 8).astype(float)
    fine, ends = samples[:, :6].reshape(-1, 2, 3), samples[:, 6:]
    width = h[places, None]
    whole = slice_matrices(v[places, None, :], width, energies, mass)
    first, second = (slice_matrices(fine[:, None, i, :], width / 2, energies, mass) for i in range(2))
    product = _multiplied(second, first)
    # slopes in units of the local wave number, at least 1/box at a turning point
    wave = np.sqrt(2 * mass * np.abs(v[places, 1:2] - energies)) + longest
    grow = np.exp(np.minimum(whole.s - product.s, 700.0))
    error = np.maximum.reduce(
        [
            np.abs(grow * whole.m11 - product.m11),
            np.abs(grow * whole.m12 - product.m12) * wave,
            np.abs(grow * whole.m21 - product.m21) / wave,
            np.abs(grow * whole.m22 - product.m22),
        ]
    )
    size = np.maximum.reduce([np.abs(product.m11), np.abs(product.m12) * wave, np.abs(product.m22)])
    # a kink or jump beyond the last Gauss point shows at the end: for a smooth V the error of the half cell is eight times smaller
    by_whole = np.abs(ends - v[places] @ _parabola(_INSET))
    near, far = fine[:, 0] @ _parabola(2 * _INSET)[:, 0], fine[:, 1] @ _parabola(2 * _INSET)[:, 1]
    by_halves = np.abs(ends - np.stack([near, far], axis=1))
    scale = np.max(np.abs(v[places] - energies[-1]), axis=1, keepdims=True)
    noise = 8 * _EPS * np.max(np.abs(v[places]), axis=1, keepdims=True)
    hidden = (by_halves > by_whole / 4) & (by_halves > _END_ERROR * scale + noise)
    matrix_noise = 2 * mass * noise * width / wave
    unresolved[places] = ~np.all(error <= tolerance * size + matrix_noise, axis=1) | hidden.any(axis=1)
    return unresolved


def _parabola(inset: float) -> np.ndarray:
    """Matrix from V at the Gauss points to their parabola at `inset` from both ends, shape (3, 2)."""
    powers = np.vander(_GAUSS, 3, increasing=True)
    return np.linalg.inv(powers).T @ np.vander([inset, 1 - inset], 3, increasing=True).T


def _multiplied(left: SliceMatrix, right: SliceMatrix) -> SliceMatrix:
    """The matrix product `left` times `right`, the matrix of the cell on the right first."""
    return SliceMatrix(
        left.m11 * right.m11 + left.m12 * right.m21,
        left.m11 * right.m12 + left.m12 * right.m22,
        left.m21 * right.m11 + left.m22 * right.m21,
        left.m21 * right.m12 + left.m22 * right.m22,
        left.s + right.s,
    )


def count_nodes(cells: Cells, energies: np.ndarray, mass: float) -> np.ndarray:
    """Number of nodes of the wave that vanishes at the left wall, the right wall included; shape of `energies`."""
    flat = np.ravel(energies)
    most = max(1, _MOST_NUMBERS // len(cells.v))
    parts = [_count_in_block(cells, flat[i : i + most], mass) for i in range(0, flat.size, most)]
    return np.concatenate(parts).reshape(np.shape(energies))


def _count_in_block(cells: Cells, energies: np.ndarray, mass: float) -> np.ndarray:
    count = -(-len(cells.v) // _BLOCK) * _BLOCK
    padding = count - len(cells.v)
    # cells of no length change nothing
    h = np.pad(np.diff(cells.ends), (0, padding))[:, None]
    v, kicks = np.pad(cells.v, ((0, padding), (0, 0)), mode="edge"), np.pad(cells.kicks, (0, padding))[:, None]
    m = slice_matrices(v[:, None, :], h, energies, mass)
    shape = (count // _BLOCK, _BLOCK, len(energies))
    m11, m12, m21, m22 = (
        np.broadcast_to(part, (count, len(energies))).reshape(shape)
        for part in (m.m11 + m.m12 * kicks, m.m12, m.m21 + m.m22 * kicks, m.m22)
    )
    # first rows of the products of a block's first cells, which give psi at the end of each cell
    rows = np.empty((2, *shape))
    one, zero = np.ones((shape[0], shape[2])), np.zeros((shape[0], shape[2]))
    product = (one, zero, zero, one)
    for i in range(_BLOCK):
        a, b, c, d = m11[:, i], m12[:, i], m21[:, i], m22[:, i]
        product = (
            a * product[0] + b * product[2],
            a * product[1] + b * product[3],
            c * product[0] + d * product[2],
            c * product[1] + d * product[3],
        )
        rows[0, :, i], rows[1, :, i] = product[0], product[1]
    psi, slope = np.zeros(len(energies)), np.ones(len(energies))
    starts = np.empty((2, shape[0], 1, len(energies)))
    for block in range(shape[0]):
        starts[:, block, 0] = psi, slope
        psi, slope = (
            product[0][block] * psi + product[1][block] * slope,
            product[2][block] * psi + product[3][block] * slope,
        )
        # a decaying wave may cancel to zero where its growing part is missing
        norm = np.maximum(np.abs(psi) + np.abs(slope), np.finfo(float).tiny)
        psi, slope = psi / norm, slope / norm
    above = (rows[0] * starts[0] + rows[1] * starts[1] >= 0).reshape(count, -1)
    return np.sum(above[1:] != above[:-1], axis=0) + ~above[0]


def counted_levels(
    cells: Cells, count: int, bracket: tuple[np.ndarray, np.ndarray], mass: float, resolution: float = 0.0
) -> np.ndarray:
    """Lowest levels between the walls, by bisection on the number of nodes.

    Args:
        cells: see `fitted_cells`.
        count: number of levels.
        bracket: energies below and above each level, both of shape (count,); widened where they do not enclose it [energy].
        mass: particle mass.
        resolution: width at which bisection stops; it stops at rounding in any case [energy].

    Returns:
        Increasing energies, shape (count,) [energy].
    """
    numbers, (low, high) = np.arange(count), bracket
    reach = np.maximum(high - low, _EPS * np.abs(low))
    while np.any(outside := count_nodes(cells, low, mass) > numbers):
        low, reach = np.where(outside, low - reach, low), 2 * reach
    while np.any(outside := count_nodes(cells, high, mass) <= numbers):
        high, reach = np.where(outside, high + reach, high), 2 * reach
    # bisection costs the fewest matrices, many parts the fewest calls
    parts = next(n for n, most in _PARTS.items() if count * len(cells.v) <= most)
    fractions = np.linspace(0.0, 1.0, parts + 1)[:, None]
    size = np.maximum(np.abs(low), np.abs(high))
    while np.any(high - low > np.maximum(2 * _EPS * size, resolution)):
        energies = low + (high - low) * fractions
        below = np.sum(count_nodes(cells, energies[1:-1], mass) <= numbers, axis=0)
        new_low, new_high = (np.take_along_axis(energies, (below + i)[None], axis=0)[0] for i in (0, 1))
        if np.all((new_low == low) & (new_high == high)):
            break
        low, high = new_low, new_high
    return (low + high) / 2
