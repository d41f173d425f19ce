"""Microseconds for one Strang step (one FFT pair, half steps merged): wavesim against its peers, in one run, on the same arrays.

Before anything is timed, all codes must end with the same psi. Batches are propagated by wavesim in chunks, as its sweeps do, and, to compare, all at once.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
import time

import jax
import numpy as np

from wavesim.propagation import evolve_many, propagate

from ._codes import CODES, Run, qmsolve_solver
from ._record import Conditions, write
from ._setting import Setting

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy", "scipy", "pyfftw", "qmsolve")
AGREEMENT = {"double": 1e-10, "single": 1e-3}
REFERENCE = "scipy.fft, 1 worker"

# name: points, batch, steps of one timed run (short, so that some of them are undisturbed, but long against the tables that a batch makes)
CASES = {
    "1 x 1024": ((1024,), 0, 3000),
    "1 x 4096": ((4096,), 0, 1000),
    "64 x 256": ((256,), 64, 1600),
    "64 x 1024": ((1024,), 64, 600),
    "64 x 4096": ((4096,), 64, 150),
    "512 x 512 (2D)": ((512, 512), 0, 30),
}


def chunks(setting: Setting, threads: int) -> Run:
    """wavesim's `evolve_many`, the whole call: tables, psi in and out, and copies are in its time."""
    problems = [setting.problem.replace("potential.height", float(height)) for height in setting.heights]
    numerics = [setting.numerics] * len(problems)
    return Run(
        lambda: list(evolve_many(problems, numerics, threads)), lambda rows: np.stack([row.final for row in rows])
    )


def alone(setting: Setting) -> Run:
    """wavesim's `propagate`, the whole call: tables, psi in and out, and what is measured at both ends are in its time."""
    return Run(lambda: propagate(setting.problem, setting.numerics), lambda result: result.final)


def codes(setting: Setting) -> dict[str, Run]:
    """All that can do what is asked; the first is what wavesim does by itself."""
    made = {name: code(setting) for name, code in CODES.items()}
    if setting.batch:
        whole = made.pop("wavesim")
        ours = {"wavesim": chunks(setting, 1), "wavesim, 2 threads": chunks(setting, 2), "wavesim, one vmap": whole}
        made = ours | made
    elif len(setting.points) == 1:
        made = {"wavesim": alone(setting), "wavesim, JAX's steps": made.pop("wavesim")} | made
    return {name: run for name, run in made.items() if run is not None}


@dataclasses.dataclass(frozen=True)
class Timing:
    """One code in one case; a step is a step of the whole batch.

    Args:
        median_us, best_us: microseconds a step, over the repeats.
        spread: distance of the quartiles over the median.
        cpu_us: microseconds of processor time a step, the least of the repeats: what is left to believe on a machine that does other things.
        ratio: best over wavesim's best; above 1, wavesim is faster.
        points_steps_per_s: points x problems x steps in one second, at the best.
        cores_busy: processor time over wall time.
        deviation: largest difference of psi from the reference in double precision, over the largest abs(psi).
    """

    code: str
    median_us: float
    best_us: float
    spread: float
    cpu_us: float
    ratio: float
    points_steps_per_s: float
    cores_busy: float
    deviation: float


@dataclasses.dataclass(frozen=True)
class CaseRecord:
    """All codes in one case."""

    case: str
    precision: str
    points: tuple[int, ...]
    problems: int
    steps: int
    repeats: int
    timings: tuple[Timing, ...]


@dataclasses.dataclass(frozen=True)
class StepRecord:
    """The whole run.

    Args:
        qmsolve_own_momenta: how far psi of QMsolve lies from the reference if it keeps its own momentum grid (1 x 1024).
    """

    conditions: Conditions
    cases: tuple[CaseRecord, ...]
    qmsolve_own_momenta: float


def deviation(psi: np.ndarray, reference: np.ndarray) -> float:
    """The largest difference, over the largest abs(psi)."""
    return float(np.max(np.abs(psi - reference)) / np.max(np.abs(reference)))


def measure(case: str, precision: str, quick: bool) -> CaseRecord:
    """Check that all codes agree, then time them in turn, again and again."""
    points, batch, steps = CASES[case]
    setting = Setting(points, batch, precision, max(2, steps // 10) if quick else steps)
    repeats = 3 if quick else 12 if batch else 25
    runs = codes(setting)
    exact = CODES[REFERENCE](dataclasses.replace(setting, precision="double"))
    assert exact is not None
    reference = exact.advance()
    deviations = {name: deviation(run.psi(run.advance()), reference) for name, run in runs.items()}
    for name, far in deviations.items():
        if not far < AGREEMENT[precision]:
            raise ValueError(
                f"all codes must end with the same psi, but {name} is {far:.1e} off in {case}, {precision}; find out why before timing."
            )
    walls: dict[str, list[float]] = {name: [] for name in runs}
    busy: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            wall, cpu = _clocked(run)
            walls[name].append(wall / setting.steps * 1e6)
            busy[name].append(cpu / setting.steps * 1e6)
    ours = min(walls["wavesim"])
    total = math.prod(points) * max(1, batch)
    timings = []
    for name, times in walls.items():
        best, (low, median, high) = min(times), statistics.quantiles(times, n=4)
        cores = round(sum(busy[name]) / sum(times), 2)
        spread = (high - low) / median
        rate = total / best * 1e6
        timings.append(Timing(name, median, best, spread, min(busy[name]), best / ours, rate, cores, deviations[name]))
    return CaseRecord(case, precision, points, max(1, batch), setting.steps, repeats, tuple(timings))


def _clocked(run: Run) -> tuple[float, float]:
    time.sleep(0.02)  # threads of the code before spin for some milliseconds before they go to sleep
    wall, cpu = time.perf_counter(), time.process_time()
    run.advance()
    return time.perf_counter() - wall, time.process_time() - cpu


def own_momenta() -> float:
    """What QMsolve's momentum grid does to psi, at the end of the case 1 x 1024."""
    points, batch, steps = CASES["1 x 1024"]
    setting = Setting(points, batch, "double", steps)
    theirs, ours = qmsolve_solver(setting, own_momenta=True), CODES[REFERENCE](setting)
    assert theirs is not None and ours is not None
    return deviation(theirs.advance(), ours.advance())


def show(record: CaseRecord) -> None:
    """One case as a table."""
    print(f"\n{record.case}, {record.precision} precision: microseconds a step (of all problems)")
    print(
        f"  {'code':22}{'median':>10}{'best':>10}{'spread':>8}{'cpu':>10}{'ratio':>8}{'pt.step/s':>11}{'cores':>7}{'deviation':>11}"
    )
    for t in record.timings:
        print(
            f"  {t.code:22}{t.median_us:10.1f}{t.best_us:10.1f}{t.spread:8.1%}{t.cpu_us:10.1f}{t.ratio:8.2f}{t.points_steps_per_s:11.2e}"
            f"{t.cores_busy:7.2f}{t.deviation:11.1e}",
            flush=True,
        )


def main(quick: bool = False, note: str = "") -> None:
    """Measure, print, and (unless `quick`) write records/step_DEVICE.json."""
    jax.config.update("jax_enable_x64", True)
    device = jax.devices()[0]
    conditions = Conditions.now(PACKAGES, note, None if device.platform == "cpu" else device.device_kind)
    cases = []
    for case in CASES:
        for precision in AGREEMENT:
            cases.append(measure(case, precision, quick))
            show(cases[-1])
    record = StepRecord(conditions.ended(), tuple(cases), own_momenta())
    print(
        f"\nQMsolve on its own momentum grid ends {record.qmsolve_own_momenta:.1e} away from the reference (1 x 1024)"
    )
    print(f"load before {conditions.load_before}, after {record.conditions.load_after} (about 1 of it is ours)")
    if not quick:
        write(f"step_{device.platform}", record)
