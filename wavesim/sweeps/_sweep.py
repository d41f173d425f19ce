"""A whole sweep: read it, hand out its rows, store them, and return the table."""

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
from .._jax import platform
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

    Rows are the product of the axes. Each has the numbers of `wavesim.certify` for its problem, with their error bars; a row that
    cannot be computed is NaN with a reason and does not end the sweep.

    Args:
        what: a shipped sweep's name, a sweep file, a `Sweep`, or a `Problem` in internal units, which needs `axes`.
        axes: for a problem: values by path (``potential.height``), in internal units; shape of the table in this order.
        measure: standard names of the quantities to store, such as ``transmitted_probability``; by default the headline.
        tolerance: the largest error bar of the headline of each row; by default that of the file, or 1e-4.
        find: for a problem: the question, as in `wavesim.certify`.
        uncertainties: for a problem: the standard deviation of each uncertain number, by path; a file has them in
            its values, ``"0.30 +- 0.01 eV"``. Each costs every row five evaluations of theory, or two runs if there is no theory.
        out: a folder for the store, ``OUT/sweep.zarr``; a second call resumes it. Without it the table is in memory only.
        workers: the number of processes, of one thread each; by default this process, and for long sweeps one on each core of the machine.
        scheduler: address of an existing Dask scheduler, such as ``"tcp://127.0.0.1:8786"``, instead of this process.
        progress: True for a bar on standard error, or a function of a `Tally`, called after each row.

    Returns:
        one dimension for each axis with its unit; for each quantity Q variables ``Q``, ``Q_error``, ``Q_theory`` in the units of the
        scenario (a problem: internal ones), with uncertain inputs ``Q_inputs``, the standard deviation of Q due to them (separate
        from the error bar); ``status`` (0 waiting, 1 good, 2 tolerance missed, 3 failed), ``reason``, ``runs``,
        ``fft_pairs``. After Ctrl-C the remaining rows have status 0; stored rows are kept.

    Raises:
        ScenarioError: if the file cannot be understood.
        ArgumentError: if arguments do not go together.
        MissingPackage: if Dask is needed and not installed.
        NumericsError: if JAX's 64-bit mode is off.
        WavesimError: if no row is possible, `out` holds other files or cannot be written, the scheduler is lost or its
            workers run other versions. Stored rows stay valid.
    """
    names = (measure,) if isinstance(measure, str) else tuple(measure or ())
    definition = _definition(what, axes, names, tolerance, find, uncertainties)
    with contextlib.ExitStack() as stack:
        runner = stack.enter_context(executor(workers, scheduler, definition))
        table = stack.enter_context(_table(definition, out))
        show = stack.enter_context(shown(progress))
        log = None if out is None else Path(out) / LOG
        watch = Watch(definition.layout.rows, table.statuses(), show, log)
        # after an interruption the table has the stored rows
        with contextlib.suppress(KeyboardInterrupt):
            fill(table, runner, definition, watch)
        return table.dataset()


def _definition(
    what: Sweep | Problem | str | os.PathLike[str],
    axes: Mapping[str, Sequence[Any]] | None,
    measure: tuple[str, ...],
    tolerance: float | None,
    find: AbstractQuestion | None,
    uncertainties: Mapping[str, float] | None,
) -> Sweep:
    if isinstance(what, Problem):
        return Sweep.of(what, axes or {}, measure, tolerance, find, uncertainties)
    arguments = (("axes", axes), ("measure", measure), ("find", find), ("uncertainties", uncertainties))
    for name, given in arguments:
        if given:
            raise ArgumentError(name, "is for a problem, but a sweep file has its own; change it there.")
    if isinstance(what, Sweep):
        if tolerance is not None:
            raise ArgumentError("tolerance", "is part of a Sweep already read; give it to `Sweep.read`.")
        return what
    return Sweep.read(what, (), tolerance)


def _table(definition: Sweep, out: str | os.PathLike[str] | None) -> Store | Table:
    if out is None:
        return Table(definition, definition.layout, measured(definition), _provenance(definition))
    path = Path(out) / STORE
    if not path.exists():
        refuse_unmeasured(definition)
    # finding the headline again would cost a run
    names = read_description(path).measured if path.exists() and not definition.measure else measured(definition)
    return Store.opened(path, definition, definition.layout, names, _provenance(definition))


def _provenance(definition: Sweep) -> dict[str, str]:
    import jax

    from .._version import __version__

    scenario = json.loads(definition.content).get("scenario", {})
    precision = scenario.get("run", {}).get("precision", "double")
    return {"wavesim": __version__, "jax": jax.__version__, "device": platform(), "precision": precision}


def fill(table: Store | Table, runner: AbstractExecutor, definition: Sweep, watch: Watch) -> None:
    """Compute the waiting rows, and store finished ones meanwhile."""
    coming, waiting = list[Part](), {chunk: table.rest(chunk) for chunk in table.waiting()}

    def write() -> None:
        now = coming.copy()
        del coming[: len(now)]
        table.write(now)
        for part in now:
            watch.written(part.chunk, len(part.answers), part.last)

    writing: Future[None] | None = None
    with contextlib.closing(runner.answered(definition, waiting, watch)) as answered, ThreadPoolExecutor(1) as writer:
        for part in answered:
            if writing is not None and (writing.done() or len(coming) >= table.at_once):
                writing.result()
            coming.append(part)
            writing = writer.submit(write)
    if writing is not None:
        writing.result()
