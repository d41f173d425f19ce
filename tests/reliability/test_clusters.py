"""A sweep on workers that others start: plain commands, strangers among them, a scheduler that is lost and one that returns."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import distributed
import pytest

import wavesim as ws
from tests.reliability import sweeping
from tests.reliability.clusters import ROOT, TINY, Cluster, environment, lines_of
from tests.reliability.test_sweeps import same_values
from wavesim.errors import BrokenOffError
from wavesim.sweeps import read
from wavesim.sweeps.workers import _chunk, _dask

TOY = [sys.executable, "-m", "tests.reliability.sweeping"]


@pytest.fixture(autouse=True)
def lost_sockets() -> Iterator[None]:
    """Distributed forgets to close the sockets of a scheduler that was killed; they are not to be found in somebody else's test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of four real rows, and beside it what one machine makes of it."""
    folder = tmp_path_factory.mktemp("tiny")
    file = folder / "tiny.toml"
    # heights so near each other share their programs, which every process has to compile
    file.write_text(TINY.replace("from = 0.5, to = 2.0", "from = 1.0, to = 1.1"))
    ws.sweep(file, out=folder / "local")
    return file


def test_two_commands_make_a_cluster(tiny: Path, tmp_path: Path) -> None:
    """``dask scheduler``, ``dask worker``, no variable set: the table of one machine, to the last bit. A worker of another version and
    one that has no wavesim are left out with a sentence each, while the other works.
    """
    (tmp_path / "older.py").write_text("import wavesim._version\nwavesim._version.__version__ = '0.0.9'\n")
    (tmp_path / "without.py").write_text("import sys\nsys.modules['wavesim'] = None\n")
    out = tmp_path / "out"
    with Cluster() as cluster:
        for name in ("older", "without"):
            cluster.worker("--no-nanny", "--nthreads", "1", "--preload", str(tmp_path / f"{name}.py"))
        cluster.worker()
        with distributed.Client(cluster.address, set_as_default=False) as client:
            client.wait_for_workers(3, timeout=120)
        command = [
            sys.executable,
            "-m",
            "wavesim",
            "sweep",
            str(tiny),
            "--out",
            str(out),
            "--scheduler",
            cluster.address,
        ]
        done = subprocess.run(command, cwd=ROOT, env=environment(), text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("4 rows: 4 good\n")
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if "is left out" in line]
    assert len(said) == 2
    assert any("must run the versions of this process, but has wavesim 0.0.9 instead of" in line for line in said), said
    assert any("cannot compute here" in line and "wavesim" in line for line in said), said
    assert same_values(read(out / "sweep.zarr"), read(tiny.parent / "local" / "sweep.zarr"))


@pytest.mark.parametrize("returns", [True, False])
def test_a_scheduler_is_lost(returns: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed -9 in the middle: if it is there again within the time, the sweep goes on with the workers that come; if not, one
    sentence says so, and what was written stays. 320 rows; the first worker stops for good after 40 of them.
    """
    file, out = sweeping.written(tmp_path), tmp_path / "out"
    monkeypatch.setattr(_dask, "_RETURN", 120 if returns else 1)
    if not returns:
        monkeypatch.setattr(_dask, "_PATIENCE", 3)
    with Cluster() as cluster:
        cluster.started([*TOY, "worker", cluster.address], **{sweeping.HOLD: "40"})
        # the sweep's patience is for workers that are lost, not for one that is still starting on a busy machine
        with distributed.Client(cluster.address, set_as_default=False) as client:
            client.wait_for_workers(1, timeout=120)
        ended = threading.Event()

        def kill() -> None:
            while sum("written" in line for line in lines_of(out / "sweep.log")) < 2:
                if ended.wait(0.05):
                    return
            cluster.scheduler.send_signal(signal.SIGKILL)
            cluster.scheduler.wait()
            if returns:
                cluster.schedule()
                cluster.started([*TOY, "worker", cluster.address])

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            if returns:
                ws.sweep(file, out=out, scheduler=cluster.address)
            else:
                with pytest.raises(
                    BrokenOffError, match="must be there to the end, but was lost .*; run the same again"
                ) as lost:
                    ws.sweep(file, out=out, scheduler=cluster.address)
                assert "\n" not in str(lost.value)
        finally:
            ended.set()
            killer.join()
    kept = int((read(out / "sweep.zarr")["status"] != 0).sum())
    assert kept == 320 if returns else 32 <= kept < 320
    monkeypatch.setattr(_chunk, "waves", sweeping.waves)
    ws.sweep(file, out=out)
    ws.sweep(file, out=tmp_path / "calm")
    assert same_values(read(out / "sweep.zarr"), read(tmp_path / "calm" / "sweep.zarr"))


SLURM = """
from distributed import LocalCluster

class SLURMCluster(LocalCluster):
    '''Processes of this machine in the place of jobs of a queue.'''

    def __init__(self, cores, processes, memory, walltime, queue, account, job_script_prologue, scheduler_options):
        assert all(line.startswith("export ") for line in job_script_prologue)
        super().__init__(n_workers=0, threads_per_worker=cores // processes, host="127.0.0.1", **scheduler_options)

    def adapt(self, minimum_jobs, maximum_jobs):
        return super().adapt(minimum=minimum_jobs, maximum=maximum_jobs)
"""


def test_the_script_for_slurm(tiny: Path, tmp_path: Path) -> None:
    """The script of the manual, a local cluster in the place of the queue."""
    (tmp_path / "dask_jobqueue.py").write_text(SLURM)
    script = ROOT / "docs" / "sweeps_on_slurm.py"
    command = [sys.executable, str(script), str(tiny), str(tmp_path / "out"), "--jobs", "1", "--cores", "1"]
    variables = environment() | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = subprocess.run(command, cwd=tmp_path, env=variables, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert same_values(read(tmp_path / "out" / "sweep.zarr"), read(tiny.parent / "local" / "sweep.zarr"))
