"""``wavesim compare A B``: the numbers of several results side by side."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from ..._text import brief_text, clean
from ...errors import ScenarioError
from ...units import ratio

_Numbers = dict[str, dict[str, Any]]


def comparison(names: list[str]) -> str:
    """A table of the numbers that two results or more have in common, with error bars and the distance from the first in bars.

    Raises:
        ScenarioError: if there are fewer than two results, or one cannot be read.
    """
    if len(names) < 2:
        raise ScenarioError(
            "compare needs two results or more; give their folders, as in: wavesim compare results/A results/B."
        )
    contents = [_content(name) for name in names]
    results = [_numbers(content) for content in contents]
    labels = [chr(ord("A") + place) if place < 26 else str(place + 1) for place in range(len(names))]
    lines = [f"{label}  {clean(brief_text(name, 200))}" for label, name in zip(labels, names, strict=True)]
    head = len(lines)
    for quantity in dict.fromkeys(key for numbers in results for key in numbers):
        entries = [
            (label, numbers[quantity]) for label, numbers in zip(labels, results, strict=True) if quantity in numbers
        ]
        if len(entries) < 2:
            continue
        unit = str(entries[0][1]["unit"])
        lines += ["", quantity.replace("_", " ") + ("" if unit in ("1", "natural") else f" ({unit})")]
        first: tuple[float, float] | None = None
        for label, row in entries:
            value, error = _in(row, unit)
            lines.append(f"  {label}  {_shown(value, error)}{'' if first is None else _distance(value, error, first)}")
            first = first or (value, error)
    if len(lines) == head:
        raise ScenarioError(
            f"these results have no number in common: {', '.join(map(clean, names))}; compare runs of one question."
        )
    return "\n".join([*lines, *_moments(labels, contents)])


def _moments(labels: list[str], contents: list[dict[str, Any]]) -> list[str]:
    """A note if runs end at different times, which changes numbers read at the end."""
    ends = {}
    for label, content in zip(labels, contents, strict=True):
        numerics = content.get("numerics") or {}
        try:
            ends[label] = float(numerics["dt"]) * int(numerics["steps"]), str(numerics["units"]["time"])
        except (KeyError, TypeError, ValueError):
            continue
    if len({f"{time:.9g} {unit}" for time, unit in ends.values()}) < 2:
        return []
    times = ", ".join(f"{label} at {time:.7g} {unit}" for label, (time, unit) in ends.items())
    return ["", f"The runs end at different times ({times}); numbers that are read at the end differ for that, too."]


def _content(name: str) -> dict[str, Any]:
    """The content of a result's report.json, with readable numbers."""
    given = Path(name)
    places = [given, given / "report.json", given.parent / "report.json", Path("results") / name / "report.json"]
    file = next((place for place in places if place.is_file() and place.suffix == ".json"), None)
    if file is None:
        raise ScenarioError(
            f"{clean(name)} must be the folder of a result, or its report.json, but has none; run it first."
        )
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        for row in _numbers(content).values():
            # a file that has no such numbers is refused here
            _ = row["value"], row["unit"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ScenarioError(
            f"{clean(str(file))} must be a report that wavesim wrote, but cannot be read; run it again."
        ) from None
    return content


def _numbers(content: dict[str, Any]) -> _Numbers:
    """The numbers of a report, including those of its cases with their labels."""
    rows: _Numbers = dict(content["quantities"])
    for case in content.get("cases", []):
        rows |= {f"{key}, {case['label']}": row for key, row in case["quantities"].items()}
    return rows


def _in(row: dict[str, Any], unit: str) -> tuple[float, float]:
    """Value and error bar in a unit of the same dimension."""
    own = str(row["unit"])
    factor = 1.0 if own == unit or "natural" in (own, unit) else ratio(own, unit)
    if factor is None:
        raise ScenarioError(
            f"the results must be in units of one kind, but one is in {own} and one in {unit}; compare like with like."
        )
    value = math.nan if row["value"] is None else float(row["value"])
    error = math.inf if row.get("error") is None else float(row["error"])
    return value * factor, error * factor


def _shown(value: float, error: float) -> str:
    if error == 0:
        return f"{value:.10g}"
    bar = f"{error:.1e}" if math.isfinite(error) else "unknown"
    return f"{value:.10g} +- {bar}"


def _distance(value: float, error: float, first: tuple[float, float]) -> str:
    off, bars = value - first[0], error + first[1]
    share = f", {100 * off / abs(first[0]):+.3g} %" if first[0] else ""
    far = f", {abs(off) / bars:.3g} times the sum of the bars" if math.isfinite(bars) and bars > 0 else ""
    return f"   {off:+.3e}{share}{far}"
