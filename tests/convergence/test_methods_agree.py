"""One answer by every method of the table: splittings of each order, the Chebyshev series, the eigenstates of the grid."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from wavesim import Grid, Problem, certify
from wavesim.analysis import Report
from wavesim.errors import NumericsError
from wavesim.potentials import Driven, EckartBarrier, QuarticDoubleWell, RectangularBarrier
from wavesim.propagation import plan, propagate
from wavesim.schemes import SCHEMES
from wavesim.states import GaussianPacket, LeftLocalized, Product

METHODS = [*SCHEMES, "chebyshev", "spectral"]


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """A particle in the left of two quartic wells, half a period of the doublet; the same grid for all, each method's own step."""
    problem = Problem(QuarticDoubleWell(1.0, 1.8), LeftLocalized(), duration=11.0)
    grid = Grid((-5.4 + 0.09,), (0.18,), (60,))
    return {
        name: certify(problem, 1e-5, scheme=name, grid=grid, frames=32, absorber=None)  # type: ignore[arg-type]
        for name in METHODS
    }


def test_all_methods_agree_within_their_bars(reports: dict[str, Report]) -> None:
    """Set-up: the populations after 11 time units by eight methods, which share nothing but the grid.

    Formula: each value lies within its own bar of the truth, so two of them lie within the sum of their bars.
    Budget: the bars themselves; each is below 1e-4, and none is zero.
    """
    for (one, first), (other, second) in itertools.combinations(reports.items(), 2):
        for name in ("left_population", "right_population"):
            a, b = first.quantities[name], second.quantities[name]
            assert abs(a.value - b.value) <= a.error + b.error, f"{one} and {other}: {a.value} and {b.value}"
            assert 0 < a.error < 1e-4, f"{one}: {a.error:.1e}"


def test_methods_that_are_exact_in_time_agree_to_rounding(reports: dict[str, Report]) -> None:
    """The same grid Hamiltonian by a series and by its eigenstates. Budget: 1e-11 for 200 terms (measured: 1e-13)."""
    first, second = (reports[name].quantities["left_population"].value for name in ("chebyshev", "spectral"))
    assert first == pytest.approx(second, abs=1e-11)


def test_amplitudes_of_a_moving_packet_agree() -> None:
    """Set-up: a packet with momentum 1.5 in a quartic double well, psi after 2 time units by all methods on one grid.

    Formula: psi(t) = exp(-i H t) psi(0), phase and direction of time included; populations of a state at rest know neither.
    Budget: 4000 steps of 5e-4: Strang errs by about 1e-6; a method that runs backwards differs by about 2.
    """
    packet = GaussianPacket(center=-1.0, width=0.5, momentum=1.5)
    problem = Problem(QuarticDoubleWell(1.0, 1.8), packet, duration=2.0)
    grid = Grid((-7.2 + 0.09,), (0.18,), (80,))
    settings = {"frames": 1, "grid": grid, "absorber": None}
    runs = {
        name: propagate(problem, plan(problem, 1e-5, scheme=name, dt=5e-4, **settings).numerics).final
        for name in METHODS
    }
    exact = runs.pop("spectral")
    for name, psi in runs.items():
        assert np.linalg.norm(psi - exact) * math.sqrt(0.18) < 1e-5, name


def test_the_spectral_method_says_what_it_cannot() -> None:
    """A driven potential, an absorber, two dimensions: each is refused with a cure."""
    packet = GaussianPacket(-18.0, 2.0, 1.0)
    barrier = Problem(RectangularBarrier(1.0, 1.0), packet, duration=1.0)
    driven = Problem(Driven(QuarticDoubleWell(2.0, 1.8), 0.5, 1.0), LeftLocalized(), duration=1.0)
    with pytest.raises(NumericsError, match="without absorber.*absorber=None"):
        plan(barrier, 1e-3, scheme="spectral")
    with pytest.raises(NumericsError, match="static potential.*take scheme"):
        plan(driven, 1e-3, scheme="spectral")
    line = Grid.line(-30.0, 30.0, 32)
    plane = Problem(EckartBarrier(1.0, 1.0), Product((packet, packet)), duration=1.0)
    with pytest.raises(NumericsError, match="one dimension"):
        propagate(plane, grid=Grid.product(line, line), absorber=None, scheme="spectral")


def test_the_wells_are_found_by_parity() -> None:
    """A mirrored grid is solved by its even and odd halves, a shifted one as a whole; a plan leaves that open. Budget: 1e-12."""
    problem = Problem(QuarticDoubleWell(2.0, 1.8), GaussianPacket(-1.8, 0.42, 0.0), duration=5.0)
    whole = plan(problem, 1e-6, scheme="spectral", frames=2, grid=Grid((-5.95,), (0.1,), (120,))).numerics
    assert not whole.method.mirrored  # type: ignore[union-attr]
    halves = propagate(problem, whole)
    assert halves.numerics.method.mirrored  # type: ignore[union-attr]
    shifted = propagate(problem.replace("potential.center", 1e-9), whole)
    assert not shifted.numerics.method.mirrored  # type: ignore[union-attr]
    assert abs(halves.final - shifted.final).max() < 1e-6
