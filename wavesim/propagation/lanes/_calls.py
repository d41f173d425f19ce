"""The compiled steps as operations of NumPy on concrete arrays and of JAX on traced ones, with one call for a batch under ``vmap``."""

from __future__ import annotations

import ctypes
import math
from typing import Any, NamedTuple

import numpy as np

from ..._arrays import known
from ..._jax import device_count, jax, platform
from .._numerics import Numerics
from ._library import library, registered, target

_RADICES = (2, 3, 5, 7)


def has_lanes(numerics: Numerics, static: bool) -> bool:
    """Whether compiled steps can propagate this run: along one axis, on a CPU, in a static V."""
    if numerics.grid.dimension > 1 or not static or not numerics.method.steps:
        return False
    if platform() != "cpu" or device_count() > 1 or not _is_product(numerics.grid.points[0]):
        return False
    return registered(numerics.precision == "single")


def has_concrete_steps(points: int) -> bool:
    """Whether `kicks_and_drifts` is available for concrete arrays of `points` points in double precision."""
    return _is_product(points) and library(single=False) is not None


def weighs_residuals(points: int) -> bool:
    """Whether `residual_products` is available for a grid of `points` points."""
    return points % 2 == 0 and has_concrete_steps(points)


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
        terms: the number of terms to sum, at most m.

    Raises:
        MemoryError: if the tables do not fit into memory.

    Source: H. Tal-Ezer and R. Kosloff, J. Chem. Phys. 81, 3967 (1984). Not for gradients: JAX does not differentiate it.
    """
    if not known(psi, kinetic, coefficients, terms):
        import jax.numpy as jnp

        return _traced("chebyshev_step", psi, kinetic, potential, coefficients, jnp.asarray(terms, np.int32))
    points, out = psi.shape[-1], np.empty(psi.shape, psi.dtype)
    sizes = (math.prod(psi.shape[:-1]), points), (1,), (coefficients.shape[-1], int(terms))
    _by_pointer("chebyshev", (psi, *sizes[0], kinetic, potential, *sizes[1], coefficients, *sizes[2], out))
    return out


def kicks_and_drifts(psi: Any, kicks: Any, drifts: Any, repeats: Any = 1) -> Any:
    """(F^-1 d_J F k_J .. F^-1 d_1 F k_1)^repeats psi: kick and drift, stage after stage.

    Args:
        psi: shape (..., n).
        kicks: k_j, shape (J, n).
        drifts: d_j, shape (J, n), in the order of F's wave numbers.
        repeats: the number of repetitions.

    Raises:
        MemoryError: if the tables do not fit into memory.

    Not for gradients: JAX does not differentiate it.
    """
    if not known(psi, kicks, drifts, repeats):
        import jax.numpy as jnp

        return _traced("kicks_and_drifts", psi, kicks, drifts, jnp.asarray(repeats, np.int32))
    out = np.empty(psi.shape, psi.dtype)
    sizes = math.prod(psi.shape[:-1]), psi.shape[-1]
    _by_pointer("splitting", (psi, *sizes, kicks, drifts, 1, len(kicks), repeats, out))
    return out


class ResidualProducts(NamedTuple):
    """Inner products of several gradients with a residual at each time, without the measure dx/n.

    Attributes:
        orders: <phi|R>, <G S|R> and <G V G S - G^2 (H - E) S|R>, shape (numbers, times, 3).
        norms: norms of the last two gradients, shape (numbers, times, 2).
        turning: <f|R> of f = u (H - E)^2 phi, shape (numbers, times).
        remainders: <c f|R>, shape (numbers, times).
        spectra: |spectrum of G S| x |spectrum of R|, summed over the times with their weights, shape (numbers, points of the finer grid).
    """

    orders: np.ndarray
    norms: np.ndarray
    turning: np.ndarray
    remainders: np.ndarray
    spectra: np.ndarray


def residual_products(
    psi: np.ndarray,
    phi: np.ndarray,
    samples: np.ndarray,
    potential: np.ndarray,
    detuning: np.ndarray,
    green: np.ndarray,
    undersampled: np.ndarray,
    turn_average: np.ndarray,
    weights: np.ndarray,
    has_undersampled: bool,
) -> ResidualProducts:
    """Inner products of the residual R = V psi - I(V psi) with gradients phi, S = V phi - I(V phi), on a finer grid and in momentum space.

    I is the interpolation on the run's grid, with the samples of V that the run had. All numbers are real, or complex, in double precision.

    Args:
        psi: psi on the run's grid, shape (times, n).
        phi: each gradient on the run's grid, shape (numbers, times, n).
        samples: V on the run's grid, shape (n,) [energy].
        potential: V on the finer grid, shape (wide,), wide a multiple of n [energy].
        detuning: T - E at the run's wave numbers, shape (n,) [energy].
        green: G = -1/(T - E) of fast waves, else 0, at the finer grid's wave numbers, shape (wide,) [1/energy].
        undersampled, turn_average: u and c, shape (n,) [1/energy^2 and 1].
        weights: weights of the times, shape (times,) [time].
        has_undersampled: whether to compute f.

    Raises:
        MemoryError: if the tables do not fit into memory.

    Source: `wavesim.analysis.bars.residuals.grid_residuals`, which uses them; `FinerGrid.fast_gradient` is the same in NumPy. Only for a static V,
    and if `weighs_residuals(points)`.
    """
    numbers, times, points = phi.shape
    products = ResidualProducts(
        np.zeros((numbers, times, 3), complex),
        np.zeros((numbers, times, 2)),
        np.zeros((numbers, times), complex),
        np.zeros((numbers, times), complex),
        np.empty((numbers, len(potential))),
    )
    waves = (np.asarray(wave, complex) for wave in (psi, phi))
    tables = (
        np.asarray(table, float) for table in (samples, potential, detuning, green, undersampled, turn_average, weights)
    )
    sizes = numbers, times, points, len(potential)
    # C reads contiguous arrays and writes into the last ones
    _by_pointer("residual_products", (*waves, *sizes, *tables, int(has_undersampled), *products))
    return products


def _traced(function: str, psi: Any, *tables: Any) -> jax.Array:
    result = jax.ShapeDtypeStruct(psi.shape, psi.dtype)
    call = jax.ffi.ffi_call(target(function, psi.dtype == np.complex64), result, vmap_method="broadcast_all")
    return call(psi, *tables)


def _by_pointer(function: str, arguments: tuple[Any, ...]) -> None:
    values = [np.ascontiguousarray(value) if isinstance(value, np.ndarray) else value for value in arguments]
    given = [
        ctypes.c_void_p(value.ctypes.data) if isinstance(value, np.ndarray) else ctypes.c_int64(value)
        for value in values
    ]
    if getattr(library(values[0].dtype == np.complex64), function)(*given):
        raise MemoryError(f"no memory for a step of {values[0].size:,} points")
