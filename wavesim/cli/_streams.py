"""Printing that does not fail on a missing character, stream or disk space; control characters never reach the terminal."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import Any

from .._text import clean

# longest printed message, in characters
_LONGEST_LINE = 3000


class OutputError(Exception):
    """Standard output cannot be written."""


def open_streams() -> None:
    """Open all three standard streams: otherwise the next opened file would take the place of a closed one and receive its text."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  (to the end of the process)
        tolerate(getattr(sys, name))


def tolerate(stream: Any) -> None:
    """Let a stream write escapes for characters that its encoding lacks."""
    with contextlib.suppress(AttributeError, ValueError, OSError):
        stream.reconfigure(errors="backslashreplace")


def print_data(text: str, end: str = "\n") -> None:
    """Print data on standard output.

    Raises:
        BrokenPipeError: if the reader of the pipe has ended.
        OutputError: if standard output cannot be written.
    """
    tolerate(sys.stdout)
    try:
        print(clean(text, keep="\n\t"), end=end, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise OutputError(f"standard output cannot be written: {error.strerror or error}") from None


def printed(text: str) -> bool:
    """Print data before further work; False, with a message, if standard output cannot be written. A closed pipe is no failure."""
    try:
        print_data(text)
    except BrokenPipeError:
        discard_output()
    except OutputError as error:
        complain(f"the numbers are not printed: {error}.")
        return False
    return True


def say(text: str) -> None:
    """Print a line that is not data on standard error."""
    if sys.stderr is None:
        return
    tolerate(sys.stderr)
    line = clean(text)
    if len(line) > _LONGEST_LINE:
        line = f"{line[:_LONGEST_LINE]}... ({len(line):,} characters)"
    # without standard error there is nothing to print on
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """Print problems on standard error, one a line."""
    for line in text.split("\n"):
        if line.strip():
            say(f"wavesim: {line}")


def discard_output() -> None:
    """Discard the buffer of standard output, which Python would fail to flush at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def columns() -> int | None:
    """The width of the terminal, at least 40; None if standard output is a pipe or a file."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return max(40, shutil.get_terminal_size().columns)


def shows_progress(quiet: bool) -> bool:
    """Whether a person sees standard error, where progress bars go."""
    return not quiet and sys.stderr is not None and sys.stderr.isatty()
