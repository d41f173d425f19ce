"""The bar that three grids make together: how fast the error of a smooth potential falls is seen, and not supposed."""

import math

import numpy as np
import pytest

from wavesim.analysis.bars._accuracy import rate_error

_RATIOS = (1.2, 1.4)


def _runs(size: float, rate: float, right: float = 0.3) -> list[float]:
    """Q + A exp(-c/h) at h, 1.2 h and 1.4 h."""
    return [right + size * math.exp(-rate / ratio) for ratio in (1.0, *_RATIOS)]


@pytest.mark.parametrize(("size", "rate"), [(1.0, 14.0), (1.0, 8.0), (0.1, 12.0), (100.0, 18.0)])
def test_covers_what_falls_exponentially_and_says_how_much_is_left(size: float, rate: float) -> None:
    """Errors A exp(-c/h), c = 8 to 18: of the finest 1e-6 to 3e-4 are left.

    The bar holds the error. For A up to 1 it is no more than six times that: 3 for safety, and the share of D1 that is the fine run's own. A
    prefactor of 100 is not believed beyond the grids, so there it is wider, but less than the whole difference, 20 times the error.
    """
    values = _runs(size, rate)
    records = [np.linspace(1.0, value, 20) for value in values]
    error, bar = abs(values[0] - 0.3), rate_error(_RATIOS, values, records, 1.0)
    assert error <= bar
    assert bar <= (6 * error if size <= 1 else abs(values[1] - values[0]))


def test_a_number_that_two_grids_happen_to_agree_on_keeps_the_bar_of_the_third() -> None:
    """D1 = 0 for the number, while its record changes by 1e-4 and 1e-3: what the third grid tells, carried back by the record's rate, is the size."""
    values, records = [0.3, 0.3, 0.301], [np.linspace(0.0, x, 20) for x in (1.0, 1.0001, 1.0011)]
    assert 1e-6 < rate_error(_RATIOS, values, records, 1.0) < 3e-4


def test_a_few_moments_tell_no_rate() -> None:
    """The same number and changes, at two moments: all of what the third grid changes stands, 1e-3 times 3."""
    values, records = [0.3, 0.3, 0.301], [np.array([0.0, x]) for x in (1.0, 1.0001, 1.0011)]
    assert rate_error(_RATIOS, values, records, 1.0) == pytest.approx(3e-3)


def test_where_nothing_falls_the_whole_difference_stands() -> None:
    values = [0.30, 0.31, 0.30]
    assert rate_error(_RATIOS, values, [np.array([value]) for value in values], 1.0) >= 0.01
