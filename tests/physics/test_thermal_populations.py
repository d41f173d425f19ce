"""Two wells at a temperature: populations in equilibrium, and after the particle was found on one side."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad, simpson

import wavesim as ws
from wavesim.errors import ArgumentError, WavesimError
from wavesim.potentials import Expression, GaussianWells, QuarticDoubleWell
from wavesim.scenario import read_scenario
from wavesim.states import Thermal

TILTED = "0.15*(x^2 - 3)^2 + 0.05*x"


def tilted(x):
    return 0.15 * (x**2 - 3) ** 2 + 0.05 * x


def tilted_slope(x):
    return 0.6 * x * (x**2 - 3) + 0.05


def tilted_curvature(x):
    return 0.6 * (3 * x**2 - 3)


def on_fourier_grid(potential, divide, count):
    """Levels and the parts left of the plane of <i|j>: H on 192 points by Fourier, the states on 64 times as many, Simpson's rule up to the plane."""
    points, length, more = 192, 20.0, 64
    x = -length / 2 + length / points * np.arange(points)
    k = 2 * math.pi * np.fft.fftfreq(points, length / points)
    kinetic = np.real(np.fft.ifft(k[:, None] ** 2 / 2 * np.fft.fft(np.eye(points), axis=0), axis=0))
    energies, states = np.linalg.eigh(kinetic + np.diag(potential(x)))
    fine = np.linspace(-length / 2, divide, points * more + 1)
    waves = np.real(
        np.exp(1j * (fine[:, None] + length / 2) * k) @ np.fft.fft(states[:, :count], axis=0) / points
    ) / math.sqrt(length / points)
    return energies[:count], simpson(waves.T[:, None] * waves.T[None], x=fine, axis=-1)


def test_equilibrium_and_what_was_found_on_the_left_by_another_method():
    """V = 0.15 (x^2 - 3)^2 + 0.05 x, kT = 0.4, m = 1; the plane lies at the top, where 0.6 x (x^2 - 3) + 0.05 = 0.

    P(t) = sum sqrt(w_i w_j) L_ij^2 cos((E_i - E_j) t)/sum w_n L_nn, with E and L of a Fourier grid. Budget: 1e-9, Simpson's rule there.
    """
    kt, duration, count = 0.4, 37.0, 24
    divide = float(np.min(np.abs(np.roots([0.6, 0.0, -1.8, 0.05])) * np.sign(0.05)))
    energies, left = on_fourier_grid(tilted, divide, count)
    weights = np.exp(-(energies - energies[0]) / kt)
    weights /= weights.sum()
    root = np.sqrt(np.outer(weights, weights))
    turned = np.cos(np.subtract.outer(energies, energies) * duration)
    swung = np.sum(root * left**2 * turned) / (weights @ np.diag(left))

    rest = ws.certify(ws.Problem(Expression(TILTED), Thermal(kt)), 1e-6)
    moving = ws.certify(ws.Problem(Expression(TILTED), Thermal(kt, "left"), duration=duration), 1e-6)
    assert rest["left_population"].value == pytest.approx(weights @ np.diag(left), abs=1e-9)
    assert rest["mean_energy"].value == pytest.approx(weights @ energies, abs=1e-9)
    assert moving["left_population"].value == pytest.approx(swung, abs=1e-9)
    assert moving["left_population"].error < 1e-9
    start = moving.curves["left_population"].values[0]
    assert start == pytest.approx(np.sum(root * left**2) / (weights @ np.diag(left)), abs=1e-9)


def test_a_hot_particle_is_almost_classical():
    """kT = 4, to second order in hbar (E. Wigner, Phys. Rev. 40, 749 (1932), eq. (25)): density exp(-V/kT) (1 - (V'' - V'^2/(2 kT))/(12 kT^2)).

    Classical shares are 6.6e-6 off; what is left is of the next order, (hbar omega/kT)^2/40 of that.
    """
    kt = 4.0

    def density(x):
        quantum = (tilted_curvature(x) - tilted_slope(x) ** 2 / (2 * kt)) / (12 * kt**2)
        return math.exp(-tilted(x) / kt) * (1 - quantum)

    divide = float(np.min(np.abs(np.roots([0.6, 0.0, -1.8, 0.05])) * np.sign(0.05)))
    below, above = quad(density, -12, divide)[0], quad(density, divide, 12)[0]
    report = ws.certify(ws.Problem(Expression(TILTED), Thermal(kt)), 1e-6)
    number = report["left_population"]
    assert number.value == pytest.approx(below / (below + above), abs=1e-6)
    assert abs(number.value - number.theory["classical"]) > 5e-6


def test_wells_alike_share_evenly():
    """P = 1/2 by symmetry at any temperature; the bar covers what rounding leaves, and claims 1e-9 at least."""
    for kt in (0.05, 0.5, 5.0):
        number = ws.certify(ws.Problem(QuarticDoubleWell(1.5, 1.8), Thermal(kt)), 1e-6)["left_population"]
        assert abs(number.value - 0.5) <= number.error < 1e-9


def test_what_is_refused():
    with pytest.raises(WavesimError, match="have a rim"):
        ws.certify(ws.Problem(GaussianWells(2.0, 0.7, 3.2), Thermal(0.5)))
    with pytest.raises(WavesimError, match="ask for populations"):
        ws.certify(ws.Problem(QuarticDoubleWell(1.5, 1.8), Thermal(0.5)), find=ws.analysis.Motion())
    with pytest.raises(ArgumentError, match="temperature"):
        Thermal(0.0)
    with pytest.raises(ArgumentError, match="side"):
        Thermal(1.0, "middle")


def test_a_file_says_it_in_its_own_words():
    """The same number from a scenario's table as from Python."""
    content = {
        "format": 1,
        "title": "warm",
        "units": "natural",
        "potential": {"kind": "quartic_double_well", "barrier": 1.5, "half_distance": 1.8},
        "state": {"kind": "thermal", "temperature": 0.3, "side": "left"},
        "duration": 20.0,
    }
    scenario = read_scenario("warm", content)
    assert scenario.problem.state == Thermal(0.3, "left")
    report = ws.certify(scenario.problem, scenario.tolerance)
    here = ws.certify(ws.Problem(QuarticDoubleWell(1.5, 1.8), Thermal(0.3, "left"), duration=20.0), 1e-6)
    assert report["left_population"].value == here["left_population"].value
