"""Two processes that certify scenarios, each started anew after so many, or when it ran out of time."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from ..draws import draw
from ._row import LATE, Row

# compiled programs of other shapes only fill the memory
_MANY = 20
# one thread each for what numpy does beside
_CALM = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def certified_rows(
    work: list[tuple[int, str]], seed: int, seconds: float, processes: int = 2, laws: bool = False
) -> Iterator[Row]:
    """Rows in the order in which they are done.

    Args:
        work: index and kind of each draw.
        seed: of the draws.
        seconds: processor seconds allowed for each.
        processes: at a time.
        laws: judge grids by laws of coarser ones.
    """
    waiting: queue.SimpleQueue[tuple[int, str] | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[Row | None] = queue.SimpleQueue()
    for item in [*work, *[None] * processes]:
        waiting.put(item)
    stop = threading.Event()
    threads = [
        threading.Thread(target=_serve, args=(waiting, done, stop, seed, seconds, laws)) for _ in range(processes)
    ]
    for thread in threads:
        thread.start()
    try:
        ended = 0
        while ended < processes:
            row = done.get()
            if row is None:
                ended += 1
            else:
                yield row
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _serve(waiting: Any, done: Any, stop: threading.Event, seed: int, seconds: float, laws: bool) -> None:
    worker, served = None, 0
    try:
        while (item := waiting.get()) is not None and not stop.is_set():
            index, kind = item
            if worker is None or served >= _MANY:
                _end(worker)
                worker, served = _started(seed, seconds, laws), 0
            assert worker.stdin is not None and worker.stdout is not None
            worker.stdin.write(f"{index} {kind}\n")
            worker.stdin.flush()
            line = next((line for line in worker.stdout if line.startswith("row ")), "")
            served += 1
            if line:
                done.put(Row.read(json.loads(line[4:])))
                continue
            code = worker.wait()
            worker = None
            tolerance = draw(index, seed, kind).scenario["accuracy"]["tolerance"]
            said = f"no answer in {seconds:g} processor seconds" if code < 0 else f"the process ended with code {code}"
            done.put(Row(seed, index, kind, tolerance, LATE, said, cpu_s=seconds))
    finally:
        _end(worker)
        done.put(None)


def _started(seed: int, seconds: float, laws: bool) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.honesty._worker", str(seed), str(seconds), *["laws"] * laws]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **_CALM}
    )


def _end(worker: subprocess.Popen[str] | None) -> None:
    if worker is not None:
        worker.kill()
        worker.wait()
