"""Potentials from tables: splines, straight lines and layers, at equal distances or at any."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from wavesim import Grid
from wavesim.errors import ArgumentError
from wavesim.potentials import AbstractPotential, RectangularBarrier, Sampled, Sum, TriangularBarrier, structure_of
from wavesim.scenario import read_scenario

GRID = Grid((-6.037,), (0.11,), (110,))


def test_a_spline_through_any_points() -> None:
    """Set-up: 31 values at uneven points, an independent clamped cubic spline. Budget: 1e-12; constant outside."""
    x = np.linspace(-2, 2, 31) ** 3 / 2 + np.linspace(-2, 2, 31)
    values = np.exp(-(x**2) / 4)
    potential, spline = Sampled(tuple(values), positions=tuple(x)), CubicSpline(x, values, bc_type="clamped")
    inside = np.linspace(-6, 6, 501)
    assert np.asarray(potential.value((jnp.asarray(inside),))) == pytest.approx(spline(inside), abs=1e-12)
    assert np.asarray(potential.value((jnp.array([-9.0, 9.0]),))) == pytest.approx(values[[0, -1]], abs=1e-15)
    assert potential.smooth and potential.edges == ()


TWINS: dict[str, tuple[Sampled, AbstractPotential]] = {
    "layers": (
        Sampled((0.0, -3.0, 3.0, -3.0, 0.0), positions=(-4.0, -2.0, -1.0, 1.0, 2.0, 4.0), interpolation="layers"),
        Sum((RectangularBarrier(-3.0, 1.0, -1.5), RectangularBarrier(3.0, 2.0), RectangularBarrier(-3.0, 1.0, 1.5))),
    ),
    "equal layers": (Sampled((0.0, 0.0, 0.7, 0.7, 0.0), -3.0, 2.0, "layers"), RectangularBarrier(0.7, 2.0)),
    "a slope of two points": (
        Sampled((0.0, 0.0, 1.3, 0.0, 0.0), positions=(-3.0, -1e-9, 0.0, 1.7, 3.0), interpolation="linear"),
        TriangularBarrier(1.3, 1.7),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TWINS)
def test_layers_and_lines_equal_their_twins(case: str) -> None:
    """Samples at mass 2 and edges, with and without jit. Budget: 1e-11; for the slope, which rises within 1e-9 and so has no bend of psi, 1e-7 at mass 0."""
    table, twin = TWINS[case]
    mass, budget = (0.0, 1e-7) if table.interpolation == "linear" else (2.0, 1e-11)
    wanted = np.asarray(twin.sample(GRID, mass=mass))
    assert np.asarray(table.sample(GRID, mass=mass)) == pytest.approx(wanted, abs=budget)
    assert np.asarray(jax.jit(lambda v: v.sample(GRID, mass=mass))(table)) == pytest.approx(wanted, abs=budget)
    if table.interpolation == "layers":
        assert table.edges == pytest.approx(twin.edges)
    assert table.support(1e-3) == pytest.approx(twin.support(1e-3), abs=1e-8)
    assert not table.smooth


def test_the_structure_of_a_table() -> None:
    """A steep side of a spline is as fine as the table: cells of 0.5, 9 of them at 0.3. Budget: 30 % of the finest length, 0.4."""
    table = Sampled((0.0,) * 16 + (0.3,) * 9 + (0.0,) * 16, -10.0, 10.0)
    structure = structure_of(table)
    assert structure.finest == pytest.approx(0.4, rel=0.3) and structure.highest == pytest.approx(0.332, abs=1e-3)
    layers = structure_of(TWINS["layers"][0])
    assert (layers.span, layers.lowest, layers.highest) == ((-2.0, 2.0), -3.0, 3.0)


def test_gradients_of_a_layer() -> None:
    """d/d(value) and d/d(side) of the integral of V: the layer's width, and minus the jump there. Budget: 1e-10."""

    def area(table: Sampled) -> jax.Array:
        return jnp.sum(table.sample(GRID, mass=0.0)) * 0.11

    slope: Any = jax.grad(area)(TWINS["layers"][0])
    assert float(slope.values[2]) == pytest.approx(2.0, abs=1e-10)
    assert float(slope.positions[2]) == pytest.approx(-6.0, abs=1e-10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": (0.0, 1.0), "left": 0.0, "right": 1.0}, "four or more"),
        ({"values": (0.0,), "left": 0.0, "right": 1.0, "interpolation": "linear"}, "two or more"),
        ({"values": (0.0, 1.0), "left": 0.0, "right": 1.0, "interpolation": "cubic"}, "one of spline, linear, layers"),
        ({"values": (0.0, 1.0), "interpolation": "linear"}, "`left` must be given"),
        ({"values": (0.0, 1.0), "positions": (0.0, 1.0, 2.0), "interpolation": "linear"}, "must be 2"),
        ({"values": (0.0, 1.0), "positions": (0.0, 1.0), "interpolation": "layers"}, "must be 3"),
        ({"values": (0.0, 1.0), "positions": (1.0, 0.0), "interpolation": "linear"}, "increase"),
        ({"values": (0.0, 1.0), "positions": (0.0, math.inf), "interpolation": "linear"}, "finite"),
        ({"values": (0.0, 1.0), "positions": (0.0, 1.0), "left": 0.0, "interpolation": "linear"}, "instead of"),
    ],
)
def test_what_is_no_table_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Sampled(**arguments)


def test_tables_of_a_file() -> None:
    potential = {"kind": "sampled", "values": [0, 1, 0], "interpolation": "layers", "positions": [-2, -1, 1, 2]}
    content = {
        "format": 1,
        "title": "t",
        "units": "natural",
        "potential": potential,
        "state": {"kind": "gaussian_packet", "center": -9, "width": 1, "momentum": 1},
    }
    made: Any = read_scenario("x", content).problem.potential
    assert made.interpolation == "layers" and made.edges == (-1.0, 1.0)
