"""A tilted or driven double well in its lowest levels, and the probability on the left (hbar = 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy

from wavesim.errors import ArgumentError

from ._levels import Levels, grid_levels

# levels of the initial state
_START = 40
# grid points between its walls, an odd number
_POINTS = 95
# width of the box relative to that of the initial state, and highest level above V in quanta and force times length
_BOXES = ((1, 5.0), (2, 7.0), (4, 7.0), (8, 7.0), (16, 7.0))
# error of the integration in time
_INTEGRATOR = 1e-9


@dataclass(frozen=True)
class FewLevels:
    """The lowest levels of a well, with the matrix elements of position and of the left side.

    Attributes:
        energies: shape (count,), increasing [energy].
        errors: estimated error of each energy, shape (count,) [energy].
        position: <i|x|j>, shape (count, count) [length].
        left: overlaps int psi_i psi_j dx left of the dividing plane, shape (count, count).
    """

    energies: np.ndarray
    errors: np.ndarray
    position: np.ndarray
    left: np.ndarray


def few_levels(
    potential: Callable[[Any], Any],
    left: float,
    right: float,
    *,
    divide: float = 0.0,
    count: int = 2,
    points: int = 160,
    mass: float = 1.0,
) -> FewLevels:
    """The lowest levels of a smooth well between hard walls, symmetric or not, split at a plane.

    Args:
        potential: V(x) on an array of positions [energy].
        left: left wall [length].
        right: right wall [length].
        divide: the plane between the wells [length].
        count: number of levels; 2 for the two-level model of a tilted well, 12 or so for a driven one.
        points: grid points between the walls.
        mass: particle mass.

    Returns:
        a FewLevels.

    Raises:
        ValueError: see grid_levels.

    When not to use:
        For symmetric wells with a gap below 1e-10 of the depth, which only doublet resolves.
    """
    return _matrices(grid_levels(potential, left, right, count=count, points=points, mass=mass), left, right, divide)


def _matrices(levels: Levels, left: float, right: float, divide: float) -> FewLevels:
    points = levels.x.size
    step, length = (right - left) / (points + 1), right - left
    # the states as sums of sin(k (x - left)), whose products have closed integrals up to any plane
    waves = np.asarray(scipy.fft.dst(levels.psi, type=1, norm="ortho", axis=1)) * np.sqrt(step)
    k, d = np.pi * np.arange(1, points + 1) / length, divide - left
    total, difference = k[:, None] + k, k[:, None] - k
    parts = d * (np.sinc(difference * d / np.pi) - np.sinc(total * d / np.pi)) / length
    return FewLevels(
        energies=levels.energies,
        errors=levels.errors,
        position=(levels.psi * levels.x) @ levels.psi.T * step,
        left=waves @ parts @ waves.T,
    )


def localized_start(levels: FewLevels, side: str = "left", force: float = 0.0) -> np.ndarray:
    """Amplitudes of the combination of the two lowest levels that lies farthest to one side: the eigenvector of x within them.

    Args:
        levels: from few_levels.
        side: "left" or "right".
        force: slope of an additional potential force x, included in the two levels [force].

    Returns:
        real amplitudes over the levels, shape (count,).
    """
    if side not in ("left", "right"):
        raise ArgumentError("side", f'must be "left" or "right", but is {side!r}.')
    lowest = np.linalg.eigh(np.diag(levels.energies) + force * levels.position)[1][:, :2]
    within = np.linalg.eigh(lowest.T @ levels.position @ lowest)[1]
    return lowest @ within[:, 0 if side == "left" else 1]


class DrivenWells(NamedTuple):
    """Probability left of the plane at each time, shape (times,), and its change from the next smaller box."""

    left: np.ndarray
    error: float


def driven_wells(
    potential: Callable[[Any], Any],
    half: float,
    times: np.ndarray,
    *,
    side: str,
    force: float,
    frequency: float,
    phase: float = 0.0,
    mass: float = 1.0,
    tolerance: float = 1e-9,
) -> DrivenWells:
    """A particle that starts in one of two wells driven by force x cos(frequency t + phase), in as many levels as needed.

    The initial state is a combination of the two lowest levels with the force at t = 0, between walls outside of these states. It then moves
    in all levels up to an energy, in a wider box: probability that the drive ionizes from wells of finite depth must not be reflected back.
    The box is widened and levels are added until the probability converges.

    Args:
        potential: V(x) on an array of positions, counted from the plane between the wells [energy].
        half: position of walls at +-half, outside of the two lowest states [length].
        times: t, increasing, shape (n,) [time].
        side: "left" or "right".
        force: amplitude of the force [force].
        frequency: angular frequency of the drive [1/time].
        phase: phase of the drive at t = 0.
        mass: particle mass.
        tolerance: accepted change of the probability.

    Returns:
        a DrivenWells.
    """
    near = grid_levels(potential, -half, half, count=_START, points=_POINTS, mass=mass)
    start = localized_start(_matrices(near, -half, half, 0.0), side, force * np.cos(phase)) @ near.psi
    values = np.asarray(potential(near.x), float)
    drive = abs(force) * half + abs(frequency)
    before, change = np.full(len(times), np.inf), np.inf
    for boxes, quanta in _BOXES:
        left, right, points = -boxes * half, boxes * half, boxes * (_POINTS + 1) - 1
        # all levels up to `top`, by their WKB number
        top = float(values.max()) + quanta * drive
        room = int(2 * right * np.sqrt(2 * mass * max(top - float(values.min()), 0.0)) / np.pi)
        count = min(max(room, 2 * _START), points // 2)
        levels = grid_levels(potential, left, right, count=count, points=points, mass=mass)
        whole = np.zeros(points)
        first = (boxes - 1) * (_POINTS + 1) // 2
        whole[first : first + _POINTS] = start
        amplitudes = levels.psi @ whole * (right - left) / (points + 1)
        probability = driven_left_probability(
            times, _matrices(levels, left, right, 0.0), amplitudes, force=force, frequency=frequency, phase=phase
        )
        change = float(np.max(np.abs(probability - before)))
        before = probability
        if change <= tolerance:
            break
    return DrivenWells(before, change + _INTEGRATOR)


def left_probability(times: np.ndarray, levels: FewLevels, start: np.ndarray) -> np.ndarray:
    """Probability left of the plane without a drive: sum over i, j of c_i* c_j L_ij exp(i (E_i - E_j) t).

    Args:
        times: t, shape (n,) [time].
        levels: from few_levels.
        start: amplitudes at t = 0, shape (count,).

    Returns:
        the probability, shape (n,).
    """
    amplitudes = np.asarray(start)[:, None] * np.exp(-1j * np.outer(levels.energies, times))
    return _left(levels, amplitudes)


def driven_left_probability(
    times: np.ndarray, levels: FewLevels, start: np.ndarray, *, force: float, frequency: float, phase: float = 0.0
) -> np.ndarray:
    """Probability left of the plane in the wells driven by force x cos(frequency t + phase), in a basis of levels.

    Integrates i dc_i/dt = E_i c_i + force cos(frequency t + phase) sum_j <i|x|j> c_j. Two levels are the textbook's driven
    two-level system; a dozen are practically exact if the drive excites no higher ones.

    Args:
        times: t, increasing, shape (n,) [time].
        levels: from few_levels.
        start: amplitudes at t = 0, shape (count,).
        force: amplitude of the force [force].
        frequency: angular frequency of the drive [1/time].
        phase: phase of the drive at t = 0.

    Returns:
        the probability, shape (n,); its error is below 1e-9 for some hundred periods.

    Source:
        Grifoni and Hanggi, Phys. Rep. 304 (1998) 229, section 2.
    """
    energies = levels.energies - levels.energies[0]
    times = np.asarray(times, float)

    def slope(t: float, slow: np.ndarray) -> np.ndarray:
        # interaction picture: only the drive changes the amplitudes
        rotation = np.exp(-1j * energies * t)
        return -1j * force * np.cos(frequency * t + phase) * rotation.conj() * (levels.position @ (rotation * slow))

    # imported here, since the import takes half a second and few runs need it
    from scipy.integrate import solve_ivp

    solved = solve_ivp(
        slope,
        (0.0, float(times[-1])),
        np.asarray(start, complex),
        method="DOP853",
        t_eval=times if len(times) > 1 else [float(times[-1])],
        rtol=1e-11,
        atol=1e-12,
    )
    return _left(levels, solved.y * np.exp(-1j * np.outer(energies, solved.t)))


def _left(levels: FewLevels, amplitudes: np.ndarray) -> np.ndarray:
    """c* L c for each column of amplitudes."""
    return np.real(np.sum(amplitudes.conj() * (levels.left @ amplitudes), axis=0))
