"""Lifetime of a metastable state, from a fit to the exponential part of its decay."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ...errors import WavesimError

# least number of samples in a window
_LEAST_SAMPLES = 12
# probability at which a window ends, in units of the record's accuracy
_LOWEST_PROBABILITY = 100.0
# windows that are tried, by where they begin
_STARTS = 60
# later windows whose rates enter the error bar hold at least this share of the window's samples
_SHORTEST_SHARE = 2 / 3


@dataclasses.dataclass(frozen=True)
class DecayFit:
    """probability = amplitude exp(-t/lifetime), fitted to the part of a record that is exponential.

    Attributes:
        rate, rate_error: 1/lifetime, and its error bar: three standard errors of the fit plus the difference of the slopes in the two halves of
            the window, or the change of the rate in windows that begin later, whichever is larger.
        amplitude: the fitted probability, extrapolated to time 0; below 1 by the part that left at once.
        window: first and last time used.
        samples: number of samples in the window.
        ripple: root mean square residual, relative to the probability.
    """

    rate: float
    rate_error: float
    amplitude: float
    window: tuple[float, float]
    samples: int
    ripple: float

    @property
    def lifetime(self) -> float:
        """1/rate [time]."""
        return 1 / self.rate

    @property
    def lifetime_error(self) -> float:
        """Error bar of the lifetime [time]."""
        return self.rate_error / self.rate**2


def fit_decay(times: np.ndarray, probability: np.ndarray, *, accuracy: float = 1e-12, enough: float = 0.0) -> DecayFit:
    """Fit a lifetime to the record of a decaying probability, and choose the window of the fit.

    The window ends where the probability has fallen to 100 times the accuracy of the record, or the record ends. It begins where the
    error bar is least, or first below `enough`: an earlier window holds the start, which is not exponential (faster resonances, t^2 at first), and its
    halves disagree; a later one has fewer samples. In the window log P is fitted by a straight line, each sample weighted by 1/variance, the
    variance of a common relative ripple plus that of the absolute accuracy.

    Args:
        times: increasing, shape (n,) [time].
        probability: survival probability |<psi(0)|psi(t)>|^2, or the probability in the well, shape (n,).
        accuracy: absolute accuracy of the record.
        enough: sufficient relative error bar of the rate: the longest window that reaches it is taken.

    Returns:
        the `DecayFit`.

    Raises:
        WavesimError: if fewer than 12 samples stand above the accuracy, or the probability does not fall.

    Not for the power law that follows at very late times, nor where two resonances of like width decay together: there the matrix
    pencil of the amplitude <psi(0)|psi(t)> gives both.
    """
    faint = np.flatnonzero(~(probability > _LOWEST_PROBABILITY * accuracy))
    stop = int(faint[0]) if len(faint) else len(times)
    if stop < _LEAST_SAMPLES:
        raise WavesimError(
            f"a lifetime needs at least {_LEAST_SAMPLES} samples above {_LOWEST_PROBABILITY * accuracy:.2g}, but the record holds {stop}; save more frames, or run longer."
        )
    t, p = np.asarray(times[:stop], float), np.asarray(probability[:stop], float)
    starts = np.unique(np.linspace(0, stop - _LEAST_SAMPLES, _STARTS).astype(int))
    fits = [_fit(t[start:], p[start:], accuracy) for start in starts]
    fits = [_with_later_rates(fits, index) for index in range(len(fits))]
    good = [fit for fit in fits if fit.rate > 0 and fit.rate_error <= enough * fit.rate]
    best = good[0] if good else min(fits, key=lambda fit: fit.rate_error)
    if not best.rate > 0:
        raise WavesimError(
            f"a lifetime needs a probability that falls, but this one changes at the rate {-best.rate:.3g}; is it a bound state, or the run too short?"
        )
    return best


def _with_later_rates(fits: list[DecayFit], index: int) -> DecayFit:
    """The fit with an error bar that covers the rates of windows that begin up to a third later.

    The two halves of one window may agree by chance; those of all later ones do not.
    """
    fit = fits[index]
    fewest = max(_LEAST_SAMPLES, _SHORTEST_SHARE * fit.samples)
    later = [window.rate for window in fits[index:] if window.samples >= fewest]
    return dataclasses.replace(fit, rate_error=max(fit.rate_error, max(abs(rate - fit.rate) for rate in later)))


def _fit(t: np.ndarray, p: np.ndarray, accuracy: float) -> DecayFit:
    """Exponential through one window."""
    # the first pass weights all samples equally, since the ripple follows from the fit
    variance = np.ones_like(p)
    for _ in range(3):
        slope, level, _ = _line(t, np.log(p), 1 / variance)
        ripple = float(np.sqrt(np.mean((np.log(p) - level - slope * t) ** 2)))
        variance = max(ripple, 1e-15) ** 2 + (accuracy / p) ** 2
    slope, level, error = _line(t, np.log(p), 1 / variance)
    residual = np.log(p) - level - slope * t
    middle = len(t) // 2
    first, second = (
        _line(t[part], np.log(p[part]), 1 / variance[part])[0] for part in (slice(None, middle), slice(middle, None))
    )
    return DecayFit(
        rate=-slope,
        rate_error=3 * error + abs(first - second),
        amplitude=math.exp(level),
        window=(float(t[0]), float(t[-1])),
        samples=len(t),
        ripple=float(np.sqrt(np.mean(residual**2))),
    )


def _line(t: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[float, float, float]:
    """Slope, intercept and standard error of the slope, of a weighted straight line."""
    total = np.sum(weights)
    middle = np.sum(weights * t) / total
    moment = np.sum(weights * (t - middle) ** 2)
    mean = np.sum(weights * y) / total
    slope = float(np.sum(weights * (t - middle) * y) / moment)
    return slope, float(mean - slope * middle), float(1 / np.sqrt(moment))
