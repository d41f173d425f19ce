"""The same pulse by a code that none of the searches uses: DOP853 on levels, from slot to slot."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.integrate import solve_ivp

from ._task import Pulse, Task


class Arrival(NamedTuple):
    """What a pulse does.

    Args:
        right_population: behind the barrier.
        fidelity: |<target|psi>|^2.
    """

    right_population: float
    fidelity: float


def arrival(task: Task, pulse: Pulse, tolerance: float = 1e-12) -> Arrival:
    """i d(psi)/dt = (E - u(t) W) psi, from the start to the end.

    Args:
        task: on as many levels as are taken.
        pulse: u(t).
        tolerance: of the integration, relative; the absolute one is a hundredth of it.

    Source: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I (1993), II.5.
    """
    psi, count = task.start.astype(complex), task.energies.size

    def moved(t: float, psi: np.ndarray, u: Callable[[float], float]) -> np.ndarray:
        # W is real: real and imaginary parts as two columns halve the work
        lowered = (task.lowering @ psi.view(float).reshape(count, 2)).reshape(-1).view(complex)
        return -1j * (task.energies * psi - u(t) * lowered)

    for begin, end, u in pulse.pieces(task.duration):
        steps = solve_ivp(moved, (begin, end), psi, "DOP853", args=(u,), rtol=tolerance, atol=tolerance / 100)
        psi = np.ascontiguousarray(steps.y[:, -1])
    return Arrival(float(np.real(np.vdot(psi, task.right @ psi))), float(abs(task.target @ psi) ** 2))
