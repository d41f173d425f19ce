"""One page and its run, free of web code: a channel takes messages, and a job queue runs long jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from .._threads import one_blas_thread
from ..errors import ArgumentError, WavesimError
from ._channel import AHEAD, Channel, JobQueue, SendWindow
from ._opening import Opening, menu, of_link, opened
from ._wire import Picture, arrays_bytes, file_bytes, picture_bytes
from .figures import _studies
from .figures._exports import film, numbers_csv
from .figures._page_state import PageState

# frames propagated at once, between checks of the inbox
_PIECE = 16
# seconds without a change after which theory and the certificate are computed
_REST_S = 0.15
# frames of a run shown in a second at speed 1
_RATE = 60.0
# largest advance of a run between two frames of a page, at speed 1 [frames]
_MOST_SKIPPED = 5.0
# slowest and fastest speed
_SPEEDS = (0.1, 16.0)


class Session:
    """The state and the messages of one page.

    Any thread may put messages into the inbox; the session's own thread calls `work`, which does one piece at a time. Values that change
    faster than they can be computed wait in a dict rather than a queue, so that the newest wins.
    """

    def __init__(
        self,
        channel: Channel,
        jobs: JobQueue,
        first: tuple[Opening, dict[str, float]],
        *,
        home: tuple[Opening, dict[str, float]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        ahead: int = AHEAD,
    ) -> None:
        self.channel, self.jobs, self.clock = channel, jobs, clock
        self.send_window = SendWindow(ahead)
        self.closed = False
        self._wake = threading.Condition()
        self._inbox: list[dict[str, Any]] = []
        self._pending: dict[str, Any] = {}
        self.generation = 0
        self.playing, self.speed, self.mode, self.visible = True, 1.0, "same", True
        self._study_due: float | None = None
        self._stale = True
        self._last_advance: float | None = None
        self._history_sent = False
        self.state: PageState | None = None
        self._first, self._home = first, first if home is None else home

    # from any thread

    def receive(self, message: dict[str, Any]) -> None:
        """Put a message of the page into the inbox."""
        with self._wake:
            self._inbox.append(message)
            self._wake.notify()

    def acknowledge(self, seq: int) -> None:
        """Record that the page has drawn frame number `seq`."""
        with self._wake:
            self.send_window.acknowledge(seq)
            self._wake.notify()

    def close(self) -> None:
        """End the session, because the page is gone."""
        with self._wake:
            self.closed = True
            self._wake.notify()

    # by the session's own thread

    def run(self, turn: Any) -> None:
        """Work until the session is closed; `turn` is a context manager that limits how many sessions compute at once."""
        while not self.closed:
            with turn:
                wait = self.work()
            with self._wake:
                if not self.closed and not self._inbox and wait != 0 and not self._ready_to_send():
                    self._wake.wait(wait)

    def work(self) -> float | None:
        """Do one piece of work.

        Returns:
            seconds until there is more to do, 0 for at once; None if it depends on a message.
        """
        with self._wake:
            messages, self._inbox = self._inbox, []
        for message in messages:
            self._handle(message)
        if self.state is None:
            self._open(*self._first)
            return 0
        if self._stale and self._ready_to_send():
            # show the current run before the next change: otherwise a slider that keeps moving would show nothing
            self._send_frame()
            return 0
        if self._pending:
            self._remake()
            return 0
        if self._ready_to_send():
            self._send_frame()
            return 0
        state = self.state
        if state.filling and state.extend(_PIECE):
            return 0
        if state.run.complete and not self._history_sent:
            self._history_sent = True
            self.channel.send_bytes(arrays_bytes(*state.history()))
            return 0
        if state.warm():
            return 0
        if self._study_due is not None:
            left = self._study_due - self.clock()
            if left > 0:
                return left
            self._study_due = None
            self._study()
            return 0
        return None

    def _ready_to_send(self) -> bool:
        if self.state is None or not self.visible or not self.send_window.free:
            return False
        return self._stale or self.playing

    # messages from the page
    def _handle(self, message: dict[str, Any]) -> None:
        handler = getattr(self, f"_on_{message.get('type')}", None)
        if handler is None:
            return
        try:
            handler(message)
        except ArgumentError as error:
            self._send_error(error.argument, error.reason)
        except WavesimError as error:
            self._send_error("", str(error))
        except (KeyError, TypeError, ValueError, OverflowError):
            # from a page of another version, or by hand: the session goes on
            self._send_error("", f"a message of the page cannot be read: {str(message)[:200]}")

    def _send_error(self, path: str, sentence: str) -> None:
        self.channel.send_json({"type": "sorry", "path": path, "sentence": sentence, "generation": self.generation})

    def _on_set(self, message: dict[str, Any]) -> None:
        self.generation = int(message.get("generation", 0))
        values = message.get("values")
        if self.state is None or not isinstance(values, dict):
            return
        valid: dict[str, float] = {}
        for path, value in values.items():
            try:
                valid |= self.state.opening.checked({path: value})
            except ArgumentError as error:
                self._send_error(str(path)[:80], error.reason)
        self._pending |= valid

    def _on_lift(self, message: dict[str, Any]) -> None:
        self.generation = int(message.get("generation", 0))
        if self.state is not None and (values := self.state.values_at_energy(float(message["energy"]))):
            clipped = self.state.opening.clipped(values)
            self._pending |= clipped
            self.channel.send_json({"type": "values", "values": clipped})

    def _on_play(self, message: dict[str, Any]) -> None:
        self.playing = bool(message.get("on"))
        self._last_advance = None
        if self.state is not None and self.playing and self.state.at_end:
            self.state.seek(0)

    def _on_seek(self, message: dict[str, Any]) -> None:
        if self.state is not None:
            self.state.seek(float(message.get("frame", 0)))
            self._stale = True

    def _on_step(self, message: dict[str, Any]) -> None:
        if self.state is not None:
            self.playing = False
            self.state.seek(int(self.state.cursor) + int(message.get("by", 1)))
            self._stale = True

    def _on_speed(self, message: dict[str, Any]) -> None:
        self.speed = min(max(float(message.get("value", 1.0)), _SPEEDS[0]), _SPEEDS[1])

    def _on_mode(self, message: dict[str, Any]) -> None:
        if message.get("value") in ("same", "restart", "quench"):
            self.mode = message["value"]

    def _on_show(self, message: dict[str, Any]) -> None:
        self.visible = bool(message.get("on"))
        self._last_advance = None

    def _on_mark(self, message: dict[str, Any]) -> None:
        if self.state is not None:
            self.state.mark = float(message["energy"])
            self._send(_studies.marked(self.state))

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
        if self.state is not None:
            values = dict(self.state.opening.values)
            self._pending |= values
            self.channel.send_json({"type": "values", "values": values})

    def _on_toml(self, message: dict[str, Any]) -> None:
        del message
        if self.state is not None:
            text = self.state.opening.text(self.state.values)
            self.channel.send_bytes(file_bytes(f"{self.state.opening.name}.toml", "application/toml", text.encode()))

    def _on_csv(self, message: dict[str, Any]) -> None:
        del message
        if self.state is not None:
            while self.state.extend(_PIECE):
                pass
            text = numbers_csv(self.state.run, self.state.units)
            self.channel.send_bytes(file_bytes(f"{self.state.opening.name}.csv", "text/csv", text.encode()))

    def _on_film(self, message: dict[str, Any]) -> None:
        del message
        state = self.state
        if state is None:
            return
        while state.extend(_PIECE):
            pass
        run, units, title, name = state.run, state.units, state.scenario.title, state.opening.name

        def encode_film() -> None:
            try:
                self.channel.send_bytes(file_bytes(f"{name}.mp4", "video/mp4", film(run, units, title)))
            except WavesimError as error:
                self._send_error("", str(error))

        self.jobs.submit(encode_film)

    def _on_certify(self, message: dict[str, Any]) -> None:
        del message
        if self.state is not None:
            self._certify()

    # actions
    def _open(self, opening: Opening, values: dict[str, float]) -> None:
        self._pending = {}
        try:
            state = PageState.of(opening, values)
        except WavesimError as error:
            if self.state is None:
                self.channel.send_json({"type": "refused", "sentence": str(error)})
                self.closed = True
                return
            self._send_error("scenario", str(error))
            return
        self.state = state
        home = self._home[0]
        rows = menu()
        if home.name not in {row["name"] for row in rows}:
            rows.insert(0, {"name": home.name, "words": home.words, "group": "This file"})
        self.channel.send_json(state.facts() | {"generation": self.generation, "menu": rows})
        self._begin()

    def _remake(self) -> None:
        assert self.state is not None
        values, self._pending = self._pending, {}
        try:
            self.state.change(values, self.mode)
        except WavesimError as error:
            path = next(iter(values), "")
            self._send_error(path, error.reason if isinstance(error, ArgumentError) else str(error))
            return
        if self.mode == "restart":
            self.playing = True
        self._begin()

    def _begin(self) -> None:
        assert self.state is not None
        self._history_sent, self._stale = False, True
        self._send([self.state.scene(), self.state.history(), _studies.at_once(self.state)])
        self._study_due = self.clock() + _REST_S
        self._last_advance = None

    def _send_frame(self) -> None:
        state = self.state
        assert state is not None
        if self.playing and not self._stale:
            now = self.clock()
            elapsed = 1 / _RATE if self._last_advance is None else now - self._last_advance
            self._last_advance = now
            skipped = min(elapsed * _RATE, _MOST_SKIPPED if state.skips else 1.0) * self.speed
            state.seek(state.cursor + skipped * state.pace)
        if not state.reach(_PIECE):
            # the frame is not computed yet; check the inbox first
            return
        self._stale = False
        self.send_window.sent += 1
        frame = int(state.cursor)
        psi, first, spacing = state.picture(frame)
        self.channel.send_bytes(
            picture_bytes(
                Picture(
                    self.send_window.sent,
                    self.generation,
                    frame,
                    state.time_of(frame),
                    state.numbers_of(frame),
                    psi,
                    first,
                    spacing,
                )
            )
        )
        if state.kind.name == "plane" and frame % 4 == 0:
            self._send([_studies.pattern(state, frame)])
        if self.playing and state.at_end:
            self.playing = False
            self.channel.send_json({"type": "end"})

    def _send(self, messages: list[Any]) -> None:
        for message in messages:
            if message is not None:
                self.channel.send_bytes(arrays_bytes(*message))

    def _study(self) -> None:
        """Queue theory, then the certificate; skipped if the run is no longer current."""
        state = self.state
        assert state is not None
        run = state.run

        @one_blas_thread()
        def run_studies() -> None:
            for study in _studies.at_rest(state):
                if self._is_current(run):
                    try:
                        self._send([study()])
                    except (WavesimError, ArithmeticError):
                        continue

        self.jobs.submit(run_studies)
        if state.certifies:
            self._certify()

    def _certify(self) -> None:
        state = self.state
        assert state is not None
        run = state.run
        if run.quenched:
            return

        def run_certificate() -> None:
            if self._is_current(run):
                message = _studies.certificate(state, lambda: not self._is_current(run))
                if message is not None and self._is_current(run):
                    self.channel.send_json(message)

        self.channel.send_json({"type": "certifying"})
        self.jobs.submit(run_certificate)

    def _is_current(self, run: Any) -> bool:
        return not self.closed and self.state is not None and self.state.run is run and not self._pending
