"""`python -m benchmarks control`: the transfer from well to well by each code, and what its pulse does; print, and write the record."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import sys
import tempfile
from pathlib import Path

from .._process import Process, timed
from .._record import Conditions, write
from ._searches import CODES, NEEDS, Search
from ._task import Task

PACKAGES = {
    "wavesim": ("wavesim", "jax", "jaxlib", "numpy", "scipy"),
    "QuTiP": ("qutip", "qutip-qtrl"),
    "dynamiqs": ("dynamiqs", "diffrax"),
}
LEVELS, MORE = 64, 128


@dataclasses.dataclass(frozen=True)
class Row:
    """One code.

    Args:
        code: its name, and how it was used.
        search: what it found, and says of it.
        first: a whole process of one search, nothing compiled.
        true: the quantity that it raised, of its own pulse, on 128 levels.
        off: what it says less what is true.
        truncation: what 64 levels change of it, the same integration on both.
        right_population: behind the barrier, true.
        joined: the same with the slots joined by lines; None where the pulse has no slots.
    """

    code: str
    search: Search
    first: Process
    true: float
    off: float
    truncation: float
    right_population: float
    joined: float | None


@dataclasses.dataclass(frozen=True)
class ControlRecord:
    """All of it.

    Args:
        levels, more: that the codes have, and the check.
        wanted: of the quantity that each code raises, at least.
        basis_s: processor seconds for the levels and W, which wavesim does not need.
        check: by how much the check's numbers change from 96 levels and a tolerance of 1e-10 to 128 and 1e-12, at most.
    """

    conditions: Conditions
    levels: int
    more: int
    wanted: float
    basis_s: float
    check: float
    rows: tuple[Row, ...]


def main(quick: bool = False, note: str = "") -> None:
    """Search, check, print, and (unless `quick`) write records/control.json. A code that is not installed is left out, and said to be."""
    absent = [peer for peer, module in NEEDS.items() if importlib.util.find_spec(module) is None]
    packages = tuple(package for peer, names in PACKAGES.items() if peer not in absent for package in names)
    for peer in absent:
        print(f"{peer} is not installed and left out: `make bench` installs it.")
    conditions = Conditions.now(packages, note)
    found = {}
    with tempfile.TemporaryDirectory() as name:
        file = str(Path(name) / "task.npz")
        basis_s = float(_python("_basis", file, str(LEVELS), programs=Path(name))[1])
        for code in CODES:
            if code.split(",")[0] not in absent:
                found[code] = _searched(code, Path(name), 1 if quick else 2)
                print(f"{code}: {found[code][1].cpu_s:.1f} processor s", flush=True)
    # only now does this process grow, for a child's peak of memory starts at its parent's
    import jax

    jax.config.update("jax_enable_x64", True)
    from ._basis import task

    truth = task(MORE)
    rows, changes = [], []
    for code, (search, first) in found.items():
        row, change = _checked(code, search, first, truth)
        rows.append(row)
        changes.append(change)
    record = ControlRecord(conditions.ended(), LEVELS, MORE, truth.wanted, basis_s, max(changes), tuple(rows))
    _show(record)
    if not quick:
        write("control", record)


def _python(*words: str, programs: Path) -> tuple[Process, str]:
    """A process of a module of this package, on one thread, nothing compiled."""
    env = os.environ | {name: "1" for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")}
    with tempfile.TemporaryDirectory(dir=programs) as folder:
        env["JAX_COMPILATION_CACHE_DIR"] = folder
        module, *more = words
        return timed([sys.executable, "-W", "ignore", "-m", f"{__package__}.{module}", *more], env)


def _searched(code: str, place: Path, times: int) -> tuple[Search, Process]:
    """One process; what the second search took is taken off it."""
    process, told = _python("_searches", code, str(place / "task.npz"), str(times), programs=place)
    search = Search.read(told.splitlines()[-1])
    cpu, wall = (
        value - sum(later) for value, later in ((process.cpu_s, search.cpu_s[1:]), (process.wall_s, search.wall_s[1:]))
    )
    return search, Process(cpu, wall, process.peak_mib)


def _checked(code: str, search: Search, first: Process, task: Task) -> tuple[Row, float]:
    """What the pulse does on more levels, and how sure that is."""
    from ._reference import arrival

    pulse = search.pulse
    full, few, rough = (
        arrival(task.lowest(count), pulse, tolerance)
        for count, tolerance in ((MORE, 1e-12), (LEVELS, 1e-12), (96, 1e-10))
    )
    true, on_few, roughly = (getattr(one, search.quantity) for one in (full, few, rough))
    joined = arrival(task, dataclasses.replace(pulse, joined=True)).right_population if pulse.slots else None
    row = Row(code, search, first, true, search.told - true, on_few - true, full.right_population, joined)
    return row, abs(roughly - true)


def _show(record: ControlRecord) -> None:
    print(
        f"{'code':26}{'whole':>8}{'again':>8}{'wall':>8}{'calls':>7}  {'what it says':32}{'off':>10}{'levels':>10}  right population"
    )
    for row in record.rows:
        search = row.search
        again = f"{search.cpu_s[-1]:8.1f}" if len(search.cpu_s) > 1 else f"{'':8}"
        bar = "" if search.bar is None else f" +- {search.bar:.0e}"
        told = f"{search.quantity.replace('_', ' ')} {search.told:.10f}{bar}"
        joined = "" if row.joined is None else f", {row.joined:.10f} with slots joined by lines"
        print(
            f"{row.code:26}{row.first.cpu_s:8.1f}{again}{row.first.wall_s:8.1f}{search.evaluations:7}  {told:45}"
            f"{row.off:10.1e}{row.truncation:10.1e}  {row.right_population:.10f}{joined}"
        )
    print(f"levels and W: {record.basis_s:.2f} processor s; the check is good to {record.check:.0e}")
