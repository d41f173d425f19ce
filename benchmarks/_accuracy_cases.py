"""The problems of `cost_of_accuracy`: each with its grids, its reference, and the number that is asked of it."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np

import wavesim as ws
from wavesim.potentials import (
    AbstractPotential,
    Driven,
    EckartBarrier,
    QuarticDoubleWell,
    RectangularBarrier,
    SmoothFunction,
)
from wavesim.propagation.planner._pilot import Pilot
from wavesim.schemes import SRKN11B
from wavesim.states import GaussianPacket, Product

TOLERANCES = (1e-4, 1e-6, 1e-8, 1e-10)


@dataclasses.dataclass(frozen=True)
class Case:
    """One problem.

    Args:
        number: what is asked besides psi, the probability beyond x = 0 at the end: T of a barrier, or the right population.
        half: half the box along each axis.
        points: points along each axis for each tolerance: the fewest whose own error is below a third of it.
        fine: points of the reference; equal to `points` where the error of the grid is left out (sharp edges).
        steps: of the reference where V depends on time or x has two axes: SRKN11b, which is none of the methods that are compared.
    """

    name: str
    number: str
    potential: AbstractPotential
    packet: GaussianPacket | Product
    duration: float
    half: tuple[float, ...]
    points: tuple[int, ...]
    fine: int
    steps: int = 0

    @property
    def problem(self) -> ws.Problem:
        return ws.Problem(self.potential, self.packet, duration=self.duration)

    def grid(self, points: int) -> ws.Grid:
        return ws.Grid.product(*(ws.Grid.line(-half, half, points) for half in self.half))

    @functools.cached_property
    def reference(self) -> np.ndarray:
        """psi at the end on the fine grid: all its eigenstates, or many small steps of a scheme without gradients."""
        grid = self.grid(self.fine)
        if self.steps:
            return Pilot.of(self.problem, grid, None).run(SRKN11B, self.duration, self.steps, 1)[0]
        hamiltonian = self.problem.hamiltonian(grid)
        energies, states = np.linalg.eigh(np.asarray(hamiltonian.matrix()))
        psi = np.asarray(self.packet.sample(grid, hamiltonian))
        return states @ (np.exp(-1j * energies * self.duration) * (states.T @ psi))

    def errors(self, psi: np.ndarray) -> tuple[float, float]:
        """The errors of psi (in the L2 norm, as a function of x) and of the number."""
        grid = self.grid(self.fine)
        fine = _refined(psi, self.fine)
        far = float(np.sqrt(np.sum(np.abs(fine - self.reference) ** 2) * grid.cell))
        return far, abs(self._beyond(fine) - self._beyond(self.reference))

    def _beyond(self, psi: np.ndarray) -> float:
        grid = self.grid(self.fine)
        density = np.abs(psi) ** 2
        return float(np.sum(np.asarray(ws.Beyond(0.0).fraction(grid)) * density) * grid.cell)

    def drive(self, time: float) -> float:
        """The force at a time; only for a driven potential."""
        assert isinstance(self.potential, Driven)
        return self.potential.force * math.cos(self.potential.frequency * time + self.potential.phase)


def _refined(psi: np.ndarray, points: int) -> np.ndarray:
    """psi on a finer grid over the same box, by its Fourier series."""
    for axis in range(psi.ndim):
        count = psi.shape[axis]
        if count != points:
            spectrum = np.fft.fftshift(np.fft.fft(psi, axis=axis), axes=axis)
            before = points // 2 - count // 2
            width = [(0, 0)] * psi.ndim
            width[axis] = (before, points - count - before)
            psi = np.fft.ifft(np.fft.ifftshift(np.pad(spectrum, width), axes=axis), axis=axis) * (points / count)
    return psi


def _plane(x, y, _):  # noqa: ANN001, ANN202
    return (x**2 - 9) ** 2 / 72 + 0.6 * y**2 + 0.1 * x * y + 0.01 * y**4


_WELL = QuarticDoubleWell(barrier=2.0, half_distance=4.0)
_REST = 2**-0.5
CASES = (
    Case(
        "smooth barrier", "T", EckartBarrier(2.0, 1.0), GaussianPacket(-12.0, 1.5, 2.0), 12.0, (45.0,), (160, 225, 288, 360), 720
    ),
    Case(
        "sharp barrier", "T", RectangularBarrier(2.0, 1.40625), GaussianPacket(-12.0, 1.5, 2.0), 12.0, (45.0,), (480,) * 4, 480
    ),
    Case(
        "quartic double well", "right population", _WELL, GaussianPacket(-4.0, _REST, 0.0), 100.0, (11.0,), (54, 64, 80, 90), 192
    ),
    Case(
        "driven double well", "right population", Driven(_WELL, 0.35, 0.9), GaussianPacket(-4.0, _REST, 0.0), 30.0, (12.0,),
        (72, 80, 90, 96), 216, 1600,
    ),
    Case(
        "2D double well", "right population", SmoothFunction(_plane, None, (math.inf, math.inf), (-4.0, 4.0)),
        Product((GaussianPacket(-2.7, _REST, 0.0), GaussianPacket(0.6, _REST, 0.0))), 20.0, (10.0, 8.0), (44, 54, 70, 84), 100, 1000,
    ),
)  # fmt: skip
