"""What a misspelt word of a file is told: the word that was meant before the long list of those that exist, and where a key belongs."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

import wavesim as ws
from tests.scenario_files import content, wavesim, written
from wavesim import Problem, certify, potentials, states
from wavesim._text import choice, nearest
from wavesim.errors import ArgumentError, ScenarioError
from wavesim.scenario import find_scenario, find_sweep, read_scenario, shipped, shipped_sweeps, toml
from wavesim.scenario.schema._theories import THEORIES


def told(**tables: Any) -> str:
    """What is said of the small scenario with these tables."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario("small", {**content(), **tables})
    return str(caught.value)


def test_the_suggestion_comes_before_a_long_list() -> None:
    words = told(potential={"kind": "gausian_barrier", "height": 1.0, "width": 1.0})
    assert words.startswith(
        "potential.kind must be one of 30 words, but is 'gausian_barrier'; did you mean 'gaussian_barrier'? They are free, step,"
    )
    assert told(run={"scheme": "strnag"}).startswith(
        "run.scheme must be one of 8 words, but is 'strnag'; did you mean 'strang'? They are strang,"
    )
    # a short list needs no such care, and where nothing is near there is nothing to suggest
    assert choice("rigth", ("right", "left")) == "must be one of right, left, but is 'rigth'; did you mean 'right'?"
    assert choice("up", ("right", "left")) == "must be one of right, left, but is 'up'; choose one of them."


def test_a_misspelt_key_is_not_missing_as_well() -> None:
    words = told(potential={"kind": "gaussian_barrier", "hight": 1.0, "zzz": 1.0}).splitlines()
    # what no other key means is missing all the same
    assert [line.partition(";")[0] for line in words] == [
        "potential.width must be given, but is missing",
        "unknown key `hight` in [potential]",
        "unknown key `zzz` in [potential]. The keys here are kind, height, width, center.",
    ]
    data = {"titel": "x", **{key: value for key, value in content().items() if key != "title"}}
    with pytest.raises(ScenarioError, match=r"^unknown key `titel` of a scenario; did you mean 'title'\? [^\n]*$"):
        read_scenario("small", data)


@pytest.mark.parametrize(
    ("tables", "hint"),
    [
        ({"run": {"duration": 3.0}}, "unknown key `duration` in [run]; did you mean 'duration', which stands above all tables? The keys here are dt,"),
        ({"run": {"durtion": 3.0}}, "unknown key `durtion` in [run]; did you mean 'duration', which stands above all tables?"),
        ({"run": {"tolerance": 1e-3}}, "unknown key `tolerance` in [run]; did you mean 'accuracy.tolerance'?"),
        ({"accuracy": {"frames": 3}}, "unknown key `frames` in [accuracy]; did you mean 'run.frames'?"),
        ({"run": {"zzz": 3}}, "unknown key `zzz` in [run]. The keys here are dt, frames, scheme, precision."),
        # a kind of observable is called so too
        ({"energy": 1.0}, "unknown key `energy` of a scenario. The keys here are format, title,"),
    ],
)  # fmt: skip
def test_a_key_in_the_wrong_table_is_told_where_it_belongs(tables: dict[str, Any], hint: str) -> None:
    assert told(**tables).startswith(hint)


def test_a_misspelt_theory_is_told_before_anything_is_run(tmp_path: Path) -> None:
    words = "must be the name of a theory, but 'scatering' is none; did you mean 'scattering'?"
    assert (
        told(expect={"transmitted_probability": {"theory": "scatering"}})
        == f"expect.transmitted_probability.theory {words}"
    )
    written(tmp_path)
    sweep = tmp_path / "sweep.toml"
    sweep.write_text(
        'format = 1\ntitle = "s"\nscenario = "small.toml"\ntheories = ["scatering"]\n[axes]\n"potential.height" = [1.0]\n'
    )
    assert f"theories {words}" in wavesim("check", sweep).stderr
    # what is like none of them is told what there is; ratios of two are theories of a study
    for name in ("magic", "", "levels_over_magic", "levels_over_wkb_over_levels"):
        words = told(expect={"gap": {"theory": name}})
        assert words.startswith("expect.gap.theory must be one of barrier, bessel, channels,")
        assert words.endswith(f", but is {name!r}; correct it.")
    name = "levels_over_wkb"
    assert read_scenario("small", {**content(), "expect": {"gap": {"theory": name}}}).expect[0].theory == name


def test_every_name_of_a_theory_is_one_that_the_package_gives() -> None:
    """The list cannot go stale: each name stands in the code that predicts; what scenarios are given is compared in tests/examples/test_scenario_numbers.py."""
    said: set[str] = set()
    strangers: set[str] = set()
    for file in sorted((Path(ws.__file__).parent / "analysis").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
            # theories of levels stand in a class of their own
            if isinstance(node, ast.Dict) and any("LevelTheory(" in ast.unparse(value) for value in node.values):
                strangers |= {ast.literal_eval(key) for key in node.keys if isinstance(key, ast.Constant)} - set(
                    THEORIES
                )
    assert not strangers
    assert set(THEORIES) <= said


@pytest.mark.parametrize("name", sorted({*shipped(), *shipped_sweeps()}))
def test_every_theory_that_a_shipped_file_names_is_known(name: str) -> None:
    data = toml((find_scenario if name in shipped() else find_sweep)(name)[1], name)
    for theory in (*(row.get("theory") for row in data.get("expect", {}).values()), *data.get("theories", ())):
        assert theory is None or theory in THEORIES or "_over_" in theory


def test_a_scenario_is_no_sweep(tmp_path: Path) -> None:
    done = wavesim("sweep", written(tmp_path), "--out", tmp_path / "out")
    assert done.exit_code == 2 and not (tmp_path / "out").exists()
    assert done.stderr.strip().count("\n") == 0
    assert (
        "small must be a sweep, but is a scenario: `wavesim run` runs it; to sweep it, write a file with scenario = "
        in done.stderr
    )
    shipped = wavesim("sweep", "rectangular_barrier", "--out", tmp_path / "out")
    assert (
        shipped.exit_code == 2
        and 'to sweep it, write a file with scenario = "rectangular_barrier" and [axes]' in shipped.stderr
    )
    # the cure works
    (tmp_path / "sweep.toml").write_text(
        'format = 1\ntitle = "s"\nscenario = "small.toml"\n[axes]\n"potential.height" = [0.5, 1.0]\n'
    )
    assert wavesim("check", tmp_path / "sweep.toml").exit_code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"numerics": 1}, "it plans them itself; give grid="),
        ({"numerics": 1}, "in a problem with duration = N dt for exactly N steps"),
        ({"method": "strang"}, "give scheme=."),
        ({"points": 100}, "give grid=Grid.line"),
        ({"duration": 3.0}, "it is a field of the problem"),
        ({"grid": 3}, "must be a Grid, but is 3"),
    ],
)
def test_what_is_said_elsewhere_is_told_where(given: dict[str, object], words: str) -> None:
    problem = Problem(potentials.RectangularBarrier(1.0, 1.0), states.GaussianPacket(-10.0, 2.0, momentum=1.0))
    with pytest.raises(ArgumentError, match=re.escape(words)):
        certify(problem, 1e-2, **given)  # type: ignore[arg-type]


LINE = Problem(potentials.RectangularBarrier(1.0, 1.5), states.GaussianPacket(-20.0, 3.0, 1.2))


@pytest.mark.parametrize(
    ("function", "arguments", "given", "cure"),
    [
        (ws.propagate, (LINE,), "method", "give scheme=."),
        (ws.propagate, (LINE,), "tol", "did you mean tolerance=?"),
        (ws.plan, (LINE,), "points", "give grid=Grid.line("),
        (ws.plan, (LINE,), "duration", "it is a field of the problem"),
        (ws.evolve, (LINE, None), "keep", "did you mean kept=?"),
        (ws.evolve_many, ([LINE], []), "thread", "did you mean threads=?"),
        (ws.relax, (LINE, None), "dt", "did you mean dtau=?"),
        (ws.sweep, (LINE,), "axis", "did you mean axes=?"),
        (ws.design, (LINE,), "varry", "did you mean vary=?"),
        (ws.gradient, (LINE,), "question", "give find=."),
        (ws.sensitivities, (LINE,), "path", "did you mean paths=?"),
        (ws.verify, (LINE, None), "zzz", "choose from problem, report, find, progress."),
        (ws.animate, (None,), "style", "give look=Look(style=...)."),
        (ws.save, (None, "x.nc"), "unit", "did you mean units=?"),
        (ws.load, ("x.nc",), "prob", "did you mean problem=?"),
        (ws.load_scenario, ("step",), "sets", "did you mean set=?"),
    ],
)
def test_a_misspelt_keyword_is_told_the_one_that_is_meant(function: Any, arguments: Any, given: str, cure: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(f"`{given}` is no keyword of {function.__name__}; {cure}")):
        function(*arguments, **{given: 1.0})


def test_a_name_that_is_begun_is_meant_before_one_that_resembles_it() -> None:
    assert nearest("rect", ["free_packet", "rectangular_barrier", "wreck"]) == ["rectangular_barrier"]
    assert nearest("barier", ["barrel", "barrier"]) == ["barrier"]
    assert nearest("", ["barrier"]) == [] == nearest("zzz", ["barrier"])
    with pytest.raises(ScenarioError, match=r"called 'rect'; did you mean rectangular_barrier\b"):
        find_scenario("rect")


def test_a_word_that_resembles_none_is_told_to_choose() -> None:
    with pytest.raises(ArgumentError, match="must be one of paper, talk, print, but is 'dark'; choose one of them."):
        ws.viz.Look(style="dark")
