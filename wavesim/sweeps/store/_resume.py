"""Comparison of a store on disk with a sweep that would resume it: the first difference, in one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import WavesimError
from ._description import Description
from ._table import columns

if TYPE_CHECKING:
    from .._file import Sweep
    from .._layout import Layout

# provenance that must be the same for all rows of a table; device and version of jax are recorded, but may differ
_FIXED = ("wavesim", "precision")
_ABSENT = object()


def must_match(
    path: Path, stored: Description, sweep: Sweep, names: Sequence[str], provenance: Mapping[str, str]
) -> None:
    """Refuse to resume a store that holds the rows of another sweep, or of another version or precision.

    Raises:
        WavesimError: with the first thing that differs.
    """
    facts = stored.attributes
    if facts["hash"] != sweep.hash:
        raise WavesimError(
            f"{path} must hold the rows of this sweep, but {difference(str(facts['content']), sweep.content)}; choose another folder, or change it back."
        )
    for key in _FIXED:
        if key in provenance and facts.get(key, provenance[key]) != provenance[key]:
            raise WavesimError(
                f"{path} must go on with what it was begun with, {key} {facts[key]}, but this is {provenance[key]}; choose another folder, or change it back."
            )
    missing = set(columns(names, sweep)).symmetric_difference(stored.columns)
    if missing:
        raise WavesimError(
            f"{path} must hold what this sweep measures, but they differ in {', '.join(sorted(missing))}; choose another folder."
        )


def must_fit(path: Path, stored: Description, layout: Layout) -> None:
    """Refuse a store whose arrays have other chunks.

    Raises:
        WavesimError: if the shape of the table or of its chunks differs.
    """
    actual = stored.arrays["status"].layout
    if actual != layout:
        raise WavesimError(
            f"{path} must be cut into chunks of {layout.chunk}, but has {actual.chunk} of {actual.shape}: another version of wavesim wrote it; choose another folder."
        )


def difference(stored: str, asked: str) -> str:
    """The first thing in which two contents differ: ``"axes.potential.height had 20 values, now has 40"``."""
    try:
        before = json.loads(stored)
    except (ValueError, RecursionError):
        return "what it holds is not told in a way that can be read"
    for path, old, new in _differing(before, json.loads(asked), ""):
        if isinstance(old, list) and isinstance(new, list) and len(old) != len(new):
            return f"{path} had {len(old)} values, now has {len(new)}"
        if old is _ABSENT or new is _ABSENT:
            return f"{path} {'was not there' if old is _ABSENT else 'is no longer there'}"
        return f"{path} was {_short(old)}, now is {_short(new)}"
    return "it was written by another version of wavesim"


def _differing(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Path, old and new value of each difference, at the deepest level that both contents have."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _differing(old.get(key, _ABSENT), new.get(key, _ABSENT), f"{path}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differing(before, after, f"{path}.{place}")
    else:
        yield path, old, new


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
