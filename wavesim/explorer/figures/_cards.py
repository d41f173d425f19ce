"""Cards of theory beside the picture: T(E), the WKB integral, the stationary state, the gap of two wells, the pattern behind slits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import theory
from ..._typing import ENERGY, LENGTH, MOMENTUM, TIME
from ...analysis import (
    Decay,
    approximate_transmissions,
    average,
    energy_density,
    forbidden_region,
    stationary_wave,
    transmission_theories,
)
from ...errors import WavesimError
from ...potentials import two_wells_of, values_at
from ...problem import Problem
from ...regions import Beyond
from ...states import GaussianPacket, as_packet
from ...units import UnitSystem
from ._kinds import Wells, scatters
from ._live_run import LiveRun

Message = tuple[dict[str, Any], dict[str, np.ndarray]]

# points of T(E), evenly spaced
_ENERGIES = 260
# points of V on the card of an energy
_POINTS = 481
# probability of momenta outside the chart, on either side
_SHARE = 2e-3
# share of its largest value below which V counts as zero behind a wall
_FAR = 1e-3


def mean_energy(problem: Problem) -> float | None:
    """The kinetic energy of the packet's mean momentum, None if it has none."""
    packet = as_packet(problem.state, float(problem.mass))
    if packet is None:
        return None
    momentum = sum(packet.momentum_range(0.5 - 1e-9, float(problem.mass))) / 2
    return momentum**2 / (2 * float(problem.mass))


def mean_runs_right(problem: Problem) -> bool:
    """Whether the packet moves to the right."""
    packet = as_packet(problem.state, float(problem.mass))
    return packet is None or sum(packet.momentum_range(0.5 - 1e-9, float(problem.mass))) >= 0


def expected_shares(problem: Problem) -> dict[str, float]:
    """T(E) averaged over a Gaussian packet: the limits of the numbers of a live run; {} where theory does not apply."""
    if not scatters(problem) or not isinstance(problem.state, GaussianPacket):
        return {}
    try:
        through = float(average(next(iter(transmission_theories(problem).values())), problem, 1e-7))
    except (WavesimError, ArithmeticError):
        return {}
    return {"transmitted_probability": through, "reflected_probability": 1.0 - through}


def transmission_card(problem: Problem, units: UnitSystem) -> Message | None:
    """T(E) exact and by WKB, and the packet's energy density; None where no plane wave is scattered."""
    if not scatters(problem):
        return None
    mass, scale = float(problem.mass), units.scale(ENERGY)
    packet = as_packet(problem.state, mass)
    mean = mean_energy(problem) or 0.0
    fastest = 0.0 if packet is None else max(abs(k) for k in packet.momentum_range(_SHARE, mass)) ** 2 / (2 * mass)
    left, right = problem.potential.support(1e-3)
    near = float(problem.potential.asymptotes()[0])
    inside = values_at(problem.potential, np.linspace(left, right, 513)[1:-1], mass) - near
    top = max(float(np.max(inside, initial=0.0)), *(float(end) - near for end in problem.potential.asymptotes()))
    high = max(2.4 * top, 1.15 * fastest, 1.8 * mean)
    # denser where the packet is
    energies = np.unique(
        np.concatenate([np.linspace(high / 400, high, _ENERGIES), np.linspace(0.3, 2.0, 80) * (mean or high / 2)])
    )
    energies = energies[energies <= high]
    exact = np.asarray(next(iter(transmission_theories(problem).values()))(energies), float)
    arrays = {"energy": energies / scale, "exact": exact}
    wkb = approximate_transmissions(problem).get("wkb")
    if wkb is not None:
        arrays["wkb"] = np.asarray(wkb(energies), float)
    share = energy_density(problem, energies)
    if share is not None and share.max() > 0:
        arrays["share"] = share / share.max()
    facts = {
        "type": "transmission",
        "top": top / scale if top > 0 else None,
        "mean": mean / scale,
        "high": high / scale,
    }
    return facts | {"peaks": _peaks(energies / scale, exact)}, arrays


def _peaks(energies: np.ndarray, exact: np.ndarray) -> list[float]:
    """Energies of the inner maxima above 0.97, at most eight."""
    inner = exact[1:-1]
    maxima = 1 + np.flatnonzero((inner > exact[:-2]) & (inner >= exact[2:]) & (inner > 0.97))
    return [float(energies[n]) for n in maxima][:8]


def energy_card(problem: Problem, units: UnitSystem, energy: float, window: np.ndarray) -> Message | None:
    """The card of one energy: turning points, forbidden regions, WKB integral, T, and the stationary state across the window.

    Args:
        problem: of which the potential and the mass count.
        units: of the card.
        energy: kinetic on the incoming side, in shown units.
        window: of the picture, in shown units.
    """
    if not scatters(problem) or not energy > 0:
        return None
    mass, scale, length = float(problem.mass), units.scale(ENERGY), units.scale(LENGTH)
    region = forbidden_region(problem, energy * scale)
    left, right = problem.potential.support(1e-3)
    margin = 0.35 * (right - left) or 0.1 * float(np.ptp(window)) * length
    x = np.linspace(left - margin, right + margin, _POINTS)
    near = 1e-9 * (right - left)
    edges = [float(edge) + side for edge in problem.potential.edges for side in (-near, near)]
    x = np.sort(np.concatenate([x, edges]))
    facts = {
        "type": "energy",
        "energy": energy,
        "level": region.level / scale,
        "turns": [turn / length for turn in region.turning_points],
        "regions": [[a / length, b / length] for a, b in region.regions],
        "exponent": region.exponent,
        "wkb": region.wkb,
        "exact": region.transmission,
    }
    arrays = {"x": x / length, "potential": values_at(problem.potential, x, mass) / scale}
    places = np.linspace(float(window[0]), float(window[1]), 801)
    try:
        wave = stationary_wave(problem, energy * scale, places * length)
    except WavesimError:
        return facts, arrays
    # the global phase is free: choose it so that the real part is large on the incoming side
    before = (
        wave[: np.searchsorted(places * length, left)]
        if mean_runs_right(problem)
        else wave[np.searchsorted(places * length, right) :]
    )
    if before.size:
        wave = np.asarray(wave * np.exp(-0.5j * np.angle(np.sum(before**2))), complex)
    return facts, arrays | {"places": places, "real": np.real(wave), "imaginary": np.imag(wave)}


def gap_card(
    problem: Problem, units: UnitSystem, path: str, values: np.ndarray, problem_at: Callable[[float], Problem]
) -> Message | None:
    """The gap of the two lowest levels against one number of the wells, exact and by WKB.

    Args:
        problem: the wells as they are.
        units: of the card.
        path: of the number.
        values: of the number.
        problem_at: gives the wells with another value of the number.
    """
    scale = units.scale(ENERGY)
    pairs = []
    for value in values:
        try:
            pairs.append(_gaps(problem_at(float(value))))
        except (WavesimError, ArithmeticError):
            pairs.append((math.nan, math.nan))
    exact, wkb = np.array(pairs).T
    if not np.any(np.isfinite(exact)):
        return None
    gap, wkb_gap = _gaps(problem)
    facts = {
        "type": "gap",
        "path": path,
        "gap": gap / scale,
        "wkb": None if math.isnan(wkb_gap) else wkb_gap / scale,
        "period": 2 * math.pi / gap / units.scale(TIME),
    }
    return facts, {"value": values, "exact": exact / scale, "wkb": wkb / scale}


def _gaps(problem: Problem) -> tuple[float, float]:
    """The gap from the levels on the grid, and by WKB, nan where the textbook's formula does not apply."""
    grid, mass = Wells().box(problem), float(problem.mass)
    low, high = np.linalg.eigvalsh(np.asarray(problem.hamiltonian(grid).matrix()))[:2]
    wells = two_wells_of(problem.potential, mass)
    if wells is None or not wells.symmetric or problem.potential.spikes or (low + high) / 2 >= wells.top:
        return float(high - low), math.nan
    half = float(grid.upper[0]) - wells.divide
    edges = tuple(float(edge) - wells.divide for edge in problem.potential.edges if wells.divide < edge)
    try:
        wkb_gap = theory.wkb_gap(
            lambda x: values_at(problem.potential, np.asarray(x) + wells.divide, mass),
            float(low + high) / 2,
            half,
            edges=edges,
            mass=mass,
        )
    except WavesimError:
        return float(high - low), math.nan
    return float(high - low), float(wkb_gap)


def decay_card(problem: Problem, units: UnitSystem) -> Message:
    """The lifetime from the complex resonance, and by WKB."""
    predictions = Decay().predictions(problem, None)
    lifetimes = {name: float(value) / units.scale(TIME) for name, value in predictions["lifetime"].items()}
    return {"type": "decay", "lifetimes": lifetimes}, {}


def pattern_card(run: LiveRun, units: UnitSystem, frame: int) -> Message | None:
    """The density behind the wall, integrated across it, against the position along it, and its momentum spectrum."""
    problem, grid = run.setup.original, run.setup.numerics.grid
    if not problem.open:
        return None
    end = problem.potential.support(_FAR)[1]
    behind = np.asarray(Beyond(end).fraction(grid))[:, 0]
    length = units.scale(LENGTH)
    density = behind @ np.abs(run.psi(frame)) ** 2 * float(grid.spacing[0]) * length
    y = (float(grid.lower[1]) + float(grid.spacing[1]) * np.arange(grid.points[1])) / length
    waves = run.psi(frame) @ np.exp(-1j * np.outer(y * length, momenta := _momenta(problem, y * length)))
    spectrum = behind @ np.abs(waves * float(grid.spacing[1])) ** 2 * float(grid.spacing[0]) / (2 * math.pi)
    return {"type": "pattern"}, {
        "y": y,
        "density": density,
        "momentum": momenta / units.scale(MOMENTUM),
        "spectrum": spectrum * units.scale(MOMENTUM),
    }


def _momenta(problem: Problem, y: np.ndarray) -> np.ndarray:
    """Momenta along the wall, over some fringes on either side."""
    separation = getattr(problem.potential, "separation", None)
    last = 2.6 * 2 * math.pi / float(separation) if separation else 0.25 * math.pi / float(y[1] - y[0])
    return np.linspace(-last, last, 161)


def theory_curves(run: LiveRun) -> dict[str, np.ndarray]:
    """The curve of the first theory for each number of the timeline, at all frames."""
    setup = run.setup
    try:
        predictions = run.kind.question.curve_predictions(setup.original, run.times)
    except WavesimError:
        return {}
    return {name: np.asarray(next(iter(kinds.values()))) for name, kinds in predictions.items() if kinds}
