"""SIGINT and SIGTERM: the first ends the work and keeps what is done, the second ends the process at once; no traceback either way."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
import types
from collections.abc import Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# seconds after which a signal is raised again that Python has swallowed
_AGAIN = 0.05


class _Stop:
    """What has been heard so far.

    Attributes:
        signum: the signal, None before it comes.
        inside: whether somebody above catches KeyboardInterrupt and ends in good order.
        shields: how many blocks are being written that must not be broken off.
    """

    def __init__(self) -> None:
        self.signum: int | None = None
        self.inside = False
        self.shields = 0
        self._count = 0
        self._raised = False

    def heard(self, signum: int, frame: types.FrameType | None) -> None:
        if self.inside and _importing(frame):
            # some packages print a traceback of their own, and half a package is none
            _again(signum)
            return
        self._count += 1
        first, self.signum = self.signum is None, self.signum or signum
        if not self.inside:
            leave("interrupted." if first else "")
        if self.shields:
            # keeping what is done takes a moment; who cannot wait presses a third time
            if self._count > 2:
                leave()
            return
        if not first and self._raised:
            leave()
        self._raised = True
        raise KeyboardInterrupt

    def lowered(self) -> None:
        """A shield is gone: a signal that came meanwhile is raised now."""
        if self.signum is not None and not self._raised and not self.shields:
            self._raised = True
            raise KeyboardInterrupt

    def swallowed(self) -> None:
        """Python has printed and forgotten a KeyboardInterrupt in a callback: it comes again."""
        self._raised, signum = False, self.signum or signal.SIGINT
        self.signum, self._count = None, 0
        _again(signum)


def _again(signum: int) -> None:
    """Raise a signal again in a moment."""
    timer = threading.Timer(_AGAIN, lambda: os.kill(os.getpid(), signum))
    timer.daemon = True
    timer.start()


def _importing(frame: types.FrameType | None) -> bool:
    """Whether an import is going on below this frame."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


_STOP = _Stop()


def exit_code() -> int:
    """128 and the number of the signal, as shells have it: 130 after SIGINT, 143 after SIGTERM."""
    return 128 + (_STOP.signum or signal.SIGINT)


def stopped() -> bool:
    """Whether a signal has come."""
    return _STOP.signum is not None


def leave(words: str = "") -> None:
    """End this process now: temporary files are removed, and nothing else runs."""
    from .._files import discard_unfinished

    discard_unfinished()
    with contextlib.suppress(Exception):
        if words:
            os.write(2, f"wavesim: {words}\n".encode())
        sys.stdout.flush()
    os._exit(exit_code())


@contextlib.contextmanager
def inside() -> Iterator[None]:
    """A block that catches KeyboardInterrupt and ends in good order; outside of it a signal ends the process at once."""
    _STOP.inside = True
    try:
        yield
    finally:
        _STOP.inside = False


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """A short block that keeps what is done: a signal waits until it is over."""
    _STOP.shields += 1
    try:
        yield
    finally:
        _STOP.shields -= 1
    _STOP.lowered()


def _deaf() -> None:
    for signum in _SIGNALS:
        signal.signal(signum, signal.SIG_IGN)


def listen() -> None:
    """Take SIGINT and SIGTERM from now to the end of the process."""
    for signum in _SIGNALS:
        signal.signal(signum, _STOP.heard)
    # what is registered first is done last: from then on nothing is left to be kept, or to hang
    atexit.register(_deaf)
    before = sys.unraisablehook

    def quiet(told: sys.UnraisableHookArgs) -> None:
        if issubclass(told.exc_type, KeyboardInterrupt):
            _STOP.swallowed()
        elif not stopped():
            # what an interruption leaves half made may fail once more when it is thrown away
            before(told)

    sys.unraisablehook = quiet
