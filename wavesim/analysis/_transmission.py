"""How much got through: transmitted, reflected, absorbed on each side, remaining, and T(E) averaged over the packet."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from .. import theory
from .._typing import DIMENSIONLESS, Dimension
from ..absorbers import Absorber
from ..observables import AbstractObservable, MovingIn, Norm, ProbabilityIn
from ..potentials import (
    AbstractPotential,
    DeltaBarrier,
    DeltaWell,
    DoubleBarrier,
    DoubleDeltaWell,
    EckartBarrier,
    RectangularBarrier,
    Step,
    TriangularBarrier,
)
from ..problem import Problem
from ..propagation import Result, Trajectory
from ..regions import Before, Beyond
from ..states import AbstractPacket, GaussianPacket
from ._question import CurvePredictions, Predictions, Reading
from ._record import AbstractRecordQuestion

_FAR = 1e-3


@dataclasses.dataclass(frozen=True)
class Transmission(AbstractRecordQuestion):
    """Scattering off a potential that is flat on both sides.

    transmitted = absorbed on the far side + what is beyond the potential there and moves away; reflected likewise on the near side;
    remaining = what is undecided: inside the potential, or still moving towards it. The three add to one; ``absorbed_left`` and ``absorbed_right`` are parts of the first two.
    """

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        left, right = problem.potential.support(_FAR)
        return {
            "norm": Norm(),
            "beyond_left": ProbabilityIn(Before(left)),
            "beyond_right": ProbabilityIn(Beyond(right)),
            "incoming_left": MovingIn(Before(left), "right"),
            "incoming_right": MovingIn(Beyond(right), "left"),
        }

    def readings(self, result: Result) -> dict[str, Reading]:
        ends = {name: float(values[-1]) for name, (values, _) in self.curves(result).items()}
        # whatever is undecided at the end may still go either way
        own = {"duration": abs(ends["remaining_probability"]), "start": self.already_there(result)}
        numbers = {
            name: Reading(ends[name], DIMENSIONLESS, own)
            for name in ("transmitted_probability", "reflected_probability")
        }
        # what was absorbed so far depends on where the box happens to end; what is repeatable is all that goes to that side
        still = {"duration": float(result.series["norm"][-1])}
        for side, name in enumerate(("absorbed_left", "absorbed_right")):
            whole = float(result.absorbed[-1, side] + result.series["beyond_" + name.removeprefix("absorbed_")][-1])
            numbers[name] = Reading(float(result.absorbed[-1, side]), DIMENSIONLESS, still, compared=whole)
        numbers["remaining_probability"] = Reading(ends["remaining_probability"], DIMENSIONLESS)
        return numbers

    def already_there(self, result: Result) -> float:
        """The part of the packet that starts inside or behind the potential: it is no incoming wave, and may be counted on either side."""
        near = "beyond_left" if moves_right(result.problem) else "beyond_right"
        return abs(1.0 - float(result.series[near][0]))

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        s = result.series
        left = result.absorbed[:, 0] + s["beyond_left"] - s["incoming_left"]
        right = result.absorbed[:, 1] + s["beyond_right"] - s["incoming_right"]
        inside = s["norm"] - s["beyond_left"] - s["beyond_right"]
        through, back = (right, left) if moves_right(result.problem) else (left, right)
        return {
            "transmitted_probability": (through, DIMENSIONLESS),
            "reflected_probability": (back, DIMENSIONLESS),
            "remaining_probability": (inside + s["incoming_left"] + s["incoming_right"], DIMENSIONLESS),
        }

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        return packet_leak(problem, absorber)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        packet = problem.state
        if not isinstance(packet, GaussianPacket):
            return {}
        momentum = abs(float(packet.mean_momentum(problem.mass)))
        chosen: Predictions = {"transmitted_probability": {}, "reflected_probability": {}}
        for name, transmission in transmission_theories(problem).items():
            average = theory.packet_transmission(transmission, momentum, packet.width, problem.mass)
            through = float(average.value)
            chosen["transmitted_probability"][name] = through
            # components that start the other way never meet the potential: they count as reflected
            chosen["reflected_probability"][name] = 1.0 - through
        return chosen

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        del problem, times
        return {}


def moves_right(problem: Problem) -> bool:
    """Whether the packet comes from the left."""
    state = problem.state
    return not isinstance(state, GaussianPacket) or float(state.mean_momentum(problem.mass)) > 0


def transmission_theories(problem: Problem) -> dict[str, Callable[[Any], Any]]:
    """T as a function of the kinetic energy on the incoming side: a closed form where there is one, and the scattering method."""
    potential, mass = problem.potential, problem.mass
    to_right = moves_right(problem)
    chosen: dict[str, Callable[[Any], Any]] = {}
    if isinstance(potential, RectangularBarrier):
        chosen["closed_form"] = lambda e: theory.rectangular_transmission(e, potential.height, potential.width, mass)
    elif isinstance(potential, EckartBarrier):
        chosen["closed_form"] = lambda e: theory.eckart_transmission(e, potential.height, potential.width, mass)
    elif isinstance(potential, Step):
        chosen["closed_form"] = lambda e: theory.step_transmission(
            e, potential.height if to_right else -potential.height, mass
        )
    elif isinstance(potential, DoubleBarrier):
        chosen["closed_form"] = lambda e: theory.double_rectangular_transmission(
            e, potential.height, potential.width, potential.separation, mass
        )
    elif isinstance(potential, TriangularBarrier):
        chosen["closed_form"] = lambda e: theory.triangular_transmission(e, potential.height, potential.width, mass)
    elif isinstance(potential, DeltaBarrier | DeltaWell):
        chosen["closed_form"] = lambda e: theory.delta_transmission(e, potential.strength, mass)
    elif isinstance(potential, DoubleDeltaWell):
        chosen["closed_form"] = lambda e: theory.double_delta_transmission(
            e, -potential.strength, potential.separation, mass
        )
    if potential.spikes:
        # scattering works on V(x), in which a delta has no value
        return chosen
    chosen["scattering"] = scattering_transmission(potential, mass, to_right)
    return chosen


def scattering_transmission(potential: AbstractPotential, mass: float, to_right: bool = True) -> Callable[[Any], Any]:
    """T(E) of any potential that is flat on both sides, by `wavesim.theory.scatter`; E is counted from the incoming side's V."""
    left, right = potential.support(1e-17)
    pad = 0.0 if right > left else 0.5
    ends = potential.asymptotes()
    sign = 1.0 if to_right else -1.0
    low, high = (left - pad, right + pad) if to_right else (-right - pad, -left + pad)
    near, far = ends if to_right else ends[::-1]
    edges = tuple(sorted(sign * edge for edge in potential.edges if low < sign * edge < high))

    def transmission(energy: Any) -> Any:
        return theory.scatter(
            lambda x: potential.value((sign * x,), mass=mass) - near,
            energy,
            left=low,
            right=high,
            edges=edges,
            mass=mass,
            v_left=0.0,
            v_right=far - near,
        ).transmission

    return transmission


def absorber_leak(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """Reflected plus transmitted probability of the two layers back to back (the box is periodic), at each momentum > 0.

    The layer's own complex potential, solved by `wavesim.theory.scatter`.
    """
    width = float(absorber.width)

    def layer(x: Any) -> Any:
        depth = 1 - jnp.abs(x - width) / width
        return -1j * absorber.profile(jnp.minimum(depth, 0.97))

    answer = theory.scatter(
        layer,
        momentum**2 / (2 * mass),
        left=0.0,
        right=2 * width,
        edges=(width,),
        mass=mass,
        slices=256,
        v_left=0.0,
        v_right=0.0,
    )
    return np.asarray(answer.transmission + answer.reflection)


def packet_leak(problem: Problem, absorber: Absorber) -> float:
    """The probability that an absorber does not take from this packet: a bound for what it may add to T or to R."""
    packet, mass = problem.state, float(problem.mass)
    assert isinstance(packet, AbstractPacket)
    low, high = packet.momentum_range(1e-15, mass)
    mean, spread = (low + high) / 2, (high - low) / 16
    k = np.linspace(max(low, 1e-3 * high), high, 161) if mean > 0 else np.linspace(max(-high, -1e-3 * low), -low, 161)
    density = np.exp(-(((k - abs(mean)) / spread) ** 2) / 2) / (math.sqrt(2 * math.pi) * spread)
    worst = np.zeros_like(k)
    for end in {max(float(end), 0.0) for end in problem.potential.asymptotes()}:
        outside = np.sqrt(np.maximum(k**2 - 2 * mass * end, 0.0))
        moving = outside > 1e-3 * abs(mean)
        leak = absorber_leak(absorber, np.where(moving, outside, abs(mean)), mass)
        worst = np.maximum(worst, np.where(moving, leak, 0.0))
    return float(np.trapezoid(np.minimum(worst, 1.0) * density, k))


def transmitted(trajectory: Trajectory, beyond: str = "beyond_right") -> Any:
    """The transmitted probability at the end of a pure `wavesim.evolve`, differentiable: absorbed on the right + beyond the barrier.

    The problem must measure `beyond`: ``measure={"beyond_right": ProbabilityIn(Beyond(x))}``.
    """
    return trajectory.frames.absorbed[-1, 1] + trajectory.frames.series[beyond][-1]
