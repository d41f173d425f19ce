"""Values of the axes and samples of a sweep file, in the form of a scenario file."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import pydantic
from pydantic import AfterValidator, Field, StrictInt, StrictStr

from ..._checks import at_least
from ..._text import brief
from ...errors import ArgumentError, ScenarioError
from ...units import split_uncertain
from ..schema._fields import Table
from ..schema._messages import sentences
from ..schema._uncertain import as_uncertain
from ._vary import numbers_of

MOST_ROWS = 10_000_000
# binary digits of a Sobol point from scipy
_BITS = 30

# names of keys in other programs, and the keys they may mean
_SYNONYMS = {
    "scale": {"spacing"},
    "start": {"from", "low"},
    "stop": {"to", "high"},
    "end": {"to", "high"},
    "min": {"from", "low"},
    "max": {"to", "high"},
    "num": {"count"},
    "points": {"count"},
    "steps": {"count"},
}

TableT = TypeVar("TableT", bound=Table)
# low, high, unit, spacing, and an uncertain end if there is one
Bounded = tuple[Any, ...]


def _within(name: str, lowest: int) -> AfterValidator:
    def run(value: int) -> int:
        at_least(name, value, lowest)
        if value > MOST_ROWS:
            raise ArgumentError(name, f"must be at most {MOST_ROWS:,}, but is {value:,}; split the sweep.")
        return value

    return AfterValidator(run)


class Span(Table):
    """Values from one number to another, both included."""

    begin: Any = Field(alias="from")
    to: Any
    count: Annotated[StrictInt, _within("count", 2)]
    spacing: Literal["linear", "log"] = "linear"


class Bounds(Table):
    """Range of the samples of one path: uniform between two numbers, or between their logarithms."""

    low: Any
    high: Any
    spacing: Literal["linear", "log"] = "linear"


class Sample(Table):
    """Samples: Sobol points, which fill the space evenly, or independent ones."""

    kind: Literal["sobol", "uniform"] = "sobol"
    count: Annotated[StrictInt, _within("count", 1)]
    seed: Annotated[StrictInt, _within("seed", 0)] = 0
    bounds: dict[StrictStr, Any]


def read_table(cls: type[TableT], raw: Any, where: str, wrong: list[str]) -> TableT | None:
    """Check a table of a sweep file; errors are added to `wrong`."""
    try:
        return cls.model_validate(raw)
    except pydantic.ValidationError as error:
        # messages for a whole file are changed to those for this table
        name = where.rstrip(".")
        for sentence in sentences(error, raw, cls, {}, "sweep"):
            if sentence.startswith("unknown key"):
                wrong.append(_with_synonym(sentence.replace(" of a sweep", f" in {name}"), cls))
            else:
                wrong.append(f"{where}{sentence}".replace("at the top of the file", f"to {name}"))
        return None


def _with_synonym(sentence: str, cls: type[Table]) -> str:
    """The message about an unknown key, with a suggestion for names from other programs."""
    keys = {field.alias or key for key, field in cls.model_fields.items()}
    meant = _SYNONYMS.get(sentence.split("`")[1], set()) & keys
    return sentence.replace(". The keys", f"; did you mean {meant.pop()!r}? The keys") if meant else sentence


def axis_values(path: str, given: Any, wrong: list[str]) -> list[Any]:
    """The values of an axis: ``{ from, to, count, spacing }``, ``{ values = [...] }`` or a plain list."""
    name = f"axes.{path}"
    if isinstance(given, dict) and "values" in given and len(given) == 1:
        given = given["values"]
    if isinstance(given, list):
        if not given:
            wrong.append(f"{name} must hold at least one value, but is empty; list some, or leave the axis out.")
        wrong += [f"{name} {sentence}" for sentence in _words_among_numbers(given)]
        return given
    if not isinstance(given, dict) or not set(given) & {"from", "to", "count", "spacing", "values"}:
        quoted = '; a path needs quotation marks, as in "potential.height"' if isinstance(given, dict) else ""
        wrong.append(
            f"{name} must be a list of values, or {{ from = .., to = .., count = .. }}, but is {brief(given)}{quoted}."
        )
        return []
    span = read_table(Span, given, f"{name}.", wrong)
    if span is None:
        return []
    ends = _ends(name, ("from", "to"), (span.begin, span.to), span.spacing, wrong)
    if ends is None:
        return []
    low, high, unit, limit = ends
    numbers = (np.geomspace if span.spacing == "log" else np.linspace)(low, high, span.count)
    if isinstance(span.begin, int) and isinstance(span.to, int) and np.allclose(numbers, np.rint(numbers), rtol=1e-9):
        return [round(float(number)) for number in numbers]
    # 0.3, not 0.30000000000000004: labels must be easy to look up; the ends are unchanged
    between = [float(f"{number:.15g}") for number in numbers[1:-1]]
    return [_written(number, unit, limit) for number in (low, *between, high)]


def _words_among_numbers(values: Sequence[Any]) -> list[str]:
    """The message about the first word on an axis of numbers."""
    words = [value for value in values if _is_word(value)]
    if not words or not any(map(_is_number, values)):
        return []
    return [f"must hold numbers only, but holds {brief(words[0])} among them; give a number, or leave it out."]


def _is_word(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip() != "inf" and numbers_of((value,)) is None
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        # a formula may begin with a number, or be one
        number = numbers_of((value,))
        return number is not None and number[1][:1].isalpha()
    return isinstance(value, int | float) and not isinstance(value, bool)


def axis_length(given: Any) -> int:
    """Number of values of an unchecked axis; 1 if it is invalid."""
    if isinstance(given, dict):
        given = given.get("values", given.get("count"))
    if isinstance(given, list):
        return max(len(given), 1)
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else 1


def sample_bounds(sample: Sample, wrong: list[str]) -> dict[str, Bounded]:
    """Low, high, unit, spacing and, if present, an uncertain end by path, in the form of the sweep's content."""
    bounds_by_path: dict[str, Bounded] = {}
    if not sample.bounds:
        wrong.append(
            'sample.bounds must hold at least one path, such as "potential.height" = { low = 0.5, high = 2.0 }.'
        )
    for path, raw in sample.bounds.items():
        name = f"sample.bounds.{path}"
        if not isinstance(raw, dict):
            wrong.append(f"{name} must be a table, but is {brief(raw)}; write {{ low = .., high = .. }}.")
            continue
        bounds = read_table(Bounds, raw, f"{name}.", wrong)
        ends = bounds and _ends(name, ("low", "high"), (bounds.low, bounds.high), bounds.spacing, wrong)
        if bounds and ends:
            low, high, unit, limit = ends
            bounds_by_path[path] = (low, high, unit, bounds.spacing, *([limit] if limit else []))
    return bounds_by_path


def sample_values(kind: str, count: int, seed: int, bounds: Sequence[Bounded]) -> list[list[Any]]:
    """The samples, one list for each of the bounds; those of a longer count start with those of a shorter one."""
    make: Callable[[int, int, int], np.ndarray] = _sobol if kind == "sobol" else _uniform
    points = make(count, len(bounds), seed)
    return [
        [_written(float(number), unit, *limit) for number in _between(low, high, spacing, points[:, place])]
        for place, (low, high, unit, spacing, *limit) in enumerate(bounds)
    ]


def _sobol(count: int, dimension: int, seed: int) -> np.ndarray:
    """Sobol points with a random digital shift, in the middle of their cells: shape (count, dimension), 0 < u < 1."""
    from scipy.stats import qmc

    # all points of the power of two: in parts, scipy warns of a lost balance
    points = qmc.Sobol(dimension, scramble=False).random_base2(max(count - 1, 0).bit_length())[:count]
    digits = np.rint(points * 2**_BITS).astype(np.int64)
    shift = np.random.default_rng(seed).integers(0, 2**_BITS, size=dimension)
    return ((digits ^ shift) + 0.5) / 2**_BITS


def _uniform(count: int, dimension: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((count, dimension))


def _between(low: float, high: float, spacing: str, share: np.ndarray) -> np.ndarray:
    return low * (high / low) ** share if spacing == "log" else low + (high - low) * share


def _ends(
    name: str, keys: tuple[str, str], given: tuple[Any, Any], spacing: str, wrong: list[str]
) -> tuple[float, float, str, str] | None:
    """Two numbers, their unit, and an end with an uncertainty; "" if neither has one."""
    actual = f"but they are {brief(given[0])} and {brief(given[1])}"
    pair = numbers_of(given)
    if pair is None or not all(math.isfinite(number) for number in pair[0]):
        wrong.append(
            f"{name}: {keys[0]} and {keys[1]} must be numbers of one unit, such as '0.5 eV' and '2 eV', {actual}."
        )
        return None
    (low, high), unit = pair
    if low == high:
        wrong.append(f"{name}: {keys[0]} and {keys[1]} must differ, {actual}; a fixed value belongs in [set].")
        return None
    if spacing == "log" and not (low > 0 and high > 0):
        wrong.append(f'{name}: {keys[0]} and {keys[1]} must be positive for spacing = "log", {actual}; take "linear".')
        return None
    limits = [end for end in given if isinstance(end, str) and split_uncertain(end) is not None]
    if len({as_uncertain(_written(low, unit), limit) for limit in limits}) > 1:
        wrong.append(
            f"{name}: {keys[0]} and {keys[1]} must be uncertain by the same, {actual}; list values that differ in it."
        )
        return None
    return low, high, unit, limits[0] if limits else ""


def _written(number: float, unit: str, limit: str = "") -> Any:
    """A value in the form of a file, with the uncertainty of `limit`."""
    return as_uncertain(f"{number!r} {unit}" if unit else number, limit)


def refuse_too_many(lengths: Sequence[int]) -> None:
    """Refuse axes with too many rows.

    Raises:
        ScenarioError: if axes of these lengths make too many rows.
    """
    rows = math.prod(lengths)
    if rows > MOST_ROWS:
        raise ScenarioError(f"a sweep must have at most {MOST_ROWS:,} rows, but this one has {rows:,}; split it.")
