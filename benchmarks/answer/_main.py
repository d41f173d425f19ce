"""`python -m benchmarks answer`: ten scenarios that were never run before, warm and cold; print, and write the record."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from .._process import Process, timed
from .._record import Conditions, write
from ._certificates import Certificate
from ._peer import CODES
from ._tasks import Task, read

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy", "scipy", "matplotlib", "pydantic")
PEERS = {"pyFFTW": "pyfftw", "QMsolve": "qmsolve"}
SEED, COUNT, OTHERS, CERTIFICATES = 20261130, 10, 6, 100
QUICK, QUICK_CERTIFICATES = 2, 6
REPEATS = 3


@dataclasses.dataclass(frozen=True)
class Programs:
    """Compiled or loaded by one run, and how many of them were loaded."""

    asked: int
    loaded: int


@dataclasses.dataclass(frozen=True)
class Row:
    """One scenario; of repeated processes the one that took least.

    Args:
        kind: of the barrier.
        error, bar: of the transmitted probability, by wavesim.
        warm, cold: `wavesim run --no-movie`, with the programs of other problems and with none.
        movie: `wavesim run`, warm.
        programs: of the warm run.
        runs: of the certificate.
        points, steps: of the loops by hand.
        peers: by name; the error of all is that of the numpy loop to rounding.
        peer_error: that error.
    """

    kind: str
    error: float
    bar: float
    warm: Process
    cold: Process
    movie: Process
    programs: Programs
    runs: int
    points: int
    steps: int
    peers: dict[str, Process]
    peer_error: float


@dataclasses.dataclass(frozen=True)
class AnswerRecord:
    """All of it.

    Args:
        jax: a process that imports jax alone, repeated between the rows; the least of each time.
        rows: ten random barriers.
        medians: of the rows' processor seconds, by column.
        certificates: random problems of all kinds in one warm process.
        certificate_s, runs, programs: their median and their largest.
    """

    conditions: Conditions
    jax: Process
    rows: tuple[Row, ...]
    medians: dict[str, float]
    certificates: tuple[Certificate, ...]
    certificate_s: tuple[float, float]
    runs: tuple[float, int]
    programs: tuple[float, int]


class _Bench:
    """Where processes find and leave things.

    Bytecode is kept in a folder that all share, as it is on a user's machine. Programs are, too, for JAX finds them in the folder alone in which
    they were compiled; it is emptied before each run, and filled with those of other problems where the run is warm.
    """

    def __init__(self, place: Path) -> None:
        self.place, self.programs, self.others, self.imports = place, place / "programs", place / "others", []
        self.env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.env |= {name: "1" for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")}
        self.env["PYTHONPYCACHEPREFIX"] = str(place / "bytecode")

    def python(self, *words: str, programs: Path | None = None) -> tuple[Process, str]:
        """A process of Python with these words."""
        folder = {} if programs is None else {"JAX_COMPILATION_CACHE_DIR": str(programs)}
        return timed([sys.executable, *words], self.env | folder)

    def file(self, task: Task) -> str:
        """The scenario's file."""
        path = self.place / "task.toml"
        path.write_text(task.file)
        return str(path)

    def run(self, file: str, *words: str, module: str = "wavesim", warm: bool = True) -> tuple[Process, str, dict]:
        """`wavesim run`: what it took, printed, and reported."""
        out = self.place / "out"
        shutil.rmtree(out, ignore_errors=True)
        self.put_programs(warm)
        words = ("-m", module, "run", file, "--quiet", "--out", str(out), *words)
        taken, told = self.python(*words, programs=self.programs)
        return taken, told, json.loads((out / "report.json").read_text())

    def put_programs(self, warm: bool) -> None:
        """Those of other problems, or none."""
        shutil.rmtree(self.programs, ignore_errors=True)
        if warm and self.others.exists():
            shutil.copytree(self.others, self.programs)

    def import_jax(self) -> None:
        """Once more."""
        self.imports.append(self.python("-c", "import jax")[0])


def least(make: Callable[[], Process], repeats: int) -> Process:
    """Of some processes the least of each time."""
    made = [make() for _ in range(repeats)]
    return Process(min(one.cpu_s for one in made), min(one.wall_s for one in made), min(one.peak_mib for one in made))


def row(bench: _Bench, task: Task, repeats: int) -> Row:
    """One scenario by everybody."""
    file = bench.file(task)
    bench.import_jax()
    warm = least(lambda: bench.run(file, "--no-movie")[0], repeats)
    cold = least(lambda: bench.run(file, "--no-movie", warm=False)[0], repeats)
    movie = least(lambda: bench.run(file)[0], repeats)
    _, told, report = bench.run(file, "--no-movie", module="benchmarks.answer._counted")
    loop = json.dumps(dataclasses.asdict(task.loop))
    peers, errors = {}, []
    for code in CODES:
        words = ("-m", "benchmarks.answer._peer", code, loop)
        peers[code] = least(lambda words=words: bench.python(*words)[0], repeats)
        errors.append(abs(float(bench.python(*words)[1]) - task.truth))
    number = report["quantities"]["transmitted_probability"]
    return Row(
        task.kind,
        abs(number["value"] - task.truth),
        number["error"],
        warm,
        cold,
        movie,
        Programs(**json.loads(told.splitlines()[-1])),
        report["runs"],
        task.loop.points,
        task.loop.steps,
        peers,
        max(errors),
    )


def main(quick: bool = False, note: str = "") -> None:
    """Measure, print, and (unless `quick`) write records/answer.json."""
    conditions = Conditions.now((*PACKAGES, *PEERS.values()), note)
    count, repeats = (QUICK, 1) if quick else (COUNT, REPEATS)
    with tempfile.TemporaryDirectory() as name:
        bench = _Bench(Path(name))
        words = ("-m", "benchmarks.answer._tasks", str(count), str(OTHERS), str(SEED))
        tasks, others = read(bench.python(*words)[1])
        for other in others:
            # the programs of other problems, and everybody's bytecode
            words = ("-m", "wavesim", "run", bench.file(other), "--quiet", "--out", str(bench.place / "other"))
            bench.python(*words, programs=bench.programs)
        bench.programs.rename(bench.others)
        bench.import_jax()
        rows = []
        for place, task in enumerate(tasks):
            rows.append(row(bench, task, repeats))
            _show(rows[-1], place)
        number = str(QUICK_CERTIFICATES if quick else CERTIFICATES)
        words = ("-m", "benchmarks.answer._certificates", number, str(SEED))
        bench.put_programs(warm=True)
        certificates = [Certificate(**one) for one in json.loads(bench.python(*words, programs=bench.programs)[1])]
        jax = least(iter(bench.imports).__next__, len(bench.imports))
    columns = {
        **{name: [getattr(one, name).cpu_s for one in rows] for name in ("warm", "cold", "movie")},
        **{code: [one.peers[code].cpu_s for one in rows] for code in CODES},
    }
    record = AnswerRecord(
        conditions.ended(),
        jax,
        tuple(rows),
        {name: statistics.median(values) for name, values in columns.items()},
        tuple(certificates),
        _middle_and_most([one.cpu_s for one in certificates]),
        _middle_and_most([one.runs for one in certificates]),
        _middle_and_most([one.programs for one in certificates]),
    )
    _show_all(record)
    if not quick:
        write("answer", record)


def _middle_and_most(values: list) -> tuple:
    return statistics.median(values), max(values)


def _show(one: Row, place: int) -> None:
    own = "  ".join(f"{name} {getattr(one, name).cpu_s:.2f}" for name in ("warm", "cold", "movie"))
    peers = "  ".join(f"{code} {process.cpu_s:.2f}" for code, process in one.peers.items())
    programs = (
        f"{one.programs.asked} programs ({one.programs.loaded} loaded), {one.runs} runs, {one.warm.peak_mib:.0f} MiB"
    )
    print(f"{place:3} {one.kind:20}  {own}  {peers}  {programs}; off {one.error:.0e} +- {one.bar:.0e}", flush=True)


def _show_all(record: AnswerRecord) -> None:
    print(f"importing jax: {record.jax.cpu_s:.2f} processor s, {record.jax.peak_mib:.0f} MiB")
    for name, value in record.medians.items():
        print(f"{name:8} median {value:.2f} processor s, {value / record.jax.cpu_s:.1f} times importing jax")
    for name, (middle, most) in (
        ("processor s", record.certificate_s),
        ("runs", record.runs),
        ("programs", record.programs),
    ):
        print(f"{len(record.certificates)} certificates, {name}: median {middle:.3g}, at most {most:.3g}")
