"""``python -m tests.reliability.kill_minus_nine 1000 [KIND]``: SIGKILL at random moments, to ``sweep``, ``run`` and ``animate``; 0 rows lost, doubled, different.

Each command is a fork of this process, which has imported everything and started nothing, so that a life costs a second. A sweep goes on
in its folder, life after life, until it is done: no row that was there is gone or another one after a kill, no chunk that was written is
computed again, and in the end every data file is that of an undisturbed sweep, byte for byte. Every other sweep is stored part by part,
several for each chunk. Most sweeps have rows that cost next to nothing (`tests.reliability.sweeping`), the others the engine's. What SIGINT and SIGTERM do, and kills of plain commands: `tests.reliability.kill`.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.reliability import sweeping
from tests.reliability.clusters import TINY
from tests.reliability.records import record
from tests.scenario_files import SMALL

SEED = 29
# of 1000: what is killed
SHARES = {"rows": 0.78, "sweep": 0.1, "run": 0.08, "animate": 0.04}
# of the time that the command takes undisturbed: the longest life
LONGEST = {"rows": 0.6, "sweep": 0.6, "run": 1.0, "animate": 1.0}
# seconds of a wave and of rows that wait to be stored: as ever, and so small that a chunk has several parts
WAYS = ((5.0, 5.0), (0.3, 0.02))
_HEADS = {"report.json": b"{", "result.nc": b"\x89HDF", "summary.png": b"\x89PNG", "movie.mp4": b"\x00\x00\x00"}
FILES = {"rows": sweeping.SWEEP, "sweep": TINY.replace("count = 4", "count = 32")}


def imported() -> None:
    """All that a command imports; nothing that has threads is started."""
    import jax
    import zarr

    import wavesim.cli._app
    import wavesim.cli.verbs._cases
    import wavesim.cli.verbs._run
    import wavesim.cli.verbs._sweep
    import wavesim.io
    import wavesim.reports
    import wavesim.sweeps
    import wavesim.viz

    jax.config.update("jax_enable_x64", True)
    assert zarr and wavesim


def started(work: Callable[[], object], log: Path) -> int:
    """Do it in a fork, the leader of its own group, its words in `log`; the process."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for number in (1, 2):
            os.dup2(handle, number)
        work()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


def command(arguments: list[str], way: int = 0, toy: bool = False) -> Callable[[], object]:
    """``wavesim ...``, with rows that cost next to nothing or the engine's."""

    def run() -> None:
        from wavesim.cli import main
        from wavesim.cli.verbs import _sweep
        from wavesim.sweeps.workers import _chunk, _engine

        if toy:
            _chunk.waves, _sweep._makers = sweeping.waves, lambda *_: {}
        _engine._WAVE, _chunk._KEEP = WAYS[way]
        sys.argv = ["wavesim", *arguments]
        main()

    return run


def ended(child: int) -> int:
    """Wait for a process: its exit code, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(child: int, seconds: float) -> bool:
    """Kill a process with its group after that time; whether it was still there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return ended(child) == -signal.SIGKILL


def rows(out: Path) -> dict[int, list[object]]:
    """The rows that are there, each with what it holds."""
    from wavesim.sweeps import read

    path = out / "sweep.zarr"
    if not path.exists():
        return {}
    table = read(path)
    columns = [table[name].values.ravel().tolist() for name in table.data_vars]
    status = table["status"].values.ravel()
    return {row: [str(column[row]) for column in columns] for row in range(status.size) if status[row]}


def doubled(out: Path) -> int:
    """Chunks that were computed again after they had been written."""
    done, again = set[str](), 0
    for line in (out / "sweep.log").read_text().splitlines() if (out / "sweep.log").exists() else ():
        _, word, chunk, *_ = line.split()
        again += word == "begun" and chunk in done
        if word == "written":
            done.add(chunk)
    return again


def asked(work: Callable[[], object], folder: Path) -> object:
    """What a function says, in a process of its own."""
    answer = folder / "answer.json"

    def run() -> None:
        answer.write_text(json.dumps(work()))

    code = ended(started(run, folder / "asked.log"))
    assert code == 0, (folder / "asked.log").read_text()
    return json.loads(answer.read_text())


def sweeps(count: int, folder: Path, chance: random.Random, kind: str) -> Counter[str]:
    """Kill sweeps `count` times in all."""
    found = Counter[str]()
    file, log, toy = folder / f"{kind}.toml", folder / "sweep.log", kind == "rows"
    file.write_text(FILES[kind])
    calm, wall = [folder / f"calm{kind}{way}" for way in range(len(WAYS))], list[float]()
    for way, out in enumerate(calm):
        begun = time.monotonic()
        assert ended(started(command(["sweep", str(file), "--out", str(out), "--quiet"], way, toy), log)) in (0, 1)
        wall.append(time.monotonic() - begun)
    whole = [dict(asked(lambda out=out: list(rows(out).items()), folder)) for out in calm]  # type: ignore[call-overload]
    number = 0
    while found["kills"] < count:
        way, out, there = number % len(WAYS), folder / f"{kind}{number}", set[int]()
        number += 1
        arguments = ["sweep", str(file), "--out", str(out), "--quiet"]
        while found["kills"] < count:
            child = started(command(arguments, way, toy), log)
            if not killed(child, chance.uniform(0.05, LONGEST[kind] * wall[way])):
                break
            found["kills"] += 1
            found["while a file was written"] += (out / ".sweep.zarr.part").exists()
            now = dict(asked(lambda out=out: list(rows(out).items()), folder))  # type: ignore[call-overload]
            found["rows different"] += sum(whole[way][row] != content for row, content in now.items())
            found["rows lost"] += len(there - now.keys())
            found["with part of a chunk stored"] += bool(len(now) % 16)
            there = set(now)
        found["sweeps"] += 1
        code = ended(started(command(arguments, way, toy), log))
        if code not in (0, 1) or "Traceback" in log.read_text():
            found[f"in the end {code}: {log.read_text()[-200:]}"] += 1
            continue
        found["chunks doubled"] += doubled(out)
        data = [item.relative_to(out) for item in (out / "sweep.zarr").rglob("c/*") if item.is_file()]
        found["files different"] += sum((out / item).read_bytes() != (calm[way] / item).read_bytes() for item in data)
        found["left over"] += any(out.glob(".sweep.zarr.part*")) or any(out.glob(".wavesim-part-*"))
    return found


def whole_files(out: Path) -> list[str]:
    """Which of a run's files are neither old nor whole."""
    from wavesim.io import load

    broken = []
    for name, head in _HEADS.items():
        content = (out / name).read_bytes()
        if content != b"old" and not content.startswith(head):
            broken.append(name)
        if name == "result.nc" and content != b"old":
            load(out / name)
        if name == "report.json" and content != b"old":
            json.loads(content)
    return broken


def runs(count: int, folder: Path, chance: random.Random, verb: str) -> Counter[str]:
    """Kill ``run`` over old files, or ``animate`` over an old movie, that often."""
    found = Counter[str]()
    file, out, log = folder / "small.toml", folder / verb, folder / f"{verb}.log"
    file.write_text(SMALL)
    arguments = ["run", str(file), "--out", str(out), "--quiet"]
    if verb == "animate":
        assert ended(started(command([*arguments, "--no-movie"]), log)) == 0
        arguments = ["animate", str(out / "result.nc"), "--quiet"]
    begun = time.monotonic()
    assert ended(started(command(arguments), log)) == 0
    wall = time.monotonic() - begun
    while found["kills"] < count:
        for name in _HEADS if verb == "run" else ("movie.mp4",):
            (out / name).write_bytes(b"old")
        if not killed(started(command(arguments), log), chance.uniform(0.05, LONGEST[verb] * wall)):
            found["done before"] += 1
            continue
        found["kills"] += 1
        new = [name for name in _HEADS if (out / name).read_bytes() != b"old"]
        found["with new files" if new else "with old files"] += 1
        if new:
            found["files broken"] += len(asked(lambda: whole_files(out), folder))  # type: ignore[arg-type]
    code = ended(started(command(arguments), log))
    if code != 0 or "Traceback" in log.read_text():
        found[f"in the end {code}: {log.read_text()[-200:]}"] += 1
    found["left over"] += len(list(out.glob(".wavesim-part-*")))
    return found


def trials(count: int, folder: Path, kinds: list[str]) -> None:
    """Kill that often in all, or those kinds of them: each adds what came of it to the record."""
    chance = random.Random(SEED)
    imported()
    numbers = {verb: max(1, round(share * count)) for verb, share in SHARES.items()}
    for kind, number in numbers.items():
        if not kinds or kind in kinds:
            found = (sweeps if kind in FILES else runs)(number, folder, chance, kind)
            print(kind, dict(found), flush=True)
            record(f"kill_minus_nine_{kind}", SEED, found)


if __name__ == "__main__":
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        trials(int(sys.argv[1]), Path(name), sys.argv[2:])
