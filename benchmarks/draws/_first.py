"""Random problems whose answer theory knows, seeded: barriers and steps of all kinds met by packets, and double wells."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from wavesim import Problem
from wavesim.potentials import (
    AbstractPotential,
    DeltaBarrier,
    DoubleBarrier,
    EckartBarrier,
    GaussianBarrier,
    QuarticDoubleWell,
    RectangularBarrier,
    SquareDoubleWell,
    Step,
    TriangularBarrier,
)
from wavesim.states import GaussianPacket, LeftLocalized

SEED = 20261120
BARRIERS = ("rectangular", "gaussian", "eckart", "double", "step", "triangular", "delta")
WELLS = ("quartic", "square")
KINDS = (*BARRIERS, *WELLS)


@dataclasses.dataclass(frozen=True)
class Draw:
    """One random problem and the tolerance asked for; `index` alone determines it."""

    index: int
    kind: str
    tolerance: float
    problem: Problem


def draw(index: int) -> Draw:
    """The problem of that number: kinds in turn, everything else at random; tolerances from 1e-3 to 1e-8, equally likely in their logarithm.

    Packets have 4.5 to 9 widths x momentum, so that what is too slow to be absorbed stays below the tolerance. Lengths are
    in units of 1/momentum and heights in units of the packet's energy; momenta from 0.7 to 2 set the scale.
    """
    rng = np.random.default_rng([SEED, index])
    kind = KINDS[index % len(KINDS)]
    tolerance = 10 ** rng.uniform(-8, -3)
    if kind in WELLS:
        return Draw(index, kind, tolerance, Problem(_well(kind, rng), LeftLocalized()))
    momentum, spread = rng.uniform(0.7, 2.0), rng.uniform(4.5, 9.0)
    potential = _barrier(kind, momentum, rng)
    width = spread / momentum
    left, _ = potential.support(1e-17)
    center = left - (math.sqrt(2 * math.log(1 / tolerance)) + 1.5) * width
    return Draw(
        index, kind, tolerance, Problem(potential, GaussianPacket(center=center, width=width, momentum=momentum))
    )


def _barrier(kind: str, momentum: float, rng: np.random.Generator) -> AbstractPotential:
    energy, place = momentum**2 / 2, rng.uniform(-1.0, 1.0) / momentum
    if kind == "rectangular":
        return RectangularBarrier(rng.uniform(0.4, 1.6) * energy, rng.uniform(0.6, 2.5) / momentum, center=place)
    if kind == "gaussian":
        return GaussianBarrier(rng.uniform(0.5, 1.6) * energy, rng.uniform(0.5, 1.5) / momentum, center=place)
    if kind == "eckart":
        return EckartBarrier(rng.uniform(0.5, 1.6) * energy, rng.uniform(0.5, 1.5) / momentum, center=place)
    if kind == "double":
        width, apart = rng.uniform(0.4, 0.9) / momentum, rng.uniform(0.8, 2.5) / momentum
        return DoubleBarrier(rng.uniform(0.5, 1.2) * energy, width, apart, center=place)
    if kind == "step":
        return Step(rng.uniform(-0.6, 0.4) * energy, center=place)
    if kind == "triangular":
        return TriangularBarrier(rng.uniform(0.6, 1.8) * energy, rng.uniform(1.0, 3.0) / momentum, center=place)
    return DeltaBarrier(rng.uniform(0.3, 1.5) * momentum, center=place)


def _well(kind: str, rng: np.random.Generator) -> AbstractPotential:
    if kind == "quartic":
        return QuarticDoubleWell(barrier=rng.uniform(1.5, 4.0), half_distance=rng.uniform(1.1, 1.6))
    return SquareDoubleWell(rng.uniform(3.0, 5.0), rng.uniform(0.8, 1.2), rng.uniform(0.6, 1.2))
