"""Fast waves of a packet under a splitting: those of its own are not taken for what steps bring forth."""

from __future__ import annotations

import pytest

from wavesim import Grid, Problem, certify
from wavesim.analysis import Motion
from wavesim.potentials import Expression
from wavesim.states import WaveFunction


@pytest.mark.parametrize("points", [64, 128])
def test_fast_waves_of_the_packet_are_left_where_they_are(points: int) -> None:
    """Set-up: a packet of momenta 0.7 +- 0.9 in an anharmonic well, by 180 steps of Strang's of 0.05; its waves of more than four times its energy are its own,
    and follow no others.

    Formula: a mean position of 0.3014028 at t = 9, by H in 200 sine functions on (-12, 12). Budget: the bar, of which the grid's own part is next to
    nothing: 64 points hold the packet to 1e-12.
    """
    well = Expression("0.5*x^2 + 0.3*sin(2*x)")
    problem = Problem(well, WaveFunction("(1 + 0.4*x)*exp(-(x + 1)^2/2)", momentum=0.7), 9.0)
    fixed = {"grid": Grid.line(-9.0, 9.0, points), "scheme": "strang", "dt": 0.05, "absorber": None}
    position = certify(problem, 1e-2, find=Motion(), **fixed)["mean_position"]
    assert abs(position.value - 0.3014028) <= position.error < 3e-4
    assert position.budget["grid"] < 1e-6
