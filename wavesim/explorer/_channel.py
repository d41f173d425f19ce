"""Protocols between a session and its page, and the number of frames in flight."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

# frames that may be sent before the page acknowledges one
AHEAD = 2


class Channel(Protocol):
    """The connection to the page; called from the session's thread and from the job queue's."""

    def send_json(self, message: dict[str, Any]) -> None:
        """Send a message as JSON."""

    def send_bytes(self, data: bytes) -> None:
        """Send bytes."""


class JobQueue(Protocol):
    """Runs long jobs one after another."""

    def submit(self, job: Callable[[], None]) -> None:
        """Queue a job."""


@dataclasses.dataclass
class SendWindow:
    """Flow control: how many frames may be sent; the page acknowledges the newest frame drawn, and with it all earlier ones."""

    ahead: int = AHEAD
    sent: int = 0
    drawn: int = 0

    @property
    def free(self) -> bool:
        """Whether another frame may be sent."""
        return self.sent - self.drawn < self.ahead

    def acknowledge(self, seq: int) -> None:
        """Record a drawn frame; a repeated acknowledgement, or one of a frame never sent, changes nothing."""
        self.drawn = max(self.drawn, min(seq, self.sent))
