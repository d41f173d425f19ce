"""The live page in a notebook: ``ws.Explorer("double_barrier")``."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from ..errors import ArgumentError
from ..propagation import require_double
from ._opening import opened
from ._session import Session
from .figures._kinds import check_live

# frames sent before an acknowledgement: a message through a kernel's channel costs milliseconds, so more are in flight
_AHEAD = 6
# smallest and largest height of the cell [pixels]
_HEIGHTS = (300, 2000)


class Explorer(anywidget.AnyWidget):
    """The live page in a cell of JupyterLab or VS Code: the same files as `wavesim explore`.

    Args:
        scenario: a shipped scenario, a file, or a link such as ``#s=rectangular_barrier&potential.height=0.75``.
        height: of the cell, in pixels.

    Raises:
        ScenarioError: if there is no such scenario.
        ArgumentError: if the height is out of range.
    """

    _esm = (files("wavesim.explorer") / "_notebook.js").read_text(encoding="utf-8")
    files = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(820).tag(sync=True)

    def __init__(self, scenario: str | os.PathLike[str] = "rectangular_barrier", height: int = 820) -> None:
        from ._server import page_files

        require_double()
        if not _HEIGHTS[0] <= height <= _HEIGHTS[1]:
            raise ArgumentError(
                "height", f"must lie between {_HEIGHTS[0]} and {_HEIGHTS[1]} pixels, but is {height}; take 820, say."
            )
        self._begin = opened(scenario)
        check_live(*self._begin)
        self._session: Session | None = None
        pages = {name: content.decode() for name, content in page_files().items()}
        super().__init__(files=pages, height=height)
        self.on_msg(self._handle)

    def _handle(self, widget: Any, message: dict[str, Any], buffers: list[bytes]) -> None:
        del widget, buffers
        match message.get("type"):
            case "hello":
                self._start()
            case "bye":
                self.stop()
            case "ack" if self._session is not None:
                self._session.acknowledge(int(message["seq"]))
            case str() if self._session is not None:
                self._session.receive(message)

    def _start(self) -> None:
        self.stop()
        self._session = Session(_Cell(self), _WORKER, self._begin, ahead=_AHEAD)
        threading.Thread(
            target=self._session.run, args=(contextlib.nullcontext(),), name="wavesim-cell", daemon=True
        ).start()

    def stop(self) -> None:
        """End the session; the page keeps its last picture."""
        if self._session is not None:
            self._session.close()
            self._session = None


class _Cell:
    """A session's channel to a cell: ipykernel sends from any thread."""

    def __init__(self, widget: Explorer) -> None:
        self._widget = widget

    def send_json(self, message: dict[str, Any]) -> None:
        """Send a message as JSON."""
        self._widget.send({"text": json.dumps(message)})

    def send_bytes(self, data: bytes) -> None:
        """Send bytes."""
        self._widget.send({}, [data])


class _CellWorker:
    """The job queue of all cells: one thread, started when needed."""

    def __init__(self) -> None:
        self._jobs: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._busy = False

    def submit(self, job: Callable[[], None]) -> None:
        """Queue a job, to run after the earlier ones."""
        with self._lock:
            self._jobs.append(job)
            if self._busy:
                return
            self._busy = True
        threading.Thread(target=self._work, name="wavesim-desk", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._busy = False
                    return
                job = self._jobs.pop(0)
            try:
                job()
            except Exception:
                # later jobs of other cells must still run
                logging.getLogger(__name__).exception("a job of the live page failed")


_WORKER = _CellWorker()
