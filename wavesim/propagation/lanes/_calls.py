"""The compiled steps as operations: of NumPy on known numbers, of JAX on traced ones, where under ``vmap`` all problems of a batch are one call."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import jax
import numpy as np

from ..._arrays import known
from ...schemes import Chebyshev, Scheme
from .._numerics import Numerics
from ._library import library, registered, target

_RADICES = (2, 3, 5, 7)


def has_lanes(numerics: Numerics, static: bool) -> bool:
    """Whether the compiled steps can make this run's: along one axis, on a CPU, in a V that does not change."""
    if numerics.grid.dimension > 1 or not static or not isinstance(numerics.method, Chebyshev | Scheme):
        return False
    if jax.default_backend() != "cpu" or len(jax.local_devices()) > 1 or not _is_product(numerics.grid.points[0]):
        return False
    return registered(numerics.precision == "single")


def _is_product(points: int) -> bool:
    for radix in _RADICES:
        while points % radix == 0:
            points //= radix
    return points == 1


def chebyshev_step(psi: Any, kinetic: Any, potential: Any, coefficients: Any, terms: Any) -> Any:
    """sum c_m T_m(H) psi, H = F^-1 K F + V, all scaled to [-1, 1].

    Args:
        psi: shape (..., n).
        kinetic, potential: K and V, real, shape (n,).
        coefficients: c, shape (m,).
        terms: how many of them are made, at most m.

    Raises:
        MemoryError: if there is none for the tables.

    Source: H. Tal-Ezer and R. Kosloff, J. Chem. Phys. 81, 3967 (1984). Not for gradients: JAX does not differentiate it.
    """
    if not known(psi, kinetic, coefficients, terms):
        import jax.numpy as jnp

        return _traced("chebyshev_step", psi, kinetic, potential, coefficients, jnp.asarray(terms, np.int32))
    points, out = psi.shape[-1], np.empty(psi.shape, psi.dtype)
    sizes = (math.prod(psi.shape[:-1]), points), (1,), (coefficients.shape[-1], int(terms))
    _by_pointer("chebyshev", (psi, *sizes[0], kinetic, potential, *sizes[1], coefficients, *sizes[2], out))
    return out


def kicks_and_drifts(psi: Any, kicks: Any, drifts: Any) -> Any:
    """F^-1 d_J F k_J .. F^-1 d_1 F k_1 psi: kick and drift, stage after stage.

    Args:
        psi: shape (..., n).
        kicks: k_j, shape (J, n).
        drifts: d_j, shape (J, n), in the order of F's wave numbers.

    Raises:
        MemoryError: if there is none for the tables.

    Not for gradients: JAX does not differentiate it.
    """
    if not known(psi, kicks, drifts):
        return _traced("kicks_and_drifts", psi, kicks, drifts)
    out = np.empty(psi.shape, psi.dtype)
    _by_pointer("splitting", (psi, math.prod(psi.shape[:-1]), psi.shape[-1], kicks, drifts, 1, len(kicks), out))
    return out


def _traced(function: str, psi: Any, *tables: Any) -> jax.Array:
    result = jax.ShapeDtypeStruct(psi.shape, psi.dtype)
    called = jax.ffi.ffi_call(target(function, psi.dtype == np.complex64), result, vmap_method="broadcast_all")
    return called(psi, *tables)


def _by_pointer(function: str, arguments: tuple[Any, ...]) -> None:
    arrays = [np.ascontiguousarray(one) if isinstance(one, np.ndarray) else one for one in arguments]
    given = [ctypes.c_void_p(one.ctypes.data) if isinstance(one, np.ndarray) else ctypes.c_int64(one) for one in arrays]
    if getattr(library(arrays[0].dtype == np.complex64), function)(*given):
        raise MemoryError(f"no memory for a step of {arrays[0].size:,} points")
