"""V as a fine grid sees it: integrals against smooth functions, and independence of the classes' own samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from wavesim import Grid
from wavesim.potentials import (
    AbstractPotential,
    DeltaBarrier,
    EckartBarrier,
    RectangularBarrier,
    Step,
    Sum,
    TriangularBarrier,
    exact_samples,
    values_at,
)

CASES: dict[str, AbstractPotential] = {
    "jumps anywhere": RectangularBarrier(1.0, 1.37, center=0.11),
    "a jump and a kink": TriangularBarrier(1.0, 2.3, center=0.21),
    "jumps and a delta": Sum((RectangularBarrier(1.0, 1.37, center=0.11), Step(0.3, 0.77), DeltaBarrier(0.5, 0.2))),
}


def function(x: np.ndarray) -> np.ndarray:
    return np.exp(-(((x - 0.3) / 1.3) ** 2)) * np.cos(1.1 * x)


@pytest.mark.parametrize("case", CASES)
def test_integrals_converge_to_fourth_order(case: str) -> None:
    """Set-up: sum_j s_j f(x_j) h against int V f dx by adaptive quadrature cut at the edges, deltas added in closed form.

    Formula: cubic interpolation of f errs as h^4. Budget: 2e-6 on 360 points of 0.05; from 180 to 720 points the error falls by 4^3.5 at least.
    """
    potential = CASES[case]
    smooth = quad(
        lambda x: float(values_at(potential, np.array([x]))[0]) * function(np.array(x)),
        -9.0,
        9.0,
        points=list(potential.edges),
        epsabs=1e-12,
        limit=400,
    )[0]
    deltas = sum(w * function(np.array(at)) for at, w in zip(potential.spikes, potential.strengths, strict=True))
    errors = []
    for count in (180, 360, 720):
        grid = Grid.line(-9.03, 9.0, count)
        whole = np.sum(exact_samples(potential, grid) * function(np.asarray(grid.x))) * grid.spacing[0]
        errors.append(abs(whole - smooth - deltas))
    assert errors[1] < 2e-6
    assert errors[2] < errors[0] / 4**3.5


def test_a_smooth_potential_is_its_values() -> None:
    grid = Grid.line(-8.0, 8.0, 64)
    expected = 1.2 / np.cosh(np.asarray(grid.x)) ** 2
    assert np.max(np.abs(exact_samples(EckartBarrier(1.2, 1.0), grid) - expected)) < 1e-14
