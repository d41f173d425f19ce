"""When a packet arrives behind a potential by theory: its delays averaged over what gets through."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .... import theory
from ....problem import Problem
from ....states import GaussianPacket
from ...bars import Estimate
from ._mass_structures import cells_of
from ._plane_waves import scattering_problem, wave_room
from ._resonances import resonance_marks
from ._transmission import average, moves_right

# standard deviations of the momentum within which energies are averaged over
_REACH = 9.0
_ROUNDING = 1e-12


class Passage(NamedTuple):
    """Means over what is transmitted, each with its error.

    Attributes:
        time: at which it passes the plane.
        delay: between the ends of V.
    """

    time: Estimate
    delay: Estimate


def passage_of(problem: Problem, plane: float, ends: tuple[float, float]) -> Passage:
    """<(m/k)(a - x0) + d(arg t)/dE + (m/k')(plane - b)> and <d(arg t)/dE> between the ends a and b, over abs(phi(k) t(k))^2.

    A wave packet of amplitude phi(k) exp(-i k x0) carries through a plane beyond V the flux j(t) with int t j dt/int j dt of that, exactly: each
    energy comes at its own time, and no two interfere in the mean.

    Args:
        problem: one Gaussian packet outside of a potential that is static and flat on both sides.
        plane: on the far side, where V is over [length].
        ends: where V begins for the packet, and where it ends [length].

    Source: E. P. Wigner, Phys. Rev. 98, 145 (1955); for the mean over the flux V. Delgado, J. G. Muga, Phys. Rev. A 56, 3425 (1997).
    """
    line = scattering_problem(problem)
    marks = resonance_marks(line)
    coarse, fine = (_means(line, plane, ends, finer, marks) for finer in (1, 2))
    return Passage(*(_between(first, second) for first, second in zip(coarse, fine, strict=True)))


def _between(coarse: Estimate, fine: Estimate) -> Estimate:
    return Estimate(float(fine), fine.error + abs(fine - coarse) + _ROUNDING * abs(fine))


def _means(line: Problem, plane: float, ends: tuple[float, float], finer: int, marks: np.ndarray) -> Passage:
    packet, mass, to_right = line.state, float(line.mass), moves_right(line)
    assert isinstance(packet, GaussianPacket)
    side = 1.0 if to_right else -1.0
    start, near, far, plane = (side * float(place) for place in (packet.center, *ends, plane))
    before, behind = (float(end) for end in line.potential.asymptotes()[:: int(side)])
    fastest = abs(float(packet.mean_momentum(mass))) + _REACH / (2 * float(packet.width))
    highest = fastest**2 / (2 * mass)
    cells = cells_of(line, highest + before, wave_room(line, highest).ends, to_right=to_right, finer=finer)
    first, last = float(cells.ends[0]), float(cells.ends[-1])
    floor = max(behind - before, 0.0)

    def mean_of(time: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        def weighted(energies: np.ndarray) -> np.ndarray:
            given = np.asarray(energies, float)
            above = given.ravel() > floor * (1 + 1e-12) + 1e-12 * highest
            passing = given.ravel()[above]
            through = np.exp(theory.mass_waves(cells, passing + before).log_transmission)
            slow = mass / np.sqrt(2 * mass * passing), mass / np.sqrt(2 * mass * (passing + before - behind))
            found = np.zeros(given.size)
            found[above] = through * time(passing + before, *slow)
            return found.reshape(given.shape)

        return weighted

    def delay(energies: np.ndarray, incoming: np.ndarray, outgoing: np.ndarray) -> np.ndarray:
        phase = theory.tunneling_times(cells, energies).phase
        return phase - incoming * (near - first) - outgoing * (last - far)

    def arrival(energies: np.ndarray, incoming: np.ndarray, outgoing: np.ndarray) -> np.ndarray:
        return delay(energies, incoming, outgoing) + incoming * (near - start) + outgoing * (plane - far)

    share = average(mean_of(lambda energies, incoming, outgoing: np.ones(energies.size)), line, marks=marks)
    means = []
    for time in (arrival, delay):
        whole = average(mean_of(time), line, marks=marks)
        means.append(Estimate(whole / share, (whole.error + abs(whole / share) * share.error) / share))
    return Passage(*means)
