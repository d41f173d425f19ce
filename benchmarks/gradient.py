"""A gradient by the run's own steps backward: memory that does not grow with the steps, and its time in runs, with and without absorbers."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ._record import Conditions, write
from .memory import peak_mib

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy")
STEPS = (1_024, 10_240, 102_400)
POINTS, FRAMES = 1024, 64
# peaks of equal runs differ by a few MiB, and a gradient may cost so many runs
ALLOWED_MIB, ALLOWED_RUNS = 16.0, 4.0
PATHS = ("potential.height", "potential.width", "potential.center", "state.momentum", "state.width")


@dataclasses.dataclass(frozen=True)
class Run:
    """One gradient in its own process, after everything was compiled: 1024 points, Strang steps, 64 frames, five parameters.

    Attributes:
        absorbing: whether an absorber acts in each step, else the box is periodic.
        growth_mib: peak of resident memory during the gradient above what was there before it.
        run_s, gradient_s: least of three wall times.
    """

    steps: int
    absorbing: bool
    growth_mib: float
    run_s: float
    gradient_s: float

    @property
    def runs(self) -> float:
        """Time of the gradient over that of the run."""
        return self.gradient_s / self.run_s


@dataclasses.dataclass(frozen=True)
class GradientRecord:
    """All runs."""

    conditions: Conditions
    runs: tuple[Run, ...]


def resident_mib(name: str) -> float:
    """VmRSS, or VmHWM, which is the peak since it was last forgotten; the peak of the process where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return peak_mib()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def forget_peak() -> None:
    """Begin the peak anew, where the system can."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _fastest(call: Callable[[], Any]) -> float:
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return min(times)


def measured(steps: int, absorbing: bool) -> Run:
    """Both measurements in this process."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import wavesim as ws
    from wavesim.analysis import Transmission
    from wavesim.observables import ProbabilityIn
    from wavesim.potentials import GaussianBarrier
    from wavesim.propagation import Numerics
    from wavesim.schemes import SCHEMES
    from wavesim.states import GaussianPacket

    grid = ws.Grid.line(-40.0, 40.0, POINTS)
    problem = ws.Problem(
        GaussianBarrier(0.8, 1.0), GaussianPacket(-14.0, 2.5, 1.2), measure={"behind": ProbabilityIn(ws.Beyond(3.0))}
    )
    absorber = ws.Absorber.designed(0.7, 1e-6) if absorbing else None
    numerics = Numerics(grid, 48.0 / steps, steps, FRAMES, SCHEMES["strang"], absorber)

    def gradient() -> None:
        ws.gradient(problem, PATHS, find=Transmission(), numerics=numerics)

    def run() -> None:
        ws.propagate(problem, numerics)

    gradient()
    run()
    forget_peak()
    before = resident_mib("VmRSS")
    gradient()
    growth = resident_mib("VmHWM") - before
    return Run(steps, absorbing, growth, _fastest(run), _fastest(gradient))


def main(quick: bool = False, note: str = "") -> None:
    """Run, print, and (unless `quick`) write records/gradient.json."""
    conditions = Conditions.now(PACKAGES, note)
    runs = []
    print(f"{'steps':>9}{'box':>11}{'MiB more':>10}{'run s':>9}{'gradient s':>12}{'in runs':>9}")
    for absorbing in (False, True):
        for steps in STEPS[:2] if quick else STEPS:
            command = [sys.executable, "-m", "benchmarks.gradient", str(steps), str(int(absorbing))]
            run = Run(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
            runs.append(run)
            print(
                f"{run.steps:9}{'absorbing' if absorbing else 'periodic':>11}{run.growth_mib:10.1f}{run.run_s:9.3f}{run.gradient_s:12.3f}{run.runs:9.2f}",
                flush=True,
            )
    if not quick:
        write("gradient", GradientRecord(conditions.ended(), tuple(runs)))
    shortest = {run.absorbing: run.growth_mib for run in runs if run.steps == STEPS[0]}
    if (most := max(run.growth_mib - shortest[run.absorbing] for run in runs)) > ALLOWED_MIB:
        raise SystemExit(f"memory must not grow with the number of steps, but grew by {most:.0f} MiB.")
    if (slowest := max(run.runs for run in runs)) > ALLOWED_RUNS:
        raise SystemExit(f"a gradient must take at most {ALLOWED_RUNS:.0f} runs, but one took {slowest:.1f}.")


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(measured(int(sys.argv[1]), bool(int(sys.argv[2]))))))
