"""Period of an oscillation: one frequency, fitted to a record by least squares, with its standard error."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ...errors import WavesimError


@dataclasses.dataclass(frozen=True)
class Oscillation:
    """mean + amplitude cos(frequency t + phase), fitted to a record.

    Attributes:
        frequency, frequency_error: angular frequency and its standard error.
        mean, amplitude, phase: of the fit.
        residual: root mean square residual.
    """

    frequency: float
    frequency_error: float
    mean: float
    amplitude: float
    phase: float
    residual: float

    @property
    def period(self) -> float:
        """2 pi / frequency."""
        return 2 * math.pi / self.frequency

    @property
    def period_error(self) -> float:
        """Standard error of the period."""
        return self.period * self.frequency_error / self.frequency

    @property
    def contrast(self) -> float:
        """(max - min)/(max + min) of the fitted oscillation."""
        return self.amplitude / self.mean


def fit_oscillation(times: np.ndarray, values: np.ndarray) -> Oscillation:
    """Fit one cosine to a record of equally spaced samples.

    For each trial frequency, mean and amplitudes follow from linear least squares; the best is refined by Gauss-Newton. The
    standard error assumes independent residuals, sigma^2 (J^T J)^-1, and is never below rounding.

    Args:
        times: shape (n,).
        values: shape (n,).

    Returns:
        the `Oscillation`.

    Raises:
        WavesimError: if there are fewer than 8 samples or the record is constant.

    Not for records much shorter than half a period, nor for several frequencies at once.
    """
    if len(times) < 8 or np.ptp(values) == 0:
        raise WavesimError(
            f"a period needs a record of at least 8 samples that changes, but there are {len(times)}; save more frames."
        )
    # times in units of the record's length: in atomic units those of a slow atom reach 1e12, and least squares would take the other columns for rounding
    span = float(times[-1] - times[0])
    times = times / span
    trials = 2 * math.pi * np.linspace(0.25, len(times) / 2.2, 8 * len(times))
    frequency = float(trials[np.argmin([_linear(times, values, float(w))[1] for w in trials])])
    step = trials[1] - trials[0]
    for _ in range(60):
        coefficients, _ = _linear(times, values, frequency)
        jacobian = _jacobian(times, coefficients, frequency)
        residual = values - _design(times, frequency) @ coefficients
        shift = float(np.clip(np.linalg.lstsq(jacobian, residual, rcond=None)[0][3], -step, step))
        frequency += shift
        if abs(shift) < 1e-15 * frequency:
            break
    coefficients, squares = _linear(times, values, frequency)
    sigma = max(math.sqrt(squares / max(len(times) - 4, 1)), 1e-15)
    jacobian = _jacobian(times, coefficients, frequency)
    scale = np.linalg.norm(jacobian, axis=0)
    covariance = np.linalg.inv((jacobian / scale).T @ (jacobian / scale))
    mean, cosine, sine = coefficients
    return Oscillation(
        frequency=frequency / span,
        frequency_error=sigma * math.sqrt(covariance[3, 3]) / scale[3] / span,
        mean=float(mean),
        amplitude=math.hypot(cosine, sine),
        phase=math.atan2(-sine, cosine),
        residual=math.sqrt(squares / len(times)),
    )


def _design(times: np.ndarray, frequency: float) -> np.ndarray:
    """Columns 1, cos and sin of the linear fit at one frequency."""
    return np.stack([np.ones_like(times), np.cos(frequency * times), np.sin(frequency * times)], axis=1)


def _linear(times: np.ndarray, values: np.ndarray, frequency: float) -> tuple[np.ndarray, float]:
    """Coefficients of the linear fit at one frequency, and its sum of squares."""
    design = _design(times, frequency)
    coefficients = np.linalg.lstsq(design, values, rcond=None)[0]
    return coefficients, float(np.sum((values - design @ coefficients) ** 2))


def _jacobian(times: np.ndarray, coefficients: np.ndarray, frequency: float) -> np.ndarray:
    """Derivatives by the coefficients and the frequency."""
    _, cosine, sine = coefficients
    by_frequency = times * (sine * np.cos(frequency * times) - cosine * np.sin(frequency * times))
    return np.concatenate([_design(times, frequency), by_frequency[:, None]], axis=1)
