"""A sweep from beginning to end: read, hand out, write, and give the table."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import xarray as xr

from .._checks import known_keywords
from ..analysis import AbstractQuestion
from ..errors import ArgumentError
from ..problem import Problem
from ._file import Sweep
from ._parts import Part
from ._watch import Progress, Watch, shown
from .store._description import read_description
from .store._store import Store
from .store._table import Table
from .workers._chunk import AbstractExecutor, measured, refuse_unmeasured
from .workers._executors import executor

STORE, LOG = "sweep.zarr", "sweep.log"


@known_keywords()
def sweep(
    what: Sweep | Problem | str | os.PathLike[str],
    axes: Mapping[str, Sequence[Any]] | None = None,
    measure: str | Sequence[str] | None = None,
    *,
    tolerance: float | None = None,
    find: AbstractQuestion | None = None,
    uncertainties: Mapping[str, float] | None = None,
    out: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: bool | Progress = False,
) -> xr.Dataset:
    """Answer one question for many parameters: one compiled program for all rows that share a shape, one labelled table.

    ``table = ws.sweep(problem, {"potential.height": [0.5, 1.0, 1.5]}, "transmitted_probability")``
    ``table = ws.sweep("transmission_map", out="results/map", workers=2)``

    Rows are the product of the axes. Each is what `wavesim.certify` would say of its problem, with its own error bar; a row that
    cannot be computed is NaN with a reason and does not end the sweep.

    Args:
        what: a shipped sweep's name, a sweep file, a `Sweep`, or a `Problem` in internal units, which needs `axes`.
        axes: for a problem: values by path (``potential.height``), in internal units; shape of the table in this order.
        measure: standard names of the quantities wanted, such as ``transmitted_probability``; by default the headline.
        tolerance: error bar aimed at for the headline of each row; by default the file's, or 1e-4.
        find: for a problem: what is asked, as in `wavesim.certify`.
        uncertainties: for a problem: one standard deviation of each number that is known within limits only, by path; a file has them in
            its values, ``"0.30 +- 0.01 eV"``. Each costs every row five evaluations of theory, or where none knows its number two runs.
        out: a folder for the store, ``OUT/sweep.zarr``; given again, it goes on where it was. Without it the table is in memory only.
        workers: processes of one thread each; by default this process, and where that would take long one on each core of the machine.
        scheduler: address of an existing Dask scheduler, such as ``"tcp://127.0.0.1:8786"``, instead of this process.
        progress: True for a bar on standard error, or a function of a `Tally`, called after each row.

    Returns:
        one dimension for each axis with its unit; for each quantity Q variables ``Q``, ``Q_error``, ``Q_theory`` in the units of the
        scenario (a problem: internal ones), where inputs are uncertain ``Q_inputs``, what they make of Q (one standard deviation, apart
        from the error bar); ``status`` (0 waiting, 1 good, 2 tolerance missed, 3 failed), ``reason``, ``runs``,
        ``fft_pairs``. After Ctrl-C the rows that were not reached have status 0; what `out` holds is kept.

    Raises:
        ScenarioError: if the file cannot be understood.
        ArgumentError: if arguments do not go together.
        MissingPackage: if Dask is needed and not installed.
        NumericsError: if JAX's 64-bit mode is off.
        WavesimError: if no row at all can be asked, `out` holds something else or cannot be written, the scheduler is lost or its
            workers run other versions. What was written stays valid.
    """
    names = (measure,) if isinstance(measure, str) else tuple(measure or ())
    asked = _asked(what, axes, names, tolerance, find, uncertainties)
    with contextlib.ExitStack() as stack:
        hands = stack.enter_context(executor(workers, scheduler, asked))
        table = stack.enter_context(_table(asked, out))
        show = stack.enter_context(shown(progress))
        log = None if out is None else Path(out) / LOG
        watch = Watch(asked.layout.rows, table.statuses(), show, log)
        # what is in flight is lost, what was written stays, and whoever waits for the table gets that
        with contextlib.suppress(KeyboardInterrupt):
            fill(table, hands, asked, watch)
        return table.dataset()


def _asked(
    what: Sweep | Problem | str | os.PathLike[str],
    axes: Mapping[str, Sequence[Any]] | None,
    measure: tuple[str, ...],
    tolerance: float | None,
    find: AbstractQuestion | None,
    uncertainties: Mapping[str, float] | None,
) -> Sweep:
    if isinstance(what, Problem):
        return Sweep.of(what, axes or {}, measure, tolerance, find, uncertainties)
    given_here = (("axes", axes), ("measure", measure), ("find", find), ("uncertainties", uncertainties))
    for name, given in given_here:
        if given:
            raise ArgumentError(name, "is for a problem, but a sweep file has its own; change it there.")
    if isinstance(what, Sweep):
        if tolerance is not None:
            raise ArgumentError("tolerance", "is part of a Sweep already read; give it to `Sweep.read`.")
        return what
    return Sweep.read(what, (), tolerance)


def _table(asked: Sweep, out: str | os.PathLike[str] | None) -> Store | Table:
    if out is None:
        return Table(asked, asked.layout, measured(asked), _provenance(asked))
    path = Path(out) / STORE
    if not path.exists():
        refuse_unmeasured(asked)
    # the headline is not looked for again: it costs a run
    names = read_description(path).measured if path.exists() and not asked.measure else measured(asked)
    return Store.opened(path, asked, asked.layout, names, _provenance(asked))


def _provenance(asked: Sweep) -> dict[str, str]:
    import jax

    from .._version import __version__

    scenario = json.loads(asked.content).get("scenario", {})
    precision = scenario.get("run", {}).get("precision", "double")
    return {"wavesim": __version__, "jax": jax.__version__, "device": jax.default_backend(), "precision": precision}


def fill(table: Store | Table, hands: AbstractExecutor, asked: Sweep, watch: Watch) -> None:
    """Have the waiting rows answered, and write what has come while the next are computed."""
    coming, waiting = list[Part](), {chunk: table.rest(chunk) for chunk in table.waiting()}

    def write() -> None:
        now = coming.copy()
        del coming[: len(now)]
        table.write(now)
        for part in now:
            watch.written(part.chunk, len(part.answers), part.last)

    writing: Future[None] | None = None
    with contextlib.closing(hands.answered(asked, waiting, watch)) as answered, ThreadPoolExecutor(1) as writer:
        for part in answered:
            if writing is not None and (writing.done() or len(coming) >= table.at_once):
                writing.result()
            coming.append(part)
            writing = writer.submit(write)
    if writing is not None:
        writing.result()
