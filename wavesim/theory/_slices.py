"""The interval cut into slices, and the exact or sixth-order transfer matrix of each slice (hbar = 1)."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.typing import ArrayLike

from wavesim.errors import ArgumentError, NumericsError

from ._entire import scaled_cosh_sinhc

Potential = Callable[[Any], Any] | tuple[ArrayLike, ArrayLike]

_ORDER = 6
_BLOCK = 64
# Three Gauss-Legendre points of (0, 1): inside a slice, so that a jump at its edge is never sampled.
_NODES = np.array([0.5 - np.sqrt(0.15), 0.5, 0.5 + np.sqrt(0.15)])


class SliceMatrix(NamedTuple):
    """Transfer matrix exp(s) [[m11, m12], [m21, m22]] of (psi, psi') across a slice; its determinant is 1."""

    m11: jax.Array
    m12: jax.Array
    m21: jax.Array
    m22: jax.Array
    s: jax.Array


def is_traced(*values: Any) -> bool:
    """Whether any of the values is being traced by JAX, so that no decision may depend on it."""
    return any(isinstance(leaf, Tracer) for leaf in jax.tree_util.tree_leaves(values))


def require_double() -> None:
    """Refuse to work in single precision, where error bounds of 1e-12 would be untrue.

    Raises:
        NumericsError: if JAX's 64-bit mode is off.
    """
    if jnp.zeros(()).dtype != np.float64:
        raise NumericsError(
            "theory needs double precision, but JAX's 64-bit mode is off: before the first array, call "
            'jax.config.update("jax_enable_x64", True), or set JAX_ENABLE_X64=1.'
        )


def breakpoints(potential: Potential, left: ArrayLike, right: ArrayLike, edges: Any = ()) -> Any:
    """Left end, edges in order, right end; the samples inside count as edges of a sampled potential.

    Args:
        potential: callable V(x), or (x, V) samples joined by straight lines.
        left: left end [length].
        right: right end [length].
        edges: positions of the potential's jumps and kinks, strictly between the ends [length].

    Returns:
        Increasing positions: a numpy array, or a traced one where an end or an edge is traced.

    Raises:
        ValueError: if the ends are out of order, an edge lies outside of them or samples are out of order.
    """
    require_double()
    traced = is_traced(left, right, edges)
    xp: Any = jnp if traced else np
    inner = xp.ravel(xp.asarray(edges, dtype=float))
    ends = [xp.ravel(xp.asarray(end, dtype=float)) for end in (left, right)]
    if isinstance(potential, tuple):
        x = np.asarray(potential[0], float)
        if x.ndim != 1 or x.size < 2 or np.any(np.diff(x) <= 0):
            raise ArgumentError(
                "potential",
                f"must have its samples at increasing positions, two or more, but they have shape {x.shape} or are "
                "out of order; sort them.",
            )
        inner = xp.concatenate([inner, x if traced else x[(x > ends[0]) & (x < ends[1])]])
    points = xp.concatenate([ends[0], inner, ends[1]])
    if traced:
        return jnp.sort(points)
    ordered = np.unique(points)
    if ordered.size < 2 or ordered[0] != points[0] or ordered[-1] != points[-1]:
        raise ArgumentError(
            "edges",
            f"must lie between left < right, but these are {points[0]}, {points[-1]} and the edges {inner}; widen the "
            "interval or drop the edges outside of it.",
        )
    return ordered


def flat_segments(potential: Potential, points: Any) -> np.ndarray:
    """Which segments have a constant potential, so that one slice is exact; none, where that cannot be known.

    Equal slices make equal rounding errors, which add up: a flat segment is best crossed in one step.
    """
    segments = points.size - 1
    v, _ = sample_slices(potential, points, np.full(segments, max(1, 128 // segments)))
    if is_traced(v):
        return np.zeros(segments, bool)
    v = v.reshape(segments, -1)
    return np.all(v == v[:, :1], axis=1)


def sample_slices(potential: Potential, points: Any, counts: np.ndarray) -> tuple[Any, Any]:
    """The potential at the three Gauss points of every slice, each segment being cut into equal slices.

    Args:
        potential: callable V(x), or (x, V) samples joined by straight lines.
        points: breakpoints, shape (segments + 1,) [length].
        counts: slices in each segment, shape (segments,).

    Returns:
        V of shape (total slices, 3), real or complex, and the slice widths, shape (total slices,); numpy arrays
        unless JAX is tracing them.
    """
    segment = np.repeat(np.arange(counts.size), counts)
    place = np.arange(segment.size) - np.repeat(np.cumsum(counts) - counts, counts)
    h = (points[1:] - points[:-1])[segment] / counts[segment]
    x = points[segment, None] + h[:, None] * (place[:, None] + _NODES)
    parts = []
    for x_block, _ in blocks(x, h):
        if isinstance(potential, tuple):
            part = _interpolate(x_block, jnp.asarray(potential[0], float), jnp.asarray(potential[1]))
        else:
            part = jnp.asarray(potential(x_block))
        parts.append(jnp.broadcast_to(part, x_block.shape).astype(jnp.result_type(part, float)))
    xp: Any = jnp if is_traced(parts) else np
    return xp.concatenate([xp.asarray(part) for part in parts])[: segment.size], h


def blocks(v: Any, h: Any) -> list[tuple[Any, Any]]:
    """Slices in blocks of one size, so that each function compiles once and not for every number of slices.

    The last block is filled up with slices of no width, which change nothing. What is traced stays in one piece.
    """
    if is_traced(v, h):
        return [(v, h)]
    spare = -h.size % _BLOCK
    v, h = np.pad(v, ((0, spare), (0, 0)), mode="edge"), np.pad(h, (0, spare))
    return [(v[i : i + _BLOCK], h[i : i + _BLOCK]) for i in range(0, h.size, _BLOCK)]


def _interpolate(x: jax.Array, xs: jax.Array, vs: jax.Array) -> jax.Array:
    if jnp.iscomplexobj(vs):
        return jnp.interp(x, xs, vs.real) + 1j * jnp.interp(x, xs, vs.imag)
    return jnp.interp(x, xs, vs)


def refine(
    solve: Callable[[int], Any], change: Callable[[Any, Any], Any], slices: int, most: int, tolerance: float
) -> tuple[int, Any, Any]:
    """Take as many slices as the order of the method predicts, until two solutions agree or rounding rules.

    Args:
        solve: the solution with a given number of slices in each segment.
        change: difference of two solutions, an array.
        slices: even number to begin with.
        most: number not to exceed.
        tolerance: largest change to be satisfied with.

    Returns:
        The number of slices, the solution with half as many, and the solution.
    """
    coarse, fine = solve(slices // 2), solve(slices)
    now = float(np.max(change(coarse, fine)))
    while now > tolerance and 2 * slices <= most:
        factor = 2 ** int(np.clip(np.log2(now / tolerance) / _ORDER, 1, min(4, np.log2(most / slices))))
        coarse = fine if factor == 2 else solve(slices * factor // 2)
        slices *= factor
        fine = solve(slices)
        before, now = now, float(np.max(change(coarse, fine)))
        if before < 1e-9 and now > before / 4:
            break
    return slices, coarse, fine


def slice_matrices(v: jax.Array, h: jax.Array, energy: jax.Array, mass: ArrayLike) -> SliceMatrix:
    """Transfer matrices of psi'' = 2 m (V - E) psi by the sixth-order Magnus expansion.

    Exact where V is constant, error of order h^7 per slice elsewhere; the determinant is 1 by construction.

    Args:
        v: potential at the Gauss points, shape (..., 3) [energy].
        h: slice widths, shape (...) [length].
        energy: E, shape (...) [energy].
        mass: particle mass.

    Returns:
        The matrices, each entry of the broadcast shape (...).

    Source:
        Blanes, Casas, Oteo, Ros, Phys. Rep. 470 (2009) 151, section 5.4 (three Gauss points, order 6).
    """
    w = 2 * jnp.asarray(mass) * (v - energy[..., None])
    zero = jnp.zeros_like(w[..., 0])
    # Elements (d, u, l) of the traceless matrices [[d, u], [l, -d]].
    a1 = (zero, h + zero, h * w[..., 1])
    a2 = (zero, zero, np.sqrt(15) / 3 * h * (w[..., 2] - w[..., 0]))
    a3 = (zero, zero, 10 / 3 * h * (w[..., 2] - 2 * w[..., 1] + w[..., 0]))
    c1 = _commutator(a1, a2)
    c2 = _scale(-1 / 60, _commutator(a1, _add(_scale(2.0, a3), c1)))
    outer = _commutator(_add(_scale(-20.0, a1), _scale(-1.0, a3), c1), _add(a2, c2))
    d, u, low = _add(a1, _scale(1 / 12, a3), _scale(1 / 240, outer))
    cosh, sinhc, s = scaled_cosh_sinhc(d * d + u * low)
    return SliceMatrix(cosh + d * sinhc, u * sinhc, low * sinhc, cosh - d * sinhc, s)


_Element = tuple[jax.Array, jax.Array, jax.Array]


def _commutator(a: _Element, b: _Element) -> _Element:
    return (a[1] * b[2] - a[2] * b[1], 2 * (a[0] * b[1] - a[1] * b[0]), 2 * (a[2] * b[0] - a[0] * b[2]))


def _scale(factor: float, a: _Element) -> _Element:
    return (factor * a[0], factor * a[1], factor * a[2])


def _add(*elements: _Element) -> _Element:
    total = elements[0]
    for a in elements[1:]:
        total = (total[0] + a[0], total[1] + a[1], total[2] + a[2])
    return total
