"""Space for a packet in a structure with position-dependent mass: a box that holds it to the end, since spectral elements have no absorber."""

from __future__ import annotations

import math

import numpy as np

from ....errors import NumericsError
from ....grid import Grid
from ....potentials import BandEdge, values_at
from ....problem import Problem
from .._shown import Shown
from ._open import packet_of, padded, refuse_at_rest, speeds
from ._space import Space

# largest wave number of the grid over that of the fastest wave, so that a grid 1.7 times coarser still holds it
_BAND = 1.9
# positions at which V and m are sampled
_PLACES = 1025


def structure_space(problem: Problem, tolerance: float, grid: Grid | None, finer: float, longer: float) -> Space:
    """Box, spacing and duration: until all but tolerance/20 of the packet has passed or turned back, in a box that holds it.

    Waves of energy E have the speed sqrt(2 (E - V)/m) on each side, with m of that side.

    Args:
        problem: a packet, and V as a `BandEdge`.
        tolerance: absolute error of probabilities.
        grid: the grid by hand, which is kept; None to plan it.
        finer: the factor that divides the planned spacing.
        longer: the factor that multiplies a planned duration.

    Raises:
        NumericsError: if the packet is at rest, or nothing of it leaves the structure.
    """
    edge, packet, mass = problem.potential, packet_of(problem), float(problem.mass)
    assert isinstance(edge, BandEdge)
    refuse_at_rest(problem, packet, mass)
    left, right = edge.support(tolerance)
    start = packet.position_range(min(1e-6, tolerance**2))
    center = sum(start) / 2
    here = float(values_at(edge, np.array([center]), mass)[0])
    slow, _ = speeds(packet, tolerance / 20, mass)
    _, fast = speeds(packet, tolerance**2 / 100, mass)
    energy = here + fast**2 / (2 * mass)
    to_right = sum(packet.momentum_range(0.5 - 1e-9, mass)) > 0
    way = right - start[0] if to_right else start[1] - left
    near = max(0.0, left - start[1] if to_right else start[0] - right)
    duration = problem.duration
    if duration is None:
        duration = longer * mass * (way + 4 / slow) / slow
    x = np.linspace(*padded(left, right), _PLACES)
    masses = np.asarray(edge.structure.mass_at(x, mass), float)
    wave = math.sqrt(float(np.max(2 * masses * np.maximum(energy - values_at(edge, x, mass), 0.0))))
    # time after the packet's front has reached the structure
    after = max(0.0, float(duration) - near * mass / fast)
    margin = (start[1] - start[0]) / 4
    away = [
        math.sqrt(max(2 * (energy - float(end)) / float(outer), 0.0))
        for end, outer in zip(edge.asymptotes(), edge.structure.masses_outside(mass), strict=True)
    ]
    if not any(away):
        raise NumericsError(
            "nothing of this packet leaves the structure, so that nothing says how long it is to be followed; raise its energy, or ask for levels."
        )
    low, high = min(start[0], left - away[0] * after) - margin, max(start[1], right + away[1] * after) + margin
    if grid is None:
        grid = Grid.line(low, high, 2 * math.ceil((high - low) * _BAND * max(wave, fast) * finer / (2 * math.pi)))
    shown = Shown(problem)
    reasons = {
        "box": f"{shown.span(grid.lower[0], grid.upper[0])}: holds the packet to the end, for the eigenstates know no absorber",
        "spacing": f"{shown.length(grid.spacing[0], 5)}: the grid holds 1.9 x the largest momentum",
        "absorber": "none",
        "duration": shown.time(duration)
        + ("" if problem.duration is not None else ": until the slowest part has passed"),
    }
    return Space(grid, None, float(duration), energy - min(map(float, edge.asymptotes())), fast / mass, reasons)
