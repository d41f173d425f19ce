"""Sweeps that are killed, interrupted, or lose their workers: nothing is lost, nothing is done twice, every value is the same.

``python -m tests.reliability.test_sweeps 20`` kills a real sweep twenty times; the tests use rows that cost next to nothing.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import distributed
import numpy as np
import pytest
import xarray as xr

from tests.reliability import sweeping
from wavesim.sweeps import Tally, read, sweep
from wavesim.sweeps.workers import _chunk

ROOT = Path(__file__).parents[2]
TOY = (sys.executable, "-m", "tests.reliability.sweeping")
REAL = (sys.executable, "-m", "wavesim")
SEED = 5
_PATIENCE = 120  # seconds until a process counts as stuck


def started(command: Sequence[str], file: Path, out: Path, *options: str, **variables: str) -> subprocess.Popen[str]:
    """``wavesim sweep FILE --out OUT`` in a process of its own, with those environment variables."""
    arguments = [*command, "sweep", str(file), "--out", str(out), *options]
    environment = os.environ | {"JAX_PLATFORMS": "cpu"} | variables
    return subprocess.Popen(
        arguments, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def events(out: Path) -> list[tuple[str, int]]:
    """What the log tells: ("begun" or "written", chunk)."""
    log = out / "sweep.log"
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [(line[1], int(line[2])) for line in lines]


def span(out: Path) -> float:
    """Seconds from the first line of the log to the last."""
    moments = [datetime.fromisoformat(line.split()[0]) for line in (out / "sweep.log").read_text().splitlines()]
    return (moments[-1] - moments[0]).total_seconds()


def past(out: Path, count: int, process: subprocess.Popen[str]) -> bool:
    """Wait until the log has that many lines; False if the process ended before."""
    deadline = time.monotonic() + _PATIENCE
    while len(events(out)) < count:
        if process.poll() is not None:
            return False
        assert time.monotonic() < deadline, "the sweep is stuck"
        time.sleep(0.005)
    return True


def survived(
    command: Sequence[str],
    file: Path,
    out: Path,
    kills: int,
    longest: float,
    patience: float = _PATIENCE,
    variables: Mapping[str, str] | None = None,
) -> list[list[tuple[str, int]]]:
    """Kill the command `kills` times at random moments, then let it end; what the log tells of each life.

    Args:
        longest: seconds that it lives at most after it has begun a chunk.
        patience: seconds until a process counts as stuck.
        variables: of the environment.
    """
    chance, lives, seen = random.Random(SEED), [], 0
    for life in range(kills + 1):
        process = started(command, file, out, "--quiet", **(variables or {}))
        if life < kills and past(out, seen + 1, process):
            time.sleep(chance.uniform(0.0, longest))
            process.send_signal(signal.SIGKILL)
        _, said = process.communicate(timeout=patience)
        assert process.returncode in ((0, 1) if life == kills else (0, 1, -signal.SIGKILL)), said
        lives.append(events(out)[seen:])
        seen += len(lives[-1])
    return lives


def same_values(one: xr.Dataset, other: xr.Dataset) -> bool:
    """Whether two tables hold the same, byte for byte; what they say of their origin may differ."""
    return list(one.variables) == list(other.variables) and all(
        one[name].dims == other[name].dims
        and (
            one[name].values.tolist() == other[name].values.tolist()
            if one[name].dtype.kind in "OUT"
            else one[name].values.tobytes() == other[name].values.tobytes()
        )
        for name in map(str, one.variables)
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, xr.Dataset]:
    """The sweep's file, and its table when nobody disturbs it, computed in this process."""
    folder = tmp_path_factory.mktemp("sweep")
    file = sweeping.written(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_chunk, "waves", sweeping.waves)
        sweep(file, out=folder / "out")
    table = read(folder / "out" / "sweep.zarr")
    assert Counter(table["status"].values.ravel().tolist()) == {1: 300, 3: 20}
    return file, table


def test_kill_9_costs_what_is_in_flight_and_nothing_else(undisturbed: tuple[Path, xr.Dataset], tmp_path: Path) -> None:
    """Killed at random moments and begun again each time: the values of an undisturbed sweep; no chunk that was written is begun again,
    and what was kept of one that was not is gone on with. The last digits depend on the rows that are asked together.
    """
    file, table = undisturbed
    lives = survived(TOY, file, tmp_path / "out", kills=3, longest=0.3, variables={sweeping.KEEP: "0.02"})
    assert same_values(read(tmp_path / "out" / "sweep.zarr"), table)
    check_lives(lives, chunks=20)
    assert sum(("begun", chunk) in life for life in lives[:-1] for chunk in range(20)) > 3
    assert sum(word == "kept" for life in lives for word, _ in life) > 2


def check_lives(lives: list[list[tuple[str, int]]], chunks: int) -> None:
    """Every chunk is written, and begun again only if it was in flight when its process was killed: at most two, the one that is
    computed and the one that is written meanwhile (whose line in the log may be what is missing).
    """
    written = Counter(chunk for life in lives for word, chunk in life if word == "written")
    begun = Counter(chunk for life in lives for word, chunk in life if word == "begun")
    assert set(begun) == set(range(chunks))
    assert max(written.values()) == 1
    again = {chunk for chunk, times in begun.items() if times > 1}
    lost = {chunk for life in lives[:-1] for word, chunk in life if word == "begun" and ("written", chunk) not in life}
    assert again <= lost
    for life in lives[:-1]:
        assert sum(word == "begun" and ("written", chunk) not in life for word, chunk in life) <= 2


def test_ctrl_c_and_the_end_of_a_job_keep_what_is_written(undisturbed: tuple[Path, xr.Dataset], tmp_path: Path) -> None:
    """SIGINT, then SIGTERM to who went on: exit codes 130 and 143 with a sentence, and the rows that are done are those of an undisturbed sweep."""
    file, table = undisturbed
    out = tmp_path / "out"
    for way in (signal.SIGINT, signal.SIGTERM):
        seen = len(events(out))
        process = started(TOY, file, out, **{sweeping.HOLD: "40"})
        assert past(out, seen + 5, process)
        process.send_signal(way)
        _, said = process.communicate(timeout=_PATIENCE)
        assert process.returncode == 128 + way, said
        assert "of 320 rows done; run the same command again to go on" in said.splitlines()[-1]
        partial = read(out / "sweep.zarr")
        done = partial["status"].values != 0
        assert 0 < done.sum() < 320
        assert np.array_equal(
            partial["transmitted_probability"].values[done],
            table["transmitted_probability"].values[done],
            equal_nan=True,
        )


@contextlib.contextmanager
def dask_workers(count: int) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler and worker processes, each a process of its own, as on a cluster."""
    code = "import asyncio, distributed\nasync def main():\n async with distributed.Scheduler(host='127.0.0.1', port=0, dashboard=False) as s:\n  print(s.address, flush=True); await s.finished()\nasyncio.run(main())"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JAX_")}
    environment |= {sweeping.KEEP: "0.02"}
    scheduler = subprocess.Popen(
        [sys.executable, "-c", code], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    workers: list[subprocess.Popen[str]] = []
    try:
        assert scheduler.stdout is not None
        address = scheduler.stdout.readline().strip()
        for _ in range(count):
            command = [*TOY, "worker", address]
            workers.append(subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stderr=subprocess.DEVNULL))
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.communicate()


def test_a_dead_worker_costs_its_chunk_only(undisturbed: tuple[Path, xr.Dataset], tmp_path: Path) -> None:
    """A real Dask scheduler and two worker processes, one of them killed midway: all rows, and the values of the local sweep."""
    file, table = undisturbed
    out = tmp_path / "out"
    with dask_workers(2) as (address, workers):
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=_PATIENCE)

        def kill(tally: Tally) -> None:
            if tally.done > 100:
                workers[0].kill()

        sweep(file, out=out, scheduler=address, progress=kill)
    assert workers[0].returncode == -signal.SIGKILL
    assert same_values(read(out / "sweep.zarr"), table)
    assert sorted(chunk for word, chunk in events(out) if word == "written") == list(range(20))


def main(kills: int) -> None:
    """A real sweep, killed again and again, against the same sweep left in peace."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = sweeping.written(folder)
        calm = started(REAL, file, folder / "calm", "--quiet")
        assert calm.wait() in (0, 1)
        wall = span(folder / "calm")
        print(f"undisturbed: {wall:.1f} s", flush=True)
        lives = survived(REAL, file, folder / "out", kills, longest=2 * wall / kills, patience=_PATIENCE + 3 * wall)
        check_lives(lives, chunks=20)
        assert same_values(read(folder / "out" / "sweep.zarr"), read(folder / "calm" / "sweep.zarr"))
        begun_in_all = sum(word == "begun" for life in lives for word, _ in life)
        print(f"killed {kills} times: {begun_in_all} chunks begun for 20 written; values are the same, byte for byte")


if __name__ == "__main__":
    main(int(sys.argv[1]))
