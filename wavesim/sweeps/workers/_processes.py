"""Chunks on processes of this machine, one thread each: threads of one process would wait for one another's Python lock.

A worker is a new Python interpreter that reads the text of the sweep and numbers of chunks, and writes parts of chunks, one after the
other. It is no child of `multiprocessing`, which would run the user's own script again in each of them.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping
from typing import IO, Any

from ..._cures import asks_by_file, words_of_files
from ..._text import described
from ...errors import WavesimError
from .._file import Sweep
from .._parts import Part, Rest
from .._watch import Watch
from ._chunk import AbstractExecutor, parts
from ._work import Work

# Environment of a single-threaded worker. NPROC sizes XLA's thread pool; XLA's own flag for that changes the last digits.
_SINGLE_THREAD = {
    "JAX_ENABLE_X64": "1",
    "NPROC": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}
# program of a worker: the module path of this process, and 64 bits whatever the user's start-up files do
_TEXT = """
import sys
sys.path[:] = {path!r}
from wavesim._programs import keep_programs
keep_programs()
import jax
jax.config.update("jax_enable_x64", True)
from wavesim.sweeps.workers._processes import serve
serve()
"""
# time between checks for signals [s]: on some systems a wait blocks them
_POLL = 0.5

Outcome = Part | BaseException


class Processes(AbstractExecutor):
    """Worker processes of this machine, one chunk at a time for each; one that dies loses the rows that it has not yet returned.

    Args:
        workers: how many.
        started: chunks of which some rows are answered already.
    """

    def __init__(self, workers: int, started: frozenset[int] = frozenset()) -> None:
        self.workers, self.started = workers, started

    def answered(self, sweep: Sweep, waiting: Mapping[int, Rest], watch: Watch) -> Generator[Part, None, None]:
        work = Work(sweep.text(), waiting)
        in_flight, started = set[int](), set(self.started)
        with _Pool(min(self.workers, len(waiting)), work.text) as pool:
            while work.todo or in_flight:
                while work.todo and len(in_flight) < self.workers:
                    chunk = work.todo.popleft()
                    if chunk not in started:
                        watch.begun(chunk)
                    started.discard(chunk)
                    in_flight.add(chunk)
                    pool.tasks.put((chunk, work.rests[chunk]))
                try:
                    chunk, outcome = pool.outcomes.get(timeout=_POLL)
                except queue.Empty:
                    continue
                if isinstance(outcome, Part):
                    work.record(outcome)
                    for answer in outcome.answers.values():
                        watch.answered(answer)
                    yield outcome
                if not isinstance(outcome, Part) or outcome.last:
                    in_flight.discard(chunk)
                if isinstance(outcome, _Died):
                    work.died(chunk)
                elif isinstance(outcome, BaseException):
                    work.failed(chunk, outcome)
        work.refuse_deadly("close other programs, or take fewer --workers")


class _Died(Exception):
    """A worker died while it computed a chunk."""


class _Pool:
    """Workers, each with a thread that passes it chunks from `tasks` and puts their outcomes into `outcomes`."""

    def __init__(self, count: int, text: str) -> None:
        self.tasks: queue.SimpleQueue[tuple[int, Rest] | None] = queue.SimpleQueue()
        self.outcomes: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()
        self._head = (text, asks_by_file())
        self._lock, self._ended = threading.Lock(), False
        self._workers: set[_Worker] = set()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(count)]

    def __enter__(self) -> _Pool:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        with self._lock:
            self._ended = True
            for worker in self._workers:
                worker.end()
        for _ in self._threads:
            self.tasks.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        worker: _Worker | None = None
        while (task := self.tasks.get()) is not None:
            chunk, rest = task
            try:
                worker = worker or self._started_worker()
                for outcome in worker.answered(chunk, rest):
                    self.outcomes.put((chunk, outcome))
            except Exception:
                # a broken pipe, or half a pickle, which may raise any error; the main thread must learn of it
                if worker is not None:
                    self._stop(worker)
                worker = None
                self.outcomes.put((chunk, _Died()))
        if worker is not None:
            self._stop(worker)

    def _started_worker(self) -> _Worker:
        with self._lock:
            if self._ended:
                raise EOFError
            worker = _Worker(self._head)
            self._workers.add(worker)
            return worker

    def _stop(self, worker: _Worker) -> None:
        worker.end()
        worker.close()
        with self._lock:
            self._workers.discard(worker)


class _Worker:
    """One process, and the pipes to it.

    Args:
        head: the text of the sweep, and whether messages speak of a file.
    """

    def __init__(self, head: tuple[str, bool]) -> None:
        text = _TEXT.format(path=sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-c", text],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # this process reports a worker's errors; libraries' warnings would break the progress bar
            stderr=None if os.environ.get("WAVESIM_DEBUG") else subprocess.DEVNULL,
            env={**os.environ, **_SINGLE_THREAD},
            # Ctrl-C reaches every process of a terminal session; this process ends its workers itself
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._to: IO[bytes] = self._process.stdin
        self._from: IO[bytes] = self._process.stdout
        self._send(head)

    def _send(self, message: Any) -> None:
        pickle.dump(message, self._to)
        self._to.flush()

    def answered(self, chunk: int, rest: Rest) -> Iterator[Outcome]:
        """The parts of a chunk up to the last one, or up to an error.

        Raises:
            Exception: if the process has ended: EOFError, OSError, or any error from half a pickle.
        """
        self._send((chunk, rest))
        while True:
            outcome: Outcome = pickle.load(self._from)
            yield outcome
            if not isinstance(outcome, Part) or outcome.last:
                return

    def end(self) -> None:
        """Kill the process; rows that it has not returned are lost."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Close the pipes of an ended process."""
        for pipe in (self._to, self._from):
            # a message still in the buffer cannot be delivered
            with contextlib.suppress(OSError):
                pipe.close()


def serve() -> None:
    """Main loop of a worker process: read the sweep, then answer chunks one after the other until the input ends."""
    output = os.fdopen(os.dup(1), "wb")
    # printed text must not mix with the answers
    os.dup2(2, 1)
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(inbox,), daemon=True).start()
    text, by_file = inbox.get()
    with words_of_files() if by_file else contextlib.nullcontext():
        sweep = Sweep.from_text(text)
        while True:
            chunk, rest = inbox.get()
            for outcome in _outcomes(sweep, chunk, rest):
                pickle.dump(outcome, output)
                output.flush()


def _receive(inbox: queue.SimpleQueue[Any]) -> None:
    """Put messages from standard input into `inbox`; exit when the input ends, even in the middle of a row."""
    try:
        while True:
            inbox.put(pickle.load(sys.stdin.buffer))
    except EOFError:
        os._exit(0)


def _outcomes(sweep: Sweep, chunk: int, rest: Rest) -> Iterator[Outcome]:
    try:
        yield from parts(sweep, chunk, rest, lambda answer: None, early=False)
    except WavesimError as error:
        yield WavesimError(str(error))
    except Exception as error:
        # a library's own exception class may not unpickle in the other process
        yield RuntimeError(described(error))
