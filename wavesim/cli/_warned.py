"""Warnings of libraries during the making of a file, as lines of wavesim."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

from ._streams import complain

# a picture may lack a rare character, and a program half written by another process is compiled again
_HARMLESS = ("Glyph .* missing from", "Error (reading|writing) persistent compilation cache")


def ignore_harmless() -> None:
    """Silence warnings that change nothing."""
    for text in _HARMLESS:
        warnings.filterwarnings("ignore", text)


@contextlib.contextmanager
def warned(name: str = "") -> Iterator[None]:
    """Print the warnings inside at the end, each once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ignore_harmless()
        yield
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        complain(f"{name}: {text}" if name else text)


@contextlib.contextmanager
def warned_at_once() -> Iterator[None]:
    """Print the warnings inside at once, since the end may be hours away; each once."""
    seen: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        if str(message) not in seen:
            seen.add(str(message))
            complain(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        ignore_harmless()
        warnings.showwarning = show
        yield
