"""Frames in order: painted here, or by several processes while the encoder runs."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np

from ..errors import WavesimError
from ._frame import FramePainter
from ._scene import Scene

# fewer frames than this are painted here before other processes have started (measured: a second or two)
_FEW = 400
_PIPE = 2**20


def paint_all(
    scene: Scene, amplitudes: Iterator[np.ndarray], width: int, height: int, workers: int | None = None
) -> Iterator[np.ndarray]:
    """Each frame in order, RGBA of shape (height, width, 4), uint8; use it before asking for the next.

    Args:
        scene: what is shown.
        amplitudes: psi of each frame on the points of the picture.
        width: pixels across.
        height: pixels down.
        workers: painting processes; 0 paints in this one; None takes some for long movies, where cores are left over.
    """
    count = len(scene.times)
    if workers is None:
        # one core paints or collects, one encodes
        workers = 0 if count < _FEW else max(0, min(4, (os.cpu_count() or 1) - 2))
    if workers == 0:
        painter = FramePainter(scene, width, height)
        for index, psi in enumerate(amplitudes):
            yield painter.paint(index, psi)
        return
    size = 4 * width * height
    crew = [_start(scene, width, height) for _ in range(min(workers, count))]
    try:
        queue = enumerate(amplitudes)
        # one request at a time for each: neither end can then wait for the other
        for worker, request in zip(crew, islice(queue, len(crew)), strict=False):
            _ask(worker, request)
        for index in range(count):
            worker = crew[index % len(crew)]
            frame = _pipe(worker.stdout).read(size)
            if len(frame) < size:
                raise WavesimError(
                    "a painting process ended early, probably for want of memory; try again with workers=0."
                )
            request = next(queue, None)
            if request is not None:
                _ask(worker, request)
            yield np.frombuffer(frame, np.uint8).reshape(height, width, 4)
    finally:
        for worker in crew:
            worker.kill()
            _pipe(worker.stdout).close()
            try:
                _pipe(worker.stdin).close()
            except BrokenPipeError:
                pass
            worker.wait()


def _start(scene: Scene, width: int, height: int) -> subprocess.Popen[bytes]:
    home = str(Path(__file__).parents[2])
    path = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
    worker = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}._worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pipesize=_PIPE,
        env=os.environ | {"PYTHONPATH": path},
    )
    _ask(worker, (scene, width, height))
    return worker


def _ask(worker: subprocess.Popen[bytes], request: object) -> None:
    try:
        pickle.dump(request, _pipe(worker.stdin), protocol=5)
        _pipe(worker.stdin).flush()
    except BrokenPipeError:
        # it has died: reading its answer says so
        pass


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None
    return end
