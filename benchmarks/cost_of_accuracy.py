"""FFT pairs and wall time for an error of psi of 1e-4 to 1e-10: wavesim's own choice against Strang's scheme, in its own code and in others.

All codes solve the same problem on the same grid, which is the smallest whose own error allows the tolerance. wavesim plans the method
and the step by itself, and the error that it reaches is measured. Strang's error is measured where it is about 1e-3 and its order
confirmed there; the steps for a tolerance follow from the order, and the time from the steps and the time of one. What is run in
full, and what is extrapolated so, the record says.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import math
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pyfftw
import qmsolve

import wavesim as ws
from wavesim.propagation import Numerics
from wavesim.schemes import STRANG

from ._accuracy_cases import CASES, TOLERANCES, Case
from ._record import RECORDS, Conditions, write

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy", "scipy", "pyfftw", "qmsolve")
# steps x points of one timed Strang run
_TIMED = 1.5e6
_REPEATS = 5


@dataclasses.dataclass(frozen=True)
class Choice:
    """wavesim's own choice for one tolerance.

    Args:
        pairs, pilot_pairs: FFT pairs of the run, and of the pilot runs that planned it.
        error, number_error: reached, in psi and in T or the population.
        run_s, plan_s: seconds for the run once compiled (the best of five, tables and start included) and for planning it again.
        compile_s: what the first planning and the first run took longer.
    """

    tolerance: float
    points: int
    method: str
    steps: int
    pairs: int
    pilot_pairs: int
    error: float
    number_error: float
    run_s: float
    plan_s: float
    compile_s: float


@dataclasses.dataclass(frozen=True)
class Strang:
    """Strang's scheme for one tolerance: FFT pairs (steps), and seconds by code.

    Args:
        pairs: by the error at `measured_pairs` and the second order.
        order: as measured between half of `measured_pairs` and `measured_pairs`.
        number_error: in T or the population at `pairs`, extrapolated likewise.
        step_us: microseconds for a step of each code, the best of five; None where it cannot do it.
        wall_s: pairs times that.
        extrapolated: whether a run of so many steps was not made.
    """

    tolerance: float
    points: int
    pairs: int
    measured_pairs: int
    measured_error: float
    order: float
    number_error: float
    step_us: dict[str, float | None]
    wall_s: dict[str, float | None]
    extrapolated: bool


@dataclasses.dataclass(frozen=True)
class CaseRecord:
    """One problem at all tolerances."""

    case: str
    number: str
    choices: tuple[Choice, ...]
    strang: tuple[Strang, ...]


@dataclasses.dataclass(frozen=True)
class AccuracyRecord:
    """The whole run."""

    conditions: Conditions
    cases: tuple[CaseRecord, ...]


def choice(case: Case, index: int) -> Choice:
    """Plan and run as a user would, with the grid given and one frame."""
    tolerance, points = TOLERANCES[index], case.points[index]

    def planned() -> Any:
        return ws.plan(case.problem, tolerance, grid=case.grid(points), absorber=None, frames=1, save_psi=False)

    first_plan, plan = _clocked(planned)
    first_run, result = _clocked(lambda: ws.propagate(case.problem, plan.numerics))
    plan_s = min(_clocked(planned)[0] for _ in range(2))
    run_s = min(_clocked(lambda: ws.propagate(case.problem, plan.numerics))[0] for _ in range(_REPEATS))
    numerics = plan.numerics
    return Choice(
        tolerance,
        points,
        numerics.method.name,
        numerics.steps,
        numerics.fft_pairs,
        plan.pilot_pairs,
        *case.errors(result.final),
        run_s,
        plan_s,
        first_plan - plan_s + first_run - run_s,
    )


def strang(case: Case, index: int) -> Strang:
    """Its error constant, the steps that follow, and the time of a step in each code, all of which must end with the same psi."""
    tolerance, points = TOLERANCES[index], case.points[index]
    grid = case.grid(points)
    steps, before = 64, math.inf
    while True:
        psi = _own(case, grid, steps)()
        error, number = case.errors(psi)
        order = math.log2(before / error) if math.isfinite(before) else 0.0
        if error < 3e-3 and abs(order - 2) < 0.1:
            break
        if steps > 60_000:
            # where V jumps the order is not reached; the count is then a bound from below
            break
        steps, before = 2 * steps, error
    pairs = math.ceil(steps * math.sqrt(error / tolerance))
    timed = max(200, min(pairs, int(_TIMED / points ** len(case.half))))
    runs: dict[str, Callable[[], np.ndarray] | None] = {
        "wavesim": _own(case, grid, timed),
        "pyFFTW, 1 thread": _fftw(case, grid, timed),
        "QMsolve": _qmsolve(case, grid, timed),
    }
    ends = {name: run() for name, run in runs.items() if run is not None}
    for name, end in ends.items():
        far = float(np.max(np.abs(end - ends["wavesim"])))
        if not far < 1e-9:
            raise ValueError(
                f"all codes must end with the same psi, but {name} is {far:.1e} off in {case.name}; find out why."
            )
    step_us: dict[str, float | None] = {name: None for name in runs}
    for _ in range(_REPEATS):
        for name, run in runs.items():
            if run is not None:
                now = _clocked(run)[0] / timed * 1e6
                step_us[name] = min(now, step_us[name] or math.inf)
    wall = {name: None if us is None else us * 1e-6 * pairs for name, us in step_us.items()}
    share = tolerance / error
    return Strang(
        tolerance,
        points,
        pairs,
        steps,
        error,
        order,
        number * share,
        step_us,
        wall,
        extrapolated=pairs > max(steps, timed),
    )


def _own(case: Case, grid: ws.Grid, steps: int) -> Callable[[], np.ndarray]:
    """Strang in wavesim: one frame, compiled before it is timed."""
    numerics = Numerics(grid, case.duration / steps, steps, 1, STRANG, save_psi=False)
    return lambda: ws.propagate(case.problem, numerics).final


def _arrays(case: Case, grid: ws.Grid, steps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    problem = case.problem
    hamiltonian = problem.hamiltonian(grid)
    potential = problem.potential if problem.potential.static else problem.potential.potential  # type: ignore[attr-defined]
    return (
        np.asarray(problem.state.sample(grid, hamiltonian)).astype(complex),
        np.asarray(potential.sample(grid, mass=1.0)),
        np.asarray(grid.spread(grid.kinetic(1.0))),
        case.duration / steps,
    )


def _fftw(case: Case, grid: ws.Grid, steps: int) -> Callable[[], np.ndarray]:
    """pyFFTW by hand: FFTW_MEASURE, in place, half steps merged; a driven V costs one exp a step."""
    initial, v, kinetic, dt = _arrays(case, grid, steps)
    half, kick = np.exp(-0.5j * dt * v), np.exp(-1j * dt * v)
    drift = np.exp(-1j * dt * kinetic) / v.size
    psi = pyfftw.empty_aligned(v.shape, complex)
    axes = tuple(range(v.ndim))
    forward, backward = (
        pyfftw.FFTW(psi, psi, axes, way, ("FFTW_MEASURE",), 1).execute for way in ("FFTW_FORWARD", "FFTW_BACKWARD")
    )
    driven, x = not case.potential.static, np.asarray(grid.position[0])

    def advance() -> np.ndarray:
        np.multiply(initial, half * np.exp(-0.5j * dt * case.drive(0.0) * x) if driven else half, out=psi)
        for step in range(1, steps + 1):
            forward()
            np.multiply(psi, drift, out=psi)
            backward()
            np.multiply(psi, kick if step < steps else half, out=psi)
            if driven:
                share = 1.0 if step < steps else 0.5
                np.multiply(psi, np.exp((-1j * share * dt * case.drive(step * dt)) * x), out=psi)
        return psi.copy()

    return advance


def _qmsolve(case: Case, grid: ws.Grid, steps: int) -> Callable[[], np.ndarray] | None:
    """QMsolve's split step, with the momentum grid of the FFT (see `_codes`); it knows no potential that depends on time."""
    if not case.potential.static:
        return None
    initial, v, kinetic, dt = _arrays(case, grid, steps)
    hamiltonian = qmsolve.Hamiltonian(qmsolve.SingleParticle(), lambda _: v, v.shape[0], 2 * case.half[0], v.ndim)
    simulation: Any = qmsolve.TimeSimulation(hamiltonian, method="split-step")
    simulation.method.p2 = np.fft.fftshift(2 * kinetic)

    def advance() -> np.ndarray:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            simulation.run(lambda _: initial, case.duration, dt)
        return np.asarray(simulation.Ψ[-1])

    return advance


def _clocked(run: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    value = run()
    return time.perf_counter() - begun, value


def show(record: CaseRecord) -> None:
    """One problem as a table."""
    print(f"\n{record.case} ({record.number})")
    print(
        f"  {'error':>7}{'points':>7} {'method':<10}{'pairs':>8}{'+pilot':>8}{'reached':>9}{'number':>9}{'run ms':>8}{'plan ms':>9}"
        f" |{'Strang pairs':>13}{'ratio':>8} | Strang, s: {'wavesim':>9}{'pyFFTW':>9}{'QMsolve':>9}{'pyFFTW/run':>12}"
    )
    for c, s in zip(record.choices, record.strang, strict=True):
        walls = "".join(f"{'n/a' if w is None else format(w, '9.3g'):>9}" for w in s.wall_s.values())
        ratio = s.pairs / max(c.pairs, 1)
        print(
            f"  {c.tolerance:7.0e}{c.points:7} {c.method:<10}{c.pairs:8}{c.pilot_pairs:8}{c.error:9.1e}{c.number_error:9.1e}"
            f"{c.run_s * 1e3:8.1f}{c.plan_s * 1e3:9.1f} |{s.pairs:13}{ratio:8.0f} |            {walls}"
            f"{(s.wall_s['pyFFTW, 1 thread'] or 0) / c.run_s:12.0f}{'' if c.error <= c.tolerance else '  MISSED'}",
            flush=True,
        )


def draw(record: AccuracyRecord) -> None:
    """FFT pairs above, seconds below, against the error of psi; a problem in each column."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.3 * len(record.cases), 6.6), layout="constrained")
    axes = figure.subplots(2, len(record.cases), sharex="col")
    for column, case in enumerate(record.cases):
        above, below = axes[0][column], axes[1][column]
        reached, asked = [c.error for c in case.choices], [s.tolerance for s in case.strang]
        stepped = [c for c in case.choices if c.pairs]
        above.plot([c.error for c in stepped], [c.pairs for c in stepped], "o-", color="C0", label="wavesim's choice")
        above.plot(
            [c.error for c in stepped],
            [c.pairs + c.pilot_pairs for c in stepped],
            "o:",
            color="C0",
            mfc="w",
            label="pilot runs or planning included",
        )
        above.plot(asked, [s.pairs for s in case.strang], "s-", color="C3")
        below.plot(reached, [c.run_s for c in case.choices], "o-", color="C0", label="wavesim's choice")
        below.plot(reached, [c.run_s + c.plan_s for c in case.choices], "o:", color="C0", mfc="w", label="(the same)")
        names = {"wavesim": "Strang, wavesim", "pyFFTW, 1 thread": "Strang, pyFFTW", "QMsolve": "Strang, QMsolve"}
        for (name, label), color in zip(names.items(), ("C1", "C3", "C7"), strict=True):
            walls = [s.wall_s[name] for s in case.strang]
            if None not in walls:
                below.plot(asked, walls, "s-", color=color, label=label)
        for c in case.choices:
            place = above if c.pairs else below
            place.annotate(
                c.method, (c.error, c.pairs or c.run_s), (0, -12), textcoords="offset points", fontsize=7, ha="center"
            )
        above.set_title(case.case)
        for panel in (above, below):
            panel.set(xscale="log", yscale="log")
            panel.grid(alpha=0.3)
            panel.margins(0.12, 0.12)
        below.set_xlabel("error of psi")
        below.invert_xaxis()
    axes[0][0].set_ylabel("FFT pairs")
    axes[1][0].set_ylabel("seconds, compiled")
    # of either row the entries that tell something new
    first, second = (row[0].get_legend_handles_labels() for row in axes)
    handles, labels = first[0][:2] + second[0][2:], first[1][:2] + second[1][2:]
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=9)
    RECORDS.mkdir(exist_ok=True)
    figure.savefig(RECORDS / "cost_of_accuracy.png", dpi=110)
    print("written: benchmarks/records/cost_of_accuracy.png")


def main(quick: bool = False, note: str = "") -> None:
    """Measure, print, and (unless `quick`, which leaves out the tightest tolerance) write the record and the plot."""
    jax.config.update("jax_enable_x64", True)
    conditions = Conditions.now(PACKAGES, note)
    cases = []
    for case in CASES:
        indices = range(len(TOLERANCES) - 1 if quick else len(TOLERANCES))
        choices = tuple(choice(case, index) for index in indices)
        cases.append(CaseRecord(case.name, case.number, choices, tuple(strang(case, index) for index in indices)))
        show(cases[-1])
    record = AccuracyRecord(conditions.ended(), tuple(cases))
    print(f"load before {conditions.load_before}, after {record.conditions.load_after} (about 1 of it is ours)")
    if not quick:
        write("cost_of_accuracy", record)
        draw(record)
