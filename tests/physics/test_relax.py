"""Imaginary time and eigenstates: ground states, levels, and their accuracy."""

from __future__ import annotations

import numpy as np
import pytest

from tests.exact import dense_hamiltonian, distance, order
from wavesim import Grid, Problem, relax
from wavesim.hamiltonian import lowest_eigenstates
from wavesim.potentials import Harmonic, RectangularBarrier, Separable, SquareDoubleWell
from wavesim.states import Eigenstate, GaussianPacket


def test_the_ground_state_of_the_oscillator() -> None:
    """Set-up: omega = 1 from a shifted packet of width 0.5; 200 steps of 0.1 in imaginary time.

    Formula: E_0 = 1/2; excited parts die as exp(-2 n tau), tau = 20; the step's error is of order 4 in the state and, since the
    energy is stationary, of order 8 in the energy.
    Budget: (0.1)^4 x 1e-3 in the state, its square in the energy: 1e-8 asked for.
    """
    grid = Grid.line(-8.0, 8.0, 64)
    problem = Problem(Harmonic(1.0), GaussianPacket(center=0.6, width=0.5, momentum=0.0))
    energy, psi = relax(problem, grid, dtau=0.1, steps=200)
    exact = np.pi**-0.25 * np.exp(-(np.asarray(grid.x) ** 2) / 2)
    assert float(energy) == pytest.approx(0.5, abs=1e-8)
    assert distance(np.abs(np.asarray(psi)), exact, grid) < 1e-5


def test_the_order_in_imaginary_time() -> None:
    """Set-up: the same with steps of 0.4, 0.2, 0.1, always to tau = 20.

    Formula: the fixed point of a step of order 4 differs from the ground state by dtau^4. Budget: 4 within 0.25.
    """
    grid = Grid.line(-8.0, 8.0, 64)
    problem = Problem(Harmonic(1.0), GaussianPacket(center=0.6, width=0.5, momentum=0.0))
    exact = np.pi**-0.25 * np.exp(-(np.asarray(grid.x) ** 2) / 2)
    counts = [50, 100, 200]
    errors = [
        distance(np.abs(np.asarray(relax(problem, grid, dtau=20.0 / n, steps=n)[1])), exact, grid) for n in counts
    ]
    measured = order(counts, errors)
    assert abs(measured - 4) < 0.25, f"order {measured:.3f}, errors {errors}"


def test_a_sharp_well_relaxes_too() -> None:
    """Set-up: a square well of depth 2 and width 2, a potential with edges, where relax takes Strang's scheme; dtau = 0.01.

    Formula: the lowest level of the same grid Hamiltonian by dense diagonalization, an upper-bound-free reference.
    Budget: Strang's state error dtau^2 enters the energy squared: 1e-6.
    """
    grid = Grid.line(-10.0, 10.0, 96)
    well = RectangularBarrier(-2.0, 2.0)
    exact = np.linalg.eigvalsh(dense_hamiltonian(grid, np.asarray(well.sample(grid))))[0]
    problem = Problem(well, GaussianPacket(center=0.0, width=1.0, momentum=0.0))
    energy, _ = relax(problem, grid, dtau=0.01, steps=1500)
    assert float(energy) == pytest.approx(exact, abs=1e-6)


def test_levels_of_two_oscillators() -> None:
    """Set-up: omega = 1 along both axes of a square of 28 x 28 points; Lanczos.

    Formula: E = n_x + n_y + 1 = 1, 2, 2, 3. Budget: the tail at the box's end, exp(-6^2) for the ground state and 1e-12 for the
    rest; Lanczos is asked for 1e-12: 1e-9.
    """
    axis = Grid.line(-6.5, 6.5, 28)
    problem = Problem(Separable((Harmonic(1.0), Harmonic(1.0))), Eigenstate())
    hamiltonian = problem.hamiltonian(Grid.product(axis, axis))
    energies, states = lowest_eigenstates(hamiltonian, 4)
    assert np.asarray(energies) == pytest.approx([1.0, 2.0, 2.0, 3.0], abs=1e-9)
    gram = np.einsum("aij,bij->ab", np.asarray(states), np.asarray(states)) * hamiltonian.grid.cell
    assert np.max(np.abs(gram - np.eye(4))) < 1e-10


def test_levels_of_one_dimension_and_their_signs() -> None:
    """Set-up: omega = 1, 64 points. Formula: E = n + 1/2; psi_n of the Hermite functions, which are positive far to the right.

    Budget: rounding of the dense diagonalization of a matrix of norm 80: 1e-11.
    """
    grid = Grid.line(-8.0, 8.0, 64)
    energies, states = lowest_eigenstates(Problem(Harmonic(1.0), Eigenstate()).hamiltonian(grid), 4)
    assert np.asarray(energies) == pytest.approx([0.5, 1.5, 2.5, 3.5], abs=1e-11)
    x = np.asarray(grid.x)
    ground = np.pi**-0.25 * np.exp(-(x**2) / 2)
    hermite = [ground, 2**0.5 * x * ground, (2 * x**2 - 1) / 2**0.5 * ground, (2 * x**3 - 3 * x) / 3**0.5 * ground]
    for found, exact in zip(np.asarray(states), hermite, strict=True):
        assert distance(found, exact, grid) < 1e-10


def test_the_sign_of_an_odd_state_does_not_hang_on_the_grid() -> None:
    """Set-up: the second level of a symmetric double square well, whose two lobes are equally high, on three grids.

    Formula: positive on the right. Were it the largest lobe, rounding would decide, and a superposition of levels start anywhere.
    """
    problem = Problem(SquareDoubleWell(4.0, 1.0, 1.0), Eigenstate(1))
    for points in (64, 70, 80):
        grid = Grid.line(-6.0, 6.0, points)
        psi = np.real(np.asarray(problem.state.sample(grid, problem.hamiltonian(grid))))
        assert np.sum(psi[np.asarray(grid.x) > 0]) > 0
