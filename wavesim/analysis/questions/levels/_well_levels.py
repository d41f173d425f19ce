"""Expansion of a state in the levels of a static V, and its probability left of a plane."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np

from ....elements import Waves, reference
from ....errors import NumericsError
from ....potentials import AbstractPotential, TwoWells
from ....problem import Problem
from ....states import FAINT, AbstractState, AbstractWave, Eigenstate, LeftLocalized, RightLocalized, Superposition
from ...bars import Estimate
from ...predictions import gaussians_of
from ._element_levels import Solved, solved_levels

# first and largest number of levels
_FIRST_COUNT, _MOST_LEVELS = 12, 384
# probability that may be missing from the sum
_MISSING = 1e-13
# longest element for a packet, besides its width, as a phase of its wave [radians]
_PHASE = 4.0
# half-length of the interval with such elements, in widths of the packet
_PACKET_WIDTHS = 12.0
# quadrature error of a probability
_INTEGRALS = 1e-12
# distance below which two nodes coincide, relative to the box
_SAME_NODE = 1e-13


@dataclasses.dataclass(frozen=True, eq=False)
class WellLevels:
    """The lowest levels of two wells, and their parts left of a plane.

    Attributes:
        energies: increasing, shape (count,) [energy].
        errors: error of each energy [energy].
        left: part of <i|j> left of the plane, shape (count, count).
        position: <i|x|j>, shape (count, count) [length].
        waves: the states.
        coarser: the states by elements two degrees lower.
    """

    energies: np.ndarray
    errors: np.ndarray
    left: np.ndarray
    position: np.ndarray
    waves: Waves
    coarser: Waves

    def localized(self) -> np.ndarray:
        """Amplitudes of the left and the right localized state over the two lowest levels, as columns."""
        return np.linalg.eigh(self.position[:2, :2])[1]

    def shares(self) -> tuple[float, float]:
        """Probability of the left localized state on the left, and of the right one on the right."""
        mix = self.localized()
        left = np.einsum("ic,ij,jc->c", mix, self.left[:2, :2], mix)
        return float(left[0]), float(1 - left[1])


@functools.lru_cache(maxsize=16)
def well_levels(wells: TwoWells, mass: float, count: int) -> WellLevels:
    """The `count` lowest levels, split at the plane between two wells.

    Raises:
        NumericsError: if there are fewer bound levels.
    """
    solved = _solved(wells.potential, mass, count)
    return _split(solved, solved.levels.waves.nodes, wells.divide)


@functools.lru_cache(maxsize=16)
def _solved(potential: AbstractPotential, mass: float, count: int) -> Solved:
    """`solved_levels`, cached."""
    return solved_levels(potential, mass, count)


def _split(solved: Solved, nodes: np.ndarray, divide: float) -> WellLevels:
    """The levels on elements with these nodes, and their parts left of the plane."""
    nodes = _merged(nodes, np.array([divide]))
    waves = solved.levels.waves.onto(nodes)
    x, weights, psi = on_points(waves)
    sign = signs(psi)
    waves, psi = waves.mixed(np.diag(sign)), psi * sign[:, None]
    weighted = psi * weights
    left = x < divide
    energies = solved.levels.energies
    return WellLevels(
        energies=energies,
        errors=np.array([math.fsum(budget.values()) for budget in solved.budgets]),
        left=weighted[:, left] @ psi[:, left].T,
        position=(weighted * x) @ psi.T,
        waves=waves,
        coarser=solved.coarser.onto(nodes),
    )


def _merged(nodes: np.ndarray, additional: np.ndarray) -> np.ndarray:
    """The nodes with additional ones inside their range, without duplicates."""
    inside = additional[(additional > nodes[0]) & (additional < nodes[-1])]
    distances = np.min(np.abs(inside[:, None] - nodes), axis=1, initial=math.inf)
    return np.sort(np.concatenate([nodes, inside[distances > _SAME_NODE * (nodes[-1] - nodes[0])]]))


def signs(psi: np.ndarray) -> np.ndarray:
    """Factors, shape (count,), that give states on points the signs of `lowest_eigenstates`."""
    large = np.abs(psi) >= 0.5 * np.abs(psi).max(axis=1, keepdims=True)
    return np.sign(psi[np.arange(len(psi)), psi.shape[1] - 1 - np.argmax(large[:, ::-1], axis=1)])


def on_points(waves: Waves) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gauss points of all elements, their weights, and the states at them, shape (count, points)."""
    element, length = reference(waves.degree), np.diff(waves.nodes)
    x = waves.nodes[:-1, None] + length[:, None] * (element.points + 1) / 2
    weights = length[:, None] / 2 * element.weights
    psi = waves.coefficients @ element.basis.T
    return np.ravel(x), np.ravel(weights), psi.reshape(len(psi), -1)


@dataclasses.dataclass(frozen=True, eq=False)
class LevelSum:
    """A state as a sum of levels.

    Attributes:
        levels: the basis.
        amplitudes: of the state over the levels, shape (count,).
        missing: probability of the state outside these levels.
    """

    levels: WellLevels
    amplitudes: np.ndarray
    missing: float

    def left_at(self, times: np.ndarray) -> np.ndarray:
        """Probability left of the plane at `times`: sum over i, j of c_i* c_j L_ij exp(i (E_i - E_j) t)."""
        energies = self.levels.energies - self.levels.energies[0]
        phased = self.amplitudes[:, None] * np.exp(-1j * np.outer(energies, np.asarray(times, float)))
        return np.real(np.sum(phased.conj() * (self.levels.left @ phased), axis=0))

    def error_at(self, time: float) -> float:
        """Error of the probability at one time, from the errors of the energies and the missing probability."""
        phase = 2 * abs(time) * float(np.sum(np.abs(self.amplitudes) ** 2 * self.levels.errors))
        return phase + 2 * math.sqrt(self.missing) + _INTEGRALS

    def estimate(self, time: float) -> Estimate:
        """Probability left of the plane at one time."""
        return Estimate(float(self.left_at(np.array([time]))[0]), self.error_at(time))


def level_sum(problem: Problem, wells: TwoWells) -> LevelSum | None:
    """The state of a static problem as a sum of enough levels; None for a state that is known only on a grid.

    The part above the rim of the wells is missing from the sum; see `LevelSum.missing`.
    """
    return _level_sum(problem.state, wells, float(problem.mass))


@functools.lru_cache(maxsize=16)
def _level_sum(state: AbstractState, wells: TwoWells, mass: float) -> LevelSum | None:
    fewest = max(2, *(level + 1 for level in _eigenstate_indices(state)), 2)
    smooth = _is_smooth_function(state, mass)
    count, too_many, expansion = (max(fewest, _FIRST_COUNT) if smooth else fewest), math.inf, None
    while True:
        try:
            solved = _solved(wells.potential, mass, count)
        except NumericsError:
            # no more levels below the rim
            too_many = count
            if count <= fewest:
                return None
        else:
            expansion = _expansion(state, solved, wells.divide, mass)
            if expansion is None or expansion.missing <= _MISSING or not smooth:
                return expansion
        lowest = fewest if expansion is None else len(expansion.amplitudes)
        next_count = min(2 * count, _MOST_LEVELS) if math.isinf(too_many) else (lowest + int(too_many)) // 2
        if next_count <= lowest or next_count == count:
            return expansion
        count = next_count


def _eigenstate_indices(state: AbstractState) -> list[int]:
    """Indices of the eigenstates in a state."""
    if isinstance(state, Eigenstate):
        return [state.level]
    if isinstance(state, Superposition):
        return [level for term in state.terms for level in _eigenstate_indices(term)]
    return []


def _expansion(state: AbstractState, solved: Solved, divide: float, mass: float) -> LevelSum | None:
    """The state as a sum of solved levels; None for a state that is known only on a grid."""
    nodes = solved.levels.waves.nodes
    for low, high, step in _resolutions(state, mass):
        nodes = _merged(nodes, np.arange(low, high, step))
    levels = _split(solved, nodes, divide)
    amplitudes = _amplitudes(state, levels, mass)
    if amplitudes is None:
        return None
    probability = float(np.sum(np.abs(amplitudes) ** 2))
    return LevelSum(levels, amplitudes, max(1 - probability, 0.0))


def _is_smooth_function(state: AbstractState, mass: float) -> bool:
    """Whether the state is given by a smooth function of x."""
    return gaussians_of(state, mass) is not None or (isinstance(state, AbstractWave) and not state.rough)


def _resolutions(state: AbstractState, mass: float) -> list[tuple[float, float, float]]:
    """Intervals (low, high), each with the longest element that resolves the state there."""
    packets = gaussians_of(state, mass) or ()
    resolutions = [
        (
            packet.center - _PACKET_WIDTHS * packet.width,
            packet.center + _PACKET_WIDTHS * packet.width,
            min(packet.width, _PHASE / max(abs(packet.momentum), 1e-300)),
        )
        for packet in packets
    ]
    if isinstance(state, AbstractWave):
        fastest = max(abs(float(k)) for k in state.momentum_range(FAINT, mass))
        resolutions.append((*state.interval(), _PHASE / fastest))
    return resolutions


def _amplitudes(state: AbstractState, levels: WellLevels, mass: float) -> np.ndarray | None:
    """Amplitudes <n|state>, shape (count,)."""
    if _is_smooth_function(state, mass):
        x, weights, psi = on_points(levels.waves)
        start = _psi_at(state, x, mass)
        if isinstance(state, AbstractWave):
            start = start / np.sqrt(np.sum(np.abs(start) ** 2 * weights))
        return (psi * weights) @ start
    amplitudes = np.zeros(len(levels.energies), complex)
    if isinstance(state, Eigenstate):
        amplitudes[state.level] = 1.0
        return amplitudes
    if isinstance(state, LeftLocalized | RightLocalized):
        amplitudes[:2] = levels.localized()[:, 0 if isinstance(state, LeftLocalized) else 1]
        return amplitudes
    if isinstance(state, Superposition) and all(isinstance(term, Eigenstate) for term in state.terms):
        for term, coefficient in zip(state.terms, state.amplitudes, strict=True):
            amplitudes[term.level] += complex(coefficient)  # type: ignore[attr-defined]
        return amplitudes / np.linalg.norm(amplitudes)
    return None


def _psi_at(state: AbstractState, x: np.ndarray, mass: float) -> np.ndarray:
    """psi at positions, shape (n,)."""
    if isinstance(state, AbstractWave):
        return np.asarray(state.amplitude(x)) * np.exp(1j * float(state.mean_momentum(mass)) * x)
    start = np.zeros(len(x), complex)
    for packet in gaussians_of(state, mass) or ():
        shape = np.exp(-(((x - packet.center) / (2 * packet.width)) ** 2) + 1j * packet.momentum * (x - packet.center))
        start += packet.amplitude * shape / (2 * math.pi * packet.width**2) ** 0.25
    return start
