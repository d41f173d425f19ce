"""What a grid cannot hold of a potential: its waves beyond the band, and the error in a probability that they make."""

from __future__ import annotations

import math

import numpy as np

from ....potentials import AbstractPotential, values_at

# points over the potential at first and at most; doubled until its spectrum has died away at their end
_FIRST, _MOST = 1 << 12, 1 << 17
# of the largest: a spectrum that has died away
_GONE = 1e-3
# moments at which a driven potential is looked at
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

    A wave of `momentum` k scattered by V out of the band comes back after a time of 2m/K^2; to second order in V that is missed, and
    what is changed is at most

    B(K) = 2 (m/k) (1/pi) int_{K-k}^inf |V(q)|^2 / ((k + q)^2/2m - k^2/2m) dq,   V(q) = int V e^{-iqx} dx.

    Args:
        potential: V; it may differ on the two sides, since V(q) is taken from its slope.
        span: the interval that holds its structure [length].
        momentum: of the waves that meet it, > 0.
        error: absolute.
        mass: of the particle.
        duration: over which a driven V is looked at; None for a static one.

    Returns:
        K, momentum or more; the largest wave number that was looked at if that is not enough.

    Source: second-order perturbation theory, the bound of `wavesim.analysis.bars` before a run.
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
