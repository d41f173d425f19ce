"""Cures in the words of who asked: keys of a scenario file, or arguments in Python."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_OF_FILES: ContextVar[bool] = ContextVar("of_files", default=False)


@contextlib.contextmanager
def words_of_files() -> Iterator[None]:
    """Within, sentences name the keys of files, for every problem is written in one."""
    before = _OF_FILES.set(True)
    try:
        yield
    finally:
        _OF_FILES.reset(before)


def asks_by_file() -> bool:
    """Whether sentences are in the words of files here."""
    return _OF_FILES.get()


def cure(in_file: str, in_python: str) -> str:
    """What to do, as it is written where the problem is."""
    return in_file if asks_by_file() else in_python


def grid_cure(dimension: int = 2) -> str:
    """How to choose the grid oneself, along one axis or several."""
    if dimension == 1:
        return cure("give [grid] with lower, upper and points", "give grid=Grid.line(lower, upper, points)")
    return cure(
        "give [grid] with lower, upper and points for each axis",
        "give grid=Grid.product(...) of a Grid.line for each axis",
    )


def product_cure() -> str:
    """How to write a state of several axes."""
    return cure(
        'write [state] kind = "product", with one packet for each axis in its factors',
        "use Product with one packet for each axis",
    )
