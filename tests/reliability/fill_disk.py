"""``python -m tests.reliability.fill_disk``: every verb that writes, with a limit on the size of files that it meets somewhere on its way.

RLIMIT_FSIZE stands for a full disk: each write beyond it fails with an error, as on a disk without space. Where the user may mount one, a
small tmpfs is tried as well: ``python -m tests.reliability.fill_disk FOLDER_ON_IT``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.reliability.clusters import TINY, environment
from tests.reliability.records import record
from tests.scenario_files import SMALL

_BOUND = """
import resource, runpy, signal, sys
limit = int(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if limit >= 0:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.argv = ["wavesim", *sys.argv[2:]]
runpy.run_module("wavesim", run_name="__main__")
"""
LIMITS = (0, 500, 4_000, 20_000, 60_000, 200_000)


def limited(arguments: list[str], limit: int | None) -> subprocess.CompletedProcess[str]:
    """``wavesim ...`` with that many bytes for a file at most."""
    # a process of its own sets the limit: a fork of this one, which JAX has given threads, might hang
    variables = environment() | {"JAX_COMPILATION_CACHE_DIR": ""}
    command = [sys.executable, "-c", _BOUND, str(-1 if limit is None else limit), *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)


def ran(folder: Path, limit: int | None) -> str:
    """``wavesim run`` over old files: numbers printed, old files whole, no leftovers, exit code 4; what is not so."""
    out = folder / "out"
    out.mkdir(parents=True, exist_ok=True)
    names = ("report.json", "result.nc", "summary.png")
    for name in names:
        (out / name).write_text("old")
    file = folder / "small.toml"
    file.write_text(SMALL)
    done = limited(["run", str(file), "--out", str(out), "--no-movie", "--quiet"], limit)
    missing = [name for name in names if (out / name).read_bytes() == b"old"]
    told = [name for name in names if f"{name} is left out" in done.stderr]
    extra = sorted(item.name for item in out.iterdir() if item.name not in names)
    if done.returncode == 2 and "must be one that can be written" in done.stderr and len(missing) == 3:
        # not even a file could be begun
        return ""
    fine = "transmitted probability" in done.stdout and missing == told and not extra and "Traceback" not in done.stderr
    return (
        ""
        if fine and done.returncode == (4 if missing else 0)
        else f"{done.returncode} {missing} {extra} {done.stderr[-300:]!r}"
    )


def swept(folder: Path, limit: int | None) -> str:
    """``wavesim sweep --csv``: what is done is kept, and after that it goes on; what is not so."""
    folder.mkdir(parents=True, exist_ok=True)
    file, out = folder / "tiny.toml", folder / "sweep"
    file.write_text(TINY)
    done = limited(["sweep", str(file), "--out", str(out), "--csv", "--quiet"], limit)
    leftovers = [item.name for item in out.rglob(".wavesim-part-*")] if out.exists() else []
    if leftovers or "Traceback" in done.stderr or done.returncode not in (0, 2, 3, 4):
        return f"{done.returncode} {leftovers} {done.stderr[-300:]!r}"
    made = [name for name in ("sweep.csv", "summary.png") if (out / name).exists()]
    if (done.returncode == 0) != (len(made) == 2):
        return f"{done.returncode}, but {made} are there"
    again = limited(["sweep", str(file), "--out", str(out), "--csv", "--quiet"], None)
    return "" if again.returncode == 0 else f"again: {again.returncode} {again.stderr[-300:]!r}"


def main() -> None:
    """Each limit for each verb; or no limit but that of the disk."""
    bad = 0
    for limit in LIMITS if len(sys.argv) < 2 else (None,):
        for what in (ran, swept):
            with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
                trouble = what(Path(name), limit)
            bad += bool(trouble)
            print(f"{what.__name__} {limit}: {trouble or 'as it has to be'}", flush=True)
    print(f"{bad} wrong")
    if len(sys.argv) < 2:
        record("fill_disk", 0, {"trials": 2 * len(LIMITS), "wrong": bad}, limits=LIMITS)


if __name__ == "__main__":
    main()
