"""Levels and tunneling periods from records far shorter than one period."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wavesim import Problem, Report, WavesimError, certify
from wavesim.analysis import Splitting, matrix_pencil, period_from_short_record
from wavesim.potentials import QuarticDoubleWell
from wavesim.states import GaussianPacket

# V = (x^2 - 16)^2/128: parity-adapted oscillator functions with 40 digits
GAP, PERIOD, LOWEST = 1.895469275767215e-4, 33148.4418529358, 0.482958659913315549


@pytest.fixture(scope="module")
def report() -> Report:
    """A Gaussian in the left well of the quartic with minima at +-4, watched for 200 of its period of 33148."""
    problem = Problem(QuarticDoubleWell(2.0, 4.0), GaussianPacket(-4.0, math.sqrt(0.5), 0.0))
    return period_from_short_record(problem, 200.0, 1e-8)


def test_a_record_of_half_a_percent_gives_the_period_to_nine_digits(report: Report) -> None:
    """Set-up: V = 2 ((x/4)^2 - 1)^2, a Gaussian at -4 with the width of the well's ground state; record 200 = 0.6 % of the period.

    Formula: gap = E_A - E_S from one matrix pencil for each parity; exact gap 1.895469275767215e-4, period 33148.4418529358.
    Budget: 1e-8 relative as asked; measured 3e-12, with a bar of 6e-11.
    """
    headline = report.headline
    assert headline.name == "tunneling_period"
    assert abs(headline.value - PERIOD) <= headline.error < 1e-8 * PERIOD
    assert report.result.times[-1] < 0.01 * PERIOD
    assert abs(report.quantities["gap"].value - GAP) <= report.quantities["gap"].error


def test_the_levels_and_where_each_number_comes_from(report: Report) -> None:
    """E_S to its bar, which is below 1e-9; beside the measured period stands `levels`, from no propagation: equal to 1e-11."""
    level = report.quantities["energy_symmetric"]
    assert abs(level.value - LOWEST) <= level.error < 1e-9
    assert report.headline.theory["levels"] == pytest.approx(PERIOD, rel=1e-11)
    assert report.headline.agrees is True
    assert {"grid", "fit"} <= set(report.headline.budget)


def test_the_splitting_of_a_packet_is_this_record_s(report: Report) -> None:
    """Set-up: the same packet and record, asked for as the question Splitting.

    Formula: the same numbers, the gap first, with every formula for it beside it: Herring's 3.3e-5 low, WKB 7.8 % low.
    """
    problem = Problem(QuarticDoubleWell(2.0, 4.0), GaussianPacket(-4.0, math.sqrt(0.5), 0.0), duration=200.0)
    found = certify(problem, 1e-8, find=Splitting())
    assert found.headline.name == "gap" and found.headline.agrees is True
    assert found.headline.value == report.quantities["gap"].value
    assert found.quantities["level_0"].value == report.quantities["energy_symmetric"].value
    assert found.headline.theory["herring"] / GAP - 1 == pytest.approx(-3.33e-5, rel=0.01)
    assert found.headline.theory["wkb"] / GAP - 1 == pytest.approx(-7.77e-2, rel=0.01)
    with pytest.raises(WavesimError, match="left_localized"):
        certify(problem, find=Splitting(), frames=60)


def test_a_tilted_well_is_refused() -> None:
    problem = Problem(QuarticDoubleWell(2.0, 4.0, tilt=0.01), GaussianPacket(-4.0, math.sqrt(0.5), 0.0))
    with pytest.raises(WavesimError, match="symmetric"):
        period_from_short_record(problem, 200.0)


def test_a_pair_of_levels_is_told_apart_within_a_sixteenth_of_its_beat(rng: np.random.Generator) -> None:
    """Set-up: E = 1, 1.02, 1.9, 3.1 with a width 0.01 of the last; 120 samples over 20, noise 1e-12; the beat of the first two lasts 314.

    Formula: Cramer-Rao for two modes a tenth of a cycle apart: noise x 1e3 or so. Budget: 1e-8, and each within 10 times its own bar.
    """
    energies, widths = np.array([1.0, 1.02, 1.9, 3.1]), np.array([0.0, 0.0, 0.0, 0.01])
    amplitudes = np.array([0.5, 0.3, 0.15, 0.05])
    times = np.linspace(0, 20, 120)
    values = np.exp(-1j * np.multiply.outer(times, energies - 0.5j * widths)) @ amplitudes
    values = values + 1e-12 * (rng.standard_normal(120) + 1j * rng.standard_normal(120))
    modes = matrix_pencil(times, values, center=2.0, noise=1e-11)
    assert len(modes.energies) == 4
    assert np.max(np.abs(modes.energies - energies)) < 1e-8
    assert np.all(np.abs(modes.energies - energies) < 10 * modes.energy_errors)
    assert np.max(np.abs(modes.widths - widths)) < 2e-8
    assert np.max(np.abs(modes.amplitudes - amplitudes)) < 1e-6
    assert modes.residual < 1e-11
    assert modes.lowest() == 0


def test_the_amplitudes_belong_to_time_zero() -> None:
    """A record that begins at t = 3: the amplitudes are still those at time 0. Budget: 1e-10."""
    times = np.linspace(3, 13, 60)
    modes = matrix_pencil(times, 0.7 * np.exp(-0.4j * times) + 0.2 * np.exp(-2.1j * times), center=1.0)
    assert np.max(np.abs(modes.amplitudes - np.array([0.7, 0.2]))) < 1e-10


def test_an_empty_record_is_refused() -> None:
    with pytest.raises(WavesimError, match="8 samples"):
        matrix_pencil(np.linspace(0, 1, 20), np.zeros(20, complex))
