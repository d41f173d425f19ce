"""Wells that leak: the pole of the outgoing wave, and survival by exterior complex scaling of the same elements."""

from __future__ import annotations

import dataclasses

import numpy as np

from ._bound import bound_states
from ._line import ORDER, Line, Mesh
from ._scattering import Condensed

_ANGLE, _DAMPED = 0.5, 40.0
# the scaled part is so many times as long as the resonance's own wave needs: for slow ones
_SLOWER = 5.0


@dataclasses.dataclass(frozen=True)
class Leak:
    """A trapped start and what becomes of it.

    Attributes:
        energy, width: of the resonance, E - i width/2 [energy].
        rotated: eigenvalues of the scaled H.
        parts: amplitude of each at the nodes of the inner elements, shape (states, elements, nodes).
        mesh: the inner elements.
        outlet: where the barrier ends [length].
        over: share of the start above the rim on the left, where it is left to itself; it leaves there, but here a wall sends it back.
    """

    energy: float
    width: float
    rotated: np.ndarray
    parts: np.ndarray
    mesh: Mesh
    outlet: float
    over: float = 0.0

    @property
    def lifetime(self) -> float:
        """1/width."""
        return 1 / self.width

    def survival(self, times: np.ndarray) -> np.ndarray:
        """Probability left of the outlet."""
        inside = (self.mesh.x[:, ORDER // 2] < self.outlet)[:, None] * self.mesh.weights
        out = []
        for t in np.asarray(times):
            psi = np.einsum("s,sen->en", np.exp(-1j * self.rotated * t), self.parts)
            out.append(float(np.sum(abs(psi) ** 2 * inside)))
        return np.array(out)


def leak(open_line: Line, closed_line: Line, mass: float, level: int, outlet: float) -> Leak | None:
    """The state `level` of the closed well, and its decay when V becomes that of the open one."""
    closed = bound_states(closed_line, mass, level + 1, extra=(outlet, *open_line.cuts))
    if closed is None:
        return None
    energy = float(closed.energies[level])
    if energy <= open_line.ends[1]:
        return None
    k = np.sqrt(2 * mass * (energy - open_line.ends[1]))
    first, last = float(closed.mesh.ends[0]), float(closed.mesh.ends[-1])
    # where the closed state has ended, nothing is known of its tail any more, and nothing is there
    height = float(np.max(closed.mesh.potential) - energy)
    last = max(outlet, min(last, outlet + 4.0 / np.sqrt(2 * mass * height)))
    inner_cuts = dataclasses.replace(open_line, cuts=(*open_line.cuts, outlet))
    highest = max(float(np.max(closed.mesh.potential)), energy) * 4 + abs(energy)
    inner = Mesh.over(inner_cuts, first, last, mass, highest, 8.0)
    length, ends = _SLOWER * _DAMPED / (k * np.sin(_ANGLE)), [0.0]
    step = min(1.0 / np.sqrt(2 * mass * max(highest, energy)), float(np.min(np.diff(inner.ends))))
    while ends[-1] < length:
        ends.append(ends[-1] + step)
        # waves that have come so far are the slow ones
        step = min(2.0 * step, max(4.0 / k, 0.12 * ends[-1]))
    outer = Mesh.on(open_line, last + np.array(ends), mass)
    turn = np.exp(1j * _ANGLE)
    # x = last + turn (s - last) outside
    kinetic = outer.stiffness - np.eye(ORDER + 1) * (outer.weights * outer.potential)[:, :, None]
    scaled = kinetic / turn + np.eye(ORDER + 1) * (outer.weights * outer.potential)[:, :, None] * turn
    count, more = len(inner.x), len(outer.x)
    size = (count + more) * ORDER + 1
    h, weights, start = np.zeros((size, size), complex), np.zeros(size, complex), np.zeros(size, complex)
    number = np.arange(count + more)[:, None] * ORDER + np.arange(ORDER + 1)
    for n in range(count + more):
        part = number[n]
        h[np.ix_(part, part)] += inner.stiffness[n] if n < count else scaled[n - count]
        weights[part] += inner.weights[n] if n < count else outer.weights[n - count] * turn
    start[number[:count].ravel()] = closed.at(inner.x.ravel(), level)
    kappa = np.sqrt(2 * mass * (closed_line.ends[1] - energy))
    tail = start[number[count - 1, -1]]
    start[number[count:].ravel()] = tail * np.exp(-kappa * turn * (outer.x.ravel() - last))
    h, weights, start = h[1:-1, 1:-1], weights[1:-1], start[1:-1]
    root = np.sqrt(weights)
    values, vectors = np.linalg.eig(h / root[:, None] / root[None, :])
    share = (vectors.T @ (root * start)) / np.sum(vectors**2, axis=0)
    amplitudes = np.zeros((size, len(values)), complex)
    amplitudes[1:-1] = vectors * share / root[:, None]
    parts = np.moveaxis(amplitudes[number[:count]], -1, 0)
    weight = np.where(np.real(values) * np.sign(energy) > 0, abs(share), 0.0)
    guess = complex(values[np.argmax(np.where(abs(values - energy) < 0.3 * abs(energy) + 0.1 * height, weight, 0.0))])
    pole = _pole(Mesh.over(inner_cuts, first, last, mass, highest), mass, guess, open_line)
    over = 0.0
    if open_line.wall is None:
        high = np.real(values) > open_line.ends[0]
        over = abs(complex(np.sum(share[high] ** 2 * np.sum(vectors[:, high] ** 2, axis=0))))
    return Leak(pole.real, -2 * pole.imag, values, parts, inner, outlet, over)


def _pole(mesh: Mesh, mass: float, guess: complex, line: Line) -> complex:
    """The energy at which psi, 0 on the left, only leaves on the right, by the secant method."""
    parts = Condensed.of(mesh)

    def mismatch(energy: complex) -> complex:
        first, across, last = (part[0] for part in parts.ends_at(np.array([energy])))
        y = last[0]
        for n in range(1, len(last)):
            y = last[n] - across[n] ** 2 / (first[n] + y)
        q = np.sqrt(2 * mass * (energy - line.ends[1]))
        return complex(y - 1j * q / (2 * mass))

    a, b = guess * (1 + 1e-6), guess
    fa, fb = mismatch(a), mismatch(b)
    for _ in range(40):
        if fb == fa:
            break
        a, b, fa = b, b - fb * (b - a) / (fb - fa), fb
        fb = mismatch(b)
        if abs(b - a) < 1e-15 * abs(b):
            break
    return b
