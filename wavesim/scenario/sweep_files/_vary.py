"""``[vary]``: several cases of one scenario, which differ in the values of the varied paths."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from ..._text import clean
from ...analysis import Axis
from ...errors import ScenarioError, WavesimError
from ...units import number_and_unit, ratio, split_uncertain
from ..schema._uncertain import as_uncertain
from ..text import assign_value, found_at


@dataclasses.dataclass(frozen=True)
class Varied:
    """The cases of a file: labels, contents, the number that varies, if any, and the varied paths."""

    labels: tuple[str, ...]
    contents: tuple[dict[str, Any], ...]
    axis: Axis | None
    paths: tuple[str, ...]


def cases_of(data: dict[str, Any]) -> Varied:
    """Apply ``[vary]``: one content for each place in its lists.

    Raises:
        ScenarioError: if it is no table of equally long lists with at least one path and one place.
    """
    table = data["vary"]
    if not isinstance(table, dict) or not all(isinstance(values, list) and values for values in table.values()):
        raise ScenarioError('vary: must be a table of lists, such as "potential.width" = ["1 nm", "2 nm"].')
    paths = {path: values for path, values in table.items() if path != "label"}
    lengths = {path: len(values) for path, values in table.items()}
    if not paths:
        raise ScenarioError('vary: must name at least one path, such as "potential.width" = ["1 nm", "2 nm"].')
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{path} has {length}" for path, length in lengths.items())
        raise ScenarioError(f"vary: its lists must be equally long, for they are varied together, but {counts}.")
    count = next(iter(lengths.values()))
    rest = {key: value for key, value in data.items() if key != "vary"}
    contents = []
    for place in range(count):
        content = rest
        for path, values in paths.items():
            content = varied(content, path, values[place])
        contents.append(content)
    axis = next((axis for path, values in paths.items() if (axis := _axis(path, values)) is not None), None)
    return Varied(_labels(table.get("label"), paths, count), tuple(contents), axis, tuple(paths))


def varied(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of a file's content with a new value at a path, with the old uncertainty unless it has its own.

    Raises:
        ScenarioError: if the path leads through something that is no table.
    """
    return assign_value(data, path, as_uncertain(value, found_at(data, path)))


def refuse_varied(data: dict[str, Any], assignments: Iterable[str]) -> None:
    """Refuse an assignment to a path of ``[vary]``.

    Raises:
        ScenarioError: if an assignment sets a path that ``[vary]`` would overwrite.
    """
    table = data.get("vary")
    for assignment in assignments:
        path = assignment.partition("=")[0].strip()
        if path == "vary":
            return
        if isinstance(table, dict) and path in table:
            raise ScenarioError(
                f"{path}: must not be set here, for [vary] gives it {len(table[path])} values; take one case with --set 'vary={{}}' before it."
            )


def _labels(given: Any, paths: dict[str, list[Any]], count: int) -> tuple[str, ...]:
    if given is not None:
        return tuple(clean(str(label)) for label in given)
    path, values = next(iter(paths.items()))
    name = path.rpartition(".")[2].replace("_", " ")
    if all(isinstance(value, str | int | float) for value in values):
        return tuple(clean(f"{name} {value}") for value in values)
    return tuple(f"case {place + 1}" for place in range(count))


def _axis(path: str, values: list[Any]) -> Axis | None:
    """The values as plain numbers, if all are different numbers of one dimension."""
    column = None if path.startswith("expect.") else numbers_of(values)
    if column is None or len(set(column[0])) < len(values):
        return None
    numbers, symbol = column
    name = path.rpartition(".")[2].replace("_", " ")
    return Axis(f"{name} ({symbol})" if symbol else name, numbers)


def numbers_of(values: Iterable[Any]) -> tuple[tuple[float, ...], str] | None:
    """Values of a file as plain numbers, and their unit, that of the first one, "" for none: ``["500 meV", "1 eV"]`` gives
    ``(500.0, 1000.0), "meV"``. None unless all are numbers of one dimension.
    """
    read = [number_and_unit(_certain(value)) if isinstance(value, str | int | float) else None for value in values]
    pairs = [pair for pair in read if pair is not None]
    if not pairs or len(pairs) < len(read):
        return None
    first = pairs[0][1]
    try:
        numbers = [(number, ratio(symbol, first)) for number, symbol in pairs]
    except WavesimError:
        return None
    if any(size is None for _, size in numbers):
        return None
    return tuple(number * size for number, size in numbers if size is not None), first


def _certain(value: str | int | float) -> str:
    """A value as text, without its uncertainty."""
    parts = split_uncertain(str(value))
    return str(value) if parts is None else parts[0]
