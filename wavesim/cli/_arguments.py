"""Arguments and options that several verbs share."""

from __future__ import annotations

import enum
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


def _names(incomplete: str) -> list[str]:
    """The shipped scenarios, for completion in a shell; files are completed where none fits."""
    from ..scenario import shipped

    return [name for name in shipped() if name.startswith(incomplete)]


Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE",
        help="A shipped scenario (see `wavesim list`) or a .toml file.",
        autocompletion=_names,
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
