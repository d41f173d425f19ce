"""A painting process: ``python -m wavesim.viz._worker`` reads a scene and then amplitudes, and answers with frames.

A process of its own kind rather than a pool: it neither forks the solver's threads nor runs the caller's script again.
"""

from __future__ import annotations

import pickle
import signal
import sys

from ._frame import FramePainter


def serve() -> None:
    """Paint until the other end closes."""
    # Ctrl-C reaches the whole group; the parent is the one who ends this
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        scene, width, height = pickle.load(requests)
        painter = FramePainter(scene, width, height)
        while True:
            index, psi = pickle.load(requests)
            answers.write(painter.paint(index, psi).data)
            answers.flush()
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    serve()
