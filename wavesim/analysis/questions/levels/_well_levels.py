"""The levels of a static V as a basis: what a state is made of, and how much of it is left of a plane at any time."""

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

# levels that are tried first, and at most; and the probability that may be missing from their sum
_FIRST, _MOST, _MISSING = 12, 384, 1e-13
# a packet is integrated on elements no longer than its width, or so many radians of its wave, as far out as this in widths
_PHASE, _FAR = 4.0, 12.0
# of what the basis leaves out of its own integrals
_INTEGRALS = 1e-12
_SAME = 1e-13


@dataclasses.dataclass(frozen=True, eq=False)
class WellLevels:
    """The lowest levels of a well, and what is left of a plane.

    Attributes:
        energies: increasing, shape (count,) [energy].
        errors: of each [energy].
        left: the part left of the plane of <i|j>, shape (count, count).
        position: <i|x|j>, shape (count, count) [length].
        waves: the states.
        coarser: the same solved with polynomials of two degrees less.
    """

    energies: np.ndarray
    errors: np.ndarray
    left: np.ndarray
    position: np.ndarray
    waves: Waves
    coarser: Waves

    def localized(self) -> np.ndarray:
        """Columns: amplitudes over the two lowest levels of the states farthest to the left and to the right."""
        return np.linalg.eigh(self.position[:2, :2])[1]

    def shares(self) -> tuple[float, float]:
        """How much of the left localized state is on the left, and of the right localized one on the right."""
        mix = self.localized()
        left = np.einsum("ic,ij,jc->c", mix, self.left[:2, :2], mix)
        return float(left[0]), float(1 - left[1])


@functools.lru_cache(maxsize=16)
def well_levels(wells: TwoWells, mass: float, count: int) -> WellLevels:
    """The `count` lowest levels, split at the plane between two wells.

    Raises:
        NumericsError: if there are not so many bound levels.
    """
    solved = _solved(wells.potential, mass, count)
    return _split(solved, solved.levels.waves.nodes, wells.divide)


@functools.lru_cache(maxsize=16)
def _solved(potential: AbstractPotential, mass: float, count: int) -> Solved:
    return solved_levels(potential, mass, count)


def _split(solved: Solved, nodes: np.ndarray, divide: float) -> WellLevels:
    nodes = _with(nodes, np.array([divide]))
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


def _with(nodes: np.ndarray, more: np.ndarray) -> np.ndarray:
    """The nodes and more between them, but none twice."""
    inside = more[(more > nodes[0]) & (more < nodes[-1])]
    apart = np.min(np.abs(inside[:, None] - nodes), axis=1, initial=math.inf)
    return np.sort(np.concatenate([nodes, inside[apart > _SAME * (nodes[-1] - nodes[0])]]))


def signs(psi: np.ndarray) -> np.ndarray:
    """By which states on points, shape (count, points), have the signs of `lowest_eigenstates`, as superpositions mean them, shape (count,)."""
    tall = np.abs(psi) >= 0.5 * np.abs(psi).max(axis=1, keepdims=True)
    return np.sign(psi[np.arange(len(psi)), psi.shape[1] - 1 - np.argmax(tall[:, ::-1], axis=1)])


def on_points(waves: Waves) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gauss points of all elements, their weights, and the states there, shape (count, points)."""
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
        missing: probability that the levels do not hold.
    """

    levels: WellLevels
    amplitudes: np.ndarray
    missing: float

    def left_at(self, times: np.ndarray) -> np.ndarray:
        """Probability left of the plane at `times`: sum over i, j of c_i* c_j L_ij exp(i (E_i - E_j) t)."""
        energies = self.levels.energies - self.levels.energies[0]
        turned = self.amplitudes[:, None] * np.exp(-1j * np.outer(energies, np.asarray(times, float)))
        return np.real(np.sum(turned.conj() * (self.levels.left @ turned), axis=0))

    def error_at(self, time: float) -> float:
        """What the errors of the energies, and what is missing, leave uncertain of a probability."""
        phase = 2 * abs(time) * float(np.sum(np.abs(self.amplitudes) ** 2 * self.levels.errors))
        return phase + 2 * math.sqrt(self.missing) + _INTEGRALS

    def estimate(self, time: float) -> Estimate:
        """The probability left of the plane at one time."""
        return Estimate(float(self.left_at(np.array([time]))[0]), self.error_at(time))


def level_sum(problem: Problem, wells: TwoWells) -> LevelSum | None:
    """The state of a static problem in as many levels as it takes; None for a state that is not known off a grid.

    Where the wells have a rim, what lies above it is missing from the sum, and said so.
    """
    return _level_sum(problem.state, wells, float(problem.mass))


@functools.lru_cache(maxsize=16)
def _level_sum(state: AbstractState, wells: TwoWells, mass: float) -> LevelSum | None:
    fewest = max(2, *(level + 1 for level in _named_levels(state)), 2)
    packet = _known_everywhere(state, mass)
    count, too_many, known = (max(fewest, _FIRST) if packet else fewest), math.inf, None
    while True:
        try:
            solved = _solved(wells.potential, mass, count)
        except NumericsError:
            # above the rim there are no more
            too_many = count
            if count <= fewest:
                return None
        else:
            known = _projected(state, solved, wells.divide, mass)
            if known is None or known.missing <= _MISSING or not packet:
                return known
        lowest = fewest if known is None else len(known.amplitudes)
        following = min(2 * count, _MOST) if math.isinf(too_many) else (lowest + int(too_many)) // 2
        if following <= lowest or following == count:
            return known
        count = following


def _named_levels(state: AbstractState) -> list[int]:
    if isinstance(state, Eigenstate):
        return [state.level]
    if isinstance(state, Superposition):
        return [level for term in state.terms for level in _named_levels(term)]
    return []


def _projected(state: AbstractState, solved: Solved, divide: float, mass: float) -> LevelSum | None:
    nodes = solved.levels.waves.nodes
    for low, high, step in _rulers(state, mass):
        nodes = _with(nodes, np.arange(low, high, step))
    levels = _split(solved, nodes, divide)
    amplitudes = _amplitudes(state, levels, mass)
    if amplitudes is None:
        return None
    held = float(np.sum(np.abs(amplitudes) ** 2))
    return LevelSum(levels, amplitudes, max(1 - held, 0.0))


def _known_everywhere(state: AbstractState, mass: float) -> bool:
    """Whether the state is a function of x alone, and smooth."""
    return gaussians_of(state, mass) is not None or (isinstance(state, AbstractWave) and not state.rough)


def _rulers(state: AbstractState, mass: float) -> list[tuple[float, float, float]]:
    """Intervals, each with a length in which the state changes little."""
    packets = gaussians_of(state, mass) or ()
    rulers = [
        (
            each.center - _FAR * each.width,
            each.center + _FAR * each.width,
            min(each.width, _PHASE / max(abs(each.momentum), 1e-300)),
        )
        for each in packets
    ]
    if isinstance(state, AbstractWave):
        fastest = max(abs(float(k)) for k in state.momentum_range(FAINT, mass))
        rulers.append((*state.interval(), _PHASE / fastest))
    return rulers


def _amplitudes(state: AbstractState, levels: WellLevels, mass: float) -> np.ndarray | None:
    """<n|state>, shape (count,)."""
    if _known_everywhere(state, mass):
        x, weights, psi = on_points(levels.waves)
        start = _at(state, x, mass)
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


def _at(state: AbstractState, x: np.ndarray, mass: float) -> np.ndarray:
    """psi at positions."""
    if isinstance(state, AbstractWave):
        return np.asarray(state.amplitude(x)) * np.exp(1j * float(state.mean_momentum(mass)) * x)
    start = np.zeros(len(x), complex)
    for each in gaussians_of(state, mass) or ():
        shape = np.exp(-(((x - each.center) / (2 * each.width)) ** 2) + 1j * each.momentum * (x - each.center))
        start += each.amplitude * shape / (2 * math.pi * each.width**2) ** 0.25
    return start
