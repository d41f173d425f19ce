"""Scattering states of a problem, and how many states there are at a place: the local density of states."""

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
    """The waves of one energy, each of amplitude one where it comes in.

    Attributes:
        energy: as V is counted [energy].
        x: positions, shape (n,) [length].
        from_left: psi_E(x), complex; None where V on the left is above the energy.
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
        energies: as V is counted, shape (m,) [energy].
        x: positions, shape (n,) [length].
        density: of the continuum, shape (m, n) [1/(energy length)].
        levels: bound energies, increasing, which lie apart [energy].
    """

    energies: np.ndarray
    x: np.ndarray
    density: np.ndarray
    levels: np.ndarray


def scattering_states(problem: Problem, energy: float, x: np.ndarray) -> ScatteringStates:
    """The stationary waves that come in from the left and from the right with one energy.

    Args:
        problem: its potential and mass count.
        energy: as V is counted, not from the incoming side's V [energy].
        x: increasing positions, shape (n,) [length].

    Raises:
        WavesimError: if no plane wave can be scattered by V, the mass depends on the place, or the energy is above V on neither side.
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
    """rho(x, E) = sum over both sides of abs(psi_E(x))^2/(2 pi v) of the continuum, and the bound levels apart; see `wavesim.theory.local_density`.

    Args:
        problem: its potential and mass count.
        energies: as V is counted, shape (m,) [energy].
        x: increasing positions, shape (n,) [length].

    Raises:
        WavesimError: if no plane wave can be scattered by V, or the mass depends on the place.
    """
    line, x = _line(problem), np.asarray(x, float)
    energies = np.atleast_1d(np.asarray(energies, float))
    rim = min(float(end) for end in line.potential.asymptotes())
    density = np.zeros((energies.size, x.size))
    for row in np.flatnonzero(energies > rim):
        energy = float(energies[row])
        density[row] = theory.local_density(_values(line), energy, x, **_room(line, energy, 1.0))
    return LocalDensity(energies, x, density, _levels(line))


def stationary_wave(problem: Problem, energy: float, x: np.ndarray) -> np.ndarray:
    """The scattering state of one energy at positions x, complex: it comes in with amplitude one from where the packet does.

    Args:
        problem: its potential and mass count, and where its packet comes from.
        energy: kinetic on the incoming side [energy].
        x: increasing positions, shape (n,) [length].

    Raises:
        ArgumentError: if the energy is not positive.
        WavesimError: if no plane wave can be scattered by V.
    """
    line, level = incoming_level(problem, energy)
    return _wave(line, level, np.asarray(x, float), 1.0 if moves_right(line) else -1.0)


def _line(problem: Problem) -> Problem:
    line = scattering_problem(problem)
    if isinstance(line.potential, AbstractMassStructure):
        raise WavesimError(
            "scattering states to plot need a mass that is the same everywhere, but the layers have masses of their own; take layers, or ask for transmission_at."
        )
    return line


def _values(line: Problem, side: float = 1.0) -> Callable[[Any], np.ndarray]:
    return lambda y: values_at(line.potential, side * np.asarray(y), float(line.mass))


def _wave(line: Problem, energy: float, x: np.ndarray, side: float) -> np.ndarray:
    """The wave that comes in from the left, or for `side` -1 from the right."""
    order = slice(None, None, int(side))
    return theory.scattering_state(_values(line, side), energy, side * x[order], **_room(line, energy, side))[order]


def _room(line: Problem, energy: float, side: float) -> dict[str, Any]:
    """Where V is met, for waves that run in the direction `side`."""
    potential = line.potential
    near, far = (float(end) for end in potential.asymptotes()[:: int(side)])
    incoming = float(potential.asymptotes()[0 if moves_right(line) else 1])
    marks = [side * place for place in (*potential.edges, *potential.spikes)]
    # the room is that of the wave's own direction
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
    rim = min(float(end) for end in potential.asymptotes())
    low, high = potential.support(1e-3)
    inside = values_at(potential, np.linspace(low, high, 1025), mass) if low < high else np.array([rim])
    pull = sum(min(float(strength), 0.0) for strength in potential.strengths)
    depth = rim - min(rim, float(np.min(inside))) + mass * pull**2 / 2
    if not depth > 0:
        return np.zeros(0)
    incoming = float(potential.asymptotes()[0 if moves_right(line) else 1])
    # cells that serve energies as far above the rim serve those as far below it
    cells = cells_of(line, rim + depth, wave_room(line, rim + depth - incoming).ends, finer=2)
    count = theory.nodes_below(cells, rim - 64 * _EPS * max(abs(rim), depth))
    return theory.mass_levels(cells, count) if count else np.zeros(0)
