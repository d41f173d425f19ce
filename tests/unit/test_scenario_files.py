"""Finding scenarios and changing them by path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scenario_files import content, written
from wavesim.errors import ScenarioError
from wavesim.scenario import assign, find_scenario, load_scenario, shipped


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("3", 3),
        ("0.5 eV", "0.5 eV"),
        ('"0.5 eV"', "0.5 eV"),
        ("[1, 2]", [1, 2]),
        ("{ a = 1 }", {"a": 1}),
        ("left", "left"),
        ("", ""),
    ],
)
def test_a_value_is_toml_or_else_text(text: str, value: Any) -> None:
    assert assign({}, [f"a.b={text}"]) == {"a": {"b": value}}


def test_lists_and_order() -> None:
    data = {"terms": [{"x": 1}, {"x": 2}]}
    assert assign(data, ["terms.1.x=3", "terms.1.x=4", "terms.0={}"]) == {"terms": [{}, {"x": 4}]}
    assert data == {"terms": [{"x": 1}, {"x": 2}]}


@pytest.mark.parametrize("bad", ["a", "=1", "a..b=1", "terms.2=1", "terms.x.y=1", "name.x=1", "name.x.y=1"])
def test_paths_that_lead_nowhere(bad: str) -> None:
    with pytest.raises(ScenarioError, match=r"must|path"):
        assign({"terms": [1, 2], "name": "n"}, [bad])


def test_set_reaches_keys_that_the_file_leaves_out(tmp_path: Path) -> None:
    changed = load_scenario(written(tmp_path), set=["potential.center=2", "run.scheme=strang", "duration=7"])
    assert (
        changed.problem.replace("potential.center", 0.0).potential == load_scenario(written(tmp_path)).problem.potential
    )
    assert (changed.fixed["scheme"], changed.problem.duration) == ("strang", 7.0)


def test_names_and_paths(tmp_path: Path) -> None:
    assert find_scenario(written(tmp_path))[0] == "small"
    assert "rectangular_barrier" in shipped() and find_scenario("rectangular_barrier")[0] == "rectangular_barrier"
    with pytest.raises(ScenarioError, match="did you mean rectangular_barrier"):
        find_scenario("rectangle_barrier")
    with pytest.raises(ScenarioError, match="the shipped ones are .*oxide_tunneling"):
        find_scenario("zzz")
    with pytest.raises(ScenarioError, match="Is a directory"):
        find_scenario(f"{tmp_path}/")


def test_the_small_scenario_of_the_tests_is_one() -> None:
    assert content()["format"] == 1
