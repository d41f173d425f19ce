"""T(E) over an interval of energies: samples, extrema, and crossings of a given value."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import numpy as np
import scipy

from .... import theory
from ...._checks import named
from ....errors import WavesimError
from ....potentials import AbstractMassStructure, values_at
from ....problem import Problem
from ...bars import Estimate
from ._mass_structures import cells_of
from ._plane_waves import PlaneWaves, Route, by_cells, threshold, wave_room
from ._terrain import terrain_of
from ._transmission import moves_right

# samples for each half wave that fits into V
_PER_HALF_WAVE = 16
# samples evenly spaced in k
_EVEN_SAMPLES = 64
# samples towards the threshold, down to this share of the interval above it
_THRESHOLD_SAMPLES, _CLOSEST_TO_THRESHOLD = 96, 1e-24
# samples about a resonance, in widths
_FLANKS = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
# additional samples near both ends of the interval: least and largest distance as shares of the interval, and their number
_END_SAMPLES = (1e-7, 0.1, 32)
_MOST_SAMPLES = 40_000
# narrowest resonance that the other samples resolve, as a share of the interval
_BROAD = 0.02
# narrowest resonance that double precision resolves, as a share of its energy
_NARROWEST = 2.0**-40
# least prominence of a maximum, in errors of log T
_PROMINENCE = 64.0
# degree of the polynomial for 1/T about an extremum
_DEGREE = 10
_EPS = float(np.finfo(float).eps)


@dataclasses.dataclass(frozen=True)
class Line:
    """T(E) at increasing kinetic energies.

    Attributes:
        energies: shape (n,) [energy].
        waves: log T, R and their errors.
        lost: energies of resonances too narrow for double precision [energy].
    """

    energies: np.ndarray
    waves: PlaneWaves
    lost: tuple[float, ...]


def sampled(problem: Problem, low: float, high: float) -> Line:
    """T between two kinetic energies, sampled densely enough for every half wave and resonance.

    Raises:
        WavesimError: if too many samples are needed.
    """
    near = float(problem.potential.asymptotes()[0 if moves_right(problem) else 1])
    floor = threshold(problem)
    near_threshold = floor + (high - floor) * np.geomspace(_CLOSEST_TO_THRESHOLD, 1.0, _THRESHOLD_SAMPLES)
    even = floor + (high - floor) * np.linspace(0.0, 1.0, _EVEN_SAMPLES) ** 2
    near_end = (high - low) * np.geomspace(*_END_SAMPLES)
    energies = np.concatenate(
        [near_threshold, even, _equal_phase_energies(problem, low, high, near), low + near_end, high - near_end]
    )
    poles = _narrow_poles(problem, max(low, floor), high, near, _BROAD * (high - low))
    lost = tuple(pole.energy - near for pole in poles if pole.width < _NARROWEST * abs(pole.energy))
    for pole in poles:
        if pole.width >= _NARROWEST * abs(pole.energy):
            energies = np.concatenate([energies, pole.energy - near + pole.width * _FLANKS])
            energies = np.concatenate([energies, pole.energy - near - pole.width * _FLANKS[1:]])
    energies = np.unique(np.append(energies, [low, high]))
    energies = energies[(energies >= low) & (energies <= high) & (energies > floor * (1 + 8 * _EPS))]
    return Line(energies, by_cells(problem)(energies), lost)


def _narrow_poles(problem: Problem, low: float, high: float, near: float, broadest: float) -> list[theory.Pole]:
    """Resonances narrower than `broadest`, with energies on the scale of V."""
    if isinstance(problem.potential, AbstractMassStructure):
        coarse, fine = (
            cells_of(problem, high + near, (0.0, 0.0), to_right=moves_right(problem), finer=finer) for finer in (1, 2)
        )
        return theory.mass_poles(coarse, fine, low + near, high + near, broadest)
    mass = float(problem.mass)
    terrain = terrain_of(problem.potential, mass, ends=wave_room(problem, high).ends)
    return theory.resonance_poles(terrain, low + near, high + near, mass, broadest)


def _equal_phase_energies(problem: Problem, low: float, high: float, near: float) -> np.ndarray:
    """Energies at equal steps of the phase of a wave across V."""
    left, right = problem.potential.support(1e-6)
    if not left < right:
        return np.zeros(0)
    mass = float(problem.mass)
    x = np.linspace(left, right, 513)
    middles = (x[1:] + x[:-1]) / 2
    if isinstance(problem.potential, AbstractMassStructure):
        values, masses = problem.potential.band_edge(middles) - near, problem.potential.mass_at(middles, mass)
    else:
        values, masses = values_at(problem.potential, middles, mass) - near, mass
    coarse = np.linspace(low, high, 257)
    speeds = np.sqrt(2 * masses * np.maximum(coarse[:, None] - values, 0.0))
    phase = speeds.mean(axis=1) * (right - left)
    count = math.ceil(_PER_HALF_WAVE * (phase[-1] - phase[0]) / math.pi)
    if count > _MOST_SAMPLES:
        raise WavesimError(
            f"the interval must hold at most {_MOST_SAMPLES // _PER_HALF_WAVE} half waves in the reach of V, but that of {named(problem.potential)} holds {count // _PER_HALF_WAVE}; take a narrower one."
        )
    rising = np.concatenate([[True], np.diff(phase) > 0])
    return np.interp(np.linspace(phase[0], phase[-1], count + 1), phase[rising], coarse[rising])


@dataclasses.dataclass(frozen=True)
class Extremum:
    """A maximum of T or of R.

    Attributes:
        low, high: energies on both sides of it [energy].
        energy: of the extremum, with its error [energy].
        fit: part of that error: the change when it is fitted over another interval [energy].
        log_transmission: log T at the extremum, with its error.
    """

    low: float
    high: float
    energy: Estimate
    fit: float
    log_transmission: Estimate


def extremes(problem: Problem, line: Line, *, of_reflection: bool) -> list[Extremum]:
    """Maxima of T, or of R, inside a sampled interval."""
    route, logs = by_cells(problem), line.waves.log_transmission
    height = -logs if of_reflection else logs
    floor = _PROMINENCE * float(np.max(line.waves.error))
    # imported here because it takes half a second and most problems need no lines
    from scipy.signal import find_peaks

    tops, _ = find_peaks(height, prominence=(floor, None))
    brackets = [(float(line.energies[top - 1]), float(line.energies[top + 1])) for top in tops]
    candidates = [extremum(route, *bracket) for bracket in brackets]
    return [candidate for candidate in candidates if candidate is not None]


def extremum(route: Route, low: float, high: float) -> Extremum | None:
    """Extremum of T between two energies; None where there is none, or where T is unavailable.

    1/T is analytic in E above both thresholds, resonances included, so that a degree of ten is accurate to rounding.
    """
    point = _stationary_point(route, low, high)
    if point is None:
        return None
    energy, noise, log = point
    half = min(energy - low, high - energy, (high - low) / 4)
    narrower = _stationary_point(route, energy - half, energy + half) if half > 0 else None
    fit = abs(narrower[0] - energy) if narrower is not None else high - low
    error = fit + noise + 4 * _EPS * energy
    return Extremum(low, high, Estimate(energy, error), fit, log)


def _stationary_point(route: Route, low: float, high: float) -> tuple[float, float, Estimate] | None:
    """Energy of the extremum nearest to the middle, its error from the noise of log T, and log T there."""
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = np.cos(math.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))
    waves = route(middle + half * nodes)
    if not np.all(np.isfinite(waves.log_transmission)):
        return None
    reference = float(waves.log_transmission[_DEGREE // 2])
    series = np.polynomial.Chebyshev.fit(nodes, np.exp(reference - waves.log_transmission), _DEGREE, domain=[-1.0, 1.0])
    slope = series.deriv()
    roots = np.asarray(slope.roots())
    inside = np.real(roots[(np.abs(np.imag(roots)) < 1e-9) & (np.abs(np.real(roots)) <= 1.0)])
    if not inside.size:
        return None
    root = float(inside[np.argmin(np.abs(inside))])
    curvature, error = abs(float(slope.deriv()(root))), float(np.max(waves.error))
    noise = half * _DEGREE * error / max(curvature, 1e-300)
    log = Estimate(reference - math.log(float(series(root))), error + curvature * (noise / half) ** 2)
    return middle + half * root, noise, log


@dataclasses.dataclass(frozen=True)
class Crossing:
    """An energy at which T has a given value, and two energies around it [energy]."""

    low: float
    high: float
    energy: Estimate


def crossings(problem: Problem, line: Line, log_value: float) -> Iterator[Crossing]:
    """Energies at which log T equals `log_value`, increasing."""
    route = by_cells(problem)
    tops = [top for kind in (False, True) for top in extremes(problem, line, of_reflection=kind)]
    energies = np.append(line.energies, [float(top.energy) for top in tops])
    logs = np.append(line.waves.log_transmission, [float(top.log_transmission) for top in tops])
    order = np.argsort(energies)
    energies, above = energies[order], logs[order] > log_value
    for index in np.flatnonzero(above[1:] != above[:-1]):
        low, high = float(energies[index]), float(energies[index + 1])
        energy = crossing(route, low, high, log_value)
        if energy is not None:
            yield Crossing(low, high, energy)


def crossing(route: Route, low: float, high: float, log_value: float, start: float | None = None) -> Estimate | None:
    """Energy between `low` and `high` at which log T equals `log_value`; None without one.

    Args:
        route: that gives log T.
        low, high: energies around the crossing [energy].
        log_value: natural logarithm of T.
        start: energy by another route, from which one step of Newton's method is enough [energy].
    """
    if start is not None and (energy := _newton_step(route, low, high, log_value, start)) is not None:
        return energy

    def excess(energy: float) -> float:
        return float(route(np.array([energy])).log_transmission[0]) - log_value

    ends = excess(low), excess(high)
    if not all(map(math.isfinite, ends)) or ends[0] * ends[1] > 0:
        return None
    energy = float(np.asarray(scipy.optimize.brentq(excess, low, high, xtol=4 * _EPS * high)).item())
    return _newton_step(route, low, high, log_value, energy)


def _newton_step(route: Route, low: float, high: float, log_value: float, energy: float) -> Estimate | None:
    """Energy after one step of Newton's method, with its error; None where the step is too large."""
    step = 1e-3 * min(high - low, 2 * max(energy - low, high - energy))
    waves = route(np.array([energy - step, energy, energy + step]))
    below, middle, above = (float(log) for log in waves.log_transmission)
    slope = (above - below) / (2 * step)
    if not math.isfinite(middle) or not slope or abs(shift := (log_value - middle) / slope) > step:
        return None
    return Estimate(energy + shift, float(waves.error[1]) / abs(slope) + 8 * _EPS * energy)
