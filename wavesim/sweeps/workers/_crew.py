"""The workers of a scheduler as they join and leave: which are usable, which are excluded, and the chunks of each."""

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

_POLL = 1.0  # time between requests for the list of workers [s]
_QUEUE = 2  # chunks assigned to each worker: the one it computes, and the next


class Crew:
    """The workers of one client. Each chunk is submitted to one worker by address, so that an unchecked worker gets none.

    Args:
        client: a Dask client.
        work: the chunks to be done.
    """

    def __init__(self, client: Any, work: Work) -> None:
        self._client, self._work, self._wanted = client, work, versions()
        self._facts: dict[str, dict[str, Any]] = {}
        self._probes: dict[str, Any] = {}
        self._usable: set[str] = set()
        self._refreshed = 0.0
        # by future: the chunk and the address of its worker
        self.in_flight: dict[Any, tuple[int, str]] = {}

    def refresh(self) -> None:
        """Update the list of workers, at most once a second.

        Raises:
            WavesimError: if every worker is excluded.
            OSError: if the scheduler does not answer.
        """
        if time.monotonic() - self._refreshed < _POLL:
            return
        self._refreshed = time.monotonic()
        present: dict[str, dict[str, Any]] | None = self._client.scheduler_info(n_workers=-1).get("workers")
        if present is None:
            raise OSError("it does not answer")
        for address in [address for address in self._facts if address not in present]:
            self._remove(address)
        for address in [address for address in present if address not in self._facts]:
            self._facts[address] = present[address]
            self._probes[address] = self._client.submit(
                eval, PROBE, workers=[address], allow_other_workers=False, pure=False
            )
        for address, probe in list(self._probes.items()):
            if probe.status in ("finished", "error"):
                self._admit(address, self._probes.pop(address))
        if self._facts and not (self._usable or self._probes or self.in_flight):
            reasons = "; ".join(dict.fromkeys(self._work.excluded.values()))
            raise WavesimError(f"a worker must be there that can be used, but all are left out: {reasons}")

    def _admit(self, address: str, probe: Any) -> None:
        try:
            refuse_small(self._facts[address])
            refuse_other(probe.result(), self._wanted)
            self._usable.add(address)
        except Exception as error:
            self.exclude(address, error)

    def exclude(self, address: str, error: BaseException) -> None:
        """Exclude a worker from now on, and warn once with the reason."""
        self._usable.discard(address)
        if address not in self._work.excluded:
            self._work.excluded[address] = first_line(error)
            warnings.warn(f"the worker at {address} is left out: {first_line(error)}", stacklevel=2)

    def _remove(self, address: str) -> None:
        """Remove a worker that has left, and queue its chunks again."""
        del self._facts[address]
        self._usable.discard(address)
        self._probes.pop(address, None)
        for future in [future for future, (_, at) in self.in_flight.items() if at == address]:
            chunk, _ = self.in_flight.pop(future)
            future.cancel()
            self._work.died(chunk)

    def hand_out(self) -> list[tuple[Any, int]]:
        """Submit chunks to workers with room in their queues: (future, chunk)."""
        busy = Counter(address for _, address in self.in_flight.values())
        submitted = []
        while self._work.todo:
            free = [address for address in self._usable if busy[address] < _QUEUE]
            if not free:
                break
            chunk = self._work.todo.popleft()
            # a chunk that has ended a worker may need more memory
            address = (
                max(free, key=self._memory) if self._work.deaths(chunk) else min(free, key=lambda worker: busy[worker])
            )
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
            self.in_flight[future] = (chunk, address)
            submitted.append((future, chunk))
        return submitted

    def _memory(self, address: str) -> float:
        return float(self._facts[address].get("memory_limit") or float("inf"))

    def collect(self, future: Any, outcome: Any) -> Part | None:
        """Outcome of a future: rows of a chunk, or None if the chunk is queued again or was given up before.

        Raises:
            BrokenOffError: if the chunk has failed too often.
        """
        if future not in self.in_flight:
            return None
        chunk, address = self.in_flight.pop(future)
        if future.status == "finished" and isinstance(outcome, Part):
            self._work.returned(outcome)
            return outcome
        error = outcome[1] if isinstance(outcome, tuple) else outcome
        if future.status != "error":
            # cancelled, or lost with a scheduler that has returned
            self._work.todo.appendleft(chunk)
        elif isinstance(error, WavesimError | ImportError):
            self.exclude(address, error)
            self._work.todo.appendleft(chunk)
        elif type(error).__name__ == "KilledWorker":
            self._work.died(chunk)
        else:
            self._work.failed(chunk, error)
        return None
