"""What absorbing layers send back: bounded with its phases once all has left, and as large as it is in truth where it is coherent."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from wavesim import Absorber, Grid, Numerics, Problem
from wavesim.analysis import Transmission
from wavesim.analysis.predictions import echo_of_all, packet_leak
from wavesim.analysis.predictions._absorber_echo import _interpolated_amplitude
from wavesim.analysis.predictions._absorber_leak import reflected_amplitude
from wavesim.potentials import EckartBarrier
from wavesim.propagation import chebyshev_for, propagate
from wavesim.states import GaussianPacket


def beside_layers(distances: tuple[float, ...]) -> Iterator[tuple[float, float, float]]:
    """The transmitted probability where the layer on the right begins so far from the barrier, its echo, and what the layers leak."""
    problem = Problem(EckartBarrier(0.4, 1.0), GaussianPacket(center=-40.0, width=6.0, momentum=1.0))
    problem = dataclasses.replace(problem, measure=Transmission().observables(problem))
    layer = Absorber(width=9.0, energy=0.4)
    for distance in distances:
        points = round((distance + 88) / 0.2)
        grid = Grid.line(-79.0, distance + 9, points + points % 2)
        run = propagate(problem, Numerics(grid, 0.2, 1000, 50, chebyshev_for(problem, grid, 0.2), layer))
        echo = echo_of_all(problem, np.asarray(run.psi[0]), grid, layer)
        assert echo is not None
        through = Transmission().readings(run)["transmitted_probability"].value
        yield through, echo, packet_leak(problem, layer)


def test_an_echo_is_as_large_as_it_is_said_to_be() -> None:
    """Set-up: T of sech^2 (height 0.4) for a packet of width 6 and momentum 1, whose layer on the right is thin (amplitude 0.03) and near.

    Formula: dT = 2 Re int abs(phi)^2 T r' rho exp(2 i q X) dk; it turns once as X grows by pi/q, and dies where X exceeds the packet's coherence.
    Budget: of second order in rho, a tenth of the echo; and at one of four distances, an eighth of a turn apart, at least two thirds show.
    """
    ((far, quiet, leak),) = beside_layers((20.0,))
    assert quiet < 1e-2 * leak
    shown = []
    for through, echo, _ in beside_layers((6.0, 6.5, 7.0, 7.5)):
        shown.append(abs(through - far) / echo)
    assert max(shown) < 1.1
    assert max(shown) > 2 / 3


def test_an_echo_needs_a_known_transmission() -> None:
    """A packet that starts on a slope, where V is not what it is far away, has none."""
    problem = Problem(EckartBarrier(0.4, 6.0), GaussianPacket(center=-10.0, width=3.0, momentum=1.0))
    grid = Grid.line(-60.0, 40.0, 256)
    assert echo_of_all(problem, np.ones(256), grid, Absorber(width=9.0, energy=0.4)) is None


@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_an_echo_does_not_know_left_from_right(direction: float) -> None:
    """The mirrored problem in the mirrored box has the same echo; budget: rounding of 1e3 terms."""
    problem = Problem(EckartBarrier(0.4, 1.0), GaussianPacket(center=-40.0 * direction, width=6.0, momentum=direction))
    ends = (-79.0, 15.0) if direction > 0 else (-15.0, 79.0)
    grid = Grid.line(*ends, 480)
    x = np.asarray(grid.x)
    psi = np.exp(-(((x + 40 * direction) / 12) ** 2) + 1j * direction * x)
    psi /= np.sqrt(np.sum(np.abs(psi) ** 2) * float(grid.cell))
    assert echo_of_all(problem, psi, grid, Absorber(width=9.0, energy=0.4)) == pytest.approx(0.0019, rel=0.1)


def test_a_layer_is_looked_at_no_more_often_than_its_phase_turns() -> None:
    """Set-up: 5000 momenta on one layer. Formula: cubics between 24 momenta a turn. Budget: 1e-3 of the largest amplitude."""
    layer, momentum = Absorber(width=30.0, energy=0.2), np.linspace(0.3, 2.5, 5000)
    exact = reflected_amplitude(layer, momentum, 1.0)
    assert np.max(np.abs(_interpolated_amplitude(layer, momentum, 1.0) - exact)) < 1e-3 * np.max(np.abs(exact))
