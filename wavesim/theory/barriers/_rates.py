"""Thermal rates of crossing a barrier, from T(E) and by the textbook approximations (hbar = 1, temperatures as kT)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ._barriers import log_eckart_transmission

_POINTS = 12
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_POINTS)
# integrand, relative to its maximum, below which it is neglected
_FAINT = 1e-18
# samples that locate the maximum
_SAMPLES = 2048
# panels of an average
_PANELS = 64


class Averaged(NamedTuple):
    """Boltzmann average of T(E).

    Attributes:
        log: logarithm of int T(E) exp(-E/kT) dE/kT.
        energy: position of the maximum of the integrand [energy].
        error: error of `log`, its change from half as many panels.
    """

    log: float
    energy: float
    error: float


class TransmissionTable:
    """Interpolation of log T between 0 and an energy, for averages at many temperatures.

    At the threshold T is proportional to E if V is equal on both sides, else to sqrt(E), E counted from the higher side. Legendre series in
    sqrt(E) on equal panels represent log(T/E) or log(T/sqrt(E)).

    Args:
        log_transmission: log T of an array of energies, called once.
        highest: largest energy [energy].
        panels: number of panels.
        equal: whether V is equal on both sides of the barrier.

    Source: E. P. Wigner, Phys. Rev. 73, 1002 (1948), for the laws at a threshold.
    """

    def __init__(
        self,
        log_transmission: Callable[[np.ndarray], np.ndarray],
        highest: float,
        panels: int = 2 * _PANELS,
        equal: bool = True,
    ) -> None:
        self._power = 2 if equal else 1
        self._ends = np.linspace(0.0, math.sqrt(highest), panels + 1)
        roots = self._ends[:-1, None] + np.diff(self._ends)[:, None] * (_NODES + 1) / 2
        values = log_transmission(roots.ravel() ** 2).reshape(roots.shape) - self._power * np.log(roots)
        table = np.polynomial.legendre.legvander(_NODES, _POINTS - 1)
        self._series = values @ ((np.arange(_POINTS)[:, None] + 0.5) * table.T * _WEIGHTS).T
        # the truncation error is at most the size of the highest terms
        self.error = float(np.max(np.abs(self._series[:, -2:]).sum(axis=1)))

    def __call__(self, energies: np.ndarray) -> np.ndarray:
        roots = np.sqrt(energies)
        panel = np.clip(np.searchsorted(self._ends, roots) - 1, 0, len(self._series) - 1)
        local = 2 * (roots - self._ends[panel]) / np.diff(self._ends)[panel] - 1
        table = np.polynomial.legendre.legvander(local, _POINTS - 1)
        with np.errstate(divide="ignore"):
            return np.sum(self._series[panel] * table, axis=-1) + self._power * np.log(roots)


def boltzmann_average(
    log_transmission: Callable[[np.ndarray], np.ndarray], temperature: float, highest: float
) -> Averaged:
    """The logarithm of int_0^inf T(E) exp(-E/kT) dE/kT; where T is a step at V0, it is -V0/kT.

    Args:
        log_transmission: log T of an array of energies, counted from V on the reactants' side.
        temperature: kT [energy].
        highest: an energy above all barriers; the integral ends 40 kT above it [energy].

    Returns:
        an Averaged.

    Source: E. P. Wigner, Z. Phys. Chem. B 19, 203 (1932); R. P. Bell, The Tunnel Effect in Chemistry (1980), chapter 3.
    """
    top = highest + 40 * temperature
    # towards the threshold T falls as a power of E
    energies = top * np.linspace(0.0, 1.0, _SAMPLES + 1)[1:] ** 2
    exponent = log_transmission(energies) - energies / temperature
    peak = int(np.argmax(exponent))
    relevant = np.flatnonzero(exponent > exponent[peak] + math.log(_FAINT))
    low = float(energies[relevant[0] - 1]) if relevant[0] else 0.0
    high = float(energies[min(int(relevant[-1]) + 1, energies.size - 1)])
    logs = [_integrated(log_transmission, temperature, low, high, panels) for panels in (_PANELS // 2, _PANELS)]
    return Averaged(logs[1], float(energies[peak]), abs(logs[1] - logs[0]))


def _integrated(
    log_transmission: Callable[[np.ndarray], np.ndarray], temperature: float, low: float, high: float, panels: int
) -> float:
    # panels equal in sqrt(E), in which T is smooth at the threshold
    ends = (math.sqrt(low) + (math.sqrt(high) - math.sqrt(low)) * np.linspace(0.0, 1.0, panels + 1)) ** 2
    energies = ends[:-1, None] + np.diff(ends)[:, None] * (_NODES + 1) / 2
    exponent = log_transmission(energies.ravel()).reshape(energies.shape) - energies / temperature
    largest = float(exponent.max())
    total = float(np.sum(np.exp(exponent - largest) @ _WEIGHTS * np.diff(ends) / 2))
    return largest + math.log(total / temperature)


def wigner_correction(frequency: float, temperature: float) -> float:
    """Wigner's correction 1 + (omega/kT)^2/24, the leading effect of tunneling at a parabolic top, for kT well above omega/(2 pi).

    Args:
        frequency: omega of the inverted barrier [1/time].
        temperature: kT [energy].

    Source: E. P. Wigner, Z. Phys. Chem. B 19, 203 (1932).
    """
    return 1 + (frequency / temperature) ** 2 / 24


def parabolic_correction(frequency: float, temperature: float) -> float:
    """Tunneling correction of an infinite inverted parabola, (omega/2kT)/sin(omega/2kT); infinite below the crossover.

    Args:
        frequency: omega of the inverted barrier [1/time].
        temperature: kT [energy].

    Source: R. P. Bell, Trans. Faraday Soc. 55, 1 (1959), equation (15).
    """
    half = frequency / (2 * temperature)
    return half / math.sin(half) if half < math.pi else math.inf


def crossover_temperature(frequency: float) -> float:
    """Crossover temperature kT = omega/(2 pi), below which tunneling dominates the rate.

    Args:
        frequency: omega of the inverted barrier [1/time].

    Source: V. I. Goldanskii, Dokl. Akad. Nauk SSSR 124, 1261 (1959); P. Hanggi, P. Talkner, M. Borkovec, Rev. Mod. Phys. 62, 251 (1990), section IX.
    """
    return frequency / (2 * math.pi)


def eckart_correction(height: float, frequency: float, temperature: float, mass: float, drop: float = 0.0) -> float:
    """Tunneling correction of the Eckart barrier of given height and curvature: its Boltzmann average over exp(-V0/kT).

    V = drop/(1 + exp(x/L)) + B/(4 cosh^2(x/2L)), B = (sqrt(V0) + sqrt(V0 + drop))^2; L follows from the curvature,
    m omega^2 = (B^2 - drop^2)^2/(8 L^2 B^3). Without a drop it is V0/cosh^2(x/a), omega = sqrt(2 V0/m)/a.

    Args:
        height: V0, counted from the higher of the levels on both sides [energy].
        frequency: omega of the inverted barrier [1/time].
        temperature: kT [energy].
        mass: mass of the particle.
        drop: difference of V between the two sides [energy].

    Source: C. Eckart, Phys. Rev. 35, 1303 (1930); H. S. Johnston, J. Heicklen, J. Phys. Chem. 66, 532 (1962).
    """
    both = (math.sqrt(height) + math.sqrt(height + drop)) ** 2
    # L; without a drop it is a/2 of V0/cosh^2(x/a)
    width = (both**2 - drop**2) / (frequency * math.sqrt(8 * mass * both**3))

    def log_transmission(energy: np.ndarray) -> np.ndarray:
        if not drop:
            return np.asarray(log_eckart_transmission(energy, height, 2 * width, mass))
        return _log_unequal_eckart(energy, both, width, mass, drop)

    average = boltzmann_average(log_transmission, temperature, height)
    return math.exp(average.log + height / temperature)


def _log_unequal_eckart(energy: np.ndarray, both: float, width: float, mass: float, drop: float) -> np.ndarray:
    """log T = log [sinh 2 pi a sinh 2 pi b/(cosh^2 pi(a + b) + sinh^2 pi c)], a and b the momenta times L, 4c^2 = 8 m B L^2 - 1."""
    slow, fast = (2 * math.pi * width * np.sqrt(2 * mass * (energy + lower)) for lower in (0.0, drop))
    total, squared = slow + fast, 8 * mass * both * width**2 - 1
    sinhs = total + np.log1p(-np.exp(-2 * slow)) + np.log1p(-np.exp(-2 * fast)) - math.log(2)
    if squared < 0:
        last = 2 * math.cos(math.pi * math.sqrt(-squared)) * np.exp(-total)
        return sinhs - total - np.log1p(np.exp(-2 * total) + last) + math.log(2)
    bend = math.pi * math.sqrt(squared)
    return sinhs - np.logaddexp(np.logaddexp(total, -total), math.log1p(math.exp(-2 * bend)) + bend) + math.log(2)
