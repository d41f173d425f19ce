"""Compiled loops weigh a residual as NumPy does, to rounding."""

from __future__ import annotations

import numpy as np
import pytest

from wavesim import Grid, Numerics, Problem
from wavesim.analysis.bars.residuals._finer_grid import FinerGrid
from wavesim.analysis.bars.residuals._weighted_residual import WeightedResidual
from wavesim.potentials import AbstractPotential, Expression, GaussianBarrier, RectangularBarrier
from wavesim.propagation import chebyshev_for, weighs_residuals
from wavesim.schemes import STRANG
from wavesim.states import GaussianPacket

SHARP = RectangularBarrier(0.7, 1.3, center=0.123)
PACKET = GaussianPacket(center=-6.0, width=1.5, momentum=1.2)

needs_compiler = pytest.mark.skipif(not weighs_residuals(60), reason="no C compiler here: NumPy weighs the residuals")


def finer_grid(
    potential: AbstractPotential = SHARP, points: int = 60, finer: int = 4, interval: float = 0.4, strang: bool = False
) -> FinerGrid:
    problem, grid = Problem(potential, PACKET), Grid.line(-15.0, 15.0, points)
    method = STRANG if strang else chebyshev_for(problem, grid, 0.2)
    psi = np.asarray(PACKET.sample(grid, problem.hamiltonian(grid)))[None]
    return FinerGrid(problem, Numerics(grid, 0.2, 12, 6, method), (np.zeros(1), psi), finer, interval)


def waves(*shape: int) -> np.ndarray:
    parts = np.random.default_rng(1).normal(size=(2, *shape))
    return parts[0] + 1j * parts[1]


@needs_compiler
@pytest.mark.parametrize("points", [60, 98, 210])
@pytest.mark.parametrize("times", [1, 8, 13])
@pytest.mark.parametrize("interval", [1e-3, 0.4], ids=["sampled", "undersampled"])
def test_the_sums_of_numpy(points: int, times: int, interval: float) -> None:
    """Set-up: a barrier with edges anywhere, random psi and two gradients at some times, the second one nothing in the last half of them.

    Formula: the sums of `WeightedResidual.add`. Budget: rounding, 1e-12 of the largest.
    """
    fine = finer_grid(points=points, interval=interval)
    assert fine.compiled
    assert fine.has_undersampled == (interval == 0.4)
    psi, phi, weights = waves(times, points), waves(2, times, points), np.linspace(1.0, 2.0, times)
    phi[1, (times + 1) // 2 :] = 0
    fine.sample(np.zeros(1))
    residual = fine.residual(psi, fine.forward(psi)) * 0.3
    beyond = np.abs(residual[:, fine.outside]) * weights[:, None]
    found = fine.products(psi, phi, weights)
    for place in range(2):
        by_numpy, by_lanes = WeightedResidual(fine), WeightedResidual(fine)
        by_numpy.add(phi[place], residual, beyond)
        by_lanes.add_products(found, place, 0.3)
        for name in ("orders", "turning", "remainders", "norms", "spectrum"):
            ours, theirs = np.asarray(getattr(by_lanes, name)), np.asarray(getattr(by_numpy, name))
            assert ours.shape == theirs.shape
            assert np.max(np.abs(ours - theirs)) <= 1e-12 * np.max(np.abs(theirs))
        assert np.any(by_lanes.turning[0]) == (interval == 0.4)


def test_what_it_cannot_do_is_left_to_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: 11 as a factor, V that moves, a grid of 122,880 points, steps that drive resonances, and no compiler."""
    moving = Expression("0.4*exp(-x**2)*(1 + 0.3*cos(0.1*t))")
    assert not finer_grid(GaussianBarrier(0.4, 1.0), points=66).compiled
    assert not finer_grid(moving).compiled
    assert not finer_grid(finer=2048).compiled
    resonant = finer_grid(points=210, strang=True)
    assert resonant.resonant is not None and not resonant.compiled
    monkeypatch.setattr("wavesim.propagation.lanes._calls.library", lambda single: None)
    assert not finer_grid().compiled
