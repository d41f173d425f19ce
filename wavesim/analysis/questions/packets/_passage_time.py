"""When a packet arrives behind a barrier, by what is propagated: the mean time of its passage, and its group delay."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple, final

import numpy as np

from ...._checks import named
from ...._typing import DIMENSIONLESS, FREQUENCY, TIME, Dimension
from ....absorbers import Absorber
from ....errors import ArgumentError, WavesimError
from ....observables import AbstractObservable, ProbabilityIn
from ....problem import Problem
from ....propagation import FrameSum, Result
from ....regions import Before, Between, Beyond
from ....states import GaussianPacket
from ...bars import AbstractRecordQuestion, Curve, CurvePredictions, Estimate, Predictions, Reading, error_of
from ...predictions import moves_right, packet_theories, passage_of
from ._transmission import Transmission

_PASSED, _UNDER_WAY = "beyond_plane", "between_planes"
_TRANSMITTED = "transmitted_probability"
# share of V at which its ends are for the delay, as for `TunnelingTimes`, and at which it is over
_FELT, _OVER = 1e-3, 1e-6
# widths of the packet before V from which it starts, at least: what begins inside V comes early
_OUTSIDE = 5.0
# widths of the packet from the end of V to the first plane, and from that to the second
_CLEAR, _APART = 0.5, 2.0
# a transmitted probability that no absorber is good enough for
_LITTLE = 1e-3
# points of the picture
_DRAWN = 481


@final
@dataclasses.dataclass(frozen=True)
class PassageTime(AbstractRecordQuestion):
    """When what is transmitted passes a plane behind V: ``passage_time``, the mean over the flux, and ``group_delay``, how long it took between the ends of V.

    passage_time = int t dP/P(end) = int (1 - P(t)/P(end)) dt, P(t) what has passed a plane half a width of the packet behind V. What has passed
    needs <m/k> for a unit of length, which is told by the time that it spends on the next two widths; so much for each unit of the way that is no
    part of V is taken off, and the group delay is left: the mean of d(arg t)/dE + (m/k) (b - a) over all that passes, a and b where V has fallen to a thousandth
    of its height. For a packet much wider than V it is the ``phase_time`` of `TunnelingTimes`, which tends to Hartman's 2 m/(k kappa). All of it is
    measured in one run; the tolerance is a fraction of the passage time.

    For one Gaussian packet that starts five of its widths before V, in one dimension; the group delay where V is as high behind as before.

    Raises:
        ArgumentError: if the state is no Gaussian packet, or does not start clear of V.
        WavesimError: if V is not flat on both sides.

    Source: E. P. Wigner, Phys. Rev. 98, 145 (1955); T. E. Hartman, J. Appl. Phys. 33, 3427 (1962); V. Delgado, J. G. Muga, Phys. Rev. A 56, 3425 (1997).
    """

    relative = True

    def planned_for(self, problem: Problem) -> dict[str, Any]:
        # absorbers serve for all but the least probabilities, and cost far less than a box for all of the packet
        known = Transmission(relative=True).planned_for(problem)
        return known if known.get("scale", 1.0) < _LITTLE else {}

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        way = _Way.of(problem)
        first, second = way.planes
        passed = Beyond(first) if way.to_right else Before(first)
        under_way = Between(min(first, second), max(first, second))
        return Transmission().observables(problem) | {
            _PASSED: ProbabilityIn(passed),
            _UNDER_WAY: ProbabilityIn(under_way),
        }

    def readings(self, result: Result) -> dict[str, Reading]:
        way, record = _Way.of(result.problem), _Record.of(result)
        coarse = record.coarser
        # what may still pass does so after the end, at about twice the time so far
        late = 2 * float(result.times[-1]) * record.undecided / record.through
        early = record.passed[0] / record.through * record.time
        own = {"duration": late, "start": abs(early)}
        passage = Reading(
            record.time, TIME, own | {"frames": abs(record.time - coarse.time)}, scale=max(record.time, 1e-300)
        )
        numbers = {"passage_time": passage}
        if way.level:
            delay, other = (one.time - way.clear * one.slowness for one in (record, coarse))
            own = {"duration": 2 * late, "start": abs(early), "frames": abs(delay - other)}
            numbers["group_delay"] = Reading(delay, TIME, own, scale=passage.scale)
        numbers[_TRANSMITTED] = Reading(record.through, DIMENSIONLESS, {"duration": record.undecided})
        return numbers

    def numbers(self, result: Result, least: float) -> dict[str, FrameSum]:
        del least
        way, record = _Way.of(result.problem), _Record.of(result)
        numbers = {"passage_time": record.sum_of(record.of_time, np.zeros(len(record.steps)))}
        if way.level:
            passed = record.of_time.copy()
            passed[-1] += way.clear * record.slowness / record.through
            numbers["group_delay"] = record.sum_of(passed, -way.clear * record.steps / (record.through * way.length))
        numbers[_TRANSMITTED] = record.sum_of(record.at_end, np.zeros(len(record.steps)))
        return numbers

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        del result
        return {}

    def patterns(self, result: Result) -> dict[str, Curve]:
        record = _Record.of(result)
        from scipy.interpolate import CubicSpline

        times = np.linspace(0.0, float(result.times[-1]), _DRAWN)
        density = CubicSpline(result.times, record.passed).derivative()(times) / record.through
        return {"arrivals": Curve("arrivals", times, density, FREQUENCY, {}, 0.0, ("time", TIME))}

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        del problem, absorber
        return 0.0

    def echo(self, result: Result) -> float:
        """What layers send back, in units of the passage time: a share of what passes that comes once more, or late, by the duration at most."""
        absorber, record = result.numerics.absorber, _Record.of(result)
        if absorber is None:
            return 0.0
        returned = Transmission().leak(result.problem, absorber) + Transmission().echo(result)
        return returned / record.through * max(1.0, float(result.times[-1]) / record.time)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        way = _Way.of(problem)
        if not problem.potential.static:
            return {}
        passage, through = (
            passage_of(problem, way.planes[0], way.ends),
            packet_theories(problem).get(_TRANSMITTED, {}),
        )
        # an average over momenta knows nothing of what starts inside V: how far that moves T is what it may be wrong by
        mean = through.get("scattering", through.get("closed_form"))
        if mean is None or not mean > 0:
            return {_TRANSMITTED: through} if through else {}
        doubt = error_of(mean) / mean * passage.time
        times = {"passage_time": passage.time, "group_delay": passage.delay}
        theories: Predictions = {
            name: {"scattering": Estimate(float(time), error_of(time) + doubt)}
            for name, time in times.items()
            if way.level or name == "passage_time"
        }
        return theories | {_TRANSMITTED: through}

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        del problem, times
        return {}


class _Way(NamedTuple):
    """What lies where along a packet's way.

    Attributes:
        to_right: whether it runs to the right.
        ends: where V begins for it, and where it ends [length].
        planes: which it passes behind V, one after the other [length].
        clear: length of its way to the first plane that is no part of V [length].
        length: between the planes [length].
        level: whether V is as high behind as before.
    """

    to_right: bool
    ends: tuple[float, float]
    planes: tuple[float, float]
    clear: float
    length: float
    level: bool

    @classmethod
    def of(cls, problem: Problem) -> _Way:
        packet, potential = problem.state, problem.potential
        if potential.dimension > 1 or problem.ends is not None or not all(map(math.isfinite, potential.asymptotes())):
            raise WavesimError(
                f"a time of passage needs a V in one dimension that is flat on both sides, but {named(potential)} is not so here; take a barrier without walls, or ask for motion."
            )
        if not isinstance(packet, GaussianPacket):
            raise ArgumentError(
                "state",
                f"must be one gaussian_packet for a time of passage, but is {named(packet)}; take one, or ask for transmission.",
            )
        to_right, center, width = moves_right(problem), float(packet.center), float(packet.width)
        side = 1.0 if to_right else -1.0
        near, far = (float(place) for place in potential.support(_FELT)[:: int(side)])
        over = float(potential.support(_OVER)[1 if to_right else 0])
        if side * (near - center) < _OUTSIDE * width:
            raise ArgumentError(
                "center",
                f"must lie {_OUTSIDE:g} widths of the packet before V, at least, for a time of passage, but lies {side * (near - center) / width:.2g} widths before it; move it back.",
            )
        first = over + side * _CLEAR * width
        low, high = (float(end) for end in potential.asymptotes())
        level = abs(high - low) <= 1e-12 * max(abs(high), abs(low))
        clear = side * (near - center) + side * (first - far)
        return cls(to_right, (near, far), (first, first + side * _APART * width), clear, _APART * width, level)


class _Record(NamedTuple):
    """What a run tells of the passage.

    Attributes:
        steps: weights of the trapezoid rule over the frames [time].
        passed: P at each frame.
        under_way: between the planes at each frame.
        undecided: what may still pass after the end.
        length: between the planes [length].
        to_right: whether the packet runs to the right.
        coarser: the same by every other frame.
    """

    steps: np.ndarray
    passed: np.ndarray
    under_way: np.ndarray
    undecided: float
    length: float
    to_right: bool

    @classmethod
    def of(cls, result: Result) -> _Record:
        way = _Way.of(result.problem)
        side = "right" if way.to_right else "left"
        passed = result.series[_PASSED] + result.absorbed[:, 1 if way.to_right else 0]
        rest = float(Transmission().curves(result)["remaining_probability"][0][-1])
        # what has got through V, and not yet to the plane
        between = float(result.series["beyond_" + side][-1] - result.series[_PASSED][-1])
        under_way = result.series[_UNDER_WAY]
        undecided = abs(rest) + abs(between) + float(under_way[-1])
        return cls(_trapezoid(result.times), passed, under_way, undecided, way.length, way.to_right)

    @property
    def through(self) -> float:
        return max(float(self.passed[-1]), 1e-300)

    @property
    def time(self) -> float:
        return float(self.steps @ (self.passed[-1] - self.passed)) / self.through

    @property
    def slowness(self) -> float:
        """<m/k>: the time that is spent between the planes, for each unit of length."""
        return float(self.steps @ self.under_way) / (self.through * self.length)

    @property
    def coarser(self) -> _Record:
        """By every other frame, from the last one back."""
        steps = np.zeros(len(self.steps))
        places = np.arange(len(steps) - 1, -1, -2)[::-1]
        steps[places] = _trapezoid(places * self.steps[1])
        return self._replace(steps=steps)

    @property
    def at_end(self) -> np.ndarray:
        """Weights of P that make P at the end."""
        return np.eye(1, len(self.steps), len(self.steps) - 1)[0]

    @property
    def of_time(self) -> np.ndarray:
        """d(passage time)/dP at each frame."""
        return (self.at_end * (self.steps.sum() - self.time) - self.steps) / self.through

    def sum_of(self, passed: np.ndarray, under_way: np.ndarray) -> FrameSum:
        """The number with these weights of P and of what is between the planes."""
        absorbed = np.zeros((len(passed), 2))
        absorbed[:, 1 if self.to_right else 0] = passed
        return FrameSum({_PASSED: passed, _UNDER_WAY: under_way}, absorbed)


def _trapezoid(times: np.ndarray) -> np.ndarray:
    steps = np.zeros(len(times))
    widths = np.diff(times)
    steps[:-1] += widths / 2
    steps[1:] += widths / 2
    return steps
