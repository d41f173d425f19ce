"""Everything that matters on a GPU, made for eight minutes: parity with the CPU, steps against the memory's speed, the shipped map of ten thousand rows.

Needs Python, jax with its CUDA wheels, numpy and scipy alone; the map needs what reads files, too, and is left out, with a word, where that is missing.
Each part is written as soon as it is measured, so that a machine that is taken away leaves what was done. Without a GPU the same is done on the CPU,
smaller, and nothing is written.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import importlib.util
import json
import math
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from ._record import Conditions, write
from ._roofline import Throughput, copy_speed, throughput
from ._setting import Setting

PACKAGES = ("jax", "jaxlib", "numpy", "scipy")
# wheels by what they are for; jax[cuda13] brings the device's own
FOR_THE_MAP = ("pydantic", "zarr", "xarray", "platformdirs", "filelock")
FOR_PICTURES = ("matplotlib", "cmcrameri", "imageio", "imageio_ffmpeg", "PIL", "typer", "rich")
POINTS, PROBLEMS = (256, 1024, 4096), 4096
# points x problems x steps of one timed run: some seconds on a card, and on two cores
WORK, CPU_WORK = 4e10, 1e8
SPACES = {"1024 x 1024": (1024, 1024), "256 x 256 x 256": (256, 256, 256)}
# bytes that a step moves for each point of a plane or a cube in single precision, twice as many in double: a pass there and one back along each axis
_BYTES = {1: 72, 2: 104, 3: 136}
SIDE, CPU_SIDE = 100, 6
_TOLERANCE = {"double": 1e-11, "single": 1e-2}


@dataclasses.dataclass(frozen=True)
class Parity:
    """One run on both.

    Args:
        method, precision: of the run.
        deviation: largest difference of psi over all frames.
        allowed: what rounding may make.
    """

    method: str
    precision: str
    deviation: float
    allowed: float


@dataclasses.dataclass(frozen=True)
class MapSpeed:
    """The rows of `transmission_map`, answered in memory.

    Args:
        rows: how many.
        wall_s: of all of them, with compilation.
        host_s: processor seconds of the host.
        host_ms: of a row.
        rows_per_s: over the wall time.
        good: rows that met their tolerance.
        covered: rows whose bar holds the average of the closed form over the packet.
    """

    rows: int
    wall_s: float
    host_s: float
    host_ms: float
    rows_per_s: float
    good: int
    covered: int


@dataclasses.dataclass(frozen=True)
class GpuRecord:
    """All that was measured; a part that failed or was left out is empty, and `failed` or `missing` says why.

    Args:
        missing: wheels that the map or pictures would need.
        parity: runs on the device and on the CPU.
        batches: Strang steps of many problems on the device.
        spaces: the same in two and three dimensions, one problem.
        rows: the map.
        cpu: the same steps on the CPU of the machine, as JSON from a process that sees no GPU.
        failed: by part, the last line of its error.
        seconds: of each part.
    """

    conditions: Conditions
    missing: tuple[str, ...] = ()
    parity: tuple[Parity, ...] = ()
    batches: tuple[Throughput, ...] = ()
    spaces: tuple[Throughput, ...] = ()
    rows: MapSpeed | None = None
    cpu: tuple[dict[str, Any], ...] = ()
    failed: dict[str, str] = dataclasses.field(default_factory=dict)
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)


def missing_wheels() -> tuple[str, ...]:
    """Those that the map or pictures would need, and that are not here."""
    return tuple(name for name in (*FOR_THE_MAP, *FOR_PICTURES) if importlib.util.find_spec(name) is None)


def parity(device: Any) -> tuple[Parity, ...]:
    """A packet at an Eckart barrier between absorbers, 600 steps, on the device and on the CPU."""
    from wavesim import Absorber, Grid, Numerics, Problem, propagate
    from wavesim.potentials import EckartBarrier
    from wavesim.propagation import chebyshev_for
    from wavesim.schemes import SCHEMES
    from wavesim.states import GaussianPacket

    problem, grid = (
        Problem(EckartBarrier(0.6, 1.0), GaussianPacket(center=-15.0, width=3.0, momentum=1.2)),
        Grid.line(-40.0, 40.0, 480),
    )
    found = []
    for method in (SCHEMES["strang"], SCHEMES["g6t4"], chebyshev_for(problem, grid, 0.1)):
        for precision, allowed in _TOLERANCE.items():
            numerics = Numerics(grid, 0.1, 600, 6, method, Absorber.designed(0.7, 1e-4), precision)
            psi = []
            for place in (device, jax.devices("cpu")[0]):
                with jax.default_device(place):
                    psi.append(propagate(problem, numerics).psi)
            found.append(Parity(method.name, precision, float(np.max(np.abs(psi[0] - psi[1]))), allowed))
    return tuple(found)


def batches(work: float) -> tuple[Throughput, ...]:
    """Strang steps of `PROBLEMS` problems at once."""
    speed = copy_speed()
    problems = PROBLEMS if work > CPU_WORK else 64
    return tuple(
        throughput(points, problems, max(20, round(work / (points * problems))), precision, speed)
        for points in POINTS
        for precision in ("single", "double")
    )


def spaces(work: float) -> tuple[Throughput, ...]:
    """Strang steps of one problem in two and three dimensions."""
    from wavesim import propagate

    speed, found = copy_speed(), []
    shapes = SPACES if work > CPU_WORK else {"256 x 256": (256, 256), "128 x 128 x 128": (128, 128, 128)}
    for case, points in shapes.items():
        for precision in ("single", "double"):
            setting = Setting(points, 0, precision, max(4, round(work / math.prod(points))))
            problem, numerics = setting.problem, setting.numerics
            propagate(problem, numerics)
            begun = time.perf_counter()
            propagate(problem, numerics)
            rate = math.prod(points) * setting.steps / (time.perf_counter() - begun)
            bound = speed / (_BYTES[len(points)] * (2 if precision == "double" else 1))
            found.append(Throughput(case, precision, rate, speed, bound, rate / bound))
    return tuple(found)


def rows(side: int) -> MapSpeed:
    """The shipped map with so many values along each axis."""
    from wavesim.analysis import Transmission
    from wavesim.potentials import RectangularBarrier
    from wavesim.problem import Problem
    from wavesim.states import GaussianPacket
    from wavesim.sweeps import RowRequest, Status
    from wavesim.sweeps.workers._engine import answers

    asked = [
        RowRequest(
            Transmission(),
            Problem(
                RectangularBarrier(1.0, float(width)), GaussianPacket(center=-18.0, width=3.0, energy=float(energy))
            ),
            1e-3,
        )
        for energy in np.linspace(0.5, 2.0, side)
        for width in np.linspace(0.5, 3.0, side)
    ]
    wall, host = time.perf_counter(), time.process_time()
    found = [answer for _, answer in answers(asked)]
    wall, host = time.perf_counter() - wall, time.process_time() - host
    name = "transmitted_probability"
    covered = sum(
        abs(one.values[name] - next(iter(one.theories[name].values()))) <= one.errors[name]
        for one in found
        if one.values
    )
    good = sum(one.status is Status.GOOD for one in found)
    return MapSpeed(len(found), wall, host, 1e3 * host / len(found), len(found) / wall, good, covered)


def on_the_cpu() -> tuple[dict[str, Any], ...]:
    """The batches and spaces by this machine's CPU, in a process that sees no other device."""
    code = (
        "import json, dataclasses, jax; jax.config.update('jax_enable_x64', True)\n"
        "from benchmarks.gpu import CPU_WORK, batches, spaces\n"
        "print(json.dumps([dataclasses.asdict(one) for one in (*batches(CPU_WORK), *spaces(CPU_WORK))]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "JAX_PLATFORMS": "cpu"}, capture_output=True, text=True
    )
    if told.returncode:
        raise RuntimeError(told.stderr.strip().splitlines()[-1])
    return tuple(json.loads(told.stdout.splitlines()[-1]))


def main(quick: bool = False, note: str = "") -> None:
    """Measure, print, and write records/gpu.json after each part, where there is a GPU."""
    jax.config.update("jax_enable_x64", True)
    device = jax.devices()[0]
    on_card = device.platform == "gpu"
    small = quick or not on_card
    if not on_card:
        print("there is no GPU here: the same, smaller, on the CPU, and nothing is written")
    record = GpuRecord(Conditions.now(PACKAGES, note, device.device_kind if on_card else None), missing_wheels())
    if record.missing:
        print(
            f"not here: {', '.join(record.missing)}; the map needs {', '.join(FOR_THE_MAP)}, only pictures the others. "
            "To bring them: pip download wavesim's requirements on a machine with a network, and install the wheels."
        )
    work = CPU_WORK if small else WORK
    parts: dict[str, Callable[[], Any]] = {
        "parity": lambda: parity(device),
        "batches": lambda: batches(work),
        "spaces": lambda: spaces(work),
        "rows": lambda: rows(CPU_SIDE if small else SIDE),
        "cpu": on_the_cpu,
    }
    if any(name in record.missing for name in FOR_THE_MAP):
        del parts["rows"]
    for name, part in parts.items():
        begun = time.perf_counter()
        try:
            record = dataclasses.replace(record, **{name: part()})
        except Exception as error:
            # what the other parts show is not lost with this one
            traceback.print_exc()
            record = dataclasses.replace(
                record, failed=record.failed | {name: f"{type(error).__name__}: {error}".splitlines()[0]}
            )
        record = dataclasses.replace(record, seconds=record.seconds | {name: time.perf_counter() - begun})
        print(f"{name}: {record.seconds[name]:.1f} s", flush=True)
        if on_card and not quick:
            write("gpu", dataclasses.replace(record, conditions=record.conditions.ended()))
    show(record)


def show(record: GpuRecord) -> None:
    """The record as tables."""
    for run in record.parity:
        verdict = "same" if run.deviation < run.allowed else "DIFFERS"
        print(f"parity {run.method:10} {run.precision:8} {run.deviation:.1e} (allowed {run.allowed:.0e}): {verdict}")
    print(f"{'case':20}{'precision':>10}{'pt.step/s':>12}{'of memory':>11}")
    for one in (*record.batches, *record.spaces):
        print(f"{one.case:20}{one.precision:>10}{one.points_steps_per_s:>12.2e}{one.share:>11.0%}")
    for one in record.cpu:
        print(f"CPU: {one['case']:15}{one['precision']:>10}{one['points_steps_per_s']:>12.2e}")
    if record.rows is not None:
        m = record.rows
        print(
            f"map: {m.rows:,} rows in {m.wall_s:.1f} s, {m.rows_per_s:.0f} a second, host {m.host_ms:.2f} ms a row; {m.good:,} good, {m.covered:,} covered"
        )
    for name, why in record.failed.items():
        print(f"{name} failed: {why}")
