"""Ten thousand rows: `wavesim sweep transmission_map` against loops over single runs, one worker against two, and the speed of a GPU."""

from __future__ import annotations

import dataclasses
import datetime
import json
import math
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np

from wavesim.potentials import RectangularBarrier
from wavesim.problem import Problem
from wavesim.states import GaussianPacket

from ._numpy_loop import Loop, tuned
from ._process import timed
from ._record import Conditions, write
from ._roofline import Throughput, throughputs

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy", "scipy", "zarr", "xarray", "distributed")
NAME, ROWS, QUICK, FEWEST = "transmission_map", 10_000, 100, 36
SINGLES, QUICK_SINGLES = 50, 4


@dataclasses.dataclass(frozen=True)
class Whole:
    """A sweep in a process of its own, from the command to the last file.

    Args:
        workers: worker processes that were asked for; 0 for as many as pay.
        wall_s: with imports, compilation and the picture.
        rows_per_s: rows over `wall_s`.
        steady_rows_per_s: between the first chunk written and the last.
        cpu_s: processor seconds of the process and of its workers.
        peak_mib: peak resident memory of the largest process.
        good, missed, failed: rows.
        covered, compared: rows whose bar holds the closed form, of those that have one.
    """

    workers: int
    rows: int
    wall_s: float
    rows_per_s: float
    steady_rows_per_s: float
    cpu_s: float
    peak_mib: float
    good: int
    missed: int
    failed: int
    covered: int
    compared: int


@dataclasses.dataclass(frozen=True)
class Singles:
    """A loop over some of the rows, one after the other, and what all rows would take at that rate.

    Args:
        loop: what the loop calls.
        rows: how many were timed, evenly spaced over the table.
        wall_s: of all of them.
        first_s: of the first, with what is imported and compiled only once.
        extrapolated_s: for all rows of the sweep, the first counted once.
        factor: `extrapolated_s` over the wall time of the sweep; above 1 the sweep is faster.
        again_s: of the same rows once more, with all that they need compiled: what a loop over very many rows comes near to.
        factor_again: the same for that rate.
    """

    loop: str
    rows: int
    wall_s: float
    first_s: float
    extrapolated_s: float
    factor: float
    again_s: float
    factor_again: float


@dataclasses.dataclass(frozen=True)
class SweepRecord:
    """The whole run.

    Args:
        whole: as it is called, one worker for each core.
        singles: the loops it is held against.
        workers: the same, or fewer rows of it, by one worker process and by two.
        efficiency: steady rows per second of two workers over twice those of one.
        gpu: points x problems x steps per second against the memory's speed; empty without a GPU.
    """

    conditions: Conditions
    whole: Whole
    singles: tuple[Singles, ...]
    workers: tuple[Whole, ...]
    efficiency: float
    gpu: tuple[Throughput, ...]


def resized(rows: int, folder: Path) -> Path:
    """The shipped map with as many values along each axis as make about that many rows."""
    from wavesim.scenario import find_sweep

    text = find_sweep(NAME)[1]
    side = str(max(2, round(math.sqrt(rows))))
    text, axes = re.subn(r"(?<=count = )\d+", side, text)
    if axes != 2:
        raise ValueError(f"{NAME} must have two axes given by `count`, but has {axes}; renew this benchmark.")
    path = folder / f"{NAME}_{side}.toml"
    path.write_text(text)
    return path


def run_whole(file: Path, folder: Path, workers: int) -> Whole:
    """The command, timed from outside."""
    out = folder / f"out_{file.stem}_{workers}"
    command = [sys.executable, "-m", "wavesim", "sweep", str(file), "--out", str(out), "--json", "--quiet"]
    command += ["--workers", str(workers)] if workers else []
    # nothing compiled by earlier commands is found; what one command keeps, its own workers may use
    taken, told = timed(command, {**os.environ, "JAX_COMPILATION_CACHE_DIR": str(out) + "_jax"}, codes=(0, 1))
    content = json.loads(told)
    rows, quantity = content["rows"], content["quantities"]["transmitted_probability"]
    return Whole(
        workers=workers,
        rows=rows["total"],
        wall_s=taken.wall_s,
        rows_per_s=rows["total"] / taken.wall_s,
        steady_rows_per_s=_steady(out / "sweep.log"),
        cpu_s=taken.cpu_s,
        peak_mib=taken.peak_mib,
        good=rows["good"],
        missed=rows["missed"],
        failed=rows["failed"],
        covered=quantity["covered"],
        compared=quantity["compared"],
    )


def _steady(log: Path) -> float:
    lines = [line.split() for line in log.read_text().splitlines()]
    written = [
        (datetime.datetime.fromisoformat(line[0]), int(line[3])) for line in lines if line[1] in ("kept", "written")
    ]
    span = (written[-1][0] - written[0][0]).total_seconds()
    return sum(rows for _, rows in written[1:]) / span if span else math.nan


def loops(file: Path, whole: Whole, count: int) -> tuple[Singles, ...]:
    """The same rows one by one: by `wavesim.certify`, and by a hand-written loop in numpy that reaches the same tolerance."""
    from wavesim.analysis import certify
    from wavesim.sweeps import Sweep

    sweep = Sweep.read(str(file))
    rows = [sweep.request(int(row)) for row in np.linspace(0, whole.rows - 1, count)]

    def by_certify(place: int) -> None:
        row = rows[place]
        certify(row.problem, row.tolerance, find=row.question, **row.fixed)

    made = []
    for row in rows:
        theory = next(iter(row.question.predictions(row.problem, None)["transmitted_probability"].values()))
        plan = row.question.planned(row.problem, row.tolerance, **row.fixed)
        assert plan is not None
        made.append(_by_hand(row.problem, plan.numerics.duration, theory, row.tolerance))

    def by_numpy(place: int) -> None:
        made[place].transmitted()

    found = []
    for name, one in (("wavesim.certify", by_certify), ("numpy split-operator loop", by_numpy)):
        times, again = _timed(one, count), sum(_timed(one, count))
        extrapolated = times[0] + sum(times[1:]) / (count - 1) * (whole.rows - 1)
        factors = extrapolated / whole.wall_s, again / count * whole.rows / whole.wall_s
        found.append(Singles(name, count, sum(times), times[0], extrapolated, factors[0], again, factors[1]))
    return tuple(found)


def _by_hand(problem: Problem, duration: float, truth: float, tolerance: float) -> Loop:
    barrier, packet, mass = problem.potential, problem.state, float(problem.mass)
    assert isinstance(barrier, RectangularBarrier) and isinstance(packet, GaussianPacket)
    return tuned(
        {"kind": "rectangular_barrier"} | {key: float(getattr(barrier, key)) for key in ("center", "height", "width")},
        {"center": float(packet.center), "width": float(packet.width), "momentum": float(packet.mean_momentum(mass))},
        duration,
        truth,
        tolerance,
        mass,
    )


def _timed(one: Callable[[int], None], count: int) -> list[float]:
    times = []
    for place in range(count):
        begun = time.perf_counter()
        one(place)
        times.append(time.perf_counter() - begun)
    return times


def show(record: SweepRecord) -> None:
    """The record as tables."""
    print(
        f"{'workers':>8}{'rows':>8}{'wall s':>9}{'rows/s':>9}{'steady':>9}{'cpu s':>8}{'MiB':>7}{'good':>8}{'missed':>8}{'failed':>8}  covered"
    )
    for one in (record.whole, *record.workers):
        print(
            f"{one.workers or 'none':>8}{one.rows:8}{one.wall_s:9.1f}{one.rows_per_s:9.1f}{one.steady_rows_per_s:9.1f}{one.cpu_s:8.1f}"
            f"{one.peak_mib:7.0f}{one.good:8}{one.missed:8}{one.failed:8}  {one.covered} of {one.compared}"
        )
    print(f"two workers against one: efficiency {record.efficiency:.0%}")
    for loop in record.singles:
        print(
            f"{loop.loop}: {loop.rows} rows in {loop.wall_s:.2f} s (the first {loop.first_s:.2f} s); extrapolated to {record.whole.rows} rows "
            f"{loop.extrapolated_s:.0f} s, {loop.factor:.3g} times the sweep; once more, {loop.again_s:.2f} s: {loop.factor_again:.3g} times"
        )
    for one in record.gpu:
        print(
            f"{one.case}, {one.precision}: {one.points_steps_per_s:.2e} pt.step/s, {one.share:.0%} of the memory's speed"
        )


def main(quick: bool = False, note: str = "", rows: int | None = None) -> None:
    """Measure, print, and (unless `quick`) write records/sweep.json, or sweep_gpu.json."""
    jax.config.update("jax_enable_x64", True)
    device = jax.devices()[0]
    conditions = Conditions.now(PACKAGES, note, None if device.platform == "cpu" else device.device_kind)
    rows = rows or (QUICK if quick else ROWS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, fewer = resized(rows, folder), resized(max(rows // 10, FEWEST), folder)
        whole = run_whole(file, folder, 0)
        one, two = (run_whole(fewer, folder, workers) for workers in (1, 2))
        singles = loops(file, whole, QUICK_SINGLES if quick else SINGLES)
    gpu = () if device.platform == "cpu" else throughputs()
    efficiency = two.steady_rows_per_s / (2 * one.steady_rows_per_s)
    record = SweepRecord(conditions.ended(), whole, singles, (one, two), efficiency, gpu)
    show(record)
    if not quick:
        write("sweep" if device.platform == "cpu" else f"sweep_{device.platform}", record)
