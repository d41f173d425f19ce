"""What is timed: Strang steps of a packet at a Gaussian barrier, of one problem or of a batch that differs in the barrier's height."""

from __future__ import annotations

import dataclasses
import functools

import jax
import numpy as np

import wavesim as ws
from wavesim.potentials import GaussianBarrier
from wavesim.propagation import Numerics
from wavesim.schemes import STRANG
from wavesim.states import GaussianPacket, Product

EXTENT, DT = 160.0, 0.01


@dataclasses.dataclass(frozen=True)
class Setting:
    """One case: `batch` problems (0: one, without a batch axis) that differ in the height of the barrier."""

    points: tuple[int, ...]
    batch: int
    precision: str
    steps: int

    @property
    def problem(self) -> ws.Problem:
        packets = tuple(GaussianPacket(center=-20.0, width=4.0, momentum=1.2) for _ in self.points)
        return ws.Problem(GaussianBarrier(height=1.0, width=1.0), packets[0] if len(packets) == 1 else Product(packets))

    @property
    def heights(self) -> np.ndarray:
        return np.linspace(0.5, 1.5, self.batch) if self.batch else np.array(1.0)

    @property
    def numerics(self) -> Numerics:
        grid = ws.Grid.product(*(ws.Grid.line(-EXTENT / 2, EXTENT / 2, n) for n in self.points))
        return Numerics(grid, DT, self.steps, 1, STRANG, precision=self.precision, save_psi=False)

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(complex if self.precision == "double" else np.complex64)

    @functools.cached_property
    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """psi at time 0, V (both with the batch axis in front) and the kinetic energy, in double precision."""
        problem, grid = self.problem, self.numerics.grid
        psi = np.asarray(problem.state.sample(grid, problem.hamiltonian(grid)))
        potential = jax.vmap(lambda h: problem.replace("potential.height", h).potential.sample(grid))
        shape = np.shape(self.heights) + self.points
        v = np.asarray(potential(np.atleast_1d(self.heights))).reshape(shape)
        return np.array(np.broadcast_to(psi, shape)), v, np.asarray(grid.spread(grid.kinetic(problem.mass)))

    def phases(self, scale: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """exp(-i V dt), exp(-i V dt/2) and `scale` exp(-i T dt), computed in double and then cast."""
        _, v, kinetic = self.arrays
        tables = np.exp(-1j * DT * v), np.exp(-0.5j * DT * v), scale * np.exp(-1j * DT * kinetic)
        return tuple(table.astype(self.dtype) for table in tables)  # type: ignore[return-value]
