"""The waves of a potential beyond the band of a grid, and the error of a probability without them."""

from __future__ import annotations

import math

import numpy as np

from ....potentials import AbstractPotential, values_at

# first number of samples of V, doubled until its spectrum ends within their band
_FIRST = 1 << 12
# largest number of samples
_MOST = 1 << 17
# share of its maximum below which a spectrum has ended
_GONE = 1e-3
# times at which a driven potential is sampled
_MOMENTS = 9


def band_for(
    potential: AbstractPotential,
    span: tuple[float, float],
    momentum: float,
    error: float,
    mass: float,
    duration: float | None = None,
) -> float:
    """The largest wave number K that a grid needs so that V's waves beyond it change a probability by less than `error`.

    A wave of `momentum` k scattered by V out of the band returns after a time of 2m/K^2; a grid without these waves misses that process of second
    order in V, which changes the probability by at most

    B(K) = 2 (m/k) (1/pi) int_{K-k}^inf |V(q)|^2 / ((k + q)^2/2m - k^2/2m) dq,   V(q) = int V e^{-iqx} dx.

    Args:
        potential: V; it may differ on the two sides, since V(q) is taken from its slope.
        span: the interval that holds its structure [length].
        momentum: momentum of the incident waves, > 0.
        error: the absolute error of the probability.
        mass: mass of the particle.
        duration: the time over which a driven V is sampled; None for a static one.

    Returns:
        K, at least `momentum`; the largest wave number of the samples if that is not enough.

    Source: second-order perturbation theory, this package.
    """
    times = [0.0] if duration is None else np.linspace(0.0, duration, _MOMENTS)
    low, high = span
    pad = 0.5 * (high - low) + 1e-9
    count = _FIRST
    while True:
        x, step = np.linspace(low - pad, high + pad, count, retstep=True)
        power = np.zeros(count // 2 + 1)
        for time in times:
            slope = np.diff(values_at(potential, x, mass, float(time)), append=np.nan)
            slope[-1] = 0.0
            power = np.maximum(power, np.abs(np.fft.rfft(slope)) ** 2)
        q = 2 * math.pi * np.fft.rfftfreq(count, step)
        outer = power[3 * len(power) // 4 :].max(initial=0.0)
        if outer <= _GONE**2 * power.max(initial=0.0) or count >= _MOST:
            break
        count *= 2
    # FT of V' is iq V(q)
    squared = power[1:] / q[1:] ** 2
    beyond = squared / (q[1:] * (2 * momentum + q[1:]) / (2 * mass))
    missed = np.cumsum(beyond[::-1])[::-1] * (q[1] - q[0]) * 2 * mass / momentum / math.pi
    enough = np.flatnonzero(missed <= error)
    return momentum + float(q[1:][enough[0]] if len(enough) else q[-1])
