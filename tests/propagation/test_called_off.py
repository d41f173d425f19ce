"""`certify` ends at its next report where nobody waits for the answer any more."""

from __future__ import annotations

import pytest

from wavesim import Problem, certify
from wavesim.errors import StoppedError
from wavesim.potentials import RectangularBarrier
from wavesim.states import GaussianPacket

BARRIER = Problem(RectangularBarrier(1.0, 1.0), GaussianPacket(-12.0, 2.0, 1.5))


def test_stop_ends_the_work() -> None:
    """After the third look the run is called off: it was told of so much progress and no more."""
    reports: list[tuple[int, int]] = []
    with pytest.raises(StoppedError, match="called it off"):
        certify(
            BARRIER, 1e-2, progress=lambda done, total: reports.append((done, total)), stop=lambda: len(reports) >= 3
        )
    assert len(reports) == 3


def test_stop_that_never_says_so_changes_nothing() -> None:
    looks: list[int] = []

    def stop() -> bool:
        looks.append(1)
        return False

    report = certify(BARRIER, 1e-2, stop=stop)
    assert len(looks) > 10
    assert report.quantities["transmitted_probability"].value == pytest.approx(
        certify(BARRIER, 1e-2).quantities["transmitted_probability"].value, abs=1e-12
    )
