"""``wavesim design``: exit codes, design.json and the picture, and sentences for what cannot be designed."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.scenario_files import wavesim
from wavesim.scenario import load_design, shipped_designs

BARRIER = """
format = 1
title = "One in a hundred"
units = "natural"
[potential]
kind = "rectangular_barrier"
height = 1.0
width = 1.5
[state]
kind = "gaussian_packet"
center = -20.0
width = 3.0
energy = 0.5
[design]
starts = 2
[design.vary]
"potential.width" = [0.5, 6.0]
[[design.targets]]
quantity = "transmission"
value = 0.01
find = { kind = "transmission_at", energy = 0.5 }
"""


def written(folder: Path, text: str) -> str:
    path = folder / "barrier.toml"
    path.write_text(text)
    return str(path)


def test_what_is_reached(tmp_path: Path) -> None:
    """T = sech^2 a = 0.01 at a = arccosh 10. Budget: 1e-12, rounding of log T over its slope."""
    out = tmp_path / "out"
    result = wavesim("design", written(tmp_path, BARRIER), "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "reached" in result.stdout
    content = json.loads((out / "design.json").read_text())
    assert content["parameters"][0]["value"] == pytest.approx(math.acosh(10.0), abs=1e-12)
    assert content["targets"][0]["gradient"]["potential.width"] == pytest.approx(-0.019899748742132, rel=1e-9)
    assert (out / "summary.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_not_reached(tmp_path: Path) -> None:
    """T(2) = sech^2 2 = 0.0706508 is nearest: its value, a sentence, and exit code 1."""
    out = tmp_path / "out"
    text = BARRIER.replace("6.0]", "2.0]")
    result = wavesim("design", written(tmp_path, text), "--out", out, "--json", "--quiet")
    assert result.exit_code == 1
    assert "widen the bounds of potential.width" in result.stderr
    assert json.loads(result.stdout)["targets"][0]["value"] == pytest.approx(1 / math.cosh(2.0) ** 2, rel=1e-4)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"potential.width"', '"potential.depth"', "potential.depth"),
        ("[0.5, 6.0]", "[6.0, 0.5]", "exchange"),
        ("[0.5, 6.0]", "[0.5]", "two bounds"),
        ("[0.5, 6.0]", '["1 nm", "2 nm"]', "natural"),
        ("value = 0.01", "value = 1.5", "between 0 and 1"),
        ("value = 0.01", "value = 0.01\nabove = 0.1", "exactly one"),
        ('"transmission"', '"transmision"', "transmission"),
        ("[design.vary]", "[vary]", "design.vary"),
        ("starts = 2", 'method = "adam"', "trust_region"),
    ],
)
def test_bad_input_is_one_sentence(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    result = wavesim("design", written(tmp_path, BARRIER.replace(old, new)), "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not (tmp_path / "out").exists()


def test_run_and_design_point_to_each_other(tmp_path: Path) -> None:
    refused = wavesim("run", written(tmp_path, BARRIER), "--out", tmp_path / "out")
    assert refused.exit_code == 2
    assert "wavesim design" in refused.stderr
    plain = wavesim("design", written(tmp_path, BARRIER.split("[design]")[0]), "--out", tmp_path / "out")
    assert plain.exit_code == 2
    assert "must have a [design]" in plain.stderr


def test_check_says_what_varies_and_what_is_wanted() -> None:
    checked = wavesim("check", "half_mirror")
    assert checked.exit_code == 0
    assert "potential.layers.4.1" in checked.stdout
    assert "transmission (41)" in checked.stdout
    refused = wavesim("run", "half_mirror")
    assert refused.exit_code == 2
    assert "wavesim design half_mirror" in refused.stderr


def test_what_nothing_depends_on(tmp_path: Path) -> None:
    """A plane wave of a given energy does not see the packet: exit code 1, and a sentence that names the idle parameter."""
    text = BARRIER.replace('"potential.width" = [0.5, 6.0]', '"state.width" = [2.0, 4.0]')
    result = wavesim("design", written(tmp_path, text), "--out", tmp_path / "out", "--quiet")
    assert result.exit_code == 1
    assert "depends on state.width" in result.stderr


@pytest.mark.parametrize("name", sorted(shipped_designs()))
def test_every_shipped_design_can_be_read(name: str) -> None:
    asked = load_design(name)
    assert asked.vary
    assert asked.targets
    assert asked.scenario.question.endswith("?")
    assert asked.scenario.expectation


def test_a_band_is_a_target_at_each_energy() -> None:
    """41 energies from 50 to 150 meV stand in one target, which is one number each when it is searched for."""
    target = load_design("half_mirror").targets[0]
    assert len(target.each) == len(target.energies) == 41
    assert target.energies[-1] == pytest.approx(3 * target.energies[0])
