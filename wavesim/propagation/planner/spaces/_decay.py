"""Box, spacing, absorber and duration for a particle that leaks out of a well, from its estimated rate."""

from __future__ import annotations

import cmath
import dataclasses
import math
from typing import Any

import numpy as np
import scipy

from ...._amounts import amount
from ...._checks import named
from ...._typing import ENERGY
from ....absorbers import Absorber
from ....errors import NumericsError
from ....grid import Grid
from ....potentials import AbstractMetastable
from ....problem import Problem
from ....states import Trapped
from .._shown import Shown
from .._spacing_law import allowed_phase
from ._grid import fitted_grid
from ._space import Space

# V relative to the energy where free flight begins
_FLAT = 0.2
# slowest wave to absorb, relative to the momentum of the resonance: V is not yet flat where free flight begins
_SLOWEST = 0.85
# duration of a run in lifetimes
_LIFETIMES = 1.2
# periods of the phase after which a longer lifetime can be measured from a part of it
_TURNS = 3000.0
# fewest round trips in the well
_CROSSINGS = 12.0
# slices of constant V from the wall to the region of free flight
_SLICES = 3000
# points of the finite differences of the closed well
_CELLS = 1500


@dataclasses.dataclass(frozen=True)
class Leak:
    """Estimates for a leaking state before its propagation.

    Attributes:
        energy: the energy at which the outgoing wave matches the well [energy].
        rate: the decay rate, the flux of that wave over its probability; its relative error is about rate/energy [1/time].
        turn: the outer turning point, beyond which V is below the energy [length].
        outlet: the position beyond which V is flat, where free flight begins [length].
    """

    energy: float
    rate: float
    turn: float
    outlet: float


def leak_of(problem: Problem) -> Leak:
    """Energy and rate of a `Trapped` state.

    Raises:
        NumericsError: if the potential has no such state, or its energy is too low to get out.
    """
    potential, mass = _metastable(problem), float(problem.mass)
    assert isinstance(problem.state, Trapped)
    low = float(potential.edges[0]) if potential.wall is None else float(potential.wall)
    bottom, top = _extremes(potential, mass)
    end = float(potential.asymptotes()[1])
    energy = _closed_level(potential, problem.state.level, mass)
    if not energy < top:
        raise NumericsError(
            f"a trapped state must lie below the top of its barrier, {amount(top, ENERGY, problem.shown_in)}, but level {problem.state.level} does not; "
            "make the well wider or deeper, or ask for a lower level."
        )
    if energy <= end:
        raise NumericsError(
            f"a trapped state must lie above the potential outside, {amount(end, ENERGY, problem.shown_in)}, to get out, but lies at {amount(energy, ENERGY, problem.shown_in)}; "
            "make the well narrower or shallower, or ask for a higher level."
        )

    def is_above(x: float, share: float) -> bool:
        return _beyond(potential, x, mass) - end > share * (energy - end)

    outlet = float(potential.edges[-1])
    while is_above(outlet, _FLAT):
        outlet += 0.02 * (outlet - low)
    energy = _resonant(potential, energy, outlet, mass)
    turn = float(potential.edges[-1])
    if is_above(turn, 1.0):
        turn = float(
            np.asarray(scipy.optimize.brentq(lambda x: _beyond(potential, x, mass) - energy, turn, outlet)).item()
        )
    return Leak(energy, _outgoing(potential, energy, outlet, mass)[1], turn, outlet)


def _closed_level(potential: AbstractMetastable, level: int, mass: float) -> float:
    """A level of the well with the barrier's top continued outwards, to about 1e-3, by finite differences."""
    bottom, top = _extremes(potential, mass)
    wall, edge = potential.wall, float(potential.divide)
    start, pad, energy = float(potential.edges[0]), 10 / math.sqrt(2 * mass * (top - bottom)), top
    for _ in range(2):
        left = start - pad if wall is None else float(wall)
        x, step = np.linspace(left, edge + pad, _CELLS + 2, retstep=True)
        values = np.where(x < edge, _values(potential, np.minimum(x, edge), mass), top)[1:-1]
        hop = 1 / (2 * mass * step**2)
        energy = float(
            scipy.linalg.eigh_tridiagonal(
                values + 2 * hop, np.full(_CELLS - 1, -hop), eigvals_only=True, select="i", select_range=(level, level)
            )[0]
        )
        pad = 10 / math.sqrt(2 * mass * max(top - energy, 1e-3 * (top - bottom)))
    return energy


def _outgoing(potential: AbstractMetastable, energy: float, outlet: float, mass: float) -> tuple[float, float]:
    """Mismatch at the wall and rate (flux over probability) of the outgoing wave of a real energy, followed inwards through slices of constant V.

    Inside, the wave is real up to a constant phase and corrections of the order of the rate. The mismatch is the real part of psi(wall), or, without
    a wall, of psi' - kappa psi, which vanishes for a tail to the left.
    """
    wall = potential.wall
    start = float(potential.edges[0]) if wall is None else float(wall)
    edges = np.array([start, *(edge for edge in potential.edges if start < edge < outlet), outlet])
    counts = np.maximum(8, np.ceil(_SLICES * np.diff(edges) / (outlet - start))).astype(int)
    points = np.concatenate(
        [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(edges, edges[1:], counts, strict=False)] + [edges[-1:]]
    )
    middle, width = (points[1:] + points[:-1]) / 2, np.diff(points)
    squares = 2 * mass * (energy - _values(potential, middle, mass))
    k = math.sqrt(2 * mass * (energy - _beyond(potential, outlet, mass)))
    psi, slope, inside, phase = 1.0 + 0.0j, 1j * k, 0.0, 1.0 + 0.0j
    for x, h, square in zip(middle[::-1], width[::-1], squares[::-1], strict=True):
        q = cmath.sqrt(square)
        cosine, sine = cmath.cos(q * h), (cmath.sin(q * h) / q if q else h)
        psi, slope = cosine * psi - sine * slope, q * q * sine * psi + cosine * slope
        phase = psi if x > potential.divide else phase
        inside += abs(psi) ** 2 * h if x < potential.edges[-1] or square < 0 else 0.0
    if wall is None:
        kappa = math.sqrt(2 * mass * (float(potential.asymptotes()[0]) - energy))
        psi, inside = slope - kappa * psi, inside + abs(psi) ** 2 / (2 * kappa)
    return float((psi / phase).real), float(k / mass / inside)


def _resonant(potential: AbstractMetastable, closed: float, outlet: float, mass: float) -> float:
    """The real energy whose outgoing wave matches the well, by secants from the level of the closed well."""
    last, energy = closed, closed * (1 - 1e-3) if closed else -1e-3
    mismatch, _ = _outgoing(potential, last, outlet, mass)
    for _ in range(12):
        now, rate = _outgoing(potential, energy, outlet, mass)
        if now == mismatch or abs(energy - last) < 1e-2 * rate:
            break
        last, mismatch, energy = energy, now, energy - now * (energy - last) / (now - mismatch)
    return energy


def decay_space(
    problem: Problem, tolerance: float, grid: Grid | None, absorber: Any, finer: float, thicker: float, longer: float
) -> Space:
    """Box, spacing, absorber and duration for a decay.

    * energy and rate: those of the outgoing wave that matches the well;
    * absorber: its reflection changes the rate by less than tolerance/4;
    * spacing: (spacing k)^3 < 8 tolerance, k the largest wave number in the well or under the barrier;
    * box: the well, the barrier, the region behind it where V is not yet flat, and the absorbers; mirrored at a hard wall;
    * duration: 1.2 lifetimes, or 3000 turns of the phase if these are shorter; at least 12 round trips in the well.
    """
    potential, mass = _metastable(problem), float(problem.mass)
    leak = leak_of(problem)
    bottom, top = _extremes(potential, mass)
    end = float(potential.asymptotes()[1])
    k = math.sqrt(2 * mass * (leak.energy - end))
    wave = math.sqrt(2 * mass * max(leak.energy - bottom, top - leak.energy))
    if absorber == "planned":
        absorber = Absorber.designed(_SLOWEST * k, max(tolerance**2 / 128, 1e-11), mass)
        absorber = dataclasses.replace(absorber, width=absorber.width * thicker)
    room = float(absorber.width) if absorber is not None else 0.0
    if grid is None:
        spacing = allowed_phase("edge", "lifetime", max(tolerance, 1e-7)) / wave / finer
        high = leak.outlet + 3 / k + room
        if potential.wall is not None:
            low = 2 * float(potential.wall) - high
        else:
            # the left absorber must take much less from the tail than leaks to the right
            kappa = math.sqrt(2 * mass * (float(potential.asymptotes()[0]) - leak.energy))
            tail = math.log(max(leak.energy - bottom, leak.rate) / (tolerance * leak.rate)) / (2 * kappa)
            low = float(potential.edges[0]) - tail - room
        grid = fitted_grid(low, high, spacing, potential)
    lifetime = 1 / leak.rate
    turns = 2 * math.pi / (leak.energy - bottom)
    start = float(potential.edges[0]) if potential.wall is None else float(potential.wall)
    crossing = (float(potential.divide) - start) * math.sqrt(2 * mass / (leak.energy - bottom))
    # the other waves leave with the first crossings, before the fit
    duration = max(_CROSSINGS * crossing, min(_LIFETIMES * lifetime, max(_TURNS * turns, 0.02 * lifetime)))
    duration *= longer
    shown = Shown(problem)
    why = f"{duration / lifetime:.3g} lifetimes of {shown.time(lifetime, 4)}, as the outgoing wave tells"
    if problem.duration is not None:
        duration, why = float(problem.duration), "given"
    energy = max(leak.energy, top) - bottom
    reasons = {
        "energy": f"{shown.energy(leak.energy)}; outside, a momentum of {shown.momentum(k)}",
        "box": f"{shown.span(grid.lower[0], grid.upper[0])}: "
        + ("mirrored at the wall, " if potential.wall is not None else "")
        + f"free flight from {shown.length(leak.outlet, 5)} on, two absorbers",
        "spacing": f"{shown.length(grid.spacing[0], 5)}: fine enough for the edges; what they leave is measured",
        "absorber": f"{shown.length(absorber.width)} at each end: what comes back changes the rate by less than {tolerance / 4:.1g}"
        if absorber
        else "none",
        "duration": f"{shown.time(duration)}: {why}",
    }
    return Space(grid, absorber, duration, energy, k / mass, reasons)


def _metastable(problem: Problem) -> AbstractMetastable:
    if not isinstance(problem.potential, AbstractMetastable):
        raise NumericsError(
            f"a trapped start needs a well that leaks, but {named(problem.potential)} is none; "
            "take well_behind_barrier, coulomb_barrier or leaky_square_well."
        )
    return problem.potential


def _extremes(potential: AbstractMetastable, mass: float) -> tuple[float, float]:
    """The lowest V in the well and the highest of the barrier."""
    low, high = float(potential.edges[0]), float(potential.edges[-1])
    x = np.linspace(low, high + 1e-6 * (high - low), 1025)
    values = _values(potential, x, mass)
    return float(values.min()), float(values.max())


def _beyond(potential: AbstractMetastable, x: float, mass: float) -> float:
    """V just right of x, which may be an edge."""
    return float(_values(potential, np.array([x + 1e-9 * (x - float(potential.edges[0]))]), mass)[0])


def _values(potential: AbstractMetastable, x: np.ndarray, mass: float) -> np.ndarray:
    return np.asarray(potential.value((x,), mass=mass))  # type: ignore[arg-type]
