"""The current through a plane is what the probability beyond it gains."""

from __future__ import annotations

import numpy as np

from wavesim import Beyond, Grid, Numerics, Problem, propagate
from wavesim.observables import AbstractObservable, ProbabilityCurrent, ProbabilityIn
from wavesim.potentials import EckartBarrier
from wavesim.schemes import SCHEMES
from wavesim.states import GaussianPacket, Product


def test_continuity_in_one_dimension() -> None:
    """Set-up: a packet of momentum 1.3 and mass 1.6 crosses an Eckart barrier; a plane at x = 2.13, between grid points; frames of 0.1.

    Formula: dP(x > s)/dt = j(s) - j(box end), the latter zero while the packet is far from it. The derivative by differences of
    fourth order, (P_-2 - 8 P_-1 + 8 P_1 - P_2)/(12 h).
    Budget: differences h^4 P^(5)/30 = 1e-4/30 (1e-2) = 3e-8, the region's fifth order in the spacing: 1e-6; j reaches 0.1.
    """
    plane = 2.13
    measure = {"beyond": ProbabilityIn(Beyond(plane)), "current": ProbabilityCurrent(plane)}
    packet = GaussianPacket(center=-10.0, width=2.0, momentum=1.3)
    problem = Problem(EckartBarrier(0.4, 1.0), packet, mass=1.6, measure=measure)
    grid = Grid.line(-45.0, 45.0, 480)
    result = propagate(problem, Numerics(grid, 0.05, 400, 200, SCHEMES["g6t4"], save_psi=False))
    p, h = result.series["beyond"], result.times[1]
    rate = (p[:-4] - 8 * p[1:-3] + 8 * p[3:-1] - p[4:]) / (12 * h)
    assert np.max(np.abs(rate - result.series["current"][2:-2])) < 1e-6
    assert np.max(result.series["current"]) > 0.02


def test_the_current_of_two_dimensions_is_that_of_one() -> None:
    """Set-up: the packet times a resting one along y, the plane on a grid point, where 1D and 2D take the same value.

    Formula: j summed over y = j of the 1D run. Budget: rounding, 1e-13.
    """
    x, y = Grid.line(-20.0, 20.0, 80), Grid.line(-8.0, 8.0, 16)
    packet = GaussianPacket(center=-3.0, width=1.5, momentum=1.3)
    measure: dict[str, AbstractObservable] = {"current": ProbabilityCurrent(1.0)}
    steps = {"dt": 0.1, "steps": 40, "frames": 4, "method": SCHEMES["strang"]}
    line = propagate(Problem(EckartBarrier(0.4, 1.0), packet, mass=1.6, measure=measure), Numerics(x, **steps))
    flat = Product((packet, GaussianPacket(center=0.0, width=1.4, momentum=0.0)))
    plane = propagate(
        Problem(EckartBarrier(0.4, 1.0), flat, mass=1.6, measure=measure), Numerics(Grid.product(x, y), **steps)
    )
    assert np.max(np.abs(plane.series["current"] - line.series["current"])) < 1e-13
    assert line.series["current"][-1] > 0.01
