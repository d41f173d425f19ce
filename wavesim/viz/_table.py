"""The numbers of a report as a table in a figure: measured, error bar, theory, difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..units import UnitSystem
from ._colors import GREEN, HAIR, INK, SLATE, VERMILION
from ._numbers import scientific, with_error

if TYPE_CHECKING:
    from ..analysis import Quantity, Report
    from ..propagation import Result

_MOST = 5
_STEP = 0.032
_PLACES = (0.025, 0.25, 0.43, 0.55, 0.79, 0.90)
_HEADS = ("quantity", "measured", "error bar", "theory", "difference", "")


def draw_table(figure: Figure, source: Report | Result, units: UnitSystem, top: float) -> None:
    """Write up to five quantities, the headline first and in bold, from the height `top` of the figure downwards."""
    from ..analysis import Report

    if not isinstance(source, Report):
        return
    for place, head in zip(_PLACES, _HEADS, strict=True):
        figure.text(place, top, head, color=SLATE, va="center")
    figure.add_artist(Line2D([_PLACES[0], 0.975], [top - 0.018] * 2, color=HAIR, lw=1))
    # the headline first, then what can be compared, last the parts of other numbers
    rows = sorted(
        source.quantities.values(),
        key=lambda q: (q is not source.headline, not q.theory, q.name.startswith("absorbed")),
    )[:_MOST]
    for index, quantity in enumerate(rows):
        y = top - 0.038 - _STEP * index
        for place, text in zip(_PLACES, _row(quantity, units), strict=True):
            color = {"agrees": GREEN, "outside": VERMILION}.get(text, INK)
            figure.text(place, y, text, color=color, va="center", weight="bold" if index == 0 else "normal")


def _row(quantity: Quantity, units: UnitSystem) -> tuple[str, ...]:
    scale, symbol = units.scale(quantity.dimension), units.symbol(quantity.dimension)
    unit = "" if symbol in ("1", "natural") else f" {symbol}"
    name = quantity.name.replace("_", " ")
    value, error = quantity.value / scale, quantity.error / scale
    measured = with_error(value, error) + unit
    bar = f"\u00b1 {scientific(error, 1)}"
    if not quantity.theory or quantity.difference is None:
        return name, measured, bar, "\u2013", "", ""
    label, theory = next(iter(quantity.theory.items()))
    verdict = "agrees" if quantity.agrees else "outside"
    text = f"{with_error(theory / scale, error)}{unit}   ({label.replace('_', ' ')})"
    return name, measured, bar, text, scientific(quantity.difference / scale, 1), verdict
