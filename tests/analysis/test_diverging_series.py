"""Where a run backward says nothing of the grid: V above the grid's kinetic energies in the walls of a well; grids are compared there."""

from __future__ import annotations

import math

from scipy.integrate import solve_ivp

from wavesim import Problem, certify
from wavesim.analysis import Motion
from wavesim.potentials import Expression
from wavesim.states import GaussianPacket


def test_a_packet_in_steep_walls_has_a_bar() -> None:
    """Set-up: x^6/2, a packet that reaches places where V is 1e4 times its energy, rounding psi by steps. Formula: the same to a tenth of the tolerance.

    Budget: both bars. (By the run backward alone the bar was 1e23, and stayed so on grids eight times as fine.)
    """
    problem = Problem(
        Expression("0.528311*x^6"), GaussianPacket(center=-0.63, width=0.77, momentum=0.7), duration=7.29504
    )
    report, finer = (certify(problem, tolerance, find=Motion()) for tolerance in (2e-4, 2e-5))
    assert report.warnings == ()
    assert report.headline.error <= 2e-4
    for name, quantity in report.quantities.items():
        other = finer.quantities[name]
        assert abs(quantity.value - other.value) <= quantity.error + other.error, name
    assert report.runs <= 16


def test_a_packet_that_is_squeezed_has_a_bar() -> None:
    """Set-up: an oscillator that stiffens 22-fold in its duration. Formula: <x> = c(t), c'' = -k(t) c, by solve_ivp. Budget: the bar, 1.4e-4 at most."""
    stiffness, growth, duration = 1.35902, 0.523626, 7.0
    problem = Problem(
        Expression("A*(1 + b*t)**2*x**2/2", parameters={"A": stiffness, "b": growth}),
        GaussianPacket(center=1.36, width=1.067, momentum=-0.85),
        duration=duration,
    )
    report = certify(problem, 1.4e-4, find=Motion())
    center = solve_ivp(
        lambda t, y: [y[1], -stiffness * (1 + growth * t) ** 2 * y[0]],
        (0.0, duration), [1.36, -0.85], rtol=1e-11, atol=1e-12,
    ).y[0, -1]  # fmt: skip
    assert report.warnings == ()
    assert abs(report.headline.value - center) <= report.headline.error <= 1.4e-4
    assert math.isclose(report.quantities["norm"].value, 1.0, abs_tol=1e-9)
    assert report.runs <= 16
