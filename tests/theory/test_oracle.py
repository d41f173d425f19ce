"""The oracle of tests/oracle against closed forms, and against another method where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import ai_zeros

from tests.oracle import Gaussian, Scatterer, answers, beat, bound_states, closed, line_of, number, shares

ENERGIES = np.linspace(0.031, 2.9, 97)
CLOSED: list[tuple[dict[str, Any], closed.T]] = [
    ({"kind": "rectangular_barrier", "height": 1.0, "width": 1.5}, closed.rectangular(1.0, 1.5, 0.5)),
    ({"kind": "eckart_barrier", "height": 0.7, "width": 1.2}, closed.eckart(0.7, 1.2, 0.5)),
    ({"kind": "triangular_barrier", "height": 1.3, "width": 2.0}, closed.triangular(1.3, 2.0, 0.5)),
    ({"kind": "delta_barrier", "strength": 0.8}, closed.delta(0.8)),
    ({"kind": "step", "height": 0.03}, closed.step(0.03)),
    ({"kind": "double_barrier", "height": 1.0, "width": 0.5, "separation": 2.0}, closed.matched([(1.0, 0.5), (0.0, 2.0), (1.0, 0.5)], 0.5)),
]  # fmt: skip


@pytest.mark.parametrize(("table", "exact"), CLOSED, ids=[table["kind"] for table, _ in CLOSED])
def test_transmission_is_that_of_the_closed_form(table: dict[str, Any], exact: closed.T) -> None:
    """Set-up: six barriers with a closed T(E), energies from far below to far above.

    Budget: 2e-12 relative, of either direction; some fifty roundings and the closed forms' own cancellations near the top.
    """
    scatterer = Scatterer(line_of(table), 1.0, 3.0)
    np.testing.assert_allclose(scatterer.transmission(ENERGIES), exact(ENERGIES), rtol=2e-12)
    if table["kind"] != "step":
        np.testing.assert_allclose(scatterer.transmission(ENERGIES, False), exact(ENERGIES), rtol=2e-12)


def test_a_barrier_that_hardly_anything_passes_keeps_its_digits() -> None:
    """T of a wall 5 high and 12 thick at E = 0.5 is 1.8e-31: relative digits, where a sum of amplitudes would have none."""
    wall = {"kind": "rectangular_barrier", "height": 5.0, "width": 12.0}
    value = float(Scatterer(line_of(wall), 1.0, 1.0).transmission(np.array([0.5]))[0])
    assert value < 1e-30
    assert value == pytest.approx(float(closed.rectangular(5.0, 12.0, 0.5)(0.5)), rel=1e-11)


def test_a_sum_with_edges_anywhere_is_that_of_an_integration() -> None:
    """Set-up: a rectangle, a Gaussian and a triangle that overlap; psi'' = 2 (V - E) psi by an explicit method of order 8, edge by edge.

    Budget: 1e-9, the integration's.
    """
    line = line_of({
        "kind": "sum",
        "terms": [
            {"kind": "rectangular_barrier", "height": 0.7, "width": 1.3, "center": 0.2},
            {"kind": "gaussian_barrier", "height": 0.4, "width": 0.3, "center": 0.9},
            {"kind": "triangular_barrier", "height": -0.8, "width": 1.1, "center": 0.5},
        ],
    })  # fmt: skip
    energies = np.array([0.2, 0.6, 1.4])
    ends = np.unique(np.array([*line.reach, *line.cuts]))
    for energy, value in zip(energies, Scatterer(line, 1.0, 2.0).transmission(energies), strict=True):
        k = np.sqrt(2 * energy)
        y = np.array([1.0, 1j * k])
        for left, right in zip(ends[-2::-1], ends[:0:-1], strict=True):

            def slope(x: float, y: np.ndarray, a: float = left, b: float = right, e: float = energy) -> np.ndarray:
                inside = np.clip(x, a + 1e-13, b - 1e-13)
                return np.array([y[1], 2 * (line.v(np.array([inside]))[0] - e) * y[0]])

            y = solve_ivp(slope, (right, left), y, method="DOP853", rtol=1e-11, atol=1e-13).y[:, -1]
        assert value == pytest.approx(float(1 / abs((y[0] + y[1] / (1j * k)) / 2) ** 2), rel=1e-9)


def test_a_formula_with_jumps_is_the_barrier_that_it_describes() -> None:
    """A box by `sign`, by `where` and by `heaviside`, edges at no round places: T is the rectangle's. Budget: 1e-11."""
    exact = Scatterer(
        line_of({"kind": "rectangular_barrier", "height": 0.91, "width": 3.0348, "center": 0.369602}), 1.0, 2.0
    )
    for form in (
        "A*(sign(x - c + w) - sign(x - c - w))/2",
        "where(abs(x - c) < w, A, 0)",
        "A*heaviside(w - abs(x - c))",
    ):
        line = line_of({"kind": "expression", "formula": form, "parameters": {"A": 0.91, "c": 0.369602, "w": 1.5174}})
        energies = np.array([0.3, 0.8, 1.7])
        np.testing.assert_allclose(
            Scatterer(line, 1.0, 2.0).transmission(energies), exact.transmission(energies), rtol=1e-12
        )


def test_a_packet_that_starts_far_away_is_an_average() -> None:
    """T and R of a packet 60 away from a rectangle and from a step: int T abs(phi)^2 dk by another quadrature. Budget: 1e-12, and 3e-11 where that one meets a root."""
    for table, exact, threshold, budget in (
        ({"kind": "rectangular_barrier", "height": 1.0, "width": 1.5}, closed.rectangular(1.0, 1.5, 0.5), 0.0, 1e-12),
        ({"kind": "step", "height": 0.4}, closed.step(0.4), 0.4, 3e-11),
    ):
        out = shares(line_of(table), 1.0, Gaussian(((1.0, -60.0, 6.0, 1.1),)))
        assert out.right == pytest.approx(closed.average(exact, 0.605, 6.0, 0.5, threshold), abs=budget)
        assert out.right + out.left == pytest.approx(1.0, abs=1e-12)


def test_a_packet_that_starts_inside_is_counted_once() -> None:
    """Set-up: a packet of width 2 that starts 1.5 before an Eckart well of depth 0.8, which binds two states.

    Formula: right + left + bound = 1, each by its own states. Budget: 1e-9; and V = 0 turns nothing.
    """
    well = {"kind": "eckart_barrier", "height": -0.8, "width": 1.2}
    state = {"kind": "gaussian_packet", "center": -1.5, "width": 2.0, "momentum": 0.9}
    numbers = answers({"potential": well, "state": state, "find": {"kind": "transmission"}}).numbers
    line = line_of(well)
    states = bound_states(line, 1.0, 2)
    assert states is not None
    c = np.einsum("men,en->m", states.psi * states.mesh.weights, Gaussian(((1.0, -1.5, 2.0, 0.9),)).psi(states.mesh.x))
    total = numbers["transmitted_probability"][0] + numbers["reflected_probability"][0] + float(np.sum(abs(c) ** 2))
    assert total == pytest.approx(1.0, abs=1e-9)
    free = shares(
        line_of({"kind": "eckart_barrier", "height": 1e-12, "width": 1.0}), 1.0, Gaussian(((1.0, -1.5, 2.0, 3.0),))
    )
    assert free.right == pytest.approx(1.0, abs=1e-10)


def test_levels_are_those_of_closed_forms() -> None:
    """sech^2: -(l - n)^2/(2 a^2) with l (l + 1) = 2 A a^2; abs(x): zeros of Ai' and Ai; a delta: -W^2/2; an oscillator. Budget: 1e-12."""
    sech = line_of({"kind": "expression", "formula": "-A*sech(x/a)**2", "parameters": {"A": 6.0, "a": 1.0}})
    states = bound_states(sech, 1.0, 3)
    assert states is not None
    np.testing.assert_allclose(states.energies, [-4.5, -2.0, -0.5], rtol=1e-12)
    kink = bound_states(line_of({"kind": "expression", "formula": "F*abs(x)", "parameters": {"F": 2.0}}), 1.0, 4)
    assert kink is not None
    zeros = ai_zeros(2)
    exact = -np.array([zeros[1][0], zeros[0][0], zeros[1][1], zeros[0][1]]) * 2 ** (1 / 3)
    np.testing.assert_allclose(kink.energies, exact, rtol=1e-12)
    delta = bound_states(line_of({"kind": "delta_well", "strength": 1.3}), 1.0, 1)
    assert delta is not None and delta.energies[0] == pytest.approx(-(1.3**2) / 2, rel=1e-12)
    oscillator = bound_states(line_of({"kind": "harmonic", "frequency": 0.7, "center": 3.0}, 2.0), 2.0, 5)
    assert oscillator is not None
    np.testing.assert_allclose(oscillator.energies, 0.7 * (np.arange(5) + 0.5), rtol=1e-12)
    assert bound_states(line_of({"kind": "delta_well", "strength": 1.3}), 1.0, 2) is None


def test_gaps_are_those_of_closed_forms_however_small() -> None:
    """Square wells (30 digits) with gaps from 0.2 to 4e-8, and the quartic well in oscillator functions. Budget: 1e-9 relative."""
    for apart in (1.0, 6.0):
        wells = {"kind": "square_double_well", "depth": 4.0, "well_width": 1.0, "separation": apart, "center": 0.3}
        two = beat(line_of(wells), 1.0, "left")
        assert two is not None
        assert two.gap == pytest.approx(closed.square_gap(4.0, 1.0, apart, 0.5), rel=1e-9)
    quartic = beat(line_of({"kind": "quartic_double_well", "barrier": 6.0, "half_distance": 1.6}), 1.0, "left")
    assert quartic is not None
    assert quartic.gap == pytest.approx(closed.narrow_gap(6.0, 1.6, 0.5), rel=1e-10)


def test_a_leak_is_that_of_the_closed_form_and_decays_at_its_rate() -> None:
    """Set-up: a square well of depth 3 and width 1 behind a barrier as high and 1 thick.

    Formula: the pole by matching with 30 digits; survival falls by exp(-width t) once what was never in the resonance has left.
    Budget: 1e-9 of the width; 1e-3 of the ratio of survivals between 60 and 61, where slow waves, which follow no exponential, interfere
    (measured: 2.8e-4, the same with a scaled part 25 times as long and at another angle).
    """
    table = {"kind": "leaky_square_well", "depth": 3.0, "well_width": 1.0, "separation": 1.0}
    right = answers({"potential": table, "state": {"kind": "trapped"}, "find": {"kind": "decay"}})
    energy, width = closed.leaky_square(3.0, 1.0, 1.0, 0.5)
    assert right.numbers["resonance_energy"][0] == pytest.approx(energy, abs=1e-9 * width)
    assert right.numbers["resonance_width"][0] == pytest.approx(width, rel=1e-9)
    survival, _ = right.curves["survival_probability"](np.array([0.0, 60.0, 61.0]))
    assert survival[2] / survival[1] == pytest.approx(np.exp(-width), rel=1e-3)
    assert 0.99 < survival[0] < 1.0


def test_motion_in_a_parabola_is_the_same_by_moments_and_by_states() -> None:
    """A packet in an oscillator by Ehrenfest's equations, and in x^2/2 + 0 cosh(x), which is none of second degree to the oracle."""
    state = {"kind": "gaussian_packet", "center": 1.0, "width": 0.5, "momentum": 1.5}
    asked = {"state": state, "duration": 2.0, "find": {"kind": "motion"}}
    moments = answers({"potential": {"kind": "harmonic", "frequency": 1.0}, **asked}).numbers
    kinked = {"kind": "sum", "terms": [{"kind": "harmonic", "frequency": 1.0}, {"kind": "step", "height": 1e-13}]}
    states = answers({"potential": kinked, **asked}).numbers
    for name, (value, _) in moments.items():
        assert states[name][0] == pytest.approx(value, abs=1e-9)
    assert moments["mean_position"][0] == pytest.approx(np.cos(2.0) + 1.5 * np.sin(2.0), abs=1e-10)


def test_units_are_atomic() -> None:
    """CODATA 2018 and 2022 agree to 1e-9 in these."""
    assert number("1 eV") == pytest.approx(0.0367493221757, rel=1e-9)
    assert number("2.5 1/nm") == pytest.approx(2.5 * 0.0529177210, rel=1e-8)
    assert number("0.067 m_e") == 0.067
    assert number("3 eV nm") == pytest.approx(3 * number("1 eV") * number("1 nm"))


def test_a_barrier_that_hardly_moves_is_a_barrier_at_rest() -> None:
    """Set-up: a Gaussian barrier whose height swings by 1e-8 of itself: by splitting in time, and by scattering. Budget: 1e-7, what lingers."""
    form = "E*(1 + a*cos(t))*exp(-x**2)"
    state = {"kind": "gaussian_packet", "center": -18.0, "width": 3.0, "momentum": 2.0}
    through = []
    for swing in (1e-8, 0.0):
        table = {"kind": "expression", "formula": form, "parameters": {"E": 2.0, "a": swing}}
        through.append(
            answers({"potential": table, "state": state, "find": {"kind": "transmission"}}).numbers[
                "transmitted_probability"
            ]
        )
    assert through[0][1] < 1e-7
    assert through[0][0] == pytest.approx(through[1][0], abs=1e-7)
    assert through[0][0] != through[1][0]
