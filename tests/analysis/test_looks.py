"""Looks at a run that are too far apart to see what happens between them: more of them, or none is believed."""

from __future__ import annotations

import numpy as np
import pytest

from wavesim import Grid, Problem, certify
from wavesim.analysis import Motion
from wavesim.potentials import Expression, GaussianBarrier
from wavesim.propagation import adjoint_frames, plan
from wavesim.states import GaussianPacket


@pytest.mark.parametrize("frames", [1, 4, 100])
def test_few_frames_make_no_narrow_bar(frames: int) -> None:
    """Set-up: a packet meets a barrier that oscillates, on 640 points of a grid given by hand, 0.5 apart; the run is looked at 1, 4 and 100 times.

    Formula: a mean position of 11.177784584 at t = 40, by this package on 2,048 points and by a splitting of another hand. Budget: the stated bar;
    what the grid leaves wrong, 3.4e-4, arises while the packet is at the barrier, and one look before and one after that see none of it.
    """
    barrier = Expression("0.9*(1 + 0.4*cos(1.1*t))*exp(-x^2/0.64)")
    problem = Problem(barrier, GaussianPacket(-20.0, 2.0, 1.3), 40.0)
    fixed = {"grid": Grid.line(-160.0, 160.0, 640), "dt": 0.4, "scheme": "srkn11b", "absorber": None}
    position = certify(problem, 1e-2, find=Motion(), frames=frames, **fixed)["mean_position"]
    assert abs(position.value - 11.177784584) <= position.error < 0.2


@pytest.mark.parametrize("duration", [3000.0, 20000.0])
def test_a_long_wait_hides_nothing(duration: float) -> None:
    """Set-up: 160 points 1 apart for a packet that passes a barrier within 40 and is then waited for; frames are 12 and 83 apart.

    Formula: T averaged over the packet, 0.30532918. Budget: the part of the bar that is the grid's and the step's own, without theory's dispute.
    """
    problem = Problem(GaussianBarrier(1.0, 0.8), GaussianPacket(-25.0, 3.0, 1.2), duration)
    passed = certify(problem, 1e-2, grid=Grid.line(-80.0, 80.0, 160))["transmitted_probability"]
    assert abs(passed.value - 0.30532918) <= passed.undisputed_error


def test_as_many_looks_as_follow_the_packet() -> None:
    """Set-up: Gaussians of width 1 that move by 0.5, 1 and 3 from frame to frame, 240 frames. Formula: int abs(psi_n psi_(n+1)) dx =
    exp(-d^2/8), which is 1/2 at d = 2.35: four frames from look to look, two, and all.
    """
    numerics = plan(Problem(GaussianBarrier(1.0, 1.0), GaussianPacket(-12.0, 2.0, 2.0)), frames=240).numerics
    x = np.linspace(-10.0, 800.0, 4000)
    strides = []
    for step in (0.5, 1.0, 3.0):
        psi = np.stack([np.exp(-((x - step * frame) ** 2) / 4) for frame in range(241)]).astype(complex)
        strides.append(int(adjoint_frames(psi, numerics)[1]))
    assert strides == [4, 2, 1]
