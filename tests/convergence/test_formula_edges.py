"""How levels converge in the spacing where a formula or a table jumps or bends."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ai_zeros

from tests.exact import dense_hamiltonian
from wavesim import Grid
from wavesim.potentials import AbstractPotential, Expression, SquareDoubleWell


def levels(potential: AbstractPotential, spacing: float, offset: float, count: int, half: float = 12.0) -> np.ndarray:
    """The lowest levels by diagonalization, on points that lie by `offset` cells off 0."""
    points = 2 * round(half / spacing)
    grid = Grid(((offset - points / 2) * spacing,), (spacing,), (points,))
    return np.linalg.eigvalsh(dense_hamiltonian(grid, np.asarray(potential.sample(grid))))[:count]


@pytest.mark.parametrize("formula", ["abs(x)", "sqrt(x^2)", "max(x, -x)", "where(x < 0, -x, x)"])
@pytest.mark.parametrize("offset", [0.0, 0.3, 0.5])
def test_a_kink_is_of_fifth_order(formula: str, offset: float) -> None:
    """Set-up: the bouncer V = abs(x), m = 1, four levels at spacings 0.4 and 0.2, the kink on a point, between points, midway.

    Formula: -a_n/2^(1/3) with the zeros of Ai (odd levels) and Ai' (even ones). Point samples leave an error of second order.
    Budget: order 4.6 at least (measured 5.0 to 5.2), and 1e-4 at 0.2 (measured 8e-5 at most; points alone: 3e-3).
    """
    zeros, extrema, _, _ = ai_zeros(2)
    exact = np.sort(-np.concatenate([zeros, extrema])) / 2 ** (1 / 3)
    errors = [np.abs(levels(Expression(formula), spacing, offset, 4) - exact) for spacing in (0.4, 0.2)]
    assert np.log2(errors[0][0] / errors[1][0]) > 4.6
    assert errors[1].max() < 1e-4


@pytest.mark.parametrize("offset", [0.0, 0.3, 0.5])
def test_jumps_of_curved_pieces_are_of_fourth_order_at_least(offset: float) -> None:
    """Set-up: pieces that differ on both sides of two jumps of about 6, wherever they fall, at spacings 0.2 and 0.1.

    Formula: the three levels at spacing 0.025. Budget: errors of 5e-4 at 0.1 and 1.5e-2 at 0.2 at most (measured 2.4e-4, 6.6e-3), fourth order at
    least but midway, where the error is below 1e-5 and scatters; points alone leave 0.1.
    """
    potential = Expression("where(abs(x) < 1, -5 - 2*x + cos(3*x), 0.3*sin(x)*exp(-x^2/8))")
    exact = levels(potential, 0.025, 0.5, 3, 10.0)
    coarse, fine = (np.abs(levels(potential, spacing, offset, 3, 10.0) - exact) for spacing in (0.2, 0.1))
    assert coarse.max() < 1.5e-2 and fine.max() < 5e-4
    assert fine[0] < 1e-5 or np.log2(coarse[0] / fine[0]) > 4


def test_a_formula_of_wells_has_the_levels_of_the_built_in_ones() -> None:
    """Set-up: two square wells by `where`, spacing 0.08, offset 0.13. Budget: 1e-9, the same grid and rounding of extrapolated samples."""
    formula = Expression("where(abs(abs(x) - 1) < 0.5, -4, 0)")
    ours, theirs = (levels(potential, 0.08, 0.13, 2, 10.0) for potential in (formula, SquareDoubleWell(4.0, 1.0, 1.0)))
    assert ours == pytest.approx(theirs, abs=1e-9)
