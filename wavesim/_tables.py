"""Numbers from files: CSV columns with units in the header, and NumPy arrays."""

from __future__ import annotations

import base64
import csv
import dataclasses
import io
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ._text import brief, brief_text, clean
from ._typing import DIMENSIONLESS, Dimension
from .errors import ArgumentError, WavesimError
from .units import value_in

# the most characters of a file, as for scenario files, and the most numbers of an array
LARGEST, MOST_NUMBERS = 1_000_000, 4_000_000
_EMBEDDED = "data:application/x-npy;base64,"
_HEADING = re.compile(r"^(.*?)\s*(?:\((.*)\)|\[(.*)\]|/\s*\(?(.+?)\)?)?$")
_WORDS = re.compile(r"[^\s(\[]+(?:\s*[(\[][^)\]]*[)\]])?")


@dataclasses.dataclass(frozen=True)
class ColumnSpec:
    """A column to look for: what it is, its dimension, the names that it may have, and whether it is optional."""

    what: str
    dimension: Dimension
    names: tuple[str, ...]
    optional: bool = False


@dataclasses.dataclass(frozen=True)
class Column:
    """The numbers of a column as written, the symbol of their unit ("" without one), and the line of each in the file."""

    numbers: np.ndarray
    unit: str
    file: str = ""
    lines: tuple[int, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether the table has no such column."""
        return not len(self.numbers)

    def refuse_unordered(self) -> None:
        """Refuse positions that are not in order.

        Raises:
            ArgumentError: of `file`, if the positions neither increase nor decrease from line to line.
        """
        steps = np.diff(self.numbers)
        steps = steps if np.sum(steps > 0) >= np.sum(steps < 0) else -steps
        wrong = np.flatnonzero(~(steps > 0))
        if not len(wrong):
            return
        (before, here), place = self.numbers[wrong[0] : wrong[0] + 2].tolist(), int(wrong[0])
        line, earlier = self.lines[place + 1], self.lines[place]
        if before == here:
            raise _refusal(
                f"must hold each position once, but line {line} of {self.file} has {here:g} again, as line {earlier} has; leave one of them out."
            )
        raise _refusal(
            f"must hold positions in order, but line {line} of {self.file} has {here:g} after {before:g}; sort its lines."
        )

    def internal(self, dimension: Dimension) -> np.ndarray:
        """The numbers in internal units; numbers without a unit already are."""
        scale = value_in(self.unit, dimension) if self.unit else 1.0
        return self.numbers * (1.0 if scale is None else scale)


def columns_of(path: str | os.PathLike[str], specs: Sequence[ColumnSpec], natural: bool | None = None) -> list[Column]:
    """The specified columns of a table in a text file, one row a line, with a comma, semicolon, tab or blanks between columns.

    The header has a name and a unit for each, ``x (nm),V (eV)``. Columns are found by their names, or by their order if a table has
    exactly as many as specified. Lines that begin with # are comments; the last before the numbers may be the header.

    Args:
        path: the file.
        specs: the columns to find.
        natural: True if numbers must have no unit, False if they must have one; None allows both.

    Returns:
        the columns in the order of `specs`.

    Raises:
        ArgumentError: of `file`, if it cannot be read, is too large, or holds anything but numbers.
    """
    name = brief_text(clean(Path(path).name), 80)
    lines = _lines(path, name)
    first = next((place for place, line in enumerate(lines) if _numbers(line) is not None), None)
    if first is None:
        raise _refusal(f"must hold rows of numbers, but {name} holds none; write one row a line, as in '0.5, 0.3'.")
    table, places = _rectangle(lines[first:], name, first)
    headings = _headings(lines[:first], table.shape[1])
    needed = sum(not spec.optional for spec in specs)
    columns = [
        _column(spec, table, headings, needed, len(specs), place, name, natural) for place, spec in enumerate(specs)
    ]
    return [dataclasses.replace(column, file=name, lines=places) for column in columns]


def array_of(path: str | os.PathLike[str]) -> np.ndarray:
    """The numbers of a ``.npy`` file, real or complex; objects are never unpickled.

    Raises:
        ArgumentError: of `file`, if it cannot be read, is too large, or holds anything but numbers.
    """
    name = "the array" if str(path).startswith("data:") else brief_text(clean(Path(path).name), 80)
    try:
        with _opened(path) as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, fortran, dtype = read(file)
            count = math.prod(shape)
            if dtype.hasobject or dtype.kind not in "fiuc":
                raise _refusal(f"must hold numbers, but {name} holds {brief(str(dtype))}; save an array of floats.")
            if count > MOST_NUMBERS:
                raise _refusal(f"must hold at most {MOST_NUMBERS:,} numbers, but {name} holds {count:,}; thin it out.")
            content = file.read(count * dtype.itemsize + 1)
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        if isinstance(error, WavesimError):
            raise
        raise _unreadable(name, error, "an array that numpy.save wrote") from None
    if len(content) != count * dtype.itemsize:
        raise _refusal(f"must be whole, but {name} does not hold the numbers that it announces; save it again.")
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
    array = array.astype(complex if dtype.kind == "c" else float)
    if not np.isfinite(array).all():
        raise _refusal(f"must hold finite numbers, but {name} holds one that is not; replace it.")
    return array


def embedded(path: str | os.PathLike[str]) -> str:
    """A ``.npy`` file as text that `array_of` accepts instead of its path, so that the content of a scenario includes its numbers.

    Raises:
        ArgumentError: as `array_of` does.
    """
    content = io.BytesIO()
    np.save(content, array_of(path), allow_pickle=False)
    return _EMBEDDED + base64.b64encode(content.getvalue()).decode("ascii")


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    if str(path).startswith(_EMBEDDED):
        return io.BytesIO(base64.b64decode(str(path)[len(_EMBEDDED) :], validate=True))
    return Path(path).open("rb")


def _lines(path: str | os.PathLike[str], name: str) -> list[str]:
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8-sig") if len(content) <= LARGEST else ""
    except (OSError, ValueError) as error:
        raise _unreadable(name, error, "a text file in UTF-8") from None
    if len(content) > LARGEST:
        raise _refusal(f"must have at most {LARGEST:,} characters, but {name} has more; thin the table out.")
    return [line.strip() for line in text.splitlines()]


def _unreadable(name: str, error: Exception, kind: str) -> ArgumentError:
    if isinstance(error, OSError) and error.strerror:
        return _refusal(
            f"must be a file that can be read, but {name} cannot: {error.strerror}; "
            "check the path, which begins where the scenario file lies."
        )
    return _refusal(f"must be {kind}, but {name} is none; save it as one.")


def _refusal(reason: str) -> ArgumentError:
    return ArgumentError("file", reason)


def _cells(line: str) -> list[str]:
    mark = next((mark for mark in ",;\t" if mark in line), None)
    if mark is None:
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark))]


def _numbers(line: str) -> list[float] | None:
    """The numbers of a line; None if it has anything else, or nothing."""
    try:
        cells = _cells(line)
        # a comma at the end of the line makes an empty last cell
        numbers = [float(cell) for cell in (cells[:-1] if cells and not cells[-1] else cells)]
    except (ValueError, csv.Error):
        return None
    return numbers or None


def _rectangle(lines: list[str], name: str, before: int) -> tuple[np.ndarray, tuple[int, ...]]:
    """The numbers of the lines, and the number of the line of each row."""
    rows, places = list[list[float]](), list[int]()
    for place, line in enumerate(lines):
        if not line or line.startswith("#"):
            continue
        numbers = _numbers(line)
        if numbers is None or len(numbers) != len(rows[0] if rows else numbers):
            number = f"line {before + place + 1} of {name}"
            wish = f"{len(rows[0])} numbers like the others" if rows else "numbers"
            raise _refusal(
                f"must hold nothing but numbers below its header, but {number} is {brief(line)}; give {wish}."
            )
        if not all(map(math.isfinite, numbers)):
            raise _refusal(
                f"must hold finite numbers, but line {before + place + 1} of {name} is {brief(line)}; replace it."
            )
        rows.append(numbers)
        places.append(before + place + 1)
    return np.array(rows), tuple(places)


def _headings(lines: Sequence[str], columns: int) -> list[tuple[str, str]] | None:
    """Name and unit of each column; None without a header."""
    line = next((line.lstrip("# ").strip() for line in reversed(lines) if line.lstrip("# ").strip()), "")
    try:
        cells = _cells(line) if any(mark in line for mark in ",;\t") else _WORDS.findall(line)
    except csv.Error:
        return None
    if len(cells) == columns + 1 and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != columns:
        return None
    matches = [_HEADING.match(cell.strip().strip("\"'").strip()) for cell in cells]
    return [(m[1].strip(), next((g.strip() for g in m.groups()[1:] if g), "")) for m in matches if m]


def _column(
    spec: ColumnSpec,
    table: np.ndarray,
    headings: list[tuple[str, str]] | None,
    count: int,
    most: int,
    place: int,
    name: str,
    natural: bool | None,
) -> Column:
    named = [n for n, (heading, _) in enumerate(headings or ()) if heading.lower() in spec.names]
    # a column of another name is not taken for an optional one
    if not named and spec.optional and (headings is not None or table.shape[1] <= place):
        return Column(np.zeros(0), "")
    if not named and table.shape[1] not in (count, most):
        raise _refusal(
            f"must have {count} columns, or a header that names them, but {name} has {table.shape[1]} and none called "
            f"{' or '.join(spec.names[:3])}; name the column of the {spec.what}."
        )
    at = named[0] if named else place
    unit = "" if headings is None else headings[at][1]
    if unit.lower() in ("natural", "natural units", "1"):
        unit = ""
    if spec.dimension == DIMENSIONLESS:
        return Column(table[:, at], "")
    if natural and unit:
        raise _refusal(
            f"must hold plain numbers in natural units, but {name} gives the {spec.what} in {brief(unit)}; leave the unit out of its "
            'header, or drop the line units = "natural".'
        )
    if natural is False and not unit:
        example = spec.dimension.examples[0]
        raise _refusal(
            f"must have a unit for each column in its header, but {name} has none for the {spec.what}; "
            f"write its first line as in '{spec.names[0]} ({example})'."
        )
    try:
        valid = not unit or value_in(unit, spec.dimension) is not None
    except WavesimError:
        valid = False
    if not valid:
        raise _refusal(
            f"must have units in its header, but {name} gives the {spec.what} in {brief(unit)}, which is no unit of "
            f"{spec.dimension.name}; take one such as {' or '.join(spec.dimension.examples[:2])}."
        )
    return Column(table[:, at], unit)
