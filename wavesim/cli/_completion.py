"""What a shell completes: names of shipped files, results and kinds, words of options, and the values of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

# what says something to a reader, and changes no number
_WORDS = ("format", "title", "question", "expectation", "units", "expect", "vary")


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
    return sorted(found.parent.name for found in Path("results").glob(f"{incomplete}*/result.nc"))


def one_of_words(*words: str) -> Callable[[str], list[str]]:
    """Completes one of these words, or the last of several with commas between."""

    def completed(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{word}" for word in words if word.startswith(last)]

    return completed


def potential_kinds(incomplete: str) -> list[str]:
    """The kinds of potentials, as the shipped examples have them: to ask the classes would import jax."""
    from ..scenario import examples

    return [kind for kind in examples()["potential"] if kind.startswith(incomplete)]


def values_to_set(ctx: typer.Context, incomplete: str) -> list[str]:
    """Paths of what stands in the scenario that is named before, ``potential.height=``."""
    # arguments are left over where an option still waits for its value
    name = next((word for word in (ctx.params.get("name"), *ctx.args) if word), None)
    paths = _paths(_scenario_of(name)) if name else ()
    return [f"{path}=" for path in paths if path.startswith(incomplete)]


def _scenario_of(name: str) -> dict[str, Any]:
    """The content of a scenario, or of the one that a sweep varies; empty where none can be read."""
    from ..errors import WavesimError
    from ..scenario import shipped, toml
    from .verbs._browse import text_of

    try:
        content = toml(text_of(name), name)
        below = content.get("scenario")
        if isinstance(below, str):
            file = below if below in shipped() else str(Path(name).parent / below)
            return toml(text_of(file), file)
    except WavesimError:
        return {}
    return below if isinstance(below, dict) else content


def _paths(content: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, value in content.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{above}{key}.")
        elif above or key not in _WORDS:
            yield f"{above}{key}"
