"""The way between a session and its page, and how many frames may be on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

# frames sent beyond the newest that the page has drawn
AHEAD = 2


class Channel(Protocol):
    """The way to the page; both are called from the session's own thread and from the desk's."""

    def say(self, message: dict[str, Any]) -> None:
        """Send a message of words and numbers."""

    def give(self, data: bytes) -> None:
        """Send bytes."""


class Desk(Protocol):
    """Who does what takes long, one thing after the other."""

    def submit(self, job: Callable[[], None]) -> None:
        """Do it some time."""


@dataclasses.dataclass
class Credit:
    """How many frames may be sent: the page acknowledges the newest frame that it has drawn, and all before it with that."""

    ahead: int = AHEAD
    sent: int = 0
    drawn: int = 0

    @property
    def free(self) -> bool:
        """Whether one more may go."""
        return self.sent - self.drawn < self.ahead

    def acknowledge(self, seq: int) -> None:
        """Take note of a drawn frame; what was acknowledged already, or never sent, changes nothing."""
        self.drawn = max(self.drawn, min(seq, self.sent))
