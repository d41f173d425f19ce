"""What a shell is told when somebody presses TAB: names, kinds, and the values that can be set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.scenario_files import written
from wavesim.scenario import kinds

ROOT = Path(__file__).parents[2]


def completed(*words: str) -> list[str]:
    """What bash would offer for the last word."""
    line = ["wavesim", *words]
    told = {"_WAVESIM_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(line), "COMP_CWORD": str(len(words))}
    code = "import sys; sys.argv = ['wavesim']\nfrom wavesim.cli._app import app\napp(prog_name='wavesim')\n"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | told, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_kinds_for_a_new_file() -> None:
    assert completed("new", "gauss") == ["gaussian_barrier", "gaussian_wells"]
    assert set(completed("new", "")) == {kind.name for kind in kinds("potential")}


def test_values_of_the_scenario_that_is_named_before(tmp_path: Path) -> None:
    paths = ["potential.kind=", "potential.height=", "potential.width="]
    assert completed("run", "rectangular_barrier", "--set", "potential.") == paths
    assert completed("run", "rectangular_barrier", "--set", "state.width=2", "--set", "potential.h") == paths[1:2]
    own = written(tmp_path)
    assert completed("theory", own, "--set", "state.m") == ["state.momentum="]
    # texts and expectations change no number
    assert not {"title=", "units="} & set(completed("check", own, "--set", ""))


def test_values_of_what_a_sweep_varies(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "s.toml").write_text(
        'format = 1\ntitle = "s"\nscenario = "small.toml"\n[axes]\n"state.width" = [1.0]\n'
    )
    assert completed("sweep", str(tmp_path / "s.toml"), "--set", "potential.h") == ["potential.height="]
    assert completed("sweep", "no_such_sweep", "--set", "p") == completed("run", "--set", "p") == []
