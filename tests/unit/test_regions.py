"""Regions: their weights add up, in any dimension, and refuse what is none."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from wavesim import Before, Between, Beyond, Grid
from wavesim.errors import ArgumentError

GRID = Grid.line(-5.0, 5.0, 50)


def test_the_parts_make_the_whole() -> None:
    """Before a, between a and b, and beyond b: one at every point, wherever the planes are."""
    parts = Before(-1.23).fraction(GRID) + Between(-1.23, 2.71).fraction(GRID) + Beyond(2.71).fraction(GRID)
    assert np.asarray(parts) == pytest.approx(np.ones(50), abs=1e-15)


def test_the_region_between_has_its_length() -> None:
    """Budget: moments 0 of the weights are exact: 1e-12."""
    assert float(np.sum(Between(-1.23, 2.71).fraction(GRID))) * 0.2 == pytest.approx(3.94, abs=1e-12)
    assert np.all(np.asarray(Between(1.0, 1.0).fraction(GRID)) == 0)


def test_planes_cross_the_first_axis() -> None:
    """In two and three dimensions the weights broadcast along the other axes."""
    line = np.asarray(Beyond(0.3).fraction(GRID))
    for dimension in (2, 3):
        grid = Grid.product(*(GRID,) * dimension)
        weights = np.asarray(Beyond(0.3).fraction(grid))
        assert weights.shape == (50,) + (1,) * (dimension - 1)
        assert np.array_equal(weights.ravel(), line)


def test_a_plane_that_moves_does_not_recompile() -> None:
    """The position is a leaf of the pytree: one program serves all planes."""
    count = []

    @jax.jit
    def total(region: Beyond) -> jax.Array:
        count.append(1)
        return region.fraction(GRID).sum()

    assert float(total(Beyond(0.0))) - float(total(Beyond(1.0))) == pytest.approx(5.0)
    assert len(count) == 1


def test_what_is_no_region_is_refused() -> None:
    with pytest.raises(ArgumentError, match="exchange them"):
        Between(1.0, -1.0)
    with pytest.raises(ArgumentError, match="`position` must be finite"):
        Beyond(float("inf"))
    with pytest.raises(ArgumentError, match="`position` must be a number"):
        Before("0.3 nm")  # type: ignore[arg-type]
