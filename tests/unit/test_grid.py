"""The grid: points, momenta, products, and sizes that an FFT likes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Grid
from wavesim.errors import ArgumentError
from wavesim.grid import fast_size


def test_points_and_ends() -> None:
    """x_j = lower + j spacing; the right end is the image of the left one and not a point."""
    grid = Grid.line(-2.0, 3.0, 10)
    assert np.asarray(grid.x) == pytest.approx(np.arange(10) * 0.5 - 2.0, abs=1e-15)
    assert grid.upper == (3.0,)
    assert (grid.dimension, grid.points, grid.spacing) == (1, (10,), (0.5,))


@pytest.mark.parametrize("points", [10, 11])
def test_momenta_are_those_of_the_fft(points: int) -> None:
    """A plane wave exp(ikx) of each momentum of the grid has one Fourier component, at its own place; odd sizes too."""
    grid = Grid.line(0.0, 5.0, points)
    for index, k in enumerate(np.asarray(grid.momentum[0])):
        spectrum = np.fft.fft(np.exp(1j * k * np.asarray(grid.x))) / points
        assert np.abs(spectrum) == pytest.approx(np.eye(points)[index], abs=1e-12)
    assert np.max(np.abs(grid.momentum[0])) <= grid.largest_momentum[0] * (1 + 1e-12)


def test_a_product_of_lines() -> None:
    """Open meshes broadcast to the full grid; the cell is the product; each axis is found again."""
    lines = Grid.line(-1.0, 1.0, 4), Grid.line(0.0, 3.0, 6), Grid.line(-2.0, 2.0, 8)
    grid = Grid.product(*lines)
    assert grid.points == (4, 6, 8)
    assert grid.cell == pytest.approx(0.5 * 0.5 * 0.5)
    assert [grid.axis(i) for i in range(3)] == list(lines)
    x, y, z = grid.position
    assert (x.shape, y.shape, z.shape) == ((4, 1, 1), (1, 6, 1), (1, 1, 8))
    assert jnp.broadcast_shapes(*(k.shape for k in grid.momentum)) == grid.points


def test_kinetic_energy_by_hand() -> None:
    """k^2/2m summed over axes at one point of the momentum grid, mass 2."""
    grid = Grid.product(Grid.line(0.0, 2 * np.pi, 8), Grid.line(0.0, np.pi, 8))
    total = np.asarray(grid.spread(grid.kinetic(2.0)))
    assert total.shape == (8, 8)
    assert total[3, 5] == pytest.approx((3**2 + (2 * -3) ** 2) / 4)
    assert total[0, 0] == 0


def test_a_grid_is_a_pytree_of_its_numbers() -> None:
    """Lower ends and spacings are traced, the number of points is not: a stretched grid does not recompile."""
    grid = Grid.line(-1.0, 1.0, 8)
    assert len(jax.tree.leaves(grid)) == 2
    assert jax.jit(lambda g: g.x[-1])(grid) == pytest.approx(0.75)
    assert jax.grad(lambda s: Grid((0.0,), (s,), (8,)).x[3])(0.1) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("wanted", "size"), [(1, 8), (8, 8), (9, 10), (11, 12), (13, 14), (121, 126), (1023.5, 1024), (1025, 1050)]
)
def test_fast_sizes(wanted: float, size: int) -> None:
    """The next even product of 2, 3, 5 and 7."""
    assert fast_size(wanted) == size


def test_fast_sizes_are_the_smallest() -> None:
    """Against a search that only divides."""

    def smooth(n: int) -> bool:
        for prime in (2, 3, 5, 7):
            while n % prime == 0:
                n //= prime
        return n == 1

    for wanted in range(8, 700):
        assert fast_size(wanted) == next(n for n in range(wanted, 2 * wanted) if n % 2 == 0 and smooth(n))
        assert fast_size(wanted, 8) == next(n for n in range(wanted, 2 * wanted) if n % 8 == 0 and smooth(n))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((0.0,), (0.1,), ()), "one, two or three entries"),
        (((0.0,), (0.1, 0.1), (8, 8)), "`lower` must have 2 entries"),
        (((0.0,), (-0.1,), (8,)), "`spacing` must be positive"),
        (((np.nan,), (0.1,), (8,)), "`lower` must be finite"),
        (((0.0,), (0.1,), (2,)), "`points` must be at least 4"),
        (((0.0,), (0.1,), (8.0,)), "`points` must be a whole number"),
    ],
)
def test_what_is_no_grid_is_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Grid(*arguments)


def test_a_line_must_run_to_the_right() -> None:
    with pytest.raises(ArgumentError, match="exchange them"):
        Grid.line(1.0, -1.0, 8)
