"""Arguments and options shared by several commands."""

from __future__ import annotations

import enum
from typing import Annotated, Any

import typer

from .._text import brief
from ..errors import WavesimError
from ._completion import scenario_names, values_to_set
from ._exit import exit_on_error


class Device(enum.StrEnum):
    """Where to compute."""

    cpu = "cpu"
    gpu = "gpu"


class Precision(enum.StrEnum):
    """Floating-point precision of psi."""

    double = "double"
    single = "single"


def numeric(
    option: str, example: str, *, within: tuple[int, int] | None = None, metavar: str = "NUMBER", **settings: Any
) -> Any:
    """An option that takes one number or two; anything else is refused before the command begins, with a message like other errors.

    Args:
        option: its name, ``--tolerance``.
        example: example of a value; an integer if only integers are allowed.
        within: smallest and largest value.
        metavar: placeholder of the value in the help.
        **settings: further settings of `typer.Option`.
    """
    whole = example.isdigit()
    what = f"a {'whole ' if whole else ''}number{f' from {within[0]} to {within[1]}' if within else ''}"

    def read(text: str) -> float:
        with exit_on_error():
            try:
                value = int(text) if whole else float(text)
            except ValueError:
                value = None
            if value is None or (within and not within[0] <= value <= within[1]):
                raise WavesimError(
                    f"{option} must be {what}, but is {brief(text)}; write, for example, {option} {example}."
                )
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
        autocompletion=values_to_set,
    ),
]
On = Annotated[Device | None, typer.Option(help="Where to compute; by default a GPU if jax finds one.")]
Tolerance = Annotated[
    float | None, numeric("--tolerance", "1e-4", help="The error bar to aim at, instead of the scenario's.")
]
