"""Packets of any shape at a barrier: formulas, samples and superpositions, against closed forms of T(k) and phi(k)."""

from __future__ import annotations

import numpy as np
import pytest

from wavesim import Problem, certify
from wavesim.analysis.bars import error_of
from wavesim.analysis.predictions import packet_theories
from wavesim.potentials import EckartBarrier, Layers
from wavesim.states import GaussianPacket, SampledState, Superposition, WaveFunction
from wavesim.theory import eckart_transmission

BARRIER = EckartBarrier(0.5, 1.0)
K = np.linspace(1e-4, 5.0, 20001)


def averaged(density: np.ndarray) -> float:
    """int T(k) abs(phi(k))^2 dk with T of the Eckart barrier in closed form."""
    through = np.asarray(eckart_transmission(K**2 / 2, 0.5, 1.0, 1.0))
    return float(np.trapezoid(through * density, K))


def test_a_sech_shaped_packet() -> None:
    """psi = sech((x + 40)/3) e^(ix): abs(phi)^2 = (3 pi/4) sech^2(3 pi (k - 1)/2), T = 0.58 by the integral of the closed form.

    Budget: the run's own error bar, 1e-3 or below; 2e-6 for theory, whose packet is cut off where it is 1e-10.
    """
    exact = averaged(3 * np.pi / 4 / np.cosh(1.5 * np.pi * (K - 1)) ** 2)
    report = certify(Problem(BARRIER, WaveFunction("sech((x + 40)/3)", momentum=1.0)), 1e-3)
    measured = report.quantities["transmitted_probability"]
    assert abs(measured.value - exact) <= measured.error < 1e-3
    assert abs(measured.theory["scattering"] - exact) < 2e-6


def test_the_same_packet_by_formula_by_samples_and_as_it_is() -> None:
    """A Gaussian of width 3 and momentum 1: theory of the formula is that of the packet to 1e-9; of samples 0.25 apart, whose spline
    misses psi by 0.25^4 max psi''''/384 = 1e-5 of its height, to 1e-5.
    """
    packet = Problem(BARRIER, GaussianPacket(-25.0, 3.0, 1.0))
    exact = averaged(np.exp(-18 * (K - 1) ** 2) * 6 / np.sqrt(2 * np.pi))
    assert abs(packet_theories(packet)["transmitted_probability"]["closed_form"] - exact) < 1e-9
    x = np.arange(-45.0, -4.9, 0.25)
    psi = np.exp(-((x + 25) ** 2) / 36 + 1j * x)
    formula = WaveFunction("exp(-(x + 25)^2/36)", momentum=1.0)
    samples = SampledState(tuple(np.real(psi)), tuple(np.imag(psi)), positions=tuple(x))
    for state, budget in ((formula, 1e-9), (samples, 1e-5)):
        theory = packet_theories(packet.replace("state", state))["transmitted_probability"]["scattering"]
        assert abs(theory - exact) < budget


def test_two_packets_of_two_widths_and_two_momenta_overlap() -> None:
    """-20, width 2, k 1.4, and 0.7 exp(1.1 i) times -22, width 3, k 1.3, normalized together: T averaged over phi(k). Budget: the bars."""
    terms = (GaussianPacket(-20.0, 2.0, 1.4), GaussianPacket(-22.0, 3.0, 1.3))
    problem = Problem(BARRIER, Superposition(terms, (1.0, 0.7), (0.0, 1.1)))

    def density(k: np.ndarray) -> np.ndarray:
        parts = [
            c * np.sqrt(g.width) * np.exp(-((g.width * (k - g.momentum)) ** 2) - 1j * k * g.center)
            for g, c in zip(terms, (1.0, 0.7 * np.exp(1.1j)), strict=True)
        ]
        return np.abs(parts[0] + parts[1]) ** 2

    # 2e-8 of it moves the other way
    exact = averaged(density(K)) / float(np.trapezoid(density(K), K) + np.trapezoid(density(-K), K))
    theory = packet_theories(problem)["transmitted_probability"]
    assert next(iter(theory.values())) == pytest.approx(exact, abs=1e-8)
    measured = certify(problem, 1e-4)["transmitted_probability"]
    assert abs(measured.value - exact) <= measured.error <= 1e-4
    assert measured.agrees


def test_two_packets_with_a_phase() -> None:
    """Momenta 1 and 2.5, nine spreads apart: T is the mean of both, weighted 1 to 4, whatever the phase; 1e-6 of overlap."""
    slow, fast = GaussianPacket(-25.0, 3.0, 1.0), GaussianPacket(-35.0, 3.0, 2.5)
    each = [np.exp(-18 * (K - k) ** 2) * 6 / np.sqrt(2 * np.pi) for k in (1.0, 2.5)]
    exact = (averaged(each[0]) + 4 * averaged(each[1])) / 5
    state = Superposition((slow, fast), (1.0, 2.0), (0.0, 2.1))
    measured = certify(Problem(BARRIER, state), 1e-3).quantities["transmitted_probability"]
    assert abs(measured.value - exact) <= measured.error < 1e-3
    assert abs(next(iter(measured.theory.values())) - exact) < 1e-6


def test_what_starts_inside_is_bounded_where_that_is_enough() -> None:
    """A Gaussian some five widths before the foot of a barrier, so that about p = 1e-7 of it starts inside.

    Formula: T(E) in closed form, averaged; its error is 2 sqrt(T p) + p where that is enough, so below 1e-2, and holds what the projection of the
    whole packet on scattering states says. Where less is enough, they are compared, and differ by less than a tenth of that.
    """
    problem = Problem(BARRIER, GaussianPacket(-27.0, 3.0, 1.0))
    bounded, compared = (
        packet_theories(problem, first_only=True, enough=enough)["transmitted_probability"] for enough in (1e-2, 1e-12)
    )
    assert list(bounded) == ["closed_form"]
    error = error_of(bounded["closed_form"])
    assert 1e-6 < error < 1e-2
    (told,) = compared.values()
    assert abs(bounded["closed_form"] - told) <= error
    assert error_of(told) < error / 10


@pytest.mark.parametrize("written", [False, True])
def test_an_average_knows_what_slow_waves_do(written: bool) -> None:
    """Set-up: the layers and the packet of tests/theory/test_scattered_packet.py, 30 away, as a Gaussian and as a formula.

    Formula: 0.4692378072 passes, and T averaged over momenta is 0.4692215655. Budget: the stated errors, of the averages too.
    """
    layers = Layers(((1.2, 0.9), (2.0, 0.2)), left=-1.0, after=0.35)
    gaussian = GaussianPacket(center=30.0, width=2.5, momentum=-0.8)
    formula = WaveFunction("exp(-(x-30)^2/25)", momentum=-0.8)
    theories = packet_theories(Problem(layers, formula if written else gaussian))["transmitted_probability"]
    first = next(iter(theories))
    assert first == ("scattering" if written else "projection")
    assert all(abs(value - 0.4692378072) <= error_of(value) + 1e-10 for value in theories.values())
    assert error_of(theories["scattering"]) > 1.5e-5
