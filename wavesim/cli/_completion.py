"""Shell completion: names of shipped files, results and kinds, words of options, and the keys of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

# keys that change no number
_WORDS = ("format", "title", "question", "expectation", "units", "expect", "vary")


def scenario_names(incomplete: str) -> list[str]:
    """The shipped scenarios that begin with a text; if none does, the shell completes files."""
    from ..scenario import shipped

    return [name for name in shipped() if name.startswith(incomplete)]


def sweep_names(incomplete: str) -> list[str]:
    """The shipped sweeps that begin with a text."""
    from ..scenario import shipped_sweeps

    return [name for name in shipped_sweeps() if name.startswith(incomplete)]


def design_names(incomplete: str) -> list[str]:
    """The shipped designs that begin with a text."""
    from ..scenario import shipped_designs

    return [name for name in shipped_designs() if name.startswith(incomplete)]


def result_names(incomplete: str) -> list[str]:
    """The results in the folder where runs write by default."""
    return sorted(file.parent.name for file in Path("results").glob(f"{incomplete}*/result.nc"))


def one_of_words(*words: str) -> Callable[[str], list[str]]:
    """Complete one of these words, or the last of several separated by commas."""

    def completed(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{word}" for word in words if word.startswith(last)]

    return completed


def potential_kinds(incomplete: str) -> list[str]:
    """The kinds of potentials, from the shipped examples, since their classes would import jax."""
    from ..scenario import examples

    return [kind for kind in examples()["potential"] if kind.startswith(incomplete)]


def values_to_set(ctx: typer.Context, incomplete: str) -> list[str]:
    """Paths of the values in the scenario named before on the command line, ``potential.height=``."""
    # while an option still lacks its value, the name is among the remaining arguments
    name = next((word for word in (ctx.params.get("name"), *ctx.args) if word), None)
    paths = _paths(_scenario_of(name)) if name else ()
    return [f"{path}=" for path in paths if path.startswith(incomplete)]


def _scenario_of(name: str) -> dict[str, Any]:
    """The content of a scenario, or of the one that a sweep varies; empty if it cannot be read."""
    from ..errors import WavesimError
    from ..scenario import shipped, toml
    from .verbs._browse import text_of

    try:
        content = toml(text_of(name), name)
        base = content.get("scenario")
        if isinstance(base, str):
            file = base if base in shipped() else str(Path(name).parent / base)
            return toml(text_of(file), file)
    except WavesimError:
        return {}
    return base if isinstance(base, dict) else content


def _paths(content: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in content.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{prefix}{key}.")
        elif prefix or key not in _WORDS:
            yield f"{prefix}{key}"
