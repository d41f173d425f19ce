"""Echo of an absorbing layer: interference of its reflected wave with the outgoing one."""

from __future__ import annotations

import math

import numpy as np

from ... import theory
from ...absorbers import Absorber
from ...grid import Grid
from ...problem import Problem
from ...states import as_packet
from ._absorber_leak import POTENTIAL_TOLERANCE, SLOWEST, layer_leak, reflected_amplitude, value_at_start
from .scattering import along_first_axis, moves_right, terrain_of

# zero padding of the start before its Fourier transform, in lengths of the box: resolves waves that cross the box more than once
_PADDING = 4
# smallest momentum density that is kept, relative to the largest
_SMALLEST_DENSITY = 1e-18
# interpolation nodes for each turn of the phase of a layer's amplitude
_NODES_PER_TURN = 24


def echo_amplitude(problem: Problem, absorber: Absorber) -> tuple[float, float, float, float]:
    """Amplitude reflected by the left and the right layer, and the speed there, for the bulk of a packet.

    The bulk has the momentum one spread below the mean; its energy is counted from V where the packet starts.

    Returns:
        amplitude left, amplitude right, speed left, speed right; 0 and 0 on a side that this energy does not reach.
    """
    problem = along_first_axis(problem)
    mass, potential = float(problem.mass), problem.potential
    packet = as_packet(problem.state, mass)
    assert packet is not None
    low, high = packet.momentum_range(1e-15, mass)
    bulk = max(abs(low + high) / 2 - (high - low) / 16, 0.0)
    start_value = (
        value_at_start(potential, packet, mass) if potential.dimension == 1 else float(potential.asymptotes()[0])
    )
    momenta = [math.sqrt(max(bulk**2 + 2 * mass * (start_value - float(end)), 0.0)) for end in potential.asymptotes()]
    amplitudes = [math.sqrt(float(layer_leak(absorber, np.array([k]), mass)[0])) if k > 0 else 0.0 for k in momenta]
    return amplitudes[0], amplitudes[1], momenta[0] / mass, momenta[1] / mass


def echo_of_all(problem: Problem, psi: np.ndarray, grid: Grid, absorber: Absorber) -> float | None:
    """Bound on what echoes add to T or R, to first order in a layer's reflected amplitude rho.

    The layers add t rho r' exp(2 i q X), on the far side, and r rho t exp(2 i k X), on the near side, to the transmitted wave, where X is the
    distance to the layer and r' the reflection amplitude from behind, so that

    dT = 2 abs(int abs(phi(k))^2 T r' rho exp(2 i q X) dk) + 2 abs(int abs(phi(k))^2 T r rho exp(2 i k X) dk),

    with rho from the layer's own complex potential. An echo later than the packet's coherence time adds next to nothing.

    Args:
        problem: a packet in front of a static V that is flat on both sides.
        psi: the start on the grid, shape (n,).
        grid: of the run.
        absorber: the layer at each end.

    Returns:
        a probability; None where T(E) is unavailable, or where V at the packet's start differs from its asymptote.

    Not for numbers read before the packet has left: echoes have not averaged out then, see `Transmission.echo`.

    Source: the first term of the series of multiple reflections, as between two mirrors; M. Born and E. Wolf, Principles of Optics, section 7.6.
    """
    potential, mass = problem.potential, float(problem.mass)
    packet = as_packet(problem.state, mass)
    if grid.dimension > 1 or potential.dimension > 1 or not potential.static or packet is None:
        return None
    to_right = moves_right(problem)
    near, far = (float(end) for end in potential.asymptotes()[:: 1 if to_right else -1])
    spacing, count = float(grid.spacing[0]), _PADDING * len(psi)
    k = 2 * math.pi * np.fft.fftfreq(count, spacing) * (1 if to_right else -1)
    weight = np.abs(np.fft.fft(psi, count)) ** 2 * spacing / count
    mean_square = float(weight @ k**2) / float(weight.sum())
    if abs(value_at_start(potential, packet, mass) - near) > POTENTIAL_TOLERANCE * mean_square / (2 * mass):
        return None
    moving = (k**2 + 2 * mass * (near - far) > 0) & (weight > _SMALLEST_DENSITY * weight.max())
    moving &= k > SLOWEST * math.sqrt(mean_square)
    if not moving.any():
        return 0.0
    k, weight = k[moving], weight[moving]
    q = np.sqrt(k**2 + 2 * mass * (near - far))
    terrain = terrain_of(potential, mass)
    front = terrain if to_right else terrain.mirrored
    energy = k**2 / (2 * mass) + near
    from_front, from_behind = (theory.scatter_terrain(view, energy, mass) for view in (front, front.mirrored))
    width = float(absorber.width)
    left, right = float(grid.lower[0]) + width, float(grid.upper[0]) - width
    front_distance, back_distance = (-left, right) if to_right else (right, -left)
    transmitted, bound = weight * np.asarray(from_front.transmission), 0.0
    for reflected, momentum, distance in ((from_front.r, k, front_distance), (from_behind.r, q, back_distance)):
        echo = (
            _interpolated_amplitude(absorber, momentum, mass) * np.asarray(reflected) * np.exp(2j * momentum * distance)
        )
        bound += 2 * abs(complex(transmitted @ echo))
    return bound


def _interpolated_amplitude(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """`reflected_amplitude` by cubic interpolation, to a relative 1e-4.

    Its phase turns no faster than that of a round trip through both layers.
    """
    low, high = float(momentum.min()), float(momentum.max())
    turns = (high - low) * 4 * float(absorber.width) / (2 * math.pi)
    count = 8 + math.ceil(_NODES_PER_TURN * turns)
    if count >= len(momentum):
        return reflected_amplitude(absorber, momentum, mass)
    nodes, step = np.linspace(low, high, count, retstep=True)
    amplitudes = reflected_amplitude(absorber, nodes, mass)
    first = np.clip(((momentum - low) / step).astype(int) - 1, 0, count - 4)
    u = (momentum - low) / step - first
    # Lagrange weights of the four nodes around each momentum
    weights = (
        -(u - 1) * (u - 2) * (u - 3) / 6,
        u * (u - 2) * (u - 3) / 2,
        -u * (u - 1) * (u - 3) / 2,
        u * (u - 1) * (u - 2) / 6,
    )
    return np.sum([weight * amplitudes[first + node] for node, weight in enumerate(weights)], axis=0)
