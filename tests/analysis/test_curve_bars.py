"""The bar of a curve holds the number that the curve ends on, though the curve is not corrected as the number is.

Set-up: a run whose adjoints say that the grid leaves 3e-4 too little in what passed and 4e-4 too little in what remains; each is known to 1e-5.
Formula: what came back is 1 - passed - remaining, so that its correction is -(3e-4 + 4e-4) = -7e-4, known to 2e-5.
Budget: the bars of second order, 3 bound^2/(4 room) = 7.5e-9 each with bound 1e-4 and room 1, are not counted on.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from wavesim._typing import DIMENSIONLESS
from wavesim.analysis import Transmission
from wavesim.analysis.bars import Reading
from wavesim.analysis.bars._quantities import curve_error, grid_error
from wavesim.analysis.bars.residuals import Residual

THROUGH, BACK, REST = "transmitted_probability", "reflected_probability", "remaining_probability"


def test_a_curve_made_of_two_numbers_holds_both_of_their_corrections():
    none = np.zeros(0)
    residuals = {name: Residual(size, 1e-5, 1e-4, none, none) for name, size in ((THROUGH, 3e-4), (REST, 4e-4))}
    trial: Any = SimpleNamespace(residuals=residuals, wrapped_probability=0.0)
    readings = {name: Reading(value, DIMENSIONLESS) for name, value in ((THROUGH, 0.5), (BACK, 0.3), (REST, 0.2))}
    correction, uncertain = grid_error(Transmission(), BACK, readings, trial)
    assert np.isclose(correction, -7e-4) and 2e-5 <= uncertain < 2.1e-5
    bar = curve_error(trial, 1.0, np.zeros(9), 0.0, (correction, uncertain))
    assert 7.2e-4 <= bar < 7.3e-4
