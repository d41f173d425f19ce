"""The codes that are compared, each as an expert (or, for QMsolve, a user) would write it.

A code takes a `Setting` and gives a `Run`, or None where it cannot do what is asked. Tables, plans and compilation come before the run.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
import pyfftw
import qmsolve
import scipy.fft

from wavesim.propagation.stepping._step import SplitStepper

from ._setting import DT, EXTENT, Setting


class Run(NamedTuple):
    """All steps of a setting from the initial psi, in whatever form the code keeps it; and psi from that form, which is not timed."""

    advance: Callable[[], Any]
    psi: Callable[[Any], np.ndarray] = np.asarray


def wavesim(setting: Setting) -> Run:
    """wavesim's own stepper, compiled; batches by vmap over the height of the barrier.

    Only `advance` is timed, as for the others only their loops: taking psi in and out costs one FFT pair a frame, not a step.
    """
    problem, numerics = setting.problem, setting.numerics
    common = SplitStepper.of(problem, numerics)

    def tables(height: jax.Array) -> tuple[tuple[jax.Array, ...], jax.Array | None]:
        mine = SplitStepper.of(problem.replace("potential.height", height), numerics)
        return mine.kicks, mine.closing

    def of(tables: tuple, stepper: SplitStepper) -> SplitStepper:
        return dataclasses.replace(stepper, kicks=tables[0], closing=tables[1])

    functions = (
        lambda mine, stepper, psi: of(mine, stepper).start(psi),
        lambda mine, stepper, carry: of(mine, stepper).advance(carry, setting.steps),
        lambda mine, stepper, carry: of(mine, stepper).output(carry),
    )
    if setting.batch:
        tables = jax.vmap(tables)
        functions = tuple(jax.vmap(function, in_axes=(0, None, 0)) for function in functions)
    start, advance, output = (jax.jit(function) for function in functions)
    mine = jax.jit(tables)(setting.heights)
    carry = start(mine, common, setting.arrays[0])
    return Run(
        lambda: jax.block_until_ready(advance(mine, common, carry)),
        lambda after: np.asarray(output(mine, common, after)),
    )


def fftw(setting: Setting, threads: int) -> Run:
    """pyFFTW: planned with FFTW_MEASURE, in place, half steps merged, 1/N in the table, nothing allocated in the loop."""
    initial = setting.arrays[0].astype(setting.dtype)
    kick, half, drift = setting.phases(1 / math.prod(setting.points))
    axes = tuple(range(-len(setting.points), 0))
    psi = pyfftw.empty_aligned(initial.shape, setting.dtype)
    plans = [
        pyfftw.FFTW(psi, psi, axes, direction, ("FFTW_MEASURE",), threads).execute
        for direction in ("FFTW_FORWARD", "FFTW_BACKWARD")
    ]

    def advance() -> np.ndarray:
        forward, backward = plans
        np.multiply(initial, half, out=psi)
        for step in range(setting.steps):
            forward()
            np.multiply(psi, drift, out=psi)
            backward()
            np.multiply(psi, kick if step < setting.steps - 1 else half, out=psi)
        return psi

    return Run(advance)


def scipy_fft(setting: Setting, workers: int) -> Run:
    """scipy.fft: half steps merged, 1/N in the table, overwriting where scipy can."""
    initial = setting.arrays[0].astype(setting.dtype)
    kick, half, drift = setting.phases(1 / math.prod(setting.points))
    # fft is quicker to call than fftn; both act on the last axes
    forward, backward = (
        (scipy.fft.fft, scipy.fft.ifft) if len(setting.points) == 1 else (scipy.fft.fft2, scipy.fft.ifft2)
    )

    def advance() -> Any:
        psi: Any = initial * half
        for step in range(setting.steps):
            psi = forward(psi, overwrite_x=True, workers=workers)
            psi *= drift
            psi = backward(psi, overwrite_x=True, workers=workers, norm="forward")
            psi *= kick if step < setting.steps - 1 else half
        return psi

    return Run(advance)


def qmsolve_solver(setting: Setting, own_momenta: bool = False) -> Run | None:
    """QMsolve's split step through its own `TimeSimulation.run`; problem after problem, since it has no batches; no single precision.

    Its tables, which it makes in every run, are in its time: 0.1 to 5 %. Its momentum grid is not the FFT's (both ends are included,
    and rounded by `//`), so with `own_momenta` it solves a slightly different problem; here it is given the right one, at no cost in time.
    """
    if setting.precision == "single":
        return None
    psi, v, kinetic = setting.arrays
    dimension = len(setting.points)

    def solver(potential: np.ndarray) -> Any:
        hamiltonian = qmsolve.Hamiltonian(
            qmsolve.SingleParticle(), lambda _: potential, setting.points[0], EXTENT, dimension
        )
        simulation: Any = qmsolve.TimeSimulation(hamiltonian, method="split-step")
        if not own_momenta:
            simulation.method.p2 = np.fft.fftshift(2 * kinetic)
        return simulation

    shape = (-1, *setting.points)
    solvers = [solver(potential) for potential in v.reshape(shape)]

    def advance() -> np.ndarray:
        # it prints a progress bar and its time, which are kept out of the table
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            for simulation, start in zip(solvers, psi.reshape(shape), strict=True):
                simulation.run(lambda _, start=start: start, setting.steps * DT, DT)
        return np.stack([simulation.Ψ[-1] for simulation in solvers]).reshape(psi.shape)

    return Run(advance)


CODES: dict[str, Callable[[Setting], Run | None]] = {
    "wavesim": wavesim,
    "pyFFTW, 1 thread": lambda setting: fftw(setting, 1),
    "pyFFTW, 2 threads": lambda setting: fftw(setting, 2),
    "scipy.fft, 1 worker": lambda setting: scipy_fft(setting, 1),
    "scipy.fft, 2 workers": lambda setting: scipy_fft(setting, 2),
    "QMsolve": qmsolve_solver,
}
