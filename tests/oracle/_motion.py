"""Mean position, momentum, spread and energy: by moments where V is quadratic, by eigenstates where it holds the packet."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp

from ._bound import Bound, box, solved
from ._line import Line, Mesh
from ._scattering import Gaussian

_MOST = 2400
# of sums over thousands of points, relative to the largest term
_ROUNDING = 1e-11


@dataclasses.dataclass(frozen=True)
class Course:
    """Expectation values at `times`; arrays of one shape."""

    position: np.ndarray
    momentum: np.ndarray
    spread: np.ndarray
    energy: np.ndarray
    norm: np.ndarray

    def named(self) -> dict[str, np.ndarray]:
        """By the standard names of the quantities."""
        return {
            "mean_position": self.position,
            "mean_momentum": self.momentum,
            "position_spread": self.spread,
            "mean_energy": self.energy,
            "norm": self.norm,
        }


def quadratic(line: Line) -> Callable[[float], np.ndarray] | None:
    """(a, b, c) of V = a + b x + c x^2 at a time, or None where V is none."""
    if line.cuts or line.spikes:
        return None
    size = max(abs(line.reach[0]), abs(line.reach[1]), 1.0)
    x = size * np.array([-1.0, 0.0, 1.0, 2.3, -3.1])

    def at(t: float) -> np.ndarray:
        v = line.value(x, t)
        return np.array([v[1], (v[2] - v[0]) / (2 * size), (v[2] + v[0] - 2 * v[1]) / (2 * size**2)])

    for t in (0.0, 0.37, 1.9):
        a, b, c = at(t)
        v = line.value(x, t)
        if not np.all(abs(a + b * x + c * x**2 - v) <= 1e-9 * np.max(abs(v)) + 1e-300):
            return None
    return at


def of_gaussian(line: Line, mass: float, packet: Gaussian, times: np.ndarray) -> Course | None:
    """Ehrenfest's equations and those of the second moments, exact for quadratic V(x, t); order 8, a relative 1e-12."""
    form = quadratic(line)
    if form is None or len(packet.packets) != 1:
        return None
    _, x0, w, k = packet.packets[0]
    unit = w

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        _, b, c = form(t)
        x, p, xx, xp, pp = y
        # lengths in units of the width, momenta of its inverse
        force, stiff = -b * unit, 2 * c * unit**2
        rate = 1 / (mass * unit**2)
        return np.array([rate * p, force - stiff * x, 2 * rate * xp, rate * pp - stiff * xx, -2 * stiff * xp])

    start = np.array([x0 / unit, k * unit, 1.0, 0.0, 0.25])
    grid = np.unique(np.concatenate([[0.0], times]))
    run = solve_ivp(slope, (0.0, max(grid[-1], 1e-300)), start, method="DOP853", rtol=1e-12, atol=1e-13, t_eval=grid)
    x, p, xx, _, pp = run.y[:, np.searchsorted(grid, times)]
    x, p, xx, pp = x * unit, p / unit, xx * unit**2, pp / unit**2
    a, b, c = np.array([form(t) for t in times]).T
    energy = (p**2 + pp) / (2 * mass) + a + b * x + c * (x**2 + xx)
    return Course(x, p, np.sqrt(xx), energy, np.ones(len(times)))


def of_states(states: Bound, c: np.ndarray, times: np.ndarray) -> Course:
    """Of a superposition of bound states."""
    x, gradient = states.mesh.x, states.momentum()
    turned = c[:, None] * np.exp(-1j * states.energies[:, None] * np.asarray(times)[None, :])

    def mean(matrix: np.ndarray) -> np.ndarray:
        return np.einsum("mt,ml,lt->t", turned.conj(), matrix, turned)

    position = np.real(mean(states.matrix(x)))
    square = np.real(mean(states.matrix(x**2)))
    norm = np.sum(abs(turned) ** 2, axis=0)
    energy = np.sum(abs(turned) ** 2 * states.energies[:, None], axis=0)
    return Course(position, np.imag(mean(gradient)), np.sqrt(square - position**2), energy, norm)


def of_held_packet(line: Line, mass: float, packet: Gaussian, times: np.ndarray) -> tuple[Course, float] | None:
    """Of a packet in a V that confines: expanded in the states of a box far outside; also the probability that the expansion misses."""
    low, high = packet.extent
    middle = [x0 for _, x0, _, _ in packet.packets]
    inner = (min(middle) + (low - min(middle)) * 0.55, max(middle) + (high - max(middle)) * 0.55)
    x = np.linspace(*inner, 2001)
    fastest = 0.75 * max(abs(k) for k in packet.momenta)
    top = float(np.max(line.v(x))) + fastest**2 / (2 * mass)
    if not np.all(np.array(line.ends) > top):
        return None
    left, right = box(line, mass, top)
    left, right = min(left, low), max(right, high)
    mesh = Mesh.over(line, left, right, mass, top, 8.0)
    if mesh.x.size > _MOST:
        return None
    count = int(np.trapezoid(np.sqrt(2 * mass * np.maximum(top - line.v(x := np.linspace(left, right, 20001)), 0)), x) / np.pi) + 12  # fmt: skip
    states = solved(mesh, count)
    c = np.einsum("men,en->m", states.psi * mesh.weights, packet.psi(mesh.x))
    missing = abs(1 - float(np.sum(abs(c) ** 2)))
    return of_states(states, c, times), missing + _ROUNDING
