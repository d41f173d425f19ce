"""The command in odd surroundings: it works, or says in one sentence why not; ``python -m tests.reliability.environment`` tries them all."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.reliability import environment
from wavesim.cli._libraries import print_warnings, print_warnings_at_once


@pytest.mark.parametrize("name", environment.SHORT)
def test_odd_variables(name: str, tmp_path: Path) -> None:
    assert environment.in_case(name, tmp_path, "check") == ""


@pytest.mark.parametrize("shell", ["2>&-", "2>/dev/full", ">/dev/full"])
def test_closed_and_full_streams(shell: str, tmp_path: Path) -> None:
    """What cannot be printed is exit code 3 where there is nothing else; an error that nobody hears keeps its code."""
    done = environment.command(["show", environment.scenario(tmp_path)], shell=shell)
    assert done.returncode == (3 if shell.startswith(">") else 0) and "Traceback" not in done.stderr
    done = environment.command(["show", "nothing_like_it"], shell=shell)
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_a_name_of_any_bytes(tmp_path: Path) -> None:
    for name in (b"\xff\xfe.toml", b"\x1b[31m.toml", b"two\nlines.toml"):
        path = environment.scenario(tmp_path, name)
        done = environment.command(["show", path], {"PYTHONIOENCODING": "ascii"})
        assert environment.wrong(done, (0,), "") == ""
        absent = environment.command(["show", path + b".toml"])
        assert environment.wrong(absent, (2,), "cannot be read") == "" and len(absent.stderr.splitlines()) == 1


@pytest.mark.parametrize("way", [lambda: print_warnings("summary.png"), print_warnings_at_once])
def test_what_another_process_wrote_half_is_compiled_without_a_word(
    way: Callable[[], AbstractContextManager[None]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of fifty runs on one empty cache a few read a program that is not wholly written; other warnings are said."""
    with way():
        warnings.warn("Error reading persistent compilation cache entry for 'jit_true_divide': truncated", stacklevel=1)
        warnings.warn("the disk is nearly full", stacklevel=1)
    assert capsys.readouterr().err.count("\n") == 1
