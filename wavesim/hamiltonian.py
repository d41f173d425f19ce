"""H = p^2/2m + V on a grid: its action, its energy, and its lowest eigenstates."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ._arrays import AnyArray, xp as jnp
from ._correction import lowest_by_correction as lowest_by_correction
from ._face import public
from ._jax import jax
from ._pytree import register_dataclass
from .errors import NumericsError
from .fourier import forward, inverse
from .grid import Grid

# most points of a line for dense diagonalization
DENSE_LIMIT = 3000
# degree of the Chebyshev filter of the subspace iteration
_DEGREE = 60
# filters at most
_MOST_FILTERS = 60
# residual at convergence, relative to the span of H
_RESIDUAL = 1e-12
# distance below which levels count as equal, relative to the span of the levels
_EQUAL = 1e-7


class ClosedWell(NamedTuple):
    """A metastable well closed to hold bound states: samples (energy, shape ``grid.points``), and the hard wall about which psi is odd, or None."""

    potential: AnyArray
    wall: float | None


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Hamiltonian:
    """H = p^2/2m + V on `grid`, with V given by its samples (energy, shape ``grid.points``) and the particle's `mass`.

    `closed` is the closed form of a metastable V. `held` are samples of the potential whose eigenstates serve as bound starts, where
    those of V itself do not: in a uniform field there are lower states far away.
    """

    grid: Grid
    potential: AnyArray
    mass: float
    closed: ClosedWell | None = None
    held: jax.Array | None = None

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


def odd_eigenstates(hamiltonian: Hamiltonian, count: int) -> tuple[jax.Array, jax.Array]:
    """The `count` lowest states that are odd about the middle of the grid, as beside a hard wall there.

    V must be even about that plane, which lies midway between two points. One dimension, dense, half the size.

    Returns:
        energies, shape (count,), and normalized real states, shape (count, points), positive right of the wall near it.
    """
    grid = hamiltonian.grid
    half = grid.points[0] // 2
    rows = hamiltonian.matrix()[half:]
    energies, vectors = jnp.linalg.eigh(rows[:, half:] - rows[:, :half][:, ::-1])
    right = vectors.T[:count] / jnp.sqrt(2 * grid.cell)
    right = right * jnp.sign(right[:, :1])
    return energies[:count], jnp.concatenate([-right[:, ::-1], right], axis=1)


def lowest_eigenstates(hamiltonian: Hamiltonian, count: int) -> tuple[jax.Array, jax.Array]:
    """The `count` lowest energies and eigenstates of H on its grid.

    One dimension: dense diagonalization (differentiable) up to 3000 points, and beyond them `lowest_by_correction`, which is not
    differentiable. Two and three dimensions: subspace iteration on H psi, for concrete values only; degenerate states are all found, and
    mixed so that x^2 is diagonal.

    Args:
        hamiltonian: H on a grid.
        count: how many levels.

    Returns:
        energies, shape (count,), and normalized real states, shape (count, ``*points``); positive in the rightmost
        lobe of at least half the largest amplitude, so that a superposition of levels starts on the same side on every grid.

    Raises:
        NumericsError: if an iteration does not converge.
    """
    grid = hamiltonian.grid
    if grid.dimension == 1:
        if grid.points[0] > DENSE_LIMIT:
            energies, states = _called_back(hamiltonian, count)
        else:
            energies, vectors = jnp.linalg.eigh(hamiltonian.matrix())
            energies, states = energies[:count], vectors.T[:count]
    else:
        energies, states = (array[:count] for array in _filtered(hamiltonian, count, None, count))
    return energies, _signed(states, grid)


def lowest_subspace(
    hamiltonian: Hamiltonian, count: int, start: np.ndarray | None = None, converged: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`lowest_eigenstates` in two or three dimensions, with the whole block of the iteration as a start for the next grid.

    The block holds a few levels more than requested: if the order of two changes from grid to grid, none is missed.

    Args:
        hamiltonian: H on a grid of two or three dimensions.
        count: how many levels.
        start: the block of another grid, interpolated to this one, shape (any, ``*points``); by default random.
        converged: number of levels that must have converged; all by default.

    Returns:
        energies, shape (count,), and states, shape (count, ``*points``), as of `lowest_eigenstates`; and the block, shape (more, ``*points``).

    Raises:
        NumericsError: if the iteration does not converge.
    """
    energies, block = _filtered(hamiltonian, count, start, converged or count)
    return np.asarray(energies[:count]), np.asarray(_signed(block[:count], hamiltonian.grid)), np.asarray(block)


def _signed(states: jax.Array, grid: Grid) -> jax.Array:
    """Normalized states, shape (count, ``*points``), positive in the rightmost of their large lobes."""
    count = len(states)
    flat = states.reshape(count, -1)
    # the largest lobe alone does not fix the sign: an odd state has two of them, equal up to rounding
    tall = jnp.abs(flat) >= 0.5 * jnp.max(jnp.abs(flat), axis=1, keepdims=True)
    last = flat.shape[1] - 1 - jnp.argmax(tall[:, ::-1], axis=1)
    flat = flat * jnp.sign(jnp.take_along_axis(flat, last[:, None], axis=1))
    return (flat / jnp.sqrt(grid.cell)).reshape((count, *grid.points))


def _called_back(hamiltonian: Hamiltonian, count: int) -> tuple[jax.Array, jax.Array]:
    """`lowest_by_correction` from within a compiled program."""
    (points,) = hamiltonian.grid.points
    shapes = (jax.ShapeDtypeStruct((count,), float), jax.ShapeDtypeStruct((count, points), float))

    def solve(potential: np.ndarray, step: np.ndarray, mass: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return lowest_by_correction(np.asarray(potential), float(step), float(mass), count)

    return jax.pure_callback(solve, shapes, hamiltonian.potential, hamiltonian.grid.spacing[0], hamiltonian.mass)


def _filtered(
    hamiltonian: Hamiltonian, count: int, start: np.ndarray | None, converged: int
) -> tuple[jax.Array, jax.Array]:
    """The lowest levels by subspace iteration: a Chebyshev polynomial of H damps energies above the block, then Rayleigh-Ritz.

    A block resolves degenerate levels, which iteration from one vector resolves by rounding alone. All of it is returned; `converged` of its rows have converged.

    Source: Y. Zhou, Y. Saad, M. L. Tiago, J. R. Chelikowsky, J. Comput. Phys. 219, 172 (2006), algorithm 4.3.
    """
    import scipy.fft

    grid = hamiltonian.grid
    potential = np.asarray(hamiltonian.potential, dtype=float)
    axes = tuple(range(1, grid.dimension + 1))
    half = grid.points[-1] // 2 + 1
    kinetic = np.asarray(grid.spread(grid.kinetic(hamiltonian.mass)))[..., :half]

    def apply(block: np.ndarray) -> np.ndarray:
        moved = scipy.fft.rfftn(block, axes=axes)
        moved *= kinetic
        return scipy.fft.irfftn(moved, s=grid.points, axes=axes, overwrite_x=True) + potential * block

    top = float(kinetic.max() + potential.max())
    span = top - float(potential.min())
    block = np.random.default_rng(0).standard_normal((count + count // 2 + 4, *grid.points))
    block *= np.exp(-8 * (potential - potential.min()) / max(float(np.ptp(potential)), 1e-300))
    if start is not None:
        given = min(len(start), len(block))
        block[:given] = start[:given]
    residual = np.full(len(block), np.inf)
    for _ in range(_MOST_FILTERS):
        block = _orthonormal(block.reshape(len(block), -1)).reshape(block.shape)
        image = apply(block)
        flat, flat_image = block.reshape(len(block), -1), image.reshape(len(block), -1)
        energies, mix = np.linalg.eigh(flat @ flat_image.T)
        flat, flat_image = mix.T @ flat, mix.T @ flat_image
        residual = np.linalg.norm(flat_image - energies[:, None] * flat, axis=1)
        block = flat.reshape(block.shape)
        if residual[:converged].max() < _RESIDUAL * span:
            block[:count] = _turned(block[:count], energies[:count], grid)
            return jnp.asarray(energies), jnp.asarray(block)
        block = _damped(apply, block, float(energies[0]), float(energies[-1]), top)
    raise NumericsError(
        f"the {converged} lowest levels must converge, but after {_MOST_FILTERS} filters they leave a residual of {residual[:converged].max() / span:.1g}; "
        "take a smaller box or a coarser grid."
    )


def _orthonormal(rows: np.ndarray) -> np.ndarray:
    """An orthonormal basis of a few long rows, from their overlap matrix; after a filter they are nearly parallel, so three passes are made.

    Source: A. Stathopoulos, K. Wu, SIAM J. Sci. Comput. 23, 2165 (2002), algorithm 3.1.
    """
    for _ in range(3):
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        sizes, mix = np.linalg.eigh(rows @ rows.T)
        least = np.finfo(float).eps * len(rows) * sizes[-1]
        rows = (mix.T @ rows) / np.sqrt(np.maximum(sizes, least))[:, None]
    return rows


def _damped(
    apply: Callable[[np.ndarray], np.ndarray], block: np.ndarray, low: float, cut: float, top: float
) -> np.ndarray:
    """T_n((H - middle)/half) block, which is large below `cut` and at most 1 between `cut` and `top`, scaled to 1 at `low`."""
    half, middle = (top - cut) / 2, (top + cut) / 2
    first = scale = half / (low - middle)
    before, now = block, (apply(block) - middle * block) * (scale / half)
    for _ in range(_DEGREE - 1):
        after = 1 / (2 / first - scale)
        before, now = now, (apply(now) - middle * now) * (2 * after / half) - (scale * after) * before
        scale = after
    return now


def _turned(states: np.ndarray, energies: np.ndarray, grid: Grid) -> np.ndarray:
    """States with degenerate ones mixed so that x^2 is diagonal: the same on every grid, and symmetric where possible."""
    square = np.asarray(grid.position[0] ** 2)
    starts = np.flatnonzero(np.diff(energies, prepend=-np.inf) > _EQUAL * max(float(np.ptp(energies)), 1e-300))
    turned = states.copy()
    for first, last in zip(starts, [*starts[1:], len(states)], strict=True):
        flat = states[first:last].reshape(last - first, -1)
        _, mix = np.linalg.eigh((states[first:last] * square).reshape(last - first, -1) @ flat.T)
        turned[first:last] = (mix.T @ flat).reshape(last - first, *states.shape[1:])
    return turned


def __dir__() -> list[str]:
    return public(globals())
