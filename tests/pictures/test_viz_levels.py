"""The picture of levels: on a page of its own, with labels that can be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from PIL import Image

from wavesim import Grid, Problem
from wavesim._typing import ENERGY
from wavesim.analysis import BoundStates, Quantity, Report
from wavesim.potentials import AbstractPotential, DeltaBarrier, DeltaWell, Expression, Harmonic, Sum
from wavesim.states import Eigenstate
from wavesim.units import UnitSystem
from wavesim.viz import summary
from wavesim.viz.pages._levels_picture import _rungs, _spread, draw_levels


def report_of(potential: AbstractPotential, grid: Grid, theory: bool) -> Report:
    """Three made-up levels on that grid: Gaussians times 1, x and x^2 - 1/2."""
    x = np.asarray(grid.position[0])
    bell = np.exp(-sum(np.asarray(axis) ** 2 for axis in grid.position) / 2)
    psi = np.stack([bell, x * bell, (x**2 - 0.5) * bell])
    psi /= np.sqrt(np.sum(psi.reshape(3, -1) ** 2, axis=1) * float(grid.cell)).reshape(3, *(1,) * grid.dimension)
    energies = np.array([0.7, 1.4, 1.4 + 1e-9]) - (2.0 if isinstance(potential, DeltaWell) else 0.0)
    states = BoundStates(Problem(potential, Eigenstate()), grid, energies, psi)
    quantities = {
        f"level_{n}": Quantity(f"level_{n}", e, 1e-6, ENERGY, {}, {"closed_form": e + 3e-7} if theory else {})
        for n, e in enumerate(energies)
    }
    return Report(None, 1e-6, quantities, {}, (), 3, 0, 0.1, states)


@pytest.mark.parametrize(
    ("potential", "axes", "theory"),
    [
        (Harmonic(1.0), 1, True),
        (DeltaWell(1.0), 1, False),
        (Sum((Harmonic(1.0), DeltaBarrier(0.9, 0.4))), 1, True),
        (Sum((Harmonic(1.0), DeltaWell(0.9, 0.4))), 1, True),
        (Expression("x**2 + y**2"), 2, False),
    ],
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


@pytest.mark.parametrize(("delta", "up"), [(DeltaBarrier(0.9, 0.4), True), (DeltaWell(0.9, 0.4), False)])
def test_deltas_point_up_for_a_barrier_and_down_for_a_well(delta: AbstractPotential, up: bool) -> None:
    """From V beside them, 0.08 there, to the end of the panel, which a harmonic well does not have by itself."""
    figure = Figure()
    draw_levels(
        figure, report_of(Sum((Harmonic(1.0), delta)), Grid.line(-4.0, 4.0, 24), True), UnitSystem(natural=True)
    )
    arrow = next(one for one in figure.axes[0].texts if isinstance(one, Annotation) and one.arrow_patch is not None)
    (place, tip), (_, foot) = arrow.xy, arrow.xyann
    low, high = figure.axes[0].get_ylim()
    assert place == pytest.approx(0.4) and foot == pytest.approx(0.08)
    assert (tip > 0.95 * high) if up else (low < tip < 0.0)


def test_labels_keep_apart_and_equal_levels_share_a_rung() -> None:
    assert _rungs(np.array([1.0, 2.0, 2.0 + 1e-9, 3.0])) == [[0], [1, 2], [3]]
    places = _spread(np.array([1.0, 1.01, 1.02, 5.0]), 0.5)
    assert np.all(np.diff(places) >= 0.5 - 1e-12) and places[3] == pytest.approx(5.0)
    assert np.mean(places[:3]) == pytest.approx(1.01)
