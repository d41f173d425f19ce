"""What is printed: it never fails for want of a character, a stream or space, and nothing in it acts on the terminal."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import Any

from .._text import clean

_LONGEST_LINE = 3000


class Unheard(Exception):
    """Standard output cannot take what was to be printed."""


def open_streams() -> None:
    """Give this process all three standard streams: a file that is opened in the place of a closed one would take its text."""
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
    """Let a stream write what its encoding lacks as escapes."""
    with contextlib.suppress(AttributeError, ValueError, OSError):
        stream.reconfigure(errors="backslashreplace")


def tell(text: str, end: str = "\n") -> None:
    """Print data on standard output.

    Raises:
        BrokenPipeError: if the reader has gone.
        Unheard: if it cannot be written.
    """
    tolerate(sys.stdout)
    try:
        print(clean(text, keep="\n\t"), end=end, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        hush()
        raise Unheard(f"standard output cannot be written: {error.strerror or error}") from None


def told(text: str) -> bool:
    """`tell` for a verb that has more to do: whether it was printed, or whoever read it wants no more; if not, a sentence says so."""
    try:
        tell(text)
    except BrokenPipeError:
        hush()
    except Unheard as error:
        complain(f"the numbers are not printed: {error}.")
        return False
    return True


def say(text: str) -> None:
    """A line on standard error: everything that is not data."""
    if sys.stderr is None:
        return
    tolerate(sys.stderr)
    line = clean(text)
    if len(line) > _LONGEST_LINE:
        line = f"{line[:_LONGEST_LINE]}... ({len(line):,} characters)"
    # who listens to nothing is told nothing
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """What is wrong, one line for each thing."""
    for line in text.split("\n"):
        if line.strip():
            say(f"wavesim: {line}")


def hush() -> None:
    """Send what is still in the buffer of standard output nowhere, so that Python does not stumble over it at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def columns() -> int | None:
    """The width of the terminal that standard output is, 40 at least; None where it is none, but a pipe or a file."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return max(40, shutil.get_terminal_size().columns)


def watched(quiet: bool) -> bool:
    """Whether a person sees standard error, where progress bars go."""
    return not quiet and sys.stderr is not None and sys.stderr.isatty()
