"""Coulomb barriers by the functions of mpmath: a pole, a half-life, a Gamow peak."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
from numpy.polynomial import Chebyshev

from ._differences import Numbers, Table
from ._waves import root

_DIGITS = 20
# of the polynomial through log T about a Gamow peak
_POINTS = 20


def _outgoing(energy: Any, radius: Any, strength: Any, mass: Any) -> tuple[Any, Any]:
    """G + iF and its derivative by r, at the radius."""
    k = mpmath.sqrt(2 * mass * energy)
    eta, rho = mass * strength / k, k * radius

    def h(rho: Any) -> Any:
        return mpmath.coulombg(0, eta, rho) + 1j * mpmath.coulombf(0, eta, rho)

    # G_0' = (1/rho + eta) G_0 - sqrt(1 + eta^2) G_1, and F alike
    following = mpmath.coulombg(1, eta, rho) + 1j * mpmath.coulombf(1, eta, rho)
    return h(rho), k * ((1 / rho + eta) * h(rho) - mpmath.sqrt(1 + eta**2) * following)


def _nucleus(table: Table) -> tuple[float, ...]:
    well = table["potential"]
    return well["depth"], well["radius"], well["strength"], table["particle"]["mass"]


def coulomb(table: Table) -> Numbers:
    """The pole of sin(kr) within the radius and G + iF outside."""
    depth, radius, strength, mass = _nucleus(table)
    top = strength / radius
    span = np.linspace(-depth + 1e-9, top - 1e-9, 400)

    def closed(e: float) -> float:
        k = math.sqrt(2 * mass * (e + depth))
        return k * math.cos(k * radius) + math.sqrt(2 * mass * (top - e)) * math.sin(k * radius)

    signs = [closed(e) for e in span]
    first = next(n for n in range(len(span) - 1) if signs[n] * signs[n + 1] < 0)
    guess = root(closed, span[first], span[first + 1])
    with mpmath.workdps(_DIGITS):

        def mismatch(energy: Any) -> Any:
            k = mpmath.sqrt(2 * mass * (energy + depth))
            value, slope = _outgoing(energy, radius, strength, mass)
            return k * mpmath.cot(k * radius) - slope / value

        pole = mpmath.findroot(mismatch, (guess - 0.02j * guess, guess - 0.05j * guess), tol=1e-30)
        energy, width = float(pole.real), float(-2 * pole.imag)
    return {
        "lifetime": (1 / width, 1e-13 / width),
        "resonance_energy": (energy, 1e-14),
        "resonance_width": (width, 1e-14),
    }


def _leaving(energy: Any, table: Table) -> tuple[Any, Any]:
    """Amplitude that comes back at r = 0 of a wave exp(ikr) inside, and T."""
    depth, radius, strength, mass = _nucleus(table)
    inner, outer = mpmath.sqrt(2 * mass * (energy + depth)), mpmath.sqrt(2 * mass * energy)
    value, slope = _outgoing(energy, radius, strength, mass)
    ratio = slope / value
    back = (1j * inner - ratio) / (1j * inner + ratio)
    return back * mpmath.exp(2j * inner * radius), outer / inner * abs((1 + back) / value) ** 2


def gamow(table: Table) -> Numbers:
    """ln 2 d(arg r)/dE / T, r and T by Coulomb functions."""
    energy = table["find"]["energy"]
    with mpmath.workdps(30):
        here, through = _leaving(mpmath.mpf(energy), table)
        trip = mpmath.diff(lambda e: mpmath.arg(_leaving(e, table)[0] / here), mpmath.mpf(energy))
        half = float(mpmath.log(2) * trip / through)
    return {"half_life": (half, 1e-13 * half)}


def fusion(table: Table) -> Numbers:
    """The maximum of T(E) exp(-E/kT), and where it is 1/e of it."""
    hot, (_, _, strength, mass) = table["find"]["temperature"], _nucleus(table)
    scale = (hot * math.pi * strength * math.sqrt(mass / 2)) ** (2 / 3)

    def logarithm(root: Any) -> Any:
        with mpmath.workdps(_DIGITS):
            return np.array([float(mpmath.log(_leaving(mpmath.mpf(u) ** 2, table)[1])) for u in np.atleast_1d(root)])

    low, high = math.sqrt(scale * 0.3), math.sqrt(scale * 2.6)
    bare = math.pi * strength * math.sqrt(2 * mass)
    smooth = Chebyshev.interpolate(lambda u: logarithm(u) + bare / u, _POINTS, [low, high])

    def rate(u: float) -> float:
        return float(smooth(u)) - bare / u - u**2 / hot

    def slope(u: float) -> float:
        return float(smooth.deriv()(u)) + bare / u**2 - 2 * u / hot

    top = root(slope, low, high)
    left, right = (root(lambda u: rate(u) - rate(top) + 1, *ends) for ends in ((low, top), (top, high)))
    return {"peak_energy": (top**2, 1e-12 * top**2), "peak_width": (right**2 - left**2, 1e-12 * top**2)}
