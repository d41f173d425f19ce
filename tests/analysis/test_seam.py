"""A ring whose period begins where V is large."""

from __future__ import annotations

import pytest

from wavesim import Axis, Problem
from wavesim.analysis._seam import seam_warnings
from wavesim.potentials import AbstractPotential, Expression, GaussianBarrier, RectangularBarrier
from wavesim.states import Eigenstate


def warned(potential: AbstractPotential, axis: Axis) -> tuple[str, ...]:
    return seam_warnings(Problem(potential, Eigenstate(0), axis=axis))


def test_a_barrier_that_the_seam_cuts_in_two():
    """A Gaussian at 5 on a ring from -5 to 5: half of it is lost, and from 0 to 10 nothing is."""
    barrier = GaussianBarrier(0.6, 0.5, 5.0)
    (sentence,) = warned(barrier, Axis(10.0))
    assert "jumps by 1 of its spread" in sentence and "lower = " in sentence
    begin = float(sentence.partition("lower = ")[2].split()[0])
    assert warned(barrier, Axis(10.0, begin)) == ()


@pytest.mark.parametrize("potential", [Expression("cos(x)"), RectangularBarrier(1.0, 2.0, 3.0)])
def test_what_joins_or_has_edges_anyway_is_let_alone(potential):
    assert warned(potential, Axis(6.283185307179586)) == ()


def test_a_ramp_joins_nowhere():
    (sentence,) = warned(Expression("x/10"), Axis(10.0))
    assert "take a V that repeats itself" in sentence
