"""Mean motion of a packet by theory: quadratic V(x), and sums of levels between walls or on a ring."""

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

# largest deviation of a quadratic V from a parabola, relative to its size
_TOLERANCE = 1e-11
# times at which that is checked, and at which the error of a sum of levels is estimated
_TIMES = 9
# widths of the packet around its start within which V is sampled
_SAMPLED_WIDTHS = 8.0
# widths of a packet beyond which it is negligible
_PACKET_WIDTHS = 9.0
# int kappa dx from the packet to a wall that it does not reach
_WALL_EXPONENT = 20.0
# positions at which V is sampled in the search for that wall
_POSITIONS = 4097
_MOST_DOUBLINGS = 60
_NAMES = ("mean_position", "mean_momentum", "position_spread", "mean_energy")


class _Motion(NamedTuple):
    """Motion by one theory: its name, curves by standard name, and their errors at the last time."""

    kind: str
    curves: dict[str, np.ndarray]
    errors: dict[str, float]


def motion_theories(problem: Problem, times: np.ndarray) -> CurvePredictions:
    """Position, momentum, spread, energy and norm at `times`, by theory's name; empty without one."""
    motion = _motion(problem, np.asarray(times, float))
    return {} if motion is None else {name: {motion.kind: curve} for name, curve in motion.curves.items()}


def motion_at(problem: Problem, duration: float) -> Predictions:
    """The same at time `duration`, each value with the error of its theory."""
    # the truncation error of a sum of levels is estimated from several times, for at a single one it may vanish
    motion = _motion(problem, np.linspace(0.0, duration, 2 if problem.ends is None else _TIMES))
    if motion is None:
        return {}
    return {
        name: {motion.kind: Estimate(float(curve[-1]), motion.errors.get(name, 0.0))}
        for name, curve in motion.curves.items()
    }


def _motion(problem: Problem, times: np.ndarray) -> _Motion | None:
    """Motion of a Gaussian packet by the theory that applies; None where none does."""
    packet = problem.state
    if not isinstance(packet, GaussianPacket) or problem.potential.dimension > 1:
        return None
    if problem.ends is not None:
        return _with_ends(problem, packet, problem.ends, times)
    motion = _closed_form(problem, packet, times) or _quadratic(problem, packet, times)
    return None if motion is None else motion._replace(curves=motion.curves | {"norm": np.ones_like(times)})


def _closed_form(problem: Problem, packet: GaussianPacket, times: np.ndarray) -> _Motion | None:
    """Closed forms of a free and of a harmonic packet."""
    mass, center, width = float(problem.mass), float(packet.center), float(packet.width)
    momentum = float(packet.mean_momentum(mass))
    kinetic = momentum**2 / (2 * mass) + 1 / (8 * mass * width**2)
    if isinstance(problem.potential, Free):
        mean = theory.free_packet_mean(times, center=center, momentum=momentum, mass=mass)
        spread = theory.free_packet_width(times, width=width, mass=mass)
        mean_momentum, energy, kind = np.full_like(times, momentum), kinetic, "free"
    elif isinstance(problem.potential, Harmonic):
        well = problem.potential
        frequency, offset = float(well.frequency), center - float(well.center)
        mean, mean_momentum = theory.harmonic_mean(
            times, center=offset, momentum=momentum, frequency=frequency, mass=mass
        )
        mean = np.asarray(mean) + float(well.center)
        spread = theory.harmonic_width(times, width=width, frequency=frequency, mass=mass)
        energy, kind = kinetic + mass * frequency**2 * (offset**2 + width**2) / 2, "harmonic"
    else:
        return None
    curves = (np.asarray(curve) for curve in (mean, mean_momentum, spread, energy * np.ones_like(times)))
    return _Motion(kind, dict(zip(_NAMES, curves, strict=True)), {})


def _quadratic(problem: Problem, packet: GaussianPacket, times: np.ndarray) -> _Motion | None:
    """Ehrenfest's and the spread's equations of motion in a quadratic V(x, t)."""
    potential, mass = problem.potential, float(problem.mass)
    center, width = float(packet.center), float(packet.width)
    scale = abs(center) + _SAMPLED_WIDTHS * width
    if not is_quadratic(potential, mass, scale, float(times[-1])):
        return None
    positions = np.array([-scale, 0.0, scale])

    def coefficients(time: float) -> tuple[float, float, float]:
        below, middle, above = values_at(potential, positions, mass, time)
        return float(middle), float((above - below) / (2 * scale)), float((above - 2 * middle + below) / scale**2)

    motion = theory.quadratic_motion(
        times, coefficients, center=center, width=width, momentum=float(packet.mean_momentum(mass)), mass=mass
    )
    curves = (motion.position, motion.momentum, motion.spread, motion.energy)
    errors = (motion.errors[name] for name in ("position", "momentum", "spread", "energy"))
    return _Motion("quadratic", dict(zip(_NAMES, curves, strict=True)), dict(zip(_NAMES, errors, strict=True)))


def _with_ends(problem: Problem, packet: GaussianPacket, ends: Ends, times: np.ndarray) -> _Motion | None:
    """Between walls or on a ring, as a sum over stationary states; None where too many are needed."""
    potential, mass = restricted(problem.potential, ends), float(problem.mass)
    if not potential.static or (isinstance(ends, Axis) and float(ends.flux)):
        return None
    packet_parameters = {
        "center": float(packet.center),
        "width": float(packet.width),
        "momentum": float(packet.mean_momentum(mass)),
    }

    def value(x: np.ndarray) -> np.ndarray:
        return values_at(potential, x, mass)

    try:
        low, high = (
            ends.interval
            if isinstance(ends, Axis) or ends.both
            else _far_wall(value, ends, packet_parameters, times, mass)
        )
        pairs = [pair for pair in zip(potential.spikes, potential.strengths, strict=True) if low < pair[0] < high]
        structure = {
            "edges": [float(edge) for edge in potential.edges if low < edge < high],
            "deltas": ([float(at) for at, _ in pairs], [float(size) for _, size in pairs]),
        }
        if isinstance(ends, Axis):
            motion = theory.ring_motion(times, value, low, high - low, mass=mass, **packet_parameters, **structure)
        else:
            motion = theory.walled_motion(times, value, low, high, mass=mass, **packet_parameters, **structure)
    except NumericsError:
        return None
    curves = (motion.position, motion.momentum, motion.spread, motion.energy)
    errors = (motion.errors[name] for name in ("position", "momentum", "spread", "energy"))
    return _Motion("levels", dict(zip(_NAMES, curves, strict=True)), dict(zip(_NAMES, errors, strict=True)))


def _far_wall(
    value: Callable[[np.ndarray], np.ndarray], walls: Walls, packet: dict[str, float], times: np.ndarray, mass: float
) -> tuple[float, float]:
    """The wall and an added one that the packet does not reach.

    The added one is deep in a forbidden region, or too far away for the time.
    """
    wall, sign = (float(walls.left), 1.0) if walls.left is not None else (float(walls.right), -1.0)  # type: ignore[arg-type]
    center, width = packet["center"], packet["width"]
    fastest = abs(packet["momentum"]) + _PACKET_WIDTHS / (2 * width)
    reach = abs(center - wall) + _PACKET_WIDTHS * width
    near = value(wall + sign * np.linspace(0.0, reach, _POSITIONS)[1:])
    energy = fastest**2 / (2 * mass) + float(near.max())
    bottom = float(near.min())
    for _ in range(_MOST_DOUBLINGS):
        u = np.linspace(0.0, reach, _POSITIONS)[1:]
        values = value(wall + sign * u)
        bottom = min(bottom, float(values.min()))
        kappa = np.sqrt(2 * mass * np.maximum(values - energy, 0.0))
        exponent = np.cumsum(kappa * (u > abs(center - wall))) * (u[1] - u[0])
        flight = (
            math.sqrt(2 * (energy - bottom) / mass) * float(times[-1]) + abs(center - wall) + _PACKET_WIDTHS * width
        )
        if exponent[-1] > _WALL_EXPONENT:
            reach = float(u[np.searchsorted(exponent, _WALL_EXPONENT)])
            break
        if reach >= flight:
            break
        reach = min(2 * reach, flight)
    far = wall + sign * reach
    return min(wall, far), max(wall, far)


def is_quadratic(potential: AbstractPotential, mass: float, scale: float, duration: float) -> bool:
    """Whether V is of at most second degree in x within 10 scales of 0, at all times up to `duration`."""
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
        if np.any(np.abs(parabola - values) > _TOLERANCE * sizes):
            return False
    return True
