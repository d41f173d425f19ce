"""Every shipped scenario as a user runs it, and draws of other kinds: how long `check` and `run` expect it to take, and how long it takes."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from wavesim.scenario import shipped

from ._record import Conditions, write
from .draws import KINDS, QUESTIONS, draw, toml

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy", "scipy", "matplotlib", "imageio")
SEED, DRAWS, QUICK = 20261201, 14, 3
FACTOR = 3.0
_LIMIT_S = 600
_COMMAND = [sys.executable, "-m", "wavesim"]
_EXPECTED = re.compile(r"takes +about ([0-9.]+) (s|min|h) on this machine")
_UNIT_S = {"s": 1.0, "min": 60.0, "h": 3600.0}


@dataclasses.dataclass(frozen=True)
class Row:
    """One scenario, with pictures and movie.

    Attributes:
        name: of the scenario, or the kind of the draw.
        exit_code: of `run`.
        expectations_met, expectations: of its file.
        certified: whether every number with a headline's part says so.
        by_check_s, by_run_s: the seconds that each expects; None where nothing is said (nothing is propagated, in a moment).
        taken_s: by `run`, by the clock.
    """

    name: str
    exit_code: int
    expectations_met: int
    expectations: int
    certified: bool
    by_check_s: float | None
    by_run_s: float | None
    taken_s: float

    @property
    def within_factor(self) -> bool:
        """Whether whatever was expected is within the factor."""
        return all(
            1 / FACTOR <= expected / self.taken_s <= FACTOR
            for expected in (self.by_check_s, self.by_run_s)
            if expected is not None
        )


@dataclasses.dataclass(frozen=True)
class GalleryRecord:
    """All of them; `within_factor` is the share whose seconds were expected within it."""

    conditions: Conditions
    rows: tuple[Row, ...]
    within_factor: float


def certified(name: str, argument: str, folder: Path) -> Row:
    """Check it, run it, and read what it wrote."""
    looked = _called("check", argument)
    begun = time.perf_counter()
    ran = _called("run", argument, "--out", str(folder))
    taken = time.perf_counter() - begun
    report = folder / "report.json"
    content = json.loads(report.read_text()) if report.is_file() else {}
    outcomes = content.get("expect", [])
    return Row(
        name,
        ran.returncode,
        sum(bool(outcome["met"]) for outcome in outcomes),
        len(outcomes),
        all(part.get("certified", True) for part in (content, *content.get("cases", []))),
        _expected(looked.stdout),
        _expected(ran.stderr),
        round(taken, 2),
    )


def _called(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_COMMAND, *words], capture_output=True, text=True, timeout=_LIMIT_S, check=False)


def _expected(text: str) -> float | None:
    match = _EXPECTED.search(text)
    return None if match is None else float(match[1]) * _UNIT_S[match[2]]


def main(quick: bool, note: str, keep: Path | None = None) -> None:
    """One after the other; the record.

    Args:
        quick: the first three, and no record.
        note: on the machine.
        keep: a folder for what they write, to look at the pictures; by default none is kept.
    """
    conditions = Conditions.now(PACKAGES, note)
    # the kinds in turn, walls, rings and pairs among them
    kinds = [*QUESTIONS, *KINDS][:: max(1, (len(QUESTIONS) + len(KINDS)) // DRAWS)][:DRAWS]
    rows = []
    with tempfile.TemporaryDirectory() as place:
        arguments = {name: name for name in shipped()}
        for index, kind in enumerate(kinds):
            file = Path(place) / f"{kind}.toml"
            file.write_text(toml(draw(index, SEED, kind).scenario))
            arguments[f"draw of {kind}"] = str(file)
        for name, argument in list(arguments.items())[: QUICK if quick else None]:
            folder = (keep or Path(place)) / name.replace(" ", "_")
            rows.append(certified(name, argument, folder))
            _show(rows[-1])
            if keep is None:
                shutil.rmtree(folder, ignore_errors=True)
    share = sum(one.within_factor for one in rows) / len(rows)
    print(f"{share:.0%} of {len(rows)} within a factor of {FACTOR:g}")
    if not quick:
        write("gallery", GalleryRecord(conditions.ended(), tuple(rows), round(share, 3)))


def _show(one: Row) -> None:
    expected = ["-" if seconds is None else f"{seconds:g}" for seconds in (one.by_check_s, one.by_run_s)]
    words = f"{one.name:32} exit {one.exit_code}  {one.expectations_met} of {one.expectations} met"
    print(f"{words}  {' and '.join(expected)} s expected, {one.taken_s:.1f} s taken", flush=True)
