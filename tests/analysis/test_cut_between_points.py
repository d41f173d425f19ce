"""A plane that cuts psi between two points of the grid.

Set-up: the ground state of a harmonic well, abs(psi)^2 of width s = 1 (frequency 1/(2 m s^2)), on a grid of h = 0.4; the probability beyond a plane at d from the center.
Formula: P = erfc(d/(s sqrt 2))/2.
Budget: the grid alone errs by up to 1e-4 (fourth order in h: (h/s)^4 times the slopes of the density); what is left after psi was interpolated
has to lie within what is called uncertain, which is far below the tenth of the correction.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import wavesim as ws
from wavesim.analysis.bars.residuals import interpolation_change, interpolations


@pytest.mark.parametrize("distance", [0.13, 0.31, 0.77, -1.42])
def test_interpolated_psi_beside_a_plane(distance: float) -> None:
    problem = ws.Problem(
        ws.potentials.Harmonic(0.25),
        ws.states.GaussianPacket(center=0.0, width=1.0, momentum=0.0),
        duration=1e-3,
        measure={"beyond": ws.observables.ProbabilityIn(ws.Beyond(distance))},
    )
    plan = ws.plan(problem, 1e-6, grid=ws.Grid((-16.0,), (0.4,), (80,)), frames=1)
    result = ws.propagate(problem, plan)
    (change,), (uncertain,) = interpolation_change(result, "beyond", [0], interpolations(result))
    coarse, exact = float(result.series["beyond"][0]), math.erfc(distance / math.sqrt(2)) / 2
    left = abs(coarse + change - exact)
    assert left <= uncertain + 1e-14
    assert uncertain < abs(change) / 50
    assert np.isclose(change, exact - coarse, rtol=0.02)
