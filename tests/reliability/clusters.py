"""Dask as a user starts it: two commands, no variables, on this machine alone."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PATIENCE = 120  # seconds until a process counts as stuck

# four rows of the real engine, one chunk: seconds
TINY = """
format = 1
title = "Four rows"
measure = ["transmitted_probability"]
[scenario]
format = 1
title = "Small"
units = "natural"
potential = { kind = "gaussian_barrier", height = 1.0, width = 1.0 }
state = { kind = "gaussian_packet", center = -12.0, width = 2.0, momentum = 2.0 }
accuracy = { tolerance = 1e-2 }
[axes]
"potential.height" = { from = 0.5, to = 2.0, count = 4 }
"""


def environment() -> dict[str, str]:
    """This process's, without what a user would not have set; wavesim is found as an installed package would be."""
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith(("JAX_", "XLA_", "OMP_", "DASK_", "MPL"))
    }
    return kept | {"PYTHONPATH": str(ROOT)}


def dask(*arguments: str) -> subprocess.Popen[str]:
    """``dask ...``: the command that comes with distributed."""
    command = [str(Path(sys.executable).with_name("dask")), *arguments]
    return subprocess.Popen(command, env=environment(), text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


class Cluster:
    """A scheduler and its workers, all ended with the block: ``with Cluster() as cluster: cluster.worker()``."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[str]] = []
        self._alone: list[subprocess.Popen[str]] = []  # that leave no children behind

    def __enter__(self) -> Cluster:
        self.scheduler = self.schedule()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._alone:
            process.kill()
        # the scheduler last: a worker that cannot take its leave waits
        for process in reversed(self.processes):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=10)
            process.kill()
            process.communicate()

    def schedule(self) -> subprocess.Popen[str]:
        """Start the scheduler, again at the same place if it was killed."""
        self.scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        self.processes.append(self.scheduler)
        _listening(self.port)
        return self.scheduler

    def worker(self, *options: str) -> subprocess.Popen[str]:
        """Start a worker, with its nanny and as many threads as there are cores."""
        self.processes.append(dask("worker", self.address, "--no-dashboard", *options))
        if "--no-nanny" in options:
            self._alone.append(self.processes[-1])
        return self.processes[-1]

    def started(self, command: list[str], **variables: str) -> subprocess.Popen[str]:
        """Start something else that is to end with the cluster."""
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment() | variables, text=True, stdout=quiet, stderr=quiet
        )
        self.processes.append(process)
        self._alone.append(process)
        return process


def _listening(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the scheduler does not start"
            time.sleep(0.1)


def lines_of(log: Path) -> list[str]:
    """The lines of a sweep's log."""
    return log.read_text().splitlines() if log.exists() else []
