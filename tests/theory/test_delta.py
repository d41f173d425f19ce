"""Delta barriers and delta wells against each other's limits, Lambert's function and 50-digit arithmetic."""

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, strategies as st

from wavesim import theory


def lambert(separation):
    """kappa_S, kappa_A and the gap of two wells with W = m = 1, from kappa a = z0 + W(+-z0 exp(-z0))."""
    with mp.workdps(120):
        a = mp.mpf(separation)
        u_s, u_a = (a + mp.re(mp.lambertw(sign * a * mp.exp(-a))) for sign in (1, -1))
        return float(u_s / a), float(u_a / a), float((u_s**2 - u_a**2) / (2 * a**2))


@given(st.floats(0.01, 5.0), st.floats(-3.0, 3.0), st.floats(0.2, 3.0))
def test_delta_barrier_is_a_thin_rectangular_one(energy, strength, mass):
    """A rectangle of width a = 1e-7 and height W/a: corrections of order m W a and k a, below 1e-5."""
    thin = theory.rectangular_transmission(energy, strength / 1e-7, 1e-7, mass)
    assert theory.delta_transmission(energy, strength, mass) == pytest.approx(float(thin), rel=1e-5)
    t, r = theory.delta_amplitudes(energy, strength, mass)
    assert abs(t) ** 2 == pytest.approx(float(theory.delta_transmission(energy, strength, mass)), rel=1e-14)
    assert abs(t) ** 2 + abs(r) ** 2 == pytest.approx(1.0, abs=1e-14)


def test_double_delta_barrier():
    """W = 1, d = 2, m = 1: at tan(kd) = -k, k = 1.1444648..., T = 1; at d = 0 a single barrier of strength 2 W."""
    k = float(mp.findroot(lambda k: mp.tan(2 * k) + k, 1.14))
    assert theory.double_delta_transmission(k**2 / 2, 1.0, 2.0) == pytest.approx(1.0, abs=1e-14)
    assert theory.double_delta_transmission(0.7, 1.0, 0.0) == pytest.approx(
        float(theory.delta_transmission(0.7, 2.0)), rel=1e-14
    )
    thin = theory.double_rectangular_transmission(0.7, 1e7, 1e-7, 2.0)
    assert theory.double_delta_transmission(0.7, 1.0, 2.0) == pytest.approx(float(thin), rel=1e-5)


def test_the_anchor():
    """W = m = 1, a = 5: gap 0.0134958539819843, period 465.564114398916, overlap 0.99438; 1e-14 of themselves."""
    found = theory.delta_doublet(1.0, 5.0)
    assert found.gap == pytest.approx(0.0134958539819843, rel=1e-13)
    assert theory.tunneling_period(found.gap) == pytest.approx(465.564114398916, rel=1e-14)
    assert found.overlap == pytest.approx(0.99438, abs=5e-6)
    weak = 2 * theory.weak_delta_coupling(1.0, 5.0)
    assert weak / found.gap - 1 == pytest.approx(-1.5e-3, abs=1e-4)


@pytest.mark.parametrize("separation", [1.000001, 1.01, 1.5, 2.0, 5.0, 30.0, 100.0])
def test_two_wells_against_lambert(separation):
    """From next to the critical distance 1, where kappa_A a ~ 2 (z0 - 1) is known to eps/(z0 - 1), to gaps of 1e-43."""
    kappa_s, kappa_a, gap = lambert(separation)
    found = theory.delta_doublet(1.0, separation)
    budget = 1e-14 + 4e-16 / (separation - 1)
    assert found.kappa_symmetric == pytest.approx(kappa_s, rel=1e-14)
    assert found.kappa_antisymmetric == pytest.approx(kappa_a, rel=budget)
    assert found.gap == pytest.approx(gap, rel=2e-14)
    assert found.energy_antisymmetric - found.energy_symmetric == pytest.approx(gap, abs=2e-15)


def test_limits_of_the_bond():
    """a -> 0 is one well of strength 2 W, E_S = 4 E0; no antisymmetric state below 1/kappa0; -delta far away."""
    assert theory.delta_doublet(1.5, 1e-9, 2.0).energy_symmetric == pytest.approx(
        4 * float(theory.delta_well_energy(1.5, 2.0)), rel=1e-8
    )
    critical = theory.critical_separation(1.5, 2.0)
    assert critical == pytest.approx(1 / 3, rel=1e-15)
    around = theory.delta_doublet(1.5, critical * jnp.array([0.999, 1.001]), 2.0)
    assert jnp.isnan(around.energy_antisymmetric[0]) and jnp.isnan(around.gap[0])
    assert -1e-4 < around.energy_antisymmetric[1] < 0
    distances = jnp.linspace(0.1, 30.0, 50)
    bond = theory.delta_bond_energy(1.0, distances)
    assert jnp.all(jnp.diff(bond) > 0) and jnp.all(bond < 0)
    np.testing.assert_allclose(bond, theory.delta_doublet(1.0, distances).energy_symmetric + 0.5, atol=1e-15)
    assert bond[-1] == pytest.approx(-float(theory.weak_delta_coupling(1.0, 30.0)), rel=1e-10)


@pytest.mark.parametrize("separation", [1.2, 2.0, 5.0])
def test_states_are_normalised_and_overlap_as_stated(separation):
    """Integrals over x > 0 by Gauss-Legendre panels on both sides of the kink at a/2: 1/2, 1/2 and O/2, to 1e-13."""
    nodes, weights = np.polynomial.legendre.leggauss(80)
    half = separation / 2
    x = np.concatenate([half * (nodes + 1) / 2, half + 60 * (nodes + 1)])
    w = np.concatenate([half * weights / 2, 60 * weights])
    psi_s, psi_a = theory.delta_doublet_states(x, 1.0, separation)
    found = theory.delta_doublet(1.0, separation)
    assert w @ psi_s**2 == pytest.approx(0.5, abs=1e-12)
    assert w @ psi_a**2 == pytest.approx(0.5, abs=1e-12)
    assert w @ (psi_s * psi_a) == pytest.approx(float(found.overlap) / 2, abs=1e-12)
    alone = theory.delta_well_state(x, 1.0, center=half)
    both = theory.delta_doublet_states(x, 1.0, 40.0)
    assert w @ alone**2 == pytest.approx(1 - np.exp(-separation) / 2, abs=1e-12)
    assert both[0].shape == x.shape


def test_gap_has_its_derivatives():
    """d gap/da and d2 gap/da2 at a = 5 against 120-digit differences with steps 1e-4: 1e-8 of themselves."""

    def gap(a):
        return theory.delta_doublet(1.0, a).gap

    below, here, above = (lambert(5 + step)[2] for step in (-1e-4, 0.0, 1e-4))
    assert jax.grad(gap)(5.0) == pytest.approx((above - below) / 2e-4, rel=1e-8)
    assert jax.grad(jax.grad(gap))(5.0) == pytest.approx((above - 2 * here + below) / 1e-8, rel=1e-6)
    # Below the critical distance the symmetric state's gradient must not be spoiled by the other's absence.
    slope = jax.grad(lambda a: theory.delta_doublet(1.0, a).energy_symmetric)(0.5)
    assert slope == pytest.approx(float(jax.grad(theory.delta_bond_energy, 1)(1.0, 0.5)), rel=1e-13)


def test_strong_coupling_becomes_one_well():
    """E_S - 4 E0 (1 - 2 kappa0 a) falls as (kappa0 a)^2: ten times closer, a hundred times smaller (to 10 %); E_S = 4 E0 at a = 0.

    kappa_S = kappa0 (1 + exp(-kappa_S a)), kappa0 = 1: E_S = -2 + 4 a - 8 a^2 + ...
    """
    gaps = np.array([1e-2, 1e-3])
    off = np.asarray(theory.delta_doublet(1.0, gaps).energy_symmetric) - np.asarray(
        theory.strong_delta_energy(1.0, gaps)
    )
    assert off[0] / off[1] == pytest.approx(100.0, rel=0.1)
    assert theory.strong_delta_energy(1.3, 0.0, 0.7) == pytest.approx(
        4 * float(theory.delta_well_energy(1.3, 0.7)), rel=1e-15
    )
