"""``python -m tests.reliability.attacks``: the attacks by hand once more, each by its command, with what comes out; docs/reliability.md tells of them.

A word or a number chooses some: ``python -m tests.reliability.attacks chunk``. What has a harness of its own is not repeated here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.reliability.clusters import TINY, environment
from tests.scenario_files import SMALL

_PATIENCE = 300


def wavesim(*arguments: object, **variables: str) -> str:
    """``wavesim ...``: exit code, and what it said."""
    command = [sys.executable, "-m", "wavesim", *map(str, arguments)]
    begun = time.monotonic()
    done = subprocess.run(command, env=environment() | variables, capture_output=True, text=True, timeout=_PATIENCE)
    return ended(done.returncode, done.stdout, done.stderr, time.monotonic() - begun)


def ended(code: int, out: str, errors: str, seconds: float) -> str:
    """One line for each line that was said, and how long it took."""
    lines = [f"  | {line[:230]!r}" for line in [*out.splitlines()[:1], *errors.splitlines()[:4]]]
    return "\n".join([f"exit code {code}, {seconds:.0f} s", *lines])


def stopped(moment: Callable[[], bool], signals: list[signal.Signals], *arguments: object, **variables: str) -> str:
    """``wavesim ...``, sent these signals when it is time."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "wavesim", *map(str, arguments)]
    process = subprocess.Popen(
        command, env=environment() | variables, text=True, stdout=pipe, stderr=pipe, start_new_session=True
    )
    while not moment() and process.poll() is None:
        time.sleep(0.005)
    for one in signals:
        if process.poll() is None:
            os.killpg(process.pid, one)
        time.sleep(0.05)
    out, errors = process.communicate(timeout=_PATIENCE)
    return ended(process.returncode, out, errors, 0.0)


def names(folder: Path) -> str:
    """What lies in a folder, hidden files too."""
    return ", ".join(sorted(item.name for item in folder.iterdir()))


class Bench:
    """A folder with a small scenario, a sweep of four rows, and what they gave."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.small, self.tiny = folder / "small.toml", folder / "tiny.toml"
        self.small.write_text(SMALL)
        self.tiny.write_text(TINY)
        self.run, self.sweep = folder / "run", folder / "sweep"
        wavesim("run", self.small, "--out", self.run, "--no-movie", "--quiet")
        wavesim("sweep", self.tiny, "--out", self.sweep, "--csv", "--quiet")

    def swept(self, damage: Callable[[Path], object]) -> str:
        """A copy of the sweep, damaged: its status, and the same sweep again."""
        out = self.folder / "copy"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(self.sweep, out)
        damage(out / "sweep.zarr")
        status = wavesim("sweep", self.tiny, "--out", out, "--status")
        again = wavesim("sweep", self.tiny, "--out", out, "--csv", "--quiet")
        same = (out / "sweep.csv").read_bytes() == (self.sweep / "sweep.csv").read_bytes()
        return f"status: {status}\nagain: {again}\nthe same table: {same}"


def chunk_deleted(bench: Bench) -> str:
    """A chunk of a value column deleted."""
    return bench.swept(lambda store: next((store / "transmitted_probability" / "c").rglob("0")).unlink())


def status_truncated(bench: Bench) -> str:
    """The status chunk truncated."""
    return bench.swept(lambda store: os.truncate(store / "status" / "c" / "0", 5))


def metadata_empty(bench: Bench) -> str:
    """``{}`` as an array's metadata."""
    return bench.swept(lambda store: (store / "transmitted_probability" / "zarr.json").write_text("{}"))


def attributes_missing(bench: Bench) -> str:
    """The group's attributes missing."""

    def damage(store: Path) -> None:
        content = json.loads((store / "zarr.json").read_text())
        del content["attributes"]["measured"]
        (store / "zarr.json").write_text(json.dumps(content))

    return bench.swept(damage)


def odd_title(bench: Bench) -> str:
    """A title that is no formula of matplotlib's, an unknown backend, a name that is no UTF-8: one run."""
    path = os.path.join(os.fsencode(bench.folder), b"\xff.toml")
    with open(path, "w") as file:
        file.write(SMALL.replace('"Small"', r"'$\frac{$'"))
    out = bench.folder / "odd"
    command = [sys.executable, "-m", "wavesim", "run", path, "--out", str(out), "--quiet"]
    done = subprocess.run(
        command, env=environment() | {"MPLBACKEND": "garbage"}, capture_output=True, text=True, timeout=_PATIENCE
    )
    return ended(done.returncode, done.stdout, done.stderr, 0.0) + f"\n{names(out)}"


def files_of_the_user(bench: Bench) -> str:
    """``run --no-movie`` into a folder with files of the user's."""
    out = bench.folder / "mine"
    out.mkdir()
    for name in ("result_backup.nc", "movie.mp4", "movie.gif"):
        (out / name).write_text("mine")
    told = wavesim("run", bench.small, "--no-movie", "--out", out)
    kept = all((out / name).read_text() == "mine" for name in ("result_backup.nc", "movie.mp4", "movie.gif"))
    return f"{told}\nall kept: {kept}"


def interrupted_painting(bench: Bench) -> str:
    """Ctrl-C while ``run`` paints, once and twice, over an old movie."""
    told = []
    for times in (1, 2):
        out = bench.folder / f"painted{times}"
        out.mkdir()
        (out / "movie.mp4").write_text("old")

        def painting(out: Path = out) -> bool:
            return (out / "summary.png").exists()

        told.append(stopped(painting, [signal.SIGINT] * times, "run", bench.small, "--out", out, "--quiet"))
        told.append(f"{names(out)}; the old movie: {(out / 'movie.mp4').read_text() == 'old'}")
    return "\n".join(told)


def terminated(bench: Bench) -> str:
    """SIGTERM to ``run`` while it computes and while it paints, and to ``animate``."""
    told = []
    for name in ("result.nc", "summary.png"):
        out = bench.folder / f"terminated {name}"

        def there(out: Path = out, name: str = name) -> bool:
            return (out / name).exists()

        told.append(stopped(there, [signal.SIGTERM], "run", bench.small, "--out", out, "--quiet"))
        told.append(names(out))
    begun = time.monotonic()
    told.append(
        stopped(lambda: time.monotonic() - begun > 3.0, [signal.SIGTERM], "animate", bench.run / "result.nc", "--quiet")
    )
    return "\n".join([*told, names(bench.run)])


def killed_at_the_end(bench: Bench) -> str:
    """SIGKILL while a finished sweep makes its summary again, and the next start."""
    out = bench.folder / "killed"
    shutil.copytree(bench.sweep, out)

    def part() -> bool:
        return any(out.glob(".wavesim-part-*.png"))

    told = stopped(part, [signal.SIGKILL], "sweep", bench.tiny, "--out", out, "--csv", "--quiet")
    left, old = names(out), (out / "summary.png").read_bytes() == (bench.sweep / "summary.png").read_bytes()
    again = wavesim("sweep", bench.tiny, "--out", out, "--csv", "--quiet")
    return f"{told}\n{left}; the summary is the old one: {old}\nagain: {again}\n{names(out)}"


def sweep_without_csv(bench: Bench) -> str:
    """The finished sweep again, without ``--csv``."""
    return wavesim("sweep", bench.tiny, "--out", bench.sweep) + f"\n{names(bench.sweep)}"


def empty_movie(bench: Bench) -> str:
    """An ffmpeg that writes nothing."""
    out = bench.folder / "nothing"
    return wavesim("run", bench.small, "--out", out, "--quiet", IMAGEIO_FFMPEG_EXE="/bin/true") + f"\n{names(out)}"


def acting_text(bench: Bench) -> str:
    """A title that fakes a line, turns the text round and paints it red; a key with an escape."""
    file = bench.folder / "acting.toml"
    file.write_text(SMALL.replace('"Small"', '"one\\nwavesim: two agrees\\u202e\\u001b[31m"'))
    shown = wavesim("run", file, "--no-movie", "--out", bench.folder / "acted")
    key = wavesim("check", bench.small, "--set", "potential.\x1b[31mh=1")
    name = wavesim("check", "\x1b[31mevil.toml")
    return f"{shown}\n{key}\n{name}"


def toml_bombs(bench: Bench) -> str:
    """100,000 dots, 5000 deep lists, 100,000 unknown keys."""
    told, file = [], bench.folder / "bomb.toml"
    for text in ("a." * 100_000 + "b = 1", "a = " + "[" * 5000 + "]" * 5000, "".join(f"k{n} = 1\n" for n in range(100_000))):  # fmt: skip
        file.write_text(text)
        told.append(wavesim("check", file))
    file.write_text(SMALL + "".join(f"k{n} = 1\n" for n in range(3000)))
    return "\n".join([*told, wavesim("check", file)])


def too_large(bench: Bench) -> str:
    """A grid of 20,000 x 20,000, 1e9 frames, 1e7 x 1e7 rows."""
    file = bench.folder / "rows.toml"
    axis = '"potential.{}" = {{ from = 0.1, to = 0.2, count = 10000000 }}\n'
    file.write_text(TINY.split("[axes]")[0] + "[axes]\n" + axis.format("height") + axis.format("width"))
    grid = 'grid={lower=["-1 um","-1 um"],upper=["1 um","1 um"],points=[20000,20000]}'
    return "\n".join(
        [
            wavesim("check", "double_slit", "--set", grid),
            wavesim("run", bench.small, "--set", "run.frames=1000000000", "--out", bench.folder / "frames"),
            wavesim("check", file),
        ]
    )


def killed_every_15_s(bench: Bench) -> str:
    """A sweep on an empty program cache, killed 15 s after each start: lives until it is done."""
    file, out = bench.folder / "long.toml", bench.folder / "long"
    file.write_text(TINY.replace("count = 4", "count = 64"))
    cache, lives = {"JAX_COMPILATION_CACHE_DIR": str(bench.folder / "cache")}, list[int]()
    told = ""
    for _ in range(12):
        begun = time.monotonic()
        told = stopped(
            lambda begun=begun: time.monotonic() - begun > 15.0,
            [signal.SIGKILL],
            "sweep",
            file,
            "--out",
            out,
            "--quiet",
            **cache,
        )
        log = (out / "sweep.log").read_text().splitlines() if (out / "sweep.log").exists() else []
        lives.append(sum(int(line.split()[3]) for line in log if " begun " not in line))
        if not told.startswith("exit code -9"):
            break
    return f"rows stored after each life: {lives}; {told}"


ATTACKS = (
    chunk_deleted, status_truncated, metadata_empty, attributes_missing, odd_title, files_of_the_user, interrupted_painting, terminated,
    killed_at_the_end, sweep_without_csv, empty_movie, acting_text, toml_bombs, too_large, killed_every_15_s,
)  # fmt: skip


def main(words: list[str]) -> None:
    """Those whose name has one of the words, or all."""
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        for attack in ATTACKS:
            if not words or any(word in attack.__name__ for word in words):
                print(f"{attack.__name__}: {attack.__doc__}\n{attack(bench)}\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
