"""Integrals of functions with thresholds and narrow peaks: panels are bisected until each agrees with its halves."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_MOST_PANELS = 2**13
# change, relative to the value, below which it counts as rounding if bisection does not reduce it
_NOISE = 1e-12
# ratio of successive changes above which bisection does not reduce them
_NO_BETTER = 0.45


class Integral(NamedTuple):
    """An integral, the sum of the changes when its panels were halved, and the panels."""

    value: float
    error: float
    starts: np.ndarray
    stops: np.ndarray


def integrated(
    integrand: Callable[[np.ndarray], np.ndarray], ends: np.ndarray, tolerance: float, relative: float = 0.0
) -> Integral:
    """The integral over [ends[0], ends[-1]], by adaptive Gauss-Legendre quadrature.

    Args:
        integrand: function of an array of positions.
        ends: ends of the first panels, increasing, including positions where the integrand varies fast.
        tolerance: absolute accuracy.
        relative: accuracy relative to the value; the larger of both is the goal.

    Returns:
        an Integral.
    """
    a, b = ends[:-1], ends[1:]
    length = ends[-1] - ends[0]
    whole = on_panels(integrand, a, b)
    size = abs(float(whole.sum()))
    aim, before = max(tolerance, relative * size), np.full(a.size, np.inf)
    value, error, evaluated = 0.0, 0.0, a.size
    starts, stops = [np.zeros(0)], [np.zeros(0)]
    while a.size:
        middle = (a + b) / 2
        lower, upper = np.stack([a, middle], axis=1).ravel(), np.stack([middle, b], axis=1).ravel()
        halves = on_panels(integrand, lower, upper).reshape(-1, 2)
        change = np.abs(halves.sum(axis=1) - whole)
        evaluated += lower.size
        # narrow panels have a floor of the tolerance, small enough for all of them together
        share = aim * np.maximum((b - a) / length, 1 / _MOST_PANELS)
        done = (change <= share) | (evaluated >= _MOST_PANELS)
        done |= (change <= _NOISE * size) & (change > _NO_BETTER * before)
        value += float(halves[done].sum())
        error += float(change[done].sum())
        kept = np.repeat(~done, 2)
        starts.append(lower[~kept])
        stops.append(upper[~kept])
        a, b, whole, before = lower[kept], upper[kept], halves.ravel()[kept], np.repeat(change[~done], 2)
    return Integral(value, error, np.concatenate(starts), np.concatenate(stops))


def on_panels(integrand: Callable[[np.ndarray], np.ndarray], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The integral over each panel by 16 Gauss points."""
    places = (a + b)[:, None] / 2 + (b - a)[:, None] / 2 * _NODES
    return (b - a) / 2 * (integrand(places.ravel()).reshape(places.shape) @ _WEIGHTS)
