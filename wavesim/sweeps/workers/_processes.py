"""Chunks on processes of this machine, one thread each: what Python does for each row holds its lock, so that threads would wait for one another.

A worker is this Python with another task: the text of the sweep and numbers of chunks go in, parts of chunks come out, one after the
other. It is no child of `multiprocessing`, which would run the user's own script once more in each of them.
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

# One thread each: workers would otherwise wait for one another. NPROC sizes XLA's own pool; its flag that does the same changes the last digits.
_ALONE = {
    "JAX_ENABLE_X64": "1",
    "NPROC": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}
# modules are looked for where this process finds them; 64 bits whatever a user's own start-up does
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
# seconds between looks at whether this process is asked to stop: some systems wait deaf
_LOOK = 0.5

Found = Part | BaseException


class Processes(AbstractExecutor):
    """Worker processes of this machine, with one chunk in the hands of each; one that dies loses what it has not given away of that.

    Args:
        workers: how many.
        going_on: chunks that are begun already, and their rest is not lost.
    """

    def __init__(self, workers: int, going_on: frozenset[int] = frozenset()) -> None:
        self.workers, self.going_on = workers, going_on

    def answered(self, sweep: Sweep, waiting: Mapping[int, Rest], watch: Watch) -> Generator[Part, None, None]:
        work = Work(sweep.text(), waiting)
        flying, going_on = set[int](), set(self.going_on)
        with _Pool(min(self.workers, len(waiting)), work.text) as crew:
            while work.todo or flying:
                while work.todo and len(flying) < self.workers:
                    chunk = work.todo.popleft()
                    if chunk not in going_on:
                        watch.begun(chunk)
                    going_on.discard(chunk)
                    flying.add(chunk)
                    crew.tasks.put((chunk, work.rests[chunk]))
                try:
                    chunk, found = crew.found.get(timeout=_LOOK)
                except queue.Empty:
                    continue
                if isinstance(found, Part):
                    work.kept(found)
                    for answer in found.answers.values():
                        watch.answered(answer)
                    yield found
                if not isinstance(found, Part) or found.last:
                    flying.discard(chunk)
                if isinstance(found, _Died):
                    work.died(chunk)
                elif isinstance(found, BaseException):
                    work.failed(chunk, found)
        work.refuse_deadly("close other programs, or take fewer --workers")


class _Died(Exception):
    """A worker has gone, with the chunk in its hands."""


class _Pool:
    """Workers, each with a thread that hands it chunks from `tasks` and puts what it says of them into `found`."""

    def __init__(self, count: int, text: str) -> None:
        self.tasks: queue.SimpleQueue[tuple[int, Rest] | None] = queue.SimpleQueue()
        self.found: queue.SimpleQueue[tuple[int, Found]] = queue.SimpleQueue()
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
                worker = worker or self._hired()
                for found in worker.answered(chunk, rest):
                    self.found.put((chunk, found))
            except Exception:
                # the end of a pipe, or words torn by it, which may read as anything; whoever waits must hear of it
                if worker is not None:
                    self._let_go(worker)
                worker = None
                self.found.put((chunk, _Died()))
        if worker is not None:
            self._let_go(worker)

    def _hired(self) -> _Worker:
        with self._lock:
            if self._ended:
                raise EOFError
            worker = _Worker(self._head)
            self._workers.add(worker)
            return worker

    def _let_go(self, worker: _Worker) -> None:
        worker.end()
        worker.close()
        with self._lock:
            self._workers.discard(worker)


class _Worker:
    """One process, and the pipes to it.

    Args:
        head: the text of the sweep, and whether it is asked by a file.
    """

    def __init__(self, head: tuple[str, bool]) -> None:
        text = _TEXT.format(path=sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-c", text],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # what matters of a worker is said by who asks it; libraries' warnings would tear the bar
            stderr=None if os.environ.get("WAVESIM_DEBUG") else subprocess.DEVNULL,
            env={**os.environ, **_ALONE},
            # Ctrl-C reaches every process of a terminal; ending the workers is the business of who started them
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._to: IO[bytes] = self._process.stdin
        self._from: IO[bytes] = self._process.stdout
        self._say(head)

    def _say(self, what: Any) -> None:
        pickle.dump(what, self._to)
        self._to.flush()

    def answered(self, chunk: int, rest: Rest) -> Iterator[Found]:
        """The parts of a chunk, the last one last; or why there are no more.

        Raises:
            Exception: if the process has ended: EOFError, OSError, or what half a pickle makes.
        """
        self._say((chunk, rest))
        while True:
            found: Found = pickle.load(self._from)
            yield found
            if not isinstance(found, Part) or found.last:
                return

    def end(self) -> None:
        """End it at once: nothing that it has not given away is kept."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Close the pipes, once it has ended and nobody reads what it says."""
        for pipe in (self._to, self._from):
            # what it was still to be told is told to nobody
            with contextlib.suppress(OSError):
                pipe.close()


def serve() -> None:
    """What a worker process does, until nobody asks any more: the sweep comes first, then chunks, one after the other."""
    said = os.fdopen(os.dup(1), "wb")
    # whatever prints must not print into the answers
    os.dup2(2, 1)
    told: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(told,), daemon=True).start()
    text, by_file = told.get()
    with words_of_files() if by_file else contextlib.nullcontext():
        sweep = Sweep.from_text(text)
        while True:
            chunk, rest = told.get()
            for found in _found(sweep, chunk, rest):
                pickle.dump(found, said)
                said.flush()


def _listen(told: queue.SimpleQueue[Any]) -> None:
    """Pass on what this process is told. It ends with the one that tells it, also amid a row."""
    try:
        while True:
            told.put(pickle.load(sys.stdin.buffer))
    except EOFError:
        os._exit(0)


def _found(sweep: Sweep, chunk: int, rest: Rest) -> Iterator[Found]:
    try:
        yield from parts(sweep, chunk, rest, lambda answer: None, early=False)
    except WavesimError as error:
        yield WavesimError(str(error))
    except Exception as error:
        # one of a library may be none that another process can read
        yield RuntimeError(described(error))
