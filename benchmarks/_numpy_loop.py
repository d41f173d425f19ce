"""What a user without wavesim would write for one row of the transmission map: a split-operator loop in numpy, problem after problem.

It is given every advantage but batches: half steps merged, barrier averaged over its cells instead of sampled at points, and for each row the
coarsest grid and step whose result lies within the tolerance of the closed form, found beforehand and not timed.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import scipy.fft

from wavesim.potentials import RectangularBarrier
from wavesim.problem import Problem
from wavesim.states import GaussianPacket

_FINEST = 12


@dataclasses.dataclass(frozen=True)
class Loop:
    """One row with the numerics of a hand-written loop, in internal units.

    Args:
        duration: after which the packet has left the barrier.
        half: half the box, wide enough that nothing comes around.
        points, steps: of the grid and of the loop.
    """

    problem: Problem
    duration: float
    half: float
    points: int
    steps: int

    def transmitted(self) -> float:
        """The probability beyond the barrier at the end."""
        barrier, packet, mass = self.problem.potential, self.problem.state, float(self.problem.mass)
        assert isinstance(barrier, RectangularBarrier) and isinstance(packet, GaussianPacket)
        spacing, dt = 2 * self.half / self.points, self.duration / self.steps
        x = -self.half + spacing * np.arange(self.points)
        edges = np.clip(x[:, None] + spacing * np.array([-0.5, 0.5]), *_edges(barrier))
        v = float(barrier.height) * (edges[:, 1] - edges[:, 0]) / spacing
        k = 2 * math.pi * np.fft.fftfreq(self.points, spacing)
        width, momentum = float(packet.width), float(packet.mean_momentum(mass))
        psi = np.exp(-(((x - float(packet.center)) / (2 * width)) ** 2) + 1j * momentum * x).astype(complex)
        psi /= math.sqrt(np.sum(np.abs(psi) ** 2) * spacing)
        kick, half, drift = np.exp(-1j * v * dt), np.exp(-0.5j * v * dt), np.exp(-0.5j * k**2 * dt / mass)
        psi *= half
        for step in range(self.steps):
            psi = np.asarray(scipy.fft.ifft(drift * np.asarray(scipy.fft.fft(psi))))
            psi *= kick if step < self.steps - 1 else half
        return float(np.sum(np.abs(psi[x > _edges(barrier)[1]]) ** 2) * spacing)


def tuned(problem: Problem, duration: float, truth: float, tolerance: float) -> Loop:
    """The first of a ladder of ever finer loops that lies within the tolerance of the truth; each rung costs twice the one before.

    Raises:
        ValueError: if none does.
    """
    packet, mass = problem.state, float(problem.mass)
    assert isinstance(packet, GaussianPacket)
    momentum, spread = abs(float(packet.mean_momentum(mass))), 0.5 / float(packet.width)
    fastest = momentum + 5 * spread
    widest = float(packet.width) * math.hypot(1.0, duration / (2 * mass * float(packet.width) ** 2))
    half = abs(float(packet.center)) + momentum / mass * duration + 5 * widest
    for rung in range(_FINEST):
        finer = 2 ** (rung / 2)
        points: Any = scipy.fft.next_fast_len(math.ceil(2 * half * fastest / math.pi * 1.1 * finer))
        steps = math.ceil(duration * fastest**2 / (2 * mass) / 2 * finer)
        loop = Loop(problem, duration, half, points, steps)
        if abs(loop.transmitted() - truth) <= tolerance:
            return loop
    raise ValueError(f"a loop must reach {tolerance:.1e}, but none of {_FINEST} does; give it more rungs.")


def _edges(barrier: RectangularBarrier) -> tuple[float, float]:
    center, half = float(barrier.center), float(barrier.width) / 2
    return center - half, center + half
