"""Mean motion by theory: closed forms of free and harmonic packets, and of any potential that is quadratic in x."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ... import theory
from ...potentials import AbstractPotential, Free, Harmonic, values_at
from ...problem import Problem
from ...states import GaussianPacket
from ..bars import CurvePredictions, Estimate, Predictions

# V is quadratic where four further places say so to this share of its size, at so many times
_EXACT, _TIMES = 1e-11, 9
# in widths of the packet and distances from 0
_FAR = 8.0
_NAMES = ("mean_position", "mean_momentum", "position_spread", "mean_energy")


class _Motion(NamedTuple):
    """What one theory says: its name, curves by standard name, and their errors at the last time."""

    kind: str
    curves: dict[str, np.ndarray]
    errors: dict[str, float]


def motion_theories(problem: Problem, times: np.ndarray) -> CurvePredictions:
    """Position, momentum, spread, energy and norm at `times`, each by the theory's name; empty where none applies."""
    motion = _motion(problem, np.asarray(times, float))
    return {} if motion is None else {name: {motion.kind: curve} for name, curve in motion.curves.items()}


def motion_at(problem: Problem, duration: float) -> Predictions:
    """The same at one time, each with the error of its theory."""
    motion = _motion(problem, np.array([0.0, duration]))
    if motion is None:
        return {}
    return {
        name: {motion.kind: Estimate(float(curve[-1]), motion.errors.get(name, 0.0))}
        for name, curve in motion.curves.items()
    }


def _motion(problem: Problem, times: np.ndarray) -> _Motion | None:
    packet = problem.state
    if not isinstance(packet, GaussianPacket) or problem.potential.dimension > 1:
        return None
    motion = _closed(problem, packet, times) or _quadratic(problem, packet, times)
    return None if motion is None else motion._replace(curves=motion.curves | {"norm": np.ones_like(times)})


def _closed(problem: Problem, packet: GaussianPacket, times: np.ndarray) -> _Motion | None:
    mass, center, width = float(problem.mass), float(packet.center), float(packet.width)
    momentum = float(packet.mean_momentum(mass))
    kinetic = momentum**2 / (2 * mass) + 1 / (8 * mass * width**2)
    if isinstance(problem.potential, Free):
        mean = theory.free_packet_mean(times, center=center, momentum=momentum, mass=mass)
        spread = theory.free_packet_width(times, width=width, mass=mass)
        moving, energy, kind = np.full_like(times, momentum), kinetic, "free"
    elif isinstance(problem.potential, Harmonic):
        well = problem.potential
        frequency, offset = float(well.frequency), center - float(well.center)
        mean, moving = theory.harmonic_mean(times, center=offset, momentum=momentum, frequency=frequency, mass=mass)
        mean = np.asarray(mean) + float(well.center)
        spread = theory.harmonic_width(times, width=width, frequency=frequency, mass=mass)
        energy, kind = kinetic + mass * frequency**2 * (offset**2 + width**2) / 2, "harmonic"
    else:
        return None
    curves = (np.asarray(curve) for curve in (mean, moving, spread, energy * np.ones_like(times)))
    return _Motion(kind, dict(zip(_NAMES, curves, strict=True)), {})


def _quadratic(problem: Problem, packet: GaussianPacket, times: np.ndarray) -> _Motion | None:
    potential, mass = problem.potential, float(problem.mass)
    center, width = float(packet.center), float(packet.width)
    scale = abs(center) + _FAR * width
    if not is_quadratic(potential, mass, scale, float(times[-1])):
        return None
    places = np.array([-scale, 0.0, scale])

    def coefficients(time: float) -> tuple[float, float, float]:
        below, middle, above = values_at(potential, places, mass, time)
        return float(middle), float((above - below) / (2 * scale)), float((above - 2 * middle + below) / scale**2)

    found = theory.quadratic_motion(
        times, coefficients, center=center, width=width, momentum=float(packet.mean_momentum(mass)), mass=mass
    )
    curves = (found.position, found.momentum, found.spread, found.energy)
    errors = (found.errors[name] for name in ("position", "momentum", "spread", "energy"))
    return _Motion("quadratic", dict(zip(_NAMES, curves, strict=True)), dict(zip(_NAMES, errors, strict=True)))


def is_quadratic(potential: AbstractPotential, mass: float, scale: float, duration: float) -> bool:
    """Whether V is a parabola, a straight line or a constant in x from -10 to 10 scales, at all times up to the end."""
    if potential.edges or potential.spikes:
        return False
    u = np.array([-1.0, 0.0, 1.0, -10.0, -3.7, -0.4, 0.55, 2.9, 10.0])
    for time in np.linspace(0.0, duration, _TIMES if not potential.static else 1):
        values = values_at(potential, scale * u, mass, float(time))
        if not np.all(np.isfinite(values)):
            return False
        below, middle, above = values[:3]
        parabola = middle + (above - below) / 2 * u + (above - 2 * middle + below) / 2 * u**2
        sizes = np.abs(middle) + (np.abs(above) + np.abs(below)) * (1 + np.abs(u) + u**2)
        if np.any(np.abs(parabola - values) > _EXACT * sizes):
            return False
    return True
