"""Looks at the residual of a grid leave out the times at which next to nothing is active."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from wavesim import Absorber, Grid, Numerics, Problem
from wavesim.analysis import Transmission
from wavesim.analysis.bars.residuals._residual import _largest, grid_residuals
from wavesim.analysis.bars.residuals._weighted_residual import WeightedResidual
from wavesim.potentials import RectangularBarrier
from wavesim.propagation import FrameSum, Result, chebyshev_for, propagate_with_adjoint
from wavesim.states import GaussianPacket

FRAMES = 48


def passed() -> Result:
    """A packet that comes, meets a barrier with edges anywhere on a coarse grid, and goes."""
    problem = Problem(RectangularBarrier(0.4, 1.37, center=0.123), GaussianPacket(-40.0, 5.0, momentum=0.9))
    problem = dataclasses.replace(problem, measure=Transmission().observables(problem))
    grid = Grid.line(-110.0, 90.0, 360)
    numerics = Numerics(
        grid, 1.0, 240, FRAMES, chebyshev_for(problem, grid, 1.0), Absorber.designed(0.35, 1e-6), save_psi=True
    )
    number = FrameSum.at(FRAMES, FRAMES, {"beyond_right": 1.0, "incoming_right": -1.0}, (0.0, 1.0))
    return propagate_with_adjoint(problem, numerics, lambda record: {"T": number})


def test_what_is_left_out_is_in_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: the residual with all times at every look, and with those that add up to a twentieth of `enough` = 1e-4 left out.

    Formula: the corrections differ by less than `enough`, and the bar of the quick one holds the other; finer looks see fewer than two
    thirds of the 49 times, the first sees all.
    """
    result = passed()
    exact = grid_residuals(result)["T"]
    seen: dict[int, np.ndarray] = {}
    summed = WeightedResidual.residual

    def counted(self: WeightedResidual, weights: np.ndarray, active: np.ndarray) -> Any:
        seen[self.fine.refinement] = active
        return summed(self, weights, active)

    monkeypatch.setattr(WeightedResidual, "residual", counted)
    quick = grid_residuals(result, 1e-4)["T"]
    assert abs(quick.correction - exact.correction) < 1e-4
    assert abs(quick.correction - exact.correction) <= quick.uncertainty
    assert abs(exact.correction) > 1e-4
    assert len(seen[2]) == FRAMES + 1
    assert all(len(times) < 2 * FRAMES / 3 for finer, times in seen.items() if finer > 2) and len(seen) > 1


def test_the_smallest_are_left_out_up_to_their_sum() -> None:
    """0.3 and 0.2 add up to 0.5, with 0.4 to more; where all are small, the largest stays."""
    active, left = _largest(np.array([0.3, 5.0, 0.2, 0.4]), 0.6)
    assert active.tolist() == [1, 3] and left == pytest.approx(0.5)
    active, left = _largest(np.array([0.1, 0.2]), 1.0)
    assert active.tolist() == [1] and left == pytest.approx(0.1)
    active, left = _largest(np.array([0.1, 0.2]), 0.0)
    assert active.tolist() == [0, 1] and left == 0.0
