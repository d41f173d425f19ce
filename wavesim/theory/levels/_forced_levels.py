"""Few levels under a uniform force that is any function of time, such as a swept tilt (hbar = 1)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ._few_levels import FewLevels

# smallest number of steps between two times
_FIRST = 4
# largest number of steps in all
_MOST = 40_000
# matrices diagonalized at once
_CHUNK = 512
# nodes and weights of the fourth-order exponentials
_NODES = 0.5 + np.sqrt(3) / 6 * np.array([-1.0, 1.0])
_NEAR, _FAR = 0.25 + np.sqrt(3) / 6, 0.25 - np.sqrt(3) / 6


class ForcedLevels(NamedTuple):
    """Probability left of the plane at each time, shape (times,), and its change from half as many steps."""

    left: np.ndarray
    error: float


def forced_levels(
    times: np.ndarray,
    levels: FewLevels,
    start: np.ndarray,
    force: Callable[[np.ndarray], np.ndarray],
    tolerance: float = 1e-7,
) -> ForcedLevels:
    """Probability left of the plane while V moves by force(t) x: i dc_i/dt = E_i c_i + force(t) sum_j <i|x|j> c_j.

    Each step is a product of two exponentials of constant matrices, exact for a constant force: only the variation of the force limits the
    step. Steps are halved until the probability converges.

    Args:
        times: t, increasing, from 0, shape (n,) [time].
        levels: from few_levels.
        start: amplitudes at t = 0, shape (count,).
        force: force at an array of times [force].
        tolerance: accepted change of the probability.

    Returns:
        a ForcedLevels.

    Source:
        S. Blanes, P. C. Moan, Appl. Numer. Math. 56, 1519 (2006), eq. (10): commutator-free, order 4.
    """
    times = np.asarray(times, float)
    count = max(_FIRST, 256 // max(len(times) - 1, 1))
    before, change = np.full(len(times), np.inf), np.inf
    while count * (len(times) - 1) <= _MOST and change > tolerance:
        left = _left_probability(times, levels, start, force, count)
        change, before, count = float(np.max(np.abs(left - before))), left, 2 * count
    return ForcedLevels(before, change)


def _left_probability(
    times: np.ndarray, levels: FewLevels, start: np.ndarray, force: Callable[[np.ndarray], np.ndarray], count: int
) -> np.ndarray:
    length = np.repeat(np.diff(times) / count, count)
    first = np.repeat(times[:-1], count) + np.tile(np.arange(count), len(times) - 1) * length
    early, late = (force(first + node * length) for node in _NODES)
    forces = np.stack([_NEAR * early + _FAR * late, _FAR * early + _NEAR * late], axis=1).ravel()
    energies = levels.energies - levels.energies[0]
    state, record = np.asarray(start, complex), [np.asarray(start, complex)]
    for chunk in range(0, len(forces), _CHUNK):
        chunk_forces = forces[chunk : chunk + _CHUNK]
        values, vectors = np.linalg.eigh(np.diag(energies / 2)[None] + chunk_forces[:, None, None] * levels.position)
        for n, (value, vector) in enumerate(zip(values, vectors, strict=True), start=chunk):
            state = vector @ (np.exp(-1j * value * length[n // 2]) * (vector.T @ state))
            if n % (2 * count) == 2 * count - 1:
                record.append(state)
    amplitudes = np.stack(record, axis=1)
    return np.real(np.sum(amplitudes.conj() * (levels.left @ amplitudes), axis=0))
