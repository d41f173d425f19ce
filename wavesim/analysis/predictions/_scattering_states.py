"""Scattering states of a problem, and its local density of states."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import theory
from ..._amounts import amount
from ..._typing import ENERGY
from ...errors import ArgumentError, WavesimError
from ...potentials import AbstractMassStructure, values_at
from ...problem import Problem
from .scattering import cells_of, incoming_level, moves_right, scattering_problem, wave_room

_EPS = float(np.finfo(float).eps)


@dataclasses.dataclass(frozen=True)
class ScatteringStates:
    """The two scattering states of one energy, each with an incoming amplitude of one.

    Attributes:
        energy: on the scale of V [energy].
        x: positions, shape (n,) [length].
        from_left: psi_E(x) of the wave from the left, complex; None where V on the left is above the energy.
        from_right: the same from the right.
    """

    energy: float
    x: np.ndarray
    from_left: np.ndarray | None
    from_right: np.ndarray | None


@dataclasses.dataclass(frozen=True)
class LocalDensity:
    """The local density of states.

    Attributes:
        energies: on the scale of V, shape (m,) [energy].
        x: positions, shape (n,) [length].
        density: of the continuum, shape (m, n) [1/(energy length)].
        levels: bound energies, increasing; not part of `density` [energy].
    """

    energies: np.ndarray
    x: np.ndarray
    density: np.ndarray
    levels: np.ndarray


def scattering_states(problem: Problem, energy: float, x: np.ndarray) -> ScatteringStates:
    """Stationary waves of one energy that come in from the left and from the right.

    Args:
        problem: supplies the potential and the mass.
        energy: on the scale of V, not relative to V on the incoming side [energy].
        x: increasing positions, shape (n,) [length].

    Raises:
        WavesimError: if no plane wave can be scattered by V, the mass depends on position, or the energy is above V on neither side.
    """
    line, x = _line(problem), np.asarray(x, float)
    ends = tuple(float(end) for end in line.potential.asymptotes())
    if not energy > min(ends):
        lowest, given = (amount(value, ENERGY, problem.shown_in) for value in (min(ends), energy))
        raise ArgumentError(
            "energy", f"must be above V on one side at least, {lowest}, but is {given}; raise it, or ask for levels."
        )
    waves = [
        _wave(line, energy, x, side) if energy > near else None for side, near in zip((1.0, -1.0), ends, strict=True)
    ]
    return ScatteringStates(energy, x, *waves)


def local_density_of_states(problem: Problem, energies: np.ndarray, x: np.ndarray) -> LocalDensity:
    """Local density of states of the continuum, and the bound levels.

    rho(x, E) = sum over both sides of abs(psi_E(x))^2/(2 pi v); see `wavesim.theory.local_density`.

    Args:
        problem: supplies the potential and the mass.
        energies: on the scale of V, shape (m,) [energy].
        x: increasing positions, shape (n,) [length].

    Raises:
        WavesimError: if no plane wave can be scattered by V, or the mass depends on position.
    """
    line, x = _line(problem), np.asarray(x, float)
    energies = np.atleast_1d(np.asarray(energies, float))
    edge = min(float(end) for end in line.potential.asymptotes())
    density = np.zeros((energies.size, x.size))
    for row in np.flatnonzero(energies > edge):
        energy = float(energies[row])
        density[row] = theory.local_density(_values(line), energy, x, **_scattering_arguments(line, energy, 1.0))
    return LocalDensity(energies, x, density, _levels(line))


def stationary_wave(problem: Problem, energy: float, x: np.ndarray) -> np.ndarray:
    """Scattering state of one energy at positions x, complex, with amplitude one on the packet's incoming side.

    Args:
        problem: supplies the potential, the mass and the direction of its packet.
        energy: kinetic energy on the incoming side [energy].
        x: increasing positions, shape (n,) [length].

    Raises:
        ArgumentError: if the energy is not positive.
        WavesimError: if no plane wave can be scattered by V.
    """
    line, level = incoming_level(problem, energy)
    return _wave(line, level, np.asarray(x, float), 1.0 if moves_right(line) else -1.0)


def _line(problem: Problem) -> Problem:
    """The one-dimensional scattering problem, if its mass is the same everywhere."""
    line = scattering_problem(problem)
    if isinstance(line.potential, AbstractMassStructure):
        raise WavesimError(
            "scattering states to plot need a mass that is the same everywhere, but the layers have masses of their own; take layers, or ask for transmission_at."
        )
    return line


def _values(line: Problem, side: float = 1.0) -> Callable[[Any], np.ndarray]:
    return lambda y: values_at(line.potential, side * np.asarray(y), float(line.mass))


def _wave(line: Problem, energy: float, x: np.ndarray, side: float) -> np.ndarray:
    """The wave from the left, or for `side` -1 from the right."""
    order = slice(None, None, int(side))
    return theory.scattering_state(
        _values(line, side), energy, side * x[order], **_scattering_arguments(line, energy, side)
    )[order]


def _scattering_arguments(line: Problem, energy: float, side: float) -> dict[str, Any]:
    """Interval, edges, deltas and asymptotes of V as arguments for `wavesim.theory`, mirrored for `side` -1."""
    potential = line.potential
    near, far = (float(end) for end in potential.asymptotes()[:: int(side)])
    incoming = float(potential.asymptotes()[0 if moves_right(line) else 1])
    marks = [side * place for place in (*potential.edges, *potential.spikes)]
    low, high = sorted(side * end for end in wave_room(line, energy - incoming).ends)
    pad = 1e-9 * (high - low) or 1.0
    return {
        "left": min([low, *marks]) - pad,
        "right": max([high, *marks]) + pad,
        "edges": [side * float(edge) for edge in potential.edges],
        "spikes": tuple(side * float(place) for place in potential.spikes),
        "strengths": tuple(float(g) for g in potential.strengths),
        "mass": float(line.mass),
        "v_left": near,
        "v_right": far,
    }


def _levels(line: Problem) -> np.ndarray:
    """The bound energies below V on both sides."""
    potential, mass = line.potential, float(line.mass)
    edge = min(float(end) for end in potential.asymptotes())
    low, high = potential.support(1e-3)
    inside = values_at(potential, np.linspace(low, high, 1025), mass) if low < high else np.array([edge])
    attraction = sum(min(float(strength), 0.0) for strength in potential.strengths)
    depth = edge - min(edge, float(np.min(inside))) + mass * attraction**2 / 2
    if not depth > 0:
        return np.zeros(0)
    incoming = float(potential.asymptotes()[0 if moves_right(line) else 1])
    # cells fine enough for waves at `depth` above the continuum's edge are fine enough for levels as far below it
    cells = cells_of(line, edge + depth, wave_room(line, edge + depth - incoming).ends, finer=2)
    count = theory.nodes_below(cells, edge - 64 * _EPS * max(abs(edge), depth))
    return theory.mass_levels(cells, count) if count else np.zeros(0)
