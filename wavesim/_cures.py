"""Advice in error messages, in terms of scenario keys or of Python arguments."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_FOR_FILES: ContextVar[bool] = ContextVar("for_files", default=False)


@contextlib.contextmanager
def words_of_files() -> Iterator[None]:
    """Context in which messages name keys of scenario files instead of Python arguments."""
    before = _FOR_FILES.set(True)
    try:
        yield
    finally:
        _FOR_FILES.reset(before)


def asks_by_file() -> bool:
    """Whether messages name keys of scenario files."""
    return _FOR_FILES.get()


def cure(in_file: str, in_python: str) -> str:
    """The advice for scenario files or for Python, whichever applies."""
    return in_file if asks_by_file() else in_python


def grid_cure(dimension: int = 2) -> str:
    """Advice to give the grid explicitly, along one axis or several."""
    if dimension == 1:
        return cure("give [grid] with lower, upper and points", "give grid=Grid.line(lower, upper, points)")
    return cure(
        "give [grid] with lower, upper and points for each axis",
        "give grid=Grid.product(...) of a Grid.line for each axis",
    )


def product_cure() -> str:
    """Advice to give a state of several axes as a product."""
    return cure(
        'write [state] kind = "product", with one packet for each axis in its factors',
        "use Product with one packet for each axis",
    )
