"""Sweep files: what they may hold, what is refused and how it is told, and what makes two sweeps the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

import wavesim as ws
from tests.scenario_files import SMALL, content
from wavesim.analysis import Decay, Transmission
from wavesim.errors import ArgumentError, ScenarioError, WavesimError
from wavesim.scenario import read_scenario
from wavesim.sweeps import Sweep

HEAD = """
format = 1
title = "Small sweep"
scenario = "small.toml"
"""
AXES = (
    HEAD
    + """
measure = ["transmitted_probability"]
[axes]
"potential.height" = { from = 0.5, to = 1.5, count = 3 }
"state.momentum" = [1.5, 2.0]
"""
)


def read(folder: Path, text: str = AXES, **further: object) -> Sweep:
    """The sweep of that text, beside the small scenario."""
    (folder / "small.toml").write_text(SMALL)
    path = folder / "sweep.toml"
    path.write_text(text)
    return Sweep.read(path, **further)  # type: ignore[arg-type]


def refused(folder: Path, text: str) -> list[str]:
    """The lines in which a file is refused."""
    with pytest.raises(ScenarioError) as caught:
        read(folder, text)
    return str(caught.value).splitlines()


def test_a_file_becomes_axes_in_its_order(tmp_path: Path) -> None:
    sweep = read(tmp_path)
    assert (sweep.title, sweep.scenario, sweep.measure) == ("Small sweep", "small", ("transmitted_probability",))
    assert [axis.name for axis in sweep.axes] == ["height", "momentum"] and sweep.layout.shape == (3, 2)
    # a height is an energy; in natural units it has no other name
    assert [axis.unit(axis.paths[0]) for axis in sweep.axes] == ["natural", "natural"] and sweep.units.natural
    assert [sweep.request(row).problem.potential.height for row in (0, 2, 5)] == [0.5, 1.0, 1.5]  # type: ignore[attr-defined]
    assert [sweep.request(row).problem.state.momentum for row in (0, 1)] == [1.5, 2.0]  # type: ignore[attr-defined]


def test_text_tells_another_process_everything(tmp_path: Path) -> None:
    tied = AXES.replace("[axes]", 'zip = [["state.momentum", "state.width"]]\n[axes]\n"state.width" = [2.0, 3.0]')
    sample = '[sample]\ncount = 3\n[sample.bounds]\n"state.center" = { low = -14.0, high = -12.0 }\n'
    sweep = read(tmp_path, tied + sample)
    again = Sweep.from_text(sweep.text())
    assert again == sweep and again.hash == sweep.hash
    assert [axis.name for axis in again.axes] == ["momentum", "height", "sample"]
    assert again.request(17) == sweep.request(17)


def test_what_makes_a_sweep_the_same(tmp_path: Path) -> None:
    sweep = read(tmp_path)
    same = AXES.replace("Small sweep", "Another title").replace("format", "# a comment\nformat")
    assert read(tmp_path, same).hash == sweep.hash
    # its own name for the same three values
    assert read(tmp_path, AXES.replace("{ from = 0.5, to = 1.5, count = 3 }", "[0.5, 1.0, 1.5]")).hash == sweep.hash
    swapped = AXES.replace('"state.momentum" = [1.5, 2.0]\n', "").replace(
        "[axes]", '[axes]\n"state.momentum" = [1.5, 2.0]'
    )
    others = [
        AXES.replace("1.5, 2.0", "1.5, 2.5"),
        AXES.replace("count = 3", "count = 4"),
        swapped,
        AXES + '[set]\n"state.width" = 3.0',
    ]
    assert len({sweep.hash, *(read(tmp_path, other).hash for other in others)}) == 5


def test_fixed_values_come_from_the_file_and_the_caller(tmp_path: Path) -> None:
    fixed = AXES + '[set]\n"state.width" = 3.0\n"run.frames" = 16\n"accuracy.tolerance" = 1e-2'
    row = read(tmp_path, fixed).request(0)
    assert (row.problem.state.width, row.fixed["frames"], row.tolerance) == (3.0, 16, 1e-2)  # type: ignore[attr-defined]
    row = read(tmp_path, fixed, set=["state.width=4.0"], tolerance=1e-5).request(0)
    assert (row.problem.state.width, row.fixed["frames"], row.tolerance) == (4.0, 16, 1e-5)  # type: ignore[attr-defined]


def test_a_scenario_may_be_shipped_or_stand_in_the_file(tmp_path: Path) -> None:
    shipped = read(tmp_path, AXES.replace("small.toml", "rectangular_barrier"))
    assert shipped.scenario == "rectangular_barrier"
    table = """
    format = 1
    title = "Inside"
    axes."potential.height" = [0.5, 1.0]
    [scenario]
    units = "natural"
    potential = { kind = "gaussian_barrier", width = 1.0 }
    state = { kind = "gaussian_packet", center = -12.0, width = 2.0, momentum = 2.0 }
    """
    # the scenario lacks a height, which the axis brings
    inside = read(tmp_path, table)
    assert inside.scenario == "sweep" and inside.request(1).problem.potential.height == 1.0  # type: ignore[attr-defined]


def test_kinds_may_vary(tmp_path: Path) -> None:
    kinds = AXES + '"potential.kind" = ["gaussian_barrier", "eckart_barrier"]'
    sweep = read(tmp_path, kinds)
    assert sweep.axes[2].numbers("potential.kind") is None
    assert [type(sweep.request(row).problem.potential).__name__ for row in (0, 1)] == [
        "GaussianBarrier",
        "EckartBarrier",
    ]


def test_formulas_may_vary_whatever_they_begin_with(tmp_path: Path) -> None:
    formula = '\n[scenario.potential]\nkind = "expression"\nformula = "0"\n[scenario.state]'
    text = f'''
    format = 1
    title = "Formulas"
    measure = ["transmitted_probability"]
    axes."potential.formula" = ["2", "2*exp(-x^2)", "exp(-x^2)"]
    [scenario]
    units = "natural"{formula}
    kind = "gaussian_packet"
    center = -12.0
    width = 2.0
    momentum = 2.0
    '''
    assert read(tmp_path, text).axes[0].values("potential.formula") == ("2", "2*exp(-x^2)", "exp(-x^2)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("format = ", "not valid TOML"),
        (AXES.replace("title", "titel"), "unknown key `titel` of a sweep; did you mean 'title'"),
        (AXES.replace("format = 1", "format = 2"), "format must be 1"),
        (AXES.replace("small.toml", "smal.toml"), "scenario: "),
        (AXES.replace("small.toml", "rectangular_barier"), "did you mean rectangular_barrier"),
        (AXES.replace('"small.toml"', "3"), "scenario must be a name, a path or a table"),
        (AXES.replace("small.toml", "flash_oxide"), "[vary]"),
        (AXES.replace("transmitted_prob", "transmited_prob"), "did you mean 'transmitted_probability'"),
        (AXES.replace('["transmitted_probability"]', '["ratio"]'), "'ratio' is none"),
        # `transmission` is a quantity too, but no number of this scenario
        (
            AXES.replace('"transmitted_probability"', '"transmision"'),
            "is none; choose from transmitted_probability, reflected_",
        ),
        (
            AXES.replace("potential.height", "potential.heigth"),
            "unknown key `heigth` in [potential]; did you mean 'height'",
        ),
        (AXES.replace("state.momentum", "state.momentum.x"), "in which there is no 'x'"),
        (AXES.replace("state.momentum", "stat.momentum"), "unknown key `stat` of a scenario; did you mean 'state'"),
        (AXES.replace("0.5, to = 1.5", '"0.5 eV", to = "1 eV"'), "natural units"),
        (HEAD, "at least one path"),
        (HEAD + "[axes]\npotential.height = [1.0]", "quotation marks"),
        (AXES + '[set]\n"state.momentum" = 1.0', "set.state.momentum must not be given"),
        (AXES + "[set]\nrun.frames = 8", "set.run must be one value"),
        (AXES + '[set]\n"title.x" = 8', "set.title.x"),
        (AXES + '[set]\n"run.framse" = 8', "did you mean 'frames'"),
        (AXES + '"potential" = [{ kind = "free" }]', "must not lie inside the axis potential"),
        (
            AXES + '[sample]\ncount = 2\n[sample.bounds]\n"state.momentum" = { low = 1, high = 2 }',
            "is an axis and sampled",
        ),
        (AXES + 'zip = [["state.momentum"]]', "zip must stand above [axes]"),
        (AXES.replace("[axes]", 'zip = [["state.momentum", "state.width"]]\n[axes]'), "names state.width"),
        (
            AXES.replace("[axes]", 'zip = [["state.momentum", "potential.height"]]\n[axes]'),
            "equally long, but state.momentum has 2",
        ),
        (AXES + '"state.width" = [1979-05-27]', "holds a date"),
        (
            AXES.replace("count", "cuont"),
            "unknown key `cuont` in axes.potential.height; did you mean 'count'? The keys",
        ),
        (
            AXES.replace("= 3", '= 3, scale = "log"'),
            "key `scale` in axes.potential.height; did you mean 'spacing'? The keys",
        ),
        (AXES + '"state.width" = { values = [2.0, "x"] }', "axes.state.width must hold numbers only, but holds 'x'"),
        (AXES + '"state.width" = ["2 nm", "3 nm", true]', "axes.state.width must hold numbers only, but holds True"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    assert any(words in line for line in refused(tmp_path, text))


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = AXES.replace("count = 3", "count = 1").replace("[1.5, 2.0]", "[]").replace("transmitted", "reflect")
    assert [line.split()[0] for line in refused(tmp_path, text)] == [
        "axes.potential.height.count",
        "axes.state.momentum",
        "measure",
    ]


def test_one_impossible_row_is_no_error_of_the_file(tmp_path: Path) -> None:
    sweep = read(tmp_path, AXES + '"potential.width" = [-1.0, 1.0]')
    with pytest.raises(ScenarioError, match=r"^potential.width must be positive, but is -1; [^\n]*$"):
        sweep.request(0)
    assert sweep.request(1).problem.potential.width == 1.0  # type: ignore[attr-defined]


def test_a_sweep_of_impossible_rows_is_refused(tmp_path: Path) -> None:
    (line,) = refused(tmp_path, AXES + '"potential.width" = [-1.0, -2.0]')
    assert "none of these 8 is; the first: potential.width must be positive, but is -1" in line


def test_a_problem_in_python() -> None:
    problem = read_scenario("small", content()).problem
    axes = {"potential.height": [1, 2.5], "state.momentum": jnp.linspace(1.0, 2.0, 3)}
    sweep = Sweep.of(problem, axes, "transmitted_probability", find=Transmission(), tolerance=1e-3)
    row = sweep.request(5)
    assert row.problem == problem.replace("potential.height", 2.5).replace("state.momentum", 2.0)
    assert (row.question, row.tolerance, row.fixed) == (Transmission(), 1e-3, {})
    # whole numbers among others would make another program
    assert [type(value) for value in sweep.axes[0].values("potential.height")] == [float, float]
    assert sweep.units.natural and [axis.name for axis in sweep.axes] == ["height", "momentum"]
    assert sweep.hash == Sweep.of(problem, axes, "transmitted_probability", find=Transmission(), tolerance=1e-3).hash
    others = [Sweep.of(problem, axes), Sweep.of(problem, axes, find=Decay()), Sweep.of(problem, axes, tolerance=1e-5)]
    others.append(Sweep.of(problem.replace("state.width", 3.0), axes))
    assert len({sweep.hash, *(other.hash for other in others)}) == 5
    with pytest.raises(WavesimError, match="must run in this process"):
        sweep.text()


def test_objects_may_vary_in_python() -> None:
    problem = read_scenario("small", content()).problem
    sampled = ws.potentials.Sampled(tuple(np.exp(-(np.linspace(-3, 3, 31) ** 2))), -3.0, 3.0)
    sweep = Sweep.of(problem, {"potential": [ws.potentials.Step(0.5), sampled]})
    assert sweep.axes[0].labels("potential") == ("Step", "Sampled")
    assert sweep.request(0).problem.potential == ws.potentials.Step(0.5)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"axes": {}}, "`axes` must be values by path"),
        ({"axes": {"potential.height": []}}, "`axes` must be values by path"),
        (
            {"measure": "transmitted"},
            "`measure` must be a standard quantity or a name under [measure], but 'transmitted' is none",
        ),
        ({"find": Decay}, "`find` must be a question"),
        ({"tolerance": 0.0}, "`tolerance` must be positive"),
    ],
)
def test_bad_arguments_are_told_in_a_sentence(arguments: dict[str, Any], words: str) -> None:
    problem = read_scenario("small", content()).problem
    given: dict[str, Any] = {"axes": {"potential.height": [1.0]}} | arguments
    with pytest.raises(ArgumentError) as caught:
        Sweep.of(problem, **given)
    assert words in str(caught.value)


def test_a_path_that_leads_nowhere_is_refused_in_python() -> None:
    problem = read_scenario("small", content()).problem
    with pytest.raises(ScenarioError, match="did you mean 'height'"):
        Sweep.of(problem, {"potential.heigth": [1.0, 2.0]})
