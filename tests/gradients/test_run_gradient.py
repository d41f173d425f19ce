"""`ws.gradient`: the four ways agree, with each other and with theory, and the reversible one keeps nothing of the steps."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import wavesim as ws
from wavesim.analysis import Populations, Transmission
from wavesim.errors import ArgumentError, WavesimError
from wavesim.potentials import EckartBarrier, QuarticDoubleWell, RectangularBarrier
from wavesim.propagation import FrameSum, Numerics, chebyshev_for, propagate_with_adjoint
from wavesim.schemes import SCHEMES
from wavesim.states import GaussianPacket

GRID = ws.Grid.line(-40.0, 40.0, 160)
PACKET = GaussianPacket(-14.0, 2.5, 1.2)
PATHS = ["potential.height", "state.momentum"]


def numerics(problem: ws.Problem) -> Numerics:
    return Numerics(GRID, 0.5, 96, 96, chebyshev_for(problem, GRID, 0.5), ws.Absorber.designed(0.7, 1e-6))


def test_four_ways_give_one_gradient():
    """Set-up: a packet of k = 1.2 at V0/cosh^2(x), V0 = 0.8, one grid and one step for all; derivatives by height and momentum.

    Budget: 1e-6, what 96 samples of the integrand in time leave to the reversible one; checkpointed, stored and forward: rounding.
    """
    problem = ws.Problem(EckartBarrier(0.8, 1.0), PACKET)
    found = {
        adjoint: ws.gradient(problem, PATHS, adjoint=adjoint, numerics=numerics(problem))
        for adjoint in ("reversible", "checkpointed", "stored", "forward")
    }
    for path in PATHS:
        exact = found["checkpointed"][path].derivative
        assert found["stored"][path].derivative == pytest.approx(exact, abs=1e-11)
        assert found["forward"][path].derivative == pytest.approx(exact, abs=1e-11)
        assert found["reversible"][path].derivative == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("scheme", ["strang", "ti4d", "g6t4"])
def test_the_way_back_of_a_splitting_is_exact_where_it_damps(scheme):
    """Kicks first, with a processor, and drifts first, which damps behind its first drift: d/dk of what passes, in 192 steps of 0.25.

    H does not move with k, so that nothing is added up over samples. Budget: 1e-6 against JAX's own derivative, for d psi(0)/dk is a
    difference over 1e-4 of k (measured 6e-8); a damping taken at the wrong place is off by 9e-3, in proportion to the step.
    """
    problem = ws.Problem(EckartBarrier(0.8, 1.0), PACKET)
    chosen = Numerics(GRID, 0.25, 192, 24, SCHEMES[scheme], ws.Absorber.designed(0.7, 1e-6))
    back, forward = (
        ws.gradient(problem, ["state.momentum"], adjoint=adjoint, numerics=chosen)["state.momentum"]
        for adjoint in ("reversible", "forward")
    )
    assert abs(back.derivative) > 0.1
    assert back.derivative == pytest.approx(forward.derivative, abs=1e-6)


def test_bars_cover_theory_where_edges_move():
    """A rectangle of 0.8, 1.3 wide: derivatives by every number of it and by the mass lie within their bars of the projection's."""
    problem = ws.Problem(RectangularBarrier(0.8, 1.3), PACKET)
    paths = ["potential.height", "potential.width", "potential.center", "particle.mass"]
    found, known = ws.gradient(problem, paths, tolerance=1e-4), ws.sensitivities(problem, paths=paths)
    for path in paths:
        assert abs(found[path].derivative - known[path].derivative) <= found[path].error + known[path].error, path


def test_memory_does_not_grow_with_the_steps():
    """200 and 2,000 steps in 40 frames, on NumPy's loop: the peak of what is allocated differs by less than one psi in ten frames."""
    problem = ws.Problem(QuarticDoubleWell(2.0, 1.6), GaussianPacket(-1.6, 0.5, 0.0))
    grid = ws.Grid.line(-5.0, 5.0, 256)

    def peak(steps: int) -> int:
        chosen = Numerics(grid, 2.0 / steps, steps, 40, SCHEMES["strang"])
        tracemalloc.start()
        ws.gradient(problem, ["potential.barrier"], "right_population", find=Populations(), numerics=chosen)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(200)
    assert abs(peak(2000) - peak(200)) < 4 * 16 * 256 * 10


@pytest.mark.parametrize("scheme", ["strang", "g6t4"])
def test_what_is_made_again_on_the_way_back_changes_nothing(scheme):
    """Frames of 37 damped steps with all of psi kept, and in sections of 8 (root of 111 steps), the last one of 5. Budget: rounding, 1e-13."""
    numbers = {"taken": FrameSum.at(3, 3, {}, (0.0, 1.0))}
    problem = ws.Problem(EckartBarrier(0.8, 1.0), PACKET)
    chosen = Numerics(GRID, 0.3, 111, 3, SCHEMES[scheme], ws.Absorber.designed(0.7, 1e-6))
    phi = [
        propagate_with_adjoint(problem, chosen, lambda record: numbers, kept=kept).adjoints["taken"].phi
        for kept in (None, 16)
    ]
    assert np.max(np.abs(phi[0][0])) > 1e-2
    assert np.max(np.abs(phi[1] - phi[0])) < 1e-13


def test_memory_does_not_grow_with_damped_steps():
    """300 and 3,000 steps of 0.016 and 0.0016 in 30 frames, of which psi is kept at 64: the peak differs by less than 10 psi each of both."""
    problem = ws.Problem(EckartBarrier(0.8, 1.0), PACKET)
    numbers = {"taken": FrameSum.at(30, 30, {}, (0.0, 1.0))}

    def peak(steps: int) -> int:
        absorber = ws.Absorber.designed(0.7, 1e-6)
        chosen = Numerics(GRID, 4.8 / steps, steps, 30, SCHEMES["strang"], absorber)
        tracemalloc.start()
        propagate_with_adjoint(problem, chosen, lambda record: numbers, kept=64)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(300)
    assert peak(3000) - peak(300) < 16 * 160 * (100 + 64)


def test_what_has_no_gradient():
    problem = ws.Problem(EckartBarrier(0.8, 1.0), PACKET)
    with pytest.raises(ArgumentError, match="adjoint"):
        ws.gradient(problem, PATHS, adjoint="backwards")
    with pytest.raises(ArgumentError, match="must name numbers"):
        ws.gradient(problem, ["potential.depth"])
    with pytest.raises(WavesimError, match="choose from"):
        ws.gradient(problem, PATHS, "gap", find=Transmission(), numerics=numerics(problem))
