"""What a textbook draws of one energy at a barrier: turning points, the forbidden region, the WKB integral, the stationary state."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from .... import theory
from ....errors import ArgumentError
from ....potentials import values_at
from ....problem import Problem
from ._plane_waves import by_cells, scattering_problem
from ._terrain import gaussians_of
from ._transmission import moves_right

# V is looked at as far as it differs from what it becomes by this share
_FAINT = 1e-12


@dataclasses.dataclass(frozen=True)
class Forbidden:
    """A classical particle of one energy at a barrier, and the wave that passes all the same.

    Attributes:
        energy: kinetic energy on the incoming side [energy].
        level: the same as V is counted [energy].
        turning_points: where V crosses it, increasing [length].
        regions: the intervals in which V is higher, (left, right) each [length].
        exponent: S = sum over regions of int sqrt(2 m (V - E)) dx.
        wkb: exp(-2 S), the textbook's transmission.
        transmission: the exact one.
    """

    energy: float
    level: float
    turning_points: tuple[float, ...]
    regions: tuple[tuple[float, float], ...]
    exponent: float
    wkb: float
    transmission: float


def incoming_level(problem: Problem, energy: float) -> tuple[Problem, float]:
    """The problem on a line, and a kinetic energy on its incoming side as V is counted.

    Args:
        problem: its potential counts, and where its packet comes from.
        energy: kinetic on the incoming side [energy].

    Raises:
        ArgumentError: if the energy is not positive.
        WavesimError: if no plane wave can be scattered by V.
    """
    if not energy > 0:
        raise ArgumentError("energy", f"must be positive, but is {energy:.6g}; take one above V on the incoming side.")
    line = scattering_problem(problem)
    return line, float(line.potential.asymptotes()[0 if moves_right(line) else 1]) + energy


def forbidden_region(problem: Problem, energy: float) -> Forbidden:
    """Turning points and the WKB integral of any static V that is flat on both sides, without deltas.

    WKB is good for smooth barriers well below their top, S >> 1. A jump of V counts as a turning point, but lacks the textbook's prefactor.

    Args:
        problem: its potential and mass count, and where its packet comes from.
        energy: kinetic on the incoming side [energy].

    Raises:
        ArgumentError: if the energy is not positive.
        WavesimError: if no plane wave can be scattered by V.
    """
    line, level = incoming_level(problem, energy)
    potential, mass = line.potential, float(line.mass)
    low, high = (float(end) for end in potential.support(_FAINT))
    pad = 1e-9 * (high - low) or 1.0
    low, high = low - pad, high + pad
    edges = tuple(float(edge) for edge in potential.edges if low < edge < high)

    def value(x: np.ndarray) -> np.ndarray:
        return values_at(potential, np.asarray(x), mass)

    turns = tuple(float(x) for x in theory.turning_points(value, level, low, high, edges=edges))
    cuts = np.array([low, *turns, high])
    middles = values_at(potential, (cuts[1:] + cuts[:-1]) / 2, mass)
    regions = tuple(
        (float(a), float(b)) for a, b, v in zip(cuts[:-1], cuts[1:], middles, strict=True) if v > level and b > a
    )
    exponent = float(np.asarray(theory.wkb_exponent(value, np.array([level]), low, high, edges=edges, mass=mass))[0])
    exact = math.exp(min(float(by_cells(line)(np.array([energy])).log_transmission[0]), 0.0))
    return Forbidden(energy, level, turns, regions, exponent, math.exp(-2 * exponent), exact)


def energy_density(problem: Problem, energies: np.ndarray) -> np.ndarray | None:
    """The packet's share of each kinetic energy, P(E) = abs(phi(k))^2 m/k of the momenta that run towards V; None if it is no sum of Gaussians.

    Args:
        problem: its state and mass count.
        energies: kinetic, positive, any shape [energy].

    Returns:
        P(E) [1/energy], of the same shape, with the integral 1 over all energies where the whole packet runs towards V.
    """
    mass = float(problem.mass)
    gaussians = gaussians_of(problem.state, mass)
    if gaussians is None:
        return None
    k = np.sqrt(2 * mass * np.asarray(energies, float)) * (1.0 if moves_right(problem) else -1.0)
    phi = sum(
        complex(g.amplitude)
        * (2 * g.width**2 / math.pi) ** 0.25
        * np.exp(-((g.width * (k - g.momentum)) ** 2) - 1j * (k - g.momentum) * g.center)
        for g in gaussians
    )
    return np.abs(phi) ** 2 * mass / np.abs(k)
