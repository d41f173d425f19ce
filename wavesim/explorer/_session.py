"""One page and the run that it shows. Nothing of the web is in here: a channel takes messages, and a desk does what takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from .._threads import one_blas_thread
from ..errors import ArgumentError, WavesimError
from ._channel import AHEAD, Channel, Credit, Desk
from ._opening import Opening, menu, of_link, opened
from ._wire import Picture, arrays_bytes, file_bytes, picture_bytes
from .figures import _studies
from .figures._exports import film, numbers_csv
from .figures._show import Show

# frames of the tape made in one piece, between looks into the inbox
_PIECE = 16
# seconds without a change after which theory and the certificate are worth their while
_REST_S = 0.15
# of the display: how many frames of a run pass in a second at speed 1
_RATE = 60.0
# frames that one frame of a page skips at most
_MOST_SKIPPED = 5.0
_SPEEDS = (0.1, 16.0)


class Session:
    """What one page sees and does.

    Messages are put into an inbox by any thread; `work` is called by the session's own, and does one piece at a time. Of values that change
    faster than runs can be made the newest wins: they wait in a dict, not in a queue.
    """

    def __init__(
        self,
        channel: Channel,
        desk: Desk,
        first: tuple[Opening, dict[str, float]],
        *,
        home: tuple[Opening, dict[str, float]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        ahead: int = AHEAD,
    ) -> None:
        self.channel, self.desk, self.clock = channel, desk, clock
        self.credit = Credit(ahead)
        self.closed = False
        self._wake = threading.Condition()
        self._inbox: list[dict[str, Any]] = []
        self._pending: dict[str, Any] = {}
        self.generation = 0
        self.playing, self.speed, self.mode, self.visible = True, 1.0, "same", True
        self._due: float | None = None
        self._stale = True
        self._moved_at: float | None = None
        self._studied = False
        self._told_complete = False
        self.show: Show | None = None
        self._first, self._home = first, first if home is None else home

    # from any thread

    def receive(self, message: dict[str, Any]) -> None:
        """Put a message of the page into the inbox."""
        with self._wake:
            self._inbox.append(message)
            self._wake.notify()

    def acknowledge(self, seq: int) -> None:
        """The page has drawn frame number `seq`."""
        with self._wake:
            self.credit.acknowledge(seq)
            self._wake.notify()

    def close(self) -> None:
        """The page has gone: whatever runs for it may end."""
        with self._wake:
            self.closed = True
            self._wake.notify()

    # by the session's own thread

    def run(self, turn: Any) -> None:
        """Work until the page has gone; `turn` is a context manager that lets others have their turn."""
        while not self.closed:
            with turn:
                wait = self.work()
            with self._wake:
                if not self.closed and not self._inbox and wait != 0 and not self._ready_to_send():
                    self._wake.wait(wait)

    def work(self) -> float | None:
        """Do one piece.

        Returns:
            0 if there is more to do at once, seconds after which there is, None if something has to come first.
        """
        with self._wake:
            messages, self._inbox = self._inbox, []
        for message in messages:
            self._heed(message)
        if self.show is None:
            self._open(*self._first)
            return 0
        if self._stale and self._ready_to_send():
            # what was made is shown before the next change is: else a hand that never rests would see nothing
            self._send_frame()
            return 0
        if self._pending:
            self._remake()
            return 0
        if self._ready_to_send():
            self._send_frame()
            return 0
        show = self.show
        if show.filling and show.extend(_PIECE):
            return 0
        if show.take.complete and not self._told_complete:
            self._told_complete = True
            self.channel.give(arrays_bytes(*show.history()))
            return 0
        if show.warm():
            return 0
        if self._due is not None:
            left = self._due - self.clock()
            if left > 0:
                return left
            self._due = None
            self._study()
            return 0
        return None

    def _ready_to_send(self) -> bool:
        if self.show is None or not self.visible or not self.credit.free:
            return False
        return self._stale or self.playing

    # what the page says

    def _heed(self, message: dict[str, Any]) -> None:
        handler = getattr(self, f"_on_{message.get('type')}", None)
        if handler is None:
            return
        try:
            handler(message)
        except ArgumentError as error:
            self._sorry(error.argument, error.reason)
        except WavesimError as error:
            self._sorry("", str(error))

    def _sorry(self, path: str, sentence: str) -> None:
        self.channel.say({"type": "sorry", "path": path, "sentence": sentence, "generation": self.generation})

    def _on_set(self, message: dict[str, Any]) -> None:
        self.generation = int(message.get("generation", 0))
        values = message.get("values")
        if self.show is None or not isinstance(values, dict):
            return
        good: dict[str, float] = {}
        for path, value in values.items():
            try:
                good |= self.show.opening.checked({path: value})
            except ArgumentError as error:
                self._sorry(str(path)[:80], error.reason)
        self._pending |= good

    def _on_lift(self, message: dict[str, Any]) -> None:
        self.generation = int(message.get("generation", 0))
        if self.show is not None and (values := self.show.lifted(float(message["energy"]))):
            clipped = self.show.opening.clipped(values)
            self._pending |= clipped
            self.channel.say({"type": "values", "values": clipped})

    def _on_play(self, message: dict[str, Any]) -> None:
        self.playing = bool(message.get("on"))
        self._moved_at = None
        if self.show is not None and self.playing and self.show.at_end:
            self.show.seek(0)

    def _on_seek(self, message: dict[str, Any]) -> None:
        if self.show is not None:
            self.show.seek(float(message.get("frame", 0)))
            self._stale = True

    def _on_step(self, message: dict[str, Any]) -> None:
        if self.show is not None:
            self.playing = False
            self.show.seek(int(self.show.cursor) + int(message.get("by", 1)))
            self._stale = True

    def _on_speed(self, message: dict[str, Any]) -> None:
        self.speed = min(max(float(message.get("value", 1.0)), _SPEEDS[0]), _SPEEDS[1])

    def _on_mode(self, message: dict[str, Any]) -> None:
        if message.get("value") in ("same", "restart", "quench"):
            self.mode = message["value"]

    def _on_show(self, message: dict[str, Any]) -> None:
        self.visible = bool(message.get("on"))
        self._moved_at = None

    def _on_mark(self, message: dict[str, Any]) -> None:
        if self.show is not None:
            self.show.mark = float(message["energy"])
            self._give(_studies.marked(self.show))

    def _on_scenario(self, message: dict[str, Any]) -> None:
        name = str(message.get("name", ""))
        home = self._home[0].name
        if name not in {row["name"] for row in menu()} | {home}:
            raise ArgumentError("scenario", "must be one of the menu, but is not.")
        self._open(*(self._home if name == home else opened(name)))

    def _on_link(self, message: dict[str, Any]) -> None:
        self._open(*of_link(str(message.get("text", ""))[:4000]))

    def _on_reset(self, message: dict[str, Any]) -> None:
        del message
        if self.show is not None:
            values = dict(self.show.opening.values)
            self._pending |= values
            self.channel.say({"type": "values", "values": values})

    def _on_toml(self, message: dict[str, Any]) -> None:
        del message
        if self.show is not None:
            text = self.show.opening.text(self.show.values)
            self.channel.give(file_bytes(f"{self.show.opening.name}.toml", "application/toml", text.encode()))

    def _on_csv(self, message: dict[str, Any]) -> None:
        del message
        if self.show is not None:
            while self.show.extend(_PIECE):
                pass
            text = numbers_csv(self.show.take, self.show.units)
            self.channel.give(file_bytes(f"{self.show.opening.name}.csv", "text/csv", text.encode()))

    def _on_film(self, message: dict[str, Any]) -> None:
        del message
        show = self.show
        if show is None:
            return
        while show.extend(_PIECE):
            pass
        take, units, title, name = show.take, show.units, show.scenario.title, show.opening.name

        def made() -> None:
            try:
                self.channel.give(file_bytes(f"{name}.mp4", "video/mp4", film(take, units, title)))
            except WavesimError as error:
                self._sorry("", str(error))

        self.desk.submit(made)

    def _on_certify(self, message: dict[str, Any]) -> None:
        del message
        if self.show is not None:
            self._certify()

    # what is done about it

    def _open(self, opening: Opening, values: dict[str, float]) -> None:
        self._pending = {}
        try:
            show = Show.of(opening, values)
        except WavesimError as error:
            if self.show is None:
                self.channel.say({"type": "refused", "sentence": str(error)})
                self.closed = True
                return
            self._sorry("scenario", str(error))
            return
        self.show = show
        home = self._home[0]
        rows = menu()
        if home.name not in {row["name"] for row in rows}:
            rows.insert(0, {"name": home.name, "words": home.words, "group": "This file"})
        self.channel.say(show.facts() | {"generation": self.generation, "menu": rows})
        self._begin()

    def _remake(self) -> None:
        assert self.show is not None
        values, self._pending = self._pending, {}
        try:
            self.show.change(values, self.mode)
        except WavesimError as error:
            path = next(iter(values), "")
            self._sorry(path, error.reason if isinstance(error, ArgumentError) else str(error))
            return
        if self.mode == "restart":
            self.playing = True
        self._begin()

    def _begin(self) -> None:
        assert self.show is not None
        self._told_complete, self._stale, self._studied = False, True, False
        self._give([self.show.scene(), self.show.history(), _studies.at_once(self.show)])
        self._due = self.clock() + _REST_S
        self._moved_at = None

    def _send_frame(self) -> None:
        show = self.show
        assert show is not None
        if self.playing and not self._stale:
            now = self.clock()
            elapsed = 1 / _RATE if self._moved_at is None else now - self._moved_at
            self._moved_at = now
            skipped = min(elapsed * _RATE, _MOST_SKIPPED if show.skips else 1.0) * self.speed
            show.seek(show.cursor + skipped * show.pace)
        if not show.reach(_PIECE):
            # the frame is not there yet, and the inbox may be looked at first
            return
        self._stale = False
        self.credit.sent += 1
        frame = int(show.cursor)
        psi, first, spacing = show.picture(frame)
        self.channel.give(
            picture_bytes(
                Picture(
                    self.credit.sent,
                    self.generation,
                    frame,
                    show.time_of(frame),
                    show.numbers_of(frame),
                    psi,
                    first,
                    spacing,
                )
            )
        )
        if show.kind.name == "plane" and frame % 4 == 0:
            self._give([_studies.pattern(show, frame)])
        if self.playing and show.at_end:
            self.playing = False
            self.channel.say({"type": "end"})

    def _give(self, messages: list[Any]) -> None:
        for message in messages:
            if message is not None:
                self.channel.give(arrays_bytes(*message))

    def _study(self) -> None:
        """Theory, then the certificate, at the desk; what has become stale meanwhile is not done."""
        show = self.show
        assert show is not None
        take = show.take

        @one_blas_thread()
        def studied() -> None:
            for study in _studies.at_rest(show):
                if self._wanted(take):
                    try:
                        self._give([study()])
                    except (WavesimError, ArithmeticError):
                        continue

        self.desk.submit(studied)
        if show.certifies:
            self._certify()

    def _certify(self) -> None:
        show = self.show
        assert show is not None
        take = show.take
        if take.quenched:
            return

        def certified() -> None:
            if self._wanted(take):
                message = _studies.certificate(show, lambda: not self._wanted(take))
                if message is not None and self._wanted(take):
                    self.channel.say(message)

        self.channel.say({"type": "certifying"})
        self.desk.submit(certified)

    def _wanted(self, take: Any) -> bool:
        return not self.closed and self.show is not None and self.show.take is take and not self._pending
