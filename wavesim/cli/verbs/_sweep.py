"""``wavesim sweep``: many parameters into one store; the table in words, a picture, files for other programs."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..._text import duration_text
from ...errors import BrokenOffError, WavesimError
from .._door import BAD_INPUT, FAILED, complain, say, start_matplotlib
from .._outbox import Outbox
from .._stop import exit_code
from .._streams import printed, watched
from .._warned import warned, warned_at_once
from ._run import code_of, remark_older, uninterrupted

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


def run_sweep(asked: Sweep, out: Path, outputs: SweepOutputs, workers: int | None, scheduler: str | None) -> int:
    """Fill the store in `out`, or resume it, and print what it holds. Returns the exit code."""
    from ...reports import dumps
    from ...sweeps import account, shown, sweep

    begun, clock = False, time.perf_counter()
    with shown(not outputs.quiet) as show, warned_at_once():

        def progress(tally: Tally) -> None:
            nonlocal begun
            begun = True
            show(tally)

        try:
            table = sweep(asked, out=out, workers=workers, scheduler=scheduler, progress=progress)
        except WavesimError as error:
            complain(str(error))
            raise typer.Exit(FAILED if begun or isinstance(error, BrokenOffError) else BAD_INPUT) from None
        except KeyboardInterrupt:
            complain(f"interrupted; what {out} holds is kept.")
            raise typer.Exit(exit_code()) from None
    counts = account(table)
    wall = time.perf_counter() - clock
    was_printed = printed(dumps(_content(asked, table, counts) | {"wall_s": wall}) if outputs.json else str(counts))
    with Outbox(out) as box:
        painted = True
        if counts.complete:
            makers = _makers(table, asked, box, outputs)
            with uninterrupted(box, tuple(makers)) as painting:
                for name, make in makers.items():
                    box.attempt(name, make)
            painted = painting.done
        if not outputs.quiet:
            say(f"written to {out}: {', '.join(['sweep.zarr', *box.made])}")
            remark_older(box, ("summary.png", "sweep.csv", "sweep.parquet", "movie.mp4"))
    if not counts.complete:
        done = counts.total - counts.waiting
        complain(f"interrupted: {done:,} of {counts.total:,} rows done; run the same command again to go on.")
    return code_of(
        stopped=not (counts.complete and painted), missing=bool(box.missing) or not was_printed, met=counts.good
    )


def show_status(asked: Sweep, out: Path, print_json: bool) -> str:
    """What the store in `out` holds now, also while another process writes it.

    Raises:
        WavesimError: if there is none, or it is of another sweep.
    """
    from ...reports import dumps
    from ...sweeps import LOG, STORE, account, pace, read

    with warned():
        table = read(out / STORE)
    if table.attrs["hash"] != asked.hash:
        raise WavesimError(
            f"{out} must hold the rows of {asked.title!r}, but holds another sweep, {table.attrs['title']!r}; choose its folder with --out."
        )
    counts, rate = account(table), pace(out / LOG)
    if print_json:
        running = None if rate is None else dataclasses.asdict(rate)
        return dumps(_content(asked, table, counts) | {"running": running})
    lines = [asked.title, str(counts)]
    if rate is not None and not counts.complete:
        left = f", {duration_text(counts.waiting / rate.rows_per_s)} left at that rate" if rate.rows_per_s > 0 else ""
        lines.append(f"  last chunk {duration_text(rate.ago)} ago, {rate.rows_per_s:.3g} rows/s{left}")
    return "\n".join(lines)


def _content(asked: Sweep, table: xr.Dataset, counts: Account) -> dict[str, Any]:
    facts = {key: table.attrs.get(key, "") for key in ("wavesim", "device", "precision")}
    head = {"format": 1, "scenario": asked.scenario, "title": asked.title, "hash": asked.hash, **facts}
    status = "complete" if counts.complete else "interrupted"
    axes = {axis.name: {"paths": list(axis.paths), "count": table.sizes[axis.name]} for axis in asked.axes}
    return {**head, "status": status, "axes": axes, **counts.content()}


def _makers(table: xr.Dataset, asked: Sweep, box: Outbox, outputs: SweepOutputs) -> dict[str, Callable[[], Path]]:
    """The functions that make summary.png and the other files, by name."""
    from ...sweeps import Status, to_csv, to_parquet

    good = table["status"].values.ravel() != Status.FAILED

    def picture() -> Path:
        start_matplotlib()
        from ...viz import sweep_summary

        return sweep_summary(table, box.path / "summary.png")

    def movie() -> Path:
        from ...propagation import reporter
        from ...viz import small_multiples, spread

        chosen = {_label(asked, row): asked.request(row) for row in spread(asked.layout.shape) if good[row]}
        runs, fixed = {label: row.problem for label, row in chosen.items()}, [row.fixed for row in chosen.values()]
        with reporter(watched(outputs.quiet), "painting") as show:
            return small_multiples(runs, units=asked.units, title=asked.title, fixed=fixed, progress=show).save(
                box.path / "movie.mp4"
            )

    return (
        {"summary.png": picture}
        | ({"sweep.csv": lambda: to_csv(table, box.path / "sweep.csv")} if outputs.csv else {})
        | ({"sweep.parquet": lambda: to_parquet(table, box.path / "sweep.parquet")} if outputs.parquet else {})
        | ({"movie.mp4": movie} if outputs.movie else {})
    )


def _label(asked: Sweep, row: int) -> str:
    places = zip(asked.axes, asked.layout.place_of(row), strict=True)
    return ", ".join(
        f"{name} {axis.labels(path)[at]}" for axis, at in places for name, path in axis.coordinates.items()
    )
