"""Waves of the gradient that turn several times between two looks at the residual.

Set-up: a packet in a box from -4 to 5 with a Gaussian barrier at 0, m = 1, for a time of 5; its mean momentum at the end has a gradient that jumps at
the walls, with waves up to the end of the band, 250 times the mean energy: they turn by 20 radians from one look to the next.
Formula: the same <p> by the levels of the box, which share nothing with the run.
Budget: the run itself is right to 2e-10. Were the samples of those waves taken for their mean, the correction would add 1.2e-8; 1e-9 tells.
"""

from __future__ import annotations

import wavesim as ws


def test_mean_momentum_beside_walls() -> None:
    problem = ws.Problem(
        ws.potentials.GaussianBarrier(1.0, 1.0),
        ws.states.GaussianPacket(center=-1.5, width=0.5, momentum=1.3),
        duration=5.0,
        walls=ws.Walls(-4.0, 5.0),
    )
    momentum = ws.certify(problem, 1e-4).quantities["mean_momentum"]
    assert momentum.difference is not None and abs(momentum.difference) < 1e-9
    assert momentum.agrees and not momentum.doubted
