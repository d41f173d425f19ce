"""What a run that ends too early is told to do is enough when it is done.

Set-up: a packet of momentum 1.2 (spread 1/6) that starts 20 before a moving Gaussian barrier of height 1; the record ends at t = 35, when its
middle, which meets the barrier at about 17, has left, and its slow parts (0.7 and below, at 0.7 * 35 = 24) have only just come.
Formula: what remains is the part that is not yet beyond, about a percent; the tolerance is 1e-3.
Budget: the advice is one number; a run with it has no warning left, and its bar is below the tolerance.
"""

from __future__ import annotations

import re

import pytest

import wavesim as ws
from wavesim.analysis.bars import _longer
from wavesim.potentials import Expression
from wavesim.states import GaussianPacket
from wavesim.units import UnitSystem, fs

MOVING = Expression("exp(-((x - 0.05*t)/2)^2)", ends=(0.0, 0.0))
PACKET = GaussianPacket(center=-20.0, width=3.0, momentum=1.2)
TOLERANCE = 1e-3


@pytest.mark.parametrize("units", [None, UnitSystem()])
def test_a_duration_that_is_named_is_long_enough(units: UnitSystem | None) -> None:
    problem = ws.Problem(MOVING, PACKET, duration=35.0, units=units)
    report = ws.certify(problem, TOLERANCE)
    (warning,) = report.warnings
    told = re.search(r'near the barrier at the end: set duration = ("?)([0-9.]+)( fs)?\1\.$', warning)
    assert told is not None, warning
    assert bool(told[3]) == (units is not None)
    duration = float(told[2]) * (fs if units is not None else 1.0)
    assert duration > 35.0
    if units is not None:
        # the same physics: what counts is how the sentence says it
        return
    longer = ws.certify(problem.replace("duration", duration), TOLERANCE)
    assert longer.warnings == ()
    assert longer.headline.error <= TOLERANCE


def test_where_no_trial_can_be_afforded_a_longer_duration_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the plane, where a trial would cost more than the number."""
    monkeypatch.setattr(_longer, "_MOST_WORK", 0.0)
    (warning,) = ws.certify(ws.Problem(MOVING, PACKET, duration=35.0), TOLERANCE).warnings
    assert warning.endswith("near the barrier at the end: give a longer duration, for example duration = 70.")


def test_where_waiting_does_not_help_a_tolerance_is_named() -> None:
    """A barrier that recedes at half the speed of the packet leaves waves at rest behind: they go as the inverse of the time."""
    problem = ws.Problem(Expression("exp(-((x - 0.3*t)/2)^2)", ends=(0.0, 0.0)), PACKET, duration=100.0)
    report = ws.certify(problem, 2e-5)
    (warning,) = report.warnings
    told = re.search(r"waiting does not help; take duration = ([0-9.]+) and a tolerance of ([0-9.e-]+)\.$", warning)
    assert told is not None, warning
    taken = ws.certify(problem.replace("duration", float(told[1])), float(told[2]))
    assert taken.warnings == ()
