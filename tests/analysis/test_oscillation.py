"""One cosine fitted to records whose clocks differ: natural units, and a slow atom's in atomic ones.

Set-up: p = 0.5 + 0.45 cos(w t) at 241 times over one period 26.8, and the same with times 1e12 larger, as of rubidium on micrometers.
Formula: the fit knows no unit, so that frequency times span is the same number.
Budget: rounding. With times left as they are, least squares drops what changes with the frequency, and the period is wrong by 9e-4.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from wavesim.analysis import fit_oscillation


@pytest.mark.parametrize("clock", [1.0, 1e12, 1e-9])
def test_period_whatever_the_unit_of_time(clock: float) -> None:
    times, period = np.linspace(0.0, 26.82, 241), 26.821493641682
    values = 0.5 + 0.45 * np.cos(2 * math.pi / period * times + 0.01)
    fit = fit_oscillation(clock * times, values)
    assert fit.period == pytest.approx(clock * period, rel=1e-12)
    assert fit.period_error < 1e-12 * fit.period
    assert fit.phase == pytest.approx(0.01, rel=1e-10)
