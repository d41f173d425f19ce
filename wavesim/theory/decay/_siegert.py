"""Complex energies of any well that leaks, to one side or to both, by shooting with outgoing waves (hbar = 1).

Source: A. J. F. Siegert, Phys. Rev. 56, 750 (1939); the matrices of the cells: see `slice_matrices`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from wavesim.errors import NumericsError

from ..methods import Cells, Potential, SliceMatrix, across, as_function, breakpoints, fitted_cells
from ._decay import Resonance

# points of the series along which an outgoing wave's slope is differentiated, how long they reach, in 1/k, and its terms at most
_POINTS, _LONGEST, _SHORTEST, _TERMS = 17, 64.0, 1e-3, 10
# what the polynomial through these points may miss of k^2
_SEEN = 1e-14
# difference of cell matrices: of the solution, and of the one that tells its error
_FINE, _COARSE = 1e-13, 1e-10
_EPS = float(np.finfo(float).eps)
_BLOCK = 64
# of Newton's method: energies aside for the slope, in scales; steps at most; and the relative step below which rounding may end it
_ASIDE, _NEWTON, _NEARLY = 1e-6, 60, 1e-8


class OutgoingSlope(NamedTuple):
    """psi'/psi of a wave that leaves, outwards counted, and the size of the first term that is left out [1/length]."""

    value: np.ndarray
    error: float


def outgoing_slope(
    potential: Callable[[Any], Any], place: float, energy: Any, *, side: float = 1.0, mass: float = 1.0
) -> OutgoingSlope:
    """Logarithmic derivative y of the outgoing wave where V is flat or changes slowly: y = i sqrt(k^2 + y'), k^2 = 2 m (E - V), iterated.

    The first term is the plane wave, the second one the WKB wave; the series is asymptotic, and cut at its smallest term.

    Args:
        potential: real V(x) on an array, smooth from `place` outwards.
        place: where y is wanted [length].
        energy: E, complex, any shape [energy].
        side: 1 for a wave that leaves to the right, -1 to the left.
        mass: particle mass.

    Returns:
        y with x counted outwards.

    When not to use:
        At a turning point, or where V changes by much within a wave length: the error says so.
    """
    energy = np.asarray(energy, complex)
    knots = np.polynomial.chebyshev.chebpts2(_POINTS)
    local = float(np.abs(np.sqrt(2 * mass * (energy.ravel()[0] - potential(np.array([place]))[0]))))
    reach = _LONGEST / max(local, 1e-300)
    while True:
        v = np.asarray(potential(place + side * reach * (knots + 1) / 2), float)
        series = np.abs(np.polynomial.chebyshev.chebfit(knots, v, _POINTS - 1))
        if series[-3:].max() <= _SEEN * np.max(np.abs(v - energy.real.ravel()[0])) or reach * local < _SHORTEST:
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
    """Matrix that differentiates the polynomial through values at the knots."""
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
    """Complex energy E - i Gamma/2 of a state that leaks out of a well on the sides that are open.

    psi'/psi at `join` is made equal from both sides by Newton's method. A closed side begins at a wall; an open one with the outgoing
    wave of `outgoing_slope`, followed inwards as two solutions that are real for real E and whose Wronskian is known, so that Gamma keeps
    its digits however small it is.

    Args:
        potential: real V(x) on an array of positions.
        left: wall, or where the outgoing wave is known [length].
        right: the same on the right [length].
        start: energy nearby; complex where the state is broad [energy].
        opens: whether the left and the right side are open.
        join: a place in the well at which the state has no node [length].
        edges: positions of the jumps and kinks of V [length].
        deltas: positions and strengths of its deltas [length, energy x length].
        mass: particle mass.
        scale: energy over which the condition varies, such as the height of the well [energy].

    Returns:
        a Resonance, whose error is what cells of a thousandth of the accuracy change, and what the outgoing series leaves out.

    Raises:
        NumericsError: if no decaying state is found from there.
    """
    value = as_function(potential)
    inner = [edge for edge in (*edges, *deltas[0], join) if left < edge < right]
    points = breakpoints(potential, left, right, inner)
    scale = abs(start) if scale is None else scale
    worst = 0.0

    def solved(tolerance: float) -> complex:
        cells = fitted_cells(
            value, points, np.array([complex(start).real]), deltas=deltas, mass=mass, tolerance=tolerance
        )
        middle = int(np.argmin(np.abs(cells.ends - join)))
        sides = (_part(cells, slice(0, middle), mirrored=False), _part(cells, slice(middle, None), mirrored=True))

        def mismatch(energies: np.ndarray) -> np.ndarray:
            nonlocal worst
            slopes, error = [], 0.0
            for part, place, opened, sign in zip(sides, (left, right), opens, (-1.0, 1.0), strict=True):
                numerator, denominator, missed = _arriving(value, part, place, opened, sign, energies, mass)
                slopes.append((numerator, denominator))
                error = max(error, missed)
            worst = error
            (n, d), (m, e) = slopes
            return n * e + m * d

        return _zero(mismatch, start, scale)

    coarse, fine = solved(_COARSE), solved(_FINE)
    change = max(abs(coarse.real / fine.real - 1), abs(coarse.imag / fine.imag - 1))
    rounding = 64 * _EPS * len(points) + 4 * _EPS * scale / abs(fine.real)
    return Resonance(float(fine.real), float(-2 * fine.imag), float(change + rounding + worst))


def _zero(mismatch: Callable[[np.ndarray], np.ndarray], start: complex, scale: float) -> complex:
    """A zero E - i Gamma/2 by Newton's method, until its steps are rounding."""
    energy, before, aside = complex(start), np.inf, _ASIDE * scale
    for _ in range(_NEWTON):
        below, value, above = mismatch(np.array([energy - aside, energy, energy + aside]))
        step = complex(2 * aside * value / (above - below))
        energy -= step
        # real and imaginary part each to its own digits, for the width may be tiny
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
    """Cells in the order in which a wave crosses them: V at Gauss points, widths, and the kick before and after each."""

    v: np.ndarray
    h: np.ndarray
    before: np.ndarray
    after: np.ndarray


def _part(cells: Cells, which: slice, *, mirrored: bool) -> _Part:
    h, none = np.diff(cells.ends), np.zeros(len(cells.v))
    if not mirrored:
        return _Part(cells.v[which], h[which], cells.kicks[which], none[which])
    return _Part(cells.v[which][::-1, ::-1], h[which][::-1], none[which], cells.kicks[which][::-1])


def _arriving(
    potential: Callable[[Any], Any],
    part: _Part,
    place: float,
    opened: bool,
    side: float,
    energy: np.ndarray,
    mass: float,
) -> tuple[np.ndarray, np.ndarray, float]:
    """psi' and psi, inwards counted, of the wave from one side, up to a common factor, and the relative error of its beginning."""
    one, zero = np.ones_like(energy), np.zeros_like(energy)
    if not opened:
        psi, slope, _ = _followed((zero, one), part, energy, mass)
        return slope, psi, 0.0
    y = outgoing_slope(potential, place, energy, side=side, mass=mass)
    conjugate = np.conj(outgoing_slope(potential, place, np.conj(energy), side=side, mass=mass).value)
    # y = even + i odd, both real for real energies; inwards the slope has the other sign
    even, odd = (y.value + conjugate) / 2, (y.value - conjugate) / 2j
    start = (np.stack([one, zero]), np.stack([-even, -odd]))
    psi, slope, log_norm = _followed(start, part, energy, mass)
    # outgoing = c + i s, whose Wronskian c s' - c' s = -odd stands for what subtraction would lose
    (c, s), (c_slope, s_slope) = psi, slope
    flux = -1j * odd * np.exp(-2 * log_norm)
    return c * c_slope + s * s_slope + flux, c**2 + s**2, y.error / float(np.min(np.abs(y.value)))


def _followed(
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
    """The matrix across all cells and their kicks, from neighbors to pairs of pairs: entries m11, m12, m21, m22."""
    kick, late = before[:, None], after[:, None]
    top = m.m11 + m.m12 * kick, m.m12
    low = m.m21 + m.m22 * kick + late * top[0], m.m22 + late * m.m12
    chain = np.stack([*top, *low])
    while (count := chain.shape[1]) > 1:
        alone = chain[:, count - count % 2 :]
        (a, b, c, d), (p, q, r, s) = chain[:, 0 : count - 1 : 2], chain[:, 1:count:2]
        paired = np.stack([p * a + q * c, p * b + q * d, r * a + s * c, r * b + s * d])
        chain = np.concatenate([paired, alone], axis=1)
    a, b, c, d = chain[:, 0]
    return a, b, c, d
