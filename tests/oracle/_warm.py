"""Two wells at a temperature: populations in equilibrium, and of what was found on one side."""

from __future__ import annotations

import numpy as np

from ._bound import Bound, bound_states
from ._line import Line

# of kT: levels so far above the lowest weigh less than 1e-15
_REACH, _MOST = 35.0, 90


def warm_states(line: Line, mass: float, kt: float) -> Bound | None:
    """All levels that weigh something; None where V does not hold them, or they are too many."""
    assert line.divide is not None
    count = 8
    while count <= _MOST:
        states = bound_states(line, mass, count, extra=(line.divide,))
        if states is None or states.energies[-1] - states.energies[0] > _REACH * kt:
            return states
        count += 12
    return None


def left_population(states: Bound, line: Line, kt: float, side: str, times: np.ndarray) -> np.ndarray:
    """Of rho = exp(-H/kT)/Z for "both", else of exp(-H/2kT) P exp(-H/2kT)/Z', P the part of space on that side."""
    assert line.divide is not None
    energies, left = states.energies, states.between(-np.inf, line.divide)
    weights = np.exp(-(energies - energies[0]) / kt)
    if side == "both":
        return np.full(np.shape(times), float(weights @ np.diag(left) / weights.sum()))
    found = left if side == "left" else np.eye(len(left)) - left
    together = np.sqrt(np.outer(weights, weights)) * found * found / (weights @ np.diag(found))
    turned = np.cos(np.subtract.outer(energies, energies)[..., None] * np.asarray(times))
    there = np.einsum("mn,mnt->t", together, turned)
    return there if side == "left" else 1 - there
