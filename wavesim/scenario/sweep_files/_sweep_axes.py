"""The axes of a sweep: values by path, and the names that they have in the table."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import QUANTITIES
from ._vary import numbers_of

SAMPLE = "sample"
# names of the table's columns beside the quantities, which neither an axis nor a quantity may have, and what stands behind a quantity's name
COLUMNS = ("status", "reason", "runs", "fft_pairs", SAMPLE)
SUFFIXES = ("_error", "_inputs", "_theory")


@dataclasses.dataclass(frozen=True)
class SweepAxis:
    """One dimension of the table: values for one path, or for several that vary together.

    Attributes:
        name: of the dimension: that of its first coordinate, or ``sample``.
        paths: what varies along it.
        names: the coordinate of each path.
        columns: the values of each path, as a file holds them: plain numbers, text such as ``"0.30 eV"``, words, tables.
        plain: for each path, the unit in which a plain number is meant, as `wavesim.units.UnitSystem.symbol` has it.
    """

    name: str
    paths: tuple[str, ...]
    names: tuple[str, ...]
    columns: tuple[tuple[Any, ...], ...]
    plain: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.columns[0])

    @property
    def coordinates(self) -> dict[str, str]:
        """The path of each coordinate by its name; the first has the axis's name, unless the axis counts samples."""
        return dict(zip(self.names, self.paths, strict=True))

    def values(self, path: str) -> tuple[Any, ...]:
        """The values of a path."""
        return self.columns[self.paths.index(path)]

    def labels(self, path: str) -> tuple[str, ...]:
        """Each value of a path in words."""
        return tuple(_label(value) for value in self.values(path))

    def numbers(self, path: str) -> np.ndarray | None:
        """The values of a path as plain numbers in `unit`, shape (rows along the axis,); None where they are none."""
        found = self._numbers[path]
        return None if found is None else np.array(found[0])

    def unit(self, path: str) -> str:
        """The unit of `numbers`, "" where there are none; that of the first value where several are used."""
        found = self._numbers[path]
        return "" if found is None else found[1] or self.plain[self.paths.index(path)]

    @functools.cached_property
    def _numbers(self) -> dict[str, tuple[tuple[float, ...], str] | None]:
        return {path: numbers_of(column) for path, column in zip(self.paths, self.columns, strict=True)}


def _label(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("kind"), str):
        return value["kind"]
    if isinstance(value, bool | int | float | dict | list):
        return json.dumps(value)
    return type(value).__name__


def names_of(paths: Sequence[str], own: Iterable[str] = ()) -> dict[str, str]:
    """A name for each path: its last part, ``height``, or as many parts as it takes to tell it from the others, and from what is measured."""
    taken = {*COLUMNS, *(name + suffix for name in (*QUANTITIES, *own) for suffix in ("", *SUFFIXES))}

    def candidates(path: str) -> list[str]:
        parts = path.split(".")
        tails = ["_".join(parts[at:]) for at in reversed(range(len(parts))) if not parts[at].isdigit()]
        return [name for name in (*tails, path) if name not in taken]

    found: dict[str, str] = {}
    for path in paths:
        others = {name for other in paths if other != path for name in candidates(other)}
        found[path] = next((name for name in candidates(path) if name not in others), path)
    return found


def axes_of(
    groups: Sequence[Sequence[str]],
    values: Mapping[str, Sequence[Any]],
    plain: Mapping[str, str],
    sample: bool,
    own: Iterable[str] = (),
) -> tuple[SweepAxis, ...]:
    """The axes of groups of paths that vary together.

    Args:
        groups: the paths of each axis, in order.
        values: by path.
        plain: by path, the unit of plain numbers.
        sample: whether the last group is of samples, which are counted instead of named after their first path.
        own: names of quantities that are no standard ones.
    """
    names = names_of([path for group in groups for path in group], own)
    made = []
    for place, group in enumerate(groups):
        counted = sample and place == len(groups) - 1
        made.append(
            SweepAxis(
                SAMPLE if counted else names[group[0]],
                tuple(group),
                tuple(names[path] for path in group),
                tuple(tuple(values[path]) for path in group),
                tuple(plain.get(path, "1") for path in group),
            )
        )
    return tuple(made)
