"""How near a batch of problems comes to the speed of the memory, which bounds steps that are made of FFTs and products."""

from __future__ import annotations

import dataclasses
import time

import jax
import jax.numpy as jnp
import numpy as np

import wavesim as ws
from wavesim.potentials import GaussianBarrier
from wavesim.propagation import Numerics, evolve_many
from wavesim.schemes import STRANG
from wavesim.states import GaussianPacket

# bytes that a step moves for each point: two FFTs and two products, each a read and a write of psi, and the table of V of each problem
_BYTES = {"single": 72, "double": 144}
POINTS, PROBLEMS, STEPS = 1024, 4096, 2000


@dataclasses.dataclass(frozen=True)
class Throughput:
    """Strang steps of many problems at once.

    Args:
        case: problems x points.
        points_steps_per_s: points x problems x steps in one second, the best of three.
        bytes_per_s: what the memory moves when an array is copied, measured beside it.
        bound: points x problems x steps per second that this allows: bytes_per_s / (72 bytes in single, 144 in double precision).
        share: of the bound.
    """

    case: str
    precision: str
    points_steps_per_s: float
    bytes_per_s: float
    bound: float
    share: float


def throughputs(points: int = POINTS, problems: int = PROBLEMS, steps: int = STEPS) -> tuple[Throughput, ...]:
    """One for each precision."""
    speed = copy_speed()
    return tuple(throughput(points, problems, steps, precision, speed) for precision in _BYTES)


def copy_speed(size: int = 1 << 27) -> float:
    """Bytes per second, read and written, of y = x + 1 over an array of 8 `size` bytes."""
    add = jax.jit(lambda x: x + 1.0)
    array = jnp.zeros(size)
    add(array).block_until_ready()
    return 16 * size / min(_clocked(lambda: add(array).block_until_ready()) for _ in range(5))


def throughput(points: int, problems: int, steps: int, precision: str, speed: float) -> Throughput:
    """Strang steps of so many problems.

    Args:
        points, problems, steps: of each.
        precision: "single" or "double".
        speed: of the memory, by `copy_speed`.
    """
    grid = ws.Grid.line(-80.0, 80.0, points)
    packet = GaussianPacket(center=-20.0, width=4.0, momentum=1.2)
    rows = [ws.Problem(GaussianBarrier(height=h, width=1.0), packet) for h in np.linspace(0.5, 1.5, problems)]
    numerics = [Numerics(grid, 0.01, steps, 1, STRANG, precision=precision, save_psi=False)] * problems

    def run() -> None:
        for _ in evolve_many(rows, numerics):
            pass

    run()
    rate = points * problems * steps / min(_clocked(run) for _ in range(3))
    bound = speed / _BYTES[precision]
    return Throughput(f"{problems} x {points}", precision, rate, speed, bound, rate / bound)


def _clocked(run: object) -> float:
    assert callable(run)
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun
