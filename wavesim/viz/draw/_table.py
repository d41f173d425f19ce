"""The numbers of a report as a table in a figure: measured, error bar, theory, difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ...units import UnitSystem
from .._colors import GREEN, HAIR, INK, SLATE, VERMILION
from .._numbers import display_name, scientific, with_error

if TYPE_CHECKING:
    from ...analysis import Quantity, Report, Study
    from ...propagation import Result

MOST_ROWS = 5
_STEP = 0.032
# bold cells of the bold row: name and value
_BOLD = 2
_PLACES = (0.025, 0.25, 0.43, 0.55, 0.79, 0.90)
_RIGHT = 0.975
# most inputs named in a line
_MOST_INPUTS = 3
# most characters in the column of theory
_WIDEST = 38
_HEADS = ("quantity", "measured", "error bar", "theory", "difference", "")


def draw_table(figure: Figure, source: Report | Result, units: UnitSystem, top: float) -> None:
    """Write up to five lines from the height `top` downwards, the headline first and in bold.

    The deviation due to uncertain inputs stands below a number; the count of omitted numbers stands at the right.
    """
    from ...analysis import Report

    if not isinstance(source, Report):
        return
    # the headline first, then what can be compared
    whole = (quantity for quantity in source.quantities.values() if not quantity.part_of)
    rows = sorted(whole, key=lambda quantity: (quantity is not source.headline, not quantity.theory))
    heads = _HEADS if source.record is not None else (_HEADS[0], "computed", *_HEADS[2:])
    lines: list[tuple[str, ...]] = []
    shown = 0
    for quantity in rows:
        if len(lines) >= MOST_ROWS:
            break
        lines.append((display_name(quantity.name), *_row(quantity, units, source.verdict(quantity))))
        if source.inputs.get(quantity.name):
            lines.append(_inputs(source, quantity, units))
        shown += 1
    _write(figure, heads, lines[:MOST_ROWS], top, bold=0)
    if shown < len(rows):
        figure.text(
            _RIGHT, top, f"{len(rows) - shown} more in the report", color=SLATE, fontsize=10, va="center", ha="right"
        )


def draw_cases(figure: Figure, study: Study, units: UnitSystem, top: float) -> None:
    """Write the headline of each case, its deviation due to uncertain inputs if there is room, and the ratio of the cases last and in bold."""
    names = {report.headline.name for report in study.reports}
    rows = []
    room = 2 * len(study.reports) <= MOST_ROWS
    for label, report in zip(study.labels, study.reports, strict=False):
        name = label if len(names) == 1 else f"{label}: {display_name(report.headline.name)}"
        rows.append((name, *_row(report.headline, units, report.verdict(report.headline))))
        if room and report.inputs.get(report.headline.name):
            rows.append(_inputs(report, report.headline, units))
    rows = rows[:MOST_ROWS]
    ratio, bold = study.ratio, -1
    if ratio is not None and len(rows) < MOST_ROWS and ratio.theory:
        bold = len(rows)
        rows.append(("ratio, last to first", *_row(ratio, units, "agrees" if ratio.agrees else "outside the bar")))
    measured = display_name(names.pop()) if len(names) == 1 else _HEADS[1]
    _write(figure, ("case", measured, *_HEADS[2:]), rows, top, bold)


def _write(figure: Figure, heads: tuple[str, ...], rows: list[tuple[str, ...]], top: float, bold: int) -> None:
    for place, head in zip(_PLACES, heads, strict=True):
        figure.text(place, top, head, color=SLATE, va="center")
    figure.add_artist(Line2D([_PLACES[0], _RIGHT], [top - 0.018] * 2, color=HAIR, lw=1))
    for index, row in enumerate(rows):
        y = top - 0.038 - _STEP * index
        for place, text in zip(_PLACES, row, strict=True):
            color = {"agrees": GREEN, "outside": VERMILION, "not certified": VERMILION}.get(text, INK)
            figure.text(
                place,
                y,
                text,
                color=color,
                va="center",
                weight="bold" if index == bold and place <= _PLACES[_BOLD - 1] else "normal",
            )


def _inputs(report: Report, quantity: Quantity, units: UnitSystem) -> tuple[str, ...]:
    """A line with the standard deviation due to all inputs, and those that contribute most."""
    scale = units.scale(quantity.dimension)
    shares = sorted(report.inputs[quantity.name].items(), key=lambda pair: -abs(pair[1]))
    together = f"\u00b1 {scientific(report.input_error(quantity.name) / scale, 1)}"
    words = [f"{path} {scientific(abs(share) / scale, 1)}" for path, share in shares[:_MOST_INPUTS]]
    more = [] if len(shares) <= _MOST_INPUTS else [f"{len(shares) - _MOST_INPUTS} more"]
    return "   by uncertain inputs", "one standard deviation", together, ", ".join([*words, *more]), "", ""


def _row(quantity: Quantity, units: UnitSystem, verdict: str) -> tuple[str, ...]:
    """The cells of a line without the first."""
    scale, symbol = units.scale(quantity.dimension), units.symbol(quantity.dimension)
    unit = "" if symbol in ("1", "natural") else f" {symbol}"
    value, error = quantity.value / scale, quantity.error / scale
    measured = with_error(value, error) + unit
    bar = f"\u00b1 {scientific(error, 1)}" if error else ""
    if not quantity.theory or quantity.difference is None:
        return measured, bar, "\u2013", "", ""
    label, theory = next(iter(quantity.theory.items()))
    number, name = with_error(theory / scale, error), f"   ({display_name(label)})"
    # the unit stands beside the measured number already
    text = number + unit + name if len(number + unit + name) <= _WIDEST else number + name
    return measured, bar, text, scientific(quantity.difference / scale, 1), verdict.removesuffix(" the bar")
