"""Matrix pencil: all frequencies of C(t) = sum c_n exp(-i E_n t) at once, from a short record."""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy

from ...errors import WavesimError

# smallest singular value that is not rounding, relative to the largest
_NOISE = 1e-13
# part of the record whose modes give the error bars
_SHORTER_PART = 0.8


@dataclasses.dataclass(frozen=True)
class Modes:
    """C(t) = sum amplitudes exp(-i (energies - i widths/2) t), by increasing energy; all arrays of shape (modes,).

    Attributes:
        energies, energy_errors: E_n and its error bar [energy].
        widths, width_errors: Gamma_n, the rate at which |c_n(t)|^2 falls, 0 for a level; and its error bar [energy].
        amplitudes: complex c_n at time 0.
        residual: largest deviation of the record from the sum.
    """

    energies: np.ndarray
    energy_errors: np.ndarray
    widths: np.ndarray
    width_errors: np.ndarray
    amplitudes: np.ndarray
    residual: float

    def lowest(self, share: float = 1e-3) -> int:
        """Index of the lowest mode whose amplitude is above this share of the largest."""
        strong = np.abs(self.amplitudes) > share * np.max(np.abs(self.amplitudes))
        return int(np.flatnonzero(strong)[0])


def matrix_pencil(
    times: np.ndarray, values: np.ndarray, *, center: float = 0.0, noise: float = _NOISE, modes: int | None = None
) -> Modes:
    """All frequencies of a record of equally spaced samples, without initial values.

    The samples y_n = sum c_j z_j^n fill a Hankel matrix; its leading right singular vectors V span the modes, and z_j are the
    eigenvalues of pinv(V without its last row) (V without its first row). Frequencies far closer than 2 pi/duration are resolved if
    the record is clean: the error grows with the noise over the spacing of neighbors, not with 1/duration alone.

    The error bars are the largest change when the record is cut to 80 %, and when the Hankel matrix has another shape; they
    include the noise of the record, but not an error common to all samples (time step, grid).

    Args:
        times: equally spaced, shape (n,) [time].
        values: complex samples, shape (n,).
        center: energies are sought within pi/spacing of this energy [energy].
        noise: singular values below this share of the largest count as noise.
        modes: number of modes; by default that of the singular values above the noise.

    Returns:
        the `Modes`.

    Raises:
        WavesimError: with fewer than 8 samples, or a record that is zero.

    Not for records with a continuum of energies, or with more modes than a third of the samples.

    Source: Y. Hua and T. K. Sarkar, IEEE Trans. Acoust. Speech Signal Process. 38, 814 (1990).
    """
    if len(times) < 8 or not np.any(values):
        raise WavesimError(
            f"a matrix pencil needs at least 8 samples that are not all zero, but there are {len(times)}; save more frames."
        )
    spacing = float(times[1] - times[0])
    shifted = np.asarray(values) * np.exp(1j * center * times)
    best = _poles(shifted, len(shifted) // 2, noise, modes)
    variants = [
        _poles(shifted, len(shifted) // 3, noise, len(best)),
        _poles(shifted[: int(_SHORTER_PART * len(shifted))], int(_SHORTER_PART * len(shifted)) // 2, noise, len(best)),
    ]
    complex_energies = 1j * np.log(best) / spacing
    changes = []
    for poles in variants:
        nearest = np.argmin(np.abs(poles[None, :] - best[:, None]), axis=1)
        changes.append(1j * np.log(poles[nearest]) / spacing - complex_energies)
    design = best[None, :] ** np.arange(len(shifted))[:, None]
    amplitudes = np.linalg.lstsq(design, shifted, rcond=None)[0]
    order = np.argsort(complex_energies.real)
    # rounding of the eigenvalues
    floor = np.finfo(float).eps / spacing
    return Modes(
        energies=complex_energies.real[order] + center,
        energy_errors=np.max(np.abs(np.real(changes)), axis=0)[order] + floor,
        widths=-2 * complex_energies.imag[order],
        width_errors=2 * np.max(np.abs(np.imag(changes)), axis=0)[order] + 2 * floor,
        amplitudes=(amplitudes * np.exp(1j * complex_energies * times[0]))[order],
        residual=float(np.max(np.abs(shifted - design @ amplitudes))),
    )


def _poles(values: np.ndarray, columns: int, noise: float, modes: int | None) -> np.ndarray:
    """Poles z_j of y_n = sum c_j z_j^n."""
    rows = len(values) - columns
    hankel = values[np.arange(rows)[:, None] + np.arange(columns + 1)[None, :]]
    _, sizes, rights = scipy.linalg.svd(hankel, full_matrices=False, lapack_driver="gesdd")
    count = int(np.sum(sizes > noise * sizes[0])) if modes is None else min(modes, len(sizes))
    count = max(1, min(count, columns - 1))
    signal = rights[:count].T
    return np.linalg.eigvals(np.linalg.lstsq(signal[:-1], signal[1:], rcond=None)[0])
