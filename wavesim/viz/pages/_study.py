"""One picture of several cases: side by side where they are few, against what changes where they are many."""

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

_MOST_COLUMNS = 4
_DECADES = 30.0
_WITHOUT_TABLE = 0.1


def study_summary(
    study: Study,
    path: str | os.PathLike[str],
    *,
    units: UnitSystem | None = None,
    title: str = "",
) -> Path:
    """Write the picture of a study as a PNG of 1600 x 1000 pixels.

    Up to four cases that were propagated stand side by side, unless their headline falls over decades: density, potential, and curves beside theory. Otherwise the headline
    (of energies, up to three) against what changes, beside every theory, and below it their relative distance; at the right the
    potentials and the curves of the cases. A theory named ``experiment`` is drawn as squares. Below, unless they are many, the table of the cases.

    Args:
        study: the cases.
        path: where to write it.
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
    """Whether the cases are few, have something to show, and do not tell more by how their headline falls over decades."""
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
