"""Two particles on a line that meet: whether they pass through each other or bounce off."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from ...._amounts import amount
from ...._checks import named
from ...._typing import MASS
from ....errors import WavesimError
from ....potentials import interaction_of
from ....problem import Problem
from ....propagation import Batch, Plan
from ....states import GaussianPacket, Product
from ...bars import AbstractQuestion, Measurement, Predictions, Report
from ._transmission import Transmission

_NAMES = {"transmitted_probability": "pass_probability", "reflected_probability": "bounce_probability", "remaining_probability": "remaining_probability"}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class PassOrBounce(AbstractQuestion):
    """Two particles of the same mass, each a Gaussian packet, that act on each other by V(x - y): the probability that they change places.

    The center of mass moves freely; the distance r = x - y moves as one particle of mass m/2 in V(r), with the momentum (k_1 - k_2)/2 and
    the spread sqrt(s_1^2 + s_2^2)/2 of momenta, s = 1/(2 width). To pass is to be transmitted. The bar is that of `Transmission`.

    For distinguishable particles: of identical ones nobody can tell whether they passed or bounced, and `MeetingDelay` asks what is left. Not for potentials that also act on each
    particle alone, as walls and traps do: give those a grid of two axes and a [measure].

    Source: Landau and Lifshitz, Quantum Mechanics (1977), section 32 (the reduced mass).
    """

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> Plan | None:
        return Transmission().planned(relative_motion(problem), tolerance, **fixed)

    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        relative = relative_motion(problem)
        report = yield from Transmission().measuring(relative, tolerance, batch=batch, **fixed)
        quantities = {
            new: dataclasses.replace(report.quantities[old], name=new)
            for old, new in _NAMES.items()
            if old in report.quantities
        }
        note = (
            f"what is solved is the distance between the two: one particle of half the mass, {amount(relative.mass, MASS, problem.shown_in)}, "
            "with the interaction as its barrier."
        )
        curves = {
            _NAMES.get(name, name): dataclasses.replace(curve, name=_NAMES.get(name, name))
            for name, curve in report.curves.items()
        }
        warnings = tuple(_renamed(text) for text in report.warnings)
        return dataclasses.replace(
            report, quantities=quantities, curves=curves, warnings=warnings, notes=(note, *map(_renamed, report.notes))
        )

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        known = Transmission().predictions(relative_motion(problem), duration)
        return {new: known[old] for old, new in _NAMES.items() if old in known}


def two_that_meet(problem: Problem) -> bool:
    """Whether a problem is one of two particles that approach each other, free at a distance."""
    if not isinstance(problem.state, Product) or len(problem.state.factors) != 2:
        return False
    try:
        return meeting(problem).open
    except WavesimError:
        return False


def _renamed(text: str) -> str:
    for old, new in _NAMES.items():
        text = text.replace(old, new).replace(old.replace("_", " "), new.replace("_", " "))
    return text


def relative_motion(problem: Problem) -> Problem:
    """The motion of two particles that can be told apart about each other, as a problem of one axis.

    Raises:
        WavesimError: if the particles are identical, V does not depend on x - y alone, or the state is no product of two Gaussian packets
            that approach each other.
    """
    if isinstance(problem.state, Product) and problem.state.identical:
        raise WavesimError(
            f"two particles pass or bounce where they can be told apart, but of two {problem.state.statistics} nobody knows which is which; "
            'ask for meeting_delay, or write statistics = "distinguishable".'
        )
    return meeting(problem)


def meeting(problem: Problem) -> Problem:
    """The motion of two particles about each other, as a problem of one axis, whether they are identical or not.

    Raises:
        WavesimError: if V does not depend on x - y alone, or the state is no product of two Gaussian packets that approach each other.
    """
    interaction = interaction_of(problem.potential)
    if interaction is None:
        raise WavesimError(
            f"whether two particles pass or bounce is asked where V depends on x - y alone, but {named(problem.potential)} does not; "
            "take kind = two_particles with an interaction, or a formula in (x - y)."
        )
    state = problem.state
    if (
        not isinstance(state, Product)
        or len(state.factors) != 2
        or not all(isinstance(f, GaussianPacket) for f in state.factors)
    ):
        raise WavesimError(
            f"two particles that meet must start as a product of two Gaussian packets, but here is {named(state)}; "
            "write [state] kind = product with two factors."
        )
    first, second = state.factors
    assert isinstance(first, GaussianPacket) and isinstance(second, GaussianPacket)
    apart = float(first.center) - float(second.center)
    momentum = (float(first.mean_momentum(problem.mass)) - float(second.mean_momentum(problem.mass))) / 2
    if not apart * momentum < 0:
        raise WavesimError(
            "two particles must approach each other to pass or bounce, but these two do not; turn one of the momenta round."
        )
    spread = math.hypot(1 / (2 * float(first.width)), 1 / (2 * float(second.width))) / 2
    packet = GaussianPacket(center=apart, width=1 / (2 * spread), momentum=momentum)
    return Problem(
        interaction,
        packet,
        duration=problem.duration,
        mass=float(problem.mass) / 2,
        units=problem.shown_in,
        coordinate="distance x1 - x2",
    )
