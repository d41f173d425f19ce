"""Rows of a sweep go in waves: one is planned while the one before it is answered, and what goes wrong there is heard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from wavesim.errors import NumericsError
from wavesim.sweeps.workers import _engine
from wavesim.sweeps.workers._engine import Wave, waves


def test_the_next_wave_is_planned_while_one_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: three waves; the second is planned before anybody asks for it, and only the second. Formula: all of them, in order."""
    planned = [threading.Event() for _ in range(3)]

    def planning(*_: Any) -> Iterator[Wave]:
        for place, event in enumerate(planned):
            event.set()
            yield Wave(place, place + 1, iter([]))

    monkeypatch.setattr(_engine, "_planned", planning)
    coming = waves([], {})
    assert next(coming).first == 0
    assert planned[1].wait(60)
    assert not planned[2].is_set()
    assert [wave.first for wave in coming] == [1, 2]


def test_an_error_while_planning_ends_the_waves_at_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: the second wave cannot be planned. Formula: the first is answered, then the error is raised."""

    def planning(*_: Any) -> Iterator[Wave]:
        yield Wave(0, 1, iter([]))
        raise NumericsError("no second wave")

    monkeypatch.setattr(_engine, "_planned", planning)
    coming = waves([], {})
    assert next(coming).first == 0
    with pytest.raises(NumericsError, match="no second wave"):
        next(coming)
