"""V that falls without end: its ends, its structure, what is planned and what is refused; free fall by its closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wavesim import Problem, certify, plan
from wavesim.analysis import Levels, Motion
from wavesim.errors import ArgumentError, NumericsError
from wavesim.potentials import AbstractPotential, Expression, Harmonic, Sum
from wavesim.states import Eigenstate, GaussianPacket

FALL = Expression("-F*x", {"F": 0.3})
LATTICE = Expression("V0*cos(2*pi*x/a) - F*x", {"V0": 0.3, "a": 4.0, "F": 0.01})
INF = math.inf


@pytest.mark.parametrize(
    ("potential", "ends"),
    [
        (FALL, (INF, -INF)),
        (LATTICE, (INF, -INF)),
        (Expression("-x^2/2"), (-INF, -INF)),
        (Expression("-cosh(x)"), (-INF, -INF)),
        (Expression("x^2/2 - 0.1*x^3"), (INF, -INF)),
        (Expression("where(x < 0, 0, -x)"), (0.0, -INF)),
        (Sum((Harmonic(1.0), FALL)), (INF, INF)),
        (Sum((Expression("x^2/4"), Expression("-x^2/2"))), (-INF, -INF)),
    ],
)
def test_ends_of_what_falls(potential: AbstractPotential, ends: tuple[float, float]) -> None:
    assert potential.asymptotes() == ends


def test_structure_of_what_falls() -> None:
    """From the first turn of V to the last, to the places that were looked at; x^2/2 - x^3/10 turns at 0 and 10/3."""
    assert Expression("x^2/2 - 0.1*x^3").support(1e-3) == pytest.approx((0.0, 10 / 3), abs=0.4)
    assert FALL.support(1e-3) == (0.0, 0.0)


def test_a_lattice_has_no_end() -> None:
    with pytest.raises(
        ArgumentError, match="must become constant, or rise or fall without end, on the left, but does neither"
    ):
        Expression("cos(x)").asymptotes()


def test_a_tilted_lattice_is_planned() -> None:
    """Bloch oscillation: 1.5 % of a packet at rest is in the second band and flies 250 to 370 in one period 2 pi/(F a) = 157."""
    numerics = plan(Problem(LATTICE, GaussianPacket(0.0, 12.5, 0.0), duration=157.08), 1e-4).numerics
    assert numerics.absorber is None
    assert float(numerics.grid.upper[0]) > 370 and float(numerics.grid.largest_momentum[0]) > 1.57 + 0.01 * 157


def test_what_falls_needs_a_duration_and_has_no_levels() -> None:
    with pytest.raises(NumericsError, match="V falls without end, so that nothing says how long.*give `duration`"):
        plan(Problem(FALL, GaussianPacket(0.0, 1.0, 0.0)), 1e-3)
    for state in (Problem(Expression("x^2/2 - 0.1*x^3"), Eigenstate(0)),):
        with pytest.raises(NumericsError, match="V falls without end on the right and every state leaks"):
            certify(state, find=Levels(count=1))
        with pytest.raises(NumericsError, match="V falls without end on the right and every state leaks"):
            plan(state, 1e-3)


def test_free_fall() -> None:
    """Mass 1, force 0.3, at rest at 0.1, width 0.7, 4 units of time: x = 0.1 + 0.3 16/2 = 2.5, k = 1.2, sigma^2 = 0.49 + (4/1.4)^2.

    Each within its error bar, which is below the tolerance of 1e-5 relative to its largest.
    """
    report = certify(Problem(FALL, GaussianPacket(0.1, 0.7, 0.0), duration=4.0), 1e-5, find=Motion())
    right = {"mean_position": 2.5, "mean_momentum": 1.2, "position_spread": math.sqrt(0.49 + (4 / 1.4) ** 2)}
    for name, value in right.items():
        quantity = report.quantities[name]
        assert abs(quantity.value - value) <= quantity.error < 1e-4
        assert np.isfinite(list(quantity.theory.values())).all()
