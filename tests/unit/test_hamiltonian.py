"""H on a grid: its action, its matrix, its energy, and its lowest eigenstates. Levels against theory: tests/physics/test_relax.py."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.exact import dense_hamiltonian
from wavesim import Grid
from wavesim.hamiltonian import Hamiltonian, lowest_by_correction, lowest_eigenstates


@pytest.mark.parametrize("points", [24, 25])
def test_action_and_matrix_are_one(points: int, rng: np.random.Generator) -> None:
    """H psi by FFT, by the package's matrix and by the one that numpy makes: the same, for odd numbers of points too."""
    grid = Grid.line(-3.0, 4.0, points)
    potential = rng.normal(size=points)
    h = Hamiltonian(grid, jnp.asarray(potential), 1.7)
    psi = rng.normal(size=points) + 1j * rng.normal(size=points)
    dense = dense_hamiltonian(grid, potential, 1.7)
    assert np.max(np.abs(np.asarray(h.matrix()) - dense)) < 1e-12
    assert np.max(np.abs(np.asarray(h.apply(jnp.asarray(psi))) - dense @ psi)) < 1e-12
    assert np.max(np.abs(dense - dense.T)) < 1e-12


def test_energy_is_the_expectation(rng: np.random.Generator) -> None:
    """<psi|H|psi> = psi^dagger H psi cell, in two dimensions by Kronecker products."""
    x, y = Grid.line(-2.0, 2.0, 8), Grid.line(-3.0, 3.0, 6)
    grid = Grid.product(x, y)
    potential = rng.normal(size=grid.points)
    kinetic = [dense_hamiltonian(line, np.zeros(line.points), 0.8) for line in (x, y)]
    dense = np.kron(kinetic[0], np.eye(6)) + np.kron(np.eye(8), kinetic[1]) + np.diag(potential.ravel())
    psi = rng.normal(size=grid.points) + 1j * rng.normal(size=grid.points)
    h = Hamiltonian(grid, jnp.asarray(potential), 0.8)
    exact = np.real(np.vdot(psi.ravel(), dense @ psi.ravel())) * grid.cell
    assert float(h.energy(jnp.asarray(psi))) == pytest.approx(exact, rel=1e-12)


def test_subspace_iteration_finds_what_diagonalization_finds(rng: np.random.Generator) -> None:
    """A random smooth well in 2D, 12 x 10 points: three levels to 1e-9, and H psi = E psi for each."""
    x, y = Grid.line(-4.0, 4.0, 12), Grid.line(-4.0, 4.0, 10)
    grid = Grid.product(x, y)
    potential = np.asarray(grid.position[0] ** 2 + 0.7 * grid.position[1] ** 2) + 0.3 * rng.normal(size=grid.points)
    kinetic = [dense_hamiltonian(line, np.zeros(line.points)) for line in (x, y)]
    dense = np.kron(kinetic[0], np.eye(10)) + np.kron(np.eye(12), kinetic[1]) + np.diag(potential.ravel())
    h = Hamiltonian(grid, jnp.asarray(potential), 1.0)
    energies, states = lowest_eigenstates(h, 3)
    assert np.asarray(energies) == pytest.approx(np.linalg.eigvalsh(dense)[:3], abs=1e-9)
    for energy, state in zip(energies, states, strict=True):
        assert float(jnp.sum(state**2)) * grid.cell == pytest.approx(1.0, abs=1e-12)
        assert np.max(np.abs(jnp.real(h.apply(state.astype(complex))) - energy * state)) < 1e-5


def test_levels_of_equal_energy_are_all_found_and_turned() -> None:
    """Two equal oscillators: 1, 2, 2, 3, 3, 3, each pair turned into states with their nodes across x or across y alone."""
    line = Grid.line(-6.0, 6.0, 28)
    grid = Grid.product(line, line)
    x, y = grid.position
    energies, states = lowest_eigenstates(Hamiltonian(grid, (x**2 + y**2) / 2, 1.0), 6)
    assert np.asarray(energies) == pytest.approx([1, 2, 2, 3, 3, 3], abs=1e-9)
    spread = [float(jnp.sum(x**2 * state**2)) * grid.cell for state in states]
    assert spread == pytest.approx([0.5, 0.5, 1.5, 0.5, 1.5, 2.5], abs=1e-7)


def test_levels_can_be_differentiated() -> None:
    """dE_n/dlambda = <n|dV/dlambda|n> (Hellmann and Feynman), here for V = lambda x^2/2 at lambda = 1: <x^2>/2 = (n + 1/2)/2."""
    grid = Grid.line(-8.0, 8.0, 48)

    def level(strength: jax.Array) -> jax.Array:
        return lowest_eigenstates(Hamiltonian(grid, strength * grid.x**2 / 2, 1.0), 2)[0][1]

    assert float(jax.grad(level)(1.0)) == pytest.approx(0.75, abs=1e-9)


@pytest.mark.parametrize("points", [3001, 8000])
def test_a_grid_too_large_for_a_matrix_has_its_levels_too(points: int) -> None:
    """n + 1/2 of the oscillator on 3001 and 8000 points, to 1e-13, orthonormal, in a compiled program as well."""
    grid = Grid.line(-12.0, 12.0, points)
    potential = grid.x**2 / 2

    def solve(values: np.ndarray | jax.Array) -> tuple[jax.Array, jax.Array]:
        return lowest_eigenstates(Hamiltonian(grid, values, 1.0), 8)

    energies, states = solve(potential)
    assert np.asarray(energies) == pytest.approx(np.arange(8) + 0.5, abs=1e-13)
    assert np.asarray(states @ states.T) * grid.cell == pytest.approx(np.eye(8), abs=1e-12)
    assert np.asarray(jax.jit(solve)(potential)[0]) == pytest.approx(np.asarray(energies), abs=1e-14)


def test_levels_of_equal_energy_of_a_large_grid_are_all_found() -> None:
    """A ring of length 10 without potential: 0 and (2 pi n/10)^2/2 twice each, five of them; and a doublet of quartic wells, gap 1.8954693e-4."""
    energies, _ = lowest_by_correction(np.zeros(4000), 10.0 / 4000, 1.0, 5)
    assert energies == pytest.approx((2 * np.pi * np.array([0, 1, 1, 2, 2]) / 10) ** 2 / 2, abs=1e-10)
    x = np.linspace(-9.0, 9.0, 5000, endpoint=False)
    lower, upper = lowest_by_correction((x**2 - 16) ** 2 / 128, x[1] - x[0], 1.0, 2)[0]
    assert upper - lower == pytest.approx(1.895469275767215e-4, abs=1e-12)
