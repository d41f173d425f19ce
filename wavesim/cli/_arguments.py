"""Arguments and options that several verbs share."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Annotated

import typer


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
Tolerance = Annotated[float | None, typer.Option(help="The error bar to aim at, instead of the scenario's.")]
