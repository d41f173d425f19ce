"""The lowest levels with their error bars, in one dimension and in two.

Lab note. In one dimension H is diagonalized on elements that fit V, the bar being the whole difference from two degrees less, what the walls shift,
and rounding; on a grid given by hand a second-order correction is made, the whole of which is the bar; in two dimensions grids are repeated. Formulas:
E_n = omega (n + 1/2); Lambert's W for two deltas (W = 1, a = 3: -0.544627, -0.442251); -(lambda - n)^2/(2 w^2) for lambda (lambda + 1)/(2 w^2) sech^2(x/w);
Razavy's doublet of 0.01 (cosh x - 35)^2 for mass 1/2. Numbers without a formula are from integration of the stationary equation and from spectral
collocation, to the digits given. Budget: the bars themselves, which must cover every difference and stay below tolerance x kinetic energy.
Henon and Heiles (lambda = 1/sqrt(80)): a basis of oscillator states n + m <= 24, with the matrix elements of x in closed form, agrees to 1e-9;
published (Feit, Fleck and Steiger 1982): 0.9986, 1.9901, 2.9562, 2.9853.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from wavesim import Grid, Problem
from wavesim.analysis import Levels, Report, certify
from wavesim.errors import ArgumentError, NumericsError, UnboundError
from wavesim.potentials import (
    AbstractPotential,
    DeltaWell,
    DoubleDeltaWell,
    EckartBarrier,
    Expression,
    GaussianWells,
    Harmonic,
    QuarticDoubleWell,
    RectangularBarrier,
    Separable,
    SquareDoubleWell,
    Sum,
    TriangularBarrier,
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


def triangle(height: float, width: float, center: float) -> TriangularBarrier:
    return TriangularBarrier(height=height, width=width, center=center)


@pytest.mark.parametrize(
    ("potential", "mass", "right", "digits"),
    [
        (
            Sum((triangle(-8.26988, 0.87396, -1.81948), triangle(-10.4636, 1.64638, 2.19896))),
            1.0,
            {0: -5.60519323678},
            2e-11,
        ),
        (
            Sum((DeltaWell(2.07711, 1.34999), RectangularBarrier(-4.19007, 1.88793, -0.333814))),
            1.0,
            {0: -3.48671587243},
            2e-11,
        ),
        (
            Sum(
                (
                    Harmonic(0.506713),
                    triangle(-0.792907, 1.53842, 0.885294),
                    RectangularBarrier(-0.849427, 1.42411, -0.723316),
                )
            ),
            1.0,
            {0: -0.263129831022, 4: 2.12540618115},
            2e-11,
        ),
        # a bend that the formula does not list
        (
            Expression("D*(1 - exp(-(sqrt(x**2) - 1)))**2", {"D": 2.0}),
            1.0,
            {0: 0.80993653, 1: 0.91264683},
            6e-9,
        ),
        (Expression("-1/sqrt(x**2 + 2)"), 1.0, {0: -0.5, 1: -0.2329033373781, 2: -0.1338288591396}, 1e-12),
        (
            Expression("x**4 - 10*x**2"),
            0.5,
            {0: -20.6335767029, 1: -20.6335468844, 9: 9.1032441712, 16: 43.1655174866},
            1e-10,
        ),
        (
            Expression("0.01*(cosh(x) - 35)**2 - 12.25", {}, ends=(math.inf, math.inf), span=(-6.0, 6.0)),
            0.5,
            {0: -9.00200125, 1: -9.00200115},
            1e-8,
        ),
    ],
    ids=["triangles", "delta and rectangle", "box in a parabola", "bend", "soft Coulomb", "seventeen", "Razavy"],
)
def test_levels_of_any_well(potential: AbstractPotential, mass: float, right: dict[int, float], digits: float) -> None:
    """Edges, bends and deltas anywhere, long tails, steep walls, seventeen levels: twelve digits, and theory beside them."""
    report = certify(Problem(potential, Eigenstate(), mass=mass), 1e-6, find=Levels(max(right) + 1))
    assert not report.warnings
    for n, energy in right.items():
        level = report.quantities[f"level_{n}"]
        assert abs(level.value - energy) <= digits + level.error
        assert level.error < 1e-12 * max(1.0, abs(energy)) and level.agrees


def test_levels_of_sech_squared_to_rounding() -> None:
    """lambda = 3.3, 20.2 and 0.01: from four levels, from twenty-one, and from one that lies 1e-4 of the depth below the rim."""
    for strength, width in ((3.3, 1.0), (20.2, 5.0), (0.01, 1.0)):
        count = math.ceil(strength)
        well = EckartBarrier(-strength * (strength + 1) / (2 * width**2), width)
        exact = -((strength - np.arange(count)) ** 2) / (2 * width**2)
        levels = list(certify(Problem(well, Eigenstate()), 1e-6, find=Levels(count)).quantities.values())
        assert np.all(np.abs([q.value for q in levels] - exact) <= [q.error for q in levels])
        assert max(q.error for q in levels) < 1e-13


def test_a_doublet_keeps_its_gap() -> None:
    """Razavy's gap, 9.96802946639e-8 between levels at -9: to 2e-14. Rounding of each is 2e-14, by the 12 that a state meets (T + <|V|>),
    and not by V at the ends of the box; what two degrees more and the last iteration change is of the same size: 1e-13 in all."""
    well = Expression("0.01*(cosh(x) - 35)**2 - 12.25", {}, ends=(math.inf, math.inf), span=(-6.0, 6.0))
    lower, upper = certify(Problem(well, Eigenstate(), mass=0.5), 1e-6, find=Levels(2)).quantities.values()
    assert upper.value - lower.value == pytest.approx(9.96802946639e-8, abs=2e-14)
    assert lower.error < 1e-13


@pytest.mark.parametrize("points", [128, 256, 400])
def test_a_grid_of_ones_own_is_corrected_and_covered(points: int) -> None:
    """A well 200 deep and 4 wide, its edges anywhere: levels from tan; the bar is 10 to 50 times what the correction leaves."""
    well = RectangularBarrier(-200.0, 4.0, 0.0137)
    exact = np.array(
        [-199.7064400194226, -198.8258022514086, -197.3582140334669, -195.3038903553902, -192.6631381417157]
    )
    levels = list(found(well, 5, 1e-4, grid=Grid.line(-6.0, 6.0, points)).quantities.values())
    off = np.abs([q.value for q in levels] - exact)
    assert np.all(off <= [q.error for q in levels])
    assert np.all(off < {128: 0.2, 256: 1e-3, 400: 1e-4}[points])


@pytest.mark.parametrize("points", [800, 6000])
def test_a_smooth_well_on_a_grid_of_ones_own(points: int) -> None:
    """-1/sqrt(x^2 + 2) from -100 to 100: -1/2 to rounding, on a grid too large for a dense matrix too."""
    grid = Grid.line(-100.0, 100.0, points)
    levels = list(found(Expression("-1/sqrt(x**2 + 2)"), 3, 1e-4, grid=grid).quantities.values())
    assert levels[0].value == pytest.approx(-0.5, abs=1e-14) and levels[0].error < 1e-13
    assert levels[2].value == pytest.approx(-0.1338288591396, abs=1e-12)


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
    with pytest.raises(NumericsError, match=r"holds the particle .*on all sides, .* give grid="):
        found(Expression("x**2 + x*y + y**2/4"), 2, 1e-4)
    with pytest.raises(UnboundError, match="must hold the 9 levels asked for, but .* clearly below its rim; ask for"):
        found(GaussianWells(1.0, 1.0, 4.0), 9, 1e-4)
