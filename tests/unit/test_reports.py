"""Words, JSON and verdicts, from a report made by hand."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np
import pytest

from tests.pictures.viz_runs import drifting
from tests.scenario_files import content
from wavesim._typing import DIMENSIONLESS, ENERGY, TIME
from wavesim.analysis import Curve, Quantity, Report
from wavesim.reports import as_json, dumps, judge, report_text, shown
from wavesim.scenario import read_scenario
from wavesim.units import UnitSystem, fs, meV

TIMES = np.arange(5.0)


def report(error: float = 1e-3) -> Report:
    """A transmitted probability of 0.5 with a curve that misses theory by 0.02 half way, a period of 2 fs, a gap of 5 meV."""
    quantities = [
        Quantity(
            "transmitted_probability", 0.5, error, DIMENSIONLESS, {"grid": error}, {"scattering": 0.5004, "wkb": 0.6}
        ),
        Quantity("tunneling_period", 2 * fs, 0.001 * fs, TIME, {"fit": 0.001 * fs}, {"levels": 2.01 * fs}),
        Quantity("gap", 5 * meV, 0.1 * meV, ENERGY),
    ]
    values = np.array([0, 0.1, 0.3, 0.4, 0.5])
    curve = Curve(
        "transmitted_probability", TIMES, values, DIMENSIONLESS, {"scattering": values + [0, 0, 0.02, 0, 0]}, 1e-4
    )
    return Report(drifting(), 1e-3, {q.name: q for q in quantities}, {curve.name: curve}, ("careful.",), 3, 300, 1.0)


def scenario(**expect: Any) -> Any:
    """The small scenario with these expectations."""
    return read_scenario("small", {**content(), "expect": expect})


def test_what_has_no_error_has_no_bar() -> None:
    """As the time from which a fit is made, which is chosen."""
    given = report()
    begin = Quantity("fit_begin", 12.759805 * fs, 0.0, TIME)
    told = report_text(dataclasses.replace(given, quantities=given.quantities | {"fit_begin": begin}), UnitSystem(), [])
    (line,) = (line for line in told.splitlines() if line.startswith("fit begin"))
    assert line.split("|")[1].strip() == "12.759805 fs"
    assert str(begin) == f"fit_begin = {begin.value:.8g}"


def test_an_interrupted_run_says_that_it_has_no_bars() -> None:
    """A curve with bars that nobody knows: theory lies inside of every one of them, which says nothing."""
    given, points = report(math.inf), np.linspace(-1.0, 1.0, 5)
    values, bars = points**2, np.full(5, math.inf)
    pattern = Curve("pattern", points, values, DIMENSIONLESS, {"channels": values + 1e-3}, bars, ("energy", ENERGY))
    told = report_text(dataclasses.replace(given, curves={"pattern": pattern}), UnitSystem(), [])
    (curve,) = (line for line in told.splitlines() if line.startswith("curve"))
    assert curve.endswith("; no error bars, for the run was interrupted; 1.0e-03 at most from channels")
    assert "error bar  of transmitted probability: none, for the run was interrupted\n" in told
    known = dataclasses.replace(given.headline, budget={"grid": 2e-4, "time_step": math.inf})
    told = report_text(dataclasses.replace(given, quantities={known.name: known}), UnitSystem(), [])
    assert "none, for the run was interrupted; of its parts are known: grid 2.0e-04\n" in told
    assert "inf" not in told


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.18556388, 7.1e-6, "0.1855639"),
        (1.35916e-6, 4.7e-10, "1.35916e-06"),
        (8287.1104632, 4.2e-6, "8287.1104632"),
        (123.4, 20.0, "123"),
        (0.0, 1e-3, "0.0000"),
        (0.123456789123, math.inf, "0.12345679"),
        (math.nan, 1.0, "nan"),
        (2.0e9, 1e3, "2.0000000e+09"),
        (-0.02, 2.1, "0.0"),
        (-0.06, 2.1, "-0.1"),
    ],
)
def test_digits_follow_the_error_bar(value: float, error: float, text: str) -> None:
    assert shown(value, error) == text


@pytest.mark.parametrize(
    ("row", "met", "distance", "allowed"),
    [
        # the curve counts where theory has one: half way it misses by 0.02
        ({"theory": "scattering"}, False, 0.02, 1e-3),
        ({"theory": "scattering", "within": 0.03}, True, 0.02, 0.03),
        ({"theory": "wkb", "within": 0.03}, False, 0.1, 0.03),
        ({"theory": "wkb", "relative": 0.2}, True, 0.1, 0.12),
        ({"value": 0.5005}, True, 0.0005, 1e-3),
        ({"value": 0.5005, "within": 1e-4}, False, 0.0005, 1e-4),
        ({"below": 0.6}, True, 0.5, 0.6),
        ({"below": 0.4}, False, 0.5, 0.4),
    ],
)
def test_verdicts(row: dict, met: bool, distance: float, allowed: float) -> None:
    (outcome,) = judge(report(), scenario(transmitted_probability=row).expect)
    assert outcome.met is met
    assert (outcome.distance, outcome.allowed) == pytest.approx((distance, allowed))


def test_what_is_not_measured_or_was_interrupted_is_missed() -> None:
    (absent,) = judge(report(), scenario(contrast={"below": 1}).expect)
    assert absent.missed and absent.reason
    for row in ({"below": 1}, {"theory": "floquet"}):
        (interrupted,) = judge(report(math.inf), scenario(transmitted_probability=row).expect)
        assert interrupted.missed and "interrupted" in interrupted.reason


def test_a_theory_that_does_not_apply_is_not_compared() -> None:
    rows = scenario(transmitted_probability={"theory": "floquet", "within": 1e-4})
    (outcome,) = judge(report(), rows.expect)
    assert not outcome.met and not outcome.missed
    text = report_text(report(), UnitSystem(), [outcome])
    assert text.endswith(
        "expected   not compared  transmitted probability: floquet does not apply to this run, which has only scattering and wkb for it"
    )
    assert as_json(report(), rows, [outcome])["expect"][0]["met"] is None
    # one that is there, and differs, is missed
    assert judge(report(), scenario(transmitted_probability={"theory": "wkb", "within": 0.03}).expect)[0].missed


def test_the_table_is_in_the_units_of_the_scenario() -> None:
    expect = scenario(gap={"value": 5 * meV, "within": meV}, transmitted_probability={"below": 0.4})
    units = UnitSystem(energy="meV")
    text = report_text(report(), units, judge(report(), expect.expect))
    rows = {
        line.split(" | ")[0].strip(): [cell.strip() for cell in line.split(" | ")[1:]]
        for line in text.splitlines()
        if " | " in line
    }
    assert rows["tunneling period"] == ["2.0000 +- 1.0e-03 fs", "2.0100 (levels)", "-1.0e-02", "approximation"]
    assert rows["gap"] == ["5.00 +- 1.0e-01 meV", "-", "-"]
    assert rows["transmitted probability"][-1] == "agrees"
    assert "met      gap within 1.00e+00 meV of 5 meV: differs by 0.00e+00 meV" in text
    assert "NOT MET  transmitted probability below 4.00e-01: it is 5.00e-01" in text


def test_json_is_strict_and_in_the_units_of_the_scenario() -> None:
    text = dumps(as_json(report(math.inf), scenario(), []))

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    content = json.loads(text, parse_constant=refuse)
    assert content["status"] == "interrupted"
    assert content["quantities"]["transmitted_probability"]["error"] is None
    assert content["quantities"]["gap"]["theory"] == {} and content["quantities"]["gap"]["agrees"] is None
    assert content["curves"]["transmitted_probability"]["largest_difference"] == {"scattering": pytest.approx(0.02)}
    assert content["warnings"] == ["careful."]
