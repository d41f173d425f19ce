"""What libraries warn of while a file is made, as lines of wavesim's."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

from ._streams import complain

# a picture without a rare character is a picture; a program half written by another process is compiled here
_HARMLESS = ("Glyph .* missing from", "Error (reading|writing) persistent compilation cache")


def ignore_harmless() -> None:
    """Let libraries not say what changes nothing."""
    for text in _HARMLESS:
        warnings.filterwarnings("ignore", text)


@contextlib.contextmanager
def warned(name: str = "") -> Iterator[None]:
    """Say at the end what was warned of inside, each sentence once."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        ignore_harmless()
        yield
    for text in dict.fromkeys(str(warning.message) for warning in heard):
        complain(f"{name}: {text}" if name else text)


@contextlib.contextmanager
def warned_at_once() -> Iterator[None]:
    """Say what is warned of inside as it comes, which may be hours before the end; each sentence once."""
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
