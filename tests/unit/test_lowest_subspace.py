"""Levels in the plane that begin with the block of another grid."""

from __future__ import annotations

import numpy as np

from wavesim import Grid
from wavesim.hamiltonian import Hamiltonian, lowest_eigenstates, lowest_subspace


def test_a_level_that_changes_places_is_not_missed() -> None:
    """Set-up: an oscillator of frequencies 1 along x and w along y, one level asked for beside the lowest; w goes from 1.01 to 0.99.

    Formula: (1 + w)/2, and then that with min(1, w) more: the second level is excited along x first, along y afterwards, where the block begins with the former.
    Budget: rounding of the grid, 1e-9.
    """
    grid = Grid.product(Grid.line(-8.0, 8.0, 48), Grid.line(-8.0, 8.0, 48))
    x, y = (np.asarray(part) for part in grid.position)
    block = None
    for w in (1.01, 0.99):
        hamiltonian = Hamiltonian(grid, (x**2 + (w * y) ** 2) / 2, 1.0)  # type: ignore[arg-type]
        energies, states, block = lowest_subspace(hamiltonian, 2, block)
        assert np.allclose(energies, (1 + w) / 2 + np.array([0.0, min(1.0, w)]), rtol=0, atol=1e-9)
        alone = np.asarray(lowest_eigenstates(hamiltonian, 2)[1])
        assert np.allclose(states, alone, rtol=0, atol=1e-6)
    assert block is not None and len(block) > 2
