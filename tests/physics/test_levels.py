"""The lowest levels with their error bars, in one dimension and in two.

Lab note. H is diagonalized on a grid, on coarser ones and in a box cut by a tenth; the bar is the sum of what these change, the
residual and rounding. Against closed forms: E_n = omega (n + 1/2); Lambert's W for two deltas (W = 1, a = 3: -0.544627, -0.442251); against
methods of their own: the sinc grid for a smooth V, shooting for a sharp one. Budget: the bars themselves, which must cover every
difference and stay below tolerance x kinetic energy. Henon and Heiles (lambda = 1/sqrt(80)): a basis of oscillator states n + m <= 24,
with the matrix elements of x in closed form, agrees to 1e-9; published (Feit, Fleck and Steiger 1982): 0.9986, 1.9901, 2.9562, 2.9853.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from wavesim import Grid, Problem
from wavesim.analysis import Levels, Report, certify
from wavesim.errors import ArgumentError, NumericsError
from wavesim.potentials import (
    AbstractPotential,
    DoubleDeltaWell,
    Expression,
    GaussianWells,
    Harmonic,
    QuarticDoubleWell,
    Separable,
    SquareDoubleWell,
)
from wavesim.states import Eigenstate

COUPLING = 1 / math.sqrt(80)


def found(potential: AbstractPotential, count: int, tolerance: float, **fixed: Any) -> Report:
    return certify(Problem(potential, Eigenstate()), tolerance, find=Levels(count), **fixed)


@pytest.mark.parametrize(
    ("potential", "count", "tolerance"),
    [
        (Harmonic(1.0), 5, 1e-8),
        (QuarticDoubleWell(8.0, 2.0), 4, 1e-8),
        (SquareDoubleWell(2.0, 2.0, 1.0), 2, 3e-5),
        (DoubleDeltaWell(1.0, 3.0), 2, 1e-3),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, AbstractPotential) else "",
)
def test_levels_lie_within_their_bars(potential: AbstractPotential, count: int, tolerance: float) -> None:
    report = found(potential, count, tolerance)
    assert report.complete and not report.warnings and report.states is not None
    assert len(report.quantities) == count
    for quantity in report.quantities.values():
        assert quantity.agrees, f"{quantity.name}: {quantity.difference} outside {quantity.error}"
        assert quantity.error < tolerance * 10
    overlaps = report.states.psi @ report.states.psi.T * report.states.grid.cell
    assert overlaps == pytest.approx(np.eye(count), abs=1e-9)


def test_a_separable_plane_has_the_sums_of_its_axes() -> None:
    report = found(Separable((Harmonic(1.0), Harmonic(0.7))), 3, 1e-4)
    expected = [0.85, 1.55, 1.85]
    assert [q.value for q in report.quantities.values()] == pytest.approx(expected, abs=1e-6)
    assert all(q.agrees and "closed_form" in q.theory for q in report.quantities.values())


def oscillator_basis(highest: int, count: int) -> np.ndarray:
    """The levels of Henon and Heiles in the states |n, m> with n + m <= highest of two unit oscillators."""
    root = np.sqrt(np.arange(1, highest + 3) / 2)
    x = np.diag(root, 1) + np.diag(root, -1)
    square, cube, one = x @ x, x @ x @ x, np.eye(len(x))
    n, m = np.array([(i, j) for i in range(highest + 1) for j in range(highest + 1 - i)]).T
    along, across = np.ix_(n, n), np.ix_(m, m)
    cubic = square[along] * x[across] - one[along] * cube[across] / 3
    return np.linalg.eigvalsh(np.diag(n + m + 1.0) + COUPLING * cubic)[:count]


def test_henon_and_heiles() -> None:
    well = Expression("(x**2 + y**2)/2 + L*(x**2*y - y**3/3)", {"L": COUPLING})
    line = Grid.line(-8.5, 8.5, 56)
    report = found(well, 6, 1e-6, grid=Grid.product(line, line))
    values = np.array([q.value for q in report.quantities.values()])
    independent = oscillator_basis(24, 6)
    assert values == pytest.approx(independent, abs=1e-8)
    assert values == pytest.approx([0.9986, 1.9901, 1.9901, 2.9562, 2.9853, 2.9853], abs=6e-5)
    errors = np.array([q.error for q in report.quantities.values()])
    assert np.all(np.abs(values - independent) <= errors + 1e-10)
    assert np.all(errors < 1e-6)


def test_a_box_that_is_too_small_is_told() -> None:
    """An oscillator in a box from -2.5 to 2.5: the bars grow, name the box, and cover what it does."""
    report = found(Harmonic(1.0), 2, 1e-6, grid=Grid.line(-2.5, 2.5, 32))
    assert any("most of it is the box: take a larger box" in warning for warning in report.warnings)
    assert all(q.agrees and q.error > 1e-4 for q in report.quantities.values())


def test_what_is_refused() -> None:
    with pytest.raises(ArgumentError, match="count"):
        Levels(0)
    with pytest.raises(NumericsError, match=r"need a box, but none is given; give grid="):
        found(Expression("x**2 + x*y + y**2"), 2, 1e-4)
    with pytest.raises(NumericsError, match="must be bound"):
        found(GaussianWells(1.0, 1.0, 4.0), 9, 1e-4)
