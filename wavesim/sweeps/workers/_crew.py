"""The workers of a scheduler as they come and go: who may be asked, who is left out, and what each has in its hands."""

from __future__ import annotations

import time
import warnings
from collections import Counter
from typing import Any

from ..._text import first_line
from ...errors import WavesimError
from .._parts import Part
from ._work import Work
from ._workers import PROBE, answer_text, refuse_other, refuse_small, versions

_LOOK = 1.0  # seconds between looks at who is there
_HANDS = 2  # chunks for each worker: one that it computes, and the next


class Crew:
    """The workers of one client. Each chunk is given to one worker by name, so that a stranger never gets any.

    Args:
        client: a Dask client.
        work: what is to be done.
    """

    def __init__(self, client: Any, work: Work) -> None:
        self._client, self._work, self._wanted = client, work, versions()
        self._facts: dict[str, dict[str, Any]] = {}
        self._probes: dict[str, Any] = {}
        self._good: set[str] = set()
        self._looked = 0.0
        # by future: the chunk and its worker
        self.flying: dict[Any, tuple[int, str]] = {}

    def look(self) -> None:
        """Who has come, and who has gone; not more often than is worth it.

        Raises:
            WavesimError: if all workers there are have been left out.
            OSError: if the scheduler does not answer.
        """
        if time.monotonic() - self._looked < _LOOK:
            return
        self._looked = time.monotonic()
        there: dict[str, dict[str, Any]] | None = self._client.scheduler_info(n_workers=-1).get("workers")
        if there is None:
            raise OSError("it does not answer")
        for address in [address for address in self._facts if address not in there]:
            self._forget(address)
        for address in [address for address in there if address not in self._facts]:
            self._facts[address] = there[address]
            self._probes[address] = self._client.submit(
                eval, PROBE, workers=[address], allow_other_workers=False, pure=False
            )
        for address, probe in list(self._probes.items()):
            if probe.status in ("finished", "error"):
                self._judge(address, self._probes.pop(address))
        if self._facts and not (self._good or self._probes or self.flying):
            reasons = "; ".join(dict.fromkeys(self._work.left_out.values()))
            raise WavesimError(f"a worker must be there that can be used, but all are left out: {reasons}")

    def _judge(self, address: str, probe: Any) -> None:
        try:
            refuse_small(self._facts[address])
            refuse_other(probe.result(), self._wanted)
            self._good.add(address)
        except Exception as error:
            self.leave_out(address, error)

    def leave_out(self, address: str, error: BaseException) -> None:
        """Ask a worker nothing any more, and say why, once."""
        self._good.discard(address)
        if address not in self._work.left_out:
            self._work.left_out[address] = first_line(error)
            warnings.warn(f"the worker at {address} is left out: {first_line(error)}", stacklevel=2)

    def _forget(self, address: str) -> None:
        """A worker has gone: its chunks are to be done again."""
        del self._facts[address]
        self._good.discard(address)
        self._probes.pop(address, None)
        for future in [future for future, (_, at) in self.flying.items() if at == address]:
            chunk, _ = self.flying.pop(future)
            future.cancel()
            self._work.died(chunk)

    def hand_out(self) -> list[tuple[Any, int]]:
        """Give chunks to those who have their hands free: (future, chunk)."""
        busy = Counter(address for _, address in self.flying.values())
        given = []
        while self._work.todo:
            free = [address for address in self._good if busy[address] < _HANDS]
            if not free:
                break
            chunk = self._work.todo.popleft()
            # one that has ended a worker may have wanted more memory
            address = max(free, key=self._memory) if self._work.deaths(chunk) else min(free, key=lambda one: busy[one])
            future = self._client.submit(
                answer_text,
                self._work.text,
                chunk,
                self._work.rests[chunk],
                self._wanted,
                workers=[address],
                allow_other_workers=False,
                pure=False,
            )
            busy[address] += 1
            self.flying[future] = (chunk, address)
            given.append((future, chunk))
        return given

    def _memory(self, address: str) -> float:
        return float(self._facts[address].get("memory_limit") or float("inf"))

    def taken(self, future: Any, found: Any) -> Part | None:
        """What came of a future: rows of a chunk, or None if it is to be done again, or was given up before.

        Raises:
            BrokenOffError: if the chunk has failed too often.
        """
        if future not in self.flying:
            return None
        chunk, address = self.flying.pop(future)
        if future.status == "finished" and isinstance(found, Part):
            self._work.came(found)
            return found
        error = found[1] if isinstance(found, tuple) else found
        if future.status != "error":
            # cancelled, or lost with a scheduler that is there again
            self._work.todo.appendleft(chunk)
        elif isinstance(error, WavesimError | ImportError):
            self.leave_out(address, error)
            self._work.todo.appendleft(chunk)
        elif type(error).__name__ == "KilledWorker":
            self._work.died(chunk)
        else:
            self._work.failed(chunk, error)
        return None
