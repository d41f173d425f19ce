"""The progress of a sweep: counted, shown on standard error, and written to a log beside the store."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .._text import duration_text
from ._answer import Answer, Status

_LAST = 50  # lines of the log that the pace is computed from
_TOGETHER = 0.5  # time within which rows count as finished at once, like those of one wave [s]


@dataclasses.dataclass(frozen=True)
class Tally:
    """The numbers of rows of a sweep by their status.

    Attributes:
        total: all rows.
        good, missed, failed: finished rows, by `Status`.
        begun: rows that an earlier call has finished.
        seconds: since the start of this call.
        rate: rows a second in this call, from the first ones on; 0 while unknown.
    """

    total: int
    good: int = 0
    missed: int = 0
    failed: int = 0
    begun: int = 0
    seconds: float = 0.0
    rate: float = 0.0

    @property
    def done(self) -> int:
        """Finished rows."""
        return self.good + self.missed + self.failed

    @property
    def waiting(self) -> int:
        """Rows that are not finished."""
        return self.total - self.done

    @property
    def left(self) -> float | None:
        """Seconds that the waiting rows take at this rate; None while unknown."""
        return self.waiting / self.rate if self.rate > 0 else None

    def __str__(self) -> str:
        parts = [f"{self.done:,} of {self.total:,} rows"]
        if self.rate > 0:
            parts.append(f"{self.rate:.3g} rows/s")
        if self.left:
            parts.append(f"{duration_text(self.left)} left")
        parts += [f"{count:,} {word}" for count, word in ((self.missed, "missed"), (self.failed, "failed")) if count]
        return ", ".join(parts)


Progress = Callable[[Tally], None]


class Watch:
    """Counts chunks and rows, and reports them to a `Progress` and a log.

    The log has a line for each chunk handed out, for each part of one that is ``kept`` while it goes on, and for each chunk written: a
    chunk that is ``begun`` twice was lost in between.

    Args:
        total: all rows.
        counted: rows by status that are already in the store.
        show: called after each row.
        log: a text file to append to; None for none.
    """

    def __init__(self, total: int, counted: Mapping[Status, int], show: Progress, log: Path | None = None) -> None:
        self._counts = {status: counted.get(status, 0) for status in (Status.GOOD, Status.MISSED, Status.FAILED)}
        self._total, self._begun = total, sum(self._counts.values())
        self._show, self._log = show, log
        self._clock = time.perf_counter()
        self._first: float | None = None
        # the time of the last rows finished at once, and the rows of this call before them
        self._latest, self._before = 0.0, 0

    @property
    def tally(self) -> Tally:
        """The current count."""
        good, missed, failed = self._counts.values()
        seconds = time.perf_counter() - self._clock
        return Tally(self._total, good, missed, failed, self._begun, seconds, self._rate)

    @property
    def _rate(self) -> float:
        """Rows a second from the first ones on: the time before them is for reading and compiling."""
        span = 0.0 if self._first is None else self._latest - self._first
        return self._before / span if span > 0 else 0.0

    def begun(self, chunk: int) -> None:
        """A chunk is handed out."""
        self._note(f"begun {chunk}")

    def answered(self, answer: Answer) -> None:
        """A row is answered."""
        now = time.perf_counter()
        if self._first is None:
            self._first = self._latest = now
        elif now - self._latest > _TOGETHER:
            self._latest, self._before = now, sum(self._counts.values()) - self._begun
        self._counts[answer.status] += 1
        self._show(self.tally)

    def written(self, chunk: int, rows: int, last: bool) -> None:
        """`rows` rows of a chunk are stored; `last`: whether they complete it."""
        self._note(f"{'written' if last else 'kept'} {chunk} {rows}")

    def _note(self, text: str) -> None:
        if self._log is not None:
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
            # the store reports a full disk in better words
            with contextlib.suppress(OSError), self._log.open("a", encoding="utf-8") as lines:
                lines.write(f"{now} {text}\n")


@contextlib.contextmanager
def shown(progress: bool | Progress) -> Iterator[Progress]:
    """The caller's own function; for True a bar on standard error, or a line for each tenth if it is no terminal; else nothing."""
    if progress is False:
        yield lambda tally: None
    elif progress is not True:
        yield progress
    elif sys.stderr is None:
        yield lambda tally: None
    elif sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        yield _lines()


@contextlib.contextmanager
def _bar() -> Iterator[Progress]:
    from rich import progress as rich_progress
    from rich.console import Console

    columns = (
        rich_progress.TextColumn("sweeping"),
        rich_progress.BarColumn(),
        rich_progress.TaskProgressColumn(),
        rich_progress.TextColumn("{task.fields[words]}"),
    )
    with rich_progress.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("sweeping", total=None, words="compiling")
        yield lambda tally: bar.update(task, completed=tally.done, total=tally.total, words=str(tally))


def _lines() -> Progress:
    tenth = 0

    def show(tally: Tally) -> None:
        nonlocal tenth
        now = 10 * tally.done // max(tally.total, 1)
        if now > tenth:
            tenth = now
            # a stream that cannot be written must not end the sweep
            with contextlib.suppress(OSError, ValueError):
                print(f"sweeping: {tally}", file=sys.stderr, flush=True)

    return show


@dataclasses.dataclass(frozen=True)
class Pace:
    """The pace of a sweep in another process.

    Attributes:
        rows_per_s: over the last rows that were stored.
        ago: seconds since the last of them.
    """

    rows_per_s: float
    ago: float


def pace(log: Path) -> Pace | None:
    """The pace from the log; None if nothing is stored yet."""
    try:
        lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()[-_LAST:]]
        stored = [line for line in lines if line[1] in ("kept", "written")]
        written = [(datetime.datetime.fromisoformat(line[0]), int(line[3])) for line in stored]
    except (OSError, ValueError, IndexError):
        # no log, or an incomplete line of a killed process
        return None
    if not written:
        return None
    span = (written[-1][0] - written[0][0]).total_seconds()
    rows = sum(count for _, count in written[1:])
    ago = (datetime.datetime.now(datetime.UTC) - written[-1][0]).total_seconds()
    return Pace(rows / span if span > 0 else 0.0, max(ago, 0.0))
