"""``python -m tests.reliability.kill 100``: SIGKILL, SIGINT and SIGTERM, once and twice, at random moments, to ``run``, ``sweep``, ``animate``.

After each, every file is the old one or a whole new one, nothing is left over that the next start does not sweep away, and no traceback is
printed; a sweep goes on to the table of an undisturbed one. What kills cost a sweep's chunks: `tests.reliability.test_sweeps`; on a
cluster: `tests.reliability.test_clusters`.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.reliability.clusters import TINY, environment
from tests.reliability.records import record
from tests.scenario_files import SMALL
from wavesim.errors import WavesimError
from wavesim.io import load
from wavesim.sweeps import read

SEED = 23
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
# how whole files begin
_HEADS = {"report.json": b"{", "result.nc": b"\x89HDF", "summary.png": b"\x89PNG", "movie.mp4": b"\x00\x00\x00"}


def started(arguments: list[str]) -> subprocess.Popen[str]:
    """``wavesim ...``, the leader of its group, as in a terminal."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "wavesim", *arguments]
    return subprocess.Popen(command, env=environment(), text=True, stdout=pipe, stderr=pipe, start_new_session=True)


def stopped(arguments: list[str], chance: random.Random, longest: float) -> tuple[int, str, signal.Signals]:
    """Start the command and stop it at a random moment: its exit code, what it said, and the signal."""
    process, way = started(arguments), chance.choice(SIGNALS)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=chance.uniform(0.0, longest))
    times = chance.choice((1, 1, 2))
    for _ in range(times):
        with contextlib.suppress(ProcessLookupError):
            # to the whole group, as a terminal does
            os.killpg(process.pid, way)
        time.sleep(chance.uniform(0.0, 0.2) if times > 1 else 0.0)
    _, said = process.communicate(timeout=300)
    return process.returncode, said, way


def wrong(code: int, said: str, way: signal.Signals, done: tuple[int, ...]) -> str:
    """What is not as it has to be of an end; "" if all is."""
    right = {-way, *done} if way == signal.SIGKILL else {128 + way, -way, *done}
    if code not in right or "Traceback" in said or len(said.splitlines()) > 4:
        return f"{way.name}: exit code {code}, {said[-400:]!r}"
    return ""


def whole(out: Path) -> str:
    """Which of a run's files are neither old nor whole; "" if none is."""
    broken = []
    for name, head in _HEADS.items():
        content = (out / name).read_bytes() if (out / name).exists() else b"old"
        if content != b"old" and not content.startswith(head):
            broken.append(name)
    with contextlib.suppress(FileNotFoundError):
        if (out / "result.nc").read_bytes() != b"old":
            try:
                load(out / "result.nc")
            except WavesimError as error:
                broken.append(str(error))
    return ", ".join(broken)


def run_trial(folder: Path, chance: random.Random, longest: float) -> str:
    """Stop ``run`` over old files."""
    out = folder / "out"
    out.mkdir(exist_ok=True)
    for name in _HEADS:
        (out / name).write_bytes(b"old")
    code, said, way = stopped(["run", str(folder / "small.toml"), "--out", str(out), "--quiet"], chance, longest)
    leftovers = [item.name for item in out.iterdir() if item.name not in _HEADS]
    if way != signal.SIGKILL and leftovers:
        return f"{way.name} left {leftovers}"
    return wrong(code, said, way, (0,)) or whole(out)


def animate_trial(folder: Path, chance: random.Random, longest: float) -> str:
    """Stop ``animate`` over an old movie."""
    movie = folder / "result" / "movie.mp4"
    movie.write_bytes(b"old")
    code, said, way = stopped(["animate", str(folder / "result" / "result.nc"), "--quiet"], chance, longest)
    content = movie.read_bytes()
    if content != b"old" and not content.startswith(_HEADS["movie.mp4"]):
        return "movie.mp4 is broken"
    return wrong(code, said, way, (0,))


def sweep_trial(folder: Path, chance: random.Random, longest: float) -> str:
    """Stop ``sweep``, wherever it goes on."""
    out = folder / "sweep"
    arguments = ["sweep", str(folder / "tiny.toml"), "--out", str(out), "--csv", "--quiet"]
    code, said, way = stopped(arguments, chance, longest)
    return wrong(code, said, way, (0,))


def trials(count: int, folder: Path, longest: float) -> Counter[str]:
    """What came of the trials, of three kinds in turn; in the end everything is run once more, and compared."""
    chance, found = random.Random(SEED), Counter[str]()
    (folder / "small.toml").write_text(SMALL)
    (folder / "tiny.toml").write_text(
        TINY.replace('title = "Four rows"', 'title = "Forty rows"').replace("count = 4", "count = 40")
    )
    quiet = ["--quiet"]
    for out, arguments in (
        ("result", ["run", str(folder / "small.toml"), "--no-movie"]),
        ("calm", ["sweep", str(folder / "tiny.toml")]),
    ):
        assert started([*arguments, "--out", str(folder / out), *quiet]).wait() == 0
    for number in range(count):
        trial = (run_trial, sweep_trial, animate_trial)[number % 3]
        found[trial(folder, chance, longest) or "as it has to be"] += 1
    for arguments in (
        ["run", str(folder / "small.toml"), "--out", str(folder / "out")],
        ["sweep", str(folder / "tiny.toml"), "--out", str(folder / "sweep"), "--csv"],
        ["animate", str(folder / "result" / "result.nc")],
    ):
        process = started([*arguments, *quiet])
        _, said = process.communicate(timeout=300)
        if process.returncode != 0:
            found[f"in the end {arguments[0]}: {process.returncode} {said[-300:]!r}"] += 1
    left = [str(item) for item in folder.rglob(".wavesim-part-*")]
    if left:
        found[f"left over: {left}"] += 1
    data = [
        item.relative_to(folder / "calm") for item in (folder / "calm" / "sweep.zarr").rglob("c/*") if item.is_file()
    ]
    differing = [
        str(item) for item in data if (folder / "calm" / item).read_bytes() != (folder / "sweep" / item).read_bytes()
    ]
    if differing or not data or int((read(folder / "sweep" / "sweep.zarr")["status"] == 0).sum()):
        found[f"differing: {differing}"] += 1
    return found


_INSIDE = """
import os, signal, sys
place, call, count = sys.argv[1], int(sys.argv[2]), 0

def look(frame, event, argument):
    global count
    if event == "call" and place in f"{frame.f_code.co_filename}:{frame.f_code.co_name}":
        count += 1
        if count == call:
            os.kill(os.getpid(), signal.SIGINT)

sys.argv = ["wavesim", *sys.argv[3:]]
from wavesim.cli import main
sys.setprofile(look)
main()
"""


def interrupted_at(place: str, call: int, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """``wavesim ...``, with Ctrl-C in the middle of that call of a function of a package, or of one named ``file.py:name``."""
    command = [sys.executable, "-c", _INSIDE, place, str(call), *arguments]
    return subprocess.run(command, env=environment(), text=True, capture_output=True, timeout=300)


def interrupted_inside(place: str, call: int, arguments: list[str]) -> str:
    """The same; what is not as it has to be."""
    done = interrupted_at(place, call, arguments)
    if done.returncode != 130 or len(done.stderr.splitlines()) != 1 or "wavesim: interrupted" not in done.stderr:
        return f"{done.returncode} {done.stderr[-400:]!r}"
    return ""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        found = trials(int(sys.argv[1]), Path(name), float(sys.argv[2]) if len(sys.argv) > 2 else 8.0)
    for what, times in found.items():
        print(times, what)
    record("kill", SEED, found)
