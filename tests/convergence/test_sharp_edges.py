"""How the transmitted probability converges in the spacing where the potential and the regions have sharp edges."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from tests.exact import dense_hamiltonian
from tests.problems import REFERENCES
from wavesim import Beyond, Grid, Numerics, Problem, certify, propagate, theory
from wavesim.observables import ProbabilityIn
from wavesim.potentials import AbstractPotential, DoubleBarrier, RectangularBarrier, SmoothFunction, SquareDoubleWell
from wavesim.propagation import chebyshev_for, fitted_grid
from wavesim.states import GaussianPacket
from wavesim.units import eV, nm

HEIGHT, CENTER, SPREAD, MOMENTUM, TIME, PLANE = 1.0, -22.0, 3.0, 1.25, 28.0, 2.0


def exact_beyond(width: float) -> float:
    """int_PLANE^inf abs(psi)^2 dx at TIME, psi = int phi(k) t(k) exp(ikx - ik^2 t/2) dk: stationary waves, no propagation."""
    k = np.linspace(1e-6, MOMENTUM + 4.5 / SPREAD, 3001)
    amplitude, _ = theory.rectangular_amplitudes(k**2 / 2, HEIGHT, width)
    phi = (2 * SPREAD**2 / np.pi) ** 0.25 * np.exp(-((SPREAD * (k - MOMENTUM)) ** 2) - 1j * k * CENTER)
    nodes, weights = np.polynomial.legendre.leggauss(400)
    x = PLANE + (nodes + 1) * 35
    waves = np.exp(1j * np.outer(x, k)) @ (phi * np.asarray(amplitude) * np.exp(-0.5j * k**2 * TIME))
    return float(np.sum(np.abs(waves * (k[1] - k[0])) ** 2 * weights) * 35 / (2 * np.pi))


def grid_beyond(potential: AbstractPotential, spacing: float) -> float:
    """The same from a propagation without error in time (one Chebyshev step), on points midway around x = 0."""
    grid = Grid((-50 + spacing / 2,), (spacing,), (round(100 / spacing),))
    packet = GaussianPacket(center=CENTER, width=SPREAD, momentum=MOMENTUM)
    problem = Problem(potential, packet, measure={"beyond": ProbabilityIn(Beyond(PLANE))})
    numerics = Numerics(grid, TIME, 1, 1, chebyshev_for(problem, grid, TIME), save_psi=False)
    return float(propagate(problem, numerics).series["beyond"][-1])


def test_transmission_converges_with_the_fifth_power_of_the_spacing() -> None:
    """Set-up: V0 = 1, a = 1.5, edges midway between points; a packet of momentum 1.25 (E = 0.78, far from V0/2 where a
    second-order term happens to vanish), stopped at t = 28; P(x > 2) = 0.34.

    Formula: moment-matched edges alone leave the jump of psi'', an error ~ spacing^3; with `kink` it is ~ spacing^5.
    Budget: the order between spacings 1/4 and 1/8 is at least 4; the error at 1/8 is below 1e-6 (third order: 7e-6).
    """
    exact = exact_beyond(1.5)
    errors = [grid_beyond(RectangularBarrier(HEIGHT, 1.5), s) - exact for s in (1 / 4, 1 / 8)]
    measured = np.log2(abs(errors[0] / errors[1]))
    said = f"order {measured:.3f}, errors {errors[0]:.2e}, {errors[1]:.2e}"
    assert measured >= 4, said
    assert abs(errors[1]) < 1e-6, said


def gap_error(spacing: float, offset: float) -> float:
    """The relative error of the gap of two square wells of depth 4 and width 1, 1 apart, on points offset by that part of a cell."""
    points = 2 * round(10 / spacing)
    grid = Grid(((offset - points / 2) * spacing,), (spacing,), (points,))
    samples = np.asarray(SquareDoubleWell(4.0, 1.0, 1.0).sample(grid))
    energies = np.linalg.eigvalsh(dense_hamiltonian(grid, samples))
    return abs((energies[1] - energies[0]) / REFERENCES["square"].numbers["gap"] - 1)


def test_wells_converge_wherever_their_edges_fall() -> None:
    """Set-up: the gap of two square wells by diagonalization, edges midway (spacing 1/2n) and anywhere (0.08 and 0.06, offset 0.13).

    Formula: 0.203165722632123 from the transcendental equation; wave number sqrt 8, so spacing x wave number = 0.35 and 0.18.
    Budget: order 4.5 midway (measured 4.8); anywhere 3e-6 at 0.08 and 1e-6 at 0.06 (measured 1.4e-6 and 2.5e-7; third order
    leaves 1e-4).
    """
    midway = [gap_error(spacing, 0.5) for spacing in (1 / 8, 1 / 16)]
    assert np.log2(midway[0] / midway[1]) > 4.5, f"{midway}"
    assert gap_error(0.08, 0.13) < 3e-6
    assert gap_error(0.06, 0.13) < 1e-6


def test_point_sampling_is_far_worse() -> None:
    """Set-up: the same, a = 1.6 (12.8 cells of 1/8), once moment-matched and once as V(x_j): on the grid 13 or 12 cells.

    Formula: point sampling moves an edge by up to half a cell, dT = (dT/da) (spacing/2) and more: first order.
    Budget: its error is at least 100 times that of the moment-matched edges, which stays below 1e-4.
    """
    exact = exact_beyond(1.6)
    sampled = SmoothFunction(lambda x, p: jnp.where(jnp.abs(x) < p[1] / 2, p[0], 0.0), (HEIGHT, 1.6))
    matched_error = abs(grid_beyond(RectangularBarrier(HEIGHT, 1.6), 1 / 8) - exact)
    sampled_error = abs(grid_beyond(sampled, 1 / 8) - exact)
    said = f"moment-matched {matched_error:.2e}, point-sampled {sampled_error:.2e}"
    assert matched_error < 1e-4, said
    assert sampled_error > 100 * matched_error, said


@pytest.mark.parametrize("offset", [0.0, 0.29, 0.5])
def test_the_probability_beyond_a_plane_converges_with_the_fourth_power_at_least(offset: float) -> None:
    """Set-up: abs(psi)^2 of a Gaussian of width 1, cut at x = 0.37, on grids of spacing 0.4 and 0.2 at three offsets.

    Formula: P(x > s) = erfc(s/sqrt 2)/2; moment-matched weights err by O(spacing^5), and never less than order 4.
    Budget: order at least 4 between the two (the constant changes with the place of the plane in its cell, so the order is
    taken between grids that cut it alike), and an error below 1e-5 at 0.2; counting points would err by 4e-2.
    """
    from scipy.special import erfc

    plane = 0.37
    errors = []
    for spacing in (0.4, 0.2):
        grid = Grid((plane - spacing * (40 + offset),), (spacing,), (80,))
        density = np.exp(-(np.asarray(grid.x) ** 2) / 2) / np.sqrt(2 * np.pi)
        errors.append(abs(float(np.sum(Beyond(plane).fraction(grid) * density) * spacing) - erfc(plane / 2**0.5) / 2))
    measured = np.log2(errors[0] / errors[1])
    said = f"order {measured:.2f}, errors {errors[0]:.2e}, {errors[1]:.2e}"
    assert measured >= 4, said
    assert errors[1] < 1e-5, said


@pytest.mark.parametrize(("apart", "energy", "tolerance"), [(9.0, 0.150, 1e-3), (4.5, 0.070, 2e-4)])
def test_barriers_of_a_few_cells_have_honest_bars(apart: float, energy: float, tolerance: float) -> None:
    """Set-up: two barriers of 1.5 nm, 9 nm apart, met by an electron of 150 meV, to a tolerance of 1e-3: less than two cells for each barrier,
    where the errors of its two edges are not yet those of single ones (by the fifth power of the spacing 1.1e-4, with a bar of 5e-5). Likewise
    4.5 nm apart at 70 meV and 2e-4.

    Formula: the run backward tells what edges make, wherever they lie: abs(T - closed form) <= error <= tolerance. Budget: the bar.
    """
    mass = 0.067
    barriers = DoubleBarrier(height=0.25 * eV, width=1.5 * nm, separation=apart * nm)
    packet = GaussianPacket.with_energy(energy * eV, center=-80 * nm, width=12 * nm)
    problem = Problem(barriers, packet, mass=mass)
    report = certify(problem, tolerance, frames=8)
    grid = report.result.numerics.grid
    assert float(barriers.width) / float(grid.spacing[0]) < 3
    headline = report.headline
    assert abs(headline.value - headline.theory["closed_form"]) <= headline.error <= tolerance


def test_odd_and_even_numbers_of_cells_have_laws_of_their_own() -> None:
    """Set-up: a barrier of width 1.2 on grids whose edges fall midway, with 10 to 17 cells between them.

    Formula: error = c (dx/width)^5 with one c for even numbers of cells and another for odd ones (here about 3 times apart): which is why
    repetitions on coarser grids keep the parity. Budget: c is constant to 10 %; the two differ by more than a factor 2.
    """
    width = 1.2
    exact = exact_beyond(width)
    barrier = RectangularBarrier(HEIGHT, width)
    laws = {}
    for cells in (10, 12, 14, 11, 13, 15):
        spacing = width / cells
        grid = fitted_grid(-50.0, 50.0, spacing, barrier)
        assert grid.spacing[0] == pytest.approx(spacing)
        packet = GaussianPacket(center=CENTER, width=SPREAD, momentum=MOMENTUM)
        problem = Problem(barrier, packet, measure={"beyond": ProbabilityIn(Beyond(PLANE))})
        numerics = Numerics(grid, TIME, 1, 1, chebyshev_for(problem, grid, TIME), save_psi=False)
        error = float(propagate(problem, numerics).series["beyond"][-1]) - exact
        laws.setdefault(cells % 2, []).append(error * cells**5)
    for law in laws.values():
        assert np.ptp(law) < 0.1 * abs(np.mean(law))
    even, odd = abs(np.mean(laws[0])), abs(np.mean(laws[1]))
    assert max(even, odd) > 2 * min(even, odd)
