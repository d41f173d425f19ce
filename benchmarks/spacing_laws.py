"""What `wavesim.propagation.SPACING_LAWS` say of edges and deltas, measured: the cost of each law on problems whose numbers are known otherwise.

cost = (spacing x wave number)^power / error; the median and the range over problems and spacings. A law whose cost is the least of them is never
exceeded, one whose cost is the median half of the time: a plan begins there, and its run tells what the first grid leaves wrong.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

# errors that are told from rounding, and at which a grid resolves anything at all
_LEAST, _MOST = 1e-10, 0.2


@dataclasses.dataclass(frozen=True)
class Measured:
    """One law, measured.

    Args:
        feature, quantity: its key.
        power, cost: as it stands in the package.
        costs: measured, in order.
    """

    feature: str
    quantity: str
    power: int
    cost: float
    costs: tuple[float, ...]


def measured() -> list[Measured]:
    """All laws."""
    from wavesim.propagation import SPACING_LAWS

    found = []
    for key, law in SPACING_LAWS.items():
        costs = sorted(phase**law.power / error for phase, error in _MEASURES[key]() if _LEAST < error < _MOST)
        found.append(Measured(*key, law.power, law.cost, tuple(costs)))
    return found


def main() -> None:
    """Print them."""
    jax.config.update("jax_enable_x64", True)
    print(f"{'':8}{'':28}{'power':>6}{'cost':>10}{'median':>10}{'least':>10}{'most':>10}{'grids':>7}")
    for one in measured():
        low, high, median = one.costs[0], one.costs[-1], float(np.median(one.costs))
        print(
            f"{one.feature:8}{one.quantity:28}{one.power:>6}{one.cost:>10.4g}{median:>10.3g}{low:>10.3g}{high:>10.3g}{len(one.costs):>7}",
            flush=True,
        )


def _passed(potential: Any, momentum: float, spacing: float, offset: float, width: float = 4.0) -> float:
    """The probability beyond a potential, long after a packet came, without error in time."""
    from wavesim import Beyond, Grid, Numerics, Problem, propagate
    from wavesim.observables import ProbabilityIn
    from wavesim.propagation import chebyshev_for
    from wavesim.states import GaussianPacket

    center, half = -7 * width - 2, 16 * width + 10
    points = 2 * round(half / spacing)
    grid = Grid(((offset - points / 2) * spacing,), (spacing,), (points,))
    duration = (-center + 6 * width) / momentum
    problem = Problem(
        potential, GaussianPacket(center, width, momentum), measure={"beyond": ProbabilityIn(Beyond(3.0))}
    )
    numerics = Numerics(grid, duration, 1, 1, chebyshev_for(problem, grid, duration), save_psi=False)
    return float(propagate(problem, numerics).series["beyond"][-1])


def _barriers(thick: bool) -> Iterator[tuple[float, float, float]]:
    """Height, width and momentum of rectangular barriers."""
    yield from [(1.2, 6.0, 1.0), (1.0, 5.0, 0.9)] if thick else [(1.0, 1.5, 1.25), (0.6, 1.0, 1.0), (0.8, 2.0, 1.4)]


def _edge_probability(low: float, high: float) -> Callable[[], Iterator[tuple[float, float]]]:
    def pairs() -> Iterator[tuple[float, float]]:
        from wavesim.potentials import RectangularBarrier

        for height, width, momentum in _barriers(thick=False):
            potential = RectangularBarrier(height, width)
            wave = math.sqrt(max((momentum + 1 / 4) ** 2, 2 * height))
            right = _passed(potential, momentum, 0.05, 0.5)
            for phase in np.linspace(low, high, 4):
                for offset in (0.5, 0.2):
                    yield float(phase), abs(_passed(potential, momentum, phase / wave, offset) - right)

    return pairs


def _small(amplitude: bool) -> Callable[[], Iterator[tuple[float, float]]]:
    def pairs() -> Iterator[tuple[float, float]]:
        from wavesim.potentials import RectangularBarrier

        for height, width, momentum in _barriers(thick=True):
            potential = RectangularBarrier(height, width)
            wave = math.sqrt((momentum + 1 / 4) ** 2 + 2 * height)
            # a long packet, so that what tunnels is not what goes over the barrier
            right = _passed(potential, momentum, 0.05, 0.5, width=8.0)
            for phase in (0.3, 0.45, 0.6):
                relative = abs(_passed(potential, momentum, phase / wave, 0.5, width=8.0) / right - 1)
                yield phase, relative * (math.sqrt(right) if amplitude else 1.0)

    return pairs


def _levels(potential: Any, lower: float, spacing: float, points: int) -> np.ndarray:
    from wavesim import Grid
    from wavesim.hamiltonian import Hamiltonian, lowest_eigenstates

    grid = Grid((lower,), (spacing,), (points,))
    return np.asarray(lowest_eigenstates(Hamiltonian(grid, potential.sample(grid), 1.0), 2)[0])


def _edge_gap() -> Iterator[tuple[float, float]]:
    from wavesim.potentials import SquareDoubleWell

    for depth, width, apart in ((4.0, 1.0, 1.0), (6.0, 1.2, 0.8), (3.0, 1.5, 1.2)):
        potential = SquareDoubleWell(depth, width, apart)

        def gap(spacing: float, offset: float, potential: Any = potential) -> float:
            points = 2 * round(10 / spacing)
            return float(np.diff(_levels(potential, (offset - points / 2) * spacing, spacing, points))[0])

        exact = gap(1 / 32, 0.5)
        for spacing in (0.25, 0.2, 0.15, 0.1):
            for offset in (0.5, 0.13):
                yield spacing * math.sqrt(2 * depth), abs(gap(spacing, offset) / exact - 1)


def _delta_gap() -> Iterator[tuple[float, float]]:
    from wavesim import theory
    from wavesim.potentials import DoubleDeltaWell

    for distance in (4.0, 5.0, 6.0):
        exact = float(theory.delta_doublet(1.0, distance).gap)
        for cells in (20, 30, 40, 60):
            spacing = distance / cells
            first = round(10.5 / spacing)
            levels = _levels(
                DoubleDeltaWell(1.0, distance), -distance / 2 - first * spacing, spacing, 2 * first + cells + 1
            )
            # relative to apart^2 exp(-apart) of the gap, by which the planner takes the law
            yield spacing, abs(float(levels[1] - levels[0]) / exact - 1) * distance**2 * math.exp(-distance)


def _edge_lifetime() -> Iterator[tuple[float, float]]:
    """The rate of the lowest resonance by H - i W, W a smooth absorber that is the same on all grids."""
    from wavesim import Grid
    from wavesim.potentials import RectangularBarrier

    def rate(height: float, thick: float, spacing: float) -> float:
        # a well between a barrier and its mirror image
        potentials = [RectangularBarrier(height, thick, center=side * (1.5 + thick / 2)) for side in (-1, 1)]
        points = 2 * round(30 / spacing)
        grid = Grid(((0.5 - points / 2) * spacing,), (spacing,), (points,))
        x = np.asarray(grid.x)
        absorbed = 0.02 * np.clip(np.abs(x) - 6, 0, None) ** 3
        v = sum(np.asarray(one.sample(grid)) for one in potentials)
        k = np.asarray(grid.momentum[0])
        kinetic = np.fft.ifft(k[:, None] ** 2 / 2 * np.fft.fft(np.eye(points), axis=0), axis=0)
        energies = np.linalg.eigvals(kinetic + np.diag(v - 1j * absorbed))
        low = energies[(energies.real > 0.05) & (energies.real < height)]
        return float(-2 * low[np.argmax(low.imag)].imag)

    for height, thick in ((1.5, 1.0), (2.0, 0.7)):
        exact = rate(height, thick, 0.06)
        for spacing in (0.4, 0.3, 0.2, 0.15):
            yield spacing * math.sqrt(2 * height), abs(rate(height, thick, spacing) / exact - 1)


def _delta_probability() -> Iterator[tuple[float, float]]:
    for phase, values, exact in _deltas():
        yield phase, abs(values[0] - exact)


def _delta_extrapolated() -> Iterator[tuple[float, float]]:
    for phase, values, exact in _deltas():
        weight = 1 / (_COARSER**3 - 1)
        yield phase, abs(values[0] + weight * (values[0] - values[1]) - exact)


_COARSER = 1.3


def _deltas() -> Iterator[tuple[float, tuple[float, float], float]]:
    from wavesim.potentials import DeltaBarrier

    for strength, momentum in ((1.0, 1.2), (0.7, 0.9)):
        wave = max(momentum + 1 / 4, strength)
        fine = [_passed(DeltaBarrier(strength), momentum, spacing, 0.0) for spacing in (0.08, 0.16)]
        exact = fine[0] + (fine[0] - fine[1]) / 7
        for phase in (0.4, 0.6, 0.8):
            values = [_passed(DeltaBarrier(strength), momentum, ratio * phase / wave, 0.0) for ratio in (1.0, _COARSER)]
            yield phase, (values[0], values[1]), exact


_MEASURES: dict[tuple[str, str], Callable[[], Iterator[tuple[float, float]]]] = {
    ("edge", "probability"): _edge_probability(0.5, 1.1),
    ("edge", "rough probability"): _edge_probability(0.9, 1.5),
    ("edge", "small probability"): _small(amplitude=False),
    ("edge", "amplitude"): _small(amplitude=True),
    ("edge", "gap"): _edge_gap,
    ("edge", "lifetime"): _edge_lifetime,
    ("delta", "probability"): _delta_probability,
    ("delta", "extrapolated probability"): _delta_extrapolated,
    ("delta", "gap"): _delta_gap,
}
