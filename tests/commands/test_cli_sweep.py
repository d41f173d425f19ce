"""``wavesim sweep``: exit codes, what is written and told; `ws.sweep` and who answers; progress and the log."""

from __future__ import annotations

import io
import json
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import wavesim as ws
from tests.reliability import sweeping
from wavesim.cli._app import app
from wavesim.errors import ArgumentError, MissingPackage, WavesimError
from wavesim.sweeps import Answer, RowRequest, Status, Sweep, Tally, _watch, account, pace, read, shown
from wavesim.sweeps._parts import Rest
from wavesim.sweeps.workers import _chunk, _dask, _executors, _workers
from wavesim.sweeps.workers._engine import Wave

FEW = sweeping.SWEEP.replace("count = 20", "count = 3").replace("count = 16", "count = 4")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that cost nothing."""
    monkeypatch.setattr(sweeping, "PAUSE", 0.0)
    monkeypatch.setattr(_chunk, "waves", sweeping.waves)


def command(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["sweep", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sweep of 12 rows, 3 of them of a negative width."""
    return sweeping.written(tmp_path, FEW)


def test_the_table_the_picture_and_the_summary(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = command(file, "--out", out, "--json", "--csv", "--quiet")
    assert done.exit_code == 1 and done.stderr == ""
    told = json.loads(done.stdout)
    assert told["status"] == "complete"
    assert told["rows"] == {"total": 12, "waiting": 0, "good": 9, "missed": 0, "failed": 3}
    assert [reason["rows"] for reason in told["reasons"]] == [3]
    assert "potential.width must be positive" in told["reasons"][0]["text"]
    quantity = told["quantities"]["transmitted_probability"]
    assert (quantity["compared"], quantity["covered"], quantity["theory"]) == (9, 9, "toy")
    assert told["axes"]["height"] == {"paths": ["potential.height"], "count": 3}
    table = read(out / "sweep.zarr")
    assert dict(table.sizes) == {"height": 3, "width": 4}
    width = table["width"].values
    expected = np.where(width > 0, np.exp(-np.outer(table["height"].values, width)), np.nan)
    np.testing.assert_allclose(table["transmitted_probability"], expected, rtol=1e-13)
    assert {"sweep.csv", "summary.png", "sweep.log"} < {item.name for item in out.iterdir()}


def test_every_row_good_is_exit_code_0_and_a_second_call_computes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sweeping.written(tmp_path, FEW.replace("from = -0.05", "from = 0.05"))
    assert command(file, "--out", tmp_path / "out", "--quiet").exit_code == 0
    monkeypatch.setattr(_chunk, "waves", lambda *_: pytest.fail("a row was computed again"))
    again = command(file, "--out", tmp_path / "out", "--quiet")
    assert again.exit_code == 0 and again.stdout.startswith("12 rows: 12 good\n")


def test_another_sweep_is_refused_and_nothing_is_touched(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command(file, "--out", out, "--quiet")
    before = {item: item.read_bytes() for item in out.rglob("*") if item.is_file()}
    refused = command(file, "--out", out, "--set", "state.momentum=2.5", "--quiet")
    assert refused.exit_code == 2 and len(refused.stderr.splitlines()) == 1
    assert {item: item.read_bytes() for item in out.rglob("*") if item.is_file()} == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--workers", 0), "must be at least 1, but is 0"),
        (("--workers", 2, "--scheduler", "tcp://127.0.0.1:1"), "must not be given with `scheduler`"),
        (("--set", "potential.depth=1"), "depth"),
        (("--tolerance", "-1"), "tolerance"),
    ],
)
def test_bad_input_leaves_nothing_behind(file: Path, tmp_path: Path, options: tuple[object, ...], words: str) -> None:
    refused = command(file, "--out", tmp_path / "out", *options)
    assert refused.exit_code == 2 and words in refused.stderr
    assert not (tmp_path / "out").exists()


def test_a_scheduler_that_is_not_there(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_dask, "_PATIENCE", 0.2)
    refused = command(file, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9", "--quiet")
    assert refused.exit_code == 2 and "a scheduler must answer at tcp://127.0.0.1:9" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_without_dask_a_sentence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wavesim.sweeps.workers._dask")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingPackage, match="pip install 'wavesim\\[cluster\\]'"):
        _executors.executor(None, "tcp://127.0.0.1:9", Sweep.read(file))


def test_other_versions_are_refused(file: Path) -> None:
    with pytest.raises(WavesimError, match="jax 0.1 instead of 0.2"):
        _workers.refuse_other({"jax": "0.1"}, {"jax": "0.2"})
    with pytest.raises(WavesimError, match="500 MB of memory, but has 100 MB"):
        _workers.refuse_small({"memory_limit": 100_000_000})
    wanted = _workers.versions()
    answers = _workers.answer_text(Sweep.read(file).text(), 0, Rest(), wanted).answers.values()
    assert [one.status for one in answers].count(Status.GOOD) == 9
    with pytest.raises(WavesimError, match="wavesim .* instead of 9.9"):
        _workers.answer_text("", 0, Rest(), wanted | {"wavesim": "9.9"})


def test_status_while_it_runs_and_of_another_sweep(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, seen = tmp_path / "out", []

    def looking(
        asked: Iterable[tuple[int, RowRequest | Answer]], known: Mapping[int, int], sharing: float
    ) -> Iterator[Wave]:
        seen.append(command(file, "--out", out, "--status"))
        return sweeping.waves(asked, known, sharing)

    monkeypatch.setattr(_chunk, "waves", looking)
    assert command(file, "--out", out, "--quiet").exit_code == 1
    assert [one.exit_code for one in seen] == [0]
    assert "12 rows: 0 good, 12 waiting" in seen[0].stdout
    after = command(file, "--out", out, "--status", "--json")
    assert json.loads(after.stdout)["rows"]["waiting"] == 0
    other = command(file, "--out", out, "--status", "--set", "state.momentum=2.5")
    assert other.exit_code == 2 and "holds another sweep" in other.stderr
    assert command(file, "--out", tmp_path / "nothing", "--status").exit_code == 2


def test_check_and_show_know_a_sweep_from_a_scenario(file: Path) -> None:
    done = CliRunner().invoke(app, ["show", str(file)])
    assert (done.exit_code, done.stdout) == (0, FEW)
    from wavesim.cli.verbs._browse import is_sweep

    assert is_sweep(str(file)) and is_sweep("transmission_map")
    assert not is_sweep("rectangular_barrier") and not is_sweep("nothing_like_it")


def test_a_quantity_that_the_question_does_not_give_fails_its_rows(tmp_path: Path) -> None:
    file = sweeping.written(tmp_path, FEW.replace('["transmitted_probability"]', '["gap"]'))
    table = ws.sweep(file)
    assert set(table["status"].values.ravel().tolist()) == {int(Status.FAILED)}
    assert "gap is not among transmitted_probability" in str(table["reason"].values.ravel()[-1])


def test_without_measure_the_headline_is_the_table(tmp_path: Path) -> None:
    file = sweeping.written(tmp_path, FEW.replace('measure = ["transmitted_probability"]', ""))
    assert "transmitted_probability" in ws.sweep(file)
    first, again = (ws.sweep(file, out=tmp_path / "out") for _ in range(2))
    assert first.identical(again) and "transmitted_probability" in first


PROBLEM = ws.Problem(
    ws.potentials.GaussianBarrier(1.0, 1.0), ws.states.GaussianPacket(center=-12.0, width=2.0, momentum=2.0)
)
AXES = {"potential.height": [0.5, 1.0], "potential.width": [0.5, 1.0, 1.5]}


def test_a_problem_is_swept_in_memory() -> None:
    seen: list[Tally] = []
    table = ws.sweep(PROBLEM, AXES, "transmitted_probability", tolerance=1e-3, progress=seen.append)
    assert dict(table.sizes) == {"height": 2, "width": 3}
    np.testing.assert_allclose(table["transmitted_probability"], np.exp(-table["height"] * table["width"]), rtol=1e-13)
    assert [tally.done for tally in seen] == [1, 2, 3, 4, 5, 6] and seen[-1].good == 6
    assert account(table).good


def test_arguments_that_do_not_go_together(file: Path) -> None:
    with pytest.raises(ArgumentError, match="axes"):
        ws.sweep(PROBLEM)
    with pytest.raises(ArgumentError, match="measure"):
        ws.sweep(file, measure="gap")
    with pytest.raises(ArgumentError, match="tolerance"):
        ws.sweep(Sweep.read(file), tolerance=1e-3)
    with pytest.raises(WavesimError, match="Python objects do not travel"):
        ws.sweep(PROBLEM, AXES, "transmitted_probability", workers=1)


def test_reasons_that_differ_in_numbers_count_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> Iterator[Wave]:
        texts = [f"width must be positive, but is {-0.1 * place}." for place in range(4)] + ["too long.", "too long."]
        yield Wave(-1, 6, iter([[(place, Answer.failed(text)) for place, text in enumerate(texts)]]))

    monkeypatch.setattr(_chunk, "waves", failing)
    told = account(ws.sweep(PROBLEM, AXES, "transmitted_probability"))
    assert [(reason.rows, reason.text) for reason in told.reasons] == [
        (4, "width must be positive, but is -0.0."),
        (2, "too long."),
    ]
    assert "  4 rows: width must be positive" in str(told)


def test_progress_is_a_line_for_each_tenth_or_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return self.watched

        watched = False

    for watched, lines in ((False, 10), (True, None)):
        screen = Screen()
        screen.watched = watched
        monkeypatch.setattr(sys, "stderr", screen)
        with shown(True) as show:
            for done in range(101):
                show(Tally(100, good=done - done // 50, failed=done // 50, seconds=1.0))
        text = screen.getvalue()
        assert "100 of 100 rows" in text and "2 failed" in text
        assert lines is None or len(text.splitlines()) == lines


def test_the_first_estimate_leaves_out_the_time_of_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: 40 rows of 100 are there; waves of 20 come 10, 12 and 14 seconds later. Formula: 20 rows in 2 s; nobody knows before the second wave."""
    clock, seen = [0.0], list[Tally]()
    monkeypatch.setattr(_watch, "time", types.SimpleNamespace(perf_counter=lambda: clock[0]))
    watch = _watch.Watch(100, {Status.GOOD: 40}, seen.append)
    for begin in (10.0, 12.0, 14.0):
        for row in range(20):
            clock[0] = begin + 1e-3 * row
            watch.answered(Answer({}, {}, {}, Status.GOOD))
    assert [tally.rate for tally in seen] == [0.0] * 20 + [10.0] * 40
    assert str(seen[0]) == "41 of 100 rows" and str(seen[39]) == "80 of 100 rows, 10 rows/s, 2 s left"


def test_the_pace_is_read_off_the_log(tmp_path: Path) -> None:
    """Three chunks of 16 rows, written a second apart: 16 rows a second."""
    log = tmp_path / "sweep.log"
    assert pace(log) is None
    log.write_text("".join(f"2026-01-01T00:00:0{place}.000+00:00 written {place} 16\n" for place in range(3)))
    found = pace(log)
    assert found is not None and found.rows_per_s == 16.0
    with log.open("a") as lines:
        lines.write("2026-01-01T00:")
    assert pace(log) is None


def test_what_no_row_gives_is_refused_before_any_is_run(tmp_path: Path) -> None:
    """Set-up: a barrier's sweep that measures a period of wells. Formula: one sentence with what there is, exit code 2, nothing written."""
    file = tmp_path / "s.toml"
    file.write_text(
        'format = 1\ntitle = "x"\nscenario = "rectangular_barrier"\nmeasure = "tunneling_period"\n[axes]\n"potential.height" = [0.5, 0.6]\n'
    )
    for words in (("check", file), ("sweep", file, "--out", tmp_path / "out")):
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == 2
        assert "tunneling_period is not among transmitted_probability" in done.stderr
    assert not (tmp_path / "out").exists()
