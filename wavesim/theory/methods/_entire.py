"""The entire functions cosh(sqrt q) and sinh(sqrt q)/sqrt q of q, without overflow."""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial
from typing import Any

import numpy as np

from ..._jax import ArrayLike, jax, jit, jnp
from ._tracing import fixed, is_traced

# Eleven terms at |q| < 1 leave a remainder below 1/22! = 1e-21.
_COSH = [1 / factorial(2 * n) for n in range(11)]
_SINHC = [1 / factorial(2 * n + 1) for n in range(11)]


def scaled_cosh_sinhc(q: ArrayLike) -> tuple[Any, Any, Any]:
    """The pair cosh(sqrt q), sinh(sqrt q)/sqrt q, divided by its exponential growth.

    Returns (C, S, s) with cosh(sqrt q) = exp(s) C and sinh(sqrt q)/sqrt q = exp(s) S, where s >= 0.
    For negative q these are the cosine and the sine of sqrt(-q), and s = 0. Near q = 0 the power series is
    used, so value and every derivative are right at q = 0 itself (in a barrier: at E = V).

    Args:
        q: real or complex array, any shape; dimensionless, typically 2 m (V - E) h^2.

    Returns:
        C and S of the dtype of q, and the real exponent s, which carries no derivative: C and S do.
    """
    if is_traced(q):
        return _compiled(jnp.asarray(q))
    q = np.asarray(q)
    near = np.abs(q) < 1.0
    if near.all():
        return *_series(q), np.zeros(q.shape)
    if not near.any():
        return _far(np, q)
    return _both(np, q, near)


@jit
def _compiled(q: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    return _both(jnp, q, jnp.abs(q) < 1.0)


def _series(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The power series near q = 0, with as many terms as the largest q needs."""
    size, terms = np.max(np.abs(q), initial=0.0), 2
    while terms < len(_COSH) and size**terms * _COSH[terms] > 1e-18:
        terms += 1
    sums = []
    for coefficients in (_COSH, _SINHC):
        total = np.full_like(q, coefficients[terms - 1], dtype=np.result_type(q, float))
        for c in reversed(coefficients[: terms - 1]):
            total *= q
            total += c
        sums.append(total)
    return sums[0], sums[1]


def _both(xp: Any, q: Any, near: Any) -> tuple[Any, Any, Any]:
    small = xp.where(near, q, 0.0)
    cosh, sinhc, s = _far(xp, xp.where(near, 1.0, q))
    return (
        xp.where(near, horner(_COSH, small), cosh),
        xp.where(near, horner(_SINHC, small), sinhc),
        xp.where(near, 0.0, s),
    )


def _far(xp: Any, q: Any) -> tuple[Any, Any, Any]:
    """C, S and s by closed forms, for q away from 0."""
    if xp.iscomplexobj(q):
        z = xp.sqrt(q)
        s = fixed(z.real)
        # Real and imaginary parts are computed separately: an imaginary part of 1e-100, the width of a resonance, keeps its digits.
        grow = xp.exp(z.real - s)
        cosh, sinh = grow * (1 + xp.exp(-2 * z.real)) / 2, -grow * xp.expm1(-2 * z.real) / 2
        cos, sin = xp.cos(z.imag), xp.sin(z.imag)
        return cosh * cos + 1j * (sinh * sin), (sinh * cos + 1j * (cosh * sin)) / z, s
    z, positive = xp.sqrt(xp.abs(q)), q > 0
    s = fixed(xp.where(positive, z, 0.0))
    # On the oscillating branch, where exp(z) could overflow, z is replaced by 1.
    growing = xp.where(positive, z, 1.0)
    shift = xp.where(positive, s, 1.0)
    up, down = xp.exp(growing - shift), xp.exp(-growing - shift)
    cosh = xp.where(positive, (up + down) / 2, xp.cos(z))
    sinhc = xp.where(positive, (up - down) / (2 * z), xp.sin(z) / z)
    return cosh, sinhc, s


def horner(coefficients: Sequence[float], q: Any) -> Any:
    """The polynomial with these coefficients, the constant first."""
    total = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = total * q + c
    return total
