"""A packet on a smooth barrier that moves: Strang's splitting on a box that holds all of it to the end, three steps extrapolated."""

from __future__ import annotations

import numpy as np
from numpy import fft

from ._line import Line
from ._scattering import Gaussian

_STEPS, _MOST = 0.1, 1 << 15


def moves(line: Line) -> bool:
    """Whether V depends on time."""
    x = np.linspace(*line.reach, 257)
    return any(bool(np.any(line.value(x, t) != line.v(x))) for t in (0.311, 1.7))


def shaken_shares(line: Line, mass: float, packet: Gaussian) -> tuple[float, float, float] | None:
    """Right and left share once the packet has left V, and an error: what the finest of three steps changes, and what lingers.

    Steps h, h/2, h/4 give errors of h^2 and h^4, which are taken out. The spacing holds five times the packet's momenta, for what V
    adds to them. Not for edges, nor for packets that hold momenta near 0: None where the box would be too large.
    """
    if line.cuts or line.spikes:
        return None
    (_, x0, w, k), *others = packet.packets
    slowest = abs(k) - 2.9 / w
    if others or slowest <= 0.15 * abs(k):
        return None
    fastest = 2.2 * (abs(k) + 3 / w)
    low, high = packet.extent
    duration = (abs(x0) + 12 * w + line.reach[1] - line.reach[0]) * mass / slowest
    left = min(low, line.reach[0]) - fastest / mass * duration
    right = max(high, line.reach[1]) + fastest / mass * duration
    largest = 2.5 * fastest
    points = 1 << int(np.ceil(np.log2((right - left) * largest / np.pi)))
    if points > _MOST:
        return None
    step = (right - left) / points
    x = left + step * np.arange(points)
    momenta = 2 * np.pi * np.fft.fftfreq(points, step)
    start = packet.psi(x)
    inside = (x > line.reach[0] - 1e-9) & (x < line.reach[1] + 1e-9)
    count = int(np.ceil(duration * fastest**2 / (2 * mass) / _STEPS / 8))
    ends = []
    for refined in (count, 2 * count, 4 * count):
        h = duration / refined
        free = np.exp(-0.5j * h / mass * momenta**2)
        psi = fft.ifft(np.sqrt(free) * fft.fft(start))
        for n in range(refined):
            psi[inside] *= np.exp(-1j * h * line.value(x[inside], (n + 0.5) * h))
            psi = fft.ifft((free if n + 1 < refined else np.sqrt(free)) * fft.fft(psi))
        density = abs(psi) ** 2 * step
        ends.append(
            (
                float(density[x > line.reach[1]].sum()),
                float(density[x < line.reach[0]].sum()),
                float(density[inside].sum()),
            )
        )
    first, second, third = (np.array(end) for end in ends)
    finer, coarser = third + (third - second) / 3, second + (second - first) / 3
    best = finer + (finer - coarser) / 15
    return float(best[0]), float(best[1]), float(abs(finer - coarser).max() / 4 + abs(best[2]))
