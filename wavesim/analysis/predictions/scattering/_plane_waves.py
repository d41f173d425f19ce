"""Plane waves at a potential by independent routes; log T at any depth of tunneling."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .... import theory
from ...._checks import named
from ....errors import WavesimError
from ....potentials import AbstractMassStructure, GradedStructure, require_mass, values_at
from ....problem import Problem
from ._mass_structures import by_scattering_matrices, cells_of
from ._packet import LARGEST_PHASE, cuts_for
from ._terrain import FAINTEST, terrain_of
from ._transmission import along_first_axis, closed_form, moves_right

# first and largest number of slices in each segment
_FEWEST_SLICES, _MOST_SLICES = 64, 16384
# error of log T at which the slices are fine enough
_TARGET = 1e-11
# largest error of log T with which a route gives a value
_LARGEST_ERROR = 1e-3
# factor by which the interval grows while V is not flat outside it
_WIDER = 1.5
# relative shift of an energy from which the effect of its rounding is estimated, and that rounding
_SHIFT, _ROUNDING = 2.0**-36, 2.0**-52
# least T of a closed form whose logarithm is taken
_LEAST = 1e-280


class PlaneWaves(NamedTuple):
    """T(E) and R(E) by one route.

    Attributes:
        log_transmission: natural logarithm of T, minus infinity below the threshold of the far side.
        reflection: R.
        error: of log T and of R.
    """

    log_transmission: np.ndarray
    reflection: np.ndarray
    error: np.ndarray


# function of kinetic energies on the incoming side
Route = Callable[[np.ndarray], PlaneWaves]


def scattering_problem(problem: Problem) -> Problem:
    """The one-dimensional static problem for the scattering of plane waves.

    Raises:
        WavesimError: if V depends on time, is not flat far away or has several dimensions, or the problem has walls or a ring.
    """
    line = along_first_axis(problem)
    potential = line.potential
    if problem.ends is not None:
        raise WavesimError(
            "a plane wave comes from far away and goes there, but here are walls or a ring; leave them out, or ask for levels or populations."
        )
    if potential.dimension > 1:
        raise WavesimError(
            f"a plane wave needs a V(x) of one dimension here, but {named(potential)} has {potential.dimension}; propagate a packet, question transmission."
        )
    if not potential.static:
        raise WavesimError(
            f"a plane wave keeps its energy where V is static alone, but {named(potential)} depends on time; propagate a packet, question transmission."
        )
    if isinstance(potential, GradedStructure):
        _refuse_other_mass(line, potential)
    if not all(math.isfinite(float(end)) for end in potential.asymptotes()):
        raise WavesimError(
            f"a plane wave needs a V that is flat on both sides, but {named(potential)} rises or falls without end; cut it off, from where kinetic energies count then, or ask for levels or a decay."
        )
    return line


def _refuse_other_mass(line: Problem, structure: GradedStructure) -> None:
    """Raise if the particle's mass differs from the structure's on the incoming side."""
    require_mass(float(structure.masses_outside(line.mass)[0 if moves_right(line) else 1]), float(line.mass))


def threshold(problem: Problem) -> float:
    """Least kinetic energy on the incoming side that can reach the far side [energy]."""
    near, far = _ends(problem)
    return max(far - near, 0.0)


def _ends(problem: Problem) -> tuple[float, float]:
    """V on the incoming and on the far side."""
    left, right = (float(end) for end in problem.potential.asymptotes())
    return (left, right) if moves_right(problem) else (right, left)


def by_cells(problem: Problem) -> Route:
    """Route by cells of V; the error is the change from cells half as wide.

    See `wavesim.theory.scatter_terrain`.
    """
    mass, near = float(problem.mass), _ends(problem)[0]
    if isinstance(problem.potential, AbstractMassStructure):
        return _by_mass_cells(problem)

    @functools.cache
    def surveyed(ends: tuple[float, float]) -> theory.Terrain:
        terrain = terrain_of(problem.potential, mass, ends=ends)
        return terrain if moves_right(problem) else terrain.mirrored

    def waves(energies: np.ndarray) -> PlaneWaves:
        room = wave_room(problem, float(np.max(energies)))
        fine = _normalized(theory.scatter_terrain(surveyed(room.ends), energies + near, mass))
        if room.flat:
            return fine
        half = _normalized(theory.scatter_terrain(surveyed(room.half), energies + near, mass))
        change = np.maximum(
            np.abs(fine.log_transmission - half.log_transmission), np.abs(fine.reflection - half.reflection)
        )
        return fine._replace(error=fine.error + change)

    return waves


def _by_mass_cells(problem: Problem) -> Route:
    """Route by cells of a structure whose mass depends on position."""
    near, to_right = _ends(problem)[0], moves_right(problem)

    def waves(energies: np.ndarray) -> PlaneWaves:
        energies = energies + near
        highest = float(np.max(energies))
        coarse, fine = (
            cells_of(problem, highest, problem.potential.support(0.0), to_right=to_right, finer=finer)
            for finer in (1, 2)
        )
        first, second = theory.mass_waves(coarse, energies), theory.mass_waves(fine, energies)
        shifted = theory.mass_waves(fine, energies + _SHIFT * np.abs(highest))
        error = theory.wave_error(first, second, shifted, _SHIFT)
        return PlaneWaves(second.log_transmission, second.reflection, error)

    return waves


def by_slices(problem: Problem) -> Route | None:
    """Route by equal slices with the sixth-order Magnus expansion, nan where it does not converge.

    None for deltas and for structures with a mass that depends on position.
    """
    potential, mass = problem.potential, float(problem.mass)
    if potential.spikes or isinstance(potential, AbstractMassStructure):
        return None
    near, far = _ends(problem)
    side = 1.0 if moves_right(problem) else -1.0

    def route(energies: np.ndarray) -> PlaneWaves:
        room = wave_room(problem, float(np.max(energies)))
        ends = sorted(side * end for end in room.ends)
        edges = sorted(side * edge for edge in potential.edges)
        left, right = min([ends[0], *edges]), max([ends[1], *edges])
        pad = 0.0 if left < right else 1.0
        slices, waves = _FEWEST_SLICES, None
        if not potential.edges:
            slices = max(slices, 2 * math.ceil(room.fastest * (right - left) / 2))
        while waves is None or (float(np.max(waves.error)) > _TARGET and slices <= _MOST_SLICES):
            waves = _normalized(
                theory.scatter(
                    lambda x: values_at(potential, side * np.asarray(x), mass),
                    energies + near,
                    left=left - pad,
                    right=right + pad,
                    edges=[edge for edge in edges if left - pad < edge < right + pad],
                    slices=slices,
                    mass=mass,
                    v_left=near,
                    v_right=far,
                )
            )
            slices *= 4
        unconverged = waves.error > _LARGEST_ERROR
        return waves._replace(log_transmission=np.where(unconverged, np.nan, waves.log_transmission))

    return route


def by_closed_form(problem: Problem) -> Route | None:
    """Route by the textbook's closed form, nan where T underflows; None where there is none.

    Its error is the rounding of the form.
    """
    form = closed_form(problem)
    if form is None:
        return None

    def log_of(energies: np.ndarray) -> np.ndarray:
        value = np.asarray(form(energies), float)
        normal = value > _LEAST
        return np.where(normal, np.log(np.where(normal, value, 1.0)), np.nan)

    def waves(energies: np.ndarray) -> PlaneWaves:
        logs = log_of(energies)
        sensitivity = np.abs(log_of(energies * (1 + _SHIFT)) - logs) / _SHIFT
        return PlaneWaves(logs, 1 - np.exp(logs), _ROUNDING * (64 + 8 * sensitivity))

    return waves


def independent_routes(problem: Problem) -> dict[str, Route]:
    """Routes independent of `by_cells`, by name; the first is the one to compare with."""
    routes = {"closed_form": by_closed_form(problem), "slices": by_slices(problem)}
    if isinstance(problem.potential, AbstractMassStructure):
        routes["scattering_matrices"] = lambda energies: PlaneWaves(
            *by_scattering_matrices(problem, energies, moves_right(problem))
        )
    return {name: route for name, route in routes.items() if route is not None}


def _normalized(scattering: theory.Scattering) -> PlaneWaves:
    """T and R divided by T + R, which rounding moves from 1 where a wave grows and decays again."""
    reflection = np.asarray(scattering.reflection)
    total = np.asarray(scattering.transmission) + reflection
    deviation = 2 * reflection * np.abs(total - 1)
    return PlaneWaves(
        np.asarray(scattering.log_transmission) - np.log(total),
        reflection / total,
        np.asarray(scattering.error) + deviation,
    )


class Room(NamedTuple):
    """Interval in which V is sampled.

    Attributes:
        ends: outside which V is taken as constant [length].
        flat: whether V is constant outside, to rounding.
        fastest: largest wave number inside [1/length].
    """

    ends: tuple[float, float]
    flat: bool
    fastest: float

    @property
    def half(self) -> tuple[float, float]:
        """The inner half of the interval, to estimate the effect of V near the ends."""
        left, right = self.ends
        return left + (right - left) / 4, right - (right - left) / 4


def wave_room(problem: Problem, energy: float) -> Room:
    """Interval in which waves up to this kinetic energy need V.

    It reaches to where V is flat, or as far as the waves can be followed.

    Raises:
        WavesimError: if V extends too far for that energy.
    """
    potential, mass = problem.potential, float(problem.mass)
    if isinstance(potential, AbstractMassStructure):
        return Room(potential.support(0.0), True, math.inf)
    left, right = potential.support(1e-3)
    positions = np.linspace(left, right, 257)[1:-1] if left < right else np.zeros(0)
    values = np.append(values_at(potential, positions, mass), _ends(problem))
    fastest = math.sqrt(2 * mass * (energy + _ends(problem)[0] - float(np.min(values))))
    cuts = cuts_for(potential, fastest)
    if not cuts:
        raise WavesimError(
            f"a plane wave must cross V in some thousand wavelengths, but {named(potential)} reaches too far for this energy; cut it off, or take a lower energy."
        )
    ends = potential.support(cuts[0])
    height = float(np.max(values) - np.min(values))
    while not (flat := _flat_beyond(problem, ends, height)):
        margin = (_WIDER - 1) / 2 * (ends[1] - ends[0])
        if not 0 < fastest * (ends[1] - ends[0] + 2 * margin) < LARGEST_PHASE:
            break
        ends = (ends[0] - margin, ends[1] + margin)
    return Room(ends, flat, fastest)


def _flat_beyond(problem: Problem, ends: tuple[float, float], height: float) -> bool:
    """Whether V is constant outside `ends`, at a sample of positions."""
    potential, mass = problem.potential, float(problem.mass)
    distances = (1e-3 + np.linspace(0.0, 1.0, 8)) * (ends[1] - ends[0] or 1.0)
    far = [values_at(potential, end + side * distances, mass) for end, side in zip(ends, (-1.0, 1.0), strict=True)]
    deviations = [np.max(np.abs(v - float(end))) for v, end in zip(far, potential.asymptotes(), strict=True)]
    return bool(max(deviations) <= FAINTEST * height)
