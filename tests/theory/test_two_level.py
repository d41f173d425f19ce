"""Populations of a tunneling doublet against the wave functions they summarise, and against a 2 x 2 matrix."""

import jax
import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.linalg import expm

from wavesim import theory


def test_period_is_twice_the_transfer_time():
    """gap 0.0134958539819843 (two delta wells, W = 1, a = 5): period 2 pi/gap = 465.564114398916."""
    gap = 0.0134958539819843
    period = theory.tunneling_period(gap)
    assert period == pytest.approx(465.564114398916, rel=1e-14)
    assert theory.transfer_time(gap) == period / 2
    assert theory.textbook_population(theory.transfer_time(gap), gap) == pytest.approx(0.0, abs=1e-30)
    assert theory.right_population(theory.transfer_time(gap), gap, 0.99438) == pytest.approx(0.00281, abs=1e-12)


@given(st.floats(0.0, 50.0), st.floats(0.01, 2.0))
def test_the_textbook_is_the_limit_of_full_overlap(time, gap):
    """cos^2(x/2) = (1 + cos x)/2, to rounding of the argument (1e-14)."""
    assert theory.right_population(time, gap) == pytest.approx(float(theory.textbook_population(time, gap)), abs=1e-13)


def test_overlap_correction_is_the_half_line_integral():
    """Strongly coupled wells 0.3 ((x/1.5)^2 - 1)^2: psi = (S e^{-iE_S t} + A e^{-iE_A t})/sqrt 2 integrated over x > 0.

    Doublet and integral from the same fine states of the shooting method (trapezoid, measured 2e-6, budget 1e-5); the textbook cos^2
    is off by more than 1e-3, so the correction is what makes it agree. An unequal start uses the same overlap.
    """
    found = theory.doublet_by_shooting(lambda x: 0.3 * ((x / 1.5) ** 2 - 1) ** 2, 9.0)
    right = found.x >= 0
    x, s, a = found.x[right], found.psi_symmetric[right], found.psi_antisymmetric[right]
    for c_s, c_a in ((np.sqrt(0.5), np.sqrt(0.5)), (0.6, 0.8j)):
        for time in (0.0, 1.1, 4.0):
            psi = c_s * s + c_a * a * np.exp(-1j * found.gap * time)
            integral = np.trapezoid(np.abs(psi) ** 2, x)
            general = theory.doublet_population(time, found.gap, c_s, c_a, found.overlap)
            assert general == pytest.approx(integral, abs=1e-5)
            if c_s == c_a:
                corrected = theory.right_population(time, found.gap, found.overlap)
                assert corrected == pytest.approx(integral, abs=1e-5)
    assert (
        abs(theory.textbook_population(0.0, found.gap) - theory.right_population(0.0, found.gap, found.overlap)) > 1e-3
    )


@given(st.floats(0.0, 30.0), st.floats(0.05, 2.0), st.floats(-3.0, 3.0))
def test_rabi_formula_against_the_matrix_exponential(time, gap, detuning):
    """exp(-iHt) of H = [[d/2, -g/2], [-g/2, -d/2]] from the first site to the second: 1e-12."""
    hamiltonian = np.array([[detuning, -gap], [-gap, -detuning]]) / 2
    transferred = abs(expm(-1j * hamiltonian * time)[1, 0]) ** 2
    assert theory.rabi_transfer(time, gap, detuning) == pytest.approx(transferred, abs=1e-12)
    assert theory.rabi_transfer(time, gap, detuning) <= gap**2 / (gap**2 + detuning**2) + 1e-15


def test_populations_take_series_and_gradients():
    """A series of times in one call, and d P/d gap = -t sin(gap t)/2 by jax.grad."""
    times = np.linspace(0, 10, 7)
    assert theory.right_population(times, 0.4, 0.9).shape == (7,)
    assert theory.rabi_transfer(times, 0.4, 0.1).shape == (7,)
    slope = jax.grad(lambda g: theory.textbook_population(3.0, g))(0.4)
    assert slope == pytest.approx(-3.0 * np.sin(1.2) / 2, rel=1e-14)


@given(
    st.floats(0.0, 30.0), st.floats(0.05, 2.0), st.floats(-3.0, 3.0), st.floats(0.0, np.pi), st.floats(-np.pi, np.pi)
)
def test_rabi_population_of_any_start(time, gap, detuning, angle, phase):
    """exp(-iHt) of H = [[d, -g], [-g, -d]]/2 on (cos(a/2), sin(a/2) exp(ip)): the first population, 1e-12."""
    hamiltonian = np.array([[detuning, -gap], [-gap, -detuning]]) / 2
    start = np.array([np.cos(angle / 2), np.sin(angle / 2) * np.exp(1j * phase)])
    exact = abs((expm(-1j * hamiltonian * time) @ start)[0]) ** 2
    assert theory.rabi_population(time, gap, detuning, *start) == pytest.approx(exact, abs=1e-12)
    stays = 1 - float(theory.rabi_transfer(time, gap, detuning))
    assert theory.rabi_population(time, gap, detuning) == pytest.approx(stays, abs=1e-12)
