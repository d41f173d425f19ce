"""How much got through: transmitted, reflected, absorbed on each side, remaining, and T(E) averaged over the packet."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from .. import theory
from .._typing import DIMENSIONLESS, Dimension
from ..absorbers import Absorber
from ..observables import AbstractObservable, MovingIn, Norm, ProbabilityIn
from ..problem import Problem
from ..propagation import Result, Trajectory
from ..regions import Before, Beyond
from ..states import AbstractPacket, GaussianPacket
from ._question import CurvePredictions, Predictions, Reading
from ._record import AbstractRecordQuestion
from ._transmission_theory import (
    TransmissionOf,
    along_first_axis,
    approximate_transmissions,
    average,
    moves_right,
    transmission_theories,
)

_FAR = 1e-3


@dataclasses.dataclass(frozen=True)
class Transmission(AbstractRecordQuestion):
    """Scattering off a potential that is flat on both sides.

    transmitted = absorbed on the far side + what is beyond the potential there and moves away; reflected likewise on the near side;
    remaining = what is undecided: inside the potential, or still moving towards it. The three add to one; ``absorbed_left`` and ``absorbed_right`` are parts of the first two.

    Args:
        relative: whether the tolerance is a fraction of the transmitted probability, for barriers so thick that an absolute one would say
            nothing. Theory tells the planner how small it is about; the box then holds the whole packet, for no absorber is good enough.
    """

    relative: bool = False  # type: ignore[misc]

    @property
    def least_frames(self) -> int:
        # everything is told by the end; the coarser runs keep half and a quarter of these
        return 8

    def planned_for(self, problem: Problem) -> dict[str, Any]:
        if not self.relative:
            return {}
        theories = self.predictions(problem, None).get("transmitted_probability", {})
        return {"scale": max(next(iter(theories.values())), 1e-25)} if theories else {}

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
        if self.relative:
            # amplitudes carry the rounding errors, and 2 sqrt(P) times them is what a small P feels
            small = max(numbers["transmitted_probability"].value, 0.0)
            layer = result.numerics.absorber
            leak = {} if layer is None else {"absorber": packet_leak(result.problem, layer)}
            numbers["transmitted_probability"] = Reading(
                small, DIMENSIONLESS, own | leak, scale=min(1.0, 2 * math.sqrt(small))
            )
        # what was absorbed so far depends on where the box happens to end; what is repeatable is all that goes to that side
        still = {"duration": float(result.series["norm"][-1])}
        for side, name in enumerate(("absorbed_left", "absorbed_right")):
            whole = float(result.absorbed[-1, side] + result.series["beyond_" + name.removeprefix("absorbed_")][-1])
            numbers[name] = Reading(float(result.absorbed[-1, side]), DIMENSIONLESS, still, compared=whole)
        numbers["remaining_probability"] = Reading(ends["remaining_probability"], DIMENSIONLESS)
        return numbers

    def already_there(self, result: Result) -> float:
        """The part of the packet that starts inside or behind the potential: it is no incoming wave, and may be counted on either side."""
        packet = result.problem.state
        if isinstance(packet, GaussianPacket):
            left, right = result.problem.potential.support(_FAR)
            clear = left - packet.center if moves_right(result.problem) else packet.center - right
            return math.erfc(clear / packet.width / math.sqrt(2)) / 2
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
        problem = along_first_axis(problem)
        # an approximation says something where next to nothing passes
        rough = approximate_transmissions(problem) if self.relative else {}
        return _averages(problem, transmission_theories(problem) | rough)

    def compared(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        problem = along_first_axis(problem)
        return _averages(problem, dict(itertools.islice(transmission_theories(problem).items(), 1)))

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        del problem, times
        return {}


def _averages(problem: Problem, theories: dict[str, TransmissionOf]) -> Predictions:
    """Each T(E), averaged over the packet."""
    if not isinstance(problem.state, GaussianPacket):
        return {}
    through = {name: average(transmission, problem) for name, transmission in theories.items()}
    # components that start the other way never meet the potential: they count as reflected
    back = {name: 1.0 - value for name, value in through.items()}
    return {"transmitted_probability": through, "reflected_probability": back}


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


# momenta of a table of leaks, for each factor of ten
_PER_DECADE = 160


@functools.lru_cache(maxsize=128)
def _leaks(thickness: float, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """log of `absorber_leak` over log10 of the momentum, in units of sqrt(2 mass energy), from 10^first to 10^last.

    A layer's leak depends on `thickness` = width x that momentum alone, and planned layers of one tolerance share it.
    """
    logs = np.linspace(first, last, _PER_DECADE * (last - first) + 1)
    leak = absorber_leak(Absorber(width=thickness, energy=0.5), 10.0**logs, 1.0)
    return logs, np.log(np.maximum(leak, 1e-300))


def _leak_at(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """`absorber_leak`, read off a table."""
    unit = math.sqrt(2 * mass * float(absorber.energy))
    wanted = np.log10(momentum / unit)
    thickness = float(f"{float(absorber.width) * unit:.9g}")
    return np.exp(np.interp(wanted, *_leaks(thickness, math.floor(wanted.min()), math.ceil(wanted.max()))))


def packet_leak(problem: Problem, absorber: Absorber) -> float:
    """The probability that an absorber does not take from this packet: a bound for what it may add to T or to R."""
    packet, mass = problem.state, float(problem.mass)
    assert isinstance(packet, AbstractPacket)
    low, high = packet.momentum_range(1e-15, mass)
    mean, spread = (low + high) / 2, (high - low) / 16
    k = np.linspace(max(low, 1e-3 * high), high, 61) if mean > 0 else np.linspace(max(-high, -1e-3 * low), -low, 61)
    density = np.exp(-(((k - abs(mean)) / spread) ** 2) / 2) / (math.sqrt(2 * math.pi) * spread)
    worst = np.zeros_like(k)
    for end in {max(float(end), 0.0) for end in problem.potential.asymptotes()}:
        outside = np.sqrt(np.maximum(k**2 - 2 * mass * end, 0.0))
        moving = outside > 1e-3 * abs(mean)
        leak = _leak_at(absorber, np.where(moving, outside, abs(mean)), mass)
        worst = np.maximum(worst, np.where(moving, leak, 0.0))
    return float(np.trapezoid(np.minimum(worst, 1.0) * density, k))


def transmitted(trajectory: Trajectory, beyond: str = "beyond_right") -> Any:
    """The transmitted probability at the end of a pure `wavesim.evolve`, differentiable: absorbed on the right + beyond the barrier.

    The problem must measure `beyond`: ``measure={"beyond_right": ProbabilityIn(Beyond(x))}``.
    """
    return trajectory.frames.absorbed[-1, 1] + trajectory.frames.series[beyond][-1]
