"""Transmitted, reflected, absorbed and remaining probability, and T(E) averaged over the packet."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from ...._typing import DIMENSIONLESS, Dimension
from ....absorbers import Absorber
from ....observables import AbstractObservable, MovingIn, Norm, ProbabilityIn
from ....potentials import AbstractMassStructure
from ....problem import Problem
from ....propagation import FrameSum, Plan, Result, Trajectory
from ....regions import Before, Beyond
from ....states import GaussianPacket, as_packet
from ...bars import MOST_WORK, AbstractRecordQuestion, CurvePredictions, Predictions, Reading, Report
from ...predictions import (
    TransmissionOf,
    along_first_axis,
    approximate_transmissions,
    average,
    echo_amplitude,
    echo_of_all,
    moves_right,
    packet_leak,
    packet_theories,
)
from ._stationary import (
    LITTLE_WORK,
    beside_scattering_states,
    by_scattering_states,
    can_be_run,
    has_scattering_states,
)
from ._way_out import OUT, out_curves, out_numbers, out_readings, refuse_held, way_out

_FAR = 1e-3
# the error to which approximations are averaged over a packet
_ROUGHLY = 1e-8
# frames that show how long something rings
_FRAMES = 32


@dataclasses.dataclass(frozen=True)
class Transmission(AbstractRecordQuestion):
    """Scattering off a potential that is flat on both sides.

    transmitted = absorbed on the far side + what is beyond the potential there and moves away; reflected likewise on the near side;
    remaining = what is undecided: inside the potential, or still moving towards it. The three add to one; ``absorbed_left`` and ``absorbed_right``, where something absorbs, are parts of the first two.
    With a wall on one side: what has got out of the room between it and a barrier by the end, and what has not.

    Args:
        relative: whether the tolerance is a fraction of the transmitted probability, for barriers so thick that an absolute one would say
            nothing. Theory tells the planner how small it is about; the box then holds the whole packet, for no absorber is good enough.
    """

    knows_masses = True

    relative: bool = False  # type: ignore[misc]

    @property
    def least_frames(self) -> int:
        # all numbers are read at the end; the coarser runs keep half and a quarter of these frames
        return 8

    def planned_for(self, problem: Problem) -> dict[str, Any]:
        if not self.relative:
            return {}
        theories = self.predictions(problem, None).get("transmitted_probability", {})
        return {"scale": max(next(iter(theories.values())), 1e-25)} if theories else {}

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        if problem.ends is not None:
            return way_out(problem)
        refuse_held(problem)
        left, right = problem.potential.support(_FAR)
        return {
            "norm": Norm(),
            "beyond_left": ProbabilityIn(Before(left)),
            "beyond_right": ProbabilityIn(Beyond(right)),
            "incoming_left": MovingIn(Before(left), "right"),
            "incoming_right": MovingIn(Beyond(right), "left"),
        }

    def readings(self, result: Result) -> dict[str, Reading]:
        if OUT in result.series:
            return out_readings(result)
        ends = {name: float(values[-1]) for name, (values, _) in self.curves(result).items()}
        # the undecided probability may still go either way
        own = {"duration": abs(ends["remaining_probability"])}
        numbers = {
            name: Reading(ends[name], DIMENSIONLESS, own)
            for name in ("transmitted_probability", "reflected_probability")
        }
        if self.relative:
            # rounding errors are errors of amplitudes, and change a small P by 2 sqrt(P) times them
            small = max(numbers["transmitted_probability"].value, 0.0)
            layer = result.numerics.absorber
            leak = {} if layer is None else {"absorber": packet_leak(result.problem, layer)}
            numbers["transmitted_probability"] = Reading(
                small, DIMENSIONLESS, own | leak, scale=min(1.0, 2 * math.sqrt(small))
            )
        if result.numerics.absorber is not None:
            numbers |= _absorbed(result)
        numbers["remaining_probability"] = Reading(ends["remaining_probability"], DIMENSIONLESS)
        return numbers

    def numbers(self, result: Result, least: float) -> dict[str, FrameSum]:
        if OUT in result.series:
            return out_numbers(result)
        right = moves_right(result.problem)
        frames, side = result.numerics.frames, "right" if right else "left"
        through = FrameSum.at(
            frames, frames, {f"beyond_{side}": 1.0, f"incoming_{side}": -1.0}, (0.0, 1.0) if right else (1.0, 0.0)
        )
        chosen = {"transmitted_probability": through}
        ends = self.curves(result)
        if abs(float(ends["remaining_probability"][0][-1])) > least:
            rest = {"norm": 1.0, "beyond_left": -1.0, "beyond_right": -1.0, "incoming_left": 1.0, "incoming_right": 1.0}
            chosen["remaining_probability"] = FrameSum.at(frames, frames, rest)
        return chosen

    def made_of(self, name: str) -> dict[str, float]:
        through, rest = "transmitted_probability", "remaining_probability"
        return {
            through: {through: 1.0},
            "reflected_probability": {through: -1.0, rest: -1.0},
            rest: {rest: 1.0},
        }.get(name, {through: 1.0, rest: 1.0})

    def without_run(self, problem: Problem, tolerance: float, plan: Plan | None, **fixed: Any) -> Report | None:
        if _by_hand(problem, fixed) or (plan is not None and can_be_run(problem, plan.numerics)):
            return None
        return by_scattering_states(problem, tolerance, self.relative, None if plan is None else plan.numerics)

    def mended(self, problem: Problem, report: Report, **fixed: Any) -> Report:
        return report if _by_hand(problem, fixed) else beside_scattering_states(problem, report, self.relative)

    def most_work(self, problem: Problem, **fixed: Any) -> float:
        alone = self.relative or _by_hand(problem, fixed) or not has_scattering_states(problem)
        return MOST_WORK if alone else LITTLE_WORK

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        if OUT in result.series:
            return out_curves(result)
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

    def undecided(self, result: Result) -> np.ndarray | None:
        if OUT in result.series or result.numerics.frames < _FRAMES:
            return None
        return np.abs(self.curves(result)["remaining_probability"][0])

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        return packet_leak(problem, absorber)

    def echo(self, result: Result) -> float:
        """2 r int sqrt(j(t) j(t - tau)) dt on each side: r the amplitude that the layer sends back, j the flux, tau the way there and back.

        A packet that passes once is gone when its echo comes back; one that rings for longer than tau meets it.
        """
        problem, grid, absorber = result.problem, result.numerics.grid, result.numerics.absorber
        if (
            absorber is None
            or OUT in result.series
            or as_packet(problem.state, float(problem.mass)) is None
            or result.numerics.frames < _FRAMES
        ):
            return 0.0
        left, right = problem.potential.support(_FAR)
        ways = (
            left - float(grid.lower[0]) - float(absorber.width),
            float(grid.upper[0]) - float(absorber.width) - right,
        )
        *amplitudes, before, behind = echo_amplitude(problem, absorber)
        total = 0.0
        for side, (way, amplitude, speed) in enumerate(zip(ways, amplitudes, (before, behind), strict=True)):
            if amplitude > 0:
                name = ("beyond_left", "beyond_right")[side]
                gone = np.maximum.accumulate(result.absorbed[:, side] + result.series[name] - result.series[name][0])
                flux = np.sqrt(np.maximum(np.diff(gone), 0.0))
                lag = 2 * max(way, 0.0) / speed / float(result.times[1])
                back = np.interp(np.arange(len(flux)) - lag, np.arange(len(flux)), flux, left=0.0)
                total += 2 * amplitude * float(np.sum(flux * back))
        return total

    def final_echo(self, result: Result) -> float:
        absorber, met = result.numerics.absorber, self.echo(result)
        if met == 0 or absorber is None or not len(result.psi):
            return met
        coherent = echo_of_all(result.problem, np.asarray(result.psi[0]), result.numerics.grid, absorber)
        return met if coherent is None else min(met, coherent)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        if problem.ends is not None:
            # what is out by a time is no matter of T(E)
            return {}
        problem = along_first_axis(problem)
        # an approximation is useful where almost nothing passes
        known = isinstance(problem.potential, AbstractMassStructure)
        rough = approximate_transmissions(problem) if self.relative and not known else {}
        exact, averages = packet_theories(problem), _averages(problem, rough)
        return {name: theories | averages.get(name, {}) for name, theories in exact.items()}

    def compared(self, problem: Problem, duration: float | None, enough: float) -> Predictions:
        del duration
        return {} if problem.ends is not None else packet_theories(along_first_axis(problem), True, enough)

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        del problem, times
        return {}


def _absorbed(result: Result) -> dict[str, Reading]:
    """The absorbed probability, which depends on the ends of the box; runs repeat all that goes to that side."""
    numbers, still = {}, {"duration": float(result.series["norm"][-1])}
    forward = moves_right(result.problem)
    for side, name in enumerate(("absorbed_left", "absorbed_right")):
        part_of = "transmitted_probability" if forward == bool(side) else "reflected_probability"
        whole = float(result.absorbed[-1, side] + result.series["beyond_" + name.removeprefix("absorbed_")][-1])
        taken = float(result.absorbed[-1, side])
        numbers[name] = Reading(taken, DIMENSIONLESS, still, compared=whole, part_of=part_of)
    return numbers


def _by_hand(problem: Problem, fixed: dict[str, Any]) -> bool:
    """Whether numerics or a duration are given, so that the question is about the end of that run."""
    return problem.duration is not None or bool({"grid", "dt", "scheme", "absorber"} & set(fixed))


def _averages(problem: Problem, theories: dict[str, TransmissionOf]) -> Predictions:
    """Each T(E), averaged over the packet."""
    if not isinstance(problem.state, GaussianPacket):
        return {}
    through = {name: float(average(form, problem, _ROUGHLY)) for name, form in theories.items()}
    # components that start the other way never meet the potential: they count as reflected
    back = {name: 1.0 - value for name, value in through.items()}
    return {"transmitted_probability": through, "reflected_probability": back}


def transmitted(trajectory: Trajectory, beyond: str = "beyond_right") -> Any:
    """The transmitted probability at the end of a pure `wavesim.evolve`, differentiable: absorbed on the right + beyond the barrier.

    The problem must measure `beyond`: ``measure={"beyond_right": ProbabilityIn(Beyond(x))}``.
    """
    return trajectory.frames.absorbed[-1, 1] + trajectory.frames.series[beyond][-1]
