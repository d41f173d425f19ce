"""Two and three dimensions: separable problems are products of one-dimensional ones, coupled ones are not."""

from __future__ import annotations

import numpy as np

from tests.exact import distance
from wavesim import Absorber, Beyond, Grid, Numerics, Problem, propagate, theory
from wavesim.observables import AbstractObservable, Energy, Momentum, Norm, Position, ProbabilityIn
from wavesim.potentials import Free, GaussianBarrier, Harmonic, QuarticDoubleWell, Separable, SmoothFunction
from wavesim.propagation import chebyshev_for
from wavesim.schemes import SCHEMES
from wavesim.states import GaussianPacket, Product

G6T4 = SCHEMES["g6t4"]


def test_a_separable_problem_is_the_product_of_its_axes() -> None:
    """Set-up: a quartic double well along x and a harmonic well along y, 48 x 40 points of different spacing, 60 steps of 0.05.

    Formula: V = V_1(x) + V_2(y), psi = psi_1(x) psi_2(y), so U = U_1 x U_2; F = F_1 + F_2 and G = G_1 + G_2, so every step
    of g6t4 factorizes too, and nothing but rounding differs: 1e-12. Observables of one axis are those of its 1D run.
    """
    x, y = Grid.line(-5.0, 5.0, 48), Grid.line(-5.5, 6.0, 40)
    wells = QuarticDoubleWell(2.0, 1.8), Harmonic(0.9)
    packets = (
        GaussianPacket(center=-1.5, width=0.45, momentum=0.4),
        GaussianPacket(center=0.7, width=0.8, momentum=-0.3),
    )
    steps = {"dt": 0.05, "steps": 60, "frames": 3, "method": G6T4}
    lines = [
        propagate(
            Problem(well, packet, measure={"q": Position(), "e": Energy(), "p": Momentum()}), Numerics(line, **steps)
        )
        for well, packet, line in zip(wells, packets, (x, y), strict=True)
    ]
    measure: dict[str, AbstractObservable] = {"e": Energy()}
    for i in (0, 1):
        measure |= {f"q{i}": Position(i), f"p{i}": Momentum(i)}
    plane = propagate(
        Problem(Separable(wells), Product(packets), measure=measure), Numerics(Grid.product(x, y), **steps)
    )
    product = lines[0].psi[:, :, None] * lines[1].psi[:, None, :]
    assert distance(plane.psi, product, Grid.product(x, y)) < 1e-12
    for i, line in enumerate(lines):
        assert np.max(np.abs(plane.series[f"q{i}"] - line.series["q"])) < 1e-12
        assert np.max(np.abs(plane.series[f"p{i}"] - line.series["p"])) < 1e-12
    assert np.max(np.abs(plane.series["e"] - lines[0].series["e"] - lines[1].series["e"])) < 1e-10


def test_a_planar_barrier_in_two_dimensions() -> None:
    """Set-up: a Gaussian barrier across x, a free y axis, absorbers on x; 64 x 16 points.

    Formula: a one-dimensional potential is planar: P(x > 3) and the absorbed probability are those of the 1D run.
    Budget: rounding, 1e-12.
    """
    x, y = Grid.line(-24.0, 24.0, 96), Grid.line(-8.0, 8.0, 16)
    packet = GaussianPacket(center=-8.0, width=1.5, momentum=1.3)
    measure = {"beyond": ProbabilityIn(Beyond(3.0)), "norm": Norm()}
    absorber = Absorber.designed(1.0, 7e-3)
    steps = {"dt": 0.1, "steps": 150, "frames": 3, "method": G6T4, "absorber": absorber}
    barrier = GaussianBarrier(0.7, 0.8)
    line = propagate(Problem(barrier, packet, measure=measure), Numerics(x, **steps))
    flat = Product((packet, GaussianPacket(center=0.0, width=1.4, momentum=0.0)))
    plane = propagate(Problem(barrier, flat, measure=measure), Numerics(Grid.product(x, y), **steps))
    for name in measure:
        assert np.max(np.abs(plane.series[name] - line.series[name])) < 1e-12
    assert np.max(np.abs(plane.absorbed - line.absorbed)) < 1e-12
    assert plane.series["beyond"][-1] + plane.absorbed[-1, 1] > 0.2


def test_a_rotated_oscillator_needs_the_whole_gradient() -> None:
    """Set-up: V = (x^2 + y^2 + x y)/2, coupled axes; its normal modes (x +- y)/sqrt 2 have omega^2 = 1.5 and 0.5; t = 2.

    Formula: <x>(t) follows the classical motion, from x = 1, y = 0: (cos(1.2247 t) + cos(0.7071 t))/2 (Ehrenfest, exact here).
    Budget: g6t4 at dt = 0.02: 1e-10; without the cross terms of F and G it would be of order 4 or lower.
    """
    axis = Grid.line(-7.0, 7.0, 48)
    well = SmoothFunction(lambda x, y, _: (x**2 + y**2 + x * y) / 2, ends=(np.inf, np.inf))
    start = Product(
        (GaussianPacket(center=1.0, width=0.7, momentum=0.0), GaussianPacket(center=0.0, width=0.7, momentum=0.0))
    )
    problem = Problem(well, start, measure={"x": Position(0), "y": Position(1), "energy": Energy()})
    result = propagate(problem, Numerics(Grid.product(axis, axis), 0.02, 100, 10, G6T4, save_psi=False))
    fast, slow = np.cos(1.5**0.5 * result.times), np.cos(0.5**0.5 * result.times)
    assert np.max(np.abs(result.series["x"] - (fast + slow) / 2)) < 1e-10
    assert np.max(np.abs(result.series["y"] - (fast - slow) / 2)) < 1e-10
    assert np.ptp(result.series["energy"]) < 1e-10


def test_three_dimensions_hold_the_norm_and_the_closed_form() -> None:
    """Set-up: a free packet of width 1.2 on 32 x 24 x 24 points, one momentum for each axis, t = 1, by two Chebyshev steps.

    Formula: psi = the product of three free_packet; norm 1.
    Budget: tails at the ends of the box, exp(-8^2/(4 x 1.6)) = 5e-5 at 8 from the center: 1e-4; norm 1e-13.
    """
    lines = Grid.line(-10.0, 10.0, 32), Grid.line(-8.0, 8.0, 24), Grid.line(-8.0, 8.0, 24)
    grid = Grid.product(*lines)
    momenta = (1.0, 0.0, -0.4)
    packet = Product(tuple(GaussianPacket(center=0.0, width=1.2, momentum=k) for k in momenta))
    problem = Problem(Free(), packet, measure={"norm": Norm(), "p": Momentum(2)})
    waves = [
        np.asarray(theory.free_packet(np.asarray(line.x), 1.0, width=1.2, momentum=k))
        for line, k in zip(lines, momenta, strict=True)
    ]
    exact = np.einsum("i,j,k->ijk", *waves)
    result = propagate(problem, Numerics(grid, 0.5, 2, 2, chebyshev_for(problem, grid, 0.5)))
    assert np.max(np.abs(result.series["norm"] - 1)) < 1e-13
    assert np.max(np.abs(result.series["p"] + 0.4)) < 1e-6
    assert distance(result.final, exact, grid) < 1e-4
    assert result.psi.shape == (3, 32, 24, 24)
