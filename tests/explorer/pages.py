"""A fake channel and job queue: a page that draws at once, and jobs that run at once or never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wavesim.explorer._opening import opened
from wavesim.explorer._session import Session
from wavesim.explorer._wire import ARRAYS, FILE, Picture, arrays_of, picture_of


class Page:
    """A page: what it was told, and a clock that stands still unless it is moved."""

    def __init__(self, name: str, *, run_jobs: bool = False) -> None:
        self.words: list[dict[str, Any]] = []
        self.frames: list[Picture] = []
        self.cards: list[tuple[dict[str, Any], dict[str, np.ndarray]]] = []
        self.files: list[bytes] = []
        self.now = 0.0
        self.jobs: list[Callable[[], None]] = []
        self.run_jobs = run_jobs
        self.session = Session(self, self, opened(name), clock=lambda: self.now)

    def send_json(self, message: dict[str, Any]) -> None:
        """The channel's door for words."""
        self.words.append(message)

    def send_bytes(self, data: bytes) -> None:
        """The channel's door for bytes."""
        if data[0] == ARRAYS:
            self.cards.append(arrays_of(data))
        elif data[0] == FILE:
            self.files.append(data)
        else:
            self.frames.append(picture_of(data))

    def submit(self, job: Callable[[], None]) -> None:
        """The job queue: at once, or never."""
        self.jobs.append(job)
        if self.run_jobs:
            job()

    def tell(self, **message: Any) -> None:
        """Say something to the engine, and let it do what follows."""
        self.session.receive(message)
        self.settle()

    def settle(self, pieces: int = 4000, draws: bool = True) -> int:
        """Let the session work until it waits; how many pieces it did."""
        for count in range(pieces):
            if self.session.work() is None:
                return count
            if draws:
                self.draw()
            self.now += 1 / 60
        return pieces

    def draw(self) -> None:
        """Acknowledge the newest frame, as a page does that has drawn it."""
        if self.frames:
            self.session.acknowledge(self.frames[-1].seq)

    def card(self, kind: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The newest message with arrays of that type."""
        return next(card for card in reversed(self.cards) if card[0]["type"] == kind)

    def said(self, kind: str) -> list[dict[str, Any]]:
        """All messages of that type."""
        return [message for message in self.words if message["type"] == kind]
