"""What a warning says of an error bar that is wider than was asked for."""

from __future__ import annotations

import pytest

from wavesim import Grid, Problem, certify
from wavesim._typing import DIMENSIONLESS, LENGTH, TIME, Dimension
from wavesim.analysis.bars import Quantity, _repeat, above
from wavesim.analysis.bars._repeat import BLAME
from wavesim.potentials import Harmonic
from wavesim.states import GaussianPacket
from wavesim.units import UnitSystem


@pytest.mark.parametrize(
    ("dimension", "units", "words"),
    [
        (DIMENSIONLESS, UnitSystem(), "0.0003, above the 0.0001 asked for"),
        (LENGTH, UnitSystem(length="nm"), "1.6e-05 nm, 3 times the 5.3e-06 nm asked for"),
        (TIME, UnitSystem(natural=True), "0.0003, 3 times the 0.0001 asked for"),
    ],
)
def test_a_bar_is_told_beside_its_aim_in_the_units_of_the_problem(
    dimension: Dimension, units: UnitSystem, words: str
) -> None:
    """Internal numbers, 2.3e+11 of an atomic time, are nobody's; 1e-4 bohr are 5.3e-6 nm."""
    assert above(Quantity("some", 1.0, 3e-4, dimension, {}), 1e-4, units) == words


def test_the_warning_says_what_to_do() -> None:
    """Set-up: a packet that comes back in a box too coarse by hand. Every part of a bar has a cure."""
    problem = Problem(Harmonic(1.0), GaussianPacket(-2.0, 0.5, 0.0), duration=3.0)
    report = certify(problem, tolerance=1e-10, grid=Grid.line(-7.0, 7.0, 40))
    (warning,) = (text for text in report.warnings if "the error bar of mean_position is" in text)
    assert " times the 1e-10 asked for; most of it is the " in warning
    assert _repeat._CURES.keys() == BLAME.keys() - {"duration"}
    assert any(warning.endswith(f": {cure}.") for cure in _repeat._CURES.values())
