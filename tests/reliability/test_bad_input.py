"""Bad input of every kind: one clear sentence each, exit code 2, nothing run and nothing left behind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenario_files import SMALL, wavesim, written

PHYSICAL = """
format = 1
title = "Small, with units"
[potential]
kind = "gaussian_barrier"
height = "0.3 eV"
width = "1 nm"
[state]
kind = "gaussian_packet"
center = "-12 nm"
width = "2 nm"
energy = "0.2 eV"
"""

# what is set, and what the sentence must hold: the path, what must be, what is, the cure
WRONG = {
    "wrong dimension": (PHYSICAL, "potential.height=0.3 nm", ["potential.height", "'0.3 nm'", "not an energy", "eV"]),
    "no unit": (PHYSICAL, "potential.height=0.3", ["potential.height", "0.3", "must have its unit", "eV"]),
    "unknown unit": (PHYSICAL, "potential.height=0.3 parsec", ["potential.height", "'parsec' is not a known unit", "nm"]),
    "a misspelt unit": (PHYSICAL, "state.center=-40 nn", ["state.center", "'nn' is not a known unit; did you mean nm?"]),
    "a word for a plain number": (PHYSICAL, "accuracy.tolerance=small", ["accuracy.tolerance must be a number without a unit, but is 'small'; write one, for example 1e-4."]),
    "a unit for a plain number": (PHYSICAL, "accuracy.tolerance=2 eV", ["accuracy.tolerance must be a number without a unit, but is '2 eV'"]),
    "a unit in natural units": (SMALL, "potential.height=0.3 eV", ["potential.height", "'0.3 eV'", "plain number"]),
    "unknown key": (SMALL, "potential.heigth=1", ["`heigth` in [potential]", "did you mean 'height'?", "width, center"]),
    "unknown table": (SMALL, "potental.height=1", ["potental", "did you mean 'potential'?"]),
    "misspelt kind": (SMALL, "potential.kind=gausian_barrier", ["potential.kind", "did you mean 'gaussian_barrier'?"]),
    "unknown scheme": (SMALL, "run.scheme=strangg", ["run.scheme", "'strangg'", "yoshida4"]),
    "unknown expectation": (SMALL, "expect.transmited_probability.value=1", ["did you mean 'transmitted_probability'?"]),
    "negative width": (SMALL, "potential.width=-1", ["potential.width", "must be positive", "-1"]),
    "negative mass": (SMALL, "particle.mass=-1", ["particle.mass", "must be positive", "-1"]),
    "NaN": (SMALL, "state.momentum=nan", ["state.momentum", "must be finite", "nan"]),
    "infinity": (SMALL, "potential.height=inf", ["potential.height", "must be finite", "inf"]),
    "text for a number": (SMALL, "potential.width=true", ["potential.width", "a length", "True"]),
    "half a point": (SMALL, "run.frames=2.5", ["run.frames", "whole number", "2.5"]),
    "momentum and energy": (SMALL, "state={kind='gaussian_packet', center=-12, width=2, momentum=1, energy=1}", ["state.momentum", "must not be given together with `energy`"]),
    "a path through a value": (SMALL, "title.x=1", ["title.x", "shorten the path"]),
    "no value": (SMALL, "potential.height", ["path=value"]),
    "tolerance out of reach": (SMALL, "accuracy.tolerance=1e-20", ["tolerance", "1e-13", "1e-20"]),
    "packet outside the box": (SMALL, "grid={lower=-5, upper=20, points=256}", ["packet", "box", "-18", "larger"]),
    "a tolerance by itself": (SMALL, "tolerance=1e-4", ["unknown key `tolerance`", "did you mean 'accuracy.tolerance'?"]),
    "packet behind the left wall": (PHYSICAL, "walls={left='10 nm'}", ["the packet must lie on the right of the wall at 10 nm", "reaches from -18", "move `center`"]),
    "packet behind the right wall": (SMALL, "walls={right=-20}", ["the packet must lie on the left of the wall at -20", "reaches from -18", "move `center`"]),
    "momentum beyond the grid": (SMALL, "grid={lower=-40, upper=40, points=48}", ["momenta", "pi/spacing", "more points"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_content(case: str, tmp_path: Path) -> None:
    text, assignment, words = WRONG[case]
    file = written(tmp_path, text)
    done = wavesim("run", file, "--set", assignment, "--out", tmp_path / "out" / "deep", "--quiet")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr
    assert [item.name for item in tmp_path.iterdir()] == ["small.toml"]


def test_a_missing_file(tmp_path: Path) -> None:
    done = wavesim("run", tmp_path / "absent.toml", "--out", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        done.stderr
        == f"wavesim: {tmp_path / 'absent.toml'} cannot be read: No such file or directory; check the path.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_name() -> None:
    done = wavesim("check", "rectangular_barier")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "rectangular_barier" in done.stderr and "did you mean rectangular_barrier" in done.stderr


@pytest.mark.parametrize("text", ["format = ", "\x00"], ids=["broken TOML", "no text"])
def test_a_file_that_is_no_toml(text: str, tmp_path: Path) -> None:
    done = wavesim("check", written(tmp_path, text))
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and "small.toml is not valid TOML" in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = 1\na = 2", "a stands twice, the second time at line 2"),
        ('"a b" = 1\n"a b" = [1,\n2,\n]\nc = 1', '"a b" stands twice, the second time at line 2'),
        ('a = 1\na = """\nc = 3\n"""\nd = 1', "a stands twice, the second time at line 2"),
        ("[x]\na = 1\n[y]\n[x]\nb = 1", "the table [x] stands twice, the second time at line 4"),
        ("[x]\na = 1\n[[x]]\nb = 1", "the table [[x]] stands twice, the second time at line 3"),
        ("x = 0\na = {b = 1, b = 2}", "b stands twice in braces, at line 2"),
    ],
)  # fmt: skip
def test_a_key_that_stands_twice_is_named_with_the_cure(text: str, words: str, tmp_path: Path) -> None:
    done = wavesim("check", written(tmp_path, text))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"wavesim: small.toml is not valid TOML: {words}; leave one of them out.\n"


@pytest.mark.parametrize("value", ["8 eV", "-0.5eV", "2 \u00c5", "1.5e-3 eV/nm"])
def test_a_quantity_without_quotation_marks_is_shown_with_them(value: str, tmp_path: Path) -> None:
    number, unit = re.fullmatch(r"([-\d.e]*\d)\s*(.*)", value).groups()  # type: ignore[union-attr]
    done = wavesim("check", written(tmp_path, PHYSICAL.replace('"0.3 eV"', value)))
    assert done.exit_code == 2
    assert f'a quantity with a unit stands in quotation marks: height = "{number} {unit}".' in done.stderr


def test_a_file_beside_it_is_meant_before_a_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, SMALL)
    monkeypatch.chdir(tmp_path)
    assert "did you mean small.toml?" in wavesim("check", "small.tom").stderr


def test_a_key_that_an_axis_lacks_is_added_to_the_axis(tmp_path: Path) -> None:
    sweep = 'format = 1\ntitle = "x"\nscenario = "rectangular_barrier"\n[axes]\n"potential.height" = { from = 0.5, to = 1 }\n'
    done = wavesim("sweep", written(tmp_path, sweep), "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "add the line `count = ...` to axes.potential.height." in done.stderr


def test_an_unwritable_folder_is_found_before_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # a folder under a regular file cannot be made, whoever asks
    from wavesim import analysis

    monkeypatch.setattr(analysis, "certify", lambda *_, **__: pytest.fail("it was run"))
    file = written(tmp_path)
    done = wavesim("run", file, "--out", tmp_path / "small.toml" / "out", "--quiet")
    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        len(done.stderr.splitlines()) == 1
        and "--out" in done.stderr
        and "must be one that can be written" in done.stderr
    )
    assert [item.name for item in tmp_path.iterdir()] == ["small.toml"]


@pytest.mark.parametrize("verb", ["run", "design"])
def test_what_the_command_line_has_wrong_is_said_before_the_title(verb: str, tmp_path: Path) -> None:
    name = written(tmp_path) if verb == "run" else "one_percent_barrier"
    done = wavesim(verb, name, "--tolerance", "-1", "--out", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "wavesim: `tolerance` must be positive, but is -1; give a value above zero.\n"
    folder = tmp_path / "small.toml" / "out"
    (tmp_path / "small.toml").touch()
    done = wavesim(verb, name, "--out", folder)
    assert (done.exit_code, done.stdout) == (2, "")
    said = f"wavesim: the folder {folder} must be one that can be written, but cannot be: Not a directory; choose another with --out.\n"
    assert done.stderr == said
    assert [item.name for item in tmp_path.iterdir()] == ["small.toml"]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    sets = ["potential.width=-1", "state.momentum=nan", "run.frames=0", "nonsense=1", "expect.norm.value=1 eV"]
    done = wavesim("run", written(tmp_path), *(part for text in sets for part in ("--set", text)), "--quiet")
    assert done.exit_code == 2
    lines = done.stderr.splitlines()
    assert len(lines) == len(sets)
    for path in ("potential.width", "state.momentum", "run.frames", "unknown key `nonsense`", "expect.norm.value"):
        assert len([line for line in lines if line.startswith(f"wavesim: {path}")]) == 1


@pytest.mark.parametrize(
    "arguments", [["fly"], ["run"], ["run", "x", "--device", "tpu"], ["run", "x", "--tolerance", "much"]]
)
def test_bad_usage(arguments: list[str]) -> None:
    done = wavesim(*arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_a_result_that_is_none(tmp_path: Path) -> None:
    foreign = tmp_path / "result.nc"
    foreign.write_bytes(b"CDF\x01 but nothing more")
    done = wavesim("animate", foreign)
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and "damaged" in done.stderr
    assert [item.name for item in tmp_path.iterdir()] == ["result.nc"]


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    # in a process of its own: jax chooses its device once; an unknown name stands for a GPU that is missing
    code = "import os, sys; os.environ['JAX_PLATFORMS'] = 'abacus'; sys.argv = ['wavesim', 'doctor']; from wavesim.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and "abacus" in done.stderr and "--device cpu" in done.stderr
