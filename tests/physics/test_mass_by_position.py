"""A mass that is a function of position: levels, T(E) and resonances against calculations written here, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import wavesim as ws
from wavesim.analysis import Levels, Motion, Resonances, TransmissionAt
from wavesim.errors import ArgumentError, ScenarioError, WavesimError
from wavesim.potentials import DeltaWell, Expression, GradedStructure, Harmonic, Heterostructure, Layers
from wavesim.scenario import read_scenario
from wavesim.states import GaussianPacket
from wavesim.units import eV, m_e, nm

PACKET = GaussianPacket(-20.0, 3.0, momentum=1.0)
# a well of depth 2 whose mass grows from 1 to 3/2 through it, m(-20) = 1 to rounding
WELL = GradedStructure(
    Expression("-D*exp(-(x/a)^2)", {"D": 2.0, "a": 1.3}),
    mass="m1 + (m2 - m1)/(1 + exp(-2*x/w))",
    parameters={"m1": 1.0, "m2": 1.5, "w": 0.8},
)
BARRIER = GradedStructure(
    Expression("A*exp(-x^2) + B*exp(-(x - 3)^2)", {"A": 1.3, "B": 1.1}),
    mass="m1 + (m2 - m1)*exp(-((x - 1)/w)^2)",
    parameters={"m1": 1.0, "m2": 1.6, "w": 1.4},
)


def well(x: Any) -> tuple[Any, Any]:
    return -2 * np.exp(-((x / 1.3) ** 2)), 1 + 0.5 / (1 + np.exp(-2 * x / 0.8))


def barrier(x: Any) -> tuple[Any, Any]:
    return 1.3 * np.exp(-(x**2)) + 1.1 * np.exp(-((x - 3) ** 2)), 1 + 0.6 * np.exp(-(((x - 1) / 1.4) ** 2))


def followed(of: Any, energy: float, first: tuple[complex, complex], span: tuple[float, float]) -> np.ndarray:
    """(psi, psi'/m) at the end of a span: psi' = m phi, phi' = 2 (V - E) psi, by DOP853 at 1e-13."""

    def slope(x: float, state: np.ndarray) -> np.ndarray:
        v, m = of(x)
        return np.array([m * state[1], 2 * (v - energy) * state[0]])

    return solve_ivp(slope, span, np.array(first, complex), method="DOP853", rtol=1e-13, atol=1e-15).y[:, -1]


def test_levels_of_a_graded_well():
    """The levels of `WELL` by shooting from both sides to x = 0: psi_l phi_r = psi_r phi_l, kappa = sqrt(-2 m E) at -9 and 9.

    Budget: 1e-9 of the depth (tolerance 1e-13 over 18 units, exp(2 kappa x) times); the bar and the finite elements beside it agree.
    """

    def mismatch(energy: float) -> float:
        left = followed(well, energy, (1.0, math.sqrt(-2 * energy / 1.0)), (-9.0, 0.0))
        right = followed(well, energy, (1.0, -math.sqrt(-2 * energy / 1.5)), (9.0, 0.0))
        whole = left[0] * right[1] - left[1] * right[0]
        return float(np.real(whole) / (np.linalg.norm(left) * np.linalg.norm(right)))

    looks = np.linspace(-1.95, -0.02, 60)
    signs = [mismatch(energy) for energy in looks]
    known = [
        brentq(mismatch, a, b, xtol=1e-14)
        for a, b, s, t in zip(looks, looks[1:], signs, signs[1:], strict=False)
        if s * t < 0
    ]
    report = ws.certify(ws.Problem(WELL, PACKET), find=Levels(count=len(known)))
    assert len(known) >= 2
    for n, energy in enumerate(known):
        found = report[f"level_{n}"]
        assert found.value == pytest.approx(energy, abs=1e-9)
        assert found.error < 1e-11
        assert found.agrees
    assert report.states is not None
    psi = report.states.psi
    assert np.sum(psi[0] * psi[1]) * report.states.grid.cell == pytest.approx(0, abs=1e-3)


def test_levels_of_layers():
    """8 nm of GaAs (0.067) in Al0.3Ga0.7As (0.092), 0.23 eV: k tan(k a/2)/m = kappa/M, -k cot(k a/2)/m = kappa/M. Budget: 1e-12 eV."""
    half, inside, outside, height = 4 * nm, 0.067, 0.092, 0.23 * eV
    problem = ws.Problem(
        Heterostructure(((2 * half, -height, inside),), left=-half),
        GaussianPacket(-60 * nm, 6 * nm, energy=0.1 * eV),
        mass=outside,
    )

    def mismatch(energy: float, odd: int) -> float:
        k, kappa = math.sqrt(2 * inside * (energy + height)), math.sqrt(-2 * outside * energy)
        c, s = math.cos(k * half), math.sin(k * half)
        return k / inside * c + kappa / outside * s if odd else k / inside * s - kappa / outside * c

    report = ws.certify(problem, find=Levels(count=2))
    for n in range(2):
        near = report[f"level_{n}"].value
        assert report[f"level_{n}"].agrees
        assert near == pytest.approx(brentq(mismatch, near - 1e-6, near + 1e-6, args=(n,), xtol=1e-17), abs=1e-12 * eV)
    with pytest.raises(WavesimError, match="below its rim"):
        ws.certify(problem, find=Levels(count=9))


def test_levels_in_a_parabola_of_growing_mass():
    """V = x^2/2 and m = 1 + x^2/(1 + x^2)/2, which confines: finite differences of second order at three spacings, extrapolated twice.

    Budget: 1e-7, what the extrapolation leaves (h = 1/80: h^6 f).
    """
    structure = GradedStructure(Expression("x^2/2"), mass="1 + x^2/(1 + x^2)/2")
    found = ws.certify(ws.Problem(structure, PACKET), find=Levels(count=3))

    def differences(count: int) -> np.ndarray:
        x = np.linspace(-8, 8, count + 1)
        h = x[1] - x[0]
        middle = (x[1:] + x[:-1]) / 2
        a = 1 / (2 * (1 + middle**2 / (1 + middle**2) / 2)) / h**2
        matrix = np.diag(a[:-1] + a[1:] + x[1:-1] ** 2 / 2) - np.diag(a[1:-1], 1) - np.diag(a[1:-1], -1)
        return np.linalg.eigvalsh(matrix)[:3]

    one, two, four = (differences(320 * n) for n in (1, 2, 4))
    first, second = (4 * two - one) / 3, (4 * four - two) / 3
    for n, energy in enumerate((16 * second - first) / 15):
        assert found[f"level_{n}"].value == pytest.approx(energy, abs=1e-7)
        assert found[f"level_{n}"].agrees


@pytest.mark.parametrize("energy", [0.4, 0.9, 1.6])
def test_transmission_through_a_graded_barrier(energy):
    """T of `BARRIER` by an initial value problem from exp(i k x) at 12 back to -9: A = (psi - i psi'/k)/2, T = 1/abs(A)^2. Budget: 1e-8."""
    k = math.sqrt(2 * energy)
    psi, phi = followed(barrier, energy, (1.0, 1j * k), (12.0, -9.0))
    known = 1 / abs((psi - 1j * phi / k) / 2) ** 2
    headline = ws.certify(ws.Problem(BARRIER, PACKET), find=TransmissionAt(energy=energy)).headline
    assert headline.value == pytest.approx(known, rel=1e-8)
    assert abs(headline.value - known) <= headline.error + 1e-9 * known
    assert headline.agrees


def test_a_resonance_of_a_graded_barrier():
    """Two bumps with a heavy middle hold a state that leaks: at its energy T has its maximum, within a tenth of its width."""
    found = ws.certify(ws.Problem(BARRIER, PACKET), find=Resonances(low=0.05, high=1.0)).quantities
    energy, width = found["resonance_energy"].value, found["resonance_width"].value
    around = energy + width * np.linspace(-0.3, 0.3, 7)
    heights = [
        ws.certify(ws.Problem(BARRIER, PACKET), find=TransmissionAt(energy=float(e))).headline.value for e in around
    ]
    assert abs(int(np.argmax(heights)) - 3) <= 1


def test_a_table_of_layers_is_a_heterostructure():
    """Layers of V and of m by two tables, and as one stack: T at 0.37 and the same bars. Budget: 1e-12."""
    widths, heights, masses = (1.0, 0.5, 0.7), (0.8, -0.4, 1.2), (1.3, 0.9, 1.2)
    sides = tuple(float(x) for x in np.cumsum([0.0, *widths]))
    stack = Heterostructure(tuple(zip(widths, heights, masses, strict=True)))
    graded = GradedStructure(
        Layers(tuple(zip(widths, heights, strict=True))),
        masses=(1.0, *masses, 1.0),
        positions=(-1.0, *sides, sides[-1] + 1),
        interpolation="layers",
    )
    one, other = (
        ws.certify(ws.Problem(kind, PACKET), find=TransmissionAt(energy=0.37)).headline for kind in (stack, graded)
    )
    assert other.value == pytest.approx(one.value, abs=1e-12)


def test_a_file():
    """A graded well in nm and eV: a formula for V and one for m, its parameters with their units."""
    content = {
        "format": 1, "title": "t", "particle": {"mass": "0.067 m_e"},
        "potential": {
            "kind": "graded_structure",
            "potential": {"kind": "expression", "formula": "-D*exp(-(x/a)^2)", "parameters": {"D": "0.2 eV", "a": "4 nm"}},
            "mass": "m1 + m2*exp(-(x/a)^2)", "parameters": {"m1": "0.067 m_e", "m2": "0.02 m_e", "a": "4 nm"},
        },
        "state": {"kind": "gaussian_packet", "center": "-60 nm", "width": "6 nm", "energy": "0.1 eV"},
        "find": {"kind": "levels", "count": 2},
    }  # fmt: skip
    scenario = read_scenario("x", content)
    assert isinstance(scenario.problem.potential, GradedStructure)
    assert float(scenario.problem.potential.mass_at(np.array(0.0), 1.0)) == pytest.approx(0.087 * m_e, rel=1e-12)
    report = ws.certify(scenario.problem, find=Levels(count=1))
    assert -0.2 * eV < report["level_0"].value < 0
    content["potential"]["mass"] = "m1 - m2"
    with pytest.raises(ScenarioError, match="all stand in the formula"):
        read_scenario("x", content)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({}, "formula, or there must be a table"),
        ({"mass": "1", "masses": (1.0, 1.0), "positions": (0.0, 1.0)}, "give one of both"),
        ({"masses": (1.0, 1.0)}, "positions"),
        ({"mass": "1 - 2*exp(-x^2)"}, "must be positive"),
        ({"potential": DeltaWell(1.0), "mass": "1"}, "without deltas"),
        ({"potential": Harmonic(1.0), "mass": "1 + exp(-x^2)"}, "whatever the mass is"),
    ],
)
def test_impossible_masses_are_refused(arguments, reason):
    with pytest.raises(ArgumentError, match=reason):
        GradedStructure(**{"potential": Expression("exp(-x^2)"), **arguments})


def test_who_needs_one_mass_refuses():
    """A packet's means, and a plane wave and a packet whose mass is not that of the side they come from."""
    with pytest.raises(WavesimError, match="heterostructure"):
        ws.certify(ws.Problem(WELL, PACKET), find=Motion())
    for find in (TransmissionAt(energy=0.4), None):
        with pytest.raises(WavesimError, match="where it comes from"):
            ws.certify(ws.Problem(BARRIER, PACKET, mass=1.2), find=find)
