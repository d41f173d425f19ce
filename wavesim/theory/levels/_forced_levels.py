"""Few levels under a uniform force of any course in time, such as a tilt that is swept (hbar = 1)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ._few_levels import FewLevels

# steps between two times at first, and in all at most; and how many matrices are diagonalized at once
_FIRST, _MOST, _CHUNK = 4, 40_000, 512
# places and weights of the fourth-order exponentials
_NODES = 0.5 + np.sqrt(3) / 6 * np.array([-1.0, 1.0])
_NEAR, _FAR = 0.25 + np.sqrt(3) / 6, 0.25 - np.sqrt(3) / 6


class ForcedLevels(NamedTuple):
    """Probability left of the plane at each time, and what twice the steps changed of it."""

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

    By two exponentials a step, each of a constant matrix, exact however fast the phases of the levels turn: the force alone limits the step.
    Steps are halved until the probability stays as it is.

    Args:
        times: t, increasing, from 0, shape (n,) [time].
        levels: from few_levels.
        start: amplitudes at t = 0, shape (count,).
        force: of an array of times [force].
        tolerance: change to be satisfied with.

    Returns:
        ForcedLevels.

    Source:
        S. Blanes, P. C. Moan, Appl. Numer. Math. 56, 1519 (2006), eq. (10): commutator-free, order 4.
    """
    times = np.asarray(times, float)
    count = max(_FIRST, 256 // max(len(times) - 1, 1))
    before, change = np.full(len(times), np.inf), np.inf
    while count * (len(times) - 1) <= _MOST and change > tolerance:
        left = _moved(times, levels, start, force, count)
        change, before, count = float(np.max(np.abs(left - before))), left, 2 * count
    return ForcedLevels(before, change)


def _moved(
    times: np.ndarray, levels: FewLevels, start: np.ndarray, force: Callable[[np.ndarray], np.ndarray], count: int
) -> np.ndarray:
    length = np.repeat(np.diff(times) / count, count)
    first = np.repeat(times[:-1], count) + np.tile(np.arange(count), len(times) - 1) * length
    early, late = (force(first + node * length) for node in _NODES)
    pushes = np.stack([_NEAR * early + _FAR * late, _FAR * early + _NEAR * late], axis=1).ravel()
    energies = levels.energies - levels.energies[0]
    state, record = np.asarray(start, complex), [np.asarray(start, complex)]
    for chunk in range(0, len(pushes), _CHUNK):
        some = pushes[chunk : chunk + _CHUNK]
        values, vectors = np.linalg.eigh(np.diag(energies / 2)[None] + some[:, None, None] * levels.position)
        for n, (value, vector) in enumerate(zip(values, vectors, strict=True), start=chunk):
            state = vector @ (np.exp(-1j * value * length[n // 2]) * (vector.T @ state))
            if n % (2 * count) == 2 * count - 1:
                record.append(state)
    amplitudes = np.stack(record, axis=1)
    return np.real(np.sum(amplitudes.conj() * (levels.left @ amplitudes), axis=0))
