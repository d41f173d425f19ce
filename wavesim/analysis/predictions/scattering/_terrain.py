"""A problem's potential and packet in the terms of `wavesim.theory`: cells, and Gaussians."""

from __future__ import annotations

import cmath
import math

from .... import theory
from ....potentials import AbstractPotential, values_at
from ....states import AbstractState, GaussianPacket, Superposition

# V is followed out to where it is this share of its height from what it becomes far away
FAINTEST = 1e-17
# half a cell about a potential that is nowhere
_PAD = 0.5


def terrain_of(
    potential: AbstractPotential, mass: float, tolerance: float = FAINTEST, ends: tuple[float, float] | None = None
) -> theory.Terrain:
    """A static one-dimensional potential that is flat on both sides, surveyed.

    Args:
        potential: V.
        mass: of the particle.
        tolerance: V is cut off where it is this share of its height away from its asymptotes.
        ends: where it is cut off instead [length].
    """
    left, right = potential.support(tolerance) if ends is None else ends
    marks = (*potential.edges, *potential.spikes)
    left, right = min((left, *marks)), max((right, *marks))
    pad = _PAD if not left < right or any(not left < spike < right for spike in potential.spikes) else 0.0
    return theory.surveyed(
        lambda x: values_at(potential, x, mass),
        left - pad,
        right + pad,
        potential.edges,
        potential.spikes,
        potential.strengths,
        *potential.asymptotes(),
    )


def gaussians_of(state: AbstractState, mass: float) -> tuple[theory.Gaussian, ...] | None:
    """A state as a normalized sum of Gaussians; None where it is none."""
    if isinstance(state, GaussianPacket):
        return (theory.Gaussian(float(state.center), float(state.width), float(state.mean_momentum(mass))),)
    if not isinstance(state, Superposition) or not all(isinstance(term, GaussianPacket) for term in state.terms):
        return None
    parts = [
        theory.Gaussian(float(term.center), float(term.width), float(term.mean_momentum(mass)), complex(c))  # type: ignore[attr-defined]
        for term, c in zip(state.terms, state.amplitudes, strict=True)
    ]
    norm = math.sqrt(sum(_overlap(one, other).real for one in parts for other in parts))
    return tuple(theory.Gaussian(g.center, g.width, g.momentum, g.amplitude / norm) for g in parts)


def _overlap(one: theory.Gaussian, other: theory.Gaussian) -> complex:
    """int conj(psi_1) psi_2 dx in closed form."""
    total = one.width**2 + other.width**2
    apart, faster = other.center - one.center, other.momentum - one.momentum
    between = (one.width**2 * one.momentum + other.width**2 * other.momentum) / total
    size = math.sqrt(2 * one.width * other.width / total)
    exponent = -(apart**2) / (4 * total) - (one.width * other.width * faster) ** 2 / total - 1j * between * apart
    return complex(one.amplitude).conjugate() * complex(other.amplitude) * size * cmath.exp(exponent)
