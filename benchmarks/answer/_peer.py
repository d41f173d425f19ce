"""One task by another code: `python -m benchmarks.answer._peer CODE LOOP` prints the transmitted probability; imports are part of the price."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

import numpy as np

from .._numpy_loop import Loop, by_numpy


def by_fftw(loop: Loop, psi: np.ndarray, half: np.ndarray, kick: np.ndarray, drift: np.ndarray) -> np.ndarray:
    """pyFFTW, in place; plans are estimated, for measuring them takes longer than the loop."""
    import pyfftw

    wave = pyfftw.empty_aligned(psi.shape, complex)
    wave[:] = psi * half
    forward, backward = (
        pyfftw.FFTW(wave, wave, (0,), direction, ("FFTW_ESTIMATE",), 1).execute
        for direction in ("FFTW_FORWARD", "FFTW_BACKWARD")
    )
    # a plan of FFTW leaves out 1/N
    drift = drift / len(wave)
    for step in range(loop.steps):
        forward()
        np.multiply(wave, drift, out=wave)
        backward()
        np.multiply(wave, kick if step < loop.steps - 1 else half, out=wave)
    return wave


def by_qmsolve(loop: Loop, psi: np.ndarray, half: np.ndarray, kick: np.ndarray, drift: np.ndarray) -> np.ndarray:
    """QMsolve's own split step, given the momenta of the FFT (its own are others; see benchmarks/README.md)."""
    del half, kick, drift
    import qmsolve

    hamiltonian = qmsolve.Hamiltonian(qmsolve.SingleParticle(), lambda _: loop.potential, loop.points, 2 * loop.half, 1)
    simulation: Any = qmsolve.TimeSimulation(hamiltonian, method="split-step")
    simulation.method.p2 = np.fft.fftshift(2 * loop.kinetic)
    # it prints a progress bar and its time
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        simulation.run(lambda _: psi, loop.duration, loop.dt)
    return np.asarray(simulation.Ψ[-1])


CODES = {"numpy": by_numpy, "pyFFTW": by_fftw, "QMsolve": by_qmsolve}

if __name__ == "__main__":
    print(Loop(**json.loads(sys.argv[2])).transmitted(CODES[sys.argv[1]]))
