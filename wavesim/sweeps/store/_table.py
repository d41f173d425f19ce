"""The labelled table of a sweep: its coordinates and columns with their units, and answers as its entries."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._answer import Answer, Status
from .._parts import Part, Rest

if TYPE_CHECKING:
    import xarray

    from .._file import Sweep
    from .._layout import Layout

# version 2: every file has a checksum, the description a digest
FORMAT = 2
_MEANINGS = " ".join(status.name.lower() for status in Status)


@dataclasses.dataclass(frozen=True)
class Column:
    """One variable over all rows.

    Attributes:
        dtype: in zarr's names; ``"str"`` for text.
        fill: value of rows without an answer.
        attributes: the name in words and the unit.
    """

    dtype: str
    fill: float | int | str
    attributes: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Coordinate:
    """A label of rows: numbers or text along one dimension."""

    dim: str
    values: np.ndarray
    attributes: dict[str, Any]


def columns(names: Sequence[str], sweep: Sweep) -> dict[str, Column]:
    """The columns of a sweep that measures `names`, in the order in which they are written: `status` last."""
    table: dict[str, Column] = {}
    for name in names:
        unit = sweep.units.symbol(sweep.dimension(name))
        words = name.replace("_", " ")
        names_in_words = {"": words, "_error": f"error bar of {words}"}
        if sweep.uncertain:
            names_in_words["_inputs"] = f"uncertainty of {words} by uncertain inputs (one standard deviation)"
        names_in_words |= {"_theory": f"{words} by theory"}
        names_in_words |= {f"_theory_{theory}": f"{words} by {theory.replace('_', ' ')}" for theory in sweep.theories}
        for suffix, text in names_in_words.items():
            table[name + suffix] = Column("float64", math.nan, {"long_name": text, "units": unit})
    return table | {
        "reason": Column("str", "", {"long_name": "why the row is not good"}),
        "runs": Column("int64", 0, {"long_name": "propagations, repetitions included", "units": "1"}),
        "fft_pairs": Column("int64", 0, {"long_name": "FFT pairs of all propagations", "units": "1"}),
        "status": Column(
            "uint8",
            int(Status.WAITING),
            {
                "long_name": "what became of the row",
                "flag_values": [int(status) for status in Status],
                "flag_meanings": _MEANINGS,
            },
        ),
    }


def coordinates(sweep: Sweep) -> dict[str, Coordinate]:
    """One coordinate for each path of each axis, and the index along an axis that is named after none of them.

    Numbers have the unit in which they were given."""
    labels: dict[str, Coordinate] = {}
    for axis in sweep.axes:
        if axis.name not in axis.coordinates:
            labels[axis.name] = Coordinate(axis.name, np.arange(len(axis)), {"long_name": axis.name})
        for name, path in axis.coordinates.items():
            numbers, facts = axis.numbers(path), {"long_name": path}
            if numbers is None:
                labels[name] = Coordinate(axis.name, np.array(axis.labels(path), dtype=object), facts)
            else:
                labels[name] = Coordinate(axis.name, np.asarray(numbers, float), {**facts, "units": axis.unit(path)})
    return labels


def attributes(sweep: Sweep, names: Sequence[str], provenance: Mapping[str, str]) -> dict[str, Any]:
    """Attributes of the table: title, measured quantities (the headline first), content and its hash, versions, device, date."""
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return {
        "sweep_format": FORMAT,
        "title": sweep.title,
        "scenario": sweep.scenario,
        "measured": list(names),
        "hash": sweep.hash,
        "content": sweep.content,
        **provenance,
        "created": created,
    }


def entries(answers: Sequence[Answer], names: Sequence[str], sweep: Sweep) -> dict[str, np.ndarray]:
    """The answers of some rows by column, each of shape (rows,), in the units shown; nan where an answer has no such number."""
    table: dict[str, np.ndarray] = {}
    for name in names:
        scale = sweep.units.scale(sweep.dimension(name))
        theories = [answer.theories.get(name, {}) for answer in answers]
        entry = {
            "": [answer.values.get(name, math.nan) for answer in answers],
            "_error": [answer.errors.get(name, math.nan) for answer in answers],
            "_theory": [next(iter(predictions.values()), math.nan) for predictions in theories],
        }
        if sweep.uncertain:
            entry["_inputs"] = [answer.inputs.get(name, math.nan) for answer in answers]
        for theory in sweep.theories:
            entry[f"_theory_{theory}"] = [predictions.get(theory, math.nan) for predictions in theories]
        for suffix, numbers in entry.items():
            table[name + suffix] = np.array(numbers, float) / scale
    table["reason"] = np.array([answer.reason for answer in answers], dtype=object)
    table["runs"] = np.array([answer.runs for answer in answers], np.int64)
    table["fft_pairs"] = np.array([answer.fft_pairs for answer in answers], np.int64)
    table["status"] = np.array([answer.status for answer in answers], np.uint8)
    return table


def theories(answers: Sequence[Answer], names: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """The text of the attribute `theory` of ``NAME_theory`` after these answers; `known` is the text before them.

    Rows may be compared with different theories: the text then names all of them, in alphabetical order.
    """
    texts: dict[str, str] = {}
    for name in names:
        seen = {text for text in known.get(name, "").split(", ") if text}
        seen |= {next(iter(answer.theories[name])) for answer in answers if name in answer.theories}
        if seen:
            texts[name] = ", ".join(sorted(seen))
    return texts


def counted(status: np.ndarray) -> dict[Status, int]:
    """Number of rows by status."""
    return {value: int(np.count_nonzero(status == value)) for value in Status}


def unfinished(status: np.ndarray, layout: Layout) -> list[int]:
    """The chunks with waiting rows; `status` has one entry for each row, in order."""
    waits = np.ravel(status) == Status.WAITING
    return [chunk for chunk in range(layout.chunks) if waits[layout.rows_of(chunk)].any()]


def first_waiting(status: np.ndarray) -> int:
    """Place of the first waiting row; the number of rows if none waits."""
    waits = status == Status.WAITING
    return int(waits.argmax()) if waits.any() else len(waits)


class Table:
    """The table of a sweep in memory, with the methods of `Store`: for a sweep without files.

    Args:
        sweep, layout: the sweep, and its division into chunks.
        names: the quantities measured, the headline first.
        provenance: further text attributes: versions, device, precision.
    """

    # largest number of parts that wait to be written
    at_once = 1

    def __init__(self, sweep: Sweep, layout: Layout, names: Sequence[str], provenance: Mapping[str, str]) -> None:
        self._sweep, self._layout, self._names = sweep, layout, tuple(names)
        self._attributes = attributes(sweep, names, provenance)
        self._theories: dict[str, str] = {}
        rows = math.prod(layout.shape)
        self._entries = {
            name: np.full(rows, column.fill, object if column.dtype == "str" else column.dtype)
            for name, column in columns(names, sweep).items()
        }

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: a table in memory holds no lock."""

    def write(self, parts: Sequence[Part]) -> None:
        """Enter answers."""
        for part in parts:
            rows, answers = self._layout.rows_of(part.chunk), list(part.answers.values())
            for name, values in entries(answers, self._names, self._sweep).items():
                self._entries[name][[rows[place] for place in part.answers]] = values
            self._theories |= theories(answers, self._names, self._theories)

    def rest(self, chunk: int) -> Rest:
        """The unanswered rows of a chunk."""
        return Rest(first_waiting(self._entries["status"][self._layout.rows_of(chunk)]))

    def waiting(self) -> list[int]:
        """The chunks with waiting rows."""
        return unfinished(self._entries["status"], self._layout)

    def statuses(self) -> dict[Status, int]:
        """Number of rows by status."""
        return counted(self._entries["status"])

    def dataset(self) -> xarray.Dataset:
        """The table, as from `Store.dataset`."""
        import xarray as xr

        dims = tuple(axis.name for axis in self._sweep.axes)
        variables = {}
        for name, column in columns(self._names, self._sweep).items():
            variables[name] = xr.Variable(dims, self._entries[name].reshape(self._layout.shape), column.attributes)
        for name, text in self._theories.items():
            variables[f"{name}_theory"].attrs["theory"] = text
        labels = {name: xr.Variable(c.dim, c.values, c.attributes) for name, c in coordinates(self._sweep).items()}
        return xr.Dataset(variables, labels, self._attributes)
