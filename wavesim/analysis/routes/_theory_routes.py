"""Second routes without propagation in time: the Wronskian identity, shooting, imaginary time, Coulomb functions."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from ... import theory
from ...errors import WavesimError
from ...potentials import CoulombBarrier
from ...problem import Problem
from ...propagation import coarsened, relax
from ...states import GaussianPacket, Product
from ..bars import BoundStates, Estimate, Report
from ..predictions import lowest_doublet
from ..questions import counted_gap, shot
from ._other_numerics import other_grid

_EPS = float(np.finfo(float).eps)
# numbers that follow from a gap: itself, and shares of 2 pi/gap
PERIODS = {"gap": 0.0, "tunneling_period": 1.0, "transfer_time": 0.5}
# neighboring energies, whose second difference is the noise of a half-life
_HAIR = 3e-5
# energies about a peak, as shares of it, at which T is known
_AROUND = (0.8, 0.9, 1.0, 1.1, 1.2)
# by which share of the box the walls of a second shooting lie further in
_WALLS = 0.04
# of imaginary time: excited parts fall by exp(-2 x this), a step in units of 1/(energy above the bottom), and the start beside the state
_FADE, _STEP, _WIDER, _BESIDE = 18.0, 0.12, 1.2, 0.3


@dataclasses.dataclass(frozen=True)
class Route:
    """One number by one route: its name, value and error bar, in internal units."""

    name: str
    value: float
    error: float


def wronskian(problem: Problem, name: str) -> Route:
    """Gap or period of a symmetric double well by E_A - E_S = psi_S(0) psi_A'(0)/(2 m int_0^inf psi_S psi_A dx)."""
    levels = lowest_doublet(problem)
    assert levels is not None
    gap, error = float(levels.gap), float(levels.gap_error) + 8 * _EPS * float(levels.gap)
    return _from_gap(name, "levels by the Wronskian identity, nothing propagated", gap, error)


def counted(problem: Problem, name: str) -> Route:
    """Gap or period of any double well by the parities' own levels, or by counting nodes."""
    gap = counted_gap(problem)
    if gap is None:
        raise WavesimError(f"{name} has a second route by theory's levels, but theory knows none here.")
    return _from_gap(name, "levels by theory, nothing propagated", float(gap), gap.error)


def _from_gap(name: str, how: str, gap: float, error: float) -> Route:
    if name == "gap":
        return Route(how, gap, error)
    share = PERIODS[name]
    return Route(how, share * 2 * math.pi / gap, share * 2 * math.pi * error / gap**2)


def outgoing(problem: Problem) -> Route:
    """The lifetime by shooting with outgoing waves through cells."""
    known = shot(problem)
    return Route("outgoing waves by shooting, nothing propagated", known.lifetime, known.error * known.lifetime)


def beside(report: Report) -> Route | None:
    """The headline by its first theory that states an error; None without one."""
    for name, value in report.headline.theory.items():
        if isinstance(value, Estimate):
            return Route(f"{name.replace('_', ' ')}, nothing propagated", float(value), value.error)
    return None


def ground_level(problem: Problem, report: Report) -> Route:
    """The lowest level: in closed form for deltas, by shooting in one dimension, by imaginary time in more."""
    states, head = report.states, report.headline
    assert states is not None
    if problem.potential.spikes:
        if "closed_form" not in head.theory:
            raise WavesimError(f"{head.name} of deltas has a second route in closed form only, but none is known here.")
        value = head.theory["closed_form"]
        return Route("closed form", value, 8 * _EPS * abs(value))
    return _shot(problem, states) if states.grid.dimension == 1 else _relaxed(problem, report, states)


def between_ends(report: Report) -> Route:
    """The headline between walls or on a ring by theory: levels by counting nodes or in plane waves, motion as a sum over stationary states.

    Raises:
        WavesimError: if no theory knows it.
    """
    head = report.headline
    if not head.theory:
        raise WavesimError(
            f"{head.name} between walls or on a ring has a second route by theory only, but none knows it."
        )
    value = float(next(iter(head.theory.values())))
    name = "levels by another method" if report.record is None else "a sum over stationary states"
    return Route(f"{name}, nothing propagated", value, head.theory_error + 8 * _EPS * abs(value))


def _shot(problem: Problem, states: BoundStates) -> Route:
    """The wave without nodes that vanishes at the walls; the bar holds the change with walls further in."""
    grid, mass, potential = states.grid, float(problem.mass), problem.potential
    low, high = float(grid.lower[0]), float(grid.upper[0])

    def level(cut: float) -> tuple[float, float]:
        away = cut * (high - low)
        edges = [edge for edge in potential.edges if low + away < edge < high - away]
        energies, errors = theory.levels_by_shooting(
            lambda x: potential.value((x,), mass=mass), low + away, high - away, count=1, edges=edges, mass=mass
        )
        return float(energies[0]), float(errors[0])

    (value, error), (nearer, _) = level(0.0), level(_WALLS)
    return Route("shooting between walls", value, error + abs(value - nearer) + 8 * _EPS * abs(value))


def _relaxed(problem: Problem, report: Report, states: BoundStates) -> Route:
    """Imaginary time from a Gaussian beside the state; half the step, twice the time and a coarser grid each add their change to the bar."""
    mass, density = float(problem.mass), states.psi[0] ** 2 * float(states.grid.cell)
    factors = []
    for axis in range(states.grid.dimension):
        x = np.asarray(states.grid.position[axis])
        mean = float(np.sum(density * x))
        spread = math.sqrt(float(np.sum(density * (x - mean) ** 2)))
        factors.append(GaussianPacket(mean + _BESIDE * spread, _WIDER * spread, 0.0))
    started = dataclasses.replace(problem, state=Product(tuple(factors)), duration=None)
    grid = other_grid(problem, states.grid)
    hamiltonian = problem.hamiltonian(grid)
    bottom = float(np.min(np.asarray(hamiltonian.potential)))
    depth = float(states.energies[0]) - bottom
    apart = float(states.energies[1] - states.energies[0]) if len(states.energies) > 1 else depth
    dtau = _STEP / depth
    steps = math.ceil(_FADE / apart / dtau)

    def energy(points: Any, step: float, count: int) -> float:
        return float(relax(started, points, dtau=step, steps=count)[0])

    value = energy(grid, dtau / 2, 2 * steps)
    changes = (
        energy(grid, dtau, steps),
        energy(grid, dtau / 2, 4 * steps),
        energy(coarsened(grid, 1.3, problem.potential), dtau / 2, 2 * steps),
    )
    span = sum(float(k) ** 2 for k in grid.largest_momentum) / (2 * mass) + abs(bottom)
    error = math.fsum(abs(value - changed) for changed in changes) + 8 * _EPS * span
    shape = " x ".join(map(str, grid.points))
    return Route(f"imaginary time on {shape} points", value, error)


def coulomb_half_life(problem: Problem, energy: float) -> Route:
    """ln 2 (round trip)/T by the Coulomb functions, with the noise from neighboring energies."""
    well, mass = _coulomb(problem), float(problem.mass)

    def log_life(e: float) -> float:
        out = theory.coulomb_exit(e, float(well.depth), float(well.radius), float(well.strength), mass)
        return math.log(out.round_trip) - out.log_transmission

    below, here, above = (log_life(energy * (1 + side * _HAIR)) for side in (-1, 0, 1))
    value = math.log(2.0) * math.exp(here)
    return Route("Coulomb functions", value, value * max(abs(below - 2 * here + above), abs(above - below) * _HAIR))


def coulomb_peak(problem: Problem, temperature: float, near: float) -> Route:
    """The maximum of exp(-E/kT) T(E), T by the Coulomb functions at five energies around it, with the error from three of them.

    log T + b/sqrt(E) = p(sqrt(E)) with a polynomial p, b that of a point nucleus; then b/(2 E^(3/2)) + p'/(2 sqrt(E)) = 1/kT.
    """
    well, mass = _coulomb(problem), float(problem.mass)
    bare = float(theory.sommerfeld_exponent(1.0, well.strength, mass))
    energies = near * np.array(_AROUND)
    logs = np.array(
        [
            theory.coulomb_log_transmission(float(e), float(well.depth), float(well.radius), float(well.strength), mass)
            for e in energies
        ]
    )

    def top(which: slice) -> float:
        roots = np.sqrt(energies[which])
        series = np.polynomial.Polynomial.fit(roots, logs[which] + bare / roots, len(roots) - 1).deriv()
        energy = near
        for _ in range(60):
            # bare is by far the larger part
            energy = (bare / 2 / (1 / temperature - float(series(math.sqrt(energy))) / (2 * math.sqrt(energy)))) ** (
                2 / 3
            )
        return energy

    value = top(slice(None))
    return Route("Coulomb functions about the peak", value, abs(value - top(slice(1, 4))) + 1e-9 * value)


def _coulomb(problem: Problem) -> CoulombBarrier:
    assert isinstance(problem.potential, CoulombBarrier)
    return problem.potential
