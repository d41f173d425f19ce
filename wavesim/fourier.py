"""Fourier transforms between position and momentum, by forward FFTs only; derivatives and interpolation.

phi(k) = (2 pi)^(-d/2) int e^(-ikx) psi(x) dx is the physical amplitude; loops use the bare, unnormalized FFT.
"""

from __future__ import annotations

import math

import numpy as np
import scipy

from ._arrays import AnyArray, xp as jnp
from ._face import public
from ._jax import jax
from .grid import Grid


def forward(psi: AnyArray, dimension: int) -> jax.Array:
    """The bare forward FFT over the last `dimension` axes."""
    if isinstance(psi, np.ndarray):
        return numpy_forward(psi, dimension)  # type: ignore[return-value]
    return jnp.fft.fft(psi) if dimension == 1 else jnp.fft.fftn(psi, axes=_last(dimension))


def inverse(phi: AnyArray, dimension: int) -> jax.Array:
    """The inverse of `forward`, by a forward FFT: ifft(y) = conj(fft(conj y)) / N.

    On GPUs an inverse FFT makes a separate pass over the whole array for its 1/N; here conj and 1/N fuse with the neighboring products.
    """
    count = math.prod(phi.shape[-dimension:])
    return forward(phi.conj(), dimension).conj() / count


def numpy_forward(psi: np.ndarray, dimension: int) -> np.ndarray:
    """The bare forward FFT of NumPy's arrays over the last `dimension` axes.

    One axis: NumPy's FFT, though SciPy's is a quarter faster, since importing that takes as long as 10,000 transforms of a line. Several
    axes: SciPy's, which is twice as fast.
    """
    return np.fft.fft(psi) if dimension == 1 else np.asarray(scipy.fft.fftn(psi, axes=_last(dimension)))


def numpy_inverse(phi: np.ndarray, dimension: int) -> np.ndarray:
    """The inverse of `numpy_forward`."""
    return np.fft.ifft(phi) if dimension == 1 else np.asarray(scipy.fft.ifftn(phi, axes=_last(dimension)))


def _last(dimension: int) -> tuple[int, ...]:
    return tuple(range(-dimension, 0))


def momentum_amplitude(psi: AnyArray, grid: Grid) -> jax.Array:
    """phi(k) on ``grid.momentum`` (FFT order), with the phase of the grid's origin: int |phi|^2 dk = int |psi|^2 dx.

    Args:
        psi: amplitudes on the grid, shape ``grid.points``.
        grid: the grid.

    Returns:
        complex array of the same shape, in FFT order.
    """
    phi = forward(psi, grid.dimension) * (grid.cell / (2 * math.pi) ** (grid.dimension / 2))
    for k, low in zip(grid.momentum, grid.lower, strict=True):
        phi = phi * jnp.exp(-1j * k * low)
    return phi


def derivative(psi: AnyArray, grid: Grid, axis: int = 0) -> jax.Array:
    """d psi / dx along one axis, exact for band-limited psi; the unpaired Nyquist component is dropped."""
    k = grid.momentum[axis]
    n = grid.points[axis]
    if n % 2 == 0:
        k = jnp.where(jnp.abs(k) >= math.pi / grid.spacing[axis] * (1 - 0.5 / n), 0.0, k)
    return inverse(1j * k * forward(psi, grid.dimension), grid.dimension)


def at_point(psi: AnyArray, grid: Grid, position: float) -> jax.Array:
    """The band-limited interpolation of one-dimensional psi at any position, not only at grid points."""
    phi = forward(psi, 1) / grid.points[0]
    return jnp.sum(phi * jnp.exp(1j * grid.momentum[0] * (position - grid.lower[0])))


def resampled(psi: np.ndarray, points: tuple[int, ...]) -> np.ndarray:
    """psi on more points of the same box, by its Fourier series: exact for band-limited psi.

    Args:
        psi: amplitudes on a periodic grid, whose last axes are those of space.
        points: new number of points of each of these axes, none below the old one.
    """
    for axis, count in enumerate(points, start=psi.ndim - len(points)):
        old = psi.shape[axis]
        if count == old:
            continue
        spectrum = np.moveaxis(np.fft.fft(psi, axis=axis), axis, -1)
        padded = np.zeros((*spectrum.shape[:-1], count), complex)
        padded[..., : (old + 1) // 2] = spectrum[..., : (old + 1) // 2]
        padded[..., count - old // 2 :] = spectrum[..., (old + 1) // 2 :]
        if old % 2 == 0:
            # the component at the grid's largest momentum has no sign: it is divided between both
            padded[..., count - old // 2] /= 2
            padded[..., old // 2] += padded[..., count - old // 2]
        psi = np.moveaxis(np.fft.ifft(padded) * (count / old), -1, axis)
    return psi


def __dir__() -> list[str]:
    return public(globals())
