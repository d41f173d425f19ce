"""Downloads from the explorer: the numbers of a run as CSV, and a film of it."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from ..._typing import TIME
from ...units import UnitSystem
from ._live_run import LiveRun
from ._view import unit_text


def numbers_csv(run: LiveRun, units: UnitSystem) -> str:
    """The curves of a run as CSV, one line for each frame."""
    curves = run.curves()
    time = unit_text(units, TIME)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    titles = [
        name + (f" ({unit_text(units, dimension)})" if unit_text(units, dimension) else "")
        for name, (_, dimension) in curves.items()
    ]
    table.writerow([f"time ({time})" if time else "time", *titles])
    columns = [values / units.scale(dimension) for values, dimension in curves.values()]
    for row in zip(run.times[: run.done + 1] / units.scale(TIME), *columns, strict=True):
        table.writerow([f"{value:.9g}" for value in row])
    return text.getvalue()


def film(run: LiveRun, units: UnitSystem, title: str) -> bytes:
    """The bytes of an mp4 of a run, painted as by `wavesim animate` in a temporary folder."""
    from ...viz import animate

    with tempfile.TemporaryDirectory(prefix="wavesim-") as folder:
        written = animate(run.whole(), Path(folder) / "movie.mp4", units=units, title=title, fps=30)
        del written
        return next(Path(folder).iterdir()).read_bytes()
