"""Imaginary time: the ground state by relaxation."""

from __future__ import annotations

from ..._checks import at_least, known_keywords, positive
from ..._jax import jax, jnp
from ...fourier import forward, inverse
from ...grid import Grid
from ...hamiltonian import Hamiltonian
from ...problem import Problem
from ...schemes import CHIN4A, STRANG
from ...states import normalized
from .._numerics import require_double


@known_keywords()
def relax(problem: Problem, grid: Grid, *, dtau: float, steps: int) -> tuple[jax.Array, jax.Array]:
    """The ground state by propagation in imaginary time, psi -> exp(-H tau) psi, normalized at every step.

    Smooth potentials take Chin's fourth-order scheme V(1/6) T(1/2) V(2/3, c=1/72) T(1/2) V(1/6), whose coefficients are all positive;
    sharp ones take Strang's. Excited components die out as exp(-(E_n - E_0) tau).

    Args:
        problem: its state is the start, which must overlap with the ground state.
        grid: the points at which psi is known.
        dtau: step in imaginary time (time).
        steps: the number of steps.

    Returns:
        energy (shape ()) and the normalized state (shape ``grid.points``).

    Raises:
        ArgumentError: if `dtau` is not positive or `steps` below 1.
        NumericsError: if JAX's 64-bit mode is off.

    Not for double wells, whose small gap makes the convergence slow: take `wavesim.hamiltonian.lowest_eigenstates`.

    Source: S. A. Chin, Phys. Lett. A 226, 344 (1997), scheme 4A; M. Aichinger, E. Krotscheck, Comput. Mater. Sci. 34, 188 (2005).
    """
    require_double()
    positive("dtau", dtau)
    at_least("steps", steps, 1)
    potential, mass, dimension = problem.potential, problem.mass, grid.dimension
    hamiltonian: Hamiltonian = problem.hamiltonian(grid)
    values = hamiltonian.potential - jnp.min(hamiltonian.potential)
    kinetic = grid.spread(grid.kinetic(mass))
    smooth = potential.smooth
    scheme = CHIN4A if smooth else STRANG
    first = potential.gradient_terms(grid, mass=mass)[0] if smooth else jnp.zeros(())
    # in imaginary time dt^2 becomes -dtau^2, so that the term c is added
    kicks = [jnp.exp(-dtau * (b * values + c * dtau**2 * first)) for b, c, _ in scheme.kicks]
    drifts = [jnp.exp(-dtau * a * kinetic) for a in scheme.drifts]

    def step(_: int, psi: jax.Array) -> jax.Array:
        psi = kicks[0] * psi
        for drift, kick in zip(drifts, kicks[1:], strict=True):
            psi = kick * inverse(drift * forward(psi, dimension), dimension)
        return normalized(psi, grid)

    start = problem.state.sample(grid, hamiltonian)
    psi = jax.jit(lambda psi: jax.lax.fori_loop(0, steps, step, psi))(start)
    return hamiltonian.energy(psi), psi
