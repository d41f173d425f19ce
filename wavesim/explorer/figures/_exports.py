"""What leaves the explorer as a file: the numbers of a take, a film of it."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from ..._typing import TIME
from ...units import UnitSystem
from ._stage import unit_text
from ._take import Take


def numbers_csv(take: Take, units: UnitSystem) -> str:
    """The curves of a take, one line a frame."""
    curves = take.curves()
    time = unit_text(units, TIME)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    titles = [
        name + (f" ({unit_text(units, dimension)})" if unit_text(units, dimension) else "")
        for name, (_, dimension) in curves.items()
    ]
    table.writerow([f"time ({time})" if time else "time", *titles])
    columns = [values / units.scale(dimension) for values, dimension in curves.values()]
    for row in zip(take.times[: take.done + 1] / units.scale(TIME), *columns, strict=True):
        table.writerow([f"{value:.9g}" for value in row])
    return text.getvalue()


def film(take: Take, units: UnitSystem, title: str) -> bytes:
    """An mp4 of a take, painted as `wavesim animate` paints: in a temporary folder, which is gone afterwards."""
    from ...viz import animate

    with tempfile.TemporaryDirectory(prefix="wavesim-") as folder:
        written = animate(take.whole(), Path(folder) / "movie.mp4", units=units, title=title, fps=30)
        del written
        return next(Path(folder).iterdir()).read_bytes()
