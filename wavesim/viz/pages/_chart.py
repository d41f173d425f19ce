"""The page of a report without a run: its curves, and its numbers beside every theory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator

from ...units import UnitSystem
from .._colors import BLUE, HAIR, INK, STEPS
from .._numbers import display_name
from ..draw import FURTHER, TABLE_TOP, draw_bundle, draw_footer, draw_table
from ..scene import bundle_of

if TYPE_CHECKING:
    from ...analysis import Quantity, Report

# most numbers that are compared
_MOST = 8
# largest ratio to theory for a linear axis
_FAR = 1.6
# largest deviation below which the axis shows the ratio minus 1
_SAME = 1e-4


def draw_chart(figure: Figure, report: Report, units: UnitSystem) -> None:
    """Fill a page: curves at the left if there are any, each theory over the number at the right, the table below."""
    bundle = bundle_of(report, units)
    compared = [quantity for quantity in report.quantities.values() if quantity.theory and quantity.value][:_MOST]
    wide = (0.08, 0.88) if not compared else (0.08, 0.49)
    if bundle is not None:
        draw_bundle(figure, bundle, wide, measured="computed")
    if compared:
        left = 0.2 if bundle is None else 0.73
        height = 0.54 if bundle is None else min(0.54, 0.12 * len(compared) + 0.06)
        _draw_ratios(figure.add_axes((left, 0.875 - height, 0.95 - left, height)), compared)
    draw_table(figure, report, units, top=TABLE_TOP)
    draw_footer(figure, "Computed without propagation.")


def _draw_ratios(axes: Axes, compared: list[Quantity]) -> None:
    """Draw a row for each number: its error bar at 1, and a mark at the ratio of each theory to it."""
    ratios = [value / quantity.value for quantity in compared for value in quantity.theory.values()]
    marks = [("D", INK), *zip("osv^P", (color for color, _ in FURTHER), strict=True)]
    axes.axvline(1, color=HAIR, lw=1)
    for row, quantity in enumerate(compared):
        share = quantity.error / abs(quantity.value)
        axes.errorbar(1, row, xerr=share, fmt="o", color=BLUE, ms=9, elinewidth=2, capsize=5)
        for index, ((mark, color), (kind, value)) in enumerate(zip(marks, quantity.theory.items(), strict=False)):
            axes.plot(value / quantity.value, row, mark, color=color, mfc="none", mew=2, ms=11)
            axes.annotate(
                display_name(kind),
                (value / quantity.value, row),
                # the first name below its mark, further ones stacked above theirs
                (0, 15 * index - 2 if index else -13),
                textcoords="offset points",
                ha="center",
                va="bottom" if index else "top",
                color=color,
            )
    axes.set_yticks(range(len(compared)), [quantity.name.replace("_", "\n") for quantity in compared])
    axes.set(ylim=(len(compared) - 0.5, -0.7), xlabel="theory over what was computed")
    if all(1 / _FAR < ratio < _FAR for ratio in ratios):
        reach = 1.7 * max(abs(ratio - 1) for ratio in ratios) or 1e-6
        axes.set_xlim(1 - reach, 1 + reach)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
        if reach < _SAME:
            # ratios would have too many nines
            axes.set_xticks([1 - reach / 2, 1, 1 + reach / 2], [f"{-reach / 2:.0e}", "0", f"{reach / 2:+.0e}"])
            axes.set_xlabel("theory over what was computed, minus 1")
    else:
        reach = 2 * max(max(ratio, 1 / ratio) for ratio in ratios if ratio > 0)
        axes.set_xscale("log")
        axes.set_xlim(1 / reach, reach)
        axes.xaxis.set_major_locator(LogLocator(numticks=7))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
