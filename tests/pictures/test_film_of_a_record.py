"""`wavesim animate` gives the film that `wavesim run` gave: numbers, curves and theory are saved with the record."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wavesim import certify, io
from wavesim.analysis import Report
from wavesim.cli._film import reported
from wavesim.reports import as_json, dumps, judge
from wavesim.scenario import load_scenario
from wavesim.viz import Look, animate


@pytest.mark.parametrize("name", ["gaussian_barrier", "quartic_double_well", "two_particles"])
def test_the_film_of_a_record_is_that_of_its_run(name: str, tmp_path: Path) -> None:
    """Every picture is the same to the last byte: the file keeps psi along a line exactly, and the curves as `certify` corrected them."""
    scenario = load_scenario(name)
    report = certify(scenario.problem, 1e-3, find=scenario.find)
    text = dumps(as_json(report, scenario, judge(report, ())))
    file = io.save(report, tmp_path / "result.nc", units=scenario.units, provenance={"report": text})
    result, facts, lines = io.load_with_curves(file)
    again = reported(result, facts, lines, scenario.units)
    assert isinstance(again, Report)
    look = Look(duration=0.7)
    films = [animate(one, units=scenario.units, title="t", look=look, width=320, height=192) for one in (report, again)]
    assert [line.name for line in films[0].scene.lines] == [line.name for line in films[1].scene.lines]
    pairs = list(zip(*(film.frames() for film in films), strict=True))
    assert all(np.array_equal(one, other) for one, other in pairs) and len(pairs) > 12


def test_a_record_without_a_report_is_shown_alone() -> None:
    scenario = load_scenario("gaussian_barrier")
    result = certify(scenario.problem, 1e-2).result
    assert result is not None
    for facts in ({}, {"report": "{}"}, {"report": json.dumps({"quantities": {"other": {}}, "curves": {}})}):
        assert reported(result, facts, {}, scenario.units) is result
