"""What no machine can hold: refused before anything of it is laid out, in one sentence, by every verb that reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.scenario_files import SMALL
from wavesim.cli._app import app
from wavesim.propagation import _memory

HUGE = {
    "a grid of 20,000 x 20,000": ("double_slit", 'grid={lower=["-1 um", "-1 um"], upper=["1 um", "1 um"], points=[20000, 20000]}', "20,000 x 20,000 points need 64 GB"),
    "a grid of 1e9": ("small", "grid={lower=-40, upper=40, points=1000000000}", "1,000,000,000 points need 160 GB"),
    "1e9 frames": ("small", "run.frames=1000000000", "run.frames must be at most 1,000,000, but is 1,000,000,000"),
    "a barrier whose waves nobody can count": ("small", "potential={kind='rectangular_barrier', height=1e28, width=10}", "take a slower or narrower packet, a lower potential"),
    "a grid nobody can count": ("small", "potential.height=1e250", "wavesim: "),
    "a packet of 1e30 wave lengths": ("small", "state.momentum=1e30", "wavesim: "),
}  # fmt: skip
ROWS = """
format = 1
title = "Many rows"
measure = ["transmitted_probability"]
scenario = "gaussian_barrier"
[axes]
"potential.height" = { from = "0.1 eV", to = "0.2 eV", count = 10000000 }
"potential.width" = { from = "1 nm", to = "2 nm", count = 10000000 }
"""


@pytest.mark.parametrize("verb", ["check", "run"])
@pytest.mark.parametrize("case", HUGE)
def test_a_run(case: str, verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine of 16 GB, whatever this one has."""
    monkeypatch.setattr(_memory, "device_memory", lambda: 16_000_000_000)
    name, assignment, words = HUGE[case]
    if name == "small":
        (tmp_path / "small.toml").write_text(SMALL)
        name = str(tmp_path / "small.toml")
    out = ["--out", str(tmp_path / "out"), "--quiet"] if verb == "run" else []
    refused = CliRunner().invoke(app, [verb, name, "--set", assignment, *out])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1 and words in refused.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", ["check", "run"])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("levels", "must hold the 4 levels asked for, but none lies clearly below its rim; ask for transmission"),
        ("populations", "needs two minima of V with a barrier between them, and a gaussian barrier does not have them"),
        ("driven_populations", "wavesim: "),
    ],
)
def test_a_question_that_a_barrier_cannot_answer(kind: str, words: str, verb: str, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL.partition("[expect]")[0] + f'[find]\nkind = "{kind}"\n')
    out = ["--out", str(tmp_path / "out"), "--quiet"] if verb == "run" else []
    refused = CliRunner().invoke(app, [verb, str(tmp_path / "small.toml"), *out])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1 and words in refused.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", ["check", "sweep"])
def test_rows(verb: str, tmp_path: Path) -> None:
    (tmp_path / "rows.toml").write_text(ROWS)
    out = ["--out", str(tmp_path / "out")] if verb == "sweep" else []
    refused = CliRunner().invoke(app, [verb, str(tmp_path / "rows.toml"), *out])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == (
        "wavesim: a sweep must have at most 10,000,000 rows, but this one has 100,000,000,000,000; split it.\n"
    )
    assert not (tmp_path / "out").exists()
