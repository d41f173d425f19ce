"""Warnings of libraries while a file is made, printed as messages of wavesim."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

from ._streams import complain

# harmless: a picture lacks a rare character, or a program half written by another process is compiled again
_HARMLESS = ("Glyph .* missing from", "Error (reading|writing) persistent compilation cache")


def ignore_harmless() -> None:
    """Silence harmless warnings."""
    for text in _HARMLESS:
        warnings.filterwarnings("ignore", text)


@contextlib.contextmanager
def print_warnings(name: str = "") -> Iterator[None]:
    """Context that prints its warnings at the end, each once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ignore_harmless()
        yield
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        complain(f"{name}: {text}" if name else text)


@contextlib.contextmanager
def print_warnings_at_once() -> Iterator[None]:
    """Context that prints its warnings at once, each once, since its end may be hours away."""
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
