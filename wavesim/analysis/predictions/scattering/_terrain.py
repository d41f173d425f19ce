"""Potential and packet of a problem as arguments of `wavesim.theory`: cells and Gaussians."""

from __future__ import annotations

import cmath
import math

from .... import theory
from ....potentials import AbstractPotential, values_at
from ....states import AbstractState, GaussianPacket, Superposition

# V is sampled out to where it differs from its asymptote by this share of its height
FAINTEST = 1e-17
# half a cell about a potential without extent [length]
_PAD = 0.5


def terrain_of(
    potential: AbstractPotential, mass: float, tolerance: float = FAINTEST, ends: tuple[float, float] | None = None
) -> theory.Terrain:
    """Cells of a static one-dimensional potential that is flat on both sides.

    Args:
        potential: V.
        mass: of the particle.
        tolerance: V is cut off where it differs from its asymptotes by this share of its height.
        ends: where V is cut off instead [length].
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
    """A state as a normalized sum of Gaussians; None for any other state."""
    if isinstance(state, GaussianPacket):
        return (theory.Gaussian(float(state.center), float(state.width), float(state.mean_momentum(mass))),)
    if not isinstance(state, Superposition) or not all(isinstance(term, GaussianPacket) for term in state.terms):
        return None
    parts = [
        theory.Gaussian(float(term.center), float(term.width), float(term.mean_momentum(mass)), complex(c))  # type: ignore[attr-defined]
        for term, c in zip(state.terms, state.amplitudes, strict=True)
    ]
    norm = math.sqrt(sum(_overlap(left, right).real for left in parts for right in parts))
    return tuple(theory.Gaussian(g.center, g.width, g.momentum, g.amplitude / norm) for g in parts)


def _overlap(first: theory.Gaussian, second: theory.Gaussian) -> complex:
    """int conj(psi_1) psi_2 dx in closed form."""
    total = first.width**2 + second.width**2
    distance, boost = second.center - first.center, second.momentum - first.momentum
    mean = (first.width**2 * first.momentum + second.width**2 * second.momentum) / total
    size = math.sqrt(2 * first.width * second.width / total)
    exponent = -(distance**2) / (4 * total) - (first.width * second.width * boost) ** 2 / total - 1j * mean * distance
    return complex(first.amplitude).conjugate() * complex(second.amplitude) * size * cmath.exp(exponent)
