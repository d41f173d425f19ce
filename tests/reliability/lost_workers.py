"""``python -m tests.reliability.lost_workers 5``: what a cluster's losses cost a sweep: rows computed again, seconds without a new row, and
whether the table is that of one machine to the last bit.

A scheduler, two workers, 320 rows of 40 ms in 20 chunks; the last digits of a row depend on the rows that are asked with it. A worker is
killed -9; a worker's machine freezes and is killed later; the scheduler is killed and started again; the sweep itself is killed and
started again.
"""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import distributed

from tests.reliability import sweeping
from tests.reliability.clusters import ROOT, Cluster, environment, lines_of
from tests.reliability.records import in_double_precision, record
from tests.reliability.test_sweeps import same_values

_TOY = [sys.executable, "-m", "tests.reliability.sweeping"]
_SLOW = {"ROW_SECONDS": "0.04", sweeping.KEEP: "0.3"}
_PATIENCE = 300


class Swept:
    """A sweep on a cluster of two workers, and what happens to it."""

    def __init__(self, cluster: Cluster, file: Path, out: Path) -> None:
        self.cluster, self.out = cluster, out
        self._command = [*_TOY, "sweep", str(file), "--out", str(out), "--quiet", "--scheduler", cluster.address]
        self.workers = [self.worker(), self.worker()]
        with distributed.Client(cluster.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=_PATIENCE)
        self.process = self.begin()
        self.lost_at = 0.0

    def worker(self) -> subprocess.Popen[str]:
        """One more worker."""
        return self.cluster.started([*_TOY, "worker", self.cluster.address], **_SLOW)

    def begin(self) -> subprocess.Popen[str]:
        """The sweep, begun or gone on with."""
        pipe = subprocess.PIPE
        return subprocess.Popen(self._command, cwd=ROOT, env=environment(), text=True, stdout=pipe, stderr=pipe)

    def rows(self) -> int:
        """Rows that are stored, by the log."""
        return sum(int(line.split()[3]) for line in lines_of(self.out / "sweep.log") if " begun " not in line)

    def wait(self, rows: int) -> None:
        """Until so many are stored."""
        deadline = time.monotonic() + _PATIENCE
        while self.rows() < rows:
            assert self.process.poll() is None and time.monotonic() < deadline, "the sweep is stuck"
            time.sleep(0.01)
        self.lost_at = time.time()

    def costs(self) -> dict[str, float]:
        """Rows that were computed twice, at most, and the longest time after the loss in which nothing was stored."""
        _, words = self.process.communicate(timeout=_PATIENCE)
        assert self.process.returncode == 1 and "Traceback" not in words, words
        kept, again, stored = dict[str, int](), 0, [self.lost_at]
        for line in lines_of(self.out / "sweep.log"):
            moment, word, chunk, *count = line.split()
            if word == "begun":
                # twice, if it was lost in between
                again += 16 - kept[chunk] if chunk in kept else 0
                kept.setdefault(chunk, 0)
            else:
                kept[chunk] += int(count[0])
                stored.append(max(self.lost_at, datetime.fromisoformat(moment).timestamp()))
        gap = max(after - before for before, after in itertools.pairwise(sorted(stored)))
        return {"rows again": again, "seconds without a row": round(gap, 1)}


def killed(swept: Swept) -> None:
    """A worker."""
    swept.workers[0].kill()


def frozen(swept: Swept) -> None:
    """A worker that says nothing for 3 s, and is then killed."""
    swept.workers[0].send_signal(signal.SIGSTOP)
    time.sleep(3.0)
    swept.workers[0].kill()


def headless(swept: Swept) -> None:
    """The scheduler; it is started again, and so are the workers."""
    swept.cluster.scheduler.send_signal(signal.SIGKILL)
    swept.cluster.scheduler.wait()
    for worker in swept.workers:
        worker.kill()
    swept.cluster.schedule()
    swept.workers = [swept.worker(), swept.worker()]


def resumed(swept: Swept) -> None:
    """The sweep itself, begun again at once."""
    swept.process.kill()
    swept.process.communicate()
    swept.process = swept.begin()


LOSSES: dict[str, Callable[[Swept], None]] = {
    "a worker is killed": killed,
    "a worker freezes for 3 s and is killed": frozen,
    "the scheduler is killed, all is started again": headless,
    "the sweep is killed and begun again": resumed,
}


def trial(loss: Callable[[Swept], None], rows: int, folder: Path, calm: Path) -> dict[str, float]:
    """Lose something after so many rows: what it costs."""
    from wavesim.sweeps import read

    with Cluster() as cluster:
        swept = Swept(cluster, sweeping.written(folder), folder / "out")
        swept.wait(rows)
        loss(swept)
        costs = swept.costs()
    return costs | {"equal": same_values(read(folder / "out" / "sweep.zarr"), read(calm / "sweep.zarr"))}


def main(repeats: int) -> None:
    """Each loss that often, at moments spread over the sweep; the record."""
    import wavesim as ws
    from wavesim.sweeps.workers import _chunk

    in_double_precision()
    outcomes = dict[str, list[dict[str, float]]]()
    with tempfile.TemporaryDirectory() as name:
        calm = Path(name) / "calm"
        engine, _chunk.waves = _chunk.waves, sweeping.waves
        ws.sweep(sweeping.written(Path(name)), out=calm)
        _chunk.waves = engine
        for what, loss in LOSSES.items():
            for repeat in range(repeats):
                folder = Path(name) / f"{what[:12]}{repeat}".replace(" ", "_")
                folder.mkdir()
                outcomes.setdefault(what, []).append(trial(loss, 40 + 200 * repeat // repeats, folder, calm))
                print(what, outcomes[what][-1], flush=True)
    record("lost_workers", 0, outcomes, rows=320, row_seconds=0.04)


if __name__ == "__main__":
    main(int(sys.argv[1]))
