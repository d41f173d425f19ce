"""The interval cut into slices, and the exact or sixth-order transfer matrix of each slice (hbar = 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from wavesim.errors import ArgumentError

from ..._jax import ArrayLike, jnp
from ._entire import scaled_cosh_sinhc
from ._tracing import is_traced, namespace, require_double

Potential = Callable[[Any], Any] | tuple[ArrayLike, ArrayLike]

_ORDER = 6
_BLOCK = 64
# Points at which a potential is evaluated in one call, for few and for many points: JAX then compiles for two shapes at most.
SAMPLES, _MANY = 1024, 16384
# Three Gauss-Legendre points of (0, 1): inside a slice, so that a jump at its edge is never sampled.
_NODES = np.array([0.5 - np.sqrt(0.15), 0.5, 0.5 + np.sqrt(0.15)])


class SliceMatrix(NamedTuple):
    """Transfer matrix exp(s) [[m11, m12], [m21, m22]] of (psi, psi') across a slice; its determinant is 1."""

    m11: Any
    m12: Any
    m21: Any
    m22: Any
    s: Any


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
    """Which segments between the breakpoints have a constant V, where one slice is exact; none while JAX is tracing."""
    segments = points.size - 1
    if is_traced(points):
        return np.zeros(segments, bool)
    count = max(8, SAMPLES // segments)
    x = points[:-1, None] + np.diff(points)[:, None] * ((np.arange(count) + 0.5) / count)
    v = evaluate(as_function(potential), x)
    return np.zeros(segments, bool) if is_traced(v) else np.all(v == v[:, :1], axis=1)


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
    v = evaluate(as_function(potential), x)
    return v.astype(namespace(v).result_type(v, float)), h


def as_function(potential: Potential) -> Callable[[Any], Any]:
    """V(x) as a function; samples are interpolated linearly."""
    if not isinstance(potential, tuple):
        return potential
    xs, vs = potential

    def interpolated(x: Any) -> Any:
        xp = namespace(x, xs, vs)
        v = xp.asarray(vs)
        if xp.iscomplexobj(v):
            return xp.interp(x, xp.asarray(xs, float), v.real) + 1j * xp.interp(x, xp.asarray(xs, float), v.imag)
        return xp.interp(x, xp.asarray(xs, float), v)

    return interpolated


def evaluate(potential: Callable[[Any], Any], x: Any) -> Any:
    """V at x, a numpy array unless JAX is tracing."""
    if not is_traced(x):
        x = np.asarray(x)
        size = SAMPLES if x.size <= _MANY else _MANY
        rows = np.resize(x, (-(-x.size // size), size))
        parts = [potential(row) for row in rows]
        if not is_traced(parts):
            v = np.array([np.broadcast_to(np.asarray(part), size) for part in parts])
            return v.ravel()[: x.size].reshape(x.shape)
    return jnp.broadcast_to(jnp.asarray(potential(x)), jnp.shape(x))


def blocks(v: Any, h: Any) -> list[tuple[Any, Any]]:
    """Slices in blocks that limit the memory; one block while JAX is tracing."""
    if is_traced(v, h):
        return [(v, h)]
    return [(v[i : i + _BLOCK], h[i : i + _BLOCK]) for i in range(0, h.size, _BLOCK)]


def across(v: np.ndarray, h: np.ndarray, energy: np.ndarray, mass: Any) -> SliceMatrix:
    """The matrices of a block of slices for all energies at once, each entry of shape (slices, *energy.shape)."""
    more = (slice(None), *[None] * energy.ndim)
    return slice_matrices(v[more], h[more], energy, mass)


def refine(
    solve: Callable[[int], Any], change: Callable[[Any, Any], Any], slices: int, most: int, tolerance: float
) -> tuple[int, Any, Any]:
    """Increase the number of slices as the order of the method predicts, until two solutions agree or rounding dominates.

    Args:
        solve: the solution with a given number of slices in each segment.
        change: difference of two solutions, an array.
        slices: initial number, even.
        most: largest number.
        tolerance: accepted difference.

    Returns:
        The number of slices, the solution with half as many, and the solution.
    """
    coarse, fine = solve(slices // 2), solve(slices)
    error = float(np.max(change(coarse, fine)))
    while error > tolerance and 2 * slices <= most:
        factor = 2 ** int(np.clip(np.log2(error / tolerance) / _ORDER, 1, min(4, np.log2(most / slices))))
        coarse = fine if factor == 2 else solve(slices * factor // 2)
        slices *= factor
        fine = solve(slices)
        previous, error = error, float(np.max(change(coarse, fine)))
        if previous < 1e-9 and error > previous / 4:
            break
    return slices, coarse, fine


def slice_matrices(v: Any, h: Any, energy: Any, mass: Any) -> SliceMatrix:
    """Transfer matrices of psi'' = 2 m (V - E) psi by the sixth-order Magnus expansion.

    Exact where V is constant, error of order h^7 per slice elsewhere; the determinant is 1 by construction.

    Args:
        v: potential at the Gauss points, shape (..., 3) [energy].
        h: slice widths, shape (...) [length].
        energy: E, shape (...) [energy].
        mass: particle mass.

    Returns:
        The matrices, each entry of the broadcast shape (...), numpy arrays unless JAX is tracing.

    Source:
        Blanes, Casas, Oteo, Ros, Phys. Rep. 470 (2009) 151, section 5.4 (three Gauss points, order 6).
    """
    rise, bend = v[..., 2] - v[..., 0], v[..., 2] - 2 * v[..., 1] + v[..., 0]
    # Magnus' first terms are h [[0, 1], [w, 0]], [[0, 0], [b, 0]] and [[0, 0], [c, 0]]; d, u, l are the elements of
    # the traceless [[d, u], [l, -d]] that their commutators add up to. Only w depends on the energy.
    w = 2 * mass * (v[..., 1] - energy)
    b, c = 2 * mass * np.sqrt(15) / 3 * h * rise, 2 * mass * 10 / 3 * h * bend
    d = h * b * (h * h * w / 180 + (h * c / 7200 - 1 / 12))
    u = h + h * h * (h * b * b - 20 * c) / 3600
    low = h * w * (1 + (20 * c + h * b * b) * h / 3600) + c / 12 + h * (c * c / 30 - b * b) / 120
    cosh, sinhc, s = scaled_cosh_sinhc(d * d + u * low)
    return SliceMatrix(cosh + d * sinhc, u * sinhc, low * sinhc, cosh - d * sinhc, s)
