"""Means of formulas of x and p, against closed forms of a coherent state, and of packets at rest.

Set-up: m = omega = hbar = 1, psi of width 1/sqrt 2 displaced to -2; at t = 1 the mean is x = -2 cos 1, p = 2 sin 1.
Formula: <x^2> = x^2 + 1/2, <x p + p x>/2 = x p, <(x^2 p^2 + p^2 x^2)/2> = (x^2 + 1/2)(p^2 + 1/2) - 1/2 (by [x^2, p^2] = 2 i (x p + p x)
and Wick's theorem), P(x < a) = Phi((a - x) sqrt 2).
Budget of the tolerance: the bars of the report, below 1e-8; a plane that cuts psi is known to 1e-9 where it is interpolated.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import pytest

import wavesim as ws
from wavesim.ends import Axis, Walls
from wavesim.errors import ArgumentError, NumericsError, ScenarioError
from wavesim.grid import Grid
from wavesim.hamiltonian import Hamiltonian
from wavesim.observables import AbstractObservable, Autocorrelation, Expectation, Snapshot
from wavesim.potentials import Free, GaussianBarrier, Harmonic
from wavesim.scenario import read_scenario
from wavesim.states import GaussianPacket, Product
from wavesim.unfolding import unfolded
from wavesim.units import UnitSystem


def test_means_of_a_coherent_state_lie_within_their_bars() -> None:
    x, p = -2 * math.cos(1), 2 * math.sin(1)
    formulas = {
        "square": (Expectation("x^2"), x**2 + 0.5),
        "oscillator": (Expectation("p^2/(2*m) + k*x^2/2", {"m": 1.0, "k": 1.0}), 2.5),
        "product": (Expectation("(x*p + p*x)/2"), x * p),
        "quartic": (Expectation("-x^2*-p^2"), (x**2 + 0.5) * (p**2 + 0.5) - 0.5),
        "left": (Expectation("where(x < -0.7, 1, 0)"), 0.5 * math.erfc(x + 0.7)),
    }
    measure: dict[str, AbstractObservable] = {name: formula for name, (formula, _) in formulas.items()}
    measure["overlap"] = Autocorrelation()
    report = ws.certify(
        ws.Problem(Harmonic(1.0), GaussianPacket(-2.0, 0.5**0.5, 0.0), duration=1.0, measure=measure), 1e-6
    )
    for name, (_, value) in formulas.items():
        quantity = report.quantities[name]
        assert abs(quantity.value - value) <= quantity.error < 1e-8, name
    # a complex number has no bar of this kind, and the report says so
    assert "overlap" not in report.quantities
    assert any(note.startswith("overlap of [measure]") for note in report.notes)


def test_where_an_absorber_takes_away_there_is_no_bar() -> None:
    measure: dict[str, AbstractObservable] = {"square": Expectation("x^2")}
    problem = ws.Problem(GaussianBarrier(1.0, 1.0), GaussianPacket(-8.0, 1.0, 2.0), measure=measure)
    report = ws.certify(problem, 1e-2)
    assert "square" not in report.quantities
    assert any('absorber = "none"' in note for note in report.notes)


def snapshot_of(state: object, grid: Grid) -> tuple[Snapshot, Hamiltonian]:
    hamiltonian = Hamiltonian(grid, jnp.zeros(grid.points), 1.0)
    return Snapshot(state.sample(grid, hamiltonian), hamiltonian), hamiltonian  # type: ignore[attr-defined]


def mean(observable: object, snapshot: Snapshot, hamiltonian: Hamiltonian) -> float:
    prepared = observable.prepare(snapshot.grid, hamiltonian, snapshot.psi)  # type: ignore[attr-defined]
    return float(observable.measure(prepared, snapshot))  # type: ignore[attr-defined]


def test_angular_momentum_in_the_plane() -> None:
    """A product of packets at (1.5, 0) and with momenta (0, 2) has <x py - y px> = 1.5 x 2."""
    plane = Grid.product(Grid.line(-10.0, 10.0, 64), Grid.line(-10.0, 10.0, 64))
    state = Product((GaussianPacket(1.5, 1.0, 0.0), GaussianPacket(0.0, 1.0, 2.0)))
    assert mean(Expectation("x*py - y*px"), *snapshot_of(state, plane)) == pytest.approx(3.0, abs=1e-12)


def test_beside_a_wall_and_around_a_ring() -> None:
    """A packet that touches neither: <x^2> = 16 + 0.25, <x p> = 4 x 1.5, <p^3> = 1.5^3 + 3 x 1.5 x 1; around the ring <cos x> = cos 1 e^(-1/8)."""
    packet = GaussianPacket(4.0, 0.5, 1.5)
    measure = {"square": Expectation("x^2"), "product": Expectation("x*p"), "cube": Expectation("p^3")}
    problem = unfolded(ws.Problem(Free(), packet, walls=Walls(left=0.0), measure=measure))  # type: ignore[arg-type]
    line = Grid((-16.0 + 1 / 16,), (1 / 8,), (256,))
    snapshot, hamiltonian = snapshot_of(problem.state, line)
    known = {"square": 16.25, "product": 6.0, "cube": 1.5**3 + 4.5}
    for name, value in known.items():
        assert mean(problem.measure[name], snapshot, hamiltonian) == pytest.approx(value, abs=1e-8), name
    ring = Axis(2 * math.pi)
    turned = ws.Problem(Free(), GaussianPacket(1.0, 0.5, 0.0), axis=ring, measure={"cosine": Expectation("cos(x)")})
    whole = unfolded(turned)
    around = Grid((-math.pi,), (2 * math.pi / 64,), (64,))
    assert mean(whole.measure["cosine"], *snapshot_of(whole.state, around)) == pytest.approx(
        math.cos(1.0) * math.exp(-1 / 8), abs=1e-6
    )
    with pytest.raises(NumericsError, match="come back after a period"):
        unfolded(ws.Problem(Free(), GaussianPacket(1.0, 0.5, 0.0), axis=ring, measure={"x": Expectation("x")}))


def test_a_file_gives_parameters_with_units_and_reads_the_mean_in_its_own() -> None:
    """Ground state at 1 nm, width 0.5 nm: <(x/a)^2> with a = 1 nm is 1.25 whatever the units, <x^2> is shown in nm^2."""
    data = {
        "format": 1,
        "title": "t",
        "potential": {"kind": "free"},
        "duration": "1 fs",
        "state": {"kind": "gaussian_packet", "center": "1 nm", "width": "0.5 nm", "momentum": "0 1/nm"},
        "measure": {
            "share": {"kind": "expectation", "formula": "(x/a)^2", "parameters": {"a": "1 nm"}},
            "square": {"kind": "expectation", "formula": "x^2", "unit": "angstrom^2"},
        },
    }
    problem = read_scenario("t", data).problem
    snapshot, hamiltonian = snapshot_of(problem.state, Grid.line(-150.0, 150.0, 512))
    assert mean(problem.measure["share"], snapshot, hamiltonian) == pytest.approx(1.25, rel=1e-9)
    square, units = problem.measure["square"], UnitSystem()
    assert units.symbol(square.dimension) == "angstrom^2"
    assert mean(square, snapshot, hamiltonian) / units.scale(square.dimension) == pytest.approx(125.0, rel=1e-9)
    data["measure"] = {"square": {"kind": "expectation", "formula": "x^2", "unit": "nn"}}
    with pytest.raises(ScenarioError, match="not a known unit"):
        read_scenario("t", data)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("sin(x*p)", "a sum of terms"),
        ("(x + p)^2", "a sum of terms"),
        ("x^2*t", "names"),
        ("a*x", "names"),
        ("x +", "arithmetic formula"),
    ],
)
def test_what_is_no_such_sum_is_refused(formula: str, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        Expectation(formula)


def test_what_has_no_value_is_refused() -> None:
    snapshot, hamiltonian = snapshot_of(GaussianPacket(0.0, 1.0, 0.0), Grid.line(-8.0, 8.0, 32))
    with pytest.raises(ArgumentError, match="every point and every momentum"):
        mean(Expectation("1/x"), snapshot, hamiltonian)
    with pytest.raises(ArgumentError, match="axes of the grid"):
        mean(Expectation("y"), snapshot, hamiltonian)


@pytest.mark.parametrize("name", ["mean_position", "energy"])
def test_names_that_the_question_takes_are_refused(name: str) -> None:
    start = GaussianPacket(0.0, 0.5**0.5, 0.0)
    with pytest.raises(ArgumentError, match="name of its own"):
        ws.certify(ws.Problem(Harmonic(1.0), start, 0.1, measure={name: Expectation("x")}), 1e-2)
