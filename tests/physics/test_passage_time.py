"""When a packet arrives behind a barrier: the mean over the flux, and the group delay that is left of it, against quadrature and each other."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

import wavesim as ws
from tests.oracle.devices import packet_delays
from wavesim import Absorber, Grid, Problem, certify, plan, propagate
from wavesim.analysis import PassageTime
from wavesim.errors import ArgumentError, WavesimError
from wavesim.observables import ProbabilityIn
from wavesim.potentials import EckartBarrier, Harmonic, RectangularBarrier, Step
from wavesim.propagation import Result
from wavesim.regions import Beyond
from wavesim.states import GaussianPacket, Superposition

PACKET = GaussianPacket(center=-40.0, width=6.0, energy=0.4)


@pytest.mark.parametrize("tolerance", [1e-3, 1e-4])
def test_a_packet_takes_as_long_as_its_momenta_do(tolerance: float) -> None:
    """Set-up: sigma = 6 and k = 0.894 from 39.25 before a rectangle 1 high, 1.5 wide; planes 3 and 15 behind it.

    Formula: <42.25 m/k + d(arg t)/dE + a m/k> over abs(phi t)^2 by quad. Budget: the bars, that of the passage time within the tolerance.
    """
    slow, delay = packet_delays(1.5, 0.4, 6.0)
    report = certify(Problem(RectangularBarrier(1.0, 1.5), PACKET), tolerance, find=PassageTime())
    time, group = report.quantities["passage_time"], report.quantities["group_delay"]
    assert abs(time.value - (39.25 * slow + delay + 3.0 * slow)) <= time.error <= tolerance * time.value
    assert abs(group.value - delay) <= group.error
    assert time.agrees and group.agrees


def test_the_way_back_takes_as_long() -> None:
    """Set-up: a sech^2 barrier, the same packet from either side. Formula: t is one for both. Budget: the bars."""
    barrier = EckartBarrier(1.0, 1.2)
    other = GaussianPacket(center=40.0, width=6.0, energy=0.4, direction="left")
    one, back = (
        certify(Problem(barrier, packet), 1e-3, find=PassageTime()).quantities["group_delay"]
        for packet in (PACKET, other)
    )
    assert abs(one.value - back.value) <= one.error + back.error < 0.1 * abs(one.value)


def test_a_step_has_a_passage_time_and_no_group_delay() -> None:
    """Set-up: V is 0.2 higher behind, so that the way before and behind takes unlike times. Formula: that of theory. Budget: the bar."""
    report = certify(Problem(Step(0.2), dataclasses.replace(PACKET, energy=0.9)), 1e-3, find=PassageTime())
    assert report.headline.agrees
    assert "group_delay" not in report.quantities


@functools.cache
def recorded() -> Result:
    problem = Problem(RectangularBarrier(1.0, 1.5), PACKET, duration=160.0)
    problem = dataclasses.replace(problem, measure=PassageTime().observables(problem))
    return propagate(problem, grid=Grid.line(-90.0, 60.0, 300), absorber=Absorber.designed(0.4, 1e-4), frames=80)


@pytest.mark.parametrize("name", ["passage_time", "group_delay", "transmitted_probability"])
def test_its_gradient_is_that_of_the_reading(name: str) -> None:
    """Set-up: a record whose series are changed by a millionth at random. Formula: dQ = sum of weights x changes. Budget: what is of second order, 1e-4."""
    result, random, size = recorded(), np.random.default_rng(7), 1e-6
    changes = {key: size * random.standard_normal(81) for key in result.series}
    absorbed = size * random.standard_normal((81, 2))
    readings = [
        PassageTime()
        .readings(
            dataclasses.replace(
                result,
                series={key: values + sign * changes[key] for key, values in result.series.items()},
                absorbed=result.absorbed + sign * absorbed,
            )
        )[name]
        .value
        for sign in (1, -1)
    ]
    number = PassageTime().numbers(result, 0.0)[name]
    told = sum(float(weights @ changes[key]) for key, weights in number.series.items())
    told += float(np.sum(number.absorbed * absorbed))
    assert told == pytest.approx((readings[0] - readings[1]) / 2, rel=1e-4)


def test_planes_at_which_probability_is_counted_stay_clear_of_absorbers() -> None:
    far = Problem(RectangularBarrier(1.0, 1.5), PACKET, measure={"far": ProbabilityIn(Beyond(70.0))})
    numerics = plan(far, 1e-3).numerics
    assert numerics.absorber is not None
    assert float(numerics.grid.upper[0]) - float(numerics.absorber.width) >= 70.0


def test_what_has_no_time_of_passage_is_refused() -> None:
    barrier = RectangularBarrier(1.0, 1.5)
    two = Superposition((PACKET, dataclasses.replace(PACKET, center=-60.0)))
    for problem, sentence, error in (
        (Problem(barrier, two), "one gaussian_packet", ArgumentError),
        (Problem(barrier, dataclasses.replace(PACKET, center=-8.0)), "move it back", ArgumentError),
        (Problem(Harmonic(1.0), PACKET, duration=1.0), "flat on both sides", WavesimError),
        (Problem(barrier, PACKET, walls=ws.Walls(left=-80.0)), "without walls", WavesimError),
    ):
        with pytest.raises(error, match=sentence):
            certify(problem, 1e-3, find=PassageTime())
