"""Resonances of a potential by theory, in kinetic energies on the incoming side."""

from __future__ import annotations

import numpy as np

from .... import theory
from ....potentials import AbstractMassStructure, AbstractPotential
from ....problem import Problem
from ....states import GaussianPacket
from ...bars import Estimate
from ._mass_structures import mass_resonances
from ._terrain import terrain_of
from ._transmission import moves_right

# distances from a resonance at which the panels of an average end, in widths
_FLANKS = np.array([0.0, 1.0, 4.0, 16.0])
# half-width of a packet's range of momenta, in spreads of its momentum
_REACH = 9.0
# least ratio of a width to its error at which the width is reported
_LEAST_WIDTH = 10.0


def resonances_of(
    potential: AbstractPotential, mass: float, low: float, high: float, to_right: bool = True
) -> list[tuple[Estimate, Estimate | None]]:
    """Energy and width of every resonance between two kinetic energies; None for an uncertain width.

    Args:
        potential: static, of one dimension, flat on both sides.
        mass: of the particle.
        low, high: kinetic energies on the incoming side [energy].
        to_right: whether the waves come from the left.

    Source: `wavesim.theory.resonance_poles`.
    """
    near = potential.asymptotes()[0 if to_right else 1]
    poles = theory.resonance_poles(terrain_of(potential, mass), low + near, high + near, mass)
    return [
        (
            Estimate(pole.energy - near, pole.error),
            Estimate(pole.width, 2 * pole.error) if pole.width > _LEAST_WIDTH * pole.error else None,
        )
        for pole in poles
    ]


def poles_of(problem: Problem, low: float, high: float) -> list[tuple[Estimate, Estimate | None]]:
    """`resonances_of` for a problem, heterostructures included."""
    to_right = moves_right(problem)
    if isinstance(problem.potential, AbstractMassStructure):
        return mass_resonances(problem, low, high, to_right)
    return resonances_of(problem.potential, float(problem.mass), low, high, to_right)


def resonance_marks(problem: Problem) -> np.ndarray:
    """Kinetic energies around which T(E) varies fast within a Gaussian packet: each resonance and its flanks."""
    packet, mass = problem.state, float(problem.mass)
    assert isinstance(packet, GaussianPacket)
    mean, reach = abs(float(packet.mean_momentum(mass))), _REACH / (2 * float(packet.width))
    low, high = max(mean - reach, 0.0) ** 2 / (2 * mass), (mean + reach) ** 2 / (2 * mass)
    poles = poles_of(problem, low, high)
    offsets = np.concatenate([-_FLANKS[:0:-1], _FLANKS])
    return np.sort(np.concatenate([np.zeros(0), *(energy + (width or 0.0) * offsets for energy, width in poles)]))
