"""Tables in files beside a scenario: read with it, so that its content contains their numbers and needs no other file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .._tables import Column, columns_of, embedded
from ..errors import ArgumentError, ScenarioError
from ..potentials import PLANE, SAMPLES, in_order, mesh_of
from ..states import AMPLITUDES

Reader = Callable[[Path, Mapping[str, Any], bool], dict[str, Any]]


def with_tables(data: dict[str, Any], folder: Path, natural: bool) -> dict[str, Any]:
    """A file's content with the names of its tables replaced by their numbers; the same object without tables.

    Args:
        data: the content.
        folder: folder of their relative paths.
        natural: whether the file is in natural units.

    Raises:
        ScenarioError: if a table cannot be read.
    """
    return _written(data, folder, natural, "")


def _written(node: Any, folder: Path, natural: bool, path: str) -> Any:
    if isinstance(node, list):
        entries = [_written(value, folder, natural, f"{path}.{place}") for place, value in enumerate(node)]
        return entries if any(new is not old for new, old in zip(entries, node, strict=True)) else node
    if not isinstance(node, dict):
        return node
    reader = _READERS.get(node.get("kind")) if isinstance(node.get("kind"), str) else None
    if reader is not None and isinstance(node.get("file"), str) and not node["file"].startswith("data:"):
        try:
            return reader(folder / node["file"], node, natural)
        except ArgumentError as error:
            raise ScenarioError(f"{path.lstrip('.')}.{error.argument} {error.reason}") from None
    changed = {key: _written(value, folder, natural, f"{path}.{key}") for key, value in node.items()}
    return changed if any(changed[key] is not node[key] for key in node) else node


def _sampled(file: Path, node: Mapping[str, Any], natural: bool) -> dict[str, Any]:
    for key in ("values", "positions", "left", "right"):
        if key in node:
            raise ArgumentError("file", f"must stand alone, but stands beside `{key}`; leave out either.")
    x, v = columns_of(file, SAMPLES, natural)
    x.refuse_unordered()
    positions, values = in_order(x.numbers, v.numbers, str(node.get("interpolation", "spline")))
    rest = {key: value for key, value in node.items() if key != "file"}
    return rest | {"positions": _texts(Column(positions, x.unit)), "values": _texts(Column(values, v.unit))}


def _sampled_plane(file: Path, node: Mapping[str, Any], natural: bool) -> dict[str, Any]:
    rest = {key: value for key, value in node.items() if key != "file"}
    if file.suffix == ".npy":
        if natural and "unit" in node:
            raise ArgumentError(
                "unit", 'must not be given in natural units; leave it out, or drop the line units = "natural".'
            )
        if not natural and "unit" not in node:
            raise ArgumentError("unit", 'must be given beside an array file, but is missing; write unit = "meV", say.')
        return rest | {"file": embedded(file)}
    if clashing := sorted({"values", "lower", "upper", "unit"} & rest.keys()):
        raise ArgumentError("file", f"must stand alone, but stands beside `{clashing[0]}`; leave out either.")
    x, y, v = columns_of(file, PLANE, natural)
    table, lower, upper = mesh_of(x.numbers, y.numbers, v.numbers)
    corners = [
        [_with(number, column.unit) for number, column in zip(corner, (x, y), strict=True)] for corner in (lower, upper)
    ]
    rows = [_texts(Column(row, v.unit)) for row in table]
    return rest | {"values": rows, "lower": corners[0], "upper": corners[1]}


def _sampled_state(file: Path, node: Mapping[str, Any], natural: bool) -> dict[str, Any]:
    rest = {key: value for key, value in node.items() if key != "file"}
    if file.suffix == ".npy":
        return rest | {"file": embedded(file)}
    if clashing := sorted({"values", "imaginary", "positions", "left", "right"} & rest.keys()):
        raise ArgumentError("file", f"must stand alone, but stands beside `{clashing[0]}`; leave out either.")
    x, real, imag = columns_of(file, AMPLITUDES, natural)
    x.refuse_unordered()
    order = slice(None, None, -1) if len(x.numbers) > 1 and x.numbers[1] < x.numbers[0] else slice(None)
    parts = {"positions": _texts(Column(x.numbers[order], x.unit)), "values": real.numbers[order].tolist()}
    return rest | parts | ({} if imag.missing else {"imaginary": imag.numbers[order].tolist()})


def _texts(column: Column) -> list[Any]:
    """Numbers in the form of a scenario file."""
    return [_with(number, column.unit) for number in column.numbers.tolist()]


def _with(number: float, unit: str) -> Any:
    return f"{number!r} {unit}" if unit else number


_READERS: dict[Any, Reader] = {"sampled": _sampled, "sampled_plane": _sampled_plane, "sampled_state": _sampled_state}
