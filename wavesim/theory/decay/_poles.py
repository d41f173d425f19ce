"""Resonances of any potential open on both sides: complex energies of purely outgoing waves (hbar = 1)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..masses import MassCells, incoming_amplitude
from ..methods import CellWaves, Terrain

# initial points on each side of a box
_POINTS = 24
# largest change of phase between two points of the path
_TURN = 0.8
# most bisections of the path
_HALVINGS = 40
# largest number of zeros in a box that is not cut
_FEW = 2
# most successive cuts
_MOST_CUTS = 40
# most steps of the secant method
_SECANTS = 60
# relative step at which it has converged
_CONVERGED = 4e-16
# largest exponent by which an outgoing wave may grow across V
_DEEPEST = 8.0
# height of a box above the real axis, where there are no zeros, relative to its depth
_ABOVE = 0.2


class Pole(NamedTuple):
    """A resonance E - i Gamma/2, and a bound on the error of either part.

    Attributes:
        energy: E [energy].
        width: Gamma, the width of a narrow peak of T(E) and the total decay rate to both sides [energy].
        error: change from cells half as wide, and rounding [energy]. A smaller width is not resolved.
    """

    energy: float
    width: float
    error: float


def resonance_poles(
    terrain: Terrain, low: float, high: float, mass: float = 1.0, broadest: float = np.inf
) -> list[Pole]:
    """All resonances with low < E < high and a width below `broadest`, by increasing energy.

    Resonances are zeros of the analytic function A(E), the incoming amplitude of the wave that is outgoing on the other side. The number of
    zeros in a box is the change of arg A around it over 2 pi (argument principle), so none is missed, however narrow. The moments of
    d log A and the secant method locate them.

    Args:
        terrain: V, real.
        low, high: bounds of the real part; energies below a threshold are left out [energy].
        mass: particle mass.
        broadest: largest width [energy]. States that decay within an eighth of the time a particle takes to cross V are never found:
            rounding dominates their outgoing wave.

    Returns:
        Poles, with energies on the scale of the terrain.

    Source: Delves and Lyness, Math. Comp. 21 (1967) 543; Siegert, Phys. Rev. 56 (1939) 750.
    """
    threshold = max(terrain.v_left, terrain.v_right)
    low = _above(threshold, low, high)
    if not low < high:
        return []
    coarse, fine = (_Incoming(CellWaves.over(terrain, (low, high), mass, finer=finer)) for finer in (1, 2))
    size = max(abs(low), abs(high), float(np.max(np.abs(terrain.coefficients[:, 0]))))
    length = float(terrain.ends[-1] - terrain.ends[0])
    return _poles(coarse, fine, (threshold, low, high), size, length * math.sqrt(mass / 2), broadest)


def mass_poles(coarse: MassCells, fine: MassCells, low: float, high: float, broadest: float = np.inf) -> list[Pole]:
    """`resonance_poles` where the mass depends on position.

    Args:
        coarse: V and m, on cells that resolve energies up to `high`.
        fine: the same on cells half as wide, for the error.
        low, high: bounds of the real part; energies below a threshold are left out [energy].
        broadest: largest width [energy].

    Returns:
        Poles, with energies on the scale of the cells.
    """
    threshold = max(coarse.v_left, coarse.v_right)
    low = _above(threshold, low, high)
    if not low < high:
        return []
    size = max(abs(low), abs(high), float(np.max(np.abs(coarse.v))))
    crossing = float(np.sum(coarse.weights * np.sqrt(coarse.m / 2)))

    def incoming(cells: MassCells) -> _Amplitude:
        return lambda energies: incoming_amplitude(cells, energies)

    return _poles(incoming(coarse), incoming(fine), (threshold, low, high), size, crossing, broadest)


# function of complex energies that returns A as a normalized number and the logarithm of its norm
_Amplitude = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def _above(threshold: float, low: float, high: float) -> float:
    return max(low, threshold + 1e-6 * (high - threshold))


def _poles(
    coarse: _Amplitude,
    fine: _Amplitude,
    ends: tuple[float, float, float],
    size: float,
    crossing: float,
    broadest: float,
) -> list[Pole]:
    """Zeros of A; `ends` are the threshold, low and high, `crossing` is the time to cross V times sqrt(kinetic energy)."""
    threshold, low, high = ends
    rounding = 32 * np.finfo(float).eps * size
    octaves = max(1, math.ceil(math.log((high - threshold) / (low - threshold), 4)))
    cuts = threshold + np.geomspace(low - threshold, high - threshold, octaves + 1)
    cuts[0], cuts[-1] = low, high
    poles = []
    for first, last in zip(cuts[:-1], cuts[1:], strict=True):
        deepest = _DEEPEST * math.sqrt(first - threshold) / crossing
        depth = min(broadest / 2, last - first, deepest)
        for zero in _zeros(coarse, (float(first), float(last)), depth, _MOST_CUTS):
            finer = _secant(fine, zero, 1e-3 * abs(zero.imag) + 1e-12 * size)
            if finer is not None and finer.imag <= rounding:
                poles.append(Pole(float(finer.real), max(-2 * finer.imag, 0.0), abs(finer - zero) + rounding))
    return sorted(poles)


class _Incoming:
    """A(E) on the left for exp(ikx) on the right, as a normalized number and the logarithm of its norm."""

    def __init__(self, waves: CellWaves) -> None:
        self.waves = waves

    def __call__(self, energies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        terrain, mass = self.waves.terrain, self.waves.mass
        k_left, k_right = (np.sqrt(2 * mass * (energies - v) + 0j) for v in (terrain.v_left, terrain.v_right))
        psi, slope, log = self.waves.to_left(np.ones_like(k_right), 1j * k_right, energies)
        return (psi - 1j * slope / k_left) / 2, log


def _zeros(incoming: _Amplitude, ends: tuple[float, float], depth: float, cuts: int) -> list[complex]:
    """The zeros of A in a box below the real axis."""
    corners = np.array(
        [ends[0] - 1j * depth, ends[1] - 1j * depth, ends[1] + 1j * _ABOVE * depth, ends[0] + 1j * _ABOVE * depth]
    )
    path, steps = _around(incoming, corners)
    count = round(float(np.sum(np.imag(steps))) / (2 * math.pi))
    if count <= 0:
        return []
    center, scale = (ends[0] + ends[1]) / 2 - 0.5j * depth, max(ends[1] - ends[0], depth)
    if count <= _FEW:
        middle = ((path[1:] + path[:-1]) / 2 - center) / scale
        moments = [complex(np.sum(middle**p * steps)) / (2j * math.pi) for p in range(1, count + 1)]
        if count == 1:
            starts = [moments[0]]
        else:
            starts = list(np.roots([1.0, -moments[0], (moments[0] ** 2 - moments[1]) / 2]))
        zeros = [_secant(incoming, center + scale * start, 1e-4 * scale) for start in starts]
        inside = [zero for zero in zeros if zero is not None and _within(zero, ends, depth)]
        if len(inside) == count and (count == 1 or abs(inside[0] - inside[-1]) > 1e-12 * scale):
            return inside
    if cuts == 0 or ends[1] - ends[0] < 1e-13 * max(abs(ends[0]), abs(ends[1])):
        return []
    # off the middle, so that the cut separates no symmetric pair
    middle = ends[0] + 0.4837 * (ends[1] - ends[0])
    halves = ((ends[0], middle), (middle, ends[1]))
    return [zero for half in halves for zero in _zeros(incoming, half, depth, cuts - 1)]


def _within(zero: complex, ends: tuple[float, float], depth: float) -> bool:
    return ends[0] <= zero.real <= ends[1] and -depth <= zero.imag <= _ABOVE * depth


def _around(incoming: _Amplitude, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A closed path through the corners, and the steps of log A along it, too small for the phase to be ambiguous."""
    path = np.concatenate(
        [np.linspace(a, b, _POINTS, endpoint=False) for a, b in zip(corners, np.roll(corners, -1), strict=True)]
    )
    path = np.append(path, path[0])
    value, log = incoming(path)
    for _ in range(_HALVINGS):
        steps = np.log(value[1:] / value[:-1]) + np.diff(log)
        wide = np.flatnonzero(np.abs(np.imag(steps)) > _TURN)
        if not wide.size:
            break
        middles = (path[wide] + path[wide + 1]) / 2
        refinements = zip((path, value, log), (middles, *incoming(middles)), strict=True)
        path, value, log = (np.insert(old, wide + 1, new) for old, new in refinements)
    return path, np.log(value[1:] / value[:-1]) + np.diff(log)


def _secant(incoming: _Amplitude, start: complex, offset: float) -> complex | None:
    """A zero of A near `start` by the secant method; None if it does not converge."""
    places = np.array([start + offset, start])
    values, logs = incoming(places)
    (before, here), (f_before, f_here) = places, values * np.exp(logs - logs.max())
    reference = logs.max()
    for _ in range(_SECANTS):
        if f_here == f_before:
            break
        step = f_here * (here - before) / (f_here - f_before)
        before, f_before = here, f_here
        here = here - step
        value, log = incoming(np.array([here]))
        f_here = complex(value[0] * np.exp(np.clip(log[0] - reference, -600.0, 600.0)))
        if abs(step) <= _CONVERGED * abs(here) or f_here == 0:
            return complex(here)
    return complex(here) if abs(here - before) < 1e-12 * abs(here) else None
