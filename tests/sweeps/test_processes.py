"""Rows answered by processes of this machine: the same bytes as by this one, whoever dies meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import wavesim as ws
from tests.sweeps.sweep_toys import FIVE_ROWS
from wavesim.errors import BrokenOffError
from wavesim.sweeps import LOG, STORE, Tally
from wavesim.sweeps._answer import Answer
from wavesim.sweeps._parts import Part, Rest
from wavesim.sweeps.workers import _chunk, _executors, _processes

ROWS = FIVE_ROWS.replace("[0.5, 0.7, 0.9, 1.1, 1.3]", "{ from = 0.5, to = 1.5, count = 40 }")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty rows in three chunks."""
    path = tmp_path_factory.mktemp("file") / "rows.toml"
    path.write_text(ROWS)
    return path


@pytest.fixture(scope="module")
def here(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same sweep answered by this process."""
    out = tmp_path_factory.mktemp("here")
    ws.sweep(file, out=out)
    return out


@pytest.fixture
def hired(monkeypatch: pytest.MonkeyPatch) -> list[_processes._Worker]:
    """The workers that are started."""
    workers = list[_processes._Worker]()

    class Noted(_processes._Worker):
        def __init__(self, head: tuple[str, bool]) -> None:
            super().__init__(head)
            workers.append(self)

    monkeypatch.setattr(_processes, "_Worker", Noted)
    return workers


def values(out: Path) -> dict[str, bytes]:
    """The files of a store but for what tells when it was made."""
    files = [item for item in (out / STORE).rglob("*") if item.is_file() and item.name != "zarr.json"]
    return {str(item.relative_to(out)): item.read_bytes() for item in files}


def test_the_bytes_are_those_of_one_process(
    file: Path, here: Path, tmp_path: Path, hired: list[_processes._Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set-up: forty rows of a barrier here, by two workers whose environment asks for 32 bits, and by this process whose first rows tell that
    the others take long. Formula: every file of the three stores is the same to the last byte.
    """
    monkeypatch.setenv("JAX_ENABLE_X64", "0")
    seen = list[Tally]()
    ws.sweep(file, out=tmp_path / "there", workers=2, progress=seen.append)
    assert len(hired) == 2 and [tally.done for tally in seen] == list(range(1, 41))
    assert values(tmp_path / "there") == values(here)
    # as soon as a row is there
    monkeypatch.setattr(_chunk, "_KEEP", 0.0)
    monkeypatch.setattr(_executors, "_LONG", 0.0)
    monkeypatch.setattr(_executors, "cores", lambda: 2)
    ws.sweep(file, out=tmp_path / "both")
    assert len(hired) == 4
    assert values(tmp_path / "both") == values(here)
    log = (tmp_path / "both" / LOG).read_text()
    assert [log.count(f"begun {chunk}\n") for chunk in range(3)] == [1, 1, 1]


def test_a_worker_that_is_killed_loses_what_is_in_its_hands_alone(
    file: Path, here: Path, tmp_path: Path, hired: list[_processes._Worker]
) -> None:
    """Set-up: as the first row comes, one of two workers is killed. Formula: every row is there once, with the bytes of an undisturbed sweep."""
    seen = list[Tally]()

    def progress(tally: Tally) -> None:
        if not seen:
            hired[0]._process.kill()
        seen.append(tally)

    ws.sweep(file, out=tmp_path / "there", workers=2, progress=progress)
    assert [tally.done for tally in seen] == list(range(1, 41))
    assert values(tmp_path / "there") == values(here)
    assert all(worker._process.returncode is not None for worker in hired)


def test_a_chunk_that_ends_its_workers_is_left_out(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hired: list[_processes._Worker]
) -> None:
    monkeypatch.setattr(_processes, "_TEXT", "import sys; sys.path[:] = {path!r}")
    with pytest.raises(BrokenOffError, match=r"chunk 0, 1, 2 did so again and again .* fewer --workers, and run"):
        ws.sweep(file, out=tmp_path / "there", workers=1)
    # five for each chunk
    assert len(hired) == 15


def test_a_worker_ends_with_the_process_that_started_it(file: Path) -> None:
    """Set-up: a process starts a worker, gives it a chunk, and is killed. Formula: the worker's pipe for answers is closed soon, and nobody holds it."""
    text = (
        "import sys\nfrom wavesim.sweeps import Sweep\nfrom wavesim.sweeps.workers._processes import _Worker\n"
        "from wavesim.sweeps._parts import Rest\n"
        "worker = _Worker((Sweep.read(sys.argv[1]).text(), True))\nworker._send((0, Rest()))\n"
        "print(worker._process.pid, flush=True)\nsys.stdin.read()\n"
    )
    command = [sys.executable, "-c", text, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    gone = threading.Event()
    for _ in range(600):
        if not _alive(pid):
            gone.set()
            break
        gone.wait(0.1)
    assert gone.is_set()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # one whose parent has gone may wait to be buried
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize(("last", "started"), [(True, frozenset()), (False, frozenset({0}))])
def test_a_chunk_that_was_not_begun_here_is_begun_by_a_worker(
    last: bool, started: frozenset[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the last part of chunk 0 the workers begin chunk 1, and say so in the log; after an earlier part they resume chunk 0."""
    handed = list[frozenset[int]]()

    class Workers:
        def __init__(self, workers: int, started: frozenset[int]) -> None:
            handed.append(started)

        def answered(self, *_: Any) -> Iterator[Part]:
            return iter(())

    part = Part(0, {0: Answer.failed("")}, 1, last)
    monkeypatch.setattr(_executors, "_LONG", -1.0)
    monkeypatch.setattr(_executors, "Processes", Workers)
    monkeypatch.setattr(_executors.Local, "answered", lambda *_: (part for part in (part,)))
    sweep: Any = SimpleNamespace(layout=SimpleNamespace(rows_of=lambda _: range(2)))
    assert list(_executors.Machine(2).answered(sweep, {0: Rest(), 1: Rest()}, None)) == [part]  # type: ignore[arg-type]
    assert handed == [started]
