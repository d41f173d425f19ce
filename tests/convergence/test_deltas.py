"""How levels, gaps and T(E) of deltas, and levels of slopes with kinks, converge in the spacing of the grid."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from wavesim import Grid, Problem, certify, plan, theory
from wavesim.errors import NumericsError
from wavesim.hamiltonian import Hamiltonian, lowest_eigenstates
from wavesim.potentials import (
    AbstractPotential,
    DeltaBarrier,
    DeltaWell,
    DoubleDeltaWell,
    ParabolicBarrier,
    TriangularBarrier,
)
from wavesim.propagation import coarsened
from wavesim.states import GaussianPacket, LeftLocalized

PERIOD = 465.564114398916


def levels(potential: AbstractPotential, grid: Grid, count: int, mass: float = 1.0) -> np.ndarray:
    samples = potential.sample(grid, mass=mass)
    return np.asarray(lowest_eigenstates(Hamiltonian(grid, samples, mass), count)[0])


def double_grid(cells: int) -> Grid:
    """Points on the deltas at +-2.5, that many cells between them, in a periodic box of about 26."""
    spacing = 5 / cells
    first = round(10.5 / spacing)
    return Grid((-2.5 - first * spacing,), (spacing,), (2 * first + cells + 1,))


def test_the_level_of_one_well_is_of_third_order() -> None:
    """Set-up: strength 1.3, mass 0.8, a box of 24 with the well on a point, spacing 1/4 and 1/8.

    Formula: E0 = -m W^2/2 = -0.676; on the grid 1 = W_N (2 m/(pi kappa)) atan(pi/(kappa dx)), which with the renormalized W_N leaves
    a share of (4/(3 pi^4)) (kappa dx)^3 of E0, kappa = m W.
    Budget: the order is 3 within 0.1, and the error within 10 % of that formula at 1/8.
    """
    errors = [levels(DeltaWell(1.3), Grid((-12.0,), (s,), (round(24 / s),)), 1, 0.8)[0] + 0.676 for s in (1 / 4, 1 / 8)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(3, abs=0.1), errors
    assert errors[1] == pytest.approx(-0.676 * 4 / (3 * np.pi**4) * (1.04 / 8) ** 3, rel=0.1), errors


def test_the_gap_of_two_wells_is_of_third_order() -> None:
    """Set-up: W = m = 1, a = 5, 21 and 41 cells between the wells.

    Formula: the gap 0.0134958539819843 by Lambert's W; what the grid cuts off couples the wells by O(spacing^3/a^2), which does not
    fall as exp(-a), so that the share of the gap is large: 0.26 spacing^3.
    Budget: the order is 3 within 0.15; the relative error at 41 cells (spacing 0.122) is below 6e-4.
    """
    exact = float(theory.delta_doublet(1.0, 5.0).gap)
    errors = [np.diff(levels(DoubleDeltaWell(1.0, 5.0), double_grid(n), 2))[0] / exact - 1 for n in (21, 41)]
    assert np.log(errors[0] / errors[1]) / np.log(41 / 21) == pytest.approx(3, abs=0.15), errors
    assert abs(errors[1]) < 6e-4, errors


@pytest.mark.parametrize("potential", [DeltaBarrier(1.0), DeltaWell(1.0)])
@pytest.mark.parametrize("energy", [0.3, 0.5, 1.5])
def test_transmission_on_the_grid_is_of_third_order(potential: AbstractPotential, energy: float) -> None:
    """Set-up: the scattering of the grid's own H on an endless grid, spacing 1/8 and 1/16, at three energies.

    Formula: one point scatters exactly, t = 1 - i (m/k) g_N/(1 - g_N G), with g_N = V_j spacing and the band-limited Green function
    at that point, G = -i m/k + (m/(pi k)) ln((K + k)/(K - k)), K = pi/spacing; without a grid T = 1/(1 + m W^2/(2 E)).
    Budget: the order is 3 within 0.15; the error at 1/16 is below 2e-6. The strength as it is, W/spacing, errs by 1e-2.
    """
    k, exact = np.sqrt(2 * energy), float(theory.delta_transmission(energy, 1.0))

    def error(spacing: float, strength: float | None = None) -> float:
        grid = Grid((-4 * spacing,), (spacing,), (8,))
        sampled = float(np.asarray(potential.sample(grid))[4]) * spacing
        cut = np.pi / spacing
        green = -1j / k + np.log((cut + k) / (cut - k)) / (np.pi * k)
        chosen = strength or sampled
        return abs(1 - 1j / k * chosen / (1 - chosen * green)) ** 2 - exact

    errors = [error(1 / 8), error(1 / 16)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(3, abs=0.15), errors
    assert abs(errors[1]) < 2e-6, errors
    assert abs(error(1 / 16, 1.0)) > 1e-3


def test_the_gap_falls_with_the_distance_at_the_right_rate() -> None:
    """Set-up: d gap/d separation by automatic differentiation on a fixed grid of 41 cells, W = m = 1, a = 5.

    Formula: -0.0135273 by Lambert's W. The derivative of a delta's place is of second order in the spacing.
    Budget: 2 % (measured 1.0 % at spacing 0.122, 4.2 % at twice that).
    """
    grid = double_grid(41)

    def gap(separation: float) -> jax.Array:
        samples = DoubleDeltaWell(1.0, separation).sample(grid)
        energies = lowest_eigenstates(Hamiltonian(grid, samples, 1.0), 2)[0]
        return energies[1] - energies[0]

    exact = float(jax.grad(lambda a: theory.delta_doublet(1.0, a).gap)(5.0))
    assert float(jax.grad(gap)(5.0)) == pytest.approx(exact, rel=0.02)


def test_the_planned_grid_gives_the_period() -> None:
    """Set-up: W = m = 1, a = 5, tolerance 1e-4, planned; the levels of that grid, and of the coarser one of the certificate.

    Formula: 2 pi/(E_A - E_S) = 465.564114398916. Budget: 1e-4 relative; the coarser grid keeps the deltas on points, and third order.
    """
    potential = DoubleDeltaWell(1.0, 5.0)
    planned = plan(Problem(potential, LeftLocalized()), 1e-4)
    fine = planned.numerics.grid
    coarse = coarsened(fine, 1.4, potential)
    periods = [2 * np.pi / np.diff(levels(potential, grid, 2))[0] for grid in (fine, coarse)]
    errors = [period / PERIOD - 1 for period in periods]
    assert planned.numerics.duration == pytest.approx(periods[0], rel=1e-9)
    assert abs(errors[0]) < 1e-4, errors
    assert np.log(errors[1] / errors[0]) / np.log(coarse.spacing[0] / fine.spacing[0]) == pytest.approx(3, abs=0.3)


def test_a_certificate_holds_for_two_wells() -> None:
    """Set-up: W = m = 1, a = 2.5 (period 46), tolerance 1e-3: planned, propagated, repeated, fitted.

    Formula: the period and the overlap of delta_doublet. Budget: period and contrast within their own bars, and the period's bar
    within the tolerance.
    """
    report = certify(Problem(DoubleDeltaWell(1.0, 2.5), LeftLocalized()), 1e-3, frames=24)
    exact = theory.delta_doublet(1.0, 2.5)
    period, contrast = report.quantities["tunneling_period"], report.quantities["contrast"]
    assert period.theory["levels"] == pytest.approx(2 * np.pi / float(exact.gap), rel=1e-12)
    assert abs(period.value - period.theory["levels"]) <= period.error <= 1e-3 * period.value
    assert abs(contrast.value - float(exact.overlap)) <= contrast.error


def test_a_certificate_holds_for_a_barrier() -> None:
    """Set-up: a packet of momentum 1, width 3, on a delta barrier of strength 1, tolerance 1e-3.

    Formula: the packet's average of T = 1/(1 + m W^2/(2 E)). Budget: within its own bar, which is within the tolerance.
    """
    report = certify(Problem(DeltaBarrier(1.0), GaussianPacket(-18.0, 3.0, 1.0)), 1e-3, frames=8)
    through = report.quantities["transmitted_probability"]
    assert "closed_form" in through.theory
    assert abs(through.value - through.theory["closed_form"]) <= through.error <= 1e-3


def test_a_delta_off_its_grid_point_is_refused() -> None:
    """Set-up: a grid whose points are midway around the delta, and one too coarse for a well. Budget: both are refused, with a cure."""
    problem = Problem(DeltaBarrier(1.0), GaussianPacket(-18.0, 3.0, 1.0), duration=1.0)
    with pytest.raises(NumericsError, match=r"must lie on grid points.*0\.5 of a cell"):
        certify(problem, 1e-3, grid=Grid((-59.95,), (0.1,), (1200,)), absorber=None)
    with pytest.raises(NumericsError, match="finer grid"):
        DeltaWell(10.0).sample(Grid((-4.0,), (1.0,), (8,)))


WELLS = {
    "triangular": (TriangularBarrier(-2.0, 3.0, 0.1), 1e-6),
    "parabolic": (ParabolicBarrier(-2.0, 1.5, 0.1), 1e-7),
}


@pytest.mark.parametrize("name", WELLS)
def test_levels_of_slopes(name: str) -> None:
    """Set-up: slopes turned into wells (height -2), spacing 1/4 and 1/8, edges midway; the triangle has a jump, the parabola two kinks.

    Formula: E0 by an initial value problem, psi' = kappa psi at the left edge and psi' = -kappa psi at the right one. Samples of the
    continued slope times moment-matched steps, with the kink of psi at the jump, are of fifth order.
    Budget: the order within 0.35 of 5; the error at spacing 1/8 below 1e-6 or 1e-7. Point sampling errs by 1e-4 and more.
    """
    potential, allowed = WELLS[name]
    slope = isinstance(potential, TriangularBarrier)
    left, right = potential.edges
    inside = (lambda x: -2 * (1 - (x - 0.1) / 3)) if slope else (lambda x: -2 * (1 - ((x - 0.1) / 1.5) ** 2))

    def miss(energy: float) -> float:
        kappa = np.sqrt(-2 * energy)
        curve = lambda x, y: [y[1], 2 * (inside(x) - energy) * y[0]]  # noqa: E731
        end = solve_ivp(curve, (left, right), [1, kappa], method="DOP853", rtol=1e-12, atol=1e-12).y[:, -1]
        return end[1] + kappa * end[0]

    exact = float(brentq(miss, -1.9, -0.1 if slope else -0.6, xtol=1e-14))  # type: ignore[arg-type]
    errors = []
    for spacing in (1 / 4, 1 / 8):
        half = round(12 / spacing)
        grid = Grid((left + spacing * (0.5 - half),), (spacing,), (2 * half,))
        errors.append(levels(potential, grid, 1)[0] - exact)
    assert np.log2(errors[0] / errors[1]) == pytest.approx(5, abs=0.35), errors
    assert abs(errors[1]) < allowed, errors
