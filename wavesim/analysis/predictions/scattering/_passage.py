"""Arrival time and delay of the transmitted part of a packet, by theory."""

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

# half-width of the packet's range of momenta, in standard deviations
_REACH = 9.0
_ROUNDING = 1e-12


class Passage(NamedTuple):
    """Means over the transmitted part of a packet, each with its error.

    Attributes:
        time: of passing the plane [time].
        delay: phase time between the ends of V [time].
    """

    time: Estimate
    delay: Estimate


def passage_of(problem: Problem, plane: float, ends: tuple[float, float]) -> Passage:
    """Mean arrival time at a plane, and mean delay between the ends a and b of V.

    They are <(m/k)(a - x0) + d(arg t)/dE + (m/k')(plane - b)> and <d(arg t)/dE>, averaged over abs(phi(k) t(k))^2.

    The first is exactly int t j dt/int j dt of the flux j(t) that a wave packet of amplitude phi(k) exp(-i k x0) carries through a plane beyond V:
    the time average contains no interference of different energies.

    Args:
        problem: one Gaussian packet outside of a potential that is static and flat on both sides.
        plane: on the far side, outside V [length].
        ends: of V, first the one on the packet's side [length].

    Source: E. P. Wigner, Phys. Rev. 98, 145 (1955); for the mean over the flux V. Delgado, J. G. Muga, Phys. Rev. A 56, 3425 (1997).
    """
    line = scattering_problem(problem)
    marks = resonance_marks(line)
    coarse, fine = (_means(line, plane, ends, finer, marks) for finer in (1, 2))
    return Passage(*(_with_change(first, second) for first, second in zip(coarse, fine, strict=True)))


def _with_change(coarse: Estimate, fine: Estimate) -> Estimate:
    """The finer value; the error includes its distance from the coarser one."""
    return Estimate(float(fine), fine.error + abs(fine - coarse) + _ROUNDING * abs(fine))


def _means(line: Problem, plane: float, ends: tuple[float, float], finer: int, marks: np.ndarray) -> Passage:
    """Both means with every cell cut into `finer`."""
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

    def integrand(
        time: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    ) -> Callable[[np.ndarray], np.ndarray]:
        def weighted(energies: np.ndarray) -> np.ndarray:
            energies = np.asarray(energies, float)
            above = energies.ravel() > floor * (1 + 1e-12) + 1e-12 * highest
            passing = energies.ravel()[above]
            through = np.exp(theory.mass_waves(cells, passing + before).log_transmission)
            slowness = mass / np.sqrt(2 * mass * passing), mass / np.sqrt(2 * mass * (passing + before - behind))
            times = np.zeros(energies.size)
            times[above] = through * time(passing + before, *slowness)
            return times.reshape(energies.shape)

        return weighted

    def delay(energies: np.ndarray, incoming: np.ndarray, outgoing: np.ndarray) -> np.ndarray:
        phase = theory.tunneling_times(cells, energies).phase
        return phase - incoming * (near - first) - outgoing * (last - far)

    def arrival(energies: np.ndarray, incoming: np.ndarray, outgoing: np.ndarray) -> np.ndarray:
        return delay(energies, incoming, outgoing) + incoming * (near - start) + outgoing * (plane - far)

    share = average(integrand(lambda energies, incoming, outgoing: np.ones(energies.size)), line, marks=marks)
    means = []
    for time in (arrival, delay):
        total = average(integrand(time), line, marks=marks)
        means.append(Estimate(total / share, (total.error + abs(total / share) * share.error) / share))
    return Passage(*means)
