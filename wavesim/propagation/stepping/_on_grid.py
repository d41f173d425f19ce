"""V and psi(0) as samples on one grid, for gradients of a run with respect to these."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from ..._arrays import xp as jnp
from ..._jax import jax
from ..._pytree import register_dataclass
from ...grid import Grid
from ...hamiltonian import Hamiltonian
from ...potentials import AbstractPotential
from ...problem import Problem
from ...states import AbstractState
from .._numerics import Numerics


@register_dataclass
@dataclasses.dataclass(frozen=True)
class PotentialOnGrid(AbstractPotential):
    """A static V by its samples, and those of its gradient terms if a scheme kicks with them.

    Args:
        samples: V, shape (``*points``) [energy].
        first, second: F and G of `AbstractPotential.gradient_terms`; None if no scheme needs them.
        reflected: whether V is even about a hard wall.
    """

    samples: jax.Array
    first: jax.Array | None = None
    second: jax.Array | None = None
    reflected: bool = dataclasses.field(default=False, metadata={"static": True})

    @property
    def smooth(self) -> bool:
        return self.first is not None

    @property
    def mirrored(self) -> bool:
        return self.reflected

    def value(self, position: Any, *, mass: Any = 1.0, time: Any = 0.0) -> jax.Array:
        """V at the points of the grid; the position is ignored."""
        del position, mass, time
        return self.samples

    def sample(self, grid: Grid, *, mass: Any = 1.0, time: Any = 0.0) -> jax.Array:
        return self.samples

    def placed(self, grid: Grid, *, mass: Any = 1.0, time: Any = 0.0) -> jax.Array:
        return self.samples

    def gradient_terms(self, grid: Grid, *, mass: Any = 1.0, time: Any = 0.0) -> tuple[jax.Array, jax.Array]:
        assert self.first is not None
        assert self.second is not None
        return self.first, self.second

    def asymptotes(self) -> tuple[float, float]:
        return 0.0, 0.0

    def support(self, tolerance: float) -> tuple[float, float]:
        return 0.0, 0.0


@register_dataclass
@dataclasses.dataclass(frozen=True)
class StateOnGrid(AbstractState):
    """psi by its samples, with separate real and imaginary parts for differentiation.

    Args:
        real, imaginary: shape (``*points``).
    """

    bound: ClassVar[bool] = False

    real: jax.Array
    imaginary: jax.Array

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        return self.real + 1j * self.imaginary


def on_grid(problem: Problem, numerics: Numerics) -> Problem:
    """The same problem with V and psi(0) as samples.

    Args:
        problem: a problem on an endless line with a static V.
        numerics: those of the run, whose grid is used.
    """
    grid, potential = numerics.grid, problem.potential
    hamiltonian = problem.hamiltonian(grid)
    psi = jnp.asarray(problem.state.sample(grid, hamiltonian), complex)
    first = second = None
    if numerics.method.uses_gradient and potential.smooth:
        first, second = potential.gradient_terms(grid, mass=problem.mass)
    return dataclasses.replace(
        problem,
        potential=PotentialOnGrid(jnp.asarray(hamiltonian.potential, float), first, second, potential.mirrored),
        state=StateOnGrid(jnp.real(psi), jnp.imag(psi)),
    )
