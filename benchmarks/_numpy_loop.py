"""What a user without wavesim would write for a packet and a barrier: a split-operator loop in numpy, problem after problem.

It is given every advantage but batches: half steps merged, sharp barriers averaged over their cells instead of sampled at points, and for each
problem the cheapest grid and step whose result lies within the tolerance of what is right, found beforehand and not timed.
Nothing but numpy is imported, so that a process of it costs what such a script costs.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

_FINEST = 20

Steps = Callable[["Loop", np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Loop:
    """One problem with the numerics of a hand-written loop, in natural units, with mass 1 unless said otherwise.

    Args:
        barrier: kind ("rectangular_barrier", "gaussian_barrier", "eckart_barrier"), center, height and width.
        packet: center, width and momentum.
        duration: after which the packet has left the barrier.
        half: half the box, wide enough that nothing comes around.
        points, steps: of the grid and of the loop.
        mass: of the particle.
    """

    barrier: dict
    packet: dict
    duration: float
    half: float
    points: int
    steps: int
    mass: float = 1.0

    @property
    def x(self) -> np.ndarray:
        """The points."""
        return -self.half + 2 * self.half / self.points * np.arange(self.points)

    @property
    def dt(self) -> float:
        """The step."""
        return self.duration / self.steps

    @property
    def potential(self) -> np.ndarray:
        """V at the points; a sharp barrier as its average over each cell."""
        x, spacing, center = self.x, 2 * self.half / self.points, self.barrier["center"]
        height, width = self.barrier["height"], self.barrier["width"]
        if self.barrier["kind"] == "gaussian_barrier":
            return height * np.exp(-(((x - center) / width) ** 2) / 2)
        if self.barrier["kind"] == "eckart_barrier":
            return height / np.cosh((x - center) / width) ** 2
        cells = np.clip(x[:, None] + spacing * np.array([-0.5, 0.5]), center - width / 2, center + width / 2)
        return height * (cells[:, 1] - cells[:, 0]) / spacing

    @property
    def kinetic(self) -> np.ndarray:
        """k^2/2m in the order of the FFT."""
        k = 2 * math.pi * np.fft.fftfreq(self.points, 2 * self.half / self.points)
        return k**2 / (2 * self.mass)

    @property
    def start(self) -> np.ndarray:
        """The packet, normalized on the grid."""
        x, width = self.x, self.packet["width"]
        psi = np.exp(-(((x - self.packet["center"]) / (2 * width)) ** 2) + 1j * self.packet["momentum"] * x)
        return psi / math.sqrt(np.sum(np.abs(psi) ** 2) * 2 * self.half / self.points)

    def transmitted(self, steps: Steps | None = None) -> float:
        """The probability beyond the barrier at the end.

        Args:
            steps: what makes the steps, of the loop, psi, and the phases of half a kick, a kick and a drift; by default `by_numpy`.
        """
        kick = np.exp(-1j * self.potential * self.dt)
        half, drift = np.exp(-0.5j * self.potential * self.dt), np.exp(-1j * self.kinetic * self.dt)
        psi = (steps or by_numpy)(self, self.start, half, kick, drift)
        side = math.copysign(1.0, self.packet["momentum"])
        beyond = side * (self.x - self.barrier["center"]) > self.barrier["width"] / 2
        return float(np.sum(np.abs(psi[beyond]) ** 2) * 2 * self.half / self.points)


def by_numpy(loop: Loop, psi: np.ndarray, half: np.ndarray, kick: np.ndarray, drift: np.ndarray) -> np.ndarray:
    """All steps by numpy's FFT."""
    psi = psi * half
    for step in range(loop.steps):
        psi = np.fft.ifft(drift * np.fft.fft(psi))
        psi *= kick if step < loop.steps - 1 else half
    return psi


def tuned(barrier: dict, packet: dict, duration: float, truth: float, tolerance: float, mass: float = 1.0) -> Loop:
    """The cheapest of a table of ever finer grids and steps that lies within the tolerance of the truth, by luck or not.

    Raises:
        ValueError: if none does.
    """
    momentum, spread = abs(packet["momentum"]), 0.5 / packet["width"]
    fastest = momentum + 5 * spread
    widest = packet["width"] * math.hypot(1.0, duration / (2 * mass * packet["width"] ** 2))
    half = abs(packet["center"]) + momentum / mass * duration + 5 * widest
    points, steps = 2 * half * fastest / math.pi * 1.1, duration * fastest**2 / (2 * mass) / 2
    for rungs in range(_FINEST):
        # all that cost as much; a step is refined before the grid is
        for rung in range(rungs + 1):
            sizes = _fast_length(math.ceil(points * 2 ** (rung / 2))), math.ceil(steps * 2 ** ((rungs - rung) / 2))
            loop = Loop(barrier, packet, duration, half, *sizes, mass)
            if abs(loop.transmitted() - truth) <= tolerance:
                return loop
    raise ValueError(
        f"a loop must reach {tolerance:.1e}, but none does up to 2^{_FINEST / 2:g} times the first; go on."
    )


def _fast_length(least: int) -> int:
    """The next number without prime factors above 5."""
    length = least
    while True:
        rest = length
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += 1
