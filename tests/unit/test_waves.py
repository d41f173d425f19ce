"""States of any shape: by formula, by table, at rest or in motion, superposed with phases; norms, mean values, ranges, refusals."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from tests.scenario_files import content
from wavesim import Grid, Problem, plan
from wavesim.analysis import question_of, start_in_words
from wavesim.analysis.predictions import gaussians_of, moves_right
from wavesim.errors import ArgumentError, NumericsError, ScenarioError
from wavesim.fourier import momentum_amplitude
from wavesim.hamiltonian import Hamiltonian
from wavesim.potentials import Free, GaussianBarrier, Harmonic, Step
from wavesim.scenario import load_scenario, read_scenario
from wavesim.states import (
    AbstractState,
    Eigenstate,
    GaussianPacket,
    SampledState,
    Superposition,
    WaveFunction,
    as_packet,
)
from wavesim.units import nm, s, um

GRID = Grid.line(-24.0, 24.0, 512)
X = np.asarray(GRID.x)
FREE = Hamiltonian(GRID, np.zeros(512), 1.7)  # type: ignore[arg-type]
BARRIER = GaussianBarrier(0.5, 1.0)


def moments(state: AbstractState) -> tuple[float, float, float, float, float]:
    """Norm, <x>, sigma_x, <k>, sigma_k of the samples, for a mass of 1.7."""
    psi = np.asarray(state.sample(GRID, FREE))
    rho = np.abs(psi) ** 2 * float(GRID.cell)
    k = np.asarray(GRID.momentum[0])
    spectrum = np.abs(np.asarray(momentum_amplitude(psi, GRID))) ** 2 * 2 * np.pi / 48  # type: ignore[arg-type]
    x, q = float(np.sum(rho * X)), float(np.sum(spectrum * k))
    spread, fast = (math.sqrt(float(np.sum(w * (v - mean) ** 2))) for w, v, mean in ((rho, X, x), (spectrum, k, q)))
    return float(rho.sum()), x, spread, q, fast


@pytest.mark.parametrize(
    ("state", "right"),
    [
        # exp(-a x^2): sigma_x = 1/(2 sqrt a), sigma_k = sqrt a
        (WaveFunction("exp(-x^2)"), (0.0, 0.5, 0.0, 1.0)),
        # x exp(-x^2/2): the first oscillator state, sqrt(3/2) twice
        (WaveFunction("x*exp(-x^2/2)", momentum=1.5), (0.0, math.sqrt(1.5), 1.5, math.sqrt(1.5))),
        # sech(x/b): sigma_x = pi b/(2 sqrt 3), sigma_k = 1/(b sqrt 3)
        (
            WaveFunction("3*sech((x - c)/b)", {"b": 0.8, "c": 2.0}, velocity=-0.5),
            (2.0, math.pi * 0.8 / 2 / math.sqrt(3), -0.85, 1 / 0.8 / math.sqrt(3)),
        ),
        # the same Gaussian packet by formula and by energy
        (WaveFunction("exp(-(x + 2)^2/4)", energy=0.9, direction="left"), (-2.0, 1.0, -math.sqrt(3.06), 0.5)),
    ],
)
def test_mean_values_of_formulas(state: WaveFunction, right: tuple[float, ...]) -> None:
    """Closed forms of position, width, momentum and its spread; the samples are spectrally exact, 1e-9 covers sech's tails."""
    assert moments(state) == pytest.approx((1.0, *right), abs=1e-9)


def test_a_formula_is_the_packet_that_it_writes_out() -> None:
    packet = GaussianPacket(-2.3, 1.4, 0.8)
    wave = WaveFunction("exp(-(x + 2.3)^2/(4*w^2))", {"w": 1.4}, momentum=0.8)
    psi, other = (np.asarray(state.sample(GRID, FREE)) for state in (packet, wave))
    assert abs(abs(np.vdot(psi, other)) * float(GRID.cell) - 1) < 1e-13
    for tail in (1e-3, 1e-6, 1e-9):
        near = pytest.approx(packet.position_range(tail), abs=0.15)
        assert wave.position_range(tail) == near
        assert wave.momentum_range(tail, 1.7) == pytest.approx(packet.momentum_range(tail, 1.7), abs=0.15)
    k = np.linspace(-1.0, 3.0, 9)
    assert wave.momentum_density(k, 1.7) == pytest.approx(packet.momentum_density(k, 1.7), abs=5e-3)
    assert not wave.rough and WaveFunction("exp(-abs(x))").rough


def test_a_state_at_points() -> None:
    """A moving Gaussian by its real and imaginary parts every 0.25: the spline misses psi by h^4 max psi''''/384 = 1e-4 at most."""
    x = np.arange(-12.0, 12.1, 0.25)
    psi = np.exp(-((x - 1) ** 2) / 9 + 0.8j * x)
    state = SampledState(tuple(np.real(psi)), tuple(np.imag(psi)), left=-12.0, right=12.0)
    assert moments(state) == pytest.approx((1.0, 1.0, 1.5, 0.8, 1 / 3), abs=2e-4)
    turned = SampledState(tuple(np.abs(psi)), positions=tuple(x), velocity=0.8 / 1.7)
    assert moments(turned) == pytest.approx((1.0, 1.0, 1.5, 0.8, 1 / 3), abs=2e-4)
    assert float(np.abs(np.asarray(state.sample(GRID, FREE))[X < -12]).max()) == 0.0


def test_velocity_beside_momentum_and_energy() -> None:
    """momentum = mass velocity; one of the three, in files with its unit."""
    assert GaussianPacket(0.0, 1.0, velocity=-0.5).mean_momentum(1.7) == -0.85
    file = {**content(), "particle": {"mass": "87 u"}}
    del file["units"], file["run"], file["expect"]
    file["potential"] = {"kind": "gaussian_barrier", "height": "5 kHz", "width": "1 um"}
    file["state"] = {"kind": "gaussian_packet", "center": "-20 um", "width": "2 um", "velocity": "3 mm/s"}
    problem = read_scenario("x", file).problem
    packet: Any = problem.state
    assert packet.velocity == pytest.approx(3000 * um / s, rel=1e-12)
    # m v / hbar = 87 u 3 mm/s / hbar = 4.11 1/um
    assert float(packet.mean_momentum(problem.mass)) * um == pytest.approx(4.1098, abs=1e-3)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"momentum": 1.0, "energy": 1.0}, "must not be given together with `energy`"),
        ({"energy": 1.0, "velocity": 1.0}, "must not be given together with `velocity`"),
        ({}, "or `energy` or `velocity` must be given, but none is"),
        ({"velocity": 1.0, "direction": "left"}, "make `velocity` negative instead"),
        ({"velocity": math.inf}, "`velocity` must be finite"),
        ({"energy": 0.0}, "`energy` must be positive"),
    ],
)
def test_motion_is_given_once(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        GaussianPacket(0.0, 1.0, **fields)


# superpositions -----------------------------------------------------------------------------------------------------------------


def test_phases_turn_terms_against_each_other() -> None:
    """Two equal packets 6 apart: with a phase of pi psi is odd, 0 in the middle; with pi/2 the density is that of no interference."""
    pair = GaussianPacket(-3.0, 1.0, 0.0), GaussianPacket(3.0, 1.0, 0.0)
    odd = np.asarray(Superposition(pair, (1.0, 1.0), (0.0, math.pi)).sample(GRID, FREE))
    assert abs(odd[256]) < 1e-14 and odd[257] == pytest.approx(-odd[255], abs=1e-14)
    assert np.array_equal(odd, np.asarray(Superposition(pair, phases=(0.0, math.pi)).sample(GRID, FREE)))
    quarter = np.asarray(Superposition(pair, phases=(0.0, math.pi / 2)).sample(GRID, FREE))
    apart = sum(np.abs(np.asarray(term.sample(GRID, FREE))) ** 2 for term in pair) / 2
    assert np.abs(np.abs(quarter) ** 2 - apart).max() < 1e-14
    parts = gaussians_of(Superposition(pair, (2.0, 1.0), (0.0, math.pi / 2)), 1.7)
    assert parts is not None and abs(parts[1].amplitude) == pytest.approx(math.sqrt(0.2), abs=1e-12)
    assert parts[1].amplitude == pytest.approx(1j * math.sqrt(0.2), abs=1e-12)


def test_packets_together_are_a_packet() -> None:
    """Ranges hold those of both, wider where they cancel; the middle is the mean, weighted with the squares of the coefficients."""
    far = Superposition((GaussianPacket(-20.0, 3.0, 1.0), GaussianPacket(-40.0, 2.0, 1.5)), (1.0, 2.0))
    packet = as_packet(far, 1.0)
    assert packet is not None
    reach = float(-ndtri(1e-6 * 5 / 9))
    assert packet.position_range(1e-6) == pytest.approx((-40 - 2 * reach, -20 + 3 * reach), rel=1e-4)
    assert sum(packet.momentum_range(0.5 - 1e-9, 1.0)) / 2 == pytest.approx(0.2 * 1.0 + 0.8 * 1.5, abs=1e-6)
    k = np.linspace(-1, 4, 20001)
    assert float(np.trapezoid(packet.momentum_density(k, 1.0), k)) == pytest.approx(1.0, abs=1e-6)
    near = Superposition((GaussianPacket(0.0, 1.0, 0.0), GaussianPacket(0.01, 1.0, 0.0)), (1.0, -1.0))
    whole = as_packet(near, 1.0)
    assert whole is not None and whole.position_range(1e-6)[1] > GaussianPacket(0.0, 1.0, 0.0).position_range(1e-9)[1]
    assert as_packet(Eigenstate(0), 1.0) is None
    assert as_packet(Superposition((Eigenstate(0), Eigenstate(1)), (1.0, 1.0)), 1.0) is None


def test_superposed_packets_are_planned() -> None:
    """The box holds both packets, and the run lasts until the slower one has passed."""
    both = Superposition((GaussianPacket(-20.0, 3.0, 1.0), GaussianPacket(-40.0, 3.0, 1.5)))
    numerics = plan(Problem(BARRIER, both), 1e-3).numerics
    assert float(numerics.grid.lower[0]) < -50 and numerics.absorber is not None
    assert float(numerics.duration) > 30


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"terms": ()}, "`terms` must hold at least one state"),
        ({"phases": (0.0,)}, "`phases` must be one for each term, but there are 1 for 2"),
        ({"coefficients": (0.0, 0.0)}, "`coefficients` must not all be 0"),
        ({"phases": (0.0, math.nan)}, "`phases` must be finite"),
        ({"terms": (GaussianPacket(0.0, 1.0, 0.0), Eigenstate(0))}, "all packets or all bound states"),
    ],
)
def test_refusals_of_superpositions(fields: dict[str, Any], words: str) -> None:
    pair = GaussianPacket(-3.0, 1.0, 0.0), GaussianPacket(3.0, 1.0, 0.0)
    with pytest.raises(ArgumentError, match=words):
        Superposition(**{"terms": pair, **fields})


# where packets start ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "potential", "words"),
    [
        (GaussianPacket(-20.0, 3.0, 1.0), BARRIER, None),
        (GaussianPacket(20.0, 3.0, -1.0), BARRIER, None),
        (GaussianPacket(20.0, 3.0, 1.0), BARRIER, "on the right of the potential and moving away from it: transmitted"),
        (GaussianPacket(-20.0, 3.0, -1.0), BARRIER, "on the left of the potential and moving away"),
        (GaussianPacket(20.0, 3.0, 1.0), Step(0.3), "on the right of the potential and moving away"),
        (
            GaussianPacket(0.0, 1.0, 1.0),
            BARRIER,
            "inside the potential, moving to the right: transmitted_probability is",
        ),
        (GaussianPacket(-9.0, 1.0, 0.0), BARRIER, "at rest on the whole, on the left of the potential: transmitted"),
        (GaussianPacket(9.0, 1.0, 0.0), BARRIER, "what ends on the left of it"),
        (GaussianPacket(0.0, 1.0, 0.0), Harmonic(1.0), None),
        (Eigenstate(0), Harmonic(1.0), None),
    ],
)
def test_check_says_what_a_start_means(state: AbstractState, potential: Any, words: str | None) -> None:
    said = start_in_words(Problem(potential, state, 5.0))
    assert said is None if words is None else words in str(said)


def test_a_packet_at_rest_comes_from_where_it_is() -> None:
    assert moves_right(Problem(BARRIER, GaussianPacket(-9.0, 1.0, 0.0))) is True
    assert moves_right(Problem(BARRIER, GaussianPacket(9.0, 1.0, 0.0))) is False
    assert moves_right(Problem(BARRIER, WaveFunction("exp(-(x - 9)^2)", momentum=-1.0))) is False


def test_what_is_at_rest_needs_a_duration() -> None:
    """One sentence instead of a box without end; with a duration, as the sentence says, it is planned."""
    problem = Problem(BARRIER, WaveFunction("exp(-(x + 6)^2/4)"))
    with pytest.raises(NumericsError, match="at rest on the whole passes at no time of its own.*give `duration`"):
        plan(problem, 1e-3)
    numerics = plan(problem.replace("duration", 4.0), 1e-3).numerics
    assert numerics.absorber is None and question_of(problem) is not None


# files --------------------------------------------------------------------------------------------------------------------------


def written(folder: Path, table: str, more: str = "") -> Any:
    (folder / "psi.csv").write_text(table)
    (folder / "s.toml").write_text(
        f'format = 1\ntitle = "t"\nduration = "5 fs"\n[potential]\nkind = "free"\n[state]\nkind = "sampled_state"\n{more}\n'
    )
    return load_scenario(folder / "s.toml")


def test_states_from_tables_and_arrays(tmp_path: Path) -> None:
    """x and psi, x, re and im, falling x, and a complex array with its ends are the same state."""
    x = np.linspace(-4.0, 4.0, 65)
    psi = np.exp(-(x**2) + 2j * x)
    rows = "\n".join(f"{a!r},{b.real!r},{b.imag!r}" for a, b in zip(x.tolist(), psi.tolist(), strict=True))
    one: Any = written(tmp_path, f"x (nm),re,im\n{rows}\n", 'file = "psi.csv"').problem.state
    assert np.asarray(one.positions) == pytest.approx(x * nm, rel=1e-12)
    assert np.asarray(one.imaginary) == pytest.approx(np.imag(psi), abs=1e-15)
    turned = "\n".join(rows.split("\n")[::-1])
    other: Any = written(tmp_path, f"x (nm),re,im\n{turned}\n", 'file = "psi.csv"').problem.state
    assert np.array_equal(one.values, other.values) and np.array_equal(one.imaginary, other.imaginary)
    real: Any = written(tmp_path, f"x (nm),psi,weight\n{rows}\n", 'file = "psi.csv"\nmomentum = "2 1/nm"').problem.state
    assert real.imaginary is None and real.momentum == pytest.approx(2 / nm)
    np.save(tmp_path / "psi.npy", psi)
    third: Any = written(tmp_path, "", 'file = "psi.npy"\nleft = "-4 nm"\nright = "4 nm"').problem.state
    assert np.array_equal(third.values, one.values) and third.interval() == pytest.approx((-4 * nm, 4 * nm))


def test_a_formula_of_a_file() -> None:
    file = {**content(), "state": {"kind": "wave_function", "formula": "exp(-(x+12)^2/b)", "parameters": {"b": 4.0}}}
    file["state"]["momentum"] = 2.0
    state: Any = read_scenario("x", file).problem.state
    assert (state.formula, state.parameters, state.momentum) == ("exp(-(x+12)^2/b)", {"b": 4.0}, 2.0)
    varied = read_scenario("x", {**file, "vary": {"state.parameters.b": [4.0, 9.0]}})
    assert [case.problem.state.parameters for case in varied.cases] == [{"b": 4.0}, {"b": 9.0}]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"kind": "wave_function", "formula": "x"}, r"state\.formula must fall off to 0 on both sides"),
        ({"kind": "wave_function", "formula": "cos(x)"}, r"state\.formula must fall off to 0 on both sides"),
        ({"kind": "wave_function", "formula": "tanh(x) + 1"}, r"state\.formula must fall off to 0 on both sides"),
        ({"kind": "wave_function", "formula": "0*x"}, r"state\.formula must be finite and not 0 everywhere"),
        ({"kind": "wave_function", "formula": "exp(-x^2-y^2)"}, r"state\.formula must be one of x alone"),
        ({"kind": "wave_function", "formula": "exp(-x^2)*t"}, r"state\.formula must be one of x alone"),
        ({"kind": "wave_function", "formula": "exp(-a*x^2)"}, r"state\.formula"),
        ({"kind": "wave_function"}, r"state\.formula must be given"),
        ({"kind": "sampled_state", "values": [1.0, 2.0, 2.0, 1.0], "left": -1, "right": 1}, r"must have fallen off"),
        ({"kind": "sampled_state", "values": [0.0, 0.0, 0.0, 0.0], "left": -1, "right": 1}, r"not 0 everywhere"),
        ({"kind": "sampled_state", "values": [0.0, 1.0, 0.0], "left": -1, "right": 1}, r"must be four or more"),
        ({"kind": "sampled_state", "values": [0.0, 1.0, 1.0, 0.0]}, r"state\.left must be given"),
        ({"kind": "sampled_state", "left": -1, "right": 1}, r"state\.values must be given"),
        (
            {"kind": "sampled_state", "values": [0.0, 1.0, 1.0, 0.0], "imaginary": [0.0] * 5, "left": -1, "right": 1},
            r"state\.imaginary must be as many as `values`",
        ),
    ],
)
def test_refusals_of_files(state: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        read_scenario("x", {**content(), "state": state})


def test_states_need_room(tmp_path: Path) -> None:
    wave = WaveFunction("exp(-x^2)", momentum=3.0)
    with pytest.raises(NumericsError, match="must lie inside the box"):
        wave.check_fit(Grid.line(0.0, 10.0, 64), 1.0)
    with pytest.raises(NumericsError, match="momenta must be below"):
        wave.check_fit(Grid.line(-10.0, 10.0, 16), 1.0)
    with pytest.raises(ScenarioError, match=r"state\.file must be a file that can be read"):
        written(tmp_path, "", 'file = "none.csv"')
    assert Problem(Free(), wave).open
