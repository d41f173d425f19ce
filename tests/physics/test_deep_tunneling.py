"""Transmitted probabilities far below rounding's share of a probability of one, measured to a fraction of themselves."""

from __future__ import annotations

import numpy as np
import pytest

from tests.problems import SCENARIO_NUMBERS
from wavesim import Problem, Report, certify, plan, theory
from wavesim.analysis import Transmission
from wavesim.analysis.predictions.scattering._transmission import transmission_theories
from wavesim.errors import NumericsError
from wavesim.potentials import EckartBarrier, RectangularBarrier
from wavesim.scenario import load_scenario
from wavesim.states import GaussianPacket
from wavesim.units import eV

PACKETS = {"smooth": GaussianPacket(-140.0, 12.0, 1.0), "sharp": GaussianPacket(-60.0, 8.0, 1.0)}
SMOOTH = Problem(EckartBarrier(2.0, 4.4), PACKETS["smooth"])
SHARP = Problem(RectangularBarrier(2.0, 4.0), PACKETS["sharp"])


@pytest.fixture(scope="module", params=["smooth", "sharp"])
def deep(request: pytest.FixtureRequest) -> tuple[Report, float]:
    """A certified run at a relative tolerance of 3 %, and the packet's average of the closed form."""
    problem = SMOOTH if request.param == "smooth" else SHARP
    closed = {
        "smooth": lambda e: theory.eckart_transmission(e, 2.0, 4.4),
        "sharp": lambda e: theory.rectangular_transmission(e, 2.0, 4.0),
    }[request.param]
    exact = theory.packet_transmission(closed, 1.0, PACKETS[request.param].width, tolerance=1e-22)
    return certify(problem, 0.03, find=Transmission(relative=True)), float(exact.value)


def test_a_tiny_probability_is_measured_to_a_fraction_of_itself(deep: tuple[Report, float]) -> None:
    """Set-up: V = 2 sech^2(x/4.4) met by momentum 1, width 12; a rectangle of 2 x 4 met by momentum 1, width 8.

    Formula: int T |phi|^2 dk, about 2e-12 and 1e-5. Budget: the bar, below 3 % of the number; what is transmitted is a sum of
    squares, so that rounding adds 2 sqrt(P) x 1e-13 and not 1e-13.
    """
    report, exact = deep
    headline = report.headline
    assert headline.name == "transmitted_probability"
    assert exact < 1e-4
    assert abs(headline.value - exact) <= headline.error <= 0.03 * headline.value
    assert next(iter(headline.theory.values())) == pytest.approx(exact, rel=1e-6)
    assert headline.budget["rounding"] < 1e-3 * exact
    assert report.warnings == ()
    assert report.balance == pytest.approx(1.0, abs=1e-11)


def test_approximations_stand_beside_the_exact_number(deep: tuple[Report, float]) -> None:
    """Where next to nothing passes, WKB and its relatives are shown, and are off by less than a factor of ten."""
    report, exact = deep
    beside = {
        name: value
        for name, value in report.headline.theory.items()
        if name not in ("closed_form", "scattering", "projection")
    }
    assert "wkb" in beside
    assert len(beside) == 2
    for value in beside.values():
        assert 0.1 < value / exact < 10


def test_the_box_holds_the_packet_without_absorbers() -> None:
    """The plan has no absorber, room for the reflected packet, and refuses a packet that partly stands still."""
    planned = plan(SHARP, 0.03, scale=1e-5)
    assert planned.numerics.absorber is None
    assert planned.numerics.duration > 60.0
    assert planned.numerics.grid.lower[0] < -60.0 - 5 * 8.0
    assert planned.numerics.grid.upper[0] > planned.numerics.duration - 60.0
    with pytest.raises(NumericsError, match="moves towards the barrier"):
        plan(Problem(RectangularBarrier(2.0, 4.0), GaussianPacket(-60.0, 1.0, 1.0)), 0.03, scale=1e-5)


def test_emission_falls_on_the_line_of_fowler_and_nordheim() -> None:
    """J = int_0^EF T(E) (EF - E) dE over the electrons of a metal, EF = 5 eV, work function 4.5 eV, 3 to 10 V/nm, in eV and nm.

    Formula: ln(J/F^2) against 1/F has the slope -4 sqrt(2m) phi^(3/2)/3 = -65.2073 V/nm, with 2m = 26.2468 /(eV nm^2).
    Budget: 2 %, for the ripple of the wave at the foot of the barrier.
    """
    mass, fermi, work = 26.246842 / 2, 5.0, 4.5
    energy, fields = np.linspace(1e-3, 1.0, 2001) * fermi, np.array([3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.5, 10.0])
    current = [
        np.trapezoid(np.asarray(theory.triangular_transmission(energy, fermi + work, (fermi + work) / field, mass)) * (fermi - energy), energy)
        for field in fields
    ]  # fmt: skip
    slope, _ = np.polyfit(1 / fields, np.log(np.array(current) / fields**2), 1)
    assert slope == pytest.approx(-4 / 3 * np.sqrt(2 * mass) * work**1.5, rel=0.02)
    assert slope == pytest.approx(-65.2073, rel=0.02)


def test_the_gallery_says_which_shape_transmits_most() -> None:
    """The scenario's statement: of the packet, triangle > Gaussian > parabola; at 0.1 eV the parabola is ahead, where the feet count."""
    cases = {
        case.label: transmission_theories(case.problem)["scattering"] for case in load_scenario("wkb_gallery").cases
    }
    low, middle = (
        {name: float(np.asarray(form(energy * eV))) for name, form in cases.items()} for energy in (0.1, 0.4)
    )
    assert middle["triangle"] > middle["Gaussian"] > middle["parabola"]
    assert low["parabola"] > low["triangle"] > low["Gaussian"]
    whole = SCENARIO_NUMBERS["wkb_gallery", "transmitted_probability"].values
    assert list(whole) == sorted(whole)
    assert list(whole) == pytest.approx([0.2127, 0.2868, 0.4645], abs=1e-4)
