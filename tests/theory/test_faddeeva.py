"""The Faddeeva function against arithmetic of 30 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from wavesim.theory.methods import faddeeva


@pytest.mark.parametrize("height", [0.0, 1e-6, 0.03, 1.0, 8.0, 300.0])
def test_its_digits_in_the_upper_half_plane(height: float) -> None:
    """Places from 1e-4 to 1e3 on both sides of the imaginary axis. Budget: ten roundings, 2e-15."""
    places = np.concatenate([[0.0], np.geomspace(1e-4, 1e3, 60), -np.geomspace(1e-4, 1e3, 61)]) + 1j * height
    with mpmath.workdps(30):
        exact = [complex(mpmath.exp(-(mpmath.mpc(z) ** 2)) * mpmath.erfc(-1j * mpmath.mpc(z))) for z in places]
    assert np.max(np.abs(faddeeva(places) / exact - 1)) < 2e-15


def test_any_shape() -> None:
    """w(0) = 1."""
    assert faddeeva(np.zeros((2, 3), complex)) == pytest.approx(np.ones((2, 3)), abs=2e-15)
