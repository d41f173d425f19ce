"""Motion of sums of levels without a run.

Set-up: an attractive delta of strength g = 1, m = hbar = 1; its level -g^2/2 lies in the middle, at rest.
Formula: mean position 0, spread 1/(sqrt 2 g), energy -1/2. Budget: the bars themselves, below 1e-9.
"""

from __future__ import annotations

import math

import pytest

from wavesim import Problem, certify
from wavesim.analysis import Motion
from wavesim.analysis.questions.wells._motion_of_levels import motion_of_levels
from wavesim.potentials import DeltaWell, DoubleDeltaWell
from wavesim.states import Eigenstate, GaussianPacket, Superposition


def test_a_level_at_rest_meets_an_absolute_tolerance() -> None:
    report = motion_of_levels(Problem(DeltaWell(1.0), Eigenstate(0), duration=3.0), 1e-6)
    assert report is not None and report.reached
    for name, right in (
        ("mean_position", 0.0),
        ("position_spread", 1 / math.sqrt(2)),
        ("mean_energy", -0.5),
        ("norm", 1.0),
    ):
        quantity = report.quantities[name]
        assert abs(quantity.value - right) <= quantity.error < 1e-9


def test_two_levels_beat_as_the_run_does() -> None:
    """Set-up: (psi_0 + psi_1)/sqrt 2 of two deltas, whose relative sign decides on which side it starts; against a run of 256 points.

    Budget: a grid represents deltas to third order; 2e-2 of a distance of about 1.
    """
    both = Superposition((Eigenstate(0), Eigenstate(1)), (1.0, 1.0))
    problem = Problem(DoubleDeltaWell(1.0, 2.6), both, duration=6.0)
    known = motion_of_levels(problem, 1e-6)
    run = certify(problem, 1e-2, find=Motion())
    assert known is not None and run.record is not None
    for name in ("mean_position", "mean_momentum", "position_spread"):
        assert known.quantities[name].value == pytest.approx(run.quantities[name].value, abs=2e-2)


def test_a_packet_is_no_sum_of_levels() -> None:
    assert motion_of_levels(Problem(DeltaWell(1.0), GaussianPacket(0.0, 1.0, 0.0), duration=1.0), 1e-6) is None
