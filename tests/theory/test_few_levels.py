"""A double well as its few lowest levels: symmetric, tilted and driven."""

from __future__ import annotations

import numpy as np
import pytest

from wavesim import WavesimError, theory
from wavesim.theory import FewLevels


def quartic(tilt: float, count: int) -> FewLevels:
    """6 ((x/1.6)^2 - 1)^2 + tilt x/1.6, whose gap is 0.0170768 at tilt 0, between walls at +-6."""
    return theory.few_levels(lambda x: 6 * ((x / 1.6) ** 2 - 1) ** 2 + tilt * x / 1.6, -6.0, 6.0, count=count)


@pytest.fixture(scope="module")
def symmetric() -> tuple[FewLevels, theory.Doublet]:
    """The two lowest levels, and the same by parity blocks."""
    return quartic(0.0, 2), theory.doublet(lambda x: 6 * ((x / 1.6) ** 2 - 1) ** 2, 6.0)


def test_symmetric_wells(symmetric: tuple[FewLevels, theory.Doublet]) -> None:
    """Formula: (1 + O cos(gap t))/2 with gap and O from the parity blocks. Budget: rounding of the subtracted levels, 1e-12 t: 1e-9."""
    levels, doublet = symmetric
    times = np.linspace(0, 500, 41)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        found = theory.left_probability(times, levels, theory.localized_start(levels, side))
        exact = np.asarray(theory.right_population(times, doublet.gap, sign * doublet.overlap))
        assert np.max(np.abs(found - exact)) < 1e-9


def test_the_parts_of_the_states_left_of_any_plane() -> None:
    """Set-up: the oscillator's two lowest states, split at x = 0.7.

    Formula: int psi_0^2 = (1 + erf 0.7)/2 = 0.838901, int psi_0 psi_1 = -exp(-0.49)/sqrt(2 pi) = -0.244401. Budget: the sinc grid, 1e-10.
    """
    found = theory.few_levels(lambda x: x**2 / 2, -9.0, 9.0, divide=0.7)
    assert found.left[0, 0] == pytest.approx(0.83890059, abs=1e-8)
    assert abs(found.left[0, 1]) == pytest.approx(np.exp(-0.49) / np.sqrt(2 * np.pi), abs=1e-10)
    assert abs(found.position[0, 1]) == pytest.approx(np.sqrt(0.5), abs=1e-10)


def test_a_constant_force_makes_rabi_oscillations(symmetric: tuple[FewLevels, theory.Doublet]) -> None:
    """Set-up: two levels from the left, "driven" at the frequency 1e-9: a constant force of 0.01.

    Formula: two localized states detuned by 2 force <0|x|1>: Rabi's population p, of which the left half line sees (1 - O)/2 + O p.
    Budget: the integrator, 1e-8.
    """
    levels, doublet = symmetric
    times, force = np.linspace(0, 300, 31), 0.01
    start = theory.localized_start(levels)
    found = theory.driven_left_probability(times, levels, start, force=force, frequency=1e-9)
    rabi = np.asarray(theory.rabi_population(times, doublet.gap, 2 * force * levels.position[0, 1]))
    assert np.max(np.abs(found - ((1 - doublet.overlap) / 2 + doublet.overlap * rabi))) < 1e-8
    assert np.min(found) > 0.7


def test_a_dozen_levels_are_enough_and_two_are_not() -> None:
    """Set-up: from the left at A/omega = 2.404826, the zero of J0, omega = 0.4, the force 0 at first; t = pi/gap = 183.968.

    Formula: 12 and 16 levels agree to 1e-8; two leave the particle on the left but for 1.2e-3, all of them but for 2.2e-3.
    """
    left = []
    for count in (2, 12, 16):
        levels = quartic(0.0, count)
        start = theory.localized_start(levels)
        drive = {"force": 0.326985772, "frequency": 0.4, "phase": np.pi / 2}
        left.append(float(theory.driven_left_probability(np.array([183.968]), levels, start, **drive)[-1]))
    assert abs(left[1] - left[2]) < 1e-8
    assert 1 - left[0] == pytest.approx(1.19e-3, rel=0.01)
    assert 1 - left[2] == pytest.approx(2.22e-3, rel=0.01)


def test_the_start_in_a_force_is_that_of_the_tilted_well() -> None:
    """Set-up: 24 levels of the symmetric well in a force that adds 0.05 x, against two levels of the well tilted by 0.05 x.

    Formula: the same state, so the same part of it on the left. Budget: what 24 levels leave out, 1e-8 (measured: 1e-10).
    """
    many, tilted = quartic(0.0, 24), quartic(0.05 * 1.6, 2)
    for side in ("left", "right"):
        one, two = theory.localized_start(many, side, 0.05), theory.localized_start(tilted, side)
        assert one @ many.left @ one == pytest.approx(two @ tilted.left @ two, abs=1e-8)


def test_a_side_is_left_or_right(symmetric: tuple[FewLevels, theory.Doublet]) -> None:
    with pytest.raises(WavesimError, match="side"):
        theory.localized_start(symmetric[0], "top")
