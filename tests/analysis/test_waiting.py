"""How long what is left near a barrier takes to leave: told by how it fell, and waited for in one longer run or not at all."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from wavesim import Problem, certify, plan
from wavesim._typing import DIMENSIONLESS
from wavesim.analysis import Transmission
from wavesim.analysis.bars import Verdict, refine
from wavesim.analysis.bars._longer import wait_for
from wavesim.analysis.bars._report import Quantity
from wavesim.analysis.bars._runs import RunRequest, Runs
from wavesim.potentials import EckartBarrier, Expression
from wavesim.propagation import Numerics, Refinement, propagate
from wavesim.states import GaussianPacket

TIMES = np.linspace(0.0, 100.0, 241)


@pytest.mark.parametrize("power", [1.5, 3.0])
def test_slow_waves_leave_by_a_power(power: float) -> None:
    """Set-up: left = t^-p. Formula: f = share^(-1/p), and an absorber f times wider. Budget: rounding of logarithms."""
    left = np.maximum(TIMES, 1.0) ** -power
    wait = wait_for(TIMES, left, 0.2)
    assert wait.longer == pytest.approx(0.2 ** (-1 / power), rel=1e-9)
    assert wait.thicker == pytest.approx(wait.longer, rel=1e-9)


def test_a_resonance_leaves_at_a_rate() -> None:
    """Set-up: left = exp(-0.05 t). Formula: f = 1 + ln(1/share)/(0.05 100), with the same absorber. Budget: 5 %, p is told a little before the end."""
    wait = wait_for(TIMES, np.exp(-0.05 * TIMES), 1e-3)
    assert wait.longer == pytest.approx(1 + np.log(1e3) / 5, rel=0.05)
    assert wait.thicker == pytest.approx(1.0, rel=1e-2)


def test_what_does_not_fall_is_not_waited_for() -> None:
    rising = wait_for(TIMES, 1e-5 * (1 + TIMES), 0.1)
    assert rising.longer == 1 < rising.thicker
    assert wait_for(TIMES, np.maximum(TIMES, 1.0) ** -0.3, 1e-3).hopeless


def test_a_shaken_barrier_is_waited_for_in_one_run() -> None:
    """Set-up: a packet at a Gaussian barrier that is shaken; slow sidebands leave it late. Formula: the bar is within the tolerance after two
    trials at most (four of 1.6 times the length each missed it). Budget: the bar, against a run with a bar a third as wide.
    """
    barrier = Expression("0.5*(1 + 0.3*cos(0.7*t))*exp(-x^2)", ends=(0.0, 0.0))
    problem = Problem(barrier, GaussianPacket(center=-25.0, width=3.0, momentum=1.4))
    report, finer = certify(problem, 1e-4), certify(problem, 3e-5)
    assert report.warnings == ()
    assert report.headline.error <= 1e-4
    # forward, five backward, two repeated
    assert report.runs <= 2 * 9
    assert abs(report.headline.value - finer.headline.value) <= report.headline.error + finer.headline.error


def test_a_plan_that_is_the_same_again_is_not_run_again() -> None:
    """Set-up: a planner that knows one plan only, whose bar never satisfies. Formula: one trial. Budget: none."""
    question = Transmission()
    problem = Problem(EckartBarrier(1.0, 1.0), GaussianPacket(center=-15.0, width=2.0, momentum=1.5))
    problem = dataclasses.replace(problem, measure=question.observables(problem))
    only, asked = plan(problem, 1e-2).numerics, 0

    def planned(refinement: Refinement) -> Numerics:
        return only

    def judge(trial: object) -> Verdict[None]:
        return Verdict(None, Quantity("transmitted_probability", 0.5, 1.0, DIMENSIONLESS, {"grid": 1.0}), 1e-3)

    work = refine(problem, planned, judge, {})
    request = next(work)
    with pytest.raises(StopIteration) as end:
        while True:
            assert isinstance(request, RunRequest)
            asked += 1
            request = work.send(Runs([propagate(problem, numerics) for numerics in request.numerics]))
    assert asked == 1
    assert end.value.value.trial.result.complete
