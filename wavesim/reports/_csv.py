"""The numbers and the curves of reports as CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np

from ..analysis import Curve, Report
from ..units import UnitSystem

Runs = list[tuple[str, Report]]


def number_table(runs: Runs, units: UnitSystem) -> str:
    """A table with a line for each number: case, quantity, value, error, unit, theory and its name, difference, verdict; in shown units.

    Where inputs are uncertain, the column `inputs` after the error is the standard deviation that they cause.

    Args:
        runs: label (empty if there is only one case) and report.
        units: of the numbers.
    """
    uncertain = any(report.inputs for _, report in runs)
    limits = ["inputs"] if uncertain else []
    head = ["quantity", "value", "error", *limits, "unit", "theory", "theory_kind", "difference", "verdict"]
    cases = any(label for label, _ in runs)
    rows: list[list[Any]] = [["case", *head] if cases else head]
    for label, report in runs:
        for name, q in report.quantities.items():
            scale = units.scale(q.dimension)
            kind, expected = next(iter(q.theory.items()), ("", None))
            theory = "" if expected is None else expected / scale
            difference = "" if q.difference is None else q.difference / scale
            by_inputs = [report.input_error(name) / scale if name in report.inputs else ""]
            row = [
                name,
                q.value / scale,
                q.error / scale,
                *(by_inputs if uncertain else []),
                units.symbol(q.dimension),
                theory,
                kind,
                difference,
                report.verdict(q),
            ]
            rows.append([label, *row] if cases else row)
    return _text(rows)


def curve_tables(runs: Runs, units: UnitSystem) -> dict[str, str]:
    """Tables of curves by file name: curves with the same points side by side, each with its error bar and theory.

    A curve with one bar for all points has it in each row. A single table is ``curves.csv``; several are ``curves_energy.csv`` and the like,
    numbered if there are several cases.
    """
    sets: list[tuple[str, list[Curve]]] = []
    for place, (_, report) in enumerate(runs, start=1):
        groups: list[list[Curve]] = []
        for curve in report.curves.values():
            matching = [g for g in groups if g[0].along == curve.along and np.array_equal(g[0].points, curve.points)]
            matching[0].append(curve) if matching else groups.append([curve])
        number = f"_{place}" if len(runs) > 1 else ""
        counts: dict[str, int] = {}
        for group in groups:
            along = group[0].along[0]
            counts[along] = counts.get(along, 0) + 1
            kind = "" if len(groups) == 1 else f"_{along}" + (f"_{counts[along]}" if counts[along] > 1 else "")
            sets.append((f"curves{kind}{number}.csv", group))
    return {name: _text(_rows(group, units)) for name, group in sets}


def _rows(curves: list[Curve], units: UnitSystem) -> list[list[Any]]:
    name, dimension = curves[0].along
    columns = {_head(name, dimension, units): curves[0].points / units.scale(dimension)}
    for curve in curves:
        scale = units.scale(curve.dimension)
        label = _head(curve.name, curve.dimension, units)
        columns[label] = np.asarray(curve.values) / scale
        columns[f"{label} error"] = np.broadcast_to(np.asarray(curve.error) / scale, np.shape(curve.values))
        columns |= {f"{label} by {kind}": np.asarray(values) / scale for kind, values in curve.theory.items()}
    return [list(columns), *(list(row) for row in zip(*columns.values(), strict=True))]


def _head(name: str, dimension: Any, units: UnitSystem) -> str:
    symbol = units.symbol(dimension)
    return name if symbol in ("1", "natural") else f"{name} ({symbol})"


def _text(rows: list[list[Any]]) -> str:
    written = io.StringIO()
    plain = [[float(cell) if isinstance(cell, float) else cell for cell in row] for row in rows]
    csv.writer(written, lineterminator="\n").writerows(plain)
    return written.getvalue()
