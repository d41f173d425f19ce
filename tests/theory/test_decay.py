"""Complex resonance energies against the outgoing-wave condition of rectangular barriers in 320-digit arithmetic."""

import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from wavesim import theory


def rectangular_resonance(near, height, width, half_well, odd):
    """The zero of the outgoing-wave condition next to `near`: cos or sin in the well, exp(ikx) outside, m = 1."""
    with mp.workdps(320):
        height, width, half_well = map(mp.mpf, (height, width, half_well))

        def mismatch(energy):
            k, kappa = mp.sqrt(2 * energy), mp.sqrt(2 * (height - energy))
            cosh, sinh = mp.cosh(kappa * width), mp.sinh(kappa * width)
            psi, slope = cosh - 1j * k * sinh / kappa, 1j * k * cosh - kappa * sinh
            sin, cos = mp.sin(k * half_well), mp.cos(k * half_well)
            return slope * sin - psi * k * cos if odd else slope * cos + psi * k * sin

        start = mp.mpc(near.real, near.imag)
        found = mp.findroot(mismatch, (start * (1 + mp.mpf(10) ** -20), start * (1 - mp.mpf(10) ** -18)))
        return complex(found)


@pytest.mark.parametrize(("height", "width", "separation"), [(1.0, 0.7, 4.0), (2.0, 5.0, 5.0), (2.0, 60.0, 4.0)])
def test_double_barrier(height, width, separation):
    """Widths from 0.26 to 1.8e-100: energies to 1e-15 and widths to 5e-14 of themselves, however small."""
    found = theory.double_rectangular_resonances(height, width, separation)
    assert found.size == int(np.ceil(separation * np.sqrt(2 * height) / np.pi))
    for n, energy in enumerate(found):
        exact = rectangular_resonance(complex(energy), height, width, separation / 2, odd=n % 2 == 1)
        assert energy.real == pytest.approx(exact.real, rel=2e-15)
        assert energy.imag == pytest.approx(exact.imag, rel=5e-14)


def test_resonances_are_the_peaks_of_the_transmission():
    """V0 = 2, a = 2, d = 5: at the lowest E_r T = 1, at E_r + Gamma/2 T = 1/2; both to Gamma/E = 4e-4."""
    lowest = complex(theory.double_rectangular_resonances(2.0, 2.0, 5.0)[0])
    energy, half_width = lowest.real, -lowest.imag
    peak, flank = theory.double_rectangular_transmission(np.array([energy, energy + half_width]), 2.0, 2.0, 5.0)
    assert peak == pytest.approx(1.0, abs=1e-3) and flank == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(
    ("height", "width", "well", "level"), [(1.5, 1.0, 3.0, 1), (2.0, 5.0, 5.0, 1), (2.0, 60.0, 4.0, 1)]
)
def test_well_behind_a_barrier(height, width, well, level):
    """Hard wall, well, rectangular barrier: lifetimes of 6, 4e7 and 4.5e75, all to 1e-12, within the stated error.

    The odd states of the double barrier of twice the well are the same states.
    """

    def potential(x):
        return jnp.where((x > well) & (x < well + width), height, 0.0)

    found = theory.resonance(potential, 0.0, well + width, level=level, edges=(well,), v_right=0.0)
    exact = rectangular_resonance(complex(found.energy, -found.width / 2), height, width, well, odd=True)
    assert abs(found.energy / exact.real - 1) <= found.error < 1e-12
    assert abs(found.width / (-2 * exact.imag) - 1) <= found.error
    assert found.lifetime == 1 / found.width
    double = theory.double_rectangular_resonances(height, width, 2 * well)[2 * level + 1]
    assert found.width == pytest.approx(-2 * complex(double).imag, rel=1e-12)


def test_smooth_barrier_by_scattering():
    """V = 3 exp(-(x - 4)^2/2) behind a wall at 0: the phase of a wave from outside turns by the Breit-Wigner formula.

    In the mirror the wall is a step of 1e16, into which the wave leaks by 1/kappa = 7e-9: that moves E_r by 3e-9,
    4e-4 of Gamma = 8e-6, and the phase by 2e-3. What is left of it is a straight background.
    """
    found = theory.resonance(lambda x: 3 * jnp.exp(-((x - 4) ** 2) / 2), 0.0, 14.0)
    assert found.energy == pytest.approx(0.700000344148816, rel=1e-11)
    assert found.width == pytest.approx(8.097137487841465e-06, rel=1e-9)
    energy = found.energy + found.width * np.linspace(-3.0, 3.0, 25)
    mirrored = theory.scatter(
        lambda x: jnp.where(x > 14.0, 1e16, 3 * jnp.exp(-((x - 10) ** 2) / 2)),
        energy,
        left=0.0,
        right=14.5,
        edges=(14.0,),
        v_left=0.0,
    )
    phase = np.unwrap(np.angle(mirrored.r))
    shape = 2 * np.arctan(2 * (energy - found.energy) / found.width)
    background = np.polynomial.Polynomial.fit(energy, phase - shape, 1)
    np.testing.assert_allclose(phase - shape, background(energy), atol=4e-3)


def test_wkb_lifetime():
    """Harmonic bottom, E = 0.7: t_a exp(2 S) by hand for the rectangle; for the smooth barrier within 40 %."""

    def square(x):
        return jnp.where((x > 3) & (x < 5), 1.0, 0.0)

    energy = 0.35
    by_hand = 2 * 3 / np.sqrt(2 * energy) * np.exp(2 * 2 * np.sqrt(2 * (1 - energy)))
    found = theory.wkb_lifetime(square, energy, 0.0, 4.0, 8.0, edges=(3, 5))
    assert found == pytest.approx(by_hand, rel=1e-12)

    def smooth(x):
        return 3 * jnp.exp(-((x - 4) ** 2) / 2)

    exact = 1 / 8.097137487841465e-06
    assert theory.wkb_lifetime(smooth, 0.7, 0.0, 4.0, 12.0) == pytest.approx(exact, rel=0.4)


@settings(max_examples=6)
@given(st.floats(0.5, 2.0), st.floats(0.8, 3.0), st.floats(2.5, 6.0), st.floats(0.3, 3.0), st.floats(0.1, 10.0))
def test_units_scale(height, width, separation, mass, length):
    """All lengths times L and all energies over m L^2: the resonances follow, to 1e-12."""
    one = theory.double_rectangular_resonances(height / mass, width, separation, mass)
    scale = 1 / length**2
    other = theory.double_rectangular_resonances(height / mass * scale, width * length, separation * length, mass)
    np.testing.assert_allclose(other, one * scale, rtol=1e-12)


def test_what_cannot_decay_is_refused():
    """A state below the outside, a level above the top, a barrier at the wall, an absorber, a barrier of no height."""

    def barrier(x):
        return 3 * jnp.exp(-((x - 4) ** 2) / 2)

    with pytest.raises(ValueError, match="above the potential outside"):
        theory.resonance(barrier, 0.0, 14.0, v_right=1.0)
    with pytest.raises(ValueError, match="below the barrier's top"):
        theory.resonance(barrier, 0.0, 14.0, level=9)
    with pytest.raises(ValueError, match="highest there"):
        theory.resonance(lambda x: jnp.exp(-x), 0.0, 14.0)
    with pytest.raises(ValueError, match="real"):
        theory.resonance(lambda x: barrier(x) - 1j, 0.0, 14.0)
    with pytest.raises(ValueError, match="decaying"):
        theory.resonance(lambda x: 0 * x, 0.0, 14.0, start=1.0, v_right=0.0)
    with pytest.raises(ValueError, match="must be positive"):
        theory.double_rectangular_resonances(-1.0, 1.0, 1.0)
