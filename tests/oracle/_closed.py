"""Between walls and on rings: levels and motion by the elements that end at the walls, and by plane waves that close on the ring."""

from __future__ import annotations

import dataclasses

import numpy as np

from ._bound import Bound, solved
from ._line import Line, Mesh
from ._motion import Course, of_states
from ._scattering import Gaussian

_WAVES = (48, 64)
# of the packet's fastest momentum, which is far out in its tail; a tail that a wall cuts off has faster waves
_FASTEST = (0.9, 1.3)
_ROUNDING = 1e-11


def walled_levels(line: Line, mass: float, walls: tuple[float, float], count: int) -> Bound:
    """The lowest states with psi = 0 at both walls; their errors by halved elements."""
    x = np.linspace(*walls, 4001)[1:-1]
    # a box of the same width holds the level `count` below this
    top = float(np.max(line.v(x))) + ((count + 1) * np.pi / (walls[1] - walls[0])) ** 2 / (2 * mass)
    ends = Mesh.over(line, *walls, mass, top).ends
    states = solved(Mesh.on(line, ends, mass), count)
    finer = solved(Mesh.on(line, np.sort(np.concatenate([ends, (ends[1:] + ends[:-1]) / 2])), mass), count)
    return dataclasses.replace(states, errors=abs(finer.energies - states.energies))


def walled_packet(
    line: Line, mass: float, walls: tuple[float, float], packet: Gaussian, times: np.ndarray
) -> tuple[Course, float]:
    """A packet between walls, of which next to nothing reaches them at the start; also what fewer states change, as a share of the largest value."""
    x = np.linspace(*walls, 4001)[1:-1]
    courses = []
    for share in _FASTEST:
        top = float(np.max(line.v(x))) + (share * max(abs(k) for k in packet.momenta)) ** 2 / (2 * mass)
        count = int(np.sqrt(2 * mass * top) * (walls[1] - walls[0]) / np.pi) + 8
        states = solved(Mesh.over(line, *walls, mass, top, 8.0), count)
        c = np.einsum("men,en->m", states.psi * states.mesh.weights, packet.psi(states.mesh.x))
        courses.append(of_states(states, c / np.linalg.norm(c), times))
    coarse, fine = (course.named() for course in courses)
    changes = [np.max(abs(fine[name] - coarse[name])) / max(np.max(abs(fine[name])), 1e-3) for name in fine]
    return courses[-1], float(max(changes)) + _ROUNDING


def ring_levels(line: Line, mass: float, period: float, flux: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The lowest levels of (p - 2 pi flux/period)^2/2m + V on a ring, and their errors: plane waves, V by its Fourier sums, twice."""
    found = []
    for waves in _WAVES:
        points = 4 * waves
        spectrum = np.fft.fft(line.v(np.arange(points) * period / points)) / points
        n = np.arange(-waves, waves + 1)
        matrix = spectrum[(n[:, None] - n[None, :]) % points]
        matrix = matrix + np.diag((2 * np.pi * (n - flux) / period) ** 2 / (2 * mass))
        found.append(np.linalg.eigvalsh(matrix)[:count])
    coarse, fine = found
    # of the largest entry of the matrix
    rounding = 1e-16 * (2 * np.pi * _WAVES[1] / period) ** 2 / (2 * mass)
    return fine, abs(fine - coarse) + rounding
