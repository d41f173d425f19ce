"""Expectations to an order of magnitude: `factor`."""

from __future__ import annotations

import math

import pytest

from tests.scenario_files import content
from wavesim._typing import TIME
from wavesim.analysis import Quantity
from wavesim.errors import ScenarioError
from wavesim.reports import Outcome
from wavesim.reports._expect import judge_quantity
from wavesim.reports._json import expected_json
from wavesim.reports._words import expected_text
from wavesim.scenario import Expectation, read_scenario
from wavesim.units import UnitSystem, s, us

HALF_LIFE = Quantity("half_life", 3.0 * us, 1e-3 * us, TIME, theory={"experiment": 20.0 * us})
UNITS = UnitSystem(time="us")


def outcome(factor: float, value: float | None = None) -> Outcome:
    theory = "experiment" if value is None else None
    return judge_quantity(HALF_LIFE, Expectation("half_life", theory=theory, value=value, factor=factor))


def test_a_factor_allows_as_much_above_as_below() -> None:
    assert outcome(7.0).met
    assert not outcome(6.0).met
    assert outcome(7.0, 0.5 * us).met
    assert not outcome(5.9, 0.5 * us).met
    assert outcome(7.0).distance == pytest.approx(20 / 3)
    assert outcome(7.0).allowed == 7.0


def test_nothing_is_a_factor_away_from_the_other_sign_or_from_nothing() -> None:
    assert not outcome(1e9, -3.0 * us).met
    assert math.isinf(outcome(1e9, 0.0).distance)


def test_a_factor_has_no_unit() -> None:
    told = expected_json(outcome(7.0), UNITS)
    assert told["as"] == "factor"
    assert told["allowed"] == 7.0
    assert told["distance"] == pytest.approx(20 / 3)
    assert expected_text(outcome(7.0), UNITS).endswith(
        "within a factor of 7 of theory (experiment): the factor is 6.67"
    )
    assert expected_json(outcome(7.0, 1.0 * s), UNITS)["value"] == pytest.approx(1e6)


def test_in_a_file() -> None:
    data = content() | {"expect": {"norm": {"value": 1.0, "factor": 2.0}}}
    (expected,) = read_scenario("x", data).expect
    assert (expected.value, expected.factor) == (1.0, 2.0)
    for row, words in [
        ({"value": 1.0, "factor": 1.0}, "must be above 1"),
        ({"value": 1.0, "factor": 2.0, "within": 0.1}, "within and factor together"),
    ]:
        with pytest.raises(ScenarioError, match=words):
            read_scenario("x", content() | {"expect": {"norm": row}})
