"""The picture of levels: on a page of its own, with labels that can be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wavesim import Grid, Problem
from wavesim._typing import ENERGY
from wavesim.analysis import BoundStates, Quantity, Report
from wavesim.potentials import AbstractPotential, DeltaWell, Expression, Harmonic
from wavesim.states import Eigenstate
from wavesim.viz import summary
from wavesim.viz.pages._levels_picture import _rungs, _spread


def report_of(potential: AbstractPotential, grid: Grid, theory: bool) -> Report:
    """Three made-up levels on that grid: Gaussians times 1, x and x^2 - 1/2."""
    x = np.asarray(grid.position[0])
    bell = np.exp(-sum(np.asarray(axis) ** 2 for axis in grid.position) / 2)
    psi = np.stack([bell, x * bell, (x**2 - 0.5) * bell])
    psi /= np.sqrt(np.sum(psi.reshape(3, -1) ** 2, axis=1) * float(grid.cell)).reshape(3, *(1,) * grid.dimension)
    energies = np.array([0.7, 1.4, 1.4 + 1e-9]) - (2.0 if potential.spikes else 0.0)
    states = BoundStates(Problem(potential, Eigenstate()), grid, energies, psi)
    quantities = {
        f"level_{n}": Quantity(f"level_{n}", e, 1e-6, ENERGY, {}, {"closed_form": e + 3e-7} if theory else {})
        for n, e in enumerate(energies)
    }
    return Report(None, 1e-6, quantities, {}, (), 3, 0, 0.1, states)


@pytest.mark.parametrize(
    ("potential", "axes", "theory"),
    [(Harmonic(1.0), 1, True), (DeltaWell(1.0), 1, False), (Expression("x**2 + y**2"), 2, False)],
)
def test_a_page_for_one_and_for_two_dimensions(
    potential: AbstractPotential, axes: int, theory: bool, tmp_path: Path
) -> None:
    grid = Grid.product(*[Grid.line(-4.0, 4.0, 24)] * axes)
    path = summary(report_of(potential, grid, theory), tmp_path / "levels.png", title="Levels")
    picture = np.asarray(Image.open(path).convert("RGB"), dtype=int)
    assert picture.shape == (1000, 1600, 3)
    blue = (picture[..., 2] > picture[..., 0] + 60).mean()
    assert blue > 1e-3, "no wave function is drawn"


def test_labels_keep_apart_and_equal_levels_share_a_rung() -> None:
    assert _rungs(np.array([1.0, 2.0, 2.0 + 1e-9, 3.0])) == [[0], [1, 2], [3]]
    places = _spread(np.array([1.0, 1.01, 1.02, 5.0]), 0.5)
    assert np.all(np.diff(places) >= 0.5 - 1e-12) and places[3] == pytest.approx(5.0)
    assert np.mean(places[:3]) == pytest.approx(1.01)
