"""The picture of several cases: a few side by side, more as the headline over the cases."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ...units import UnitSystem
from ..draw import ABOVE_TABLE, MOST_ROWS, TABLE_TOP, draw_cases, draw_footer, page
from ._columns import draw_columns
from ._comparison import draw_comparison

if TYPE_CHECKING:
    from ...analysis import Study

# most cases side by side
_MOST_COLUMNS = 4
# ratio of largest to smallest headline from which four cases along an axis are compared instead
_DECADES = 30.0
# bottom of the panels without a table
_WITHOUT_TABLE = 0.1


def study_summary(
    study: Study,
    path: str | os.PathLike[str],
    *,
    units: UnitSystem | None = None,
    title: str = "",
) -> Path:
    """Write the picture of a study as a PNG of 1600 x 1000 pixels.

    Up to four propagated cases stand side by side with density, potential, and curves beside theory, unless four of them span decades.
    Otherwise the headline (up to three quantities for energies) is drawn over the cases beside every theory, with their relative distance
    below, and the potentials and curves of the cases at the right. A theory named ``experiment`` is drawn as squares. The table of the cases
    follows below if they are few.

    Args:
        study: the cases.
        path: of the file.
        units: units of the labels; by default those of the first case.
        title: headline.

    Returns:
        the path.
    """
    units = study.reports[0].units if units is None else units
    table = len(study.reports) <= MOST_ROWS
    bottom = ABOVE_TABLE if table else _WITHOUT_TABLE
    with page(path, title) as figure:
        if _side_by_side(study):
            draw_columns(figure, study, units)
        else:
            draw_comparison(figure, study, units, bottom)
        if table:
            draw_cases(figure, study, units, TABLE_TOP)
        draw_footer(figure, _made(study))
    return Path(path)


def _side_by_side(study: Study) -> bool:
    """Whether the cases are few and propagated, and not four along an axis whose headline spans decades."""
    if not 1 < len(study.reports) <= _MOST_COLUMNS or not all(r.record is not None and r.curves for r in study.reports):
        return False
    sizes = [abs(report.headline.value) for report in study.reports]
    return study.axis is None or len(sizes) < _MOST_COLUMNS or max(sizes) < _DECADES * min(sizes)


def _made(study: Study) -> str:
    count = len(study.reports)
    runs = sum(report.runs for report in study.reports if report.record is not None)
    cases = f"{count} cases" if study.complete else f"{count} of {len(study.labels)} cases, then interrupted"
    made = f"{cases}, {runs} propagations." if runs else f"{cases}, computed without propagation."
    compared = study.axis is not None and any(report.headline.theory for report in study.reports)
    return f"{made}  Dashed lines: theory, computed for the same cases." if compared else made
