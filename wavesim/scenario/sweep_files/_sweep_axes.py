"""The axes of a sweep: values by path, and their names in the table."""

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
# names of the table's other columns, reserved for them, and suffixes of the columns of a quantity
COLUMNS = ("status", "reason", "runs", "fft_pairs", SAMPLE)
SUFFIXES = ("_error", "_inputs", "_theory")


@dataclasses.dataclass(frozen=True)
class SweepAxis:
    """One dimension of the table: values for one path, or for several that vary together.

    Attributes:
        name: name of the dimension: that of its first coordinate, or ``sample``.
        paths: paths that vary along it.
        names: the coordinate of each path.
        columns: the values of each path, in the form of a file: plain numbers, text such as ``"0.30 eV"``, words, tables.
        plain: for each path, the unit of plain numbers, from `wavesim.units.UnitSystem.symbol`.
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
        """The values of a path as plain numbers in `unit`, shape (rows along the axis,); None if they are not numbers."""
        column = self._numbers[path]
        return None if column is None else np.array(column[0])

    def unit(self, path: str) -> str:
        """The unit of `numbers`, that of the first value; "" if they are not numbers."""
        column = self._numbers[path]
        return "" if column is None else column[1] or self.plain[self.paths.index(path)]

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
    """A name for each path: its last part, ``height``, or as many parts as make it unique among paths and quantities."""
    taken = {*COLUMNS, *(name + suffix for name in (*QUANTITIES, *own) for suffix in ("", *SUFFIXES))}

    def candidates(path: str) -> list[str]:
        parts = path.split(".")
        tails = ["_".join(parts[at:]) for at in reversed(range(len(parts))) if not parts[at].isdigit()]
        return [name for name in (*tails, path) if name not in taken]

    names: dict[str, str] = {}
    for path in paths:
        others = {name for rival in paths if rival != path for name in candidates(rival)}
        names[path] = next((name for name in candidates(path) if name not in others), path)
    return names


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
        values: values by path.
        plain: unit of plain numbers by path.
        sample: whether the last group is of samples, whose axis is an index instead of its first path.
        own: names of quantities that the scenario defines.
    """
    names = names_of([path for group in groups for path in group], own)
    axes = []
    for place, group in enumerate(groups):
        counted = sample and place == len(groups) - 1
        axes.append(
            SweepAxis(
                SAMPLE if counted else names[group[0]],
                tuple(group),
                tuple(names[path] for path in group),
                tuple(tuple(values[path]) for path in group),
                tuple(plain.get(path, "1") for path in group),
            )
        )
    return tuple(axes)
