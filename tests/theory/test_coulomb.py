"""Coulomb functions against mpmath, half-lives against the complex resonance, and the Gamow peak."""

from __future__ import annotations

import math

import mpmath
import pytest

from wavesim import Problem, theory
from wavesim.analysis import GamowPeak, HalfLife, certify
from wavesim.analysis.questions.decay._decay import resonance_of
from wavesim.errors import ArgumentError, WavesimError
from wavesim.potentials import CoulombBarrier, RectangularBarrier
from wavesim.states import Trapped
from wavesim.units import MeV, fm, keV, m_p, s, u, us


@pytest.mark.parametrize(("eta", "rho"), [(0.4, 3.0), (2.0, 1.5), (1.5, 0.01), (22.0, 9.5), (3.0, 100.0)])
def test_the_outgoing_wave(eta: float, rho: float) -> None:
    """Formula: |H| = sqrt(F^2 + G^2) with mpmath's Coulomb functions, and H'/H by their numerical derivative. Budget: 1e-9, deep under the barrier as well."""
    wave, slope = theory.coulomb_outgoing(eta, rho)
    exact = [
        mpmath.coulombg(0, eta, r) + 1j * mpmath.coulombf(0, eta, r) for r in (rho, rho * (1 + 1e-6), rho * (1 - 1e-6))
    ]
    assert abs(wave) == pytest.approx(float(abs(exact[0])), rel=1e-9)
    derivative = complex((exact[1] - exact[2]) / exact[0]) / (2e-6 * rho)
    assert slope / wave == pytest.approx(derivative, rel=1e-7)


def test_no_coulomb_field_is_refused() -> None:
    with pytest.raises(ArgumentError, match="must be positive"):
        theory.coulomb_outgoing(0.0, 1.0)


def test_leaking_at_transmission_over_round_trip_is_the_complex_resonance() -> None:
    """Set-up: C = 8, R = 2, no depth, hbar = m = 1: a level at 0.8654 that leaks at 3.37e-8.

    Formula: width = T/(round trip), exact as T -> 0, against Siegert's condition by slices out to 40 turning points.
    Budget: what the tail beyond reflects, 1/(8 40^2 k b) = 6e-6 and less by the WKB wave there: 1e-6 of the width; measured 8e-8.
    """
    well = CoulombBarrier(depth=0.0, radius=2.0, strength=8.0)
    known = resonance_of(Problem(well, Trapped()))
    assert known.width == pytest.approx(3.37e-8, rel=1e-2)
    out = theory.coulomb_exit(known.energy, well.depth, well.radius, well.strength)
    assert math.exp(out.log_transmission) / out.round_trip == pytest.approx(known.width, rel=1e-6)
    assert out.error < 1e-8
    alone = theory.coulomb_log_transmission(known.energy, well.depth, well.radius, well.strength)
    assert alone == out.log_transmission


def test_the_half_life_of_polonium_212() -> None:
    """Set-up: Q = 8.954 MeV, Z = 82 behind, R = 9.015 fm, reduced mass 3.926 u; measured 0.294 us (NUBASE2020).

    Formula: ln 2 (round trip)/T, T by slices against T by Coulomb functions; Gamow's formula beside.
    Budget: the bar, below 1e-4, between the two; a factor of 30 to experiment, for the alpha particle is formed in a few per cent of the tries.
    """
    nucleus = Problem(CoulombBarrier(100 * MeV, 9.015 * fm, 236.15 * MeV * fm), Trapped(), mass=3.926 * u)
    report = certify(nucleus, find=HalfLife(8.9542 * MeV, measured=0.294 * us))
    half_life = report.headline
    assert report.record is None
    assert half_life.agrees
    assert half_life.error < 1e-4 * half_life.value
    assert 1 / 30 < half_life.value / (0.294 * us) < 1
    assert half_life.theory["gamow"] / (0.294 * us) == pytest.approx(0.214, rel=0.01)
    assert half_life.theory["experiment"] == pytest.approx(2.94e-7 * s)


def test_the_gamow_peak_of_two_protons() -> None:
    """Set-up: kT = 1.293 keV, 15 million kelvin.

    Formula: Clayton's E0 = (pi C sqrt(m/2) kT)^(2/3) = 5.907 keV for a point nucleus; T itself by slices and by Coulomb functions.
    Budget: the two agree within the bar, below 1e-5 of E0; E0 is within 0.2 %, its Gaussian's width within 2 %.
    """
    protons = Problem(CoulombBarrier(15 * MeV, 2 * fm, 1.43996 * MeV * fm), Trapped(), mass=m_p / 2)
    numbers = certify(protons, find=GamowPeak(1.293 * keV)).quantities
    peak, width = numbers["peak_energy"], numbers["peak_width"]
    assert peak.agrees
    assert width.agrees
    assert peak.error < 1e-5 * peak.value
    assert peak.value / keV == pytest.approx(5.907, rel=2e-3)
    assert width.value == pytest.approx(width.theory["gamow"], rel=0.02)


def test_these_questions_are_asked_of_coulomb_barriers_only() -> None:
    with pytest.raises(WavesimError, match="Coulomb barrier"):
        certify(Problem(RectangularBarrier(1.0, 1.0), Trapped()), find=HalfLife(1.0))
    with pytest.raises(ArgumentError, match="temperature"):
        GamowPeak(-1.0)
