"""A store whose writer is killed, whose disk is full, and that two processes want: nothing lost, nothing mixed, nothing done twice.

The store is written with made-up answers by processes of one program, which is what `main` is; run it by hand for longer:
``python -m tests.reliability.test_sweep_store kills 500 FOLDER``.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.sweeps.sweep_toys import FACTS, NAMES, answered, same_values, toy
from wavesim.errors import WavesimError
from wavesim.sweeps._answer import Answer, Status
from wavesim.sweeps._parts import Part
from wavesim.sweeps.store._store import Store, read


def run(*arguments: object) -> str:
    """What the program prints, in a process that nothing else has threads in."""
    command = [sys.executable, "-m", "tests.reliability.test_sweep_store", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_kill_minus_nine_at_any_moment(tmp_path: Path) -> None:
    """Killed 40 times between any two operations on files, gone on with each time: the same table, no finished chunk done again."""
    told = run("kills", 40, tmp_path)
    assert told == "40 kills, the same table\n"


def test_a_full_disk(tmp_path: Path) -> None:
    """A real limit on the size of files, met within a chunk: one sentence; what was written stays; it goes on to the same table."""
    told = run("full", tmp_path).splitlines()
    assert len(told) == 2
    assert told[0].startswith(
        f"{tmp_path / 'sweep.zarr'} must be on a disk that can be written, but cannot be: File too large;"
    )
    assert told[0].endswith("what was written stays valid: make room and run the same again to go on.")
    assert told[1] == "6 rows were kept, the same table"


def test_two_processes(tmp_path: Path) -> None:
    """While one process writes, another is refused in one sentence; when the first is killed, the other may."""
    told = run("two", tmp_path).splitlines()
    assert told[0].endswith("sweep.zarr must have one writer, but another process is writing it; wait for it, or choose another folder.")  # fmt: skip
    assert told[1] == "then it may"


def in_a_child(work: Callable[[], object]) -> int:
    """Do it in a process of its own; minus the signal that killed it, or its exit code."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except WavesimError as error:
            print(error, flush=True)
            os._exit(2)
        finally:
            os._exit(3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def fill(path: Path, answers: Callable[[int], list[Answer]], log: Path | None = None) -> None:
    """Write what waits; each chunk's number goes into the log when it is begun and when it is done."""
    sweep, layout = toy(heights=11)
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        for chunk in store.waiting():
            _note(log, f"begun {chunk}")
            found = dict(enumerate(answers(chunk)))
            store.write([Part(chunk, found, len(found), True)])
            _note(log, f"done {chunk}")


def made_up(chunk: int) -> list[Answer]:
    """The answers of a chunk."""
    return answered(toy(heights=11)[1], chunk)


def die_after(operations: int) -> None:
    """Have this process killed at that operation on files, some of them half-way."""
    left = [operations]

    def counting(operation: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return operation(*arguments)

        return counted

    os.replace, os.fsync = counting(os.replace), counting(os.fsync)  # pyright: ignore[reportAttributeAccessIssue]


def kills(rounds: int, folder: Path) -> None:
    """Kill the writer that often, as many sweeps as it takes; compare each finished one with an undisturbed one."""
    fill_whole(folder)
    whole, draw, done, sweeps = read(folder / "whole.zarr"), random.Random(4), 0, 0
    while done < rounds:
        sweeps += 1
        path, log = folder / f"{sweeps}.zarr", folder / f"{sweeps}.log"
        while True:
            last, moment = done >= rounds, draw.randrange(1, 60)

            def work(path: Path = path, log: Path = log, last: bool = last, moment: int = moment) -> None:
                if not last:
                    die_after(moment)
                fill(path, made_up, log)

            code = in_a_child(work)
            if code == 0:
                break
            assert code == -signal.SIGKILL, code
            done += 1
            if path.exists():
                nothing_wrong(path, whole)
        assert same_values(read(path), whole)
        finished: set[str] = set()
        for line in log.read_text().splitlines():
            word, chunk = line.split()
            assert chunk not in finished, f"chunk {chunk} was finished and done again"
            if word == "done":
                finished.add(chunk)
    print(f"{done} kills, the same table")


def nothing_wrong(path: Path, whole: object) -> None:
    """Every row that says that it is there is there, in every column."""
    import xarray as xr

    assert isinstance(whole, xr.Dataset)
    table = read(path)
    there = table["status"].values != Status.WAITING
    for name in whole.data_vars:
        mine, theirs = table[name].values[there], whole[name].values[there]
        np.testing.assert_array_equal(mine, theirs, str(name))


def full(folder: Path) -> None:
    """A long reason meets a limit on the size of files after the numbers of its chunk were written."""
    noise = np.random.default_rng(1)

    def wordy(chunk: int) -> list[Answer]:
        if chunk != 3:
            return made_up(chunk)
        # nothing that could be compressed
        return [Answer.failed(noise.bytes(60_000).hex()), Answer.failed("short")]

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        fill(folder / "sweep.zarr", wordy)

    assert in_a_child(work) == 2
    kept = int((read(folder / "sweep.zarr")["status"] != Status.WAITING).sum())
    fill_whole(folder)
    assert in_a_child(lambda: fill(folder / "sweep.zarr", made_up)) == 0
    assert same_values(read(folder / "sweep.zarr"), read(folder / "whole.zarr"))
    print(f"{kept} rows were kept, the same table")


def two(folder: Path) -> None:
    """A first process opens the store and waits to be killed; a second one tries before and after."""
    reading, writing = os.pipe()
    holder = os.fork()
    if holder == 0:
        sweep, layout = toy(heights=11)
        store = Store.opened(folder / "sweep.zarr", sweep, layout, NAMES, FACTS)
        os.write(writing, b"1")
        signal.pause()
        os._exit(len(store.waiting()))
    os.read(reading, 1)
    assert in_a_child(lambda: fill(folder / "sweep.zarr", made_up)) == 2
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    assert in_a_child(lambda: fill(folder / "sweep.zarr", made_up)) == 0
    print("then it may")


def fill_whole(folder: Path) -> None:
    """The undisturbed table beside the others."""
    assert in_a_child(lambda: fill(folder / "whole.zarr", made_up)) == 0


def _note(log: Path | None, text: str) -> None:
    if log is not None:
        with log.open("a") as lines:
            lines.write(f"{text}\n")


def main() -> None:
    """``kills ROUNDS FOLDER``, ``full FOLDER`` or ``two FOLDER``."""
    what, *rounds, folder = sys.argv[1:]
    if what == "kills":
        kills(int(rounds[0]), Path(folder))
    else:
        {"full": full, "two": two}[what](Path(folder))


if __name__ == "__main__":
    main()
