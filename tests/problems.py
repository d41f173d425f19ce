"""The table of reference problems: physics, numbers known from elsewhere, and tags that say what each is good for.

The numbers are computed again, by methods that share nothing with the package, in tests/unit/test_problems.py.
"""

from __future__ import annotations

import dataclasses

from wavesim import Problem
from wavesim.potentials import (
    DoubleBarrier,
    EckartBarrier,
    GaussianBarrier,
    Harmonic,
    QuarticDoubleWell,
    RectangularBarrier,
    SquareDoubleWell,
    Step,
)
from wavesim.states import GaussianPacket, LeftLocalized

TAGS = {
    "scattering": "a packet meets a potential that is flat on both sides; `transmitted` is known",
    "tunneling": "a localized start in a symmetric double well; `gap` is known",
    "motion": "mean position and width are known at all times",
    "smooth": "the potential has no edges: splitting schemes keep their order",
    "sharp": "the potential has edges: the spacing limits the accuracy, and Chebyshev is the method",
    "closed_form": "the stationary problem has a closed form or a transcendental equation",
    "resonant": "T(E) has a peak narrower than the packet: a long run is needed",
}


@dataclasses.dataclass(frozen=True)
class Reference:
    """A problem in natural units (hbar = m = 1) with what is known of it.

    Attributes:
        problem: the physics.
        numbers: known values by name.
        tags: keys of `TAGS`.
        source: where the numbers come from.
    """

    problem: Problem
    numbers: dict[str, float]
    tags: frozenset[str]
    source: str


def _packet(momentum: float, width: float, center: float) -> GaussianPacket:
    return GaussianPacket(center=center, width=width, momentum=momentum)


REFERENCES: dict[str, Reference] = {
    "rectangular": Reference(
        Problem(RectangularBarrier(1.0, 1.5), _packet(1.0, 5.0, -40.0)),
        {"transmitted": 0.185563882093389, "at_mean_energy": 0.180706638923648530597},
        frozenset({"scattering", "sharp", "closed_form"}),
        "int T(k) abs(phi(k))^2 dk with T = 1/(1 + V0^2 sinh^2(kappa a)/(4 E (V0 - E))); sech^2 1.5 at the mean energy",
    ),
    "eckart": Reference(
        Problem(EckartBarrier(1.0, 1.0), _packet(1.3, 3.0, -25.0)),
        {"transmitted": 0.470494240713812},
        frozenset({"scattering", "smooth", "closed_form"}),
        "the same with T = sinh^2(pi k a)/(sinh^2(pi k a) + cosh^2(pi/2 sqrt(8 V0 a^2 - 1)))",
    ),
    "gaussian": Reference(
        Problem(GaussianBarrier(0.8, 0.9), _packet(1.2, 4.0, -30.0)),
        {"transmitted": 0.479323375023},
        frozenset({"scattering", "smooth"}),
        "the same with T(k) from an initial value problem for psi'' = 2 (V - E) psi",
    ),
    "step": Reference(
        Problem(Step(0.4), _packet(1.3, 4.0, -30.0)),
        {"transmitted": 0.96744697310955},
        frozenset({"scattering", "sharp", "closed_form"}),
        "the same with T = 4 k q/(k + q)^2, q = sqrt(k^2 - 2 V0)",
    ),
    "double_barrier": Reference(
        Problem(DoubleBarrier(1.0, 1.0, 3.0), _packet(0.9, 4.0, -32.0)),
        {"transmitted": 0.132313217035661},
        frozenset({"scattering", "sharp", "closed_form", "resonant"}),
        "the same with T from the matching of psi and psi' at four edges",
    ),
    "quartic": Reference(
        Problem(QuarticDoubleWell(8.0, 2.0), LeftLocalized()),
        {"gap": 7.58187710306886e-4, "period": 8287.110463230},
        frozenset({"tunneling", "smooth"}),
        "V = (x^2 - 4)^2/2, each parity in its own basis of oscillator functions",
    ),
    "square": Reference(
        Problem(SquareDoubleWell(4.0, 1.0, 1.0), LeftLocalized()),
        {"gap": 0.203165722632123},
        frozenset({"tunneling", "sharp", "closed_form"}),
        "k tan(k w - arctan(kappa/k tanh or coth(kappa s/2))) = kappa",
    ),
    "coherent": Reference(
        Problem(Harmonic(1.0), _packet(0.0, 0.5**0.5, -2.0), duration=6.283185307179586),
        {"period": 6.283185307179586, "width": 0.7071067811865476, "energy": 2.5},
        frozenset({"motion", "smooth", "closed_form"}),
        "<x> = -2 cos t, width 1/sqrt 2, <H> = (1 + 4)/2",
    ),
}


def tagged(*tags: str) -> list[str]:
    """The names of the references that carry all of these tags."""
    return [name for name, reference in REFERENCES.items() if reference.tags >= set(tags)]
