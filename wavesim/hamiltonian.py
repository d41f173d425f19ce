"""H = p^2/2m + V on a grid: its action, its energy, and its lowest eigenstates."""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np

from .errors import NumericsError
from .fourier import forward, inverse
from .grid import Grid

DENSE_LIMIT = 3000


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Hamiltonian:
    """H = p^2/2m + V on `grid`, with V given by its samples (energy, shape ``grid.points``) and the particle's `mass`."""

    grid: Grid
    potential: jax.Array
    mass: float

    def apply(self, psi: jax.Array) -> jax.Array:
        """H psi, the kinetic part in momentum space."""
        kinetic = self.grid.spread(self.grid.kinetic(self.mass))
        dimension = self.grid.dimension
        return inverse(kinetic * forward(psi, dimension), dimension) + self.potential * psi

    def energy(self, psi: jax.Array) -> jax.Array:
        """<psi|H|psi> for normalized psi."""
        return jnp.real(jnp.vdot(psi, self.apply(psi))) * self.grid.cell

    def matrix(self) -> jax.Array:
        """The dense real matrix of H in one dimension (the Fourier grid Hamiltonian), shape (points, points).

        Source: C. C. Marston, G. G. Balint-Kurti, J. Chem. Phys. 91, 3571 (1989), eq. (26).
        """
        n = self.grid.points[0]
        row = jnp.real(jnp.fft.fft(self.grid.kinetic(self.mass)[0].astype(complex))) / n
        index = jnp.arange(n)
        return row[(index[:, None] - index[None, :]) % n] + jnp.diag(self.potential)


def lowest_eigenstates(hamiltonian: Hamiltonian, count: int) -> tuple[jax.Array, jax.Array]:
    """The `count` lowest energies and eigenstates of H on its grid.

    One dimension: dense diagonalization (differentiable). Two and three dimensions: Lanczos iteration on H psi, concrete only.

    Args:
        hamiltonian: H on a grid.
        count: how many levels.

    Returns:
        energies, shape (count,), and normalized real states, shape (count, ``*points``); positive in the rightmost
        lobe of at least half the largest amplitude, so that a superposition of levels starts on the same side on every grid.

    Raises:
        NumericsError: if a one-dimensional grid is too large to diagonalize densely.
    """
    grid = hamiltonian.grid
    if grid.dimension == 1:
        if grid.points[0] > DENSE_LIMIT:
            raise NumericsError(
                f"eigenstates need at most {DENSE_LIMIT} points in one dimension, but the grid has {grid.points[0]}; "
                "take a smaller box or a coarser grid."
            )
        energies, vectors = jnp.linalg.eigh(hamiltonian.matrix())
        states = vectors.T[:count]
        energies = energies[:count]
    else:
        energies, states = _lanczos(hamiltonian, count)
    flat = states.reshape(count, -1)
    # the largest lobe alone does not fix the sign: an odd state has two of them, equal up to rounding
    tall = jnp.abs(flat) >= 0.5 * jnp.max(jnp.abs(flat), axis=1, keepdims=True)
    last = flat.shape[1] - 1 - jnp.argmax(tall[:, ::-1], axis=1)
    flat = flat * jnp.sign(jnp.take_along_axis(flat, last[:, None], axis=1))
    return energies, (flat / jnp.sqrt(grid.cell)).reshape((count, *grid.points))


def _lanczos(hamiltonian: Hamiltonian, count: int) -> tuple[jax.Array, jax.Array]:
    from scipy.sparse.linalg import LinearOperator, eigsh

    points = hamiltonian.grid.points
    size = math.prod(points)
    apply = jax.jit(lambda v: jnp.real(hamiltonian.apply(v.reshape(points).astype(complex))).ravel())
    operator = LinearOperator((size, size), matvec=lambda v: np.asarray(apply(jnp.asarray(v))), dtype=float)  # type: ignore[call-arg]
    start = np.exp(-np.asarray(hamiltonian.potential).ravel() / max(float(jnp.ptp(hamiltonian.potential)), 1e-300) * 8)
    energies, vectors = eigsh(
        operator,
        k=count,
        which="SA",
        v0=start,
        tol=1e-12,  # type: ignore[arg-type]
        ncv=max(4 * count + 20, 40),
        maxiter=20000,
    )
    order = np.argsort(energies)
    return jnp.asarray(energies[order]), jnp.asarray(vectors.T[order])
