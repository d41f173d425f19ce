"""Turning points of a classical particle, and integrals between them (hbar = 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from wavesim.errors import ArgumentError

from ..._jax import ArrayLike
from ._slices import SAMPLES, breakpoints, evaluate
from ._tracing import fixed, is_traced, namespace

SmoothPotential = Callable[[Any], Any]

# Number of extrema and of turning points allowed for while JAX is tracing, where they cannot be counted.
_TRACED_ROOM = 16
_PARTS = np.linspace(0.0, 1.0, 33)
# x = a + (b - a) u^2 (3 - 2u) removes the square-root singularities at both ends.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_U = (_NODES + 1) / 2
UNIT_NODES, UNIT_WEIGHTS = _U**2 * (3 - 2 * _U), 3 * _U * (1 - _U) * _WEIGHTS


class Landmarks(NamedTuple):
    """Positions between which V is monotone, and V there.

    Attributes:
        ends: the two ends of the interval and its edges, in order.
        extrema: positions of maxima and minima; unused entries repeat the left end.
        x: samples, increasing, on both sides of each edge.
        v: V at x, without gradient.
    """

    ends: Any
    extrema: Any
    x: Any
    v: Any


def landmarks(potential: SmoothPotential, left: ArrayLike, right: ArrayLike, edges: Any) -> Landmarks:
    """Samples of V between which it is monotone, with its extrema refined and included.

    Features narrower than (right - left)/1024 may be overlooked.
    """
    if not callable(potential):
        raise ArgumentError("potential", "must be a function of x here, but is not; interpolate the samples smoothly.")
    ends = breakpoints(potential, left, right, edges)
    count = max(4, SAMPLES // (ends.size - 1))
    inset = 1e-14 * (ends[-1] - ends[0])
    lows, spans = ends[:-1, None] + inset, ends[1:, None] - ends[:-1, None] - 2 * inset
    x = (lows + spans * np.linspace(0.0, 1.0, count)).ravel()
    v = values(potential, x)
    xp = namespace(x, v)
    x = xp.asarray(x)
    steps = xp.diff(v)
    turns = (steps[:-1] * steps[1:] <= 0) & (steps[1:] != 0)
    index, valid = _places(turns[None, :])
    index, valid = index[0] + 1, valid[0]
    a, b, sign = x[index - 1], x[index + 1], xp.where(v[index] >= v[index - 1], 1.0, -1.0)
    for _ in range(8):
        tries = a[:, None] + (b - a)[:, None] * _PARTS
        best = xp.argmax(sign[:, None] * values(potential, tries), axis=1)
        a, b = (_take(tries, xp.clip(best + side, 0, _PARTS.size - 1)) for side in (-1, 1))
    extrema = xp.where(valid, (a + b) / 2, x[0])
    x = xp.sort(xp.concatenate([x, extrema]))
    return Landmarks(ends, extrema, x, values(potential, x))


def crossings(potential: SmoothPotential, energy: Any, marks: Landmarks) -> tuple[Any, Any]:
    """Positions where V crosses E, for energies of shape (n,), shape (n, room), and which entries are used."""
    energy = fixed(energy)
    xp = namespace(energy, marks)
    above = marks.v > energy[:, None]
    index, valid = _places(above[:, 1:] != above[:, :-1])
    a, b = marks.x[index], marks.x[index + 1]
    left_above = xp.take_along_axis(above, index, axis=1)
    for _ in range(9):
        tries = a[..., None] + (b - a)[..., None] * _PARTS
        same = (values(potential, tries) > energy[:, None, None]) == left_above[..., None]
        # The first part counts as on the left and the last as on the right, regardless of rounding.
        last = xp.sum(xp.cumprod(same[..., 1:-1], axis=-1), axis=-1)
        a, b = _take(tries, last), _take(tries, last + 1)
    return xp.where(valid, (a + b) / 2, marks.x[0]), valid


def turning_points(
    potential: SmoothPotential, energy: float, left: float, right: float, *, edges: Any = ()
) -> np.ndarray:
    """All positions in (left, right) where V crosses E: where a classical particle turns back, or a barrier begins.

    The maxima and minima of V are found and refined first, so that two turning points close to a top are not missed;
    a jump of V across E counts as one. Features narrower than (right - left)/1024 may be overlooked.

    Args:
        potential: V(x), a function built from jax.numpy.
        energy: E [energy], one number.
        left: left end [length].
        right: right end [length].
        edges: positions of the jumps and kinks of V [length].

    Returns:
        Increasing positions [length], to rounding; empty where there are none.

    Raises:
        ValueError: if left < edges < right does not hold.
    """
    points, valid = crossings(potential, np.array([energy], float), landmarks(potential, left, right, edges))
    return np.sort(points[0][valid[0]])


def panels(potential: SmoothPotential, energy: Any, marks: Landmarks) -> tuple[Any, Any]:
    """Quadrature nodes and weights over the interval, cut at extrema and jumps of V and at turning points; shape (n, nodes).

    Exact to about 1e-12 for integrands that behave like a power (V - E)^(+-1/2) at the cuts. The cuts carry no
    gradient, and need none for an integrand that vanishes there.
    """
    points, _ = crossings(potential, energy, marks)
    xp = namespace(points, marks)
    steady = xp.concatenate([fixed(marks.ends), marks.extrema])
    cuts = xp.sort(xp.concatenate([xp.broadcast_to(steady, (points.shape[0], steady.size)), points], axis=1), axis=1)
    spans = xp.diff(cuts, axis=1)[..., None]
    x, weight = cuts[:, :-1, None] + spans * UNIT_NODES, spans * UNIT_WEIGHTS
    return x.reshape(points.shape[0], -1), weight.reshape(points.shape[0], -1)


def values(potential: SmoothPotential, x: Any) -> Any:
    """V at x, real and without gradient."""
    v = fixed(evaluate(potential, fixed(x)))
    xp = namespace(v)
    return xp.broadcast_to(xp.real(v), x.shape).astype(float)


def _take(rows: Any, index: Any) -> Any:
    return namespace(rows, index).take_along_axis(rows, index[..., None], axis=-1)[..., 0]


def _places(flags: Any) -> tuple[Any, Any]:
    """Indices of the flags in each row, the set ones first, and whether each is set."""
    xp = namespace(flags)
    room = _TRACED_ROOM if is_traced(flags) else int(np.max(np.sum(flags, axis=-1), initial=0))
    index = xp.argsort(~flags, axis=-1, stable=True)[:, :room]
    return index, xp.take_along_axis(flags, index, axis=-1)
