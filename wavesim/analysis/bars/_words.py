"""A report as text: measured +- error | theory | difference, in the units of its problem."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..._typing import LENGTH, TIME, Dimension
from ...propagation import Result
from ...units import UnitSystem

if TYPE_CHECKING:
    from ._report import Curve, Quantity, Report

# reason for unknown bars, which only an interrupted run has
_WHY = ", for the run was interrupted"


def report_lines(report: Report, units: UnitSystem) -> list[str]:
    """The table of a report, its error budget, its curves, its balance and its numerics."""
    parts = [aligned(report_rows(report, units)), budget_line(report, units), *inputs_text(report, units)]
    why = "" if report.complete else _WHY
    parts += [_curve(curve, units, why) for curve in report.curves.values() if np.ndim(curve.error)]
    if report.balance is not None:
        parts.append(f"balance    transmitted + reflected + remaining = {report.balance:.12f}")
    parts += [f"note       {text}" for text in report.notes]
    if report.record is not None:
        parts.append(_numerics(report, report.result, units))
    return parts


def report_rows(report: Report, units: UnitSystem) -> list[tuple[str, ...]]:
    """The table of a report as rows of text; the first is its head."""
    rows: list[tuple[str, ...]] = [("quantity", "measured +- error", "theory", "difference", "")]
    for q in (q for q in report.quantities.values() if not q.part_of):
        scale = units.scale(q.dimension)
        value, error = q.value / scale, q.error / scale
        theory, difference, verdict = "-", "-", ""
        if q.difference is not None and q.theory:
            kind, expected = next(iter(q.theory.items()))
            theory = f"{shown(expected / scale, error)} ({spoken(kind)})"
            difference = f"{q.difference / scale:+.1e}"
            verdict = report.verdict(q)
        rows.append(
            (
                spoken(q.name),
                f"{barred(value, error)}{unit_text(q.dimension, units)}",
                theory,
                difference,
                verdict,
            )
        )
    return rows


def quantity_line(quantity: Quantity, units: UnitSystem) -> str:
    """``transmitted_probability = 0.185563 +- 1.0e-05``."""
    scale = units.scale(quantity.dimension)
    bar = barred(quantity.value / scale, quantity.error / scale)
    return f"{quantity.name} = {bar}{unit_text(quantity.dimension, units)}"


def _curve(curve: Curve, units: UnitSystem, why: str) -> str:
    """A line on a curve with a bar at every point: widest bar, distance from theory, and how often bars cover it; `why` if there are none."""
    has_bars = math.isfinite(curve.largest_error)
    name, dimension = curve.along
    scale, unit = units.scale(dimension), unit_text(dimension, units)
    parts = [
        f"curve      {spoken(curve.name)} at {len(curve.points)} points of the {name} from {curve.points[0] / scale:.4g} to {curve.points[-1] / scale:.4g}{unit}",
        f"error bars up to {curve.largest_error / units.scale(curve.dimension):.1e}"
        if has_bars
        else f"no error bars{why}",
    ]
    if curve.theory:
        kind, values = next(iter(curve.theory.items()))
        off = np.abs(curve.values - values)
        far = f"{off.max() / units.scale(curve.dimension):.1e} at most from {spoken(kind)}"
        # any theory lies inside an unknown bar
        share = (
            f", inside the bar at {100 * float(np.mean(off <= curve.error)):.4g} % of the points" if has_bars else ""
        )
        parts.append(far + share)
    return "; ".join(parts)


def budget_line(report: Report, units: UnitSystem) -> str:
    """The parts of the headline's error bar."""
    head = report.headline
    scale = units.scale(head.dimension)
    budget = {source: part / scale for source, part in head.budget.items() if math.isfinite(part)}
    parts = ", ".join(f"{spoken(source)} {part:.1e}" for source, part in budget.items())
    if report.complete:
        return f"error bar  of {spoken(head.name)}: {parts}"
    return f"error bar  of {spoken(head.name)}: none{_WHY}" + (f"; of its parts are known: {parts}" if parts else "")


def inputs_text(report: Report, units: UnitSystem) -> list[str]:
    """A line for each number with an uncertainty due to inputs, which is not part of the error bar."""
    lines = []
    for name, shares in report.inputs.items():
        dimension = report.quantities[name].dimension
        scale, unit = units.scale(dimension), unit_text(dimension, units)
        parts = ", ".join(
            f"{path} {abs(share) / scale:.1e}" for path, share in sorted(shares.items(), key=lambda pair: -abs(pair[1]))
        )
        lines.append(
            f"inputs     make {spoken(name)} uncertain by {report.input_error(name) / scale:.2e}{unit} (one standard deviation) beside its bar: {parts}"
        )
    return lines


def _numerics(report: Report, result: Result, units: UnitSystem) -> str:
    n = result.numerics
    points = " x ".join(f"{count}" for count in n.grid.points)
    spacing = ", ".join(f"{float(step) / units.scale(LENGTH):.4g}" for step in n.grid.spacing)
    dt = f"{float(n.dt) / units.scale(TIME):.4g}{unit_text(TIME, units)}"
    layer = (
        "no absorber"
        if n.absorber is None
        else f"absorbing layers {float(n.absorber.width) / units.scale(LENGTH):.4g}{unit_text(LENGTH, units)} wide"
    )
    return (
        f"numerics   {points} points {spacing}{unit_text(LENGTH, units)} apart, {result.steps_done} {spoken(n.method.name)} steps of dt = {dt}, {layer}, {n.precision} precision; "
        f"{report.runs} {'run' if report.runs == 1 else 'runs'}, {report.fft_pairs:,} FFT pairs, {report.wall_s:.1f} s on {result.device}"
    )


def barred(value: float, error: float) -> str:
    """A number and its error bar, ``0.185563 +- 1.0e-05``; the number alone if it has no bar."""
    if error == 0:
        return shown(value, error)
    return f"{shown(value, error)} +- {f'{error:.1e}' if math.isfinite(error) else 'unknown'}"


def shown(value: float, error: float) -> str:
    """A number to the second digit of its error bar; to eight digits without one."""
    text = _digits(value, error)
    # a rounded zero has no sign
    return text.removeprefix("-") if float(text) == 0 else text


def _digits(value: float, error: float) -> str:
    if not math.isfinite(value) or not math.isfinite(error) or error <= 0:
        return f"{value:.8g}"
    last = math.floor(math.log10(error)) - 1
    size = math.floor(math.log10(abs(value))) if value else last
    if -4 <= size < 9:
        return f"{value:.{min(max(-last, 0), 15)}f}"
    return f"{value:.{min(max(size - last, 1), 15)}e}"


def unit_text(dimension: Dimension, units: UnitSystem) -> str:
    symbol = units.symbol(dimension)
    return "" if symbol in ("1", "natural") else f" {symbol}"


def spoken(name: str) -> str:
    return name.replace("_", " ")


def aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(" |") for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
