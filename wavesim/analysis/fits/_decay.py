"""The lifetime of a metastable state from its decay: an exponential, fitted where the record is one."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ...errors import WavesimError

# the window must hold this many samples, and ends where the probability is this many times the accuracy of the record
_FEWEST = 12
_ABOVE = 100.0
_STARTS = 60
# a window may lose so much at its beginning, and must still give the same rate
_KEPT = 2 / 3


@dataclasses.dataclass(frozen=True)
class DecayFit:
    """probability = amplitude exp(-t/lifetime), fitted to the part of a record that is exponential.

    Attributes:
        rate, rate_error: 1/lifetime, and its error bar: three standard errors of the fit and the distance of the slopes in the two halves of the
            window, or what the rate becomes in windows that begin later, whichever is more.
        amplitude: the fitted probability, continued to time 0; below 1 by what left at once.
        window: first and last time used.
        samples: how many samples the window holds.
        ripple: root mean square of what the fit leaves, relative to the probability.
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
        """Its error bar [time]."""
        return self.rate_error / self.rate**2


def fit_decay(times: np.ndarray, probability: np.ndarray, *, accuracy: float = 1e-12, enough: float = 0.0) -> DecayFit:
    """Fit the lifetime to a record of a probability that decays; the window is chosen, and reported.

    The window ends where the probability has fallen to 100 times the accuracy of the record, or the record ends. It begins where the
    error bar is least, or is `enough`: too early, and the two halves disagree, for the start is not exponential (faster resonances, and t^2 at first);
    too late, and few samples are left. In the window log P is fitted by a straight line, each sample weighted by 1/variance, the
    variance that of a common relative ripple and of the absolute accuracy.

    Args:
        times: increasing, shape (n,) [time].
        probability: survival probability |<psi(0)|psi(t)>|^2, or the probability in the well, shape (n,).
        accuracy: absolute accuracy of the record.
        enough: a relative error bar of the rate that is good enough: the longest window that has it is taken.

    Returns:
        the `DecayFit`.

    Raises:
        WavesimError: if fewer than 12 samples stand above the accuracy, or the probability does not fall.

    Not for the power law that follows at very late times, nor where two resonances of like width decay together: there the matrix
    pencil of the amplitude <psi(0)|psi(t)> gives both.
    """
    faint = np.flatnonzero(~(probability > _ABOVE * accuracy))
    stop = int(faint[0]) if len(faint) else len(times)
    if stop < _FEWEST:
        raise WavesimError(
            f"a lifetime needs at least {_FEWEST} samples above {_ABOVE * accuracy:.2g}, but the record holds {stop}; save more frames, or run longer."
        )
    t, p = np.asarray(times[:stop], float), np.asarray(probability[:stop], float)
    starts = np.unique(np.linspace(0, stop - _FEWEST, _STARTS).astype(int))
    fits = [_fit(t[start:], p[start:], accuracy) for start in starts]
    fits = [_steadied(fits, place) for place in range(len(fits))]
    good = [fit for fit in fits if fit.rate > 0 and fit.rate_error <= enough * fit.rate]
    best = good[0] if good else min(fits, key=lambda fit: fit.rate_error)
    if not best.rate > 0:
        raise WavesimError(
            f"a lifetime needs a probability that falls, but this one changes at the rate {-best.rate:.3g}; is it a bound state, or the run too short?"
        )
    return best


def _steadied(fits: list[DecayFit], place: int) -> DecayFit:
    """A fit whose error bar covers what the rate becomes when it begins later, by up to a third of its window.

    The two halves of one window may agree by chance; those of all later ones do not.
    """
    one = fits[place]
    later = [fit.rate for fit in fits[place:] if fit.samples >= max(_FEWEST, _KEPT * one.samples)]
    return dataclasses.replace(one, rate_error=max(one.rate_error, max(abs(rate - one.rate) for rate in later)))


def _fit(t: np.ndarray, p: np.ndarray, accuracy: float) -> DecayFit:
    # the ripple is not known before the fit: the first weighs all samples alike
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
    """Slope, value at 0, and the slope's standard error, of a weighted straight line."""
    total = np.sum(weights)
    middle = np.sum(weights * t) / total
    moment = np.sum(weights * (t - middle) ** 2)
    mean = np.sum(weights * y) / total
    slope = float(np.sum(weights * (t - middle) * y) / moment)
    return slope, float(mean - slope * middle), float(1 / np.sqrt(moment))
