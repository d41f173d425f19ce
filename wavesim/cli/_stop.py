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
# seconds until a deferred or lost signal is raised again
_AGAIN = 0.05


class _Stop:
    """The signals so far.

    Attributes:
        signum: the first signal, None before it comes.
        inside: whether a caller catches KeyboardInterrupt and ends properly.
        shields: the number of active blocks that must not be interrupted.
    """

    def __init__(self) -> None:
        self.signum: int | None = None
        self.inside = False
        self.shields = 0
        self._count = 0
        self._raised = False

    def receive(self, signum: int, frame: types.FrameType | None) -> None:
        if self.inside and _importing(frame):
            # some packages print their own traceback, and a partly imported package is broken
            _raise_later(signum)
            return
        self._count += 1
        first, self.signum = self.signum is None, self.signum or signum
        if not self.inside:
            leave("interrupted." if first else "")
        if self.shields:
            # saving the results takes a moment; a third signal ends the process at once
            if self._count > 2:
                leave()
            return
        if not first and self._raised:
            leave()
        self._raised = True
        raise KeyboardInterrupt

    def lowered(self) -> None:
        """Raise a signal that came during a shield, after its end."""
        if self.signum is not None and not self._raised and not self.shields:
            self._raised = True
            raise KeyboardInterrupt

    def raise_again(self) -> None:
        """Raise a KeyboardInterrupt again that Python has dropped in a callback."""
        self._raised, signum = False, self.signum or signal.SIGINT
        self.signum, self._count = None, 0
        _raise_later(signum)


def _raise_later(signum: int) -> None:
    """Raise a signal again in a moment."""
    timer = threading.Timer(_AGAIN, lambda: os.kill(os.getpid(), signum))
    timer.daemon = True
    timer.start()


def _importing(frame: types.FrameType | None) -> bool:
    """Whether an import is in progress in this frame or its callers."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


_STOP = _Stop()


def exit_code() -> int:
    """128 plus the number of the signal, as in shells: 130 after SIGINT, 143 after SIGTERM."""
    return 128 + (_STOP.signum or signal.SIGINT)


def stopped() -> bool:
    """Whether a signal has come."""
    return _STOP.signum is not None


def leave(words: str = "") -> None:
    """End this process at once; only temporary files are removed."""
    from .._files import discard_unfinished

    discard_unfinished()
    with contextlib.suppress(Exception):
        if words:
            os.write(2, f"wavesim: {words}\n".encode())
        sys.stdout.flush()
    os._exit(exit_code())


@contextlib.contextmanager
def inside() -> Iterator[None]:
    """A block whose caller catches KeyboardInterrupt and ends properly; outside a signal ends the process at once."""
    _STOP.inside = True
    try:
        yield
    finally:
        _STOP.inside = False


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """A short block that saves results: a signal waits until its end."""
    _STOP.shields += 1
    try:
        yield
    finally:
        _STOP.shields -= 1
    _STOP.lowered()


def _ignore_signals() -> None:
    for signum in _SIGNALS:
        signal.signal(signum, signal.SIG_IGN)


def listen() -> None:
    """Handle SIGINT and SIGTERM from now to the end of the process."""
    for signum in _SIGNALS:
        signal.signal(signum, _STOP.receive)
    # the first registration runs last: after it nothing is left to save
    atexit.register(_ignore_signals)
    before = sys.unraisablehook

    def quiet(hook_args: sys.UnraisableHookArgs) -> None:
        if issubclass(hook_args.exc_type, KeyboardInterrupt):
            _STOP.raise_again()
        elif not stopped():
            # objects left incomplete by an interruption may fail again when they are deleted
            before(hook_args)

    sys.unraisablehook = quiet
