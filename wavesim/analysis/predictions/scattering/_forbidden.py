"""Turning points, forbidden region and WKB integral at one energy; energies of a packet."""

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

# V is sampled out to where it differs from its asymptote by this share of its height
_FAINT = 1e-12


@dataclasses.dataclass(frozen=True)
class Forbidden:
    """Classical motion of one energy at a barrier, and its transmission.

    Attributes:
        energy: kinetic energy on the incoming side [energy].
        level: the same energy on the scale of V [energy].
        turning_points: positions where V equals `level`, increasing [length].
        regions: intervals in which V is above `level`, (left, right) each [length].
        exponent: S = sum over regions of int sqrt(2 m (V - E)) dx.
        wkb: exp(-2 S), the textbook's transmission.
        transmission: exact transmission.
    """

    energy: float
    level: float
    turning_points: tuple[float, ...]
    regions: tuple[tuple[float, float], ...]
    exponent: float
    wkb: float
    transmission: float


def incoming_level(problem: Problem, energy: float) -> tuple[Problem, float]:
    """The one-dimensional problem, and a kinetic energy of its incoming side on the scale of V.

    Args:
        problem: supplies the potential and the direction of its packet.
        energy: kinetic energy on the incoming side [energy].

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
        problem: supplies the potential, the mass and the direction of its packet.
        energy: kinetic energy on the incoming side [energy].

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
    """Energy distribution P(E) = abs(phi(k))^2 m/k of a packet, for momenta towards V.

    Args:
        problem: supplies the state and the mass.
        energies: kinetic energies, positive, any shape [energy].

    Returns:
        P(E) [1/energy], of the same shape; its integral is 1 where the whole packet moves towards V. None if
        the state is not a sum of Gaussians.
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
