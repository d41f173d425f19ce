"""Propagation to any time at once, in the eigenstates of H on its grid."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from ..._arrays import complex_of, xp as jnp
from ..._jax import jax
from ..._pytree import register_dataclass
from ...errors import NumericsError
from ...grid import Grid
from ...hamiltonian import DENSE_LIMIT
from ...potentials import BandEdge
from ...problem import Problem
from ...schemes import Spectral
from .._numerics import Numerics
from ._spectral_elements import element_states


class Carry(NamedTuple):
    """The state of the loop: the wave in the stepper's own representation, absorbed probability (left, right), steps done."""

    wave: jax.Array
    absorbed: jax.Array
    step: jax.Array


@register_dataclass
@dataclasses.dataclass(frozen=True)
class SpectralStepper:
    """psi(t) = sum_n |n> exp(-i E_n t) <n|psi>. It carries the amplitudes <n|psi> at time 0; only the clock moves.

    Differentiable for nondegenerate levels: derivatives of eigenstates contain 1/(E_n - E_m).
    """

    grid: Grid
    dt: float
    energies: jax.Array
    states: jax.Array
    # the matrix that maps psi to amplitudes
    entry: jax.Array

    @classmethod
    def of(cls, problem: Problem, numerics: Numerics) -> SpectralStepper:
        """All eigenstates of the grid, in columns; for a mass that depends on position those of spectral elements, at the points of the grid."""
        method, grid = numerics.method, numerics.grid
        assert isinstance(method, Spectral)
        if isinstance(problem.potential, BandEdge):
            energies, states, entry = element_states(problem.potential, grid, float(problem.mass))
        else:
            matrix = problem.hamiltonian(grid).matrix()
            energies, states = _by_parity(matrix) if method.mirrored else jnp.linalg.eigh(matrix)
            entry = states.T
        single = numerics.precision == "single"
        if single:
            states, entry = states.astype(jnp.float32), entry.astype(jnp.float32)
        return cls(grid, numerics.dt, energies, states, entry)  # type: ignore[arg-type]

    def time(self, carry: Carry) -> jax.Array:
        """The time of the carry: steps done times dt."""
        return carry.step * self.dt

    def start(self, psi: jax.Array, step: jax.Array | int = 0) -> Carry:
        """The carry of psi after `step` steps; its amplitudes are those of time 0."""
        wave, step = _product(self.entry, psi), jnp.asarray(step, dtype=int)
        return Carry(jnp.exp(1j * self.energies * step * self.dt) * wave, jnp.zeros(2), step)

    def output(self, carry: Carry) -> jax.Array:
        """psi at the time of the carry."""
        # in double even for single precision: E t is a large number
        turned = jnp.exp(-1j * self.energies * self.time(carry)) * carry.wave
        return _product(self.states, turned)

    def advance(self, carry: Carry, count: int) -> Carry:
        """`count` steps: only the clock moves."""
        return carry._replace(step=carry.step + count)


def _product(matrix: jax.Array, vector: jax.Array) -> jax.Array:
    """A real matrix times a complex vector, which is half the work of a complex matrix."""
    vector = vector.astype(complex if matrix.dtype == jnp.float64 else jnp.complex64)
    return complex_of(matrix @ jnp.real(vector), matrix @ jnp.imag(vector))


def _by_parity(matrix: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Levels and states of a matrix that commutes with reversal, from its even and odd blocks: a quarter of the work."""
    half = matrix.shape[0] // 2
    near, far = matrix[:half, :half], matrix[:half, half:][:, ::-1]
    levels, states = [], []
    for sign in (1, -1):
        energies, vectors = jnp.linalg.eigh(near + sign * far)
        levels.append(energies)
        states.append(jnp.concatenate([vectors, sign * vectors[::-1]]) / jnp.sqrt(2.0))
    return jnp.concatenate(levels), jnp.concatenate(states, axis=1)


def mirrored(samples: jax.Array) -> bool:
    """Whether samples of V are symmetric under reversal, to rounding."""
    largest = float(jnp.max(jnp.abs(samples)))
    return len(samples) % 2 == 0 and float(jnp.max(jnp.abs(samples - samples[::-1]))) <= 1e-13 * largest


def require_spectral(problem: Problem, grid: Grid, absorber: object) -> None:
    """Refuse problems that the eigenstates of the grid cannot propagate.

    Raises:
        NumericsError: if V depends on time, if there is an absorber, more than one dimension, or too many points.
    """
    if not problem.potential.static:
        raise NumericsError(
            "the spectral method needs a static potential, but this one depends on time; take scheme 'g6t4' or 'srkn11b'."
        )
    if absorber is not None:
        raise NumericsError(
            "the spectral method needs a run without absorber, but there is one; set absorber=None, or take scheme 'chebyshev'."
        )
    if grid.dimension != 1 or grid.points[0] > DENSE_LIMIT:
        raise NumericsError(
            f"the spectral method needs one dimension and at most {DENSE_LIMIT} points, but the grid has {' x '.join(map(str, grid.points))}; "
            "take scheme 'chebyshev' or 'g6t4'."
        )
