"""One search by one code, in a process of its own: `python -m benchmarks.control._searches CODE TASK TIMES` prints what it found.

Each code is given what its manual recommends for such a task, and the same start, bounds and target. The search is made TIMES times: a second
one needs no import and compiles nothing.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ._task import Pulse, Task, terms

# of GRAPE's pulse, 0.5 each
SLOTS = 120


@dataclasses.dataclass(frozen=True)
class Search:
    """What a code found, and says of it.

    Args:
        pulse: u(t).
        quantity: that it has raised above the target: "right_population" or "fidelity".
        told: that quantity, as the code says.
        bar: its error, as the code says; None where it says nothing.
        evaluations: of the quantity and its gradient.
        cpu_s, wall_s: of each search in turn.
    """

    pulse: Pulse
    quantity: str
    told: float
    bar: float | None
    evaluations: int
    cpu_s: tuple[float, ...] = ()
    wall_s: tuple[float, ...] = ()

    @classmethod
    def read(cls, text: str) -> Search:
        """What a process has printed."""
        told: dict[str, Any] = json.loads(text)
        pulse: dict[str, Any] = told.pop("pulse")
        return cls(Pulse(tuple(pulse["terms"]), tuple(pulse["slots"])), **told)


def by_wavesim(task: Task) -> Callable[[], Search]:
    """The shipped design; its certificate is part of the search."""
    del task
    import jax

    jax.config.update("jax_enable_x64", True)
    from wavesim.scenario import load_design

    from ._basis import DESIGN

    design = load_design(DESIGN)

    def search() -> Search:
        found = design.run()
        reached = found.achieved[0]
        b, c = (found[f"potential.parameters.{name}"] for name in "bc")
        return Search(Pulse(terms=(b, c)), "right_population", reached.value, reached.error, found.evaluations)

    return search


def by_grape(task: Task) -> Callable[[], Search]:
    """QuTiP's GRAPE with exact gradients and L-BFGS-B, its defaults for closed systems; it knows overlaps with a target, and no populations."""
    import qutip
    import qutip_qtrl.pulseoptim as pulseoptim

    drift, control = qutip.Qobj(np.diag(task.energies)), qutip.Qobj(-task.lowering)
    start, target = (qutip.Qobj(state[:, None]) for state in (task.start, task.target))
    middles = (np.arange(SLOTS) + 0.5) * task.duration / SLOTS
    guess = np.dot(task.guess, terms(middles, task.duration))

    def search() -> Search:
        optimizer = pulseoptim.create_pulse_optimizer(
            drift,
            [control],
            start,
            target,
            SLOTS,
            task.duration,
            amp_lbound=0.0,
            amp_ubound=sum(task.high),
            # its fidelity is the overlap's modulus, not its square
            fid_err_targ=1 - math.sqrt(task.wanted),
            max_wall_time=600,
            dyn_type="UNIT",
            fid_type="UNIT",
            fid_params={"phase_option": "PSU"},
        )
        optimizer.dynamics.initialize_controls(guess[:, None])
        found: Any = optimizer.run_optimization()
        pulse = Pulse(slots=tuple(found.final_amps[:, 0].tolist()))
        return Search(pulse, "fidelity", (1 - found.fid_err) ** 2, None, found.num_fid_func_calls)

    return search


def by_dynamiqs(task: Task, precision: str, method: str, tolerance: float, forward: bool) -> Callable[[], Search]:
    """sesolve and its gradient, compiled; least squares by SciPy, as wavesim searches: the distance below what is wanted, in the unit cube.

    Args:
        task: to be solved.
        precision: "single", its default, or "double".
        method: that integrates; "Tsit5" is its default.
        tolerance: of it, relative and absolute; 1e-6 is its default.
        forward: whether gradients go forward instead of backward through checkpoints, its default.
    """
    import dynamiqs as dq
    import jax
    import jax.numpy as jnp
    from scipy.optimize import least_squares

    dq.set_precision(precision)
    dq.set_progress_meter(False)
    # real arrays fail in its solvers where the state becomes complex
    rest, control, right, start = (
        dq.asqarray(array.astype(complex))
        for array in (np.diag(task.energies), -task.lowering, task.right, task.start[:, None])
    )
    integrator = getattr(dq.method, method)(rtol=tolerance, atol=tolerance)
    gradient = dq.gradient.Forward() if forward else None

    def transfer(terms: Any) -> Any:
        def course(t: Any) -> Any:
            angle = jnp.pi * t / task.duration
            return terms[0] * jnp.sin(angle) ** 2 + terms[1] * jnp.sin(2 * angle) ** 2

        hamiltonian = rest + dq.modulated(course, control)
        ends = jnp.array([0.0, task.duration])
        run = dq.sesolve(
            hamiltonian, start, ends, exp_ops=[right], method=integrator, gradient=gradient, save_states=False
        )
        return run.expects[0, -1].real

    def both(terms: Any) -> Any:
        if not forward:
            return jax.value_and_grad(transfer)(terms)
        value, moved = jax.vmap(lambda along: jax.jvp(transfer, (terms,), (along,)))(jnp.eye(2))
        return value[0], moved

    compiled = jax.jit(both)
    low, span = np.array(task.low), np.subtract(task.high, task.low)

    def search() -> Search:
        @functools.lru_cache
        def known(*unit: float) -> tuple[float, np.ndarray]:
            value, slopes = compiled(jnp.asarray(low + span * unit))
            return float(value), np.asarray(slopes, float)

        def off(unit: np.ndarray) -> np.ndarray:
            return np.array([min(known(*unit)[0] / task.wanted - 1, 0.0)])

        def slopes(unit: np.ndarray) -> np.ndarray:
            value, moved = known(*unit)
            return (moved * span / task.wanted * (value < task.wanted))[None]

        place = (np.array(task.guess) - low) / span
        found = least_squares(off, place, jac=slopes, bounds=(0.0, 1.0))  # type: ignore[arg-type]
        pulse = Pulse(terms=tuple((low + span * found.x).tolist()))
        return Search(pulse, "right_population", known(*found.x)[0], None, known.cache_info().misses)

    return search


CODES: dict[str, Callable[[Task], Callable[[], Search]]] = {
    "wavesim": by_wavesim,
    "QuTiP, GRAPE": by_grape,
    "dynamiqs, defaults": functools.partial(
        by_dynamiqs, precision="single", method="Tsit5", tolerance=1e-6, forward=False
    ),
    "dynamiqs, Dopri8 to 1e-8": functools.partial(
        by_dynamiqs, precision="double", method="Dopri8", tolerance=1e-8, forward=True
    ),
}
# what must be installed for each
NEEDS = {"wavesim": "wavesim", "QuTiP": "qutip_qtrl", "dynamiqs": "dynamiqs"}


def main(code: str, path: Path, times: int) -> None:
    """Search, and print as JSON."""
    search = CODES[code](Task.load(path))
    made = [_timed(search) for _ in range(times)]
    cpu, wall = (tuple(getattr(one, name)[0] for one in made) for name in ("cpu_s", "wall_s"))
    print(json.dumps(dataclasses.asdict(dataclasses.replace(made[-1], cpu_s=cpu, wall_s=wall))))


def _timed(search: Callable[[], Search]) -> Search:
    cpu, wall = time.process_time(), time.perf_counter()
    found = search()
    return dataclasses.replace(found, cpu_s=(time.process_time() - cpu,), wall_s=(time.perf_counter() - wall,))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
