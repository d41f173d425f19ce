"""The swing of two delta wells by theory: a closed form, whose error a quadrature tells."""

import wavesim as ws
from wavesim._typing import DIMENSIONLESS
from wavesim.analysis.bars import Estimate, Quantity
from wavesim.analysis.questions import Populations
from wavesim.potentials import DoubleDeltaWell
from wavesim.states import LeftLocalized


def test_a_contrast_outside_its_bar_has_a_bar_that_reaches_to_theory() -> None:
    """W = m = 1, a = 5: the overlap is 0.99438, and the contrast the same (`delta_doublet`).

    Two routes agree to 1e-13. A run that says 1e-5 less with a bar of 1e-6 is disputed, and its bar reaches to the closed form.
    """
    problem = ws.Problem(DoubleDeltaWell(strength=1.0, separation=5.0), LeftLocalized())
    told = Populations().predictions(problem, None)["contrast"]
    exact = told["overlap_corrected"]
    assert isinstance(exact, Estimate)
    assert abs(exact - 0.99438) < 5e-6
    assert 0 < exact.error < 1e-13
    run = Quantity("contrast", exact - 1e-5, 1e-6, DIMENSIONLESS, {"grid": 1e-6}, told)
    assert run.disputed
    assert abs(run.reaching_theory.value - exact) <= run.reaching_theory.error
