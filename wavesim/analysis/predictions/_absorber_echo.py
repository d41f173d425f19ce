"""What an absorbing layer sends back, which meets the waves that still leave: an echo, of first order in its amplitude."""

from __future__ import annotations

import math

import numpy as np

from ... import theory
from ...absorbers import Absorber
from ...grid import Grid
from ...problem import Problem
from ...states import as_packet
from ._absorber_leak import HARDLY, STILL, layer_leak, reflected_amplitude, value_at_start
from .scattering import along_first_axis, moves_right, terrain_of

# how many times longer than the box a spectrum is looked at, so that what comes back later than once across stays apart
_LONGER = 4
# of the largest density: fainter momenta are left out
_FAINTEST = 1e-18
# momenta at which a layer's amplitude is worked out, for each turn of its phase
_PER_TURN = 24


def echo_amplitude(problem: Problem, absorber: Absorber) -> tuple[float, float, float, float]:
    """Of the bulk of a packet, on the left and on the right: the amplitude that a layer sends back, and the speed there.

    The momentum is one spread below the mean one, energies being counted from V where the packet starts.

    Returns:
        amplitude left, amplitude right, speed left, speed right; 0 and 0 where no such wave goes.
    """
    problem = along_first_axis(problem)
    mass, potential = float(problem.mass), problem.potential
    packet = as_packet(problem.state, mass)
    assert packet is not None
    low, high = packet.momentum_range(1e-15, mass)
    bulk = max(abs(low + high) / 2 - (high - low) / 16, 0.0)
    here = value_at_start(potential, packet, mass) if potential.dimension == 1 else float(potential.asymptotes()[0])
    momenta = [math.sqrt(max(bulk**2 + 2 * mass * (here - float(end)), 0.0)) for end in potential.asymptotes()]
    amplitudes = [math.sqrt(float(layer_leak(absorber, np.array([k]), mass)[0])) if k > 0 else 0.0 for k in momenta]
    return amplitudes[0], amplitudes[1], momenta[0] / mass, momenta[1] / mass


def echo_of_all(problem: Problem, psi: np.ndarray, grid: Grid, absorber: Absorber) -> float | None:
    """What echoes add to T or to R once all has left: a bound, of first order in the amplitude rho that a layer sends back.

    On the far side t rho r' exp(2 i q X), on the near side r rho t exp(2 i k X) join the transmitted wave, X the distance to the layer and r' the
    reflection from behind, so that

    dT = 2 abs(int abs(phi(k))^2 T r' rho exp(2 i q X) dk) + 2 abs(int abs(phi(k))^2 T r rho exp(2 i k X) dk),

    with rho of the layer's own complex potential. An echo that comes back later than the packet is coherent adds next to nothing.

    Args:
        problem: a packet before a static V that is flat on both sides.
        psi: the start on the grid, shape (n,).
        grid: of the run.
        absorber: the layer at each end.

    Returns:
        a probability; None where T(E) is not known, or the packet starts where V is not what it is far away.

    Not for numbers read before all has left: then the echo has no time to cancel, see `Transmission.echo`.

    Source: the first term of the series of multiple reflections, as between two mirrors; M. Born and E. Wolf, Principles of Optics, section 7.6.
    """
    potential, mass = problem.potential, float(problem.mass)
    packet = as_packet(problem.state, mass)
    if grid.dimension > 1 or potential.dimension > 1 or not potential.static or packet is None:
        return None
    to_right = moves_right(problem)
    near, far = (float(end) for end in potential.asymptotes()[:: 1 if to_right else -1])
    spacing, count = float(grid.spacing[0]), _LONGER * len(psi)
    k = 2 * math.pi * np.fft.fftfreq(count, spacing) * (1 if to_right else -1)
    weight = np.abs(np.fft.fft(psi, count)) ** 2 * spacing / count
    mean_square = float(weight @ k**2) / float(weight.sum())
    if abs(value_at_start(potential, packet, mass) - near) > HARDLY * mean_square / (2 * mass):
        return None
    chosen = (k**2 + 2 * mass * (near - far) > 0) & (weight > _FAINTEST * weight.max())
    chosen &= k > STILL * math.sqrt(mean_square)
    if not chosen.any():
        return 0.0
    k, weight = k[chosen], weight[chosen]
    q = np.sqrt(k**2 + 2 * mass * (near - far))
    whole = terrain_of(potential, mass)
    ahead = whole if to_right else whole.mirrored
    energy = k**2 / (2 * mass) + near
    forward, behind = (theory.scatter_terrain(way, energy, mass) for way in (ahead, ahead.mirrored))
    width = float(absorber.width)
    left, right = float(grid.lower[0]) + width, float(grid.upper[0]) - width
    before, after = (-left, right) if to_right else (right, -left)
    through, total = weight * np.asarray(forward.transmission), 0.0
    for reflected, momentum, distance in ((forward.r, k, before), (behind.r, q, after)):
        echo = _sent_back(absorber, momentum, mass) * np.asarray(reflected) * np.exp(2j * momentum * distance)
        total += 2 * abs(complex(through @ echo))
    return total


def _sent_back(absorber: Absorber, momentum: np.ndarray, mass: float) -> np.ndarray:
    """`reflected_amplitude`, whose phase turns no faster than on the way through both layers and back, by cubics to 1e-4 of itself."""
    low, high = float(momentum.min()), float(momentum.max())
    turns = (high - low) * 4 * float(absorber.width) / (2 * math.pi)
    count = 8 + math.ceil(_PER_TURN * turns)
    if count >= len(momentum):
        return reflected_amplitude(absorber, momentum, mass)
    nodes, step = np.linspace(low, high, count, retstep=True)
    known = reflected_amplitude(absorber, nodes, mass)
    first = np.clip(((momentum - low) / step).astype(int) - 1, 0, count - 4)
    u = (momentum - low) / step - first
    # Lagrange's, through the four nodes around each momentum
    weights = (
        -(u - 1) * (u - 2) * (u - 3) / 6,
        u * (u - 2) * (u - 3) / 2,
        -u * (u - 1) * (u - 3) / 2,
        u * (u - 1) * (u - 2) / 6,
    )
    return np.sum([weight * known[first + place] for place, weight in enumerate(weights)], axis=0)
