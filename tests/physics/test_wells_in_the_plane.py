"""Double wells in the plane: their box, gap and populations, found from V alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wavesim import certify
from wavesim.analysis import Levels, Populations, Splitting
from wavesim.errors import NumericsError, WavesimError
from wavesim.potentials import Expression, QuarticDoubleWell, wells_in_plane
from wavesim.problem import Problem
from wavesim.states import Eigenstate, GaussianPacket, LeftLocalized, Product, RightLocalized

# a quartic double well along u = (x + y)/sqrt(2), an oscillator along v = (y - x)/sqrt(2): turned, so that it is no sum over the axes
TURNED = "B*(((x + y)/sqrt(2)/a)^2 - 1)^2 + w^2*((y - x)/sqrt(2))^2/2"
BARRIER, HALF, FREQUENCY = 1.5, 1.8, 1.3


def turned() -> Expression:
    return Expression(TURNED, {"B": BARRIER, "a": HALF, "w": FREQUENCY})


def line() -> QuarticDoubleWell:
    return QuarticDoubleWell(barrier=BARRIER, half_distance=HALF)


def test_levels_of_coupled_oscillators() -> None:
    """Set-up: V = (x^2 + y^2)/2 + c x y, c = 0.6, no grid given.

    Formula: V = ((1 + c) s^2 + (1 - c) d^2)/2 with s, d the sum and difference of x and y over sqrt(2): E = w_s (i + 1/2) + w_d (j + 1/2),
    w_s = sqrt(1.6) = 1.264911, w_d = sqrt(0.4) = 0.632456.
    Budget: each level within its bar, the bar within 1e-6 of the kinetic energy.
    """
    c = 0.6
    report = certify(Problem(Expression("(x^2 + y^2)/2 + c*x*y", {"c": c}), Eigenstate()), 1e-6, find=Levels(count=5))
    slow, fast = math.sqrt(1 - c), math.sqrt(1 + c)
    exact = sorted(slow * (i + 0.5) + fast * (j + 0.5) for i in range(6) for j in range(6))
    for n in range(5):
        level = report.quantities[f"level_{n}"]
        assert abs(level.value - exact[n]) <= level.error < 1e-6 * exact[n]


def test_gap_of_a_turned_double_well_is_that_of_the_line() -> None:
    """Set-up: the quartic well of barrier 1.5 and half distance 1.8, turned by 45 degrees in the plane, with an oscillator across.

    Formula: H = H_u + H_v, so the two lowest levels differ by the gap of the line, 2 pi/gap its period; theory's by half-grid matrices.
    Budget: the difference within both bars; the bar of the gap within 1e-5 of it.
    """
    on_line = certify(Problem(line(), LeftLocalized()), 1e-7, find=Splitting()).quantities["gap"]
    gap = certify(Problem(turned(), LeftLocalized()), 1e-5, find=Splitting()).quantities["gap"]
    assert abs(gap.value - on_line.value) <= gap.error + on_line.error
    assert gap.error < 1e-5 * gap.value


def test_the_pass_and_the_plane_across_it() -> None:
    """Set-up: the turned well. Formula: bottoms at u = -a and a, the pass at the origin with V = B, V falls from it along u."""
    wells = wells_in_plane(turned(), 1.0)
    assert wells is not None
    corner = HALF / math.sqrt(2)
    np.testing.assert_allclose(wells.bottoms[0], [-corner, -corner], atol=1e-6)
    np.testing.assert_allclose(wells.bottoms[1], [corner, corner], atol=1e-6)
    np.testing.assert_allclose(wells.summit, 0.0, atol=1e-8)
    np.testing.assert_allclose(wells.normal, [math.sqrt(0.5)] * 2, atol=1e-6)
    assert wells.top == pytest.approx(BARRIER, rel=1e-12)


@pytest.mark.parametrize(
    ("formula", "pass_at"),
    [
        # the mesh has the pass a whole point away, where the search for it ended at rounding and was not believed
        ("1.03232*((c*x + s*y)^2 - 1.49064^2)^2 + 1.1249^2*(c*y - s*x)^2/2", (0.0, 0.0)),
        # kinks: two parabolas that meet where 1.1 (x + 1)^2 = (x - 1.2)^2, and a turned |u|
        ("2*min((x - 1.2)^2, 1.1*(x + 1)^2) + 0.7*(y - 0.3)^2", (0.073795, 0.3)),
        ("2*(abs(c*x + s*y) - 1.3)^2 + (c*y - s*x)^2", (0.0, 0.0)),
    ],
)
def test_the_pass_is_not_where_the_mesh_has_it(formula: str, pass_at: tuple[float, float]) -> None:
    wells = wells_in_plane(Expression(formula, {"c": 0.768507, "s": 0.639841} if "c*x" in formula else {}), 1.0)
    assert wells is not None
    assert wells.summit == pytest.approx(pass_at, abs=1e-4)


def test_a_localized_start_beats_as_on_the_line() -> None:
    """Set-up: a particle on the left of the turned well, for 0.3 periods.

    Formula: the oscillator stays in its ground state, so the populations are those of the line at the same time.
    Budget: 1e-6 of the period for both; the populations within both bars.
    """
    period = 2 * math.pi / certify(Problem(line(), LeftLocalized()), 1e-7, find=Splitting()).quantities["gap"].value
    start = RightLocalized()
    narrow = certify(Problem(line(), start, duration=0.3 * period), 1e-6, find=Populations()).quantities
    wide = certify(Problem(turned(), start, duration=0.3 * period), 1e-6, find=Populations())
    for name in ("left_population", "right_population", "largest_transfer", "contrast", "tunneling_period"):
        one, other = narrow[name], wide.quantities[name]
        assert abs(one.value - other.value) <= one.error + other.error
    assert wide.curves["left_population"].values[-1] == pytest.approx(
        wide.quantities["left_population"].value, abs=1e-12
    )


def test_a_packet_in_one_well_beats_with_all_its_levels() -> None:
    """Set-up: a round packet at the bottom of the left well, width 0.5, which is a product along u and v too; until t = 20.

    Formula: the line's populations for the packet along u at -1.8, of which theory sums all levels.
    Budget: within both bars, which are below 1e-4.
    """
    corner, width = HALF / math.sqrt(2), 0.5
    round_packet = Product((GaussianPacket(-corner, width, momentum=0.0), GaussianPacket(-corner, width, momentum=0.0)))
    on_line = Problem(line(), GaussianPacket(-HALF, width, momentum=0.0), duration=20.0)
    narrow = certify(on_line, 1e-5, find=Populations()).quantities["left_population"]
    wide = certify(Problem(turned(), round_packet, duration=20.0), 1e-4, find=Populations()).quantities[
        "left_population"
    ]
    assert abs(narrow.value - wide.value) <= narrow.error + wide.error
    assert wide.error < 1e-4


def test_wells_far_from_the_origin_are_seen() -> None:
    """Set-up: two Gaussian wells 3 apart at (30, -7) and (33, -7), 5 deep, 1 wide, in a V that is 0 elsewhere.

    Formula: by mirror symmetry each localized state swings over but for its tails: contrast within 0.01 of 1; levels below 0.
    """
    wells = Expression("-5*exp(-(x - 30)^2 - (y + 7)^2) - 5*exp(-(x - 33)^2 - (y + 7)^2)")
    report = certify(Problem(wells, LeftLocalized(), duration=1.0), 1e-4, find=Populations())
    assert abs(report.quantities["contrast"].value - 1) < 0.01
    assert report.states is not None and np.all(report.states.energies[:2] < 0)


@pytest.mark.parametrize(
    ("formula", "question", "sentence"),
    [
        ("(x^2 + y^2)/2", Splitting(), "two minima of V with a pass between them"),
        ("2*(x^2 - 4)^2 + y^2 + 3*x", Splitting(), "the two lowest levels share the left well"),
        ("x^2 - y^2", Levels(), "far away it is nowhere higher"),
        ("x^2", Levels(), "far away it is nowhere higher"),
        ("-5*exp(-x^2 - y^2)", Levels(count=9), "but of 9 the highest is a wave that fills the box; ask for"),
    ],
)
def test_what_has_no_answer_is_said(formula: str, question: Levels | Splitting, sentence: str) -> None:
    potential = Expression(f"{formula} + 0*y")
    with pytest.raises((NumericsError, WavesimError), match=sentence):
        certify(Problem(potential, LeftLocalized(), duration=1.0), 1e-4, find=question)


def test_wells_that_hold_two_levels_alone() -> None:
    """V = -2.4 (exp(-(x - 1.4)^2 - y^2) + exp(-(x + 1.4)^2 - y^2)) holds two levels: their gap is that of the levels asked for by themselves.

    Budget: the bars of both; no third level is needed for the gap.
    """
    wells = Expression("-2.4*exp(-(x - 1.4)^2 - y^2) - 2.4*exp(-(x + 1.4)^2 - y^2)")
    problem = Problem(wells, LeftLocalized())
    gap = certify(problem, 1e-4, find=Splitting()).quantities["gap"]
    levels = certify(problem, 1e-4, find=Levels(count=2)).quantities
    low, high = levels["level_0"], levels["level_1"]
    assert abs(gap.value - (high.value - low.value)) <= gap.error + low.error + high.error < 1e-4
