"""Coarse grids that are given: one coarser still may agree with them by accident."""

from __future__ import annotations

import wavesim as ws
from wavesim.analysis import Motion
from wavesim.potentials import Expression
from wavesim.states import GaussianPacket


def test_one_coarser_grid_that_agrees_by_accident_is_not_believed() -> None:
    """Set-up: a packet in a well of fourth degree, 3.64 long, on 40 points 0.3 apart, which the run backward says are too few; grids are compared then.

    Formula: the spread at the end, 0.8327988 by Suzuki's splitting on 256 points, and the same on the package's own grid of 80 points. Budget: the
    stated bar. This grid says 0.8328792, and one 1.4 times as coarse 0.8328883: these two alone made a bar of 4.3e-6, for an error of 8.0e-5.
    """
    problem = ws.Problem(
        Expression("-0.16240335536*x^2/2 + 0.24086016714*x^4 - 0.41105987867*sin(2*x)"),
        GaussianPacket(0.22319637737, 0.85794208673, momentum=0.63927602872),
        duration=3.6440905517,
    )
    grid = ws.Grid.line(-6.0, 6.0, 40)
    report = ws.certify(problem, 1e-3, find=Motion(), grid=grid, dt=0.1, scheme="chebyshev", frames=5)
    spread = report["position_spread"]
    assert 2e-5 < abs(spread.value - 0.8327988) <= spread.error < 0.05
