"""The probability on one side of a plane through psi, from all that the waves of a grid say between its points."""

import math

import numpy as np
import pytest

import wavesim as ws
from wavesim.analysis.questions.wells._beside_plane import ProbabilityBeside
from wavesim.hamiltonian import Hamiltonian
from wavesim.observables import ProbabilityIn, Snapshot


@pytest.mark.parametrize("points", [40, 41])
@pytest.mark.parametrize("region", [ws.Before, ws.Beyond])
def test_is_right_to_rounding_where_weights_of_points_are_not(points: int, region: type) -> None:
    """A Gaussian of width 1 at 0.3 that moves (k = 1), on 40 and 41 points 0.5 apart, cut at 0.7: erfc(-0.4/sqrt 2)/2 = 0.655 lies before it.

    Its momenta end 10 spreads below the grid's largest, 2 pi, so the integral over its waves is right to rounding: 1e-12. The weights of points
    (fifth order) are 1e-5 to 1e-3 off.
    """
    grid = ws.Grid.line(-10.0, 10.0, points)
    psi = (2 * math.pi) ** -0.25 * np.exp(-((grid.x - 0.3) ** 2) / 4 + 1j * grid.x)
    hamiltonian = Hamiltonian(grid, np.zeros(points), 1.0)  # type: ignore[arg-type]
    before = (1 + math.erf(0.4 / math.sqrt(2))) / 2
    right = before if region is ws.Before else 1 - before

    def measured(observable: ProbabilityBeside | ProbabilityIn) -> float:
        return float(observable.measure(observable.prepare(grid, hamiltonian, psi), Snapshot(psi, hamiltonian)))

    assert measured(ProbabilityBeside(region(0.7))) == pytest.approx(right, abs=1e-12)
    assert abs(measured(ProbabilityIn(region(0.7))) - right) > 1e-7
