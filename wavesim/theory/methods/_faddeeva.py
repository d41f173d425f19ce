"""The Faddeeva function w(z) = exp(-z^2) erfc(-iz) in the upper half plane."""

from __future__ import annotations

import functools
import math

import numpy as np

# terms of the series, which is accurate to rounding
_TERMS = 40
# terms summed by one matrix product
_BLOCK = 8


def faddeeva(z: np.ndarray) -> np.ndarray:
    """w(z) for Im z >= 0, to 2e-15 of its value.

    With Z = (L + iz)/(L - iz), w(z) = 2 p(Z)/(L - iz)^2 + 1/(sqrt(pi) (L - iz)), p a polynomial whose coefficients one FFT gives.

    Args:
        z: complex, of any shape.

    Returns:
        complex array of the same shape.

    Source: J. A. C. Weideman, SIAM J. Numer. Anal. 31, 1497 (1994), eqs. 37 and 38. Not below the real axis, where w grows like
    2 exp(-z^2) (DLMF 7.4.3). `scipy.special.wofz` takes a third of the time, with an error of 3e-14, but importing it takes longer than
    the whole average of a packet.
    """
    scale, coefficients = _polynomial()
    denominator = scale - 1j * z
    mapped = (scale + 1j * z) / denominator
    powers = np.empty((_BLOCK, *mapped.shape), complex)
    powers[0] = 1.0
    for i in range(1, _BLOCK):
        np.multiply(powers[i - 1], mapped, out=powers[i])
    blocks = np.tensordot(coefficients, powers, 1)
    step = powers[-1] * mapped
    total = blocks[-1]
    for block in blocks[-2::-1]:
        total = total * step + block
    return (2 * total / denominator + 1 / math.sqrt(math.pi)) / denominator


@functools.cache
def _polynomial() -> tuple[float, np.ndarray]:
    """L, and the coefficients of p in rows of `_BLOCK`, lowest power first."""
    scale, half = math.sqrt(_TERMS / math.sqrt(2)), 2 * _TERMS
    angle = np.arange(1 - half, half) * np.pi / half
    t = scale * np.tan(angle / 2)
    samples = np.concatenate([[0.0], np.exp(-(t**2)) * (scale**2 + t**2)])
    series = np.fft.fft(np.fft.fftshift(samples)).real / (2 * half)
    return scale, series[1 : _TERMS + 1].reshape(-1, _BLOCK)
