"""Scattering across cells against scipy's integration of the stationary equation: thin features, unnamed edges, deltas."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from wavesim import theory
from wavesim.theory.methods._cell_waves import CellWaves
from wavesim.theory.methods._terrain import Terrain

ENERGIES = np.array([0.05, 0.32, 0.8, 2.0])


def integrated(potential, energy, left, right, breaks=()):
    """T by an adaptive Runge-Kutta method from right to left, restarted at the breaks; V = 0 outside."""
    k = np.sqrt(2 * energy)
    state, places = np.array([1.0, 1j * k]), [right, *sorted(breaks, reverse=True), left]
    for start, stop in zip(places[:-1], places[1:], strict=True):
        inside = np.sort([start, stop]) + np.array([1, -1]) * 1e-13

        def slope(x, y, inside=inside):
            return [y[1], 2 * (potential(np.clip(x, *inside)) - energy) * y[0]]

        state = solve_ivp(slope, (start, stop), state, method="DOP853", rtol=1e-11, atol=1e-12, max_step=0.05).y[:, -1]
    return 1 / abs((state[0] + state[1] / (1j * k)) / 2) ** 2


def test_thin_features_are_seen():
    """Two bumps 0.1 wide and 10 high, six apart, written as one formula on an interval of 80: a twentieth of a percent of it each.

    Formula: T(E) by DOP853 with steps below 0.05. Budget: its own tolerance, 1e-11 a step over 400 steps and grown by 1/T at most: 1e-8.
    """

    def bumps(x, xp=np):
        return 10 * xp.exp(-(((x - 3) / 0.1) ** 2)) + 10 * xp.exp(-(((x + 3) / 0.1) ** 2))

    found = theory.scatter(lambda x: bumps(x, jnp), ENERGIES, left=-40.0, right=40.0)
    exact = [integrated(bumps, energy, -4.0, 4.0) for energy in ENERGIES]
    assert found.transmission == pytest.approx(exact, rel=1e-8)
    assert np.all(found.error < 1e-11)


def test_edges_that_nobody_named_are_closed_in_upon():
    """A kink, and a jump: |x - 0.3| exp(-x^2), and 1 for 0.1234 < x < 1.7. The same V with and without its edges named.

    Budget: the cell that holds the edge is below 1e-7 (kink) and 1e-14 (jump) of the interval: 1e-12 of T.
    """
    for potential, edges in (
        (lambda x: jnp.abs(x - 0.3) * jnp.exp(-(x**2)), (0.3,)),
        (lambda x: jnp.where((x > 0.1234) & (x < 1.7), 1.0, 0.0), (0.1234, 1.7)),
    ):
        named = theory.scatter(potential, ENERGIES, left=-7.0, right=7.0, edges=edges)
        unnamed = theory.scatter(potential, ENERGIES, left=-7.0, right=7.0)
        assert unnamed.transmission == pytest.approx(np.asarray(named.transmission), rel=1e-12)
        assert named.slices < unnamed.slices


def test_deltas_are_kicks_between_cells():
    """A delta well in the middle of a rectangular barrier: V = 1 on |x| < 1, -0.8 delta(x).

    Formula: psi' jumps by -2 x 0.8 psi(0); T by crossing three matrices by hand. Budget: rounding, 1e-13.
    """
    terrain = theory.surveyed(
        lambda x: jnp.where(jnp.abs(x) < 1, 1.0, 0.0), -2.0, 2.0, (-1.0, 1.0), (0.0,), (-0.8,), 0.0, 0.0
    )
    for energy in (0.3, 0.9, 2.5):
        k, kappa = np.sqrt(2 * energy), np.sqrt(2 * (1 - energy) + 0j)
        half = np.array([[np.cosh(kappa), np.sinh(kappa) / kappa], [kappa * np.sinh(kappa), np.cosh(kappa)]])
        whole = half @ np.array([[1, 0], [-1.6, 1]]) @ half
        psi, slope = np.linalg.solve(whole, np.array([1, 1j * k]))
        exact = 1 / abs((psi + slope / (1j * k)) / 2) ** 2
        assert theory.terrain_transmission(terrain)(energy) == pytest.approx(exact, rel=1e-13)


def test_a_mirror_changes_nothing_of_transmission():
    """An asymmetric barrier on a step, from either side at the same energy: T is the same. Budget: rounding, 1e-12."""
    terrain = theory.surveyed(lambda x: 0.2 * (1 + jnp.tanh(x)) + jnp.exp(-((x - 1) ** 2)), -25.0, 25.0)
    there = theory.terrain_transmission(terrain)(ENERGIES + 0.4)
    assert theory.terrain_transmission(terrain.mirrored)(ENERGIES + 0.4) == pytest.approx(there, rel=1e-12)


def test_a_cell_of_one_last_digit_is_not_cut():
    """A jump that was closed in upon to the last digit lies in a cell whose middle is one of its ends.

    Formula: a wave carried across, and its overlap with a packet, with that cell and without. Budget: its width, and rounding, 1e-12.
    """
    jump = 0.7
    ends = np.array([0.0, jump, np.nextafter(jump, 1.0), 2.0])
    steps = np.zeros((3, 12))
    steps[:, 0] = 0.0, 0.5, 1.0
    with_it = Terrain(ends, steps, np.zeros(4), 0.0, 1.0, 0.0)
    without = Terrain(ends[[0, 1, 3]], steps[[0, 2]], np.zeros(3), 0.0, 1.0, 0.0)

    def packet(x):
        return np.exp(-((x - 1) ** 2) + 2j * x)

    ends_there = []
    for terrain in (with_it, without):
        waves = CellWaves.over(terrain, (1.5, 2.5), 1.0, packet, finer=2)
        psi, slope, total, log = waves.to_right(np.ones(1), np.zeros(1), np.array([2.0]))
        ends_there.append(np.array([psi, slope, total]) * np.exp(log))
    assert ends_there[0] == pytest.approx(ends_there[1], rel=1e-12)
