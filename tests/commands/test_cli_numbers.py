"""Options that take numbers: a word in the place of one is refused as all bad input is, before anything begins."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, get_args, get_origin

import pytest
from typer.models import OptionInfo

from tests.scenario_files import wavesim
from wavesim.cli._app import app


def numbers_in(annotation: object) -> bool:
    return annotation in (int, float) or any(map(numbers_in, get_args(annotation)))


def test_every_number_of_every_verb_is_read_in_one_place() -> None:
    options = [
        (f"{command.callback.__name__} {name}", info)
        for command in app.registered_commands
        if command.callback is not None
        for name, one in inspect.signature(command.callback, eval_str=True).parameters.items()
        if get_origin(one.annotation) is Annotated and numbers_in(get_args(one.annotation)[0])
        for info in get_args(one.annotation)[1:]
        if isinstance(info, OptionInfo)
    ]
    assert {"run tolerance", "run fps", "animate xlim", "sweep workers", "explore port"} <= {
        name for name, _ in options
    }
    assert [name for name, info in options if info.parser is None] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["run", "--tolerance", "abc"],
            "--tolerance must be a number, but is 'abc'; write, for example, --tolerance 1e-4.",
        ),
        (["run", "--fps", "2.5"], "--fps must be a whole number, but is '2.5'; write, for example, --fps 30."),
        (
            ["animate", "--xlim", "-1", "b"],
            "--xlim must be a number, but is 'b'; write, for example, --xlim -10.0 10.0.",
        ),
        (["sweep", "--workers", ""], "--workers must be a whole number, but is ''; write, for example, --workers 4."),
        (
            ["explore", "--port", "99999"],
            "--port must be a whole number from 0 to 65535, but is '99999'; write, for example, --port 8000.",
        ),
    ],
)
def test_what_is_no_number_is_told_in_a_sentence(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    verb, *options = arguments
    done = wavesim(verb, "rectangular_barrier", *options)
    assert (done.exit_code, done.stderr, done.stdout) == (2, f"wavesim: {words}\n", "")
    assert list(tmp_path.iterdir()) == []
