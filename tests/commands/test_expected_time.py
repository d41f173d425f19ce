"""What a run will take is said before its first step, and what would make a long one cheaper."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import wavesim as ws
from tests.scenario_files import SMALL, wavesim, written
from wavesim.cli import _expected_time
from wavesim.cli._expected_time import expected_seconds, expected_text, expected_time_reporter, say_expected_time
from wavesim.potentials import GaussianBarrier
from wavesim.propagation.stepping import _loop
from wavesim.scenario import load_scenario, read_scenario, toml
from wavesim.states import GaussianPacket

PROBLEM = ws.Problem(GaussianBarrier(1.0, 1.0), GaussianPacket(-15.0, 2.0, momentum=1.2))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes a microsecond for each point of an FFT pair, and nothing for everything else."""
    monkeypatch.setattr(_expected_time, "_pair_seconds", lambda points: 1e-6 * points[0])
    monkeypatch.setattr(_expected_time, "_work_seconds", lambda: 0.0)


def test_run_says_it_before_the_first_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def first_step(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_loop.Loop, "advance", first_step)
    done = wavesim("run", written(tmp_path), "--out", str(tmp_path / "out"))
    said += [line for line in done.stderr.splitlines() if line.startswith("takes")]
    assert len(said) == 1
    assert re.fullmatch(r"takes      about [0-9]+ s on this machine, pictures included", said[0])


@pytest.mark.usefixtures("machine")
def test_what_a_plan_costs() -> None:
    """Five first runs: N points, P pairs, 1e-6 N P s each."""
    numerics = ws.plan(PROBLEM, 1e-4).numerics
    pairs, points = numerics.fft_pairs, numerics.grid.points[0]
    assert expected_seconds([numerics]) == pytest.approx(5e-6 * pairs * points)
    assert expected_seconds([numerics, numerics, None]) == pytest.approx(1e-5 * pairs * points)


@pytest.mark.usefixtures("machine")
def test_a_larger_tolerance_is_named_where_it_spares_half(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = read_scenario("small", toml(SMALL, "small"))
    numerics = ws.plan(scenario.problem, scenario.tolerance).numerics
    assert "--tolerance" not in expected_text((scenario,), [numerics])
    monkeypatch.setattr(_expected_time, "_LONG", 0.0)
    monkeypatch.setattr(_expected_time, "_WORTH", 1.0)
    assert f"with --tolerance {10 * scenario.tolerance:g}" in expected_text((scenario,), [numerics])
    # planning that took long is not done again for the advice
    assert "--tolerance" not in expected_text((scenario,), [numerics], planning_s=3600.0)
    # what cannot be asked for is not named
    rough = dataclasses.replace(scenario, tolerance=0.02)
    assert "--tolerance" not in expected_text((rough,), [numerics])


def test_certify_tells_its_first_plan_once() -> None:
    plans: list[ws.Numerics] = []
    report = ws.certify(PROBLEM, 1e-3, on_plan=plans.append)
    assert len(plans) == 1
    assert report.runs > 1


@pytest.mark.usefixtures("machine")
def test_what_propagates_nothing_is_told_by_one_of_its_parts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """61 biases and 22 of the search, a second each."""
    monkeypatch.setattr(_expected_time, "_seconds_of", lambda work: 1.0)
    diode = load_scenario("diode_current")
    assert expected_text((diode,), [None]).startswith("about 83 s on this machine")
    say_expected_time((diode,), movie=False)
    assert "takes      about 83 s" in capsys.readouterr().err
    say_expected_time((load_scenario("stm_current"),), movie=False)
    assert not capsys.readouterr().err


@pytest.mark.usefixtures("machine")
def test_each_case_is_planned_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """A case of two levels, nothing propagated, beside a decay that is watched: the run says the same as check, not twice the first."""
    cases = load_scenario("well_to_well_or_to_freedom").cases
    plans = [_expected_time._first_run(case, case.tolerance) for case in cases]
    assert plans[0] is not None
    expected_time_reporter(cases, movie=False)(plans[0])
    assert expected_text(cases, plans, movie=False) in capsys.readouterr().err
