"""``[vary]``: the cases of a file, what is refused, and the ratio that a study adds."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from tests.scenario_files import content
from wavesim._typing import DIMENSIONLESS
from wavesim.analysis import Quantity, Report, Study
from wavesim.errors import ScenarioError
from wavesim.reports import judge_study, study_json, study_text
from wavesim.scenario import load_scenario, read_scenario

WIDTHS = {"potential.width": [0.5, 1.0, 2.0]}


def varied(**more: Any) -> dict[str, Any]:
    """The small scenario's content with `more`."""
    return {**content(), "vary": WIDTHS, **more}


def told(value: float, error: float, **theory: float) -> Report:
    """A report of one number."""
    quantity = Quantity("transmitted_probability", value, error, DIMENSIONLESS, {"grid": error}, theory)
    return Report(None, 1e-3, {quantity.name: quantity}, {}, (), 0, 0, 1.0)


def test_each_case_is_a_scenario_of_its_own() -> None:
    whole = read_scenario("small", varied())
    assert [case.problem.potential.width for case in whole.cases] == [0.5, 1.0, 2.0]  # type: ignore[attr-defined]
    assert [case.label for case in whole.cases] == ["width 0.5", "width 1.0", "width 2.0"]
    assert whole.axis is not None and (whole.axis.label, whole.axis.values) == ("width", (0.5, 1.0, 2.0))
    assert len({case.hash for case in (*whole.cases, whole)}) == 4
    assert read_scenario("small", content()).cases == ()


def test_paths_are_tied_and_may_lead_anywhere() -> None:
    kinds = [{"kind": "eckart_barrier", "height": 1.0, "width": 1.0}, {"kind": "step", "height": 0.5}]
    paths = {"label": ["smooth", "sharp"], "potential": kinds, "expect.transmitted_probability.within": [1e-3, 1e-2]}
    whole = read_scenario("small", varied(vary=paths))
    assert [type(case.problem.potential).__name__ for case in whole.cases] == ["EckartBarrier", "Step"]
    assert [case.expect[0].within for case in whole.cases] == [1e-3, 1e-2]
    assert [case.label for case in whole.cases] == ["smooth", "sharp"] and whole.axis is None


def test_what_the_study_is_expected_to_be_stays_with_it() -> None:
    rows = {**content()["expect"], "ratio": {"value": 2.0, "within": 0.1}}
    whole = read_scenario("small", varied(expect=rows))
    assert [one.quantity for one in whole.expect] == ["ratio"]
    assert all([one.quantity for one in case.expect] == ["transmitted_probability"] for case in whole.cases)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"potential.width": 1.0}, "lists"),
        ({"label": ["a", "b"]}, "at least one path"),
        ({"potential.width": [1.0, 2.0], "label": ["a"]}, "equally long"),
        ({"potential.widht": [1.0, 2.0]}, "unknown key .widht. in .potential."),
        ({"potential.width": [1.0, -2.0]}, "width"),
    ],
)
def test_what_is_wrong_is_said(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        read_scenario("small", varied(vary=table))


def test_a_path_that_is_varied_is_not_set_in_silence(tmp_path: Any) -> None:
    file = tmp_path / "small.toml"
    file.write_text(
        'format = 1\ntitle = "t"\nunits = "natural"\n[potential]\nkind = "step"\nheight = 1.0\n'
        '[state]\nkind = "gaussian_packet"\ncenter = -9.0\nwidth = 1.0\nmomentum = 2.0\n[vary]\n"potential.height" = [1.0, 2.0]\n'
    )
    with pytest.raises(ScenarioError, match=r"potential.height: must not be set here"):
        load_scenario(file, ["potential.height=3"])
    assert load_scenario(file, ["vary={}", "potential.height=3"]).cases == ()


def test_the_ratio_covers_the_worst_signs() -> None:
    """b/a with a = 2 +- 0.1 and b = 1 +- 0.05 lies between 0.95/2.1 and 1.05/1.9: the bar must reach both."""
    study = Study(("a", "b"), (told(2.0, 0.1, scattering=2.02), told(1.0, 0.05, scattering=1.01)))
    ratio = study.ratio
    assert ratio is not None and ratio.value == 0.5 and ratio.theory == {"scattering": 0.5}
    assert ratio.error >= (1 - 1e-12) * max(1.05 / 1.9 - 0.5, 0.5 - 0.95 / 2.1)
    assert math.isclose(ratio.error, sum(ratio.budget.values()))


def test_a_ratio_is_as_uncertain_as_what_its_cases_do_not_share() -> None:
    """a = 2 and b = 1; one deviation of the height moves them by -0.2 and -0.1, of the mass by 0.2 and -0.1, and both widths by 0.2 and 0.1.

    d(b/a) = db/a - b da/a^2: the height leaves b/a, the mass takes 0.05 + 0.05 away, and widths that vary by themselves move it by hypot(0.05, 0.05).
    """
    both = [told(2.0, 0.0), told(1.0, 0.0)]
    moved = [{"potential.height": -0.2, "particle.mass": 0.2, "potential.width": 0.2}, {"potential.height": -0.1, "particle.mass": -0.1, "potential.width": 0.1}]  # fmt: skip
    reports = tuple(
        dataclasses.replace(one, inputs={one.headline.name: shares}) for one, shares in zip(both, moved, strict=True)
    )
    inputs = Study(("a", "b"), reports, varied=("potential.width",)).inputs
    assert inputs == pytest.approx(
        {"potential.height": 0.0, "particle.mass": -0.1, "potential.width": math.hypot(0.05, 0.05)}, abs=1e-15
    )
    whole = read_scenario("small", varied())
    study = Study(tuple(case.label for case in whole.cases), (reports[0], both[1], reports[1]), whole.axis)
    outcomes = judge_study(study, whole)
    told_json = study_json(study, whole, outcomes)["inputs"]["ratio"]
    assert told_json["error"] == pytest.approx(0.1) and told_json["shares"]["particle.mass"] == pytest.approx(0.1)
    assert "by uncertain inputs 1.0e-01" in study_text(study, whole, outcomes)


def test_no_ratio_where_nothing_is_known() -> None:
    assert Study(("a", "b"), (told(1e-9, 1e-8), told(1.0, 0.1))).ratio is None
    assert Study(("a", "b"), (told(1.0, 0.1),)).ratio is None
    assert Study(("a", "b"), (told(1.0, math.inf), told(1.0, 0.1))).ratio is None


def test_words_and_json_of_a_study() -> None:
    rows = {
        "transmitted_probability": {"theory": "scattering", "within": 1e-3},
        "ratio": {"value": 0.25, "within": 1e-2},
    }
    whole = read_scenario("small", varied(expect=rows))
    reports = (
        told(0.8, 1e-4, scattering=0.8, wkb=0.6),
        told(0.4, 1e-4, scattering=0.4),
        told(0.2, 1e-4, scattering=0.25),
    )
    study = Study(tuple(case.label for case in whole.cases), reports, whole.axis)
    outcomes = judge_study(study, whole)
    assert [group[0].met for group in outcomes.cases] == [True, True, False] and outcomes.whole[0].met
    assert not outcomes.met
    text = study_text(study, whole, outcomes)
    assert "0.6 (-25 %)" in text and "width 2.0: expected   NOT MET" in text and "2 of 3 expectations" in text
    made = study_json(study, whole, outcomes)
    assert [case["label"] for case in made["cases"]] == list(study.labels)
    assert made["quantities"]["ratio"]["value"] == 0.25 and made["axis"]["values"] == [0.5, 1.0, 2.0]
    assert made["status"] == "complete"


def test_an_interrupted_study_keeps_what_is_done() -> None:
    whole = read_scenario("small", varied(expect={"ratio": {"value": 1.0}}))
    study = Study(tuple(case.label for case in whole.cases), (told(0.8, 1e-4),), whole.axis)
    outcomes = judge_study(study, whole)
    assert not outcomes.met and "interrupted" in outcomes.whole[0].reason
    made = study_json(study, whole, outcomes)
    assert made["status"] == "interrupted" and len(made["cases"]) == 1
