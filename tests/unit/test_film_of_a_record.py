"""`wavesim animate` gives the film that `wavesim run` gave: the report saved with the record knows its numbers and theory."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from wavesim import certify
from wavesim.cli.verbs._browse import reported
from wavesim.reports import as_json, dumps, judge
from wavesim.scenario import load_scenario
from wavesim.viz import animate


@pytest.mark.parametrize("name", ["gaussian_barrier", "quartic_double_well"])
def test_the_film_of_a_record_is_that_of_its_run(name: str) -> None:
    """The same curves to what `certify` corrects them by, 1e-3 at worst, and theory's values to rounding of the report's JSON."""
    scenario = load_scenario(name)
    report = certify(scenario.problem, 1e-3, find=scenario.find)
    text = dumps(as_json(report, scenario, judge(report, ())))
    facts = {"report": text, "scenario": scenario.content, "scenario_name": scenario.name}
    assert report.result is not None
    again = animate(reported(report.result, facts, scenario.units), units=scenario.units).scene.lines
    first = animate(report, units=scenario.units).scene.lines
    assert [line.name for line in again] == [line.name for line in first]
    for one, other in zip(first, again, strict=True):
        np.testing.assert_allclose(other.values, one.values, atol=1e-3)
        assert one.kind == other.kind and one.color == other.color
        assert (one.final is None) == (other.final is None)
        if one.final is not None:
            assert other.final == pytest.approx(one.final, rel=1e-9)
        if one.theory is not None and other.theory is not None:
            np.testing.assert_allclose(other.theory, one.theory, atol=1e-9)


def test_a_record_without_a_report_is_shown_alone() -> None:
    scenario = load_scenario("gaussian_barrier")
    result = certify(scenario.problem, 1e-2).result
    assert result is not None
    for facts in (
        {},
        {"report": "{}"},
        {"report": json.dumps({"quantities": {"other": {}}}), "scenario": "{}", "scenario_name": "x"},
    ):
        assert reported(result, facts, scenario.units) is result
    assert dataclasses.is_dataclass(result)
