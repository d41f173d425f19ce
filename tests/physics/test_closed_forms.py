"""psi itself against closed forms: the free packet, the packet in the harmonic well, and the phase of an eigenstate."""

from __future__ import annotations

import numpy as np
import pytest

from tests.exact import distance
from wavesim import Grid, Numerics, Problem, propagate, theory
from wavesim.hamiltonian import lowest_eigenstates
from wavesim.potentials import Free, Harmonic, QuarticDoubleWell
from wavesim.propagation import chebyshev_for
from wavesim.schemes import SCHEMES
from wavesim.states import Eigenstate, GaussianPacket

G6T4 = SCHEMES["g6t4"]


@pytest.mark.parametrize(
    ("name", "mass"), [("strang", 1.0), ("yoshida4", 1.0), ("srkn11b", 1.0), ("g6t4", 2.5), ("chebyshev", 2.5)]
)
def test_free_packet(name: str, mass: float) -> None:
    """Set-up: width 1.2, momentum 1.5, from x = -4 for t = 5 in a box of 66, in ten frames, for masses 1 and 2.5.

    Formula: theory.free_packet, the spreading Gaussian with its phase; without V every scheme is exact in time.
    Budget: the tail at the ends of the box, exp(-(33 - 3.5)^2/(4 x 2.4^2)) = 4e-17, and rounding: 1e-12.
    """
    grid = Grid.line(-33.0, 33.0, 192)
    packet = GaussianPacket(center=-4.0, width=1.2, momentum=1.5)
    problem = Problem(Free(), packet, mass=mass)
    method = SCHEMES[name] if name in SCHEMES else chebyshev_for(problem, grid, 0.5)
    result = propagate(problem, Numerics(grid, 0.5, 10, 10, method))
    exact = theory.free_packet(
        np.asarray(grid.x), result.times[:, None], center=-4.0, width=1.2, momentum=1.5, mass=mass
    )
    assert distance(result.psi, exact, grid) < 1e-12
    assert result.times[-1] == 5.0


@pytest.mark.parametrize(("width", "mass"), [(None, 1.0), (0.5, 1.0), (0.7, 1.7)])
def test_harmonic_packet(width: float | None, mass: float) -> None:
    """Set-up: omega = 1.3 about x = 0.4; packets of the coherent width, of 0.5 and of 0.7, from x = -1, momentum 0.8, t = 6.

    Formula: theory.harmonic_packet, Heller's thawed Gaussian; its sign after a whole period (t = 4.83) is right too.
    Budget: the time step of g6t4, 1e-10 at dt = 0.0125; momentum and position tails at the ends of the grid below 1e-12: 1e-9.
    """
    frequency, middle = 1.3, 0.4
    spread = float(theory.coherent_width(frequency, mass)) if width is None else width
    grid = Grid.line(-8.0, 8.8, 96)
    problem = Problem(Harmonic(frequency, middle), GaussianPacket(center=-1.0, width=spread, momentum=0.8), mass=mass)
    result = propagate(problem, Numerics(grid, 0.0125, 480, 6, G6T4))
    exact = theory.harmonic_packet(
        np.asarray(grid.x) - middle,
        result.times[:, None],
        center=-1.0 - middle,
        width=spread,
        momentum=0.8,
        frequency=frequency,
        mass=mass,
    )
    errors = [distance(one, other, grid) for one, other in zip(result.psi, exact, strict=True)]
    assert max(errors) < 1e-9, errors


@pytest.mark.parametrize("level", [0, 3])
def test_an_eigenstate_turns_by_its_energy_and_by_nothing_else(level: int) -> None:
    """Set-up: levels 0 and 3 of the quartic well 2 ((x/1.8)^2 - 1)^2 on the grid, for t = 4.

    Formula: psi(t) = exp(-i E t) psi(0), E from the diagonalization of the same grid Hamiltonian.
    Budget: g6t4 at dt = 0.01: 1e-10; a Chebyshev step: 1e-12.
    """
    grid = Grid.line(-6.0, 6.0, 64)
    problem = Problem(QuarticDoubleWell(2.0, 1.8), Eigenstate(level))
    energies, states = lowest_eigenstates(problem.hamiltonian(grid), level + 1)
    exact = np.exp(-4j * float(energies[level])) * np.asarray(states[level])
    split = propagate(problem, Numerics(grid, 0.01, 400, 1, G6T4))
    series = propagate(problem, Numerics(grid, 4.0, 1, 1, chebyshev_for(problem, grid, 4.0)))
    assert distance(split.final, exact, grid) < 1e-10
    assert distance(series.final, exact, grid) < 1e-12
