"""Packets through layers that have masses of their own: spectral elements against scattering matrices, closed forms, and one mass everywhere."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from wavesim import Absorber, Grid, Problem, WavesimError, certify, propagate
from wavesim.analysis import Motion, Populations, Report, Transmission, TransmissionCurve
from wavesim.observables import Energy, Norm
from wavesim.potentials import (
    BandEdge,
    Expression,
    GradedStructure,
    Heterostructure,
    RectangularBarrier,
)
from wavesim.propagation import ELEMENT_ORDER
from wavesim.propagation.stepping._spectral_elements import element_states
from wavesim.states import GaussianPacket, LeftLocalized

PACKET = GaussianPacket(center=-45.0, width=6.0, momentum=1.1)
BARRIER = Heterostructure(((2.0, 0.8, 1.6),), left=-1.0)


def averaged(width: float, height: float, mass: float) -> float:
    """T of a rectangle of another mass, averaged over the packet: BenDaniel and Duke's matching by hand."""
    k = np.linspace(0.2, 2.0, 200001)
    q = np.sqrt(2 * mass * (height - k**2 / 2) + 0j)
    ratio = q / (mass * k)
    through = 1 / np.real(np.cosh(q * width) ** 2 + (ratio - 1 / ratio) ** 2 / 4 * np.sinh(q * width) ** 2)
    weight = np.exp(-2 * (k - 1.1) ** 2 * 36)
    return float(np.sum(weight * through) / np.sum(weight))


def headline(report: Report) -> tuple[float, float]:
    quantity = report.quantities["transmitted_probability"]
    return quantity.value, quantity.error


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5])
def test_a_heavier_barrier(tolerance: float) -> None:
    """Set-up: a barrier 2 wide and 0.8 high in which the particle weighs 1.6; a packet of momentum 1.1, 6 wide.

    Formula: T = 1/(cosh^2 qa + ((1/r - r)/2)^2 sinh^2 qa) for real q, r = q m/(m_b k), averaged over momenta: 0.1007334. Budget: the tolerance; theory, rounding.
    """
    report = certify(Problem(BARRIER, PACKET), tolerance)
    value, error = headline(report)
    right = averaged(2.0, 0.8, 1.6)
    assert abs(value - right) <= error <= tolerance
    theory = report.quantities["transmitted_probability"].theory["scattering"]
    assert theory == pytest.approx(right, abs=1e-11)
    assert report.reached


def test_layers_of_one_mass_are_a_barrier_like_any_other() -> None:
    """Set-up: the same barrier with the particle's own mass, by elements and by plane waves. Budget: both bars."""
    layered, error = headline(certify(Problem(Heterostructure(((2.0, 0.8, 1.0),), left=-1.0), PACKET), 1e-4))
    plain, other = headline(certify(Problem(RectangularBarrier(height=0.8, width=2.0), PACKET), 1e-4))
    assert abs(layered - plain) <= error + other


def test_a_mass_that_changes_gradually_and_another_one_behind() -> None:
    """Set-up: V = 0.5 exp(-x^2) with m = 1 + 0.15 (1 + tanh x), so that the particle is heavier behind. Budget: both bars."""
    structure = GradedStructure(Expression("0.5*exp(-x^2)"), mass="1 + 0.15*(1 + tanh(x))")
    quantity = certify(Problem(structure, PACKET), 1e-4).quantities["transmitted_probability"]
    assert quantity.agrees
    assert quantity.error < 1e-4


def test_the_error_falls_as_the_elements_order_says() -> None:
    """Set-up: T on ever more points of a box of 400. Formula: (h1/h2)^10 or more. Budget: a quarter of the power."""
    problem = dataclasses.replace(Problem(BARRIER, PACKET, duration=103.0))
    problem = dataclasses.replace(problem, measure=Transmission().observables(problem))
    right = averaged(2.0, 0.8, 1.6)
    errors = []
    for points in (320, 480):
        result = propagate(problem, grid=Grid.line(-200.0, 200.0, points), frames=2)
        errors.append(abs(float(result.series["beyond_right"][-1]) - right))
    assert np.log(errors[0] / errors[1]) / np.log(1.5) > 0.75 * ELEMENT_ORDER


def test_states_are_those_of_a_box() -> None:
    """Set-up: no structure to speak of between walls 20 apart. Formula: E_n = (n pi/20)^2/2, n = 1 ... 12. Budget: rounding of eigenvalues up to 1e4."""
    edge = BandEdge(Heterostructure(((2.0, 0.0, 1.0),), left=-1.0))
    energies = element_states(edge, Grid.line(-10.0, 10.0, 64), 1.0).energies[:12]
    assert energies == pytest.approx((np.arange(1, 13) * np.pi / 20) ** 2 / 2, rel=1e-9)


def test_levels_of_a_heavy_well() -> None:
    """Set-up: a well 4 wide and 1 deep with mass 2 inside. Formula: q tan(2 q)/2 = kappa for even states, m = 1 outside. Budget: 1e-9."""
    edge = BandEdge(Heterostructure(((4.0, -1.0, 2.0),), left=-2.0))
    ground = float(element_states(edge, Grid.line(-30.0, 30.0, 160), 1.0).energies[0])
    q, kappa = np.sqrt(2 * 2 * (ground + 1)), np.sqrt(-2 * ground)
    assert q * np.tan(2 * q) / 2 == pytest.approx(kappa, rel=1e-8)


def test_psi_is_put_in_and_out_again() -> None:
    """Set-up: a packet on 480 points, and one step of no length to speak of. Formula: psi comes back. Budget: elements of a tenth degree, 1e-5."""
    problem = Problem(BARRIER, PACKET, duration=1e-9, measure={"norm": Norm()})
    result = propagate(problem, grid=Grid.line(-150.0, 150.0, 480), frames=1)
    assert np.max(np.abs(result.psi[1] - result.psi[0])) < 1e-5
    assert result.problem is problem or result.problem == problem


@pytest.mark.parametrize(
    ("question", "options", "said"),
    [
        (Populations(), {}, "masses of their own"),
        (Motion(), {}, "masses of their own"),
        (TransmissionCurve(), {}, "masses of their own"),
        (Transmission(), {"scheme": "chebyshev"}, "eigenstates"),
        (Transmission(), {"absorber": Absorber.designed(0.3, 1e-6)}, "no absorber"),
    ],
)
def test_what_knows_one_mass_refuses(question: object, options: dict[str, object], said: str) -> None:
    """Set-up: questions and numerics that know one mass alone. Formula: one sentence each."""
    with pytest.raises(WavesimError, match=said):
        certify(Problem(BARRIER, PACKET, duration=50.0), 1e-3, find=question, **options)  # type: ignore[arg-type]


def test_no_energy_and_no_bound_start() -> None:
    """Set-up: <H> with one mass would be wrong; a localized state is made on a grid."""
    with pytest.raises(WavesimError, match="one mass alone"):
        propagate(Problem(BARRIER, PACKET, measure={"energy": Energy()}))
    with pytest.raises(WavesimError, match="packets can be propagated"):
        propagate(Problem(BARRIER, LeftLocalized()))
    with pytest.raises(WavesimError, match="packets can be propagated"):
        propagate(Problem(Heterostructure(((4.0, -1.0, 2.0),)), LeftLocalized()))
