"""Mean motion by theory: closed forms of free and harmonic packets, and of any potential that is quadratic in x."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .... import theory
from ....ends import Axis, Ends, Walls
from ....errors import NumericsError
from ....potentials import AbstractPotential, Free, Harmonic, restricted, values_at
from ....problem import Problem
from ....states import GaussianPacket
from ...bars import CurvePredictions, Estimate, Predictions

# V is quadratic where four further places say so to this share of its size, at so many times
_EXACT, _TIMES = 1e-11, 9
# in widths of the packet and distances from 0
_FAR = 8.0
# widths of a packet beyond which it is nothing, int kappa dx from it to a wall that is not felt, places to look at V, and how often twice as far
_SLIGHT, _UNFELT, _PLACES, _DOUBLINGS = 9.0, 20.0, 4097, 60
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
    # where states are summed up, what they miss is seen at several times, for at one it may pass through zero
    motion = _motion(problem, np.linspace(0.0, duration, 2 if problem.ends is None else _TIMES))
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
    if problem.ends is not None:
        return _ended(problem, packet, problem.ends, times)
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


def _ended(problem: Problem, packet: GaussianPacket, ends: Ends, times: np.ndarray) -> _Motion | None:
    """Between walls or on a ring, as a sum over stationary states; None where those are too many."""
    potential, mass = restricted(problem.potential, ends), float(problem.mass)
    if not potential.static or (isinstance(ends, Axis) and float(ends.flux)):
        return None
    given = {
        "center": float(packet.center),
        "width": float(packet.width),
        "momentum": float(packet.mean_momentum(mass)),
    }

    def value(x: np.ndarray) -> np.ndarray:
        return values_at(potential, x, mass)

    try:
        low, high = ends.interval if isinstance(ends, Axis) or ends.both else _far_wall(value, ends, given, times, mass)
        pairs = [pair for pair in zip(potential.spikes, potential.strengths, strict=True) if low < pair[0] < high]
        structure = {
            "edges": [float(edge) for edge in potential.edges if low < edge < high],
            "deltas": ([float(at) for at, _ in pairs], [float(size) for _, size in pairs]),
        }
        if isinstance(ends, Axis):
            found = theory.ring_motion(times, value, low, high - low, mass=mass, **given, **structure)
        else:
            found = theory.walled_motion(times, value, low, high, mass=mass, **given, **structure)
    except NumericsError:
        return None
    curves = (found.position, found.momentum, found.spread, found.energy)
    errors = (found.errors[name] for name in ("position", "momentum", "spread", "energy"))
    return _Motion("levels", dict(zip(_NAMES, curves, strict=True)), dict(zip(_NAMES, errors, strict=True)))


def _far_wall(
    value: Callable[[np.ndarray], np.ndarray], walls: Walls, packet: dict[str, float], times: np.ndarray, mass: float
) -> tuple[float, float]:
    """The wall, and another one where the packet does not come: deep in what it cannot pass, or farther than it gets in the time."""
    wall, sign = (float(walls.left), 1.0) if walls.left is not None else (float(walls.right), -1.0)  # type: ignore[arg-type]
    center, width = packet["center"], packet["width"]
    fastest = abs(packet["momentum"]) + _SLIGHT / (2 * width)
    reach = abs(center - wall) + _SLIGHT * width
    near = value(wall + sign * np.linspace(0.0, reach, _PLACES)[1:])
    energy = fastest**2 / (2 * mass) + float(near.max())
    bottom = float(near.min())
    for _ in range(_DOUBLINGS):
        u = np.linspace(0.0, reach, _PLACES)[1:]
        values = value(wall + sign * u)
        bottom = min(bottom, float(values.min()))
        kappa = np.sqrt(2 * mass * np.maximum(values - energy, 0.0))
        beyond = np.cumsum(kappa * (u > abs(center - wall))) * (u[1] - u[0])
        flight = math.sqrt(2 * (energy - bottom) / mass) * float(times[-1]) + abs(center - wall) + _SLIGHT * width
        if beyond[-1] > _UNFELT:
            reach = float(u[np.searchsorted(beyond, _UNFELT)])
            break
        if reach >= flight:
            break
        reach = min(2 * reach, flight)
    far = wall + sign * reach
    return min(wall, far), max(wall, far)


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
