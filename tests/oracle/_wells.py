"""Two wells: gap, localized starts and their populations, at rest and driven."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.polynomial import Chebyshev
from scipy.integrate import solve_ivp

from ._bound import Bound, bound_states, solved, symmetric_gap
from ._line import Line, Mesh

# of an energy: gaps below it are told by the currents between the wells
_CLOSE = 1e-6
# of the distance of two minima: where a polynomial follows V around its top; the share of its last terms that is rounding
_NEAR, _SMOOTH = 0.05, 1e-10
_DEEP, _DRIVEN, _SPEEDS, _LARGEST = 18.0, 44, 1.5, 3200


@dataclasses.dataclass(frozen=True)
class Beat:
    """Left population mean + swing cos(gap t) of a start in the two lowest levels.

    Attributes:
        gap: E_1 - E_0 [energy].
        mean, swing: of the left population.
        energies: the two levels [energy].
        error: relative, of the gap.
    """

    gap: float
    mean: float
    swing: float
    energies: tuple[float, float]
    error: float

    def left(self, times: np.ndarray) -> np.ndarray:
        """Left population at `times`."""
        return self.mean + self.swing * np.cos(self.gap * np.asarray(times))


def top_between_wells(line: Line) -> float:
    """The place of the highest V between the two lowest minima, by samples that close in on it; where V is smooth there, by a polynomial's slope.

    Samples know a smooth top to the root of rounding only.
    """
    half = max(abs(line.reach[0]), abs(line.reach[1]), 1.0) * 4
    x = np.linspace(-half, half, 40_001)
    v = np.where(np.isfinite(line.v(x)), line.v(x), np.inf)
    lowest = [n for n in np.flatnonzero((v[1:-1] < v[:-2]) & (v[1:-1] <= v[2:])) + 1]
    first, second = sorted(sorted(lowest, key=lambda n: v[n])[:2])
    low, high = x[first], x[second]
    for _ in range(8):
        inner = np.linspace(low, high, 4001)
        at = int(np.argmax(line.v(inner)))
        low, high = inner[max(at - 1, 0)], inner[min(at + 1, 4000)]
    top = float((low + high) / 2)
    near = _NEAR * float(x[second] - x[first])
    fit = Chebyshev.interpolate(lambda at: line.v(top + near * at), 20)
    sizes = np.abs(np.asarray(fit.coef, float))
    if sizes[-2:].max() > _SMOOTH * sizes[1:].max():
        return top
    roots = [root.real for root in fit.deriv().roots() if abs(root.imag) < 1e-9 and abs(root.real) < 0.5]
    return top + near * min(roots, key=abs, default=0.0)


def localized(states: Bound, side: str) -> np.ndarray:
    """Coefficients of the combination of the two lowest states that lies farthest to one side: an eigenvector of x."""
    x = states.matrix(states.mesh.x)[:2, :2]
    return np.linalg.eigh(x)[1][:, 0 if side == "left" else 1]


def is_even(line: Line, about: float) -> bool:
    """Whether V is the same on both sides of a plane."""
    far = np.linspace(1e-3, 1.0, 257) * max(abs(line.reach[1] - about), abs(about - line.reach[0]))
    right, left = line.v(about + far), line.v(about - far)
    return bool(np.all(abs(right - left) <= 1e-12 * (abs(right) + abs(left)) + 1e-300))


def beat(line: Line, mass: float, side: str) -> Beat | None:
    """What a localized start does; None where V binds no two levels."""
    assert line.divide is not None
    states = bound_states(line, mass, 2, extra=(line.divide,))
    if states is None:
        return None
    first, second = (float(energy) for energy in states.energies)
    gap, error = second - first, float(states.errors.max() + 4e-15 * abs(first)) / (second - first)
    # the identity takes a slope at one point, which elements know to fewer digits than levels
    if gap < _CLOSE * abs(first) and is_even(line, line.divide):
        gap, error = symmetric_gap(states, mass, line.divide), 1e-11
    c, left = localized(states, side), states.between(-np.inf, line.divide)
    mean = float(c[0] ** 2 * left[0, 0] + c[1] ** 2 * left[1, 1])
    return Beat(gap, mean, float(2 * c[0] * c[1] * left[0, 1]), (first, second), error)


def driven_populations(line: Line, mass: float, side: str, times: np.ndarray) -> tuple[np.ndarray, float]:
    """Left population at `times` of a start localized in the wells of time 0, V(x, t) as it moves; and what a third fewer states change.

    In the states of the wells without their drive between hard walls, so far away that nothing which is torn out has come back;
    Dormand and Prince's method of order 8. The start is made between nearer walls, beyond which a force may reach lower than the wells.
    """
    assert line.divide is not None
    calm, unknown = line.calm or line, (np.full(len(times), np.nan), np.inf)
    still = bound_states(calm, mass, 2, check=False, extra=(line.divide,), depth=_DEEP)
    if still is None:
        return unknown
    near = still.mesh
    start = solved(Mesh.on(line, near.ends, mass), 2)
    low, high = float(near.ends[0]), float(near.ends[-1])
    highest = float(still.energies[1]) + (_DRIVEN * np.pi / (high - low)) ** 2 / mass
    if np.isfinite(min(calm.ends)):
        depth = min(calm.ends) - float(still.energies[0])
        highest = min(calm.ends) + _SPEEDS * depth
        away = np.sqrt(2 * _SPEEDS * depth / mass) * float(times[-1])
        low, high = low - away, high + away
    far = Mesh.over(dataclasses.replace(calm, cuts=(*calm.cuts, line.divide)), low, high, mass, highest, 8.0)
    if far.x.size > _LARGEST:
        return unknown
    count = int((high - low) * np.sqrt(2 * mass * (highest - float(still.energies[0]))) / np.pi) + 8
    states = solved(far, count)
    c = localized(start, side)
    psi = c[0] * start.at(far.x, 0) + c[1] * start.at(far.x, 1)
    fewer = dataclasses.replace(states, energies=states.energies[: count * 3 // 4], psi=states.psi[: count * 3 // 4])
    whole, part = (_shaken(chosen, line, calm, psi, times) for chosen in (states, fewer))
    return whole, float(np.max(abs(whole - part)))


def _shaken(states: Bound, line: Line, calm: Line, psi: np.ndarray, times: np.ndarray) -> np.ndarray:
    x, energies = states.mesh.x, states.energies
    weighted = states.psi * states.mesh.weights
    start = np.einsum("men,en->m", weighted, psi).astype(complex)
    still = calm.v(x)
    # V(x, t) - V(x) = f(t) g(x) wherever one force shakes the whole
    sample = [line.value(x, t) - still for t in np.linspace(0.0, float(times[-1]), 7)]
    shape = max(sample, key=lambda change: float(np.max(abs(change))))
    at = np.unravel_index(np.argmax(abs(shape)), shape.shape)
    single = all(np.allclose(change, shape * change[at] / shape[at], atol=1e-9 * abs(shape[at])) for change in sample)
    pull = np.einsum("men,len->ml", weighted * shape, states.psi)

    def slope(t: float, c: np.ndarray) -> np.ndarray:
        turn = np.exp(-1j * energies * t)
        if single:
            share = float(line.value(x[at[0], at[1]][None], t)[0] - still[at]) / float(shape[at])
            return -1j * share * turn.conj() * (pull @ (turn * c))
        change = np.einsum("men,len->ml", weighted * (line.value(x, t) - still), states.psi)
        return -1j * turn.conj() * (change @ (turn * c))

    grid = np.unique(np.concatenate([[0.0], times]))
    run = solve_ivp(slope, (0.0, grid[-1]), start, method="DOP853", rtol=1e-10, atol=1e-12, t_eval=grid)
    amplitudes = run.y * np.exp(-1j * energies[:, None] * grid)
    assert line.divide is not None
    left = states.between(-np.inf, line.divide)
    population = np.einsum("mt,ml,lt->t", amplitudes.conj(), left, amplitudes).real
    return np.interp(times, grid, population)
