"""Hard walls and rings: levels against closed forms, motion against sums over stationary states, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import mathieu_a, mathieu_b

import wavesim as ws
from wavesim import theory
from wavesim.analysis import Levels, Motion, Populations, Splitting, Transmission, TransmissionCurve
from wavesim.errors import ArgumentError, NumericsError, WavesimError
from wavesim.potentials import (
    DeltaBarrier,
    Expression,
    Free,
    GaussianBarrier,
    Harmonic,
    InfiniteSquareWell,
    RectangularBarrier,
    Sum,
    Unfolded,
    exact_samples,
    restricted,
    values_at,
)
from wavesim.states import Eigenstate, GaussianPacket
from wavesim.unfolding import unfolded


def levels(problem: ws.Problem, count: int) -> ws.Report:
    return ws.certify(problem, 1e-8, find=Levels(count=count))


def values(report: ws.Report) -> np.ndarray:
    return np.array([quantity.value for quantity in report.quantities.values()])


def covered(report: ws.Report, exact: np.ndarray) -> bool:
    errors = np.array([quantity.error for quantity in report.quantities.values()])
    return bool(np.all(np.abs(values(report) - exact) <= errors + 4e-16 * np.abs(exact)))


def at_rest(potential: ws.potentials.AbstractPotential, **ends: object) -> ws.Problem:
    return ws.Problem(potential, Eigenstate(), **ends)  # type: ignore[arg-type]


# Set-up: hbar = m = 1. Formulas: n^2 pi^2/(2 L^2); 2n + 3/2 for the odd levels of an oscillator; Airy's zeros times (F^2/2)^(1/3);
# (n + flux)^2/2 on a ring of length 2 pi. Budget: the bars of the report themselves, a few 1e-15 of the level, plus two units in the last place.
CLOSED = {
    "a box": (at_rest(InfiniteSquareWell(10.0, 1.0)), np.arange(1, 6) ** 2 * math.pi**2 / 200),
    "walls around nothing": (at_rest(Free(), walls=ws.Walls(-2.0, 3.0)), np.arange(1, 6) ** 2 * math.pi**2 / 50),
    "half an oscillator": (at_rest(Harmonic(1.0), walls=ws.Walls(left=0.0)), 2 * np.arange(5) + 1.5),
    "its other half": (at_rest(Harmonic(1.0), walls=ws.Walls(right=0.0)), 2 * np.arange(5) + 1.5),
    "a bouncer": (
        at_rest(Expression("F*(x - 2)", {"F": 1.0}), walls=ws.Walls(left=2.0)),
        theory.bouncer_levels(5, 1.0),
    ),
    "a free rotor": (at_rest(Free(), axis=ws.Axis(2 * math.pi)), np.array([0.0, 0.5, 0.5, 2.0, 2.0])),
    "a ring with a flux": (
        at_rest(Free(), axis=ws.Axis(2 * math.pi, flux=0.2)),
        np.sort((np.arange(-3, 4) + 0.2) ** 2 / 2)[:5],
    ),
}


@pytest.mark.parametrize("name", CLOSED)
def test_levels_in_closed_form(name: str) -> None:
    problem, exact = CLOSED[name]
    report = levels(problem, 5)
    assert covered(report, exact)
    assert not report.warnings


def test_a_pendulum_has_mathieus_levels() -> None:
    """V = 20 (1 - cos x) on a ring, m = 1: E = 20 + a/8 with a = a_0, b_2, a_2, b_4 at q = -4 m V_0 = -80, as b and a do not mind the sign of q
    at even order. Budget: 1e-12 for scipy's values.
    """
    report = levels(at_rest(Expression("20*(1 - cos(x))", {}), axis=ws.Axis(2 * math.pi)), 4)
    exact = 20 + np.array([mathieu_a(0, 80.0), mathieu_b(2, 80.0), mathieu_a(2, 80.0), mathieu_b(4, 80.0)]) / 8
    assert values(report) == pytest.approx(np.sort(exact), rel=1e-11)


@pytest.mark.parametrize(
    "problem",
    [
        at_rest(RectangularBarrier(5.0, 1.0, 0.3), walls=ws.Walls(-2.0, 3.0)),
        at_rest(DeltaBarrier(2.0, 0.3), walls=ws.Walls(-2.0, 3.0)),
        at_rest(Sum((InfiniteSquareWell(10.0), GaussianBarrier(1.0, 1.0, 0.5)))),
        at_rest(RectangularBarrier(5.0, 1.0, 0.3), axis=ws.Axis(5.0, flux=0.3)),
        at_rest(DeltaBarrier(2.0, 0.3), axis=ws.Axis(5.0, flux=0.3)),
        at_rest(Expression("x^2", {}), axis=ws.Axis(5.0, lower=-1.0, flux=0.1)),
    ],
)
def test_levels_agree_with_a_theory_of_their_own(problem: ws.Problem) -> None:
    """Elements against node counting (walls) and the trace of the transfer matrix (rings): budget, both bars, which are below 1e-9."""
    report = levels(problem, 3)
    for quantity in report.quantities.values():
        assert quantity.agrees and quantity.error + quantity.theory_error < 1e-9


def test_a_grid_on_which_v_repeats_is_a_ring() -> None:
    """Methyl rotor, B = 0.655, threefold barrier of 25: 5.66029103 and twice 5.67976572, split by 0.0194746897 (Mathieu; published digits)."""
    problem = ws.Problem(Expression("V3/2*(1 - cos(3*x))", {"V3": 25.0}), Eigenstate(), mass=0.7633587786259542)
    grid = ws.Grid.line(-math.pi, math.pi, 64)
    report = ws.certify(problem, 1e-8, find=Levels(count=3), grid=grid)
    assert values(report) == pytest.approx([5.66029103, 5.67976572, 5.67976572], abs=6e-9)
    assert values(report)[1] - values(report)[0] == pytest.approx(0.0194746897, abs=6e-11)
    assert max(quantity.error for quantity in report.quantities.values()) < 1e-12


def test_v_is_mirrored_at_walls_and_repeated_on_rings() -> None:
    """V(2 w - x) = V(x), V(x + period) = V(x); samples of edges and their images agree with product integration to fourth order."""
    barrier = RectangularBarrier(1.0, 1.0, 0.3)
    box = Unfolded.of(barrier, ws.Walls(-2.0, 3.0), 1.0)
    assert box.edges == pytest.approx((-10.2, -9.2, -4.8, -3.8, -0.2, 0.8, 5.2, 6.2))
    assert box.jumps_at(0.0) == pytest.approx((1, -1) * 4)
    x = np.linspace(-2.0, 3.0, 41)
    assert values_at(box, -4.0 - x) == pytest.approx(values_at(box, x))
    ring = Unfolded.of(barrier, ws.Axis(5.0, lower=-2.0), 1.0)
    assert values_at(ring, x + 5.0) == pytest.approx(values_at(ring, x))
    grid = ws.Grid((-7.0 + 1 / 40,), (1 / 20,), (200,))
    smooth = np.cos(math.pi * (grid.x + 2.0) / 5)
    samples, exact = np.asarray(box.placed(grid)), exact_samples(box, grid)
    assert float(np.sum((samples - exact) * smooth)) / 20 == pytest.approx(0.0, abs=1e-6)


def test_a_corner_at_a_wall_is_a_bend_and_no_edge() -> None:
    assert Unfolded.of(Expression("x", {}), ws.Walls(left=0.0), 1.0).bent
    assert Unfolded.of(Harmonic(1.0), ws.Walls(left=0.0), 1.0).smooth
    assert not Unfolded.of(Harmonic(1.0), ws.Walls(left=0.5), 1.0).smooth


def motion(problem: ws.Problem) -> ws.Report:
    return ws.certify(problem, 1e-6, find=Motion())


def test_a_packet_in_a_box_is_followed_to_its_revival() -> None:
    """A box of length 10, a packet at -2 of width 0.6 and momentum 5; after 4 L^2/pi = 127.3 it is where it was. Its tail reaches 6e-7 of a length
    beyond the wall, where it meets its image; so the exact mean is -1.99999988143 (sines, 1e-11). Budget: the bars, 1.1e-8 at most: 240 frames do
    not follow 64 crossings, so that grids are compared, and what they agree to beyond 1e-8 counts as that.
    """
    report = motion(
        ws.Problem(InfiniteSquareWell(10.0), GaussianPacket(-2.0, 0.6, 5.0), duration=float(theory.revival_time(10.0)))
    )
    assert report.headline.value == pytest.approx(-2.0, abs=2e-7)
    for name in ("mean_position", "mean_momentum", "position_spread", "mean_energy"):
        quantity, curve = report.quantities[name], report.curves[name]
        assert quantity.agrees and quantity.error < 1.1e-8
        assert np.max(np.abs(curve.values - curve.theory["levels"])) < 1e-8
    grid = report.result.numerics.grid
    assert grid.lower[0] == pytest.approx(-5 + grid.spacing[0] / 2) and grid.upper[0] == pytest.approx(
        5 + grid.spacing[0] / 2
    )
    norm = np.sum(np.abs(report.result.psi) ** 2, axis=1) * grid.cell
    assert norm == pytest.approx(np.ones(len(norm)), abs=1e-9)


def test_a_packet_comes_back_from_a_wall_with_free_space_behind_it() -> None:
    """Free, wall at 0, packet at -8 of width 1 with momentum 3, after 6: its image left 8 - 18 = -10, but for the tail, -10.00154229.
    Budget: the bars, 1e-6 at most; theory sums sines of a box whose far wall is not reached.
    """
    report = motion(ws.Problem(Free(), GaussianPacket(-8.0, 1.0, 3.0), duration=6.0, walls=ws.Walls(right=0.0)))
    for name in ("mean_position", "mean_momentum", "position_spread"):
        assert report.quantities[name].agrees and report.quantities[name].error < 1e-6
    assert report.headline.value == pytest.approx(-10.0015422844, abs=1e-6)


def test_a_pendulum_swings_over_the_seam_of_its_angle() -> None:
    """V = 20 (1 - cos x), a packet at 2.6 with momentum 4 goes over the top at pi. Theory: plane waves. Budget: the bars, 1e-7 at most."""
    report = motion(
        ws.Problem(
            Expression("20*(1 - cos(x))", {}), GaussianPacket(2.6, 0.25, 4.0), duration=2.0, axis=ws.Axis(2 * math.pi)
        )
    )
    for name in ("mean_position", "mean_momentum", "position_spread", "mean_energy"):
        assert report.quantities[name].agrees and report.quantities[name].error < 1e-7


def test_the_unfolded_start_is_odd_and_whole() -> None:
    """psi(2 w - x) = -psi(x) to rounding, the norm over both sides 1, for packets and for eigenstates (sin in a box)."""
    for state in (GaussianPacket(-2.0, 0.6, 5.0), Eigenstate(2)):
        line = unfolded(ws.Problem(InfiniteSquareWell(10.0), state))
        grid = ws.Grid((-15.0 + 1 / 16,), (1 / 8,), (160,))
        psi = np.asarray(line.state.sample(grid, line.hamiltonian(grid)))
        assert psi[::-1] == pytest.approx(-psi, abs=1e-14)
        assert np.sum(np.abs(psi) ** 2) * grid.cell == pytest.approx(1.0, abs=1e-12)
    x = np.asarray(grid.x)
    assert np.abs(psi) == pytest.approx(np.abs(np.sin(3 * math.pi * (x + 5) / 10)) / math.sqrt(10), abs=1e-12)


def test_what_makes_no_sense_gets_a_sentence() -> None:
    box = ws.Problem(
        RectangularBarrier(1.0, 1.0), GaussianPacket(-2.0, 0.5, 3.0), duration=1.0, walls=ws.Walls(-5.0, 5.0)
    )
    with pytest.raises(WavesimError, match="walls stand on both sides"):
        ws.certify(box, find=Transmission())
    for question in (Populations(), TransmissionCurve()):
        with pytest.raises(WavesimError, match="endless line"):
            ws.certify(box, find=question)
    with pytest.raises(ArgumentError, match="to the right of"):
        ws.Walls(1.0, 1.0)
    with pytest.raises(ArgumentError, match="leave one out"):
        ws.Problem(Free(), Eigenstate(), walls=ws.Walls(left=0.0), axis=ws.Axis(1.0))
    with pytest.raises(NumericsError, match="set `duration`"):
        ws.plan(box.replace("duration", None))
    with pytest.raises(NumericsError, match="move `center`"):
        ws.propagate(box.replace("state.center", -4.0))
    with pytest.raises(NumericsError, match="flux"):
        ws.plan(ws.Problem(Free(), GaussianPacket(0.0, 0.2, 3.0), duration=1.0, axis=ws.Axis(5.0, flux=0.5)))
    with pytest.raises(ArgumentError, match="from wall to wall"):
        ws.certify(box, find=Levels(count=2), grid=ws.Grid.line(-5.0, 5.0, 64))


@pytest.mark.parametrize(
    ("barrier", "energy", "lifetime"),
    [(RectangularBarrier(600.0, 0.01, 1.005), 7.5329745, 0.6641848), (DeltaBarrier(6.0, 1.0), 7.5865024, 0.6454864)],
)
def test_winters_model_decays(barrier: ws.potentials.AbstractPotential, energy: float, lifetime: float) -> None:
    """A wall at 0 and a thin barrier, or a delta of the same strength, at 1; 2 m = 1. Right values: integration of the stationary equation, 8 digits."""
    problem = ws.Problem(barrier, ws.states.Trapped(), mass=0.5, walls=ws.Walls(left=0.0))
    report = ws.certify(problem, 1e-6, find=ws.analysis.Decay())
    assert report.quantities["lifetime"].value == pytest.approx(lifetime, abs=6e-8)
    assert report.quantities["resonance_energy"].value == pytest.approx(energy, abs=6e-8)
    assert all(quantity.agrees for quantity in report.quantities.values())


def test_a_box_ends_on_a_slope_that_cannot_be_climbed() -> None:
    """A helium atom at a soft wall, A exp(-2 b x): at -11 V would be 80,000 times its energy, and rounding there would be the bar. Right value: 2.4234848382
    by integration. Budget: the bar, 1e-6 at most.
    """
    packet = GaussianPacket(5.0, 0.5, -4.0)
    wall = Expression("A*exp(-2*b*x)", {"A": 0.00012, "b": 0.582})
    problem = ws.Problem(wall, packet, duration=592.627 * ws.units.fs, mass=7343.4)
    report = ws.certify(problem, 1e-5, find=Motion())
    head = report.headline
    assert abs(head.value - 2.4234848382) <= head.error < 1e-6


def test_a_gap_between_walls_and_of_a_rotor() -> None:
    """Methyl rotor as above, split by 0.0194746897; a box from -3 to 3 with a Gaussian barrier of 8 inside. Theory: plane waves, and nodes counted.
    Budget: 1e-10 for the digits given, else both bars.
    """
    rotor = ws.Problem(
        Expression("V3/2*(1 - cos(3*x))", {"V3": 25.0}),
        Eigenstate(),
        mass=0.7633587786259542,
        axis=ws.Axis(2 * math.pi),
    )
    report = ws.certify(rotor, 1e-8, find=Splitting())
    assert report.headline.value == pytest.approx(0.0194746897, abs=1e-10) and report.headline.agrees
    box = at_rest(GaussianBarrier(8.0, 0.6), walls=ws.Walls(-3.0, 3.0))
    report = ws.certify(box, 1e-8, find=Splitting())
    assert report.headline.agrees and report.headline.error < 1e-12 and not report.warnings


def test_what_has_got_out_of_a_room_with_one_wall() -> None:
    """A wall at 0, a barrier 2 high and 1 wide from 4 to 5, a packet between them with momentum 2, after a time of 6. Right value: the same packet
    in sines between walls at 0 and at 60, which it does not reach, 600 and 800 of them, and their integral beyond 5. Budget: the bar and their difference.
    """
    problem = ws.Problem(
        RectangularBarrier(2.0, 1.0, 4.5), GaussianPacket(2.0, 0.35, 2.0), duration=6.0, walls=ws.Walls(left=0.0)
    )
    report = ws.certify(problem, 1e-3, find=Transmission())
    coarse, fine = (_out(count, 60.0) for count in (600, 800))
    assert abs(report.headline.value - fine) <= report.headline.error + 2 * abs(fine - coarse)
    assert report.headline.error < 1e-3 and abs(fine - coarse) < 1e-5
    both = sum(report.quantities[f"{name}_probability"].value for name in ("transmitted", "remaining"))
    # each is corrected by a run backward of its own
    assert both == pytest.approx(1.0, abs=1e-7)
    with pytest.raises(WavesimError, match="set `duration`"):
        ws.certify(problem.replace("duration", None), find=Transmission())
    with pytest.raises(WavesimError, match="returns"):
        ws.certify(problem.replace("state.center", 9.0), find=Transmission())


def _out(count: int, length: float) -> float:
    n = np.arange(1, count + 1)
    k = n * math.pi / length
    phase = np.exp(2j * k)
    start = phase * np.exp(-((k + 2.0) ** 2) * 0.35**2) - np.conj(phase) * np.exp(-((k - 2.0) ** 2) * 0.35**2)

    def below(x: float) -> np.ndarray:
        """(2/length) int_0^x sin sin."""
        apart, total = (k[:, None] - k) * x, (k[:, None] + k) * x
        return x / length * (np.sinc(apart / math.pi) - np.sinc(total / math.pi))

    energies, states = np.linalg.eigh(np.diag(k**2 / 2) + 2.0 * (below(5.0) - below(4.0)))
    psi = states @ (np.exp(-6j * energies) * (states.T @ start))
    return float(1 - np.real(np.conj(psi) @ below(5.0) @ psi) / np.sum(np.abs(psi) ** 2))


def test_a_formula_that_does_not_end_flat_is_held_at_its_ends_once() -> None:
    """A bump at the seam of a ring, which cuts it: levels and theory are of what lies within the period, and the cure is in the file's units.

    Formula: a V that is held at its ends stays as it is when it is held there again. Budget: none.
    """
    bump = Expression("E0*exp(-((x - L)/w)^2)", {"E0": 1.0, "L": 5.0, "w": 2.0})
    ring = ws.Axis(10.0)
    once = restricted(bump, ring)
    assert restricted(once, ring) is once
    report = ws.certify(ws.Problem(bump, Eigenstate(0), axis=ring), 1e-6, find=Levels(2))
    assert all(level.agrees for level in report.quantities.values())
    assert "begin the period elsewhere, as with lower = 0 in [axis]" in report.warnings[-1]
