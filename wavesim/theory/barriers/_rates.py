"""Thermal rates of crossing a barrier, from T(E) and in the approximations of the textbooks (hbar = 1, temperatures as kT)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ._barriers import log_eckart_transmission

_POINTS = 12
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_POINTS)
# of the integrand: below this share of its maximum it is left out, and how finely its maximum is looked for
_FAINT, _LOOKS = 1e-18, 2048
_PANELS = 64


class Averaged(NamedTuple):
    """Boltzmann's average of T(E).

    Attributes:
        log: of int T(E) exp(-E/kT) dE/kT.
        energy: at which the integrand is largest [energy].
        error: of `log`: twice the panels, half as fine.
    """

    log: float
    energy: float
    error: float


class TransmissionTable:
    """log T between 0 and an energy, from its values at Gauss's points of panels even in the root of E: for averages at many temperatures.

    Of a barrier between equal levels, at which T begins in proportion to E: log(T/E) is what the polynomials meet.

    Args:
        log_transmission: log T of energies, called once.
        highest: the largest energy that will be asked for [energy].
        panels: how many.
    """

    def __init__(
        self, log_transmission: Callable[[np.ndarray], np.ndarray], highest: float, panels: int = 2 * _PANELS
    ) -> None:
        self._ends = np.linspace(0.0, math.sqrt(highest), panels + 1)
        roots = self._ends[:-1, None] + np.diff(self._ends)[:, None] * (_NODES + 1) / 2
        values = log_transmission(roots.ravel() ** 2).reshape(roots.shape) - 2 * np.log(roots)
        table = np.polynomial.legendre.legvander(_NODES, _POINTS - 1)
        self._series = values @ ((np.arange(_POINTS)[:, None] + 0.5) * table.T * _WEIGHTS).T
        # what the polynomials leave out is no larger than their highest terms
        self.error = float(np.max(np.abs(self._series[:, -2:]).sum(axis=1)))

    def __call__(self, energies: np.ndarray) -> np.ndarray:
        roots = np.sqrt(energies)
        panel = np.clip(np.searchsorted(self._ends, roots) - 1, 0, len(self._series) - 1)
        local = 2 * (roots - self._ends[panel]) / np.diff(self._ends)[panel] - 1
        table = np.polynomial.legendre.legvander(local, _POINTS - 1)
        with np.errstate(divide="ignore"):
            return np.sum(self._series[panel] * table, axis=-1) + 2 * np.log(roots)


def boltzmann_average(
    log_transmission: Callable[[np.ndarray], np.ndarray], temperature: float, highest: float
) -> Averaged:
    """The logarithm of int_0^inf T(E) exp(-E/kT) dE/kT; where T is a step at V0, it is -V0/kT.

    Args:
        log_transmission: log T of energies counted from the reactants' side.
        temperature: kT [energy].
        highest: an energy above all barriers; beyond it 40 kT are followed [energy].

    Source: E. P. Wigner, Z. Phys. Chem. B 19, 203 (1932); R. P. Bell, The Tunnel Effect in Chemistry (1980), chapter 3.
    """
    top = highest + 40 * temperature
    # towards the threshold T falls as a power of E
    look = top * np.linspace(0.0, 1.0, _LOOKS + 1)[1:] ** 2
    exponent = log_transmission(look) - look / temperature
    peak = int(np.argmax(exponent))
    seen = np.flatnonzero(exponent > exponent[peak] + math.log(_FAINT))
    low = float(look[seen[0] - 1]) if seen[0] else 0.0
    high = float(look[min(int(seen[-1]) + 1, look.size - 1)])
    logs = [_integrated(log_transmission, temperature, low, high, panels) for panels in (_PANELS // 2, _PANELS)]
    return Averaged(logs[1], float(look[peak]), abs(logs[1] - logs[0]))


def _integrated(
    log_transmission: Callable[[np.ndarray], np.ndarray], temperature: float, low: float, high: float, panels: int
) -> float:
    # evenly in the root of E, in which T begins
    ends = (math.sqrt(low) + (math.sqrt(high) - math.sqrt(low)) * np.linspace(0.0, 1.0, panels + 1)) ** 2
    energies = ends[:-1, None] + np.diff(ends)[:, None] * (_NODES + 1) / 2
    exponent = log_transmission(energies.ravel()).reshape(energies.shape) - energies / temperature
    largest = float(exponent.max())
    total = float(np.sum(np.exp(exponent - largest) @ _WEIGHTS * np.diff(ends) / 2))
    return largest + math.log(total / temperature)


def wigner_correction(frequency: float, temperature: float) -> float:
    """1 + (omega/kT)^2/24, the first term of what tunneling adds at a parabolic top, for kT well above omega/(2 pi).

    Args:
        frequency: omega of the inverted barrier [1/time].
        temperature: kT [energy].

    Source: E. P. Wigner, Z. Phys. Chem. B 19, 203 (1932).
    """
    return 1 + (frequency / temperature) ** 2 / 24


def parabolic_correction(frequency: float, temperature: float) -> float:
    """(omega/2kT)/sin(omega/2kT), what tunneling adds at an inverted parabola without end; infinite below the crossover.

    Args:
        frequency: omega of the inverted barrier [1/time].
        temperature: kT [energy].

    Source: R. P. Bell, Trans. Faraday Soc. 55, 1 (1959), equation (15).
    """
    half = frequency / (2 * temperature)
    return half / math.sin(half) if half < math.pi else math.inf


def crossover_temperature(frequency: float) -> float:
    """kT = omega/(2 pi), below which more is transmitted by tunneling than over the top.

    Args:
        frequency: omega of the inverted barrier [1/time].

    Source: V. I. Goldanskii, Dokl. Akad. Nauk SSSR 124, 1261 (1959); P. Hanggi, P. Talkner, M. Borkovec, Rev. Mod. Phys. 62, 251 (1990), section IX.
    """
    return frequency / (2 * math.pi)


def eckart_correction(height: float, frequency: float, temperature: float, mass: float) -> float:
    """What tunneling adds at Eckart's symmetric barrier V0/cosh^2(x/a) of that height and curvature, omega = sqrt(2 V0/m)/a: its average over exp(-V0/kT).

    Args:
        height: V0 [energy].
        frequency: omega of the inverted barrier [1/time].
        temperature: kT [energy].
        mass: of the particle.

    Source: C. Eckart, Phys. Rev. 35, 1303 (1930); H. S. Johnston, J. Heicklen, J. Phys. Chem. 66, 532 (1962).
    """
    width = math.sqrt(2 * height / mass) / frequency
    average = boltzmann_average(
        lambda energy: np.asarray(log_eckart_transmission(energy, height, width, mass)), temperature, height
    )
    return math.exp(average.log + height / temperature)
