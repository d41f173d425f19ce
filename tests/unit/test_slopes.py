"""Closed forms of V' and V'' against automatic differentiation, through what the steps take of them: F = V'^2/m and G = 2 V'^2 V''/m^2."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from wavesim import Grid
from wavesim.potentials import (
    AbstractPotential,
    EckartBarrier,
    GaussianBarrier,
    GaussianWells,
    Harmonic,
    QuarticDoubleWell,
    RectangularBarrier,
    Sum,
)
from wavesim.potentials._base import _gradients

GRID, MASS = Grid.line(-6.0, 7.0, 64), 1.7
KNOWN = (
    GaussianBarrier(height=0.8, width=1.3, center=0.4),
    EckartBarrier(height=1.1, width=0.9, center=-0.2),
    Harmonic(frequency=0.6, center=0.3),
    QuarticDoubleWell(barrier=2.0, half_distance=1.5, center=0.1, tilt=0.2),
    GaussianWells(depth=3.0, separation=2.5, width=0.8, center=0.2),
    Sum((GaussianBarrier(height=0.8, width=1.3), EckartBarrier(height=0.5, width=0.4, center=2.0))),
)


@pytest.mark.parametrize("potential", KNOWN, ids=lambda potential: type(potential).__name__)
def test_closed_slopes_are_the_derivatives(potential: AbstractPotential) -> None:
    """Budget: rounding, 1e-12 of the largest F and G."""
    first, second = potential.gradient_terms(GRID, mass=MASS)
    assert potential.slopes(np.asarray(GRID.x), MASS) is not None
    right = jax.jit(_gradients)(potential, np.asarray(GRID.x)[:, None], MASS, 0.0)
    for made, wanted in zip((first, second), right, strict=True):
        assert np.max(np.abs(made - wanted)) < 1e-12 * np.max(np.abs(wanted))


def test_a_sum_knows_its_slopes_only_if_all_of_its_terms_do() -> None:
    assert Sum((GaussianBarrier(1.0, 1.0), RectangularBarrier(1.0, 1.0))).slopes(np.zeros(3), 1.0) is None
