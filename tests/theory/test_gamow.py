"""Alpha decay and fusion: the Coulomb barrier in closed form, against quadrature, textbooks and measured half-lives."""

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest

from wavesim import theory

# Energies in MeV with hbar = c = 1: lengths in 1/MeV.
FERMI = 1 / 197.3269804
E2 = 1 / 137.035999
SECOND = 1 / 6.582119569e-22
MEV_PER_U = 931.49410242

# Z and A of the parent, Q in MeV and half-life in s (IAEA/ENSDF): even nuclei of four elements, 24 orders of magnitude.
ALPHA = [
    (84, 212, 8.954, 2.94e-7),
    (84, 214, 7.834, 1.64e-4),
    (86, 222, 5.590, 3.303e5),
    (88, 226, 4.871, 5.05e10),
    (90, 232, 4.082, 4.42e17),
    (92, 238, 4.270, 1.41e17),
]


@pytest.mark.parametrize("energy", [1e-3, 0.1, 0.9, 0.999, 0.9999999])
def test_exponent_in_closed_form(energy):
    """C = R = m = 1: int_1^(1/E) sqrt(2 (1/r - E)) dr by the arccos form in 40 digits, 2e-15 of itself up to the top."""
    with mp.workdps(40):
        e = mp.mpf(energy)
        exact = float(mp.sqrt(2 / e) * (mp.acos(mp.sqrt(e)) - mp.sqrt(e * (1 - e))))
    assert theory.gamow_exponent(energy, 1.0, 1.0, 1.0) == pytest.approx(exact, rel=2e-15)


def test_exponent_is_the_wkb_integral():
    """3/r from R = 0.5 on, E = 1.2, m = 2: the same number from the quadrature of any smooth V, 1e-12."""
    wkb = theory.wkb_exponent(lambda r: 3 / r, 1.2, 0.5, 20.0, mass=2.0)
    assert theory.gamow_exponent(1.2, 3.0, 0.5, 2.0) == pytest.approx(float(wkb), rel=1e-12)
    assert theory.gamow_exponent(7.0, 3.0, 0.5, 2.0) == 0.0


def test_a_point_nucleus_has_sommerfelds_exponent():
    """2 S -> 2 pi eta - 4 sqrt(2 m C R) as R -> 0: the difference at R = 1e-10 and 1e-6, to the next order R^(3/2)."""
    for radius in (1e-10, 1e-6):
        twice = 2 * theory.gamow_exponent(0.3, 2.0, radius, 1.5)
        correction = 4 * np.sqrt(2 * 1.5 * 2.0 * radius)
        assert twice + correction == pytest.approx(float(theory.sommerfeld_exponent(0.3, 2.0, 1.5)), abs=radius)
    assert theory.gamow_factor(0.3, 2.0, 1.5) == pytest.approx(np.exp(-2 * np.pi * 2.0 * np.sqrt(1.5 / 0.6)), rel=1e-13)


def test_half_lives_over_24_orders_of_magnitude():
    """R = 1.2 fm (A^(1/3) + 4^(1/3)), f = v/2R: measured half-lives within a factor of 30, U-238 within 2.

    log10 of 2e-7 to 1e17 s: 24.2 orders; the factor's logarithm, 1.5, is 6 % of that.
    """
    z, a, q, measured = (np.array(column, float) for column in zip(*ALPHA, strict=True))
    mass = 4 * (a - 4) / a * MEV_PER_U
    radius = 1.2 * FERMI * ((a - 4) ** (1 / 3) + 4 ** (1 / 3))
    found = np.asarray(theory.alpha_half_life(q, 2 * (z - 2) * E2, radius, mass)) / SECOND
    miss = np.log10(found / measured)
    assert np.log10(measured.max() / measured.min()) > 24
    assert np.max(np.abs(miss)) < 1.5 and abs(miss[-1]) < 0.3
    assert np.corrcoef(np.log10(found), np.log10(measured))[0, 1] > 0.999
    once = theory.alpha_half_life(q, 2 * (z - 2) * E2, radius, mass, frequency=1.0)
    np.testing.assert_allclose(once, np.log(2) * np.exp(2 * theory.gamow_exponent(q, 2 * (z - 2) * E2, radius, mass)))


def test_the_gamow_peak_of_the_sun():
    """Two protons at 15.7 million K, kT = 1.353 keV: E0 = 6.09 keV, width 6.63 keV, the maximum of the product.

    Clayton: E0 = 1.220 (Z1^2 Z2^2 A T6^2)^(1/3) keV with A in units of u: 6.09; Delta = 0.749 (...T6^5)^(1/6) = 6.6.
    """
    kt, mass = 8.617333262e-11 * 15.7e6, 938.27208816 / 2
    peak = float(theory.gamow_peak_energy(kt, E2, mass))
    reduced = mass / MEV_PER_U
    assert peak * 1e3 == pytest.approx(1.220 * (reduced * 15.7**2) ** (1 / 3), rel=2e-3)
    assert theory.gamow_window(kt, E2, mass) * 1e3 == pytest.approx(0.749 * (reduced * 15.7**5) ** (1 / 6), rel=3e-3)

    def log_rate(energy):
        return -energy / kt - theory.sommerfeld_exponent(energy, E2, mass)

    assert jax.grad(log_rate)(peak) * peak == pytest.approx(0.0, abs=1e-12)
    # The touching Gaussian has the curvature of the peak: -8/Delta^2.
    assert jax.grad(jax.grad(log_rate))(peak) == pytest.approx(
        -8 / float(theory.gamow_window(kt, E2, mass)) ** 2, rel=1e-12
    )


def test_one_per_cent_of_the_radius():
    """d ln(half-life)/d ln R for U-238: -38, nearly all from the exponent, so 1 % of R makes a factor of 1.5."""
    mass, coulomb, radius = 4 * 234 / 238 * MEV_PER_U, 2 * 90 * E2, 9.3 * FERMI
    slope = jax.grad(lambda s: jnp.log(theory.alpha_half_life(4.27, coulomb, radius * jnp.exp(s), mass)))(0.0)
    exact = 1 - 2 * radius * np.sqrt(2 * mass * (coulomb / radius - 4.27))
    assert slope == pytest.approx(exact, rel=1e-12)
    assert -39 < slope < -37
