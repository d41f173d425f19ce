"""Sums over stationary states for a packet between walls, against finite elements."""

from __future__ import annotations

import numpy as np
import pytest

from wavesim import theory
from wavesim.elements import ElementHamiltonian, Waves, gauss_points

EDGES = [5.5, 6.5]


def step_on_a_slope(x: np.ndarray) -> np.ndarray:
    """V = x/5, and a step of 1.5 between the edges."""
    return 0.2 * x + np.where(np.abs(x - 6.0) < 0.5, 1.5, 0.0)


def between_walls(x: np.ndarray) -> np.ndarray:
    """A packet at 3, 0.7 wide, momentum 1, and its images in walls at 0 and 10; not normalized."""

    def packet(y: np.ndarray) -> np.ndarray:
        return np.exp(-((y - 3.0) ** 2) / (4 * 0.7**2) + 1j * y)

    return sum((packet(x + 20 * n) - packet(-x + 20 * n) for n in (-1, 0, 1)), np.zeros(x.shape, complex))


def mean_position(waves: Waves, energies: np.ndarray, time: float) -> float:
    """<x> of the packet by states of finite elements."""
    nodes = waves.nodes
    points, weights = np.polynomial.legendre.leggauss(24)
    half = np.diff(nodes) / 2
    x, share = np.ravel(nodes[:-1, None] + half[:, None] * (points + 1)), np.ravel(half[:, None] * weights)
    psi = waves.at(x)
    parts = psi @ (share * between_walls(x))
    density = np.abs((parts * np.exp(-1j * energies * time)) @ psi) ** 2 * share
    return float(density @ x / np.sum(density))


def mean_position_by_elements(time: float, degree: int) -> float:
    """<x> by 70 states on 40 elements that end at the edges."""
    nodes = np.unique(np.concatenate([np.linspace(0.0, 10.0, 41), EDGES]))
    found = theory.mass_element_levels(step_on_a_slope, np.ones_like, nodes, 70, degree)
    return mean_position(found.waves, found.energies, time)


@pytest.mark.parametrize("times", [np.array([0.0, 30.0]), np.linspace(0.0, 30.0, 9)])
def test_a_step_between_walls_is_known_to_its_error(times: np.ndarray) -> None:
    """Set-up: a packet at 3 between walls at 0 and 10, V = x/5 and a step of 1.5 from 5.5 to 6.5; mean position at t = 30.

    Formula: <x> = sum of c_m* c_n exp(i(E_m - E_n)t) <m|x|n>; the same by finite elements of degree 12 (of degree 10 the same to 1e-9).
    Budget: the stated error, at most 1e-6. Sines do not end at the edges of V: 54 and 70 of them differ by 2.8e-5, and are both off by 6.5e-5.
    """
    exact = mean_position_by_elements(30.0, 12)
    assert mean_position_by_elements(30.0, 10) == pytest.approx(exact, abs=1e-9)
    found = theory.walled_motion(times, step_on_a_slope, 0.0, 10.0, center=3.0, width=0.7, momentum=1.0, edges=EDGES)
    assert abs(found.position[-1] - exact) <= found.errors["position"] < 1e-6


@pytest.mark.parametrize("deltas", [([6.0], [1.5]), ([5.0, 6.5, 8.0], [0.7, -0.4, 1.0])], ids=["one", "three"])
def test_deltas_between_walls_are_known_to_their_error(deltas: tuple[list[float], list[float]]) -> None:
    """Set-up: a packet at 3 between walls at 0 and 10, V = x/5 and deltas on the way; mean position at t = 30.

    Formula: <x> = sum of c_m* c_n exp(i(E_m - E_n)t) <m|x|n>; the same by finite elements of degree 12 with a node on each delta.
    Budget: the stated error, at most 1e-5; 160 states are right to 3e-8. With bare strengths, sines are off by as much as they are few.
    """
    nodes = np.linspace(0.0, 10.0, 41)
    strengths = np.zeros(41)
    strengths[np.searchsorted(nodes, deltas[0])] = deltas[1]
    values = 0.2 * gauss_points(nodes, 12)
    levels = ElementHamiltonian(nodes, values, strengths, 1.0, 12).lowest(160, 1270.0)
    exact = mean_position(levels.waves, levels.energies, 30.0)
    found = theory.walled_motion(
        np.linspace(0.0, 30.0, 9), lambda x: 0.2 * x, 0.0, 10.0, center=3.0, width=0.7, momentum=1.0, deltas=deltas
    )
    assert abs(found.position[-1] - exact) <= found.errors["position"] < 1e-5
