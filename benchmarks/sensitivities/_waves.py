"""Numbers of the tests' oracle, and what is made of its waves and levels: averages, maxima, poles, delays, rates."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev
from scipy.interpolate import AAA
from scipy.optimize import brentq

from tests.oracle import Scatterer, answers, line_of

from ._differences import Numbers, Table

_ROUNDING = 1e-13
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
# deviations of a packet's momenta that are added up
_TAIL = 7.5
# scan of energies for maxima and poles
_LOOKS, _POINTS = 2001, 24


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """The zero between two places."""
    return float(brentq(function, low, high, xtol=1e-15))  # type: ignore[arg-type]


def oracle(table: Table) -> Numbers:
    """What tests/oracle says."""
    return answers(table).numbers


def box(table: Table) -> Numbers:
    """n^2 pi^2/(2 m L^2)."""
    well, mass = table["potential"], table["particle"]["mass"]
    ground = math.pi**2 / (2 * mass * well["width"] ** 2)
    return {f"level_{n}": (ground * (n + 1) ** 2, 0.0) for n in range(table["find"]["count"])}


def separable(table: Table) -> Numbers:
    """Sums of the levels of the axes."""
    count, axes = table["find"]["count"], []
    for term in table["potential"]["terms"]:
        known = answers({**table, "potential": term}).numbers
        axes.append([known[f"level_{n}"] for n in range(count)])
    sums = sorted((one + other, e + f) for one, e in axes[0] for other, f in axes[1])
    return {f"level_{n}": sums[n] for n in range(count)}


@dataclasses.dataclass(frozen=True)
class _Waves:
    """Waves that come from the left of an oracle's line."""

    scatterer: Scatterer
    table: Table

    @classmethod
    def of(cls, table: Table, highest: float) -> _Waves:
        mass = table["particle"]["mass"]
        return cls(Scatterer(line_of(table["potential"], mass), mass, highest), table)

    def through(self, energies: np.ndarray) -> np.ndarray:
        return self.scatterer.transmission(np.asarray(energies, float))


def average(table: Table) -> Numbers:
    """int T(k) abs(phi(k))^2 dk of a packet that starts far outside V; k^2 = threshold^2 + u^2, for T rises there as a root does."""
    state, mass = table["state"], table["particle"]["mass"]
    width, momentum, line = state["width"], state["momentum"], line_of(table["potential"], mass)
    far = min(abs(state["center"] - end) for end in line.reach)
    near, beyond = line.ends if momentum > 0 else line.ends[::-1]
    threshold = 2 * mass * max(beyond - near, 0.0)
    span = min(_TAIL / (2 * width), 0.999 * abs(momentum))
    low, high = (math.sqrt(max((abs(momentum) + side * span) ** 2 - threshold, 0.0)) for side in (-1, 1))
    sums = []
    for panels in (24, 32):
        ends = np.linspace(low, high, panels + 1)
        u = ((ends[1:] + ends[:-1])[:, None] + np.diff(ends)[:, None] * _NODES) / 2
        k = np.sqrt(threshold + u**2)
        density = width * math.sqrt(2 / math.pi) * np.exp(-2 * (width * (k - abs(momentum))) ** 2) * u / k
        waves = Scatterer(line, mass, max(line.ends) + float(np.max(k**2)) / (2 * mass))
        through = waves.transmission(k.ravel() ** 2 / (2 * mass), momentum > 0).reshape(k.shape)
        sums.append(float(np.sum(density * through * _WEIGHTS * np.diff(ends)[:, None] / 2)))
    error = abs(sums[1] - sums[0]) + 1e-13 + math.exp(-((far / width) ** 2) / 2)
    return {"transmitted_probability": (sums[1], error), "reflected_probability": (1 - sums[1], error)}


def energy(table: Table) -> Numbers:
    """The lowest energy at which a given share passes."""
    wanted, waves = table["find"]["transmission"], _Waves.of(table, 4.0)
    scan = np.linspace(1e-3, 3.0, _LOOKS)
    first = int(np.argmax(waves.through(scan) > wanted))
    found = root(lambda e: float(waves.through(np.array([e]))[0]) - wanted, scan[first - 1], scan[first])
    return {"energy_for_transmission": (found, _ROUNDING)}


def maxima(table: Table) -> Numbers:
    """Where T is largest between two energies, by a polynomial about each top."""
    find = table["find"]
    waves, scan = _Waves.of(table, find["high"]), np.linspace(find["low"], find["high"], _LOOKS)
    seen, numbers = waves.through(scan), {}
    tops = 1 + np.flatnonzero((seen[1:-1] > seen[:-2]) & (seen[1:-1] >= seen[2:]))
    for n, top in enumerate(tops):
        half = 6 * (scan[1] - scan[0])
        near = Chebyshev.interpolate(waves.through, _POINTS, [scan[top] - half, scan[top] + half])
        roots = near.deriv().roots()
        inside = np.real(roots[(abs(np.imag(roots)) < 1e-8) & (abs(np.real(roots) - scan[top]) < half)])
        place = float(inside[np.argmax(near(inside))])
        mark = "" if n == 0 else f"_{n + 1}"
        numbers[f"maximum_energy{mark}"] = (place, 1e-12)
        numbers[f"maximum_transmission{mark}"] = (float(near(place)), 1e-13)
    return numbers


def poles_near(amplitude: Any, low: float, high: float) -> Numbers:
    """Poles near the axis of an amplitude known on it, by a rational function through it."""
    scan = np.linspace(low, high, 161)
    found = AAA(scan, amplitude(scan), rtol=1e-13).poles()
    near = found[
        (np.real(found) > low) & (np.real(found) < high) & (np.imag(found) < 0) & (np.imag(found) > -0.5 * high)
    ]
    numbers: Numbers = {}
    for n, pole in enumerate(sorted(near, key=lambda one: float(np.real(one)))):
        mark = "" if n == 0 else f"_{n + 1}"
        numbers[f"resonance_energy{mark}"] = (float(pole.real), 1e-11)
        numbers[f"resonance_width{mark}"] = (float(-2 * pole.imag), 1e-11)
    return numbers


def poles(table: Table) -> Numbers:
    """Resonances between two energies."""
    find = table["find"]
    waves = _Waves.of(table, find["high"])
    return poles_near(lambda e: waves.scatterer.waves(e).transmitted, find["low"], find["high"])


def delay(table: Table) -> Numbers:
    """d(arg t)/dE between the ends of V, and int abs(psi)^2 dx m/k."""
    mass, here = table["particle"]["mass"], table["find"]["energy"]
    waves = _Waves.of(table, 2 * here)
    first = complex(waves.scatterer.waves(here).transmitted[0])
    turn = Chebyshev.interpolate(
        lambda e: np.angle(waves.scatterer.waves(e).transmitted / first), _POINTS, [0.8 * here, 1.2 * here]
    )
    psi = waves.scatterer.waves(here, inside=True).psi
    assert psi is not None
    inside = float(np.sum(abs(psi[0]) ** 2 * waves.scatterer.mesh.weights))
    dwell = inside * mass / math.sqrt(2 * mass * here)
    return {"phase_time": (float(turn.deriv()(here)), 1e-11), "dwell_time": (dwell, 1e-13 * dwell)}


def thermal(table: Table) -> Numbers:
    """int T exp(-E/kT) dE/kT over exp(-V0/kT), of a barrier whose top is its height."""
    find, potential, mass = table["find"], table["potential"], table["particle"]["mass"]
    hot, height = find["temperature"], potential["height"]
    nodes, weights = np.polynomial.legendre.leggauss(40)

    def correction(mass: float) -> float:
        top = height + 40 * hot
        waves = _Waves.of({**table, "particle": {"mass": mass}}, top)
        ends = np.linspace(0.0, 1.0, 25) ** 2 * top
        e = ((ends[1:] + ends[:-1])[:, None] + np.diff(ends)[:, None] * nodes) / 2
        values = waves.through(e.ravel()).reshape(e.shape) * np.exp((height - e) / hot) / hot
        return float(np.sum(values * weights * np.diff(ends)[:, None] / 2))

    here, other = correction(mass), correction(find["heavier"])
    share = find["attempt"] / (2 * math.pi) * math.exp(-height / hot)
    # of a barrier V0 / cosh^2(x/a)
    cross = math.sqrt(2 * height / (mass * potential["width"] ** 2)) / (2 * math.pi)
    return {
        "tunneling_correction": (here, 1e-12 * here),
        "rate": (here * share, 1e-12 * here * share),
        "kinetic_isotope_effect": (here / other * math.sqrt(find["heavier"] / mass), 2e-12 * here / other),
        "crossover_temperature": (cross, 0.0),
    }
