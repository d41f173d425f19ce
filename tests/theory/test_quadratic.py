"""Packets in potentials that are quadratic in x at every time, against closed forms and mpmath."""

import mpmath as mp
import numpy as np
import pytest

from wavesim import theory
from wavesim.analysis.predictions import motion_at
from wavesim.potentials import Expression
from wavesim.problem import Problem
from wavesim.states import GaussianPacket


def test_a_stiffness_that_grows_evenly():
    """V = (1 + 1.2 t)^2 x^2/2, x'' = -(1 + 1.2 t)^2 x, integrated by mpmath's Taylor series with 25 digits.

    Formula: mean = 1.5 x2(5), spread^2 = x1^2/2 + x2^2/2 with x1, x2 starting as (1, 0), (0, 1). Budget: 1e-10.
    """
    mp.mp.dps = 25
    solution = mp.odefun(
        lambda t, y: [y[1], -((1 + 1.2 * t) ** 2) * y[0], y[3], -((1 + 1.2 * t) ** 2) * y[2]], 0, [1, 0, 0, 1]
    )
    one, _, two, _ = (float(v) for v in solution(5))
    found = theory.quadratic_motion(
        np.array([0.0, 5.0]), lambda t: (0.0, 0.0, (1 + 1.2 * t) ** 2), center=0.0, width=0.5**0.5, momentum=1.5
    )
    assert found.position[-1] == pytest.approx(1.5 * two, abs=1e-10)
    assert found.spread[-1] == pytest.approx(np.sqrt((one**2 + two**2) / 2), abs=1e-10)
    assert max(found.errors.values()) < 1e-9


@pytest.mark.parametrize(
    ("formula", "mean", "spread"),
    [
        ("-0.5*x**2", 0.1 * np.cosh(2.0) + 0.3 * np.sinh(2.0), np.sqrt((np.cosh(2.0) ** 2 + np.sinh(2.0) ** 2) / 2)),
        ("0.7*x", 0.1 + 0.6 - 0.7 * 2.0, np.sqrt(0.5 + 2.0)),
        ("x**2/2 + 0.4*x*cos(2*t)", None, np.sqrt(0.5)),
    ],
)
def test_formulas_that_are_quadratic_are_recognized(formula, mean, spread):
    """An inverted oscillator, a uniform field, and an oscillator in an oscillating field: m = 1, width 1/sqrt 2, from 0.1 with momentum 0.3.

    Formula: hyperbolic functions; free fall; the driven mean, 0.1 cos t + 0.3 sin t + 0.4 (cos 2t - cos t)/3. Budget: 1e-10.
    """
    packet = GaussianPacket(0.1, 0.5**0.5, momentum=0.3)
    found = motion_at(Problem(Expression(formula, ends=(0.0, 0.0), span=(-40.0, 40.0)), packet), 2.0)
    if mean is None:
        mean = 0.1 * np.cos(2.0) + 0.3 * np.sin(2.0) + 0.4 * (np.cos(4.0) - np.cos(2.0)) / 3
    assert found["mean_position"]["quadratic"] == pytest.approx(mean, abs=1e-10)
    assert found["position_spread"]["quadratic"] == pytest.approx(spread, abs=1e-10)


def test_what_is_not_quadratic_has_no_theory():
    """A cosine lattice in a field, and a quartic: nothing is said."""
    packet = GaussianPacket(0.0, 2.0, momentum=0.3)
    for formula in ("0.3*cos(x) - 0.1*x", "x**4/100 + x**2"):
        assert motion_at(Problem(Expression(formula, ends=(0.0, 0.0), span=(-40.0, 40.0)), packet), 2.0) == {}
