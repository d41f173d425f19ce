"""``wavesim sweep``: many parameters into one store; a summary, a picture, files for other programs."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..._text import duration_text
from ...errors import BrokenOffError, WavesimError
from .._exit import BAD_INPUT, FAILED, complain, say
from .._libraries import print_warnings, print_warnings_at_once, start_matplotlib
from .._output import OutputFolder
from .._stop import exit_code
from .._streams import printed, shows_progress
from ._run import code_of, interruption_reported, remark_older

if TYPE_CHECKING:
    import xarray as xr

    from ...sweeps import Account, Sweep, Tally


@dataclasses.dataclass(frozen=True)
class SweepOutputs:
    """The files to make besides the store and the picture, and the form of the messages."""

    csv: bool = False
    parquet: bool = False
    movie: bool = False
    json: bool = False
    quiet: bool = False


def run_sweep(spec: Sweep, out: Path, outputs: SweepOutputs, workers: int | None, scheduler: str | None) -> int:
    """Fill the store in `out`, or resume it, and print a summary. Returns the exit code."""
    from ...reports import dumps
    from ...sweeps import account, shown, sweep

    started, clock = False, time.perf_counter()
    with shown(not outputs.quiet) as show, print_warnings_at_once():

        def progress(tally: Tally) -> None:
            nonlocal started
            started = True
            show(tally)

        try:
            table = sweep(spec, out=out, workers=workers, scheduler=scheduler, progress=progress)
        except WavesimError as error:
            complain(str(error))
            raise typer.Exit(FAILED if started or isinstance(error, BrokenOffError) else BAD_INPUT) from None
        except KeyboardInterrupt:
            complain(f"interrupted; what {out} holds is kept.")
            raise typer.Exit(exit_code()) from None
    counts = account(table)
    wall = time.perf_counter() - clock
    was_printed = printed(dumps(_content(spec, table, counts) | {"wall_s": wall}) if outputs.json else str(counts))
    with OutputFolder(out) as output:
        painted = True
        if counts.complete:
            makers = _makers(table, spec, output, outputs)
            with interruption_reported(output, tuple(makers)) as painting:
                for name, make in makers.items():
                    output.attempt(name, make)
            painted = painting.done
        if not outputs.quiet:
            say(f"written to {out}: {', '.join(['sweep.zarr', *output.made])}")
            remark_older(output, ("summary.png", "sweep.csv", "sweep.parquet", "movie.mp4"))
    if not counts.complete:
        done = counts.total - counts.waiting
        complain(f"interrupted: {done:,} of {counts.total:,} rows done; run the same command again to go on.")
    return code_of(
        stopped=not (counts.complete and painted), missing=bool(output.missing) or not was_printed, met=counts.good
    )


def show_status(spec: Sweep, out: Path, print_json: bool) -> str:
    """Summary of the store in `out`, even while another process writes to it.

    Raises:
        WavesimError: if there is no store, or it is of another sweep.
    """
    from ...reports import dumps
    from ...sweeps import LOG, STORE, account, pace, read

    with print_warnings():
        table = read(out / STORE)
    if table.attrs["hash"] != spec.hash:
        raise WavesimError(
            f"{out} must hold the rows of {spec.title!r}, but holds another sweep, {table.attrs['title']!r}; choose its folder with --out."
        )
    counts, rate = account(table), pace(out / LOG)
    if print_json:
        running = None if rate is None else dataclasses.asdict(rate)
        return dumps(_content(spec, table, counts) | {"running": running})
    lines = [spec.title, str(counts)]
    if rate is not None and not counts.complete:
        left = f", {duration_text(counts.waiting / rate.rows_per_s)} left at that rate" if rate.rows_per_s > 0 else ""
        lines.append(f"  last chunk {duration_text(rate.ago)} ago, {rate.rows_per_s:.3g} rows/s{left}")
    return "\n".join(lines)


def _content(spec: Sweep, table: xr.Dataset, counts: Account) -> dict[str, Any]:
    facts = {key: table.attrs.get(key, "") for key in ("wavesim", "device", "precision")}
    head = {"format": 1, "scenario": spec.scenario, "title": spec.title, "hash": spec.hash, **facts}
    status = "complete" if counts.complete else "interrupted"
    axes = {axis.name: {"paths": list(axis.paths), "count": table.sizes[axis.name]} for axis in spec.axes}
    return {**head, "status": status, "axes": axes, **counts.content()}


def _makers(
    table: xr.Dataset, spec: Sweep, output: OutputFolder, outputs: SweepOutputs
) -> dict[str, Callable[[], Path]]:
    """The functions that make summary.png and the other files, by name."""
    from ...sweeps import Status, to_csv, to_parquet

    good = table["status"].values.ravel() != Status.FAILED

    def picture() -> Path:
        start_matplotlib()
        from ...viz import sweep_summary

        return sweep_summary(table, output.path / "summary.png")

    def movie() -> Path:
        from ...propagation import reporter
        from ...viz import small_multiples, spread

        selected = {_label(spec, row): spec.request(row) for row in spread(spec.layout.shape) if good[row]}
        runs, fixed = {label: row.problem for label, row in selected.items()}, [row.fixed for row in selected.values()]
        with reporter(shows_progress(outputs.quiet), "painting") as show:
            return small_multiples(runs, units=spec.units, title=spec.title, fixed=fixed, progress=show).save(
                output.path / "movie.mp4"
            )

    return (
        {"summary.png": picture}
        | ({"sweep.csv": lambda: to_csv(table, output.path / "sweep.csv")} if outputs.csv else {})
        | ({"sweep.parquet": lambda: to_parquet(table, output.path / "sweep.parquet")} if outputs.parquet else {})
        | ({"movie.mp4": movie} if outputs.movie else {})
    )


def _label(spec: Sweep, row: int) -> str:
    places = zip(spec.axes, spec.layout.place_of(row), strict=True)
    return ", ".join(
        f"{name} {axis.labels(path)[at]}" for axis, at in places for name, path in axis.coordinates.items()
    )
