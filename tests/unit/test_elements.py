"""Finite elements of one line: levels to rounding, counts that miss none, and states.

Lab note. Lobatto's functions of degree 14 between nodes; levels by Sturm's counts and inverse iteration. Formula: E_n = n + 1/2 (oscillator),
(n pi/L)^2/2 (box), -1/2 (delta of strength 1, a node on it). Budget: 8 eps (T + <|V|>), the rounding that the bars of levels take; measured
0.05 to 0.4 of it.
"""

from __future__ import annotations

import numpy as np
import pytest

from wavesim import Problem, certify
from wavesim.analysis import Levels
from wavesim.elements import ElementHamiltonian, gauss_points
from wavesim.potentials import Expression
from wavesim.states import Eigenstate

EPS = float(np.finfo(float).eps)


def oscillator(elements: int = 24, degree: int = 14) -> ElementHamiltonian:
    nodes = np.linspace(-10.0, 10.0, elements + 1)
    return ElementHamiltonian(nodes, gauss_points(nodes, degree) ** 2 / 2, np.zeros(len(nodes)), 1.0, degree)


def test_levels_of_the_oscillator_to_rounding() -> None:
    levels = oscillator().lowest(12, 12.0)
    assert np.all(np.abs(levels.energies - np.arange(12) - 0.5) <= 8 * EPS * levels.size)
    assert levels.kinetic == pytest.approx((np.arange(12) + 0.5) / 2, rel=1e-12)
    x = np.linspace(-10, 10, 2001)
    psi = levels.waves.at(x)
    assert psi @ psi.T * (x[1] - x[0]) == pytest.approx(np.eye(12), abs=1e-12)
    assert np.abs(psi[0]) == pytest.approx(np.pi**-0.25 * np.exp(-(x**2) / 2), abs=1e-13)


def test_counts_tell_how_many_levels_lie_below() -> None:
    """Between the levels n - 1/2 and n + 1/2 of the oscillator there are n below n, at every energy asked for at once."""
    assert oscillator().count_below(np.array([[0.1, 1.0], [7.0, 11.9]])).tolist() == [[0, 1], [7, 12]]


def test_levels_fall_with_the_degree() -> None:
    """Rayleigh and Ritz: every level lies above the true one, and none rises when functions are added."""
    coarse, fine = (oscillator(8, degree).lowest(6, 6.0) for degree in (8, 10))
    exact = np.arange(6) + 0.5
    assert np.all(coarse.energies > fine.energies) and np.all(fine.energies > exact - 1e-13)
    # from its own states cut short, the coarser solution is found again
    again = oscillator(8, 8).settled(fine.waves.truncated(8), fine.energies)
    assert again.energies == pytest.approx(coarse.energies, abs=1e-12)


def test_states_move_to_a_finer_mesh_unchanged() -> None:
    levels = oscillator(10).lowest(3, 3.0)
    x = np.linspace(-9.9, 9.9, 333)
    finer = levels.waves.onto(np.linspace(-10.0, 10.0, 21))
    assert finer.at(x) == pytest.approx(levels.waves.at(x), abs=1e-13)
    assert finer.end_slopes() == pytest.approx(levels.waves.end_slopes(), abs=1e-12)


def test_a_delta_is_a_term_of_its_node() -> None:
    """Strength -1 at 0.3 between walls 25 away: -1/2, raised by the walls by exp(-50)."""
    nodes = np.unique(np.concatenate([np.linspace(-25.0, 25.0, 26), [0.3]]))
    strengths = np.where(nodes == 0.3, -1.0, 0.0)
    hamiltonian = ElementHamiltonian(nodes, np.zeros((len(nodes) - 1, 18)), strengths, 1.0, 14)
    level = hamiltonian.lowest(1, 0.0)
    assert level.energies[0] == pytest.approx(-0.5, abs=4e-15)
    assert np.abs(level.waves.at(np.array([0.3, 2.3]))[0]) == pytest.approx([1.0, np.exp(-2.0)], abs=1e-12)


def test_two_levels_that_are_one_are_both_found() -> None:
    """Two boxes of length 2 with a barrier of 1e4 between them, wide enough that nothing passes: every level twice."""
    nodes = np.unique(np.concatenate([np.linspace(0, 2, 5), np.linspace(2, 4, 41), np.linspace(4, 6, 5)]))
    x = gauss_points(nodes, 14)
    hamiltonian = ElementHamiltonian(nodes, np.where((x > 2) & (x < 4), 1e4, 0.0), np.zeros(len(nodes)), 1.0, 14)
    levels = hamiltonian.lowest(4, 5.0)
    assert levels.energies[0::2] == pytest.approx(levels.energies[1::2], abs=1e-14)
    psi = levels.waves.at(np.linspace(0, 6, 3001))
    assert psi @ psi.T * 0.002 == pytest.approx(np.eye(4), abs=1e-5)


@pytest.mark.parametrize("length", [3.0, 1e-9, 1e9])
def test_a_box_of_any_size(length: float) -> None:
    nodes = np.linspace(0.0, length, 7)
    levels = ElementHamiltonian(nodes, np.zeros((6, 18)), np.zeros(7), 1.0, 14).lowest(5, length**-2)
    assert levels.energies == pytest.approx((np.arange(1, 6) * np.pi / length) ** 2 / 2, rel=1e-14)


def test_a_cusp_that_no_element_resolves_is_in_the_bar() -> None:
    """V = sqrt(abs(x)): its slope is infinite at 0, where elements converge slowly.

    Formula: E_0 by integration outwards from the middle (`theory`, another method); the element's own bar, 1.5e-7 where it was looked at,
    holds the distance and is not only rounding.
    """
    report = certify(Problem(Expression("sqrt(abs(x))"), Eigenstate(0)), 1e-6, find=Levels(count=1))
    head = report.headline
    assert head.budget["grid"] > 1e-9
    assert abs(head.difference or 0.0) <= head.error + head.theory_error
