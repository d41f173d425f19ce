"""``wavesim sweep``: many parameters into one store; the table in words, a picture, files for other programs."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import WavesimError
from ._door import BAD_INPUT, DONE, FAILED, NOT_MET, complain, say
from ._run import attempt, watched

if TYPE_CHECKING:
    import xarray as xr

    from ..sweeps import Account, Sweep, Tally


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What is to be made of the table besides the store and the picture."""

    csv: bool = False
    parquet: bool = False
    movie: bool = False
    json: bool = False
    quiet: bool = False


def run_sweep(asked: Sweep, out: Path, wanted: Wanted, workers: int | None, scheduler: str | None) -> int:
    """Fill the store in `out`, go on if it is there, and say what it holds; the exit code."""
    from ..reports import dumps
    from ..sweeps import account, shown, sweep

    begun, clock = False, time.perf_counter()
    with shown(not wanted.quiet) as show, terminable():

        def progress(tally: Tally) -> None:
            nonlocal begun
            begun = True
            show(tally)

        try:
            table = sweep(asked, out=out, workers=workers, scheduler=scheduler, progress=progress)
        except WavesimError as error:
            complain(str(error))
            raise typer.Exit(FAILED if begun else BAD_INPUT) from None
        except KeyboardInterrupt:
            complain(f"interrupted before the first row; what {out} held is kept.")
            raise typer.Exit(FAILED) from None
    told = account(table)
    wall = time.perf_counter() - clock
    written: list[str] = []
    with contextlib.suppress(KeyboardInterrupt):
        written = _files(table, asked, out, wanted) if told.complete else []
    print(dumps(_content(asked, table, told) | {"wall_s": wall}) if wanted.json else told)
    if not wanted.quiet:
        say(f"written to {out}: {', '.join(['sweep.zarr', *written])}")
    if not told.complete:
        done = told.total - told.waiting
        complain(f"interrupted: {done:,} of {told.total:,} rows done; run the same command again to go on.")
        return FAILED
    return DONE if told.good else NOT_MET


def show_status(asked: Sweep, out: Path, print_json: bool) -> str:
    """What the store in `out` holds now, also while another process writes it.

    Raises:
        WavesimError: if there is none, or it is of another sweep.
    """
    from ..reports import dumps
    from ..sweeps import LOG, STORE, account, pace, read, spoken

    table = read(out / STORE)
    if table.attrs["hash"] != asked.hash:
        raise WavesimError(
            f"{out} must hold the rows of {asked.title!r}, but holds another sweep, {table.attrs['title']!r}; choose its folder with --out."
        )
    told, rate = account(table), pace(out / LOG)
    if print_json:
        running = None if rate is None else dataclasses.asdict(rate)
        return dumps(_content(asked, table, told) | {"running": running})
    lines = [asked.title, str(told)]
    if rate is not None and not told.complete:
        left = f", {spoken(told.waiting / rate.rows_per_s)} left at that rate" if rate.rows_per_s > 0 else ""
        lines.append(f"  last chunk {spoken(rate.ago)} ago, {rate.rows_per_s:.3g} rows/s{left}")
    return "\n".join(lines)


def _content(asked: Sweep, table: xr.Dataset, told: Account) -> dict[str, Any]:
    facts = {key: table.attrs.get(key, "") for key in ("wavesim", "device", "precision")}
    head = {"format": 1, "scenario": asked.scenario, "title": asked.title, "hash": asked.hash, **facts}
    status = "complete" if told.complete else "interrupted"
    axes = {axis.name: {"paths": list(axis.paths), "count": table.sizes[axis.name]} for axis in asked.axes}
    return {**head, "status": status, "axes": axes, **told.content()}


def _files(table: xr.Dataset, asked: Sweep, out: Path, wanted: Wanted) -> list[str]:
    """summary.png and what else is wanted; what cannot be made is said in one sentence, and the rest is made."""
    from ..sweeps import Status, to_csv, to_parquet

    good = table["status"].values.ravel() != Status.FAILED

    def picture() -> None:
        from ..viz import sweep_summary

        sweep_summary(table, out / "summary.png")

    def movie() -> None:
        from ..propagation import reporter
        from ..viz import small_multiples, spread

        chosen = {_label(asked, row): asked.asked(row) for row in spread(asked.layout.shape) if good[row]}
        runs, fixed = {label: row.problem for label, row in chosen.items()}, [row.fixed for row in chosen.values()]
        with reporter(watched(wanted.quiet), "painting") as show:
            path = out / "movie.mp4"
            small_multiples(runs, path, units=asked.units, title=asked.title, fixed=fixed, progress=show)

    makers = {
        "summary.png": picture,
        "sweep.csv": (lambda: to_csv(table, out / "sweep.csv")) if wanted.csv else None,
        "sweep.parquet": (lambda: to_parquet(table, out / "sweep.parquet")) if wanted.parquet else None,
        "movie.mp4": movie if wanted.movie else None,
    }
    for name, make in makers.items():
        (out / name).unlink(missing_ok=True)
        if make is not None:
            attempt(name, make)
    return [name for name in makers if (out / name).exists()]


def _label(asked: Sweep, row: int) -> str:
    places = zip(asked.axes, asked.layout.place_of(row), strict=True)
    return ", ".join(
        f"{name} {axis.labels(path)[at]}" for axis, at in places for name, path in axis.coordinates.items()
    )


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM, by which a queue or a container ends a job, do what Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
