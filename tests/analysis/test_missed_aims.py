"""What a warning says of an error bar that is wider than was asked for."""

from __future__ import annotations

import pytest

from wavesim._typing import DIMENSIONLESS, TIME, Dimension
from wavesim.analysis.bars import Quantity, above


@pytest.mark.parametrize(
    ("dimension", "words"),
    [(DIMENSIONLESS, "0.0003, above the 0.0001 asked for"), (TIME, "3 times what was asked for")],
)
def test_a_bar_with_a_unit_is_compared_with_its_aim(dimension: Dimension, words: str) -> None:
    """Internal numbers, 2.3e+11 of an atomic time, are nobody's."""
    assert above(Quantity("some", 1.0, 3e-4, dimension, {}), 1e-4) == words
