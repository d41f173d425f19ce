"""The error bar by an adjoint run: the gradient is right, the correction is, the bar holds, and a blind grid is known as one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from wavesim import Absorber, Grid, Numerics, Problem, WavesimError, certify
from wavesim.analysis import Transmission, TransmissionAt
from wavesim.analysis.bars import Estimate, Quantity
from wavesim.analysis.bars.residuals import Residual, _residual
from wavesim.analysis.bars.residuals._finer_grid import FinerGrid
from wavesim.analysis.bars.residuals._residual import grid_residuals
from wavesim.potentials import AbstractPotential, DeltaBarrier, EckartBarrier, Expression, RectangularBarrier, values_at
from wavesim.propagation import FrameSum, Result, chebyshev_for, plan, propagate_with_adjoint
from wavesim.schemes import STRANG
from wavesim.states import GaussianPacket

TWO = Expression("V0*exp(-((x - c)/s)**2) + V0*exp(-((x + c)/s)**2)", {"V0": 1.5, "s": 0.4, "c": 3.0})
PACKET = GaussianPacket(center=-50.0, width=8.0, momentum=0.8)
THROUGH = {"beyond_right": 1.0, "incoming_right": -1.0}


def there_and_back(potential: AbstractPotential, points: int, scheme: str = "chebyshev") -> tuple[float, Result]:
    """The transmitted probability on so many points of a box of 260, and the run with its adjoint."""
    problem = Problem(potential, PACKET)
    problem = dataclasses.replace(problem, measure=Transmission().observables(problem))
    grid = Grid.line(-150.0, 110.0, points)
    method = chebyshev_for(problem, grid, 1.6) if scheme == "chebyshev" else STRANG
    dt = 1.6 if scheme == "chebyshev" else 0.2
    numerics = Numerics(grid, dt, round(384 / dt), 48, method, Absorber.designed(0.35, 1e-7))
    number = FrameSum.at(48, 48, THROUGH, (0.0, 1.0))
    result = propagate_with_adjoint(problem, numerics, lambda record: {"T": number})
    return Transmission().readings(result)["transmitted_probability"].value, result


@pytest.mark.parametrize("scheme", ["chebyshev", "strang"])
def test_the_gradient_is_that_of_finite_differences(scheme: str) -> None:
    """Set-up: two Gaussian barriers of height V0 = 1.5 and a packet that leaves through absorbers, on a coarse grid of 320 points.

    Formula: dT/dV0 = 2 Im int dt <phi|dV/dV0|psi>, against central differences of the same run with V0 +- 1e-3.
    Budget: differences err by 1e-6, the trapezoidal rule over 48 frames by less than 1e-4; 1e-3 of the gradient (about -0.2).
    """
    _, result = there_and_back(TWO, 320, scheme)
    adjoint, grid = result.adjoints["T"], result.numerics.grid
    shape = values_at(TWO, np.asarray(grid.x)) / 1.5
    integrand = 2 * np.imag(np.sum(np.conj(adjoint.phi) * shape * adjoint.psi, axis=1)) * float(grid.cell)
    gradient = np.trapezoid(integrand, adjoint.times)
    higher, lower = (
        there_and_back(dataclasses.replace(TWO, parameters={"V0": 1.5 + h, "s": 0.4, "c": 3.0}), 320, scheme)[0]
        for h in (1e-3, -1e-3)
    )
    assert gradient == pytest.approx((higher - lower) / 2e-3, rel=1e-3)


def test_where_a_number_is_read_its_gradient_is_halfway() -> None:
    """Set-up: a number read at the middle one of 8 frames, without absorbers, so that every step keeps the size of phi.

    Formula: phi jumps there from 0 to its source, and the trapezoidal rule takes (0 + source)/2. Budget: rounding of 8 steps, 1e-12.
    """
    problem = Problem(TWO, PACKET)
    problem = dataclasses.replace(problem, measure=Transmission().observables(problem))
    grid = Grid.line(-150.0, 110.0, 320)
    numerics = Numerics(grid, 1.6, 8, 8, chebyshev_for(problem, grid, 1.6))
    number = FrameSum.at(4, 8, {"incoming_right": 1.0})
    phi = propagate_with_adjoint(problem, numerics, lambda record: {"Q": number}).adjoints["Q"].phi
    sizes = np.linalg.norm(phi, axis=1)
    assert sizes[3] > 0 and np.all(sizes[5:] == 0)
    assert sizes[4] == pytest.approx(sizes[3] / 2, rel=1e-12)


def test_the_correction_gains_a_digit_and_the_bar_holds() -> None:
    """Set-up: the same barriers on 480 and 576 points, spacings of 0.54 and 0.45 for bumps 0.4 wide; right is 0.0647275 (transfer matrices).

    Formula: T + dQ. Budget: what the absorber and the end leave, 1e-5; the error falls to a third at least, and the bar holds it.
    """
    for points in (480, 576):
        value, result = there_and_back(TWO, points)
        residual = grid_residuals(result)["T"]
        error, left = 0.0647275 - value, 0.0647275 - value - residual.correction
        assert abs(error) > 1e-4
        assert abs(left) < abs(error) / 3 + 1e-5
        assert abs(left) <= residual.error(value) < 3 * abs(error)


def test_a_blind_grid_knows_that_it_is_blind() -> None:
    """Two bumps a tenth as wide, 10 high, between the points: the run lets everything pass, and its bound says that this means nothing."""
    thin = dataclasses.replace(TWO, parameters={"V0": 10.0, "s": 0.05, "c": 3.0})
    value, result = there_and_back(thin, 256)
    residual = grid_residuals(result)["T"]
    assert value > 0.5
    assert residual.bound > 0.3


@pytest.mark.parametrize("points", [500, 1000])
def test_edges_anywhere_are_corrected(points: int) -> None:
    """Set-up: a rectangle of 1.37 with edges wherever they fall; the closed form averaged over the packet is right.

    Formula: T + dQ, with what the run backward misses of phi beyond the band and within it. Budget: a fifth of the error is left at most
    (measured: 7 % and 0.4 %; without the part within the band 160 % and 100 %), and the bar holds what is left.
    """
    value, result = there_and_back(RectangularBarrier(0.4, 1.37, center=0.123), points)
    residual = grid_residuals(result)["T"]
    k = 0.8 + np.linspace(-8, 8, 4001) / 16
    energy = k**2 / 2 + 0j
    inside = np.sqrt(2 * (energy - 0.4))
    through = (1 / (1 + 0.4**2 * np.sin(inside * 1.37) ** 2 / (4 * energy * (energy - 0.4)))).real
    weight = np.exp(-((k - 0.8) ** 2) * 128)
    exact = np.sum(through * weight) / np.sum(weight)
    left = abs(value + residual.correction - exact)
    assert left < 0.2 * abs(value - exact)
    assert left <= residual.error(value)


def test_fast_waves_follow_to_second_order() -> None:
    """Set-up: a kink, exp(-abs(x)/1.3), on 600 points, spacing 0.43; T averaged over the packet is right.

    Formula: T + dQ with phi' to second order. Budget: a thousandth of the error is left, and the bar, the second order itself, is below a fiftieth.
    """
    kink = Expression("0.4*exp(-abs(x - c)/s)", {"s": 1.3, "c": 0.123})
    value, result = there_and_back(kink, 600)
    problem = result.problem
    exact = float(next(iter(Transmission().predictions(problem, None)["transmitted_probability"].values())))
    residual = grid_residuals(result)["T"]
    left = abs(value + residual.correction - exact)
    assert left < 1e-3 * abs(value - exact)
    assert left <= residual.error(value) < abs(value - exact) / 50


def test_steps_see_the_potential_of_the_grid() -> None:
    """A run with an adjoint takes no kicks with gradients of V, which a plan for itself may; a question without numbers keeps them."""
    problem = Problem(EckartBarrier(0.3, 2.0), PACKET)
    alone, certified = plan(problem, 1e-4).numerics, Transmission().course(problem, 1e-4).numerics
    assert alone.method.uses_gradient
    assert not certified.method.uses_gradient


def test_second_order_is_in_the_bar() -> None:
    """error = first + 3 bound^2/(4 room): t changes by t' = bound/(2 t), and bends as on the flank of a resonance."""
    residual = Residual(1e-3, 2e-3, 4e-2, np.array([1.0, 2.0, 4.0]), np.array([4e-2, 1e-3, 1e-5]))
    assert residual.error(0.1) == pytest.approx(2e-3 + 3 * 1.6e-3 / 0.4)
    assert (residual.finer(0.1), residual.finer(1e-3)) == (2.0, 4.0)


def test_plans_see_thin_features() -> None:
    """The spacing follows the potential's own waves: bumps of 0.05 need several points each, whatever the packet's momentum is."""
    thin = dataclasses.replace(TWO, parameters={"V0": 10.0, "s": 0.05, "c": 3.0})
    wide = dataclasses.replace(TWO, parameters={"V0": 0.3, "s": 2.0, "c": 6.0})
    spacings = [float(plan(Problem(v, PACKET), 1e-3).numerics.grid.spacing[0]) for v in (thin, wide)]
    assert spacings[0] < 0.1
    assert spacings[1] > 0.5


def test_a_certificate_on_a_formula() -> None:
    """Two ordinary smooth barriers, on which the laws of coarser grids failed by a factor of five: 0.0647285 by two independent codes."""
    report = certify(Problem(TWO, PACKET), 1e-3, find=Transmission(), frames=24)
    assert abs(report.headline.value - 0.0647285) <= report.headline.error <= 1e-3
    assert report.balance == pytest.approx(1.0, abs=1e-9)


def test_a_dispute_needs_an_independent_theory() -> None:
    """A theory that states its error, or a closed form, disputes a number; an approximation does not, nor does one within both bars."""
    dimension = (
        Transmission().readings(there_and_back(EckartBarrier(0.3, 1.0), 256)[1])["transmitted_probability"].dimension
    )

    def number(theory: dict[str, float]) -> Quantity:
        return Quantity("transmitted_probability", 0.5, 0.01, dimension, {}, theory)

    assert number({"scattering": Estimate(0.6, 1e-9)}).disputed
    assert number({"closed_form": 0.6}).disputed
    assert not number({"wkb": 0.6}).disputed
    assert not number({"scattering": Estimate(0.6, 0.1)}).disputed
    assert not number({"scattering": Estimate(0.505, 1e-9)}).disputed


@pytest.mark.parametrize(("zero", "momentum"), [(0.05, 0.8), (0.0, 0.85)])
def test_fast_waves_do_not_know_the_energy_they_are_compared_with(zero: float, momentum: float) -> None:
    """Set-up: waves beyond a grid of spacing 0.4 that follow a packet on a kink; the same with V higher by 0.05, or about another energy E.

    Formula: G S moves by G^2 S dE, and G V G S - G^2 (i d/dt - E) S moves it back, so that their sum moves by the third order alone.
    Budget: orders fall by the energy over the kinetic energy beyond the band, 0.4/31; a tenth of what the first one moves.
    """
    grid = Grid.line(-40.0, 40.0, 200)
    x = np.asarray(grid.x)

    def packet(k: float) -> np.ndarray:
        return np.exp(-((x / 6.0) ** 2) + 1j * k * x)

    orders = []
    for height, k in ((0.0, 0.8), (zero, momentum)):
        kink = Expression("0.4*exp(-abs(x - c)/s) + v", {"s": 1.3, "c": 0.123, "v": height}, ends=(height, height))
        problem = Problem(kink, GaussianPacket(0.0, 3.0, 0.8))
        fine = FinerGrid(
            problem,
            Numerics(grid, 0.1, 10, 10, chebyshev_for(problem, grid, 0.1)),
            (np.zeros(1), packet(k)[None]),
            4,
            0.1,
        )
        fine.sample(np.zeros(1))
        orders.append([order[fine.outside] for order in fine.fast_gradient(packet(0.8), np.fft.fft(packet(0.8)))[0]])
    first = np.linalg.norm(orders[1][0] - orders[0][0])
    both = np.linalg.norm(sum(orders[1]) - sum(orders[0]))
    assert both < first / 10


def test_one_delta_is_extrapolated() -> None:
    """Set-up: a delta barrier, whose grid is planned coarser because values at spacing 0 are extrapolated from three runs.

    Formula: T = 1/(1 + m s^2/(2 E)) averaged over the packet. Budget: the bar, and the tolerance met by the run itself.
    """
    report = certify(Problem(DeltaBarrier(0.7), GaussianPacket(-20.0, 2.5, 1.0)), 7e-5)
    assert report.record is not None and report.reached and not report.notes
    assert abs(report.headline.difference or 0) <= report.headline.error


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan")])
def test_a_tolerance_is_positive(tolerance: float) -> None:
    """Also where nothing is propagated."""
    with pytest.raises(WavesimError, match="`tolerance` must be"):
        certify(Problem(EckartBarrier(0.3, 1.0), PACKET), tolerance, find=TransmissionAt(energy=0.2))


def test_which_waves_are_fast_does_not_depend_on_where_energies_are_counted_from() -> None:
    """Set-up: a packet of k = 0.8 beside a kink, and the same with V lower by its mean energy, which is then 0.

    Formula: fast is what has four times the packet's energy, 0.32 and a little, above the V where it is. Budget: one wave of the grid more or less.
    """
    grid = Grid.line(-40.0, 40.0, 200)
    packet = np.exp(-(((np.asarray(grid.x) + 25.0) / 6.0) ** 2) + 0.8j * np.asarray(grid.x))
    counts = []
    for height in (0.0, -0.334):
        kink = Expression("0.4*exp(-abs(x - c)/s) + v", {"s": 1.3, "c": 0.123, "v": height}, ends=(height, height))
        problem = Problem(kink, GaussianPacket(-25.0, 3.0, 0.8))
        fine = FinerGrid(
            problem, Numerics(grid, 0.1, 10, 10, chebyshev_for(problem, grid, 0.1)), (np.zeros(1), packet[None]), 2, 0.1
        )
        counts.append(np.count_nonzero(fine.green[~fine.outside]))
    assert 100 < counts[0] < 199
    assert abs(counts[0] - counts[1]) <= 2


@pytest.mark.parametrize("potential", [RectangularBarrier(0.5, 1.3), Expression("0.4*exp(-x**2)*(1 + 0.3*cos(0.1*t))")])
def test_times_looked_at_together_are_those_of_one_after_the_other(
    potential: AbstractPotential, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set-up: a sharp barrier and one that swings, Strang's steps on 320 points, 49 times of psi and phi, looked at one by one and seven at a time.

    Formula: rows of a transform are transforms. Budget: none, the residuals are equal to the last bit.
    """
    _, result = there_and_back(potential, 320, "strang")
    monkeypatch.setattr(FinerGrid, "compiled", False)
    found = []
    for times in (1, 7):
        monkeypatch.setattr(_residual, "_BLOCK", times * 2 * 320)
        found.append(grid_residuals(result)["T"])
    alone, together = found
    assert (alone.correction, alone.uncertainty, alone.bound) == (
        together.correction,
        together.uncertainty,
        together.bound,
    )
    assert np.array_equal(alone.tail, together.tail)
