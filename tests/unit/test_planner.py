"""The planner: what it decides, what it leaves alone, what it says, and when it gives up. Whether plans suffice: test_honesty."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wavesim import Absorber, Grid, Problem, plan, propagate
from wavesim.errors import ArgumentError, NumericsError
from wavesim.grid import fast_size
from wavesim.hamiltonian import lowest_eigenstates
from wavesim.potentials import (
    DoubleBarrier,
    Driven,
    EckartBarrier,
    Free,
    Harmonic,
    QuarticDoubleWell,
    RectangularBarrier,
    Separable,
    SquareDoubleWell,
    Step,
)
from wavesim.propagation import Refinement, coarsened
from wavesim.states import GaussianPacket, LeftLocalized, Product

PACKET = GaussianPacket(center=-30.0, width=4.0, momentum=1.2)
SHARP = Problem(RectangularBarrier(1.0, 1.5), PACKET)
SMOOTH = Problem(EckartBarrier(1.0, 1.0), PACKET)
WELL = Problem(QuarticDoubleWell(2.0, 1.8), LeftLocalized())
DRIVEN = Problem(Driven(QuarticDoubleWell(2.0, 1.8), 0.5, 1.0), LeftLocalized(), duration=9.0)


def edges_in_cells(grid: Grid, edges: tuple[float, ...]) -> np.ndarray:
    """How far each edge lies from the point midway between two grid points, in cells."""
    cells = (np.asarray(edges) - grid.lower[0]) / grid.spacing[0] - 0.5
    return np.abs(cells - np.round(cells))


@pytest.mark.parametrize(
    ("problem", "tolerance", "frames", "name"),
    [
        (SMOOTH, 1e-3, 4, "ti4d"),
        (SMOOTH, 1e-7, 4, "g6t4"),
        (SMOOTH, 1e-3, 240, "chin4a"),
        (SHARP, 1e-3, 240, "chebyshev"),
        (Problem(QuarticDoubleWell(4.0, 1.8), LeftLocalized()), 1e-7, 240, "spectral"),
        (Problem(SquareDoubleWell(4.0, 1.0, 1.0), LeftLocalized()), 1e-3, 240, "spectral"),
        (DRIVEN, 1e-4, 2, "ti4d"),
        (Problem(Free(), PACKET), 1e-3, 240, "strang"),
    ],
)
def test_the_method_follows_from_the_potential_and_the_tolerance(
    problem: Problem, tolerance: float, frames: int, name: str
) -> None:
    """Splitting where V is smooth: processed for few frames and a loose tolerance, of order 6 for a tight one, of few stages where
    frames ask for more steps than the tolerance; free motion is exact in any of them. Chebyshev where V is sharp and static; the
    eigenstates of the grid where the time is long and the grid small.
    """
    numerics = plan(problem, tolerance, frames=frames).numerics
    assert numerics.method.name == name
    assert numerics.steps % numerics.frames == 0
    assert fast_size(numerics.grid.points[0]) == numerics.grid.points[0]


@pytest.mark.parametrize("tolerance", [1e-4, 1e-7])
@pytest.mark.parametrize("scheme", ["strang", "chin4a", "ti4d", "g6t4"])
def test_the_planned_step_is_just_within_the_tolerance(scheme: str, tolerance: float) -> None:
    """Set-up: a packet released at the left minimum of a double well, t = 9, on a grid whose own error is far below; one frame.

    Formula: the error of psi against the eigenstates of the same grid, by the steps that the pilot runs found.
    Budget: below the tolerance, and not below a hundredth of it (measured: 0.02 to 0.9 of it, which at order 6 is twice the steps
    that would do): the pilot aims at half, and before the order is reached errors fall faster than it believes.
    """
    problem = Problem(QuarticDoubleWell(2.0, 1.8), GaussianPacket(-1.8, 0.42, 0.0), duration=9.0)
    grid = Grid.line(-6.0, 6.0, 100)
    chosen = plan(problem, tolerance, grid=grid, scheme=scheme, frames=1)
    exact = propagate(problem, tolerance=tolerance, grid=grid, scheme="spectral", frames=1).final
    reached = propagate(problem, chosen.numerics).final
    error = float(np.sqrt(np.sum(np.abs(reached - exact) ** 2) * grid.spacing[0]))
    assert tolerance / 100 < error < tolerance, f"{error:.1e} with {chosen.numerics.steps} steps"
    assert 0 < chosen.pilot_pairs < 3 * chosen.numerics.fft_pairs + 100


def test_absorbers_are_for_what_leaves() -> None:
    """An open problem gets an absorber that its slowest waves need, which fits; a bound one, and a free packet, none."""
    numerics = plan(SMOOTH, 1e-4).numerics
    assert numerics.absorber is not None
    assert 2 * float(numerics.absorber.width) < numerics.grid.upper[0] - numerics.grid.lower[0]
    for problem in (
        WELL,
        Problem(Free(), PACKET),
        Problem(Harmonic(1.0), GaussianPacket(center=0.0, width=1.0, momentum=1.0)),
    ):
        assert plan(problem, 1e-4).numerics.absorber is None


@pytest.mark.parametrize("problem", [SMOOTH, SHARP, DRIVEN])
def test_a_smaller_tolerance_costs_more(problem: Problem) -> None:
    """FFT pairs x points, the work, from 1e-2 over 1e-4 to 1e-6; where V is driven there is no way around steps."""
    work = [
        n.fft_pairs * n.grid.points[0]
        for n in (plan(problem, tolerance, frames=4).numerics for tolerance in (1e-2, 1e-4, 1e-6))
    ]
    assert work[0] < work[1] < work[2]


def test_the_packet_and_the_potential_are_in_the_box() -> None:
    """The start, all of the barrier and the absorbers; momenta up to those of the packet; the slowest waves have time to leave."""
    for problem in (SMOOTH, SHARP):
        numerics = plan(problem, 1e-5).numerics
        grid, absorber = numerics.grid, numerics.absorber
        assert absorber is not None
        left, right = PACKET.position_range(1e-6)
        assert grid.lower[0] + float(absorber.width) <= left
        assert grid.upper[0] - float(absorber.width) >= max(right, problem.potential.support(1e-3)[1])
        slow, fast = PACKET.momentum_range(1e-6, 1.0)
        assert grid.largest_momentum[0] > fast
        assert slow * numerics.duration > -left


@pytest.mark.parametrize(
    "potential", [RectangularBarrier(1.0, 1.5), RectangularBarrier(0.7, 1.234), DoubleBarrier(1.0, 1.0, 3.0), Step(0.4)]
)
def test_sharp_edges_fall_midway_between_points(potential: Any) -> None:
    """Where the distances of the edges allow it: there the error is a clean fifth power of the spacing. Coarser grids too."""
    grid = plan(Problem(potential, PACKET), 1e-3).numerics.grid
    coarse = coarsened(grid, 1.4, potential)
    for one in (grid, coarse):
        assert np.max(edges_in_cells(one, potential.edges)) < 1e-6
    assert 1.2 <= coarse.spacing[0] / grid.spacing[0] < 2.5


@pytest.mark.parametrize("well", [QuarticDoubleWell(2.0, 1.8, center=0.3), SquareDoubleWell(4.0, 1.0, 1.0)])
def test_the_plane_between_two_wells_falls_midway(well: Any) -> None:
    """So the grid keeps the symmetry of the wells."""
    grid = plan(Problem(well, LeftLocalized()), 1e-4).numerics.grid
    assert edges_in_cells(grid, (well.divide,))[0] < 1e-9


def test_bound_states_get_one_period_of_the_doublet() -> None:
    """2 pi/(E_1 - E_0) of the grid's own levels, and a box at whose ends the states have died."""
    numerics = plan(WELL, 1e-6).numerics
    energies, states = lowest_eigenstates(WELL.hamiltonian(numerics.grid), 2)
    assert numerics.duration == pytest.approx(2 * math.pi / float(energies[1] - energies[0]), rel=1e-7)
    assert float(np.max(np.abs(np.asarray(states)[:, [0, -1]]))) < 1e-7


def test_what_is_given_is_kept() -> None:
    """Grid, step (shortened to fill the frames, never lengthened), scheme, absorber, frames, duration, precision."""
    grid, absorber = Grid.line(-60.0, 60.0, 400), Absorber(9.0, 0.3)
    problem = SMOOTH.replace("duration", 70.0)
    fixed: dict[str, Any] = {"grid": grid, "dt": 0.21, "scheme": "yoshida4", "absorber": absorber, "frames": 7}
    numerics = plan(problem, 1e-4, **fixed, precision="single", save_psi=False).numerics
    assert (numerics.grid, numerics.absorber, numerics.frames) == (grid, absorber, 7)
    assert (numerics.method.name, numerics.precision, numerics.save_psi) == ("yoshida4", "single", False)
    assert numerics.duration == pytest.approx(70.0, rel=1e-14)
    assert 0.19 < numerics.dt <= 0.21
    assert plan(SMOOTH, 1e-4, absorber=None).numerics.absorber is None


def test_refinements_refine() -> None:
    """Half the spacing and step, twice the time, an absorber thicker by half; nothing else changes."""
    plain = plan(SMOOTH, 1e-4, frames=4).numerics
    finer = plan(SMOOTH, 1e-4, frames=4, refinement=Refinement(2.0, 2.0, 1.5, 2.0)).numerics
    assert finer.grid.spacing[0] == pytest.approx(plain.grid.spacing[0] / 2, rel=1e-9)
    assert finer.dt <= plain.dt / 2 * 1.01
    assert finer.duration == pytest.approx(2 * plain.duration, rel=1e-9)
    assert finer.absorber is not None and plain.absorber is not None
    assert float(finer.absorber.width) == pytest.approx(1.5 * float(plain.absorber.width))


def test_a_packet_to_the_left_is_planned_alike() -> None:
    """Mirror images: the same points, steps and time."""
    mirrored = Problem(EckartBarrier(1.0, 1.0), GaussianPacket(center=30.0, width=4.0, momentum=-1.2))
    one, other = plan(SMOOTH, 1e-4).numerics, plan(mirrored, 1e-4).numerics
    assert one.grid.points == other.grid.points
    assert one.steps == other.steps
    assert one.duration == pytest.approx(other.duration, rel=1e-9)


def test_a_plan_says_why() -> None:
    """Each choice has its reason, in words, and the cost is stated."""
    chosen = plan(SHARP, 1e-4)
    assert {"box", "spacing", "absorber", "duration", "method", "step"} <= set(chosen.reasons)
    text = str(chosen)
    assert "splitting schemes gain nothing at sharp edges" in text
    assert f"{chosen.numerics.fft_pairs:,} FFT pairs" in text
    assert "given" in str(plan(SHARP.replace("duration", 9.0), 1e-4))


def test_memory_is_estimated() -> None:
    """Frames dominate where psi is kept: (frames + 1) x points x 16 bytes, half of it in single precision."""
    numerics = plan(SMOOTH, 1e-4, frames=500).numerics
    saved = 501 * numerics.grid.points[0] * 16
    assert saved < numerics.memory < 1.1 * saved
    assert plan(SMOOTH, 1e-4, frames=500, precision="single").numerics.memory < 0.6 * numerics.memory


LINE = Grid.line(-20.0, 20.0, 64)
PLANE = Grid.product(LINE, LINE)
FLAT = Problem(Separable((EckartBarrier(1.0, 1.0), Free())), Product((PACKET, PACKET)))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: plan(SMOOTH, 0.5), ArgumentError, "between 1e-13 .* and 0.1"),
        (lambda: plan(SMOOTH, -1.0), ArgumentError, "`tolerance` must be positive"),
        (lambda: plan(SMOOTH, dt=-0.1), ArgumentError, "`dt` must be positive"),
        (lambda: plan(SMOOTH, scheme="euler"), ArgumentError, "but is 'euler'"),
        (lambda: plan(SMOOTH, absorber="yes"), ArgumentError, 'must be an Absorber, None or "planned"'),
        (lambda: plan(SMOOTH, precision="half"), ArgumentError, "must be one of double, single"),
        (lambda: plan(FLAT, grid=PLANE), NumericsError, "duration must be given"),
        (
            lambda: plan(FLAT.replace("duration", 5.0), grid=PLANE),
            NumericsError,
            "absorber of an open problem must be given",
        ),
        (
            lambda: plan(Problem(EckartBarrier(1.0, 1.0), GaussianPacket(-9.0, 1.0, 0.0))),
            NumericsError,
            "at rest on the whole passes at no time of its own",
        ),
    ],
)
def test_what_cannot_be_planned_says_what_to_give(make: Callable[[], object], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_two_dimensions_with_all_that_must_be_given() -> None:
    """Grid, duration and absorber by hand: the step and the frames are planned."""
    numerics = plan(FLAT.replace("duration", 5.0), 1e-3, grid=PLANE, absorber=None, frames=5).numerics
    assert numerics.grid == PLANE
    assert numerics.duration == pytest.approx(5.0)
    assert numerics.steps % 5 == 0
