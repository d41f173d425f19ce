"""Arguments and options that several verbs share."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Annotated, Any

import typer

from .._text import brief
from ..errors import WavesimError
from ._door import door


class Device(enum.StrEnum):
    """Where to compute."""

    cpu = "cpu"
    gpu = "gpu"


class Precision(enum.StrEnum):
    """Floating-point numbers of psi."""

    double = "double"
    single = "single"


def scenario_names(incomplete: str) -> list[str]:
    """The shipped scenarios, for completion in a shell; files are completed where none fits."""
    from ..scenario import shipped

    return [name for name in shipped() if name.startswith(incomplete)]


def sweep_names(incomplete: str) -> list[str]:
    """The shipped sweeps, likewise."""
    from ..scenario import shipped_sweeps

    return [name for name in shipped_sweeps() if name.startswith(incomplete)]


def design_names(incomplete: str) -> list[str]:
    """The shipped designs, likewise."""
    from ..scenario import shipped_designs

    return [name for name in shipped_designs() if name.startswith(incomplete)]


def result_names(incomplete: str) -> list[str]:
    """The results in the folder where runs write by default."""
    from pathlib import Path

    return sorted(found.parent.name for found in Path("results").glob(f"{incomplete}*/result.nc"))


def one_of_words(*words: str) -> Callable[[str], list[str]]:
    """Completes one of these words, or the last of several with commas between."""

    def completed(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{word}" for word in words if word.startswith(last)]

    return completed


def numeric(
    option: str, example: str, *, within: tuple[int, int] | None = None, metavar: str = "NUMBER", **settings: Any
) -> Any:
    """An option that takes a number, or two: what is none is refused in the words of all other errors, before the verb begins.

    Args:
        option: its name, ``--tolerance``.
        example: a value of it; a whole one if only whole numbers will do.
        within: least and largest value.
        metavar: what stands for the value in the help.
        **settings: others of `typer.Option`.
    """
    whole = example.isdigit()
    what = f"a {'whole ' if whole else ''}number{f' from {within[0]} to {within[1]}' if within else ''}"

    def read(text: str) -> float:
        with door():
            try:
                value = int(text) if whole else float(text)
            except ValueError:
                value = None
            if value is None or (within and not within[0] <= value <= within[1]):
                raise WavesimError(f"{option} must be {what}, but is {brief(text)}; write such as {option} {example}.")
            return value

    return typer.Option(option, parser=read, metavar=metavar, **settings)


Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE",
        help="A shipped scenario (see `wavesim list`) or a .toml file.",
        autocompletion=scenario_names,
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help='Change a value of the scenario, as in potential.height="0.5 eV"; repeatable.',
    ),
]
On = Annotated[Device | None, typer.Option(help="Where to compute; by default a GPU if jax finds one.")]
Tolerance = Annotated[
    float | None, numeric("--tolerance", "1e-4", help="The error bar to aim at, instead of the scenario's.")
]
