"""``python -m tests.reliability.environment 50``: the command in odd surroundings: streams, variables, names, folders.

Each case has to end as its line says, with nothing on standard error but wavesim's own lines; before that 50 commands begin side by side on one
empty program cache.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.reliability.clusters import environment
from tests.reliability.records import record
from tests.scenario_files import SMALL

# variables, exit codes that are right, words of standard error ("" for none at all)
Case = tuple[Mapping[str, str], tuple[int, ...], str]
CASES: dict[str, Case] = {
    "plain": ({}, (0,), ""),
    "ascii": ({"PYTHONIOENCODING": "ascii"}, (0,), ""),
    "no utf-8": ({"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, (0,), ""),
    "64 bits garbage": ({"JAX_ENABLE_X64": "garbage"}, (0,), ""),
    "64 bits off": ({"JAX_ENABLE_X64": "0"}, (0,), ""),
    "a variable of jax's": ({"JAX_LOG_COMPILES": "garbage"}, (0,), ""),
    "a platform": ({"JAX_PLATFORMS": "garbage"}, (2,), "--device cpu"),
    "backend": ({"MPLBACKEND": "garbage"}, (0,), ""),
    "cache in a file": ({"JAX_COMPILATION_CACHE_DIR": "/etc/passwd/x"}, (0,), "must be a folder that can be written"),
    "no cache": ({"JAX_COMPILATION_CACHE_DIR": ""}, (0,), ""),
    "no home": ({"HOME": "/nowhere", "XDG_CACHE_HOME": "/dev/null"}, (0,), ""),
    "threads": ({"OMP_NUM_THREADS": "garbage", "OPENBLAS_NUM_THREADS": "0"}, (0,), ""),
    "columns": ({"COLUMNS": "garbage", "LINES": "0", "TERM": "nothing"}, (0,), ""),
    "no temporary folder": ({"TMPDIR": "/nowhere"}, (0,), ""),
}  # fmt: skip
# of which the short form runs these
SHORT = ("ascii", "64 bits garbage", "a variable of jax's", "cache in a file")


def command(
    arguments: list[str | bytes], variables: Mapping[str, str] | None = None, shell: str = ""
) -> subprocess.CompletedProcess[str]:
    """``wavesim ...``, through a shell with redirections if they are given."""
    whole: list[str | bytes] = [sys.executable, "-m", "wavesim", *arguments]
    if shell:
        whole = ["/bin/sh", "-c", f'exec "$@" {shell}', "sh", *whole]
    return subprocess.run(
        whole,
        env=environment() | dict(variables or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=300,
    )


def wrong(done: subprocess.CompletedProcess[str], codes: tuple[int, ...], words: str) -> str:
    """What is not as it has to be; "" if all is."""
    lines = done.stderr.splitlines()
    strange = [line for line in lines if not line.startswith("wavesim: ")]
    if done.returncode not in codes or strange or words not in done.stderr or (lines and not words):
        return f"exit code {done.returncode}, {done.stderr[-500:]!r}"
    if re.search("[\\x00-\\x08\\x0b-\\x1f\\x7f\\x9b\\u202e]", done.stdout + done.stderr):
        return f"printed what acts: {done.stdout + done.stderr!r}"
    return ""


def scenario(folder: Path, name: bytes = b"small.toml") -> bytes:
    """The small scenario under any name, with a title in four scripts."""
    path = os.path.join(os.fsencode(folder), name)
    with open(path, "wb") as file:
        file.write(SMALL.replace('"Small"', '"\u03c8 \u5b9f\u9a13 \\u202E\\u001b[31m \U0001f600"').encode())
    return path


def in_case(name: str, folder: Path, verb: str) -> str:
    """Run a case; what is wrong."""
    variables, codes, words = CASES[name]
    arguments: list[str | bytes] = [verb, scenario(folder)]
    if verb == "run":
        arguments += ["--out", str(folder / "out"), "--quiet"]
    return wrong(command(arguments, variables), codes, words)


def side_by_side(count: int, folder: Path) -> Counter[str]:
    """So many runs at once, whose cache of compiled programs is empty when they begin: what came of them."""
    path, cache = scenario(folder), {"JAX_COMPILATION_CACHE_DIR": str(folder / "cache")}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "wavesim", "run", path, "--out", str(folder / str(number)), "--no-movie", "--quiet"],
            env=environment() | cache,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for number in range(count)
    ]
    said = [process.communicate() for process in processes]
    found = Counter(
        "as it has to be" if process.returncode == 0 and not errors else f"{process.returncode} {errors[-300:]!r}"
        for process, (_, errors) in zip(processes, said, strict=True)
    )
    # but for the line with the seconds that a run took
    found["different numbers"] = len({re.sub("(?m)^numerics.*$", "", numbers) for numbers, _ in said})
    found["programs kept"] = len(list((folder / "cache").glob("*-cache")))
    return found


def main(count: int) -> None:
    """`count` runs side by side, if any; every case with ``run``, names of any bytes, closed and full streams."""
    if count:
        with tempfile.TemporaryDirectory() as folder:
            found = side_by_side(count, Path(folder))
        print(f"side by side: {dict(found)}", flush=True)
        record("side_by_side", 0, found)
    bad, cases = 0, len(CASES) + 10
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            trouble = in_case(name, Path(folder), "run")
        bad += bool(trouble)
        print(f"{name}: {trouble or 'as it has to be'}", flush=True)
    for shell, codes in (("2>&-", (0,)), (">&-", (0,)), ("<&-", (0,)), ("2>/dev/full", (0,)), (">/dev/full", (4,))):
        with tempfile.TemporaryDirectory() as folder:
            done = command(["run", scenario(Path(folder)), "--out", f"{folder}/out", "--quiet"], shell=shell)
            made = sorted(os.listdir(f"{folder}/out"))
        fine = done.returncode in codes and len(made) == 4 and "Traceback" not in done.stderr
        bad += not fine
        print(f"{shell}: {'as it has to be' if fine else (done.returncode, done.stderr, made)}", flush=True)
    for name in (b"\xff\xfe.toml", "\u03c8 \u00fc.toml".encode(), b"\x1b[31m.toml", b"two\nlines.toml", b"-.toml"):
        with tempfile.TemporaryDirectory() as folder:
            arguments: list[str | bytes] = ["run", scenario(Path(folder), name), "--out", f"{folder}/out", "--quiet"]
            trouble = wrong(command(arguments, {"PYTHONIOENCODING": "ascii"}), (0,), "")
        bad += bool(trouble)
        print(f"{name!r}: {trouble or 'as it has to be'}", flush=True)
    print(f"{bad} wrong")
    record("environment", 0, {"cases": cases, "wrong": bad})


if __name__ == "__main__":
    main(int(sys.argv[1]))
