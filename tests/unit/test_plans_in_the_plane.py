"""Plans for more than one dimension: what is planned, and what must be given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario_files import wavesim, written
from wavesim import Absorber, Grid, Problem, plan
from wavesim._cures import words_of_files
from wavesim.analysis import Transmission
from wavesim.errors import ArgumentError, NumericsError
from wavesim.potentials import DoubleSlit, Driven, EckartBarrier, Expression, Free, Harmonic, Separable, Sum
from wavesim.propagation import Refinement, dimension_of
from wavesim.states import Eigenstate, GaussianPacket, Product

ALONG, ACROSS = GaussianPacket(-12.0, 1.5, momentum=3.0), GaussianPacket(0.4, 0.8, momentum=0.0)
PACKET = Product((ALONG, ACROSS))
WALL = DoubleSlit(20.0, 0.5, 0.8, 4.0)


def test_a_separable_problem_is_planned_axis_by_axis() -> None:
    """A barrier along x, a well along y: x as in one dimension, absorbers included; y as a confined problem, of 100 points at most."""
    problem = Problem(Separable((EckartBarrier(4.0, 1.0), Harmonic(1.0))), PACKET)
    made = plan(problem, 1e-3).numerics
    line = plan(Problem(EckartBarrier(4.0, 1.0), ALONG), 1e-3).numerics
    assert made.grid.axis(0) == line.grid and made.absorber == line.absorber
    assert made.duration == pytest.approx(line.duration)
    assert made.grid.points[1] < 100 and made.grid.lower[1] < -3 and made.grid.upper[1] > 3
    assert made.frames == 96


def test_the_separable_problem_has_the_transmission_of_its_first_axis() -> None:
    plane = Problem(Separable((EckartBarrier(4.0, 1.0), Harmonic(1.0))), PACKET)
    line = Problem(EckartBarrier(4.0, 1.0), ALONG)
    assert Transmission().predictions(plane, None) == Transmission().predictions(line, None)


def test_a_wall_with_slits_gets_a_box_that_holds_the_packet() -> None:
    made = plan(Problem(WALL, PACKET, 8.0), 1e-3)
    grid = made.numerics.grid
    # the mean goes from -12 to 12; what is reflected ends at -12, what is scattered sidewise flies for half of the time
    assert grid.lower[0] < -17 and grid.upper[0] > 17
    assert grid.lower[1] < -12 and grid.upper[1] > 12 and grid.lower[1] == pytest.approx(-grid.upper[1])
    assert grid.spacing[0] < 0.5 * 0.5 and made.numerics.absorber is None
    assert "holds the packet until the end" in str(made)
    finer = plan(Problem(WALL, PACKET, 8.0), 1e-3, refinement=Refinement(space=1.5)).numerics.grid
    assert finer.spacing[0] == pytest.approx(grid.spacing[0] / 1.5)


def test_an_absorber_that_is_given_makes_the_box_smaller() -> None:
    layer = Absorber(6.0, 1.0, axes=(0, 1))
    free, absorbed = (plan(Problem(WALL, PACKET, 20.0), 1e-3, absorber=a).numerics for a in ("planned", layer))
    assert absorbed.absorber == layer
    assert all(a < b for a, b in zip(absorbed.grid.points, free.grid.points, strict=True))


def test_what_must_be_given_is_said() -> None:
    general = Expression("exp(-x**2 - y**2)")
    with pytest.raises(
        NumericsError, match=r"cannot choose a box for an expression in more than one dimension; give grid="
    ):
        plan(Problem(general, PACKET, 5.0))
    # of a file, in the words of files
    keys = r'; give \[grid\] with lower, upper and points for each axis, a duration, and absorber = "none"'
    with words_of_files(), pytest.raises(NumericsError, match=keys):
        plan(Problem(general, PACKET, 5.0))
    with pytest.raises(NumericsError, match="duration must be given"):
        plan(Problem(Free(), PACKET))
    with pytest.raises(NumericsError, match="use Product with one packet for each axis"):
        plan(Problem(WALL, ALONG, 5.0))
    with pytest.raises(NumericsError, match="the grid must have 2 axes"):
        plan(Problem(WALL, PACKET, 5.0), grid=Grid.line(-10.0, 10.0, 64))


def test_how_many_axes_a_problem_has() -> None:
    assert dimension_of(Problem(EckartBarrier(1.0, 1.0), ALONG)) == 1
    assert dimension_of(Problem(EckartBarrier(1.0, 1.0), PACKET)) == 2
    assert dimension_of(Problem(Expression("x**2 + z**2"), Eigenstate())) == 3
    assert Sum((WALL, EckartBarrier(1.0, 1.0))).extent(1, 1e-2) == WALL.extent(1, 1e-2)
    assert Driven(EckartBarrier(1.0, 1.0), 0.1, 1.0).dimension == 1


def test_products_and_separable_potentials_are_of_one_axis_each() -> None:
    with pytest.raises(ArgumentError, match="packets of one axis"):
        Product((ALONG, Eigenstate()))  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="of one axis each"):
        Separable((WALL, Harmonic(1.0)))
    with pytest.raises(ArgumentError, match="two axes"):
        WALL.value((Grid.line(-1.0, 1.0, 8).x,))


def test_a_formula_of_two_axes() -> None:
    line = Grid.line(-2.0, 2.0, 8)
    grid = Grid.product(line, line)
    x, y = grid.position
    assert Expression("x**2*y - y**3/3").sample(grid) == pytest.approx(x**2 * y - y**3 / 3)
    with pytest.raises(ArgumentError, match="'y' and the grid 1 of them"):
        Expression("x*y").value((line.x,))


@pytest.mark.parametrize("by_hand", ["", "[grid]\nlower = [-5, -5]\nupper = [5, 5]\npoints = [32, 32]\n"])
def test_a_file_is_told_the_kind_and_not_the_class(by_hand: str, tmp_path: Path) -> None:
    """A formula of x and y with a packet of x alone, with the grid planned and with it given."""
    text = 'format = 1\ntitle = "plane"\nunits = "natural"\nduration = 1.0\n[potential]\nkind = "expression"\nformula = "x^2 + y^2"\n'
    packet = '[state]\nkind = "gaussian_packet"\ncenter = 0.0\nwidth = 1.0\nmomentum = 0.0\n'
    done = wavesim("run", written(tmp_path, text + packet + by_hand), "--out", tmp_path / "out")
    said = done.stderr
    assert done.exit_code == 2 and "packet" in said
    assert 'write [state] kind = "product", with one packet for each axis in its factors.' in said
    assert "Product" not in said and "GaussianPacket" not in said
