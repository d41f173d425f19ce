"""A command in a process of its own, timed from outside."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass(frozen=True)
class Process:
    """What a process took.

    Args:
        cpu_s: processor seconds, of the user and of the system, with its children.
        wall_s: from start to end.
        peak_mib: peak resident memory of the process alone.
    """

    cpu_s: float
    wall_s: float
    peak_mib: float


def timed(command: list[str], env: dict[str, str] | None = None, codes: tuple[int, ...] = (0,)) -> tuple[Process, str]:
    """Run a command; what it took, and what it printed.

    A child's peak starts at what its parent held when it was started, so this process must be smaller than what it measures.

    Args:
        command: and its arguments.
        env: of the process; by default this one's.
        codes: with which it may end.

    Raises:
        RuntimeError: if it ends with another exit code.
    """
    with tempfile.TemporaryFile("w+") as told:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=told, env=env)
        _, code, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(code)
        if process.returncode not in codes:
            raise RuntimeError(f"{' '.join(command)} must end well, but ended with {process.returncode}; see above.")
        told.seek(0)
        text = told.read()
    peak = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Process(used.ru_utime + used.ru_stime, wall, peak), text
