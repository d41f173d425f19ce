"""Complex energies of wells open to one side or to both, by shooting with outgoing waves (hbar = 1).

Source: A. J. F. Siegert, Phys. Rev. 56, 750 (1939); the matrices of the cells: see `slice_matrices`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from wavesim.errors import NumericsError

from ..methods import Cells, Potential, SliceMatrix, across, as_function, breakpoints, fitted_cells
from ._decay import Resonance

# points at which the slope of an outgoing wave is differentiated
_POINTS = 17
# longest and shortest interval of these points, in 1/k
_LONGEST, _SHORTEST = 64.0, 1e-3
# most terms of the series
_TERMS = 10
# accepted error of the polynomial through these points, relative to k^2
_FIT_ERROR = 1e-14
# tolerance of the cell matrices, for the solution and for its error estimate
_FINE, _COARSE = 1e-13, 1e-10
_EPS = float(np.finfo(float).eps)
_BLOCK = 64
# step of the numerical derivative in Newton's method, in units of `scale`
_DIFFERENCE = 1e-6
# most steps of Newton's method
_NEWTON = 60
# relative step below which an increase of the steps means rounding
_NEARLY = 1e-8


class OutgoingSlope(NamedTuple):
    """psi'/psi of an outgoing wave, x counted outwards, and the first neglected term of its series [1/length]."""

    value: np.ndarray
    error: float


def outgoing_slope(
    potential: Callable[[Any], Any], place: float, energy: Any, *, side: float = 1.0, mass: float = 1.0
) -> OutgoingSlope:
    """Logarithmic derivative y of the outgoing wave where V is flat or changes slowly: y = i sqrt(k^2 + y'), k^2 = 2 m (E - V), iterated.

    The first term is the plane wave, the second the WKB wave; the series is asymptotic and truncated at its smallest term.

    Args:
        potential: real V(x) on an array, smooth from `place` outwards.
        place: position [length].
        energy: E, complex, any shape [energy].
        side: 1 for a wave that goes out to the right, -1 to the left.
        mass: particle mass.

    Returns:
        an OutgoingSlope, y of the shape of `energy`.

    When not to use:
        At a turning point, or where V changes much within a wavelength; the error is then large.
    """
    energy = np.asarray(energy, complex)
    knots = np.polynomial.chebyshev.chebpts2(_POINTS)
    local = float(np.abs(np.sqrt(2 * mass * (energy.ravel()[0] - potential(np.array([place]))[0]))))
    reach = _LONGEST / max(local, 1e-300)
    while True:
        v = np.asarray(potential(place + side * reach * (knots + 1) / 2), float)
        series = np.abs(np.polynomial.chebyshev.chebfit(knots, v, _POINTS - 1))
        if series[-3:].max() <= _FIT_ERROR * np.max(np.abs(v - energy.real.ravel()[0])) or reach * local < _SHORTEST:
            break
        reach /= 1.5
    differential = _derivative(knots) * 2 / reach
    square = 2 * mass * (energy[..., None] - v)
    value, error = 1j * np.sqrt(square), np.inf
    for _ in range(_TERMS):
        better = 1j * np.sqrt(square + value @ differential.T)
        change = float(np.max(np.abs(better[..., 0] - value[..., 0])))
        if not change < error:
            break
        value, error = better, change
    return OutgoingSlope(value[..., 0], error)


def _derivative(knots: np.ndarray) -> np.ndarray:
    """Matrix from values at the knots to the derivative of their polynomial there."""
    table = np.polynomial.chebyshev.chebvander(knots, len(knots) - 1)
    slopes = np.stack([
        np.polynomial.chebyshev.chebval(knots, np.polynomial.chebyshev.chebder(row)) for row in np.eye(len(knots))
    ])  # fmt: skip
    return slopes.T @ np.linalg.inv(table)


def siegert(
    potential: Potential,
    left: float,
    right: float,
    *,
    start: complex,
    opens: tuple[bool, bool],
    join: float,
    edges: Any = (),
    deltas: Any = ((), ()),
    mass: float = 1.0,
    scale: float | None = None,
) -> Resonance:
    """Complex energy E - i Gamma/2 of a metastable state in a well open on one side or on both.

    Newton's method equates psi'/psi at `join` from both sides. A closed side starts at a wall, an open side with the outgoing wave of
    `outgoing_slope`. That wave is propagated inwards as two solutions real for real E, whose Wronskian is known, so Gamma keeps its
    relative accuracy however small it is.

    Args:
        potential: real V(x) on an array of positions.
        left: wall, or a position where V is flat or changes slowly [length].
        right: the same on the right [length].
        start: energy nearby; complex for a broad state [energy].
        opens: whether the left and the right side are open.
        join: position in the well, not at a node of the state [length].
        edges: positions of the jumps and kinks of V [length].
        deltas: positions and strengths of its deltas [length, energy x length].
        mass: particle mass.
        scale: energy over which the condition varies, such as the height of the well [energy].

    Returns:
        a Resonance, whose error combines the change from cells of a thousand times the tolerance, rounding, and the first neglected term of
        the outgoing series.

    Raises:
        NumericsError: if no decaying state is found near `start`.
    """
    value = as_function(potential)
    inner = [edge for edge in (*edges, *deltas[0], join) if left < edge < right]
    points = breakpoints(potential, left, right, inner)
    scale = abs(start) if scale is None else scale
    series_error = 0.0

    def solve(tolerance: float) -> complex:
        cells = fitted_cells(
            value, points, np.array([complex(start).real]), deltas=deltas, mass=mass, tolerance=tolerance
        )
        middle = int(np.argmin(np.abs(cells.ends - join)))
        sides = (_part(cells, slice(0, middle), mirrored=False), _part(cells, slice(middle, None), mirrored=True))

        def mismatch(energies: np.ndarray) -> np.ndarray:
            nonlocal series_error
            slopes, error = [], 0.0
            for part, place, opened, sign in zip(sides, (left, right), opens, (-1.0, 1.0), strict=True):
                numerator, denominator, part_error = _log_derivative(value, part, place, opened, sign, energies, mass)
                slopes.append((numerator, denominator))
                error = max(error, part_error)
            series_error = error
            (n, d), (m, e) = slopes
            return n * e + m * d

        return _zero(mismatch, start, scale)

    coarse, fine = solve(_COARSE), solve(_FINE)
    change = max(abs(coarse.real / fine.real - 1), abs(coarse.imag / fine.imag - 1))
    rounding = 64 * _EPS * len(points) + 4 * _EPS * scale / abs(fine.real)
    return Resonance(float(fine.real), float(-2 * fine.imag), float(change + rounding + series_error))


def _zero(mismatch: Callable[[np.ndarray], np.ndarray], start: complex, scale: float) -> complex:
    """A zero E - i Gamma/2 by Newton's method, until its steps are of the size of rounding."""
    energy, before, difference = complex(start), np.inf, _DIFFERENCE * scale
    for _ in range(_NEWTON):
        below, value, above = mismatch(np.array([energy - difference, energy, energy + difference]))
        step = complex(2 * difference * value / (above - below))
        energy -= step
        # relative to each part, since the width may be tiny
        change = max(abs(step.real) / max(abs(energy.real), scale), abs(step.imag) / max(abs(energy.imag), 1e-300))
        if change <= _EPS or (change < _NEARLY and change >= before):
            break
        before = change
    if not (before < _NEARLY and energy.imag < 0):
        raise NumericsError(
            f"a state must leak near {complex(start).real:.6g}, but none was found from there; thicken the barrier, or start nearer to the resonance."
        )
    return energy


class _Part(NamedTuple):
    """Cells in the order of propagation: V at Gauss points, widths, and the delta before and after each."""

    v: np.ndarray
    h: np.ndarray
    before: np.ndarray
    after: np.ndarray


def _part(cells: Cells, which: slice, *, mirrored: bool) -> _Part:
    h, none = np.diff(cells.ends), np.zeros(len(cells.v))
    if not mirrored:
        return _Part(cells.v[which], h[which], cells.kicks[which], none[which])
    return _Part(cells.v[which][::-1, ::-1], h[which][::-1], none[which], cells.kicks[which][::-1])


def _log_derivative(
    potential: Callable[[Any], Any],
    part: _Part,
    place: float,
    opened: bool,
    side: float,
    energy: np.ndarray,
    mass: float,
) -> tuple[np.ndarray, np.ndarray, float]:
    """psi' and psi at the join, x counted inwards, up to a common factor, and the relative error of the outgoing slope."""
    one, zero = np.ones_like(energy), np.zeros_like(energy)
    if not opened:
        psi, slope, _ = _propagate((zero, one), part, energy, mass)
        return slope, psi, 0.0
    y = outgoing_slope(potential, place, energy, side=side, mass=mass)
    conjugate = np.conj(outgoing_slope(potential, place, np.conj(energy), side=side, mass=mass).value)
    # y = real + i imag, both real for real energies; inwards the slope has the opposite sign
    real, imag = (y.value + conjugate) / 2, (y.value - conjugate) / 2j
    start = (np.stack([one, zero]), np.stack([-real, -imag]))
    psi, slope, log_norm = _propagate(start, part, energy, mass)
    # outgoing = c + i s; its Wronskian c s' - c' s = -imag replaces a subtraction that would lose digits
    (c, s), (c_slope, s_slope) = psi, slope
    flux = -1j * imag * np.exp(-2 * log_norm)
    return c * c_slope + s * s_slope + flux, c**2 + s**2, y.error / float(np.min(np.abs(y.value)))


def _propagate(
    state: tuple[np.ndarray, np.ndarray], part: _Part, energy: np.ndarray, mass: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    psi, slope = state
    log_norm = np.zeros(energy.shape)
    for first in range(0, len(part.h), _BLOCK):
        block = slice(first, first + _BLOCK)
        m = across(part.v[block], part.h[block], energy, mass)
        a, b, c, d = _product(m, part.before[block], part.after[block])
        psi, slope = a * psi + b * slope, c * psi + d * slope
        size = np.abs(psi) + np.abs(slope)
        norm = size if size.ndim == 1 else np.max(size, axis=0)
        psi, slope, log_norm = psi / norm, slope / norm, log_norm + np.sum(m.s, axis=0) + np.log(norm)
    return psi, slope, log_norm


def _product(
    m: SliceMatrix, before: np.ndarray, after: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Entries m11, m12, m21, m22 of the matrix across all cells and deltas, multiplied pairwise."""
    before, after = before[:, None], after[:, None]
    top = m.m11 + m.m12 * before, m.m12
    bottom = m.m21 + m.m22 * before + after * top[0], m.m22 + after * m.m12
    matrices = np.stack([*top, *bottom])
    while (count := matrices.shape[1]) > 1:
        unpaired = matrices[:, count - count % 2 :]
        (a, b, c, d), (p, q, r, s) = matrices[:, 0 : count - 1 : 2], matrices[:, 1:count:2]
        paired = np.stack([p * a + q * c, p * b + q * d, r * a + s * c, r * b + s * d])
        matrices = np.concatenate([paired, unpaired], axis=1)
    a, b, c, d = matrices[:, 0]
    return a, b, c, d
