"""T(E) along an interval of energies: sampled so that nothing is missed, its maxima and minima, and where it takes a value."""

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

# samples for each half wave that fits into V, evenly in k besides, towards the threshold, and about a resonance in units of its width
_EACH_HALF_WAVE, _EVENLY, _SLOW = 16, 64, 96
_FLANKS = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
_SLOWEST = 1e-24
# of the interval: how near to its ends maxima are seen, how far on samples lie closer there, and how many there are
_BESIDE = (1e-7, 0.1, 32)
_MOST = 40_000
# of the interval: broader resonances are seen by the samples alone
_BROAD = 0.02
# of its energy: narrower resonances are lost between two numbers of double precision
_NARROWEST = 2.0**-40
# a maximum stands out by so many times the error of log T
_STANDS_OUT = 64.0
# degree of 1/T about an extremum
_DEGREE = 10
_EPS = float(np.finfo(float).eps)


@dataclasses.dataclass(frozen=True)
class Line:
    """T(E) at increasing kinetic energies.

    Attributes:
        energies: shape (n,) [energy].
        waves: log T, R and their error there.
        lost: energies of resonances that are too narrow for double precision [energy].
    """

    energies: np.ndarray
    waves: PlaneWaves
    lost: tuple[float, ...]


def sampled(problem: Problem, low: float, high: float) -> Line:
    """T between two kinetic energies: some samples for each half wave that fits into V, and about every resonance.

    Raises:
        WavesimError: if that takes too many samples.
    """
    near = float(problem.potential.asymptotes()[0 if moves_right(problem) else 1])
    floor = threshold(problem)
    slow = floor + (high - floor) * np.geomspace(_SLOWEST, 1.0, _SLOW)
    even = floor + (high - floor) * np.linspace(0.0, 1.0, _EVENLY) ** 2
    beside = (high - low) * np.geomspace(*_BESIDE)
    energies = np.concatenate([slow, even, _by_phase(problem, low, high, near), low + beside, high - beside])
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
    """Resonances about which T varies fast, in energies as V is counted."""
    if isinstance(problem.potential, AbstractMassStructure):
        coarse, fine = (
            cells_of(problem, high + near, (0.0, 0.0), to_right=moves_right(problem), finer=finer) for finer in (1, 2)
        )
        return theory.mass_poles(coarse, fine, low + near, high + near, broadest)
    mass = float(problem.mass)
    terrain = terrain_of(problem.potential, mass, ends=wave_room(problem, high).ends)
    return theory.resonance_poles(terrain, low + near, high + near, mass, broadest)


def _by_phase(problem: Problem, low: float, high: float, near: float) -> np.ndarray:
    """Energies between which the phase of a wave across V grows by equal steps."""
    left, right = problem.potential.support(1e-6)
    if not left < right:
        return np.zeros(0)
    mass = float(problem.mass)
    x = np.linspace(left, right, 513)
    middles = (x[1:] + x[:-1]) / 2
    if isinstance(problem.potential, AbstractMassStructure):
        values, heavy = problem.potential.band_edge(middles) - near, problem.potential.mass_at(middles, mass)
    else:
        values, heavy = values_at(problem.potential, middles, mass) - near, mass
    coarse = np.linspace(low, high, 257)
    speeds = np.sqrt(2 * heavy * np.maximum(coarse[:, None] - values, 0.0))
    phase = speeds.mean(axis=1) * (right - left)
    count = math.ceil(_EACH_HALF_WAVE * (phase[-1] - phase[0]) / math.pi)
    if count > _MOST:
        raise WavesimError(
            f"the interval must hold at most {_MOST // _EACH_HALF_WAVE} half waves in the reach of V, but that of {named(problem.potential)} holds {count // _EACH_HALF_WAVE}; take a narrower one."
        )
    rising = np.concatenate([[True], np.diff(phase) > 0])
    return np.interp(np.linspace(phase[0], phase[-1], count + 1), phase[rising], coarse[rising])


@dataclasses.dataclass(frozen=True)
class Extremum:
    """A maximum of T or of R.

    Attributes:
        low, high: energies between which it lies [energy].
        energy: where it is, with its error [energy].
        fit: the part of that error that another interval shows [energy].
        log_transmission: log T there, with its error.
    """

    low: float
    high: float
    energy: Estimate
    fit: float
    log_transmission: Estimate


def extremes(problem: Problem, line: Line, *, of_reflection: bool) -> list[Extremum]:
    """The maxima of T, or of R, inside of a sampled interval."""
    route, logs = by_cells(problem), line.waves.log_transmission
    height = -logs if of_reflection else logs
    floor = _STANDS_OUT * float(np.max(line.waves.error))
    # half a second to import, and most problems have no lines
    from scipy.signal import find_peaks

    tops, _ = find_peaks(height, prominence=(floor, None))
    brackets = [(float(line.energies[top - 1]), float(line.energies[top + 1])) for top in tops]
    polished = [extremum(route, *bracket) for bracket in brackets]
    return [found for found in polished if found is not None]


def extremum(route: Route, low: float, high: float) -> Extremum | None:
    """The extremum of 1/T between two energies: where its polynomial has no slope; None where the route says nothing.

    1/T is analytic in E above both thresholds, resonances included, so that ten degrees give it to rounding.
    """
    whole = _flat_place(route, low, high)
    if whole is None:
        return None
    energy, noise, log = whole
    half = min(energy - low, high - energy, (high - low) / 4)
    again = _flat_place(route, energy - half, energy + half) if half > 0 else None
    fit = abs(again[0] - energy) if again is not None else high - low
    error = fit + noise + 4 * _EPS * energy
    return Extremum(low, high, Estimate(energy, error), fit, log)


def _flat_place(route: Route, low: float, high: float) -> tuple[float, float, Estimate] | None:
    """Energy of the extremum, what noise makes of it, and log T there."""
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
    place = float(inside[np.argmin(np.abs(inside))])
    bend, error = abs(float(slope.deriv()(place))), float(np.max(waves.error))
    noise = half * _DEGREE * error / max(bend, 1e-300)
    log = Estimate(reference - math.log(float(series(place))), error + bend * (noise / half) ** 2)
    return middle + half * place, noise, log


@dataclasses.dataclass(frozen=True)
class Crossing:
    """An energy at which T takes a value, and between which energies it lies [energy]."""

    low: float
    high: float
    energy: Estimate


def crossings(problem: Problem, line: Line, log_value: float) -> Iterator[Crossing]:
    """The energies at which log T takes a value, in order."""
    route = by_cells(problem)
    tops = [found for kind in (False, True) for found in extremes(problem, line, of_reflection=kind)]
    energies = np.append(line.energies, [float(top.energy) for top in tops])
    logs = np.append(line.waves.log_transmission, [float(top.log_transmission) for top in tops])
    order = np.argsort(energies)
    energies, above = energies[order], logs[order] > log_value
    for place in np.flatnonzero(above[1:] != above[:-1]):
        low, high = float(energies[place]), float(energies[place + 1])
        found = crossing(route, low, high, log_value)
        if found is not None:
            yield Crossing(low, high, found)


def crossing(route: Route, low: float, high: float, log_value: float, start: float | None = None) -> Estimate | None:
    """The energy between two others at which log T takes a value; None where the route does not say so.

    Args:
        route: by which log T is known.
        low, high: energies with the crossing between them [energy].
        log_value: natural logarithm of T.
        start: what another route says, from which Newton's method reaches this one's in a step.
    """
    if start is not None and (near := _stepped(route, low, high, log_value, start)) is not None:
        return near

    def beyond(energy: float) -> float:
        return float(route(np.array([energy])).log_transmission[0]) - log_value

    ends = beyond(low), beyond(high)
    if not all(map(math.isfinite, ends)) or ends[0] * ends[1] > 0:
        return None
    energy = float(np.asarray(scipy.optimize.brentq(beyond, low, high, xtol=4 * _EPS * high)).item())
    return _stepped(route, low, high, log_value, energy)


def _stepped(route: Route, low: float, high: float, log_value: float, energy: float) -> Estimate | None:
    """A step of Newton's method, with the error that log T leaves; None where it leads too far to be one."""
    step = 1e-3 * min(high - low, 2 * max(energy - low, high - energy))
    around = route(np.array([energy - step, energy, energy + step]))
    below, here, above = (float(log) for log in around.log_transmission)
    slope = (above - below) / (2 * step)
    if not math.isfinite(here) or not slope or abs(moved := (log_value - here) / slope) > step:
        return None
    return Estimate(energy + moved, float(around.error[1]) / abs(slope) + 8 * _EPS * energy)
