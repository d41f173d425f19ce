"""The first experiment of a newcomer: change a value, begin a file, compare, read the numbers elsewhere."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import pytest

from tests.scenario_files import SMALL, wavesim, written
from wavesim.analysis import question_of
from wavesim.cli.verbs._catalogue import _TOPICS, catalogue
from wavesim.errors import ScenarioError
from wavesim.scenario import folder_name, kinds, load_scenario, read_scenario, shipped, starter, toml

PINNED = SMALL + "reflected_probability = { value = 0.123, within = 1e-6 }\n"


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A run of a scenario with a pinned number that does not hold after the change, in a folder of its own, with tables."""
    folder = tmp_path_factory.mktemp("first")
    file = written(folder, PINNED)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = wavesim("run", file, "--set", "potential.width=0.9", "--csv", "--no-movie")
    return done, folder / "results" / "small--potential.width=0.9"


def test_a_changed_run_has_a_folder_of_its_own_and_says_what_was_changed(changed):
    done, folder = changed
    assert done.exit_code == 0, done.stderr
    assert "changed    potential.width 1.0 -> 0.9" in done.stdout
    assert "not compared: reflected probability" in done.stdout
    assert "[potential.width = 0.9]" in done.stderr
    content = json.loads((folder / "report.json").read_text())
    assert content["changes"] == [{"path": "potential.width", "before": 1.0, "after": 0.9}]
    assert [row["quantity"] for row in content["expect"]] == ["transmitted_probability"]
    assert content["title"].endswith("[potential.width = 0.9]")


def test_the_numbers_and_the_curves_are_written_as_csv(changed):
    _, folder = changed
    content = json.loads((folder / "report.json").read_text())
    numbers = list(csv.DictReader((folder / "numbers.csv").read_text().splitlines()))
    assert [row["quantity"] for row in numbers] == list(content["quantities"])
    assert float(numbers[0]["value"]) == content["quantities"]["transmitted_probability"]["value"]
    curves = list(csv.DictReader((folder / "curves.csv").read_text().splitlines()))
    assert len(curves) == 9 and {"time", "transmitted_probability"} <= set(curves[0])
    for name, told in content["curves"].items():
        assert [float(row[f"{name} error"]) for row in curves] == [told["error"]] * 9
        assert abs(float(curves[-1][name]) - content["quantities"][name]["value"]) <= told["error"]


def test_results_are_compared_in_their_bars(changed, tmp_path):
    _, folder = changed
    content = json.loads((folder / "report.json").read_text())
    row = content["quantities"]["transmitted_probability"]
    other = {"quantities": {"transmitted_probability": row | {"value": row["value"] + 3 * row["error"]}}}
    (tmp_path / "report.json").write_text(json.dumps(other))
    done = wavesim("compare", folder, tmp_path)
    assert done.stdout.startswith("A  ") and "\n  B  0." in done.stdout
    assert done.exit_code == 0, done.stderr
    assert "1.5 times the sum of the bars" in done.stdout and "different times" not in done.stdout
    longer = content | {"numerics": content["numerics"] | {"steps": 2 * content["numerics"]["steps"]}}
    (tmp_path / "report.json").write_text(json.dumps(longer))
    assert "The runs end at different times (A at " in wavesim("compare", folder, tmp_path).stdout
    assert wavesim("compare", folder).exit_code == 2 and wavesim("compare", folder, "no/where").exit_code == 2


def test_what_is_only_numerical_leaves_the_pinned_numbers(tmp_path):
    file = written(tmp_path, PINNED)
    plain = load_scenario(file)
    assert len(load_scenario(file, set=["run.frames=4"]).expect) == len(plain.expect) == 2
    assert load_scenario(file, set=["potential.width=1.0"]) == plain
    kept = load_scenario(file, set=["potential.width=2", "expect.reflected_probability.value=0.9"])
    assert kept.unpinned == () and len(kept.expect) == 2
    assert folder_name(plain) == "small"
    named = folder_name(load_scenario("flash_oxide", set=['particle.mass="0.5 m_e"', 'state.energy="1.1 eV"']))
    assert named == "flash_oxide--particle.mass=0.5_m_e_state.energy=1.1_eV"


@pytest.mark.parametrize(
    ("text", "assignment", "state"),
    [
        (SMALL, "state.energy=0.7", {"energy": 0.7}),
        (SMALL.replace("momentum = 2.0", "momentum = -2.0"), "state.energy=0.7", {"energy": 0.7, "direction": "left"}),
        (SMALL.replace("momentum = 2.0", 'energy = 2.0\ndirection = "left"'), "state.velocity=-1", {"velocity": -1}),
    ],
)
def test_one_way_of_saying_how_fast_replaces_another(text, assignment, state, tmp_path):
    scenario = load_scenario(written(tmp_path, text), set=[assignment])
    content = json.loads(scenario.content)["state"]
    assert {key: content[key] for key in content if key not in ("kind", "center", "width")} == state


def test_both_ways_at_once_are_still_refused(tmp_path):
    with pytest.raises(ScenarioError, match="must not be given together"):
        load_scenario(written(tmp_path), set=["state.energy=0.7", "state.velocity=1"])


@pytest.mark.parametrize(
    ("assignment", "hint"),
    [
        ("width=2", "'potential.width' or 'state.width'"),
        ("heigth=2", "'potential.height'"),
        ("potential.heigth=2", "'height'"),
    ],
)
def test_a_wrong_path_says_which_was_meant(assignment, hint, tmp_path):
    with pytest.raises(ScenarioError, match=f"did you mean {hint}"):
        load_scenario(written(tmp_path), set=[assignment])


def test_every_kind_has_a_scenario_to_begin_with():
    for table in kinds("potential"):
        text = starter(table.name)
        scenario = read_scenario(table.name, toml(text, table.name))
        assert scenario.find is not None or question_of(scenario.problem) is not None
        assert all(f"{key.name} = " in text or f"potential.{key.name}]" in text for key in table.keys), table.name
    with pytest.raises(ScenarioError, match="did you mean 'gaussian_barrier'"):
        starter("gausian_barrier")


def test_a_new_scenario_can_be_planned_and_is_not_written_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert wavesim("new").exit_code == 0
    assert tomllib.loads(Path("rectangular_barrier.toml").read_text())["format"] == 1
    assert wavesim("check", "rectangular_barrier.toml").exit_code == 0
    again = wavesim("new", "rectangular_barrier")
    assert again.exit_code == 2 and "exists already" in again.stderr


def test_the_list_fits_a_terminal_and_is_grouped(tmp_path):
    lines = catalogue(tmp_path, width=80).splitlines()
    assert max(map(len, lines)) == 80 and any(line.endswith("...") for line in lines)
    assert "Two wells" in lines and "Further" not in lines
    assert sorted(name for names in _TOPICS.values() for name in names.split()) == sorted(shipped())
    assert [line.split()[0] for line in catalogue(tmp_path, "henon").splitlines()[1:]] == ["henon_heiles"]
    with pytest.raises(ScenarioError, match="speaks of 'xyzzy'"):
        catalogue(tmp_path, "xyzzy")


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("run rect", "rectangular_barrier"),
        ("explore doub", "double_barrier"),
        ("sweep transmission_m", "transmission_map"),
        ("design one", "one_percent_barrier"),
        ("animate mine", "mine_too"),
        ("animate mine --style t", "talk"),
        ("animate mine --show density,p", "density,phase"),
    ],
)
def test_shells_complete_names(monkeypatch, tmp_path, line, completed):
    (tmp_path / "results" / "mine_too").mkdir(parents=True)
    (tmp_path / "results" / "mine_too" / "result.nc").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("_WAVESIM_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"wavesim {line}")
    monkeypatch.setenv("COMP_CWORD", str(len(line.split())))
    assert completed in wavesim().stdout.split()
