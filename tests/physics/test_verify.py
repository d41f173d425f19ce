"""The headline by independent routes: each right within its own bar, and a wrong number is found out."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.problems import SCENARIO_NUMBERS
from tests.scenario_files import wavesim, written
from wavesim import Absorber, Grid, Problem, Report, WavesimError, certify, propagate
from wavesim._typing import ENERGY
from wavesim.analysis import AbstractQuestion, Levels, Quantity, Route, Splitting, Verification, verify
from wavesim.analysis.bars._question import Predictions
from wavesim.analysis.bars._runs import Measurement
from wavesim.analysis.questions.wells._splitting import _Rate
from wavesim.analysis.routes._other_numerics import other_numerics
from wavesim.potentials import (
    AbstractPotential,
    DeltaBarrier,
    Driven,
    EckartBarrier,
    Harmonic,
    QuarticDoubleWell,
    RectangularBarrier,
    Separable,
    SquareDoubleWell,
)
from wavesim.propagation import Numerics
from wavesim.propagation.planner.spaces._grid import edges_fit
from wavesim.scenario import load_scenario
from wavesim.schemes import SCHEMES, Chebyshev, Spectral
from wavesim.states import Eigenstate, GaussianPacket, LeftLocalized

# B ((x/2)^2 - 1)^2 with B = 38.2, a doublet a billionth of the level spacing apart, as the scenario has it
DEEP = Problem(QuarticDoubleWell(38.2, 2.0), LeftLocalized())
DEEP_GAP = SCENARIO_NUMBERS["deep_double_well", "gap"].values[0]


def covers(route: Route, exact: float) -> bool:
    return abs(route.value - exact) <= route.error


def test_flux_and_region_without_absorbers_against_region_with_them() -> None:
    """Set-up: a packet of momentum 1.4 and width 5 from -22 meets a delta, whose kink ripples over the grid.

    Formula: P_T = absorbed + beyond - incoming = int dt int w j dx + what stands before the soft plane; the closed form beside it.
    Budget: each route's own bar, below ten times the tolerance of 1e-3. (At a point 1.4 behind the delta the current is 4 % off.)
    """
    problem = Problem(DeltaBarrier(1.0), GaussianPacket(center=-22.0, width=5.0, momentum=1.4))
    report = certify(problem, 1e-3)
    told = verify(problem, report)
    exact = next(iter(report.headline.theory.values()))
    own, flux, region = told.routes
    assert own.name.startswith("as reported: chebyshev") and "between absorbers" in own.name
    assert flux.name.startswith("current through a soft plane: ") and "absorbers" not in flux.name
    assert region.name.startswith("regions: ") and told.agree and not told.missing
    assert flux.value != region.value != own.value == report.headline.value
    for route in told.routes:
        assert covers(route, exact) and route.error < 1e-2, route


G6T4, SRKN11B = SCHEMES["g6t4"], SCHEMES["srkn11b"]
SERIES = Chebyshev(-1.0, 60.0, 40)
ECKART, SHARP = EckartBarrier(1.0, 1.0), RectangularBarrier(1.0, 1.5)
SHAKEN = Driven(QuarticDoubleWell(4.0, 1.5), force=0.1, frequency=0.3)


@pytest.mark.parametrize(
    ("potential", "first", "absorbing", "other"),
    [
        (ECKART, G6T4, False, "spectral"),
        (ECKART, G6T4, True, "chebyshev"),
        (ECKART, Spectral(), False, "g6t4"),
        (ECKART, SERIES, True, "g6t4"),
        (SHARP, SERIES, False, "spectral"),
        (SHARP, SERIES, True, "srkn11b"),
        (SHARP, Spectral(), False, "chebyshev"),
        (SHAKEN, G6T4, False, "srkn11b"),
        (SHAKEN, SRKN11B, False, "g6t4"),
    ],
)
def test_the_second_route_shares_nothing_with_the_first(
    potential: AbstractPotential, first: Any, absorbing: bool, other: str
) -> None:
    """Formula: another family of methods, a finer spacing, a larger box, and a thicker and weaker absorber at its ends. Budget: none."""
    layer = Absorber(6.0, 0.5) if absorbing else None
    numerics = Numerics(Grid.line(-30.0, 30.0, 240), 0.1, 10, 10, first, layer)
    chosen = other_numerics(Problem(potential, GaussianPacket(-12.0, 2.0, momentum=1.4)), numerics)
    grid = chosen["grid"]
    assert chosen["scheme"] == other
    assert float(grid.spacing[0]) < 0.9 * 0.25 and float(grid.lower[0]) < -32 and float(grid.upper[0]) > 32
    assert edges_fit(grid, potential)
    if absorbing:
        assert chosen["absorber"].width > 7 and chosen["absorber"].energy < 0.5
    else:
        assert chosen["absorber"] is None


def test_a_splitting_of_a_billionth_to_six_digits() -> None:
    """Set-up: the deep wells, asked for 1e-6; the record of 3 is a quarter of a billionth of the period.

    Formula: gap from oscillator functions in 30 digits. Budget: bar 2e-7 of the gap, from the amplitude of 2e-15 that rounding may carry over.
    Second routes: phases of g6t4 are rounded, 5e-17 a pair, and what that leaves between its grids and its steps is 1.2e-5 of the gap, too much
    to say anything; the Wronskian identity 2e-9.
    """
    report = certify(DEEP, 1e-6, find=Splitting())
    told = verify(DEEP, report, find=Splitting())
    own, identity = told.routes
    assert told.agree and len(told.missing) == 1 and "g6t4" in told.missing[0]
    assert own.error < 1e-6 * DEEP_GAP and covers(own, DEEP_GAP)
    assert "chebyshev" in own.name and "Wronskian" in identity.name
    assert identity.error < 1e-8 * DEEP_GAP and covers(identity, DEEP_GAP)
    period = report.quantities["tunneling_period"]
    assert abs(period.value - 2 * math.pi / DEEP_GAP) <= period.error < 1e-6 * period.value


def test_a_diagonalization_knows_that_it_does_not_know_a_narrow_doublet() -> None:
    """Set-up: the same wells by the eigenstates of the grid, whose rounding looks like a gap.

    Formula: eps times the span of H, 1e-4 to 1e-3 of this gap. Budget: its bar, which must cover the truth (it is 1e-6 to 2e-5 off).
    """
    rate = _Rate()
    problem = dataclasses.replace(DEEP, duration=3.0, measure=rate.observables(DEEP))
    result = propagate(problem, Numerics(Grid.line(-4.5, 4.5, 84), 0.125, 24, 24, Spectral(), save_psi=False))
    gap = rate.readings(result)["gap"]
    error = gap.own_error["fit"]
    assert abs(gap.value - DEEP_GAP) <= error
    assert 1e-5 * DEEP_GAP < error < 1e-2 * DEEP_GAP


SQUARE = Problem(SquareDoubleWell(depth=2.0, well_width=2.0, separation=1.0), LeftLocalized())


def test_a_wrong_number_is_found_out() -> None:
    """Set-up: the lowest level of two square wells, by diagonalization and by shooting; then the same report with a number 20 bars off.

    Formula: routes agree where |a - b| <= bar_a + bar_b. Budget: the true number within 1 sum of bars; the wrong one at about 20.
    """
    report = certify(SQUARE, 1e-3, find=Levels(1))
    told = verify(SQUARE, report, find=Levels(1))
    assert told.agree and told.independent and told.distance_in_bars < 1
    assert "shooting" in told.routes[1].name
    head = report.headline
    bars = told.routes[0].error + told.routes[1].error
    wrong = dataclasses.replace(head, value=head.value + 20 * bars)
    found = verify(SQUARE, dataclasses.replace(report, quantities={head.name: wrong}), find=Levels(1))
    assert not found.agree and 15 < found.distance_in_bars < 25
    assert "DISAGREE" in str(found)


def test_levels_of_two_dimensions_by_imaginary_time() -> None:
    """Set-up: H = p^2/2 + x^2/2 + y^2, its ground state from a Gaussian beside it. Formula: 1/2 + 1/sqrt 2. Budget: the route's bar, 1e-9."""
    problem = Problem(Separable((Harmonic(1.0), Harmonic(math.sqrt(2.0)))), Eigenstate(0))
    line = Grid.line(-6.5, 6.5, 32)
    report = certify(problem, 1e-6, find=Levels(2), grid=Grid.product(line, line))
    route = verify(problem, report, find=Levels(2)).routes[1]
    assert "imaginary time" in route.name
    assert covers(route, 0.5 + math.sqrt(0.5)) and route.error < 1e-9


def test_half_lives_and_peaks_by_coulomb_functions() -> None:
    """Set-up: the shipped nuclei and the Sun's protons. Formula: matching with Coulomb functions. Budget: both bars, each below 1e-4 of the number."""
    for name in ("alpha_decay", "fusion_gamow_peak"):
        scenario = load_scenario(name)
        case = (scenario.cases or (scenario,))[0]
        told = verify(case.problem, certify(case.problem, case.tolerance, find=case.find), find=case.find)
        assert told.agree and "Coulomb" in told.routes[1].name
        assert all(0 < route.error < 1e-4 * route.value for route in told.routes), told


@dataclasses.dataclass(frozen=True)
class Unheard(AbstractQuestion):
    """A question that propagates nothing and that no theory knows."""

    def measuring(self, problem: Problem, tolerance: float, **fixed: Any) -> Measurement[Report]:
        yield from ()
        number = Quantity("gap", 1.0, 0.1, ENERGY)
        return Report(None, tolerance, {"gap": number}, {}, (), 0, 0, 0.0)

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> None:
        return None

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        return {}


def test_a_question_without_a_second_route_says_so() -> None:
    told = verify(DEEP, certify(DEEP, find=Unheard()), find=Unheard())
    assert len(told.routes) == 1 and math.isnan(told.distance_in_bars) and told.agree
    assert told.missing == (
        "there is no second route to gap of Unheard: nothing is propagated, and no theory knows it.",
    )


def test_a_report_without_bars_is_refused() -> None:
    report = certify(SQUARE, 1e-3, find=Levels(1))
    head = dataclasses.replace(report.headline, error=math.inf)
    with pytest.raises(WavesimError, match="must have an error bar for level_0"):
        verify(SQUARE, dataclasses.replace(report, quantities={head.name: head}), find=Levels(1))


LEVEL = """
format = 1
title = "Level"
question = "Do two routes say the same?"
units = "natural"
[potential]
kind = "harmonic"
frequency = 1.0
[state]
kind = "eigenstate"
level = 0
[find]
kind = "levels"
count = 1
[accuracy]
tolerance = 1e-4
"""


@pytest.mark.parametrize("vary", ["", '[vary]\n"potential.frequency" = [1.0, 2.0]\n'], ids=["one", "cases"])
def test_the_command_prints_both_routes_and_writes_them(vary: str, tmp_path: Path) -> None:
    """Set-up: the lowest level of an oscillator. Formula: 1/2. Budget: the bars, in words and in report.json."""
    out = tmp_path / "out"
    done = wavesim("run", written(tmp_path, LEVEL + vary), "--verify", "--no-movie", "--quiet", "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "verified   level 0 by 2 routes, which agree" in done.stdout and "shooting between walls" in done.stdout
    content = json.loads((out / "report.json").read_text())
    first = (content["cases"][0] if vary else content)["verification"]
    assert (first["quantity"], first["unit"], first["agree"], first["missing"]) == ("level_0", "natural", True, [])
    assert all(abs(route["value"] - 0.5) <= route["error"] for route in first["routes"]) and len(first["routes"]) == 2


def test_routes_that_disagree_end_with_exit_code_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: two routes at 0.5 and 0.7 with bars of 0.01. Formula: 0.2/0.02 = 10 times the sum of their bars."""

    def torn(problem: Problem, report: Report, **settings: Any) -> Verification:
        return Verification("level_0", ENERGY, (Route("one way", 0.5, 0.01), Route("another", 0.7, 0.01)))

    monkeypatch.setattr("wavesim.analysis.verify", torn)
    done = wavesim("run", written(tmp_path, LEVEL), "--verify", "--no-movie", "--quiet", "--out", tmp_path / "out")
    assert done.exit_code == 1 and "DISAGREE" in done.stdout
    assert "10 times the sum of their bars apart: one way, and another" in done.stderr
    content = json.loads((tmp_path / "out" / "report.json").read_text())
    assert content["verification"]["agree"] is False and "level_0 is not the same" in content["warnings"][0]
