"""The stationary scattering state: the textbook's waves of a rectangle, the amplitudes of `scatter`, and the Schroedinger equation itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wavesim import Problem, theory
from wavesim.analysis import energy_density, forbidden_region, stationary_wave
from wavesim.errors import ArgumentError
from wavesim.potentials import (
    AbstractPotential,
    DeltaBarrier,
    DoubleBarrier,
    EckartBarrier,
    GaussianBarrier,
    RectangularBarrier,
    Step,
    values_at,
)
from wavesim.states import GaussianPacket

FROM_LEFT, FROM_RIGHT = GaussianPacket(-30.0, 4.0, 1.0), GaussianPacket(30.0, 4.0, -1.0)
KINDS = [
    RectangularBarrier(1.0, 1.5),
    RectangularBarrier(-2.0, 1.5),
    GaussianBarrier(1.0, 0.8),
    EckartBarrier(1.0, 0.5),
    DoubleBarrier(1.0, 0.5, 2.0),
    Step(0.3),
    DeltaBarrier(0.7),
]


@pytest.mark.parametrize("potential", KINDS, ids=lambda potential: type(potential).__name__)
@pytest.mark.parametrize("packet", [FROM_LEFT, FROM_RIGHT], ids=["left", "right"])
def test_it_solves_the_equation_and_carries_its_flux(potential: AbstractPotential, packet: GaussianPacket) -> None:
    """E = 0.5, m = 1. Off the edges -psi''/2 + V psi = E psi, where second differences at h = 0.02 leave h^2 k^4/12 = 1e-4 of psi''/2 at
    k = 2.2; the flux Im(psi* psi') is that of what passes, T k, everywhere, to the same differences.
    """
    problem = Problem(potential, packet)
    x = np.linspace(-6.0, 6.0, 601)
    psi = stationary_wave(problem, 0.5, x)
    h = x[1] - x[0]
    second = (psi[2:] - 2 * psi[1:-1] + psi[:-2]) / h**2
    near = 0.0 if packet is FROM_LEFT else float(potential.asymptotes()[1])
    v = values_at(potential, x[1:-1], 1.0)
    left = -second / 2 + (v - 0.5 - near) * psi[1:-1]
    smooth = np.ones(x.size - 2, bool)
    for edge in (*potential.edges, *potential.spikes):
        smooth &= np.abs(x[1:-1] - edge) > 1.5 * h
    assert np.abs(left[smooth]).max() < 1e-3 * np.abs(second[smooth]).max()
    passed = forbidden_region(problem, 0.5).transmission if not potential.spikes else None
    flux = (psi[1:-1].conj() * (psi[2:] - psi[:-2]) / (2 * h)).imag[smooth]
    if passed is None:
        passed = float(theory.delta_transmission(0.5, 0.7))
    side = 1.0 if packet is FROM_LEFT else -1.0
    np.testing.assert_allclose(flux, side * passed * 1.0, atol=2e-3)


def test_behind_a_rectangle_it_is_the_textbooks_amplitude() -> None:
    """E = 0.5, V = 1, a = 1.5: exp(i k x) t behind and 1, r in front, by the closed form."""
    x = np.array([-9.0, -4.0, 3.0, 7.0])
    psi = stationary_wave(Problem(RectangularBarrier(1.0, 1.5), FROM_LEFT), 0.5, x)
    t, r = theory.rectangular_amplitudes(0.5, 1.0, 1.5)
    assert np.abs(psi[2:]) == pytest.approx(abs(complex(t)), rel=1e-9)
    largest = np.abs(stationary_wave(Problem(RectangularBarrier(1.0, 1.5), FROM_LEFT), 0.5, np.linspace(-12, -6, 4001)))
    assert largest.max() - 1 == pytest.approx(abs(complex(r)), rel=1e-4)


def test_a_tail_keeps_its_digits_behind_a_thick_barrier() -> None:
    """V = 8, a = 20, E = 0.5: T = 16 (E/V)(1 - E/V) exp(-2 kappa a), kappa = sqrt(15), which is 1e-67."""
    psi = stationary_wave(Problem(RectangularBarrier(8.0, 20.0), FROM_LEFT), 0.5, np.array([15.0]))
    expected = 16 * (0.5 / 8) * (1 - 0.5 / 8) * math.exp(-40 * math.sqrt(15))
    assert abs(psi[0]) ** 2 == pytest.approx(expected, rel=1e-6)


def test_an_energy_that_brings_nothing_in_is_refused() -> None:
    with pytest.raises(ArgumentError, match="must be positive"):
        stationary_wave(Problem(GaussianBarrier(1.0, 1.0), FROM_LEFT), 0.0, np.array([0.0]))
    with pytest.raises(ArgumentError, match="must be positive"):
        forbidden_region(Problem(GaussianBarrier(1.0, 1.0), FROM_LEFT), -1.0)
    with pytest.raises(ArgumentError, match="must be above V"):
        theory.scattering_state(lambda x: 0 * x, -1.0, np.array([0.0]), left=-1.0, right=1.0)


def test_the_forbidden_region_of_a_parabola_like_top() -> None:
    """V = exp(-x^2/2), E = 1/2: turning points at +-sqrt(2 ln 2) = +-1.177410, and none above the top, where exp(-2 S) says 1."""
    problem = Problem(GaussianBarrier(1.0, 1.0), FROM_LEFT)
    below = forbidden_region(problem, 0.5)
    assert below.turning_points == pytest.approx((-math.sqrt(2 * math.log(2)), math.sqrt(2 * math.log(2))), rel=1e-9)
    assert below.regions == (below.turning_points,)
    left, right = below.turning_points
    inner = np.linspace(left, right, 400_001)[1:-1]
    integral = np.trapezoid(np.sqrt(2 * np.maximum(np.exp(-(inner**2) / 2) - 0.5, 0)), inner)
    assert below.exponent == pytest.approx(integral, rel=1e-6)
    assert below.wkb == pytest.approx(math.exp(-2 * below.exponent), rel=1e-12)
    above = forbidden_region(problem, 1.5)
    assert above.regions == () and above.wkb == 1.0 and above.transmission < 1.0


def test_two_barriers_are_two_forbidden_regions() -> None:
    both = forbidden_region(Problem(DoubleBarrier(1.0, 0.5, 2.0), FROM_LEFT), 0.5)
    np.testing.assert_allclose(both.regions, [(-1.5, -1.0), (1.0, 1.5)], atol=1e-9)


def test_the_packets_share_of_energies_adds_up() -> None:
    """abs(phi)^2 dk = P(E) dE: a packet of p = 1 and spread 1/8 runs to the right but for erfc(8/sqrt 2)/2 = 6e-16 of it; its mean energy is
    (p^2 + 1/64)/2.
    """
    energies = np.linspace(1e-6, 4.0, 40_001)
    for packet in (FROM_LEFT, FROM_RIGHT):
        density = energy_density(Problem(GaussianBarrier(1.0, 1.0), packet), energies)
        assert density is not None
        assert np.trapezoid(density, energies) == pytest.approx(1.0, abs=1e-8)
        assert np.trapezoid(density * energies, energies) == pytest.approx((1 + 1 / 64) / 2, abs=1e-8)
