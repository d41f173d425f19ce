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


def torn(x: np.ndarray) -> np.ndarray:
    """Two Gaussian wells of depth 5.7, 2.8 apart, which are flat far away."""
    return -5.72284 * (np.exp(-(((x - 1.422675) / 0.8) ** 2) / 2) + np.exp(-(((x + 1.422675) / 0.8) ** 2) / 2))


def test_what_the_drive_tears_out_does_not_come_back() -> None:
    """Set-up: from the right in wells of finite depth, force 0.231 cos(0.871 t + 0.625), t = 24.56; 2e-4 of the particle leaves.

    Formula: the split-step method by numpy's FFT on 2,048 points between +-100, from the lowest two states of the Fourier grid between +-9
    with the force on. Budget: the step's error, of fourth order here, 0.01^4 x 24 x 100: 1e-6. Walls at +-12 are wrong by 1e-4.
    """
    force, frequency, phase, duration = 0.23109, 0.871025, 0.62524, 24.5598
    found = theory.driven_wells(
        torn, 9.0, np.array([0.0, duration]), side="right", force=force, frequency=frequency, phase=phase
    )
    points, length = 2048, 200.0
    step = length / points
    x = (np.arange(points) - points // 2) * step
    inner = np.abs(x) < 9
    y = x[inner]
    apart = np.pi * (np.arange(y.size)[:, None] - np.arange(y.size))
    sign = np.where((np.arange(y.size)[:, None] - np.arange(y.size)) % 2, -1.0, 1.0)
    with np.errstate(divide="ignore"):
        kinetic = np.where(apart == 0, np.pi**2 / 6, sign * np.pi**2 / apart**2) / step**2
    _, vectors = np.linalg.eigh(kinetic + np.diag(torn(y) + force * np.cos(phase) * y))
    pair = vectors[:, :2]
    rightmost = pair @ np.linalg.eigh(pair.T @ (y[:, None] * pair))[1][:, 1]
    psi = np.zeros(points, complex)
    psi[inner] = rightmost / np.sqrt(step)

    def left_of_zero() -> float:
        """The trapezoid on 64 times as many points, to which psi is continued by its Fourier series."""
        fine = np.zeros(64 * points, complex)
        spectrum = np.fft.fft(psi)
        fine[: points // 2], fine[-points // 2 :] = spectrum[: points // 2], spectrum[points // 2 :]
        density = np.abs(64 * np.fft.ifft(fine)) ** 2
        return float(np.trapezoid(density[: 32 * points + 1]) * step / 64)

    assert found.left[0] == pytest.approx(left_of_zero(), abs=2e-7)
    k = 2 * np.pi * np.fft.fftfreq(points, step)
    count = 2400
    dt, outer = duration / count, 1 / (4 - 4 ** (1 / 3))
    time = 0.0
    for _ in range(count):
        for share in (outer, outer, 1 - 4 * outer, outer, outer):
            h = share * dt
            psi = np.fft.ifft(np.exp(-0.25j * h * k**2) * np.fft.fft(psi))
            psi = psi * np.exp(-1j * h * (torn(x) + force * x * np.cos(frequency * (time + h / 2) + phase)))
            psi = np.fft.ifft(np.exp(-0.25j * h * k**2) * np.fft.fft(psi))
            time += h
    assert found.left[-1] == pytest.approx(left_of_zero(), abs=2e-6)
    assert found.error < 1e-8
