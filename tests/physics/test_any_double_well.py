"""Gap, period and populations of double wells that come as formulas, tables and sums, alike or not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wavesim import Problem, certify, theory
from wavesim.analysis import DrivenPopulations, Motion, Populations, Splitting, question_of, splitting_formulas, verify
from wavesim.errors import WavesimError
from wavesim.potentials import (
    DeltaWell,
    DoubleDeltaWell,
    Driven,
    Expression,
    GaussianBarrier,
    Harmonic,
    QuarticDoubleWell,
    RectangularBarrier,
    Sampled,
    SquareDoubleWell,
    Sum,
    two_wells_of,
)
from wavesim.states import Eigenstate, GaussianPacket, LeftLocalized, RightLocalized

SEXTIC = Expression("(x**6 + 2*x**4 - 2*(2*L + 1)*x**2)/2", {"L": 6.0})
RAZAVY = Expression("0.01*(cosh(x) - 35)**2 - 12.25")
BUMP = Expression("(x^2-4)^2/4 + 0.05*x + 0.5*exp(-x^2)")


def split(potential, tolerance=1e-6, mass=1.0):
    """Quantities of a splitting; theory must agree and nothing be propagated."""
    report = certify(Problem(potential, LeftLocalized(), mass=mass), tolerance, find=Splitting())
    assert report.record is None and not report.warnings
    assert all(quantity.agrees for quantity in report.quantities.values())
    return report.quantities


def sinc_levels(value, half, points=240, mass=1.0):
    """Levels and states by the sinc grid: an oracle for smooth V."""
    levels = theory.grid_levels(value, -half, half, count=24, points=points, mass=mass)
    return levels.energies, levels.psi, levels.x


def test_sextic_well_has_its_gap_and_its_period() -> None:
    """Set-up: V = (x^6 + 2 x^4 - 26 x^2)/2, a particle in the left well.

    Formula: gap 2.9138360e-4, period 21563.2773 (spectral collocation, given with the case).
    Budget: the digits given; measured within 1e-8 by levels, 5e-9 by the record.
    """
    gap = split(SEXTIC)["gap"]
    assert gap.value == pytest.approx(2.9138360e-4, abs=5e-12)
    report = certify(Problem(SEXTIC, LeftLocalized()), 1e-5, find=Populations())
    period = report.quantities["tunneling_period"]
    assert report.headline is period and period.value == pytest.approx(21563.2773, abs=1e-3)
    assert all(quantity.agrees for quantity in report.quantities.values())


def test_razavy_gap_keeps_the_digits_that_subtraction_loses() -> None:
    """Set-up: mass 1/2, 0.01 (cosh x - 35)^2 - 12.25, whose two lowest levels agree to 1e-8.

    Formula: E_A - E_S = psi_S(0) psi_A'(0)/(2 m int psi_S psi_A dx) = 9.96802946639e-8.
    Budget: the digits given, 1e-11; subtraction would leave 5e-7.
    """
    gap = split(RAZAVY, 1e-8, mass=0.5)["gap"]
    assert gap.value == pytest.approx(9.96802946639e-8, rel=1e-10)
    assert gap.error < 1e-9 * gap.value


@pytest.mark.parametrize(
    ("found", "built_in"),
    [
        (Expression("4*((x/1.8)^2 - 1)^2"), QuarticDoubleWell(4.0, 1.8)),
        (Expression("4*(((x-0.3)/1.8)^2 - 1)^2"), QuarticDoubleWell(4.0, 1.8)),
        (
            Sum((RectangularBarrier(-4.0, 1.0, -1.0), RectangularBarrier(-4.0, 1.0, 1.0))),
            SquareDoubleWell(4.0, 1.0, 1.0),
        ),
        (Sum((DeltaWell(1.0, -1.5), DeltaWell(1.0, 1.5))), DoubleDeltaWell(1.0, 3.0)),
    ],
)
def test_gap_does_not_depend_on_the_class(found, built_in) -> None:
    """Set-up: the same V as a formula (off center, too) or a sum, and as a built-in double well.

    Formula: `splitting_formulas` of the built-in one by closed forms or parity matrices. Budget: 1e-9; measured 1e-11.
    """
    exact = splitting_formulas(built_in, 1.0)["levels"]
    assert split(found)["gap"].value == pytest.approx(exact, rel=1e-9)


def test_table_of_a_double_well_is_its_own_potential() -> None:
    """Set-up: (x^2 - 4)^2/16 at 161 points, as a spline.

    Formula: the formula's gap, which a spline of spacing 0.05 changes by 1e-6 of itself (its fourth order). Budget: 1e-5.
    """
    x = np.linspace(-6.0, 6.0, 241)
    table = Sampled(tuple(np.minimum((x**2 - 4) ** 2 / 8, 60.0)), -6.0, 6.0)
    gap = split(table)["gap"]
    assert gap.value == pytest.approx(split(Expression("(x^2-4)^2/8"))["gap"].value, rel=1e-4)


def test_wells_that_are_not_alike_split_by_subtraction() -> None:
    """Set-up: a tilted quartic with a bump, one level in each well.

    Formula: E_1 - E_0 of a sinc grid. Budget: 1e-9 for both.
    """
    wells = two_wells_of(BUMP)
    assert wells is not None and not wells.symmetric
    # V'(x) = 0 near the middle: the top
    assert wells.divide == pytest.approx(0.01, abs=5e-3)
    energies, _, _ = sinc_levels(lambda x: (x**2 - 4) ** 2 / 4 + 0.05 * x + 0.5 * np.exp(-(x**2)), 6.0)
    gap = split(BUMP)["gap"]
    assert gap.value == pytest.approx(energies[1] - energies[0], rel=1e-9)


def test_localized_start_in_unlike_wells_swings_as_two_levels_do() -> None:
    """Set-up: a slightly tilted quartic with a bump, left localized, one period by default.

    Formula: left = sum c_i c_j L_ij cos((E_i - E_j) t) over the two lowest levels.
    Budget: the bars of the record, and theory's.
    """
    tilted = Expression("x^4/24 - x^2/2 + 0.001*x + exp(-x^2)")
    report = certify(Problem(tilted, LeftLocalized()), 1e-4)
    assert report.headline.name == "tunneling_period"
    assert all(quantity.agrees for quantity in report.quantities.values())
    assert 0.7 < report.quantities["largest_transfer"].value < 0.8


@pytest.mark.parametrize(
    ("potential", "value", "packet"),
    [
        (QuarticDoubleWell(4.0, 1.8), lambda x: 4 * ((x / 1.8) ** 2 - 1) ** 2, GaussianPacket(-1.8, 0.35, 0.0)),
        (
            BUMP,
            lambda x: (x**2 - 4) ** 2 / 4 + 0.05 * x + 0.5 * np.exp(-(x**2)),
            GaussianPacket(-2.0, 0.4, 0.3),
        ),
    ],
)
def test_packet_in_a_double_well_beats_with_all_its_levels(potential, value, packet) -> None:
    """Set-up: a Gaussian that is no eigenstate, in the left well; nothing is asked, so populations are.

    Formula: 24 levels of a sinc grid, overlaps and the left half by sums over points, the plane midway between two of them.
    Budget: the record's bar (4e-5) and 1e-3 for cutting states at a point of the oracle's grid (it is spectral only without a cut): 3e-4.
    """
    problem = Problem(potential, packet, duration=60.0)
    assert question_of(problem) == Populations()
    report = certify(problem, 1e-4)
    left = report.quantities["left_population"]
    assert left.agrees and report.quantities["right_population"].agrees
    energies, psi, x = sinc_levels(value, 6.0)
    start = np.exp(-(((x - packet.center) / (2 * packet.width)) ** 2) + 1j * float(packet.momentum or 0) * x)
    amplitudes = psi @ start / np.linalg.norm(start) * math.sqrt(x[1] - x[0])
    end = (amplitudes * np.exp(-1j * energies * 60.0)) @ psi
    wells = two_wells_of(potential)
    assert wells is not None
    share = np.clip((wells.divide - x) / (x[1] - x[0]) + 0.5, 0.0, 1.0)
    assert left.value == pytest.approx(float(np.sum(np.abs(end) ** 2 * share)) * (x[1] - x[0]), abs=3e-4)


def test_gap_of_two_wells_that_meet_in_a_kink() -> None:
    """Set-up: two Morse wells, D (1 - exp(-(|x| - 1)))^2 with D = 2: a cusp higher than the rim parts them.

    Formula: levels 0.80993653 and 0.91264683 (given with the case). Budget: the digits given.
    """
    quantities = split(Expression("D*(1 - exp(-(abs(x) - x0)))**2", {"D": 2.0, "x0": 1.0}))
    assert quantities["level_0"].value == pytest.approx(0.80993653, abs=1e-8)
    assert quantities["gap"].value == pytest.approx(0.91264683 - 0.80993653, abs=2e-8)


def test_period_that_rounding_would_drown_is_told_by_the_levels() -> None:
    """Set-up: the same wells, 6 deep and 4 apart: a period of 1.9e13, in which no phase of a record keeps a digit.

    Formula: Wronski's identity on elements; theory's own subtraction knows one digit. Budget: the bar, below 1e-4 of the period.
    """
    far = Expression("D*(1 - exp(-(abs(x) - x0)))**2", {"D": 6.0, "x0": 2.0})
    report = certify(Problem(far, LeftLocalized()), 1e-4, find=Populations())
    assert report.record is None and report.headline.name == "tunneling_period"
    assert report.headline.value == pytest.approx(1.85587e13, rel=1e-4) and report.headline.agrees


def test_driven_formula_moves_as_many_levels_do() -> None:
    """Set-up: an unlike double well by formula, shaken with 0.3 cos(t), left localized; t = 3.

    Formula: `few_levels`, the equations of the levels in the drive. Budget: both bars (4e-4 and 1e-9).
    """
    shaken = Driven(Expression("(x^2-4)^2/8 + 0.01*x"), 0.3, 1.0)
    report = certify(Problem(shaken, LeftLocalized(), duration=3.0), 1e-3)
    assert report.headline.name == "right_population" and report.headline.agrees


def test_packet_above_the_barrier_is_asked_for_its_motion() -> None:
    assert question_of(Problem(BUMP, GaussianPacket(-2.0, 0.4, 4.0), duration=1.0)) == Motion()
    assert question_of(Problem(Harmonic(1.0), GaussianPacket(-2.0, 0.4, 0.0), duration=1.0)) == Motion()


def test_second_route_to_the_gap_of_a_formula() -> None:
    problem = Problem(SEXTIC, LeftLocalized())
    report = certify(problem, 1e-6, find=Splitting())
    verification = verify(problem, report, find=Splitting())
    assert verification.independent and verification.agree


@pytest.mark.parametrize(
    ("potential", "state", "find", "words"),
    [
        (Expression("(x^2-4)^2/4 + 0.9*x"), LeftLocalized(), None, "two lowest levels share the left well"),
        (Expression("(x^2-4)^2/4 - 0.9*x"), RightLocalized(), Splitting(), "two lowest levels share the right well"),
        (
            Sum((GaussianBarrier(-0.3, 0.5, -0.8), GaussianBarrier(-0.3, 0.5, 0.8))),
            LeftLocalized(),
            Splitting(),
            "hold one level together",
        ),
        (Harmonic(1.0), LeftLocalized(), Populations(), "two minima of V with a barrier between them"),
        (Driven(SEXTIC, 0.1, 1.0), LeftLocalized(), Populations(), "ask for driven_populations"),
    ],
)
def test_what_has_no_two_wells_is_refused_in_true_words(potential, state, find, words) -> None:
    with pytest.raises(WavesimError, match=words):
        certify(Problem(potential, state), find=find)


def test_the_cure_for_shared_wells_works() -> None:
    """A packet in one of two wells whose two lowest levels share the other: populations, without a period."""
    shared = Expression("(x^2-4)^2/4 + 0.9*x")
    report = certify(Problem(shared, GaussianPacket(1.9, 0.4, 0.0), duration=20.0), 1e-3, find=Populations())
    assert report.headline.name == "right_population" and report.headline.agrees
    assert "tunneling_period" not in report.quantities


def test_swept_tilt_leaves_what_landau_and_zener_say() -> None:
    """Set-up: a quartic well tilted by s (t/T - 1/2) x, s = 0.3, T = 1500: the levels pass each other halfway.

    Formula: exp(-pi gap^2/(2 v)) = 0.445 stays. The sweep begins 14 gaps before the resonance, not infinitely far, and ends as far behind it: what
    is left of the beats is of the order of gap/(2 detuning) = 0.04. Budget: 0.04; measured 0.020.
    """
    sweep = Expression("6*((x/1.6)^2-1)^2 + s*(t/T - 0.5)*x", {"s": 0.3, "T": 1500.0})
    stays = DrivenPopulations().predictions(Problem(sweep, LeftLocalized(), duration=1500.0), 1500.0)["left_population"]
    assert stays["landau_zener"] == pytest.approx(0.445, abs=1e-3)
    assert stays["few_levels"] == pytest.approx(stays["landau_zener"], abs=0.04)


def test_propagation_follows_a_swept_tilt_as_levels_do() -> None:
    """Set-up: the same sweep in T = 12, far from adiabatic. Budget: both bars (1e-3 asked)."""
    sweep = Expression("6*((x/1.6)^2-1)^2 + s*(t/T - 0.5)*x", {"s": 0.3, "T": 12.0})
    report = certify(Problem(sweep, LeftLocalized(), duration=12.0), 1e-3)
    assert report.headline.name == "right_population" and report.headline.agrees


def test_swept_tilt_begins_in_a_level_too() -> None:
    """Set-up: the same sweep in T = 12. V falls to the right at the start, where the lowest level lies.

    What a localized state and a level share: all but the tail in the other well. Budget: theory alone, nothing is run; 2e-2 is the tail.
    """
    sweep = Expression("6*((x/1.6)^2-1)^2 + s*(t/T - 0.5)*x", {"s": 0.3, "T": 12.0})
    level, localized = (
        DrivenPopulations().predictions(Problem(sweep, state, duration=12.0), 12.0)
        for state in (Eigenstate(0), RightLocalized())
    )
    assert list(level) == list(localized) == ["left_population", "right_population"]
    both = [float(known["right_population"]["few_levels"]) for known in (level, localized)]
    assert both[0] == pytest.approx(both[1], abs=2e-2) and both[0] != both[1]


def test_a_level_of_both_wells_is_no_start_in_one() -> None:
    with pytest.raises(WavesimError, match="lies in both"):
        certify(
            Problem(Expression("6*((x/1.6)^2-1)^2 + t*x/100"), Eigenstate(0), duration=1.0), find=DrivenPopulations()
        )


def test_the_plane_lies_at_the_summit_to_more_digits_than_values_tell() -> None:
    """V = 0.15 (x^2 - 3)^2 + 0.05 x: V' = 0.6 x (x^2 - 3) + 0.05 = 0 at x = 0.0277849277863. Values alone would tell it to 1e-8."""
    wells = two_wells_of(Expression("0.15*(x^2 - 3)^2 + 0.05*x"))
    assert wells is not None
    summit = min(np.roots([0.6, 0.0, -1.8, 0.05]), key=abs)
    assert wells.divide == pytest.approx(summit, abs=1e-12)
