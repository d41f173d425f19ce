"""Memory does not grow with the number of steps: peak memory of runs of 1e4, 1e5 and 1e6 steps, each in a fresh process."""

from __future__ import annotations

import dataclasses
import json
import resource
import subprocess
import sys
import time

from ._record import Conditions, write

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy")
STEPS = (10_000, 100_000, 1_000_000)
FRAMES = 10
# peaks of equal runs differ by a few MiB, after the order in which threads allocate
ALLOWED_MIB = 16.0


@dataclasses.dataclass(frozen=True)
class Run:
    """One run in its own process: 1024 points, double precision, ten frames of observables, no psi kept.

    Args:
        before_mib, peak_mib: peak resident memory before `propagate` and at the end.
        reports: how often the progress function was called.
        norm_drift: how far the norm is from 1 at the end.
    """

    steps: int
    before_mib: float
    peak_mib: float
    wall_s: float
    reports: int
    norm_drift: float


@dataclasses.dataclass(frozen=True)
class MemoryRecord:
    """All runs; `growth_mib` is the peak of the longest minus the peak of the shortest."""

    conditions: Conditions
    runs: tuple[Run, ...]
    growth_mib: float


def peak_mib() -> float:
    """Peak resident memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def propagate(steps: int) -> Run:
    """`steps` Strang steps through the front door."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import wavesim as ws
    from wavesim.observables import Norm
    from wavesim.potentials import GaussianBarrier
    from wavesim.states import GaussianPacket

    dt = 0.01
    problem = ws.Problem(
        GaussianBarrier(height=1.0, width=1.0),
        GaussianPacket(center=-20.0, width=4.0, momentum=1.2),
        duration=steps * dt,
        measure={"norm": Norm()},
    )
    grid = ws.Grid.line(-80.0, 80.0, 1024)
    reports: list[int] = []
    before, begun = peak_mib(), time.perf_counter()
    result = ws.propagate(
        problem,
        grid=grid,
        dt=dt,
        scheme="strang",
        absorber=None,
        frames=FRAMES,
        save_psi=False,
        progress=lambda done, total: reports.append(done),
    )
    wall = time.perf_counter() - begun
    drift = abs(float(result.series["norm"][-1]) - 1)
    return Run(result.numerics.steps, before, peak_mib(), wall, len(reports), drift)


def main(quick: bool = False, note: str = "") -> None:
    """Run, print, and (unless `quick`) write records/memory.json.

    This process must stay small: a child's peak starts at what its parent held when it was started. So jax is imported only there.
    """
    conditions = Conditions.now(PACKAGES, note)
    runs = []
    print(f"{'steps':>9}{'peak before MiB':>17}{'peak MiB':>10}{'wall s':>8}{'reports':>9}{'norm - 1':>10}")
    for steps in STEPS[:2] if quick else STEPS:
        command = [sys.executable, "-m", "benchmarks.memory", str(steps)]
        run = Run(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
        runs.append(run)
        print(
            f"{run.steps:9}{run.before_mib:17.1f}{run.peak_mib:10.1f}{run.wall_s:8.1f}{run.reports:9}{run.norm_drift:10.1e}",
            flush=True,
        )
    record = MemoryRecord(conditions.ended(), tuple(runs), runs[-1].peak_mib - runs[0].peak_mib)
    print(f"growth from {runs[0].steps} to {runs[-1].steps} steps: {record.growth_mib:+.1f} MiB")
    if not quick:
        write("memory", record)
    if record.growth_mib > ALLOWED_MIB:
        raise SystemExit(f"memory must not grow with the number of steps, but grew by {record.growth_mib:.0f} MiB.")


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(propagate(int(sys.argv[1])))))
