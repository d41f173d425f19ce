"""The kinds beyond barriers and wells of a plain shape: deltas, slopes, Gaussian wells, formulas and samples."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from wavesim import Grid, Problem, theory
from wavesim.analysis import lowest_doublet
from wavesim.analysis.predictions.scattering._transmission import transmission_theories
from wavesim.errors import ArgumentError, ScenarioError
from wavesim.potentials import (
    AbstractPotential,
    AbstractSmoothPotential,
    DeltaBarrier,
    DeltaWell,
    DoubleDeltaWell,
    Driven,
    EckartBarrier,
    Expression,
    GaussianWells,
    ParabolicBarrier,
    QuarticDoubleWell,
    Sampled,
    Step,
    Sum,
    TriangularBarrier,
)
from wavesim.propagation.planner.spaces._grid import fitted_grid, misfit
from wavesim.scenario import read_scenario
from wavesim.states import GaussianPacket, LeftLocalized
from wavesim.units import eV, nm

GRID = Grid.line(-12.0, 12.0, 96)
PACKET = GaussianPacket(-30.0, 5.0, 1.0)


def scenario(potential: dict[str, Any], **changes: Any) -> Any:
    state = {"kind": "gaussian_packet", "center": -30, "width": 5, "momentum": 1}
    return read_scenario(
        "x", {"format": 1, "title": "t", "units": "natural", "potential": potential, "state": state, **changes}
    )


@pytest.mark.parametrize(
    ("table", "potential"),
    [
        ({"kind": "delta_barrier", "strength": 1}, DeltaBarrier(1.0)),
        ({"kind": "delta_well", "strength": 1, "center": 2}, DeltaWell(1.0, 2.0)),
        ({"kind": "double_delta_well", "strength": 1, "separation": 5}, DoubleDeltaWell(1.0, 5.0)),
        ({"kind": "triangular_barrier", "height": 1, "width": 2}, TriangularBarrier(1.0, 2.0)),
        ({"kind": "parabolic_barrier", "height": 1, "width": 2}, ParabolicBarrier(1.0, 2.0)),
        ({"kind": "gaussian_wells", "depth": 1, "width": 1, "separation": 4}, GaussianWells(1.0, 1.0, 4.0)),
        ({"kind": "expression", "formula": "b*x**2", "parameters": {"b": 3}}, Expression("b*x**2", {"b": 3.0})),
        (
            {"kind": "expression", "formula": "sin(x)", "ends": [0, 1], "span": [-2, 2]},
            Expression("sin(x)", None, (0.0, 1.0), (-2.0, 2.0)),
        ),
        (
            {"kind": "sum", "terms": [{"kind": "delta_barrier", "strength": 1}, {"kind": "step", "height": 0.2}]},
            Sum((DeltaBarrier(1.0), Step(0.2))),
        ),
    ],
)
def test_kinds_of_a_file(table: dict[str, Any], potential: AbstractPotential) -> None:
    assert scenario(table).problem.potential == potential


def test_units_of_a_file() -> None:
    """Parameters of a formula may have any unit; the strength of a delta has that of energy times length."""
    state = {"kind": "gaussian_packet", "center": "-40 nm", "width": "6 nm", "energy": "0.2 eV"}
    formula = {
        "kind": "expression",
        "formula": "V0*exp(-(x/a)**n)",
        "parameters": {"V0": "0.3 eV", "a": "1 nm", "n": 4},
    }
    made = read_scenario("x", {"format": 1, "title": "t", "potential": formula, "state": state})
    assert isinstance(made.problem.potential, Expression)
    assert made.problem.potential.parameters == pytest.approx({"V0": 0.3 * eV, "a": nm, "n": 4.0}, rel=1e-14)
    delta = {"kind": "delta_barrier", "strength": "0.5 eV nm"}
    made = read_scenario("x", {"format": 1, "title": "t", "potential": delta, "state": state})
    assert isinstance(made.problem.potential, DeltaBarrier)
    assert made.problem.potential.strength == pytest.approx(0.5 * eV * nm, rel=1e-14)
    formula["parameters"] = {"V0": "0.3 eVs", "a": "1 nm", "n": 4}
    with pytest.raises(ScenarioError, match=r"potential\.parameters\.V0.*not a known unit"):
        read_scenario("x", {"format": 1, "title": "t", "potential": formula, "state": state})


def test_samples_of_a_file() -> None:
    made = scenario({"kind": "sampled", "values": [0, 0, 1, 0, 0], "left": -2, "right": 2}).problem.potential
    assert np.asarray(made.values).tolist() == [0, 0, 1, 0, 0] and (made.left, made.right) == (-2.0, 2.0)
    with pytest.raises(ScenarioError, match=r"potential\.values must be four or more"):
        scenario({"kind": "sampled", "values": [0, 1], "left": -2, "right": 2})


def test_a_delta_sits_on_one_point_with_its_renormalized_strength() -> None:
    """Mass 2, strength 0.7, spacing 1/4: g/(1 + 2 m g dx/pi^2)/dx on its point, the sign turned for a well; 0 elsewhere. Budget: 1e-14."""
    for potential, g in ((DeltaBarrier(0.7, 1.0), 0.7), (DeltaWell(0.7, 1.0), -0.7)):
        samples = np.asarray(potential.sample(GRID, mass=2.0))
        assert samples[52] == pytest.approx(g / (1 + 4 * g / 4 / math.pi**2) * 4, rel=1e-14)
        assert np.count_nonzero(samples) == 1
        assert not np.any(np.asarray(potential.value((GRID.x,))))
    both = np.asarray(DoubleDeltaWell(0.7, 5.0).sample(GRID, mass=2.0))
    assert np.flatnonzero(both).tolist() == [38, 58] and both[38] == both[58] < 0


@pytest.mark.parametrize("spacing", [0.31, 0.11, 0.0437])
@pytest.mark.parametrize(
    "potential",
    [
        DeltaBarrier(1.0, 0.37),
        DoubleDeltaWell(1.0, 5.1, 0.2),
        Sum((DeltaWell(1.0, -1.3), DeltaWell(1.0, 0.0), Step(1.0, 0.4))),
    ],
)
def test_planned_grids_hold_deltas_on_points(potential: AbstractPotential, spacing: float) -> None:
    """Budget: 1e-9 of a cell. The plane between two wells falls midway between points, which keeps the grid's symmetry."""
    grid = fitted_grid(-20.0, 21.0, spacing, potential)
    assert misfit(grid, potential) < 1e-9 and grid.spacing[0] <= spacing * (1 + 1e-12)
    if isinstance(potential, DoubleDeltaWell):
        assert (potential.divide - grid.lower[0]) / grid.spacing[0] % 1 == pytest.approx(0.5, abs=1e-6)


def test_what_has_edges_and_spikes_says_so() -> None:
    assert DoubleDeltaWell(1.0, 5.0).spikes == (-2.5, 2.5) and DoubleDeltaWell(1.0, 5.0).edges == ()
    assert TriangularBarrier(1.0, 2.0, 0.5).edges == (0.5, 2.5) and TriangularBarrier(1.0, 2.0).spikes == ()
    assert ParabolicBarrier(1.0, 2.0, 0.5).edges == (-1.5, 2.5)
    both = Sum((DeltaBarrier(1.0), Step(0.2, 1.0), DeltaWell(1.0)))
    assert (both.edges, both.spikes) == ((1.0,), (0.0,))


@pytest.mark.parametrize("potential", [TriangularBarrier(0.7, 1.9, 0.13), ParabolicBarrier(0.7, 1.9, 0.13)])
def test_moments_of_slopes(potential: AbstractPotential) -> None:
    """Set-up: sum_j V_j x_j^q dx, q = 0, 1, 2, on a grid of spacing 1/4 that the edges meet anywhere.

    Formula: int V x^q dx by quadrature. Samples of a slope of degree d times moment-matched steps keep the moments q + d <= 3.
    Budget: 1e-12 for these; point samples err by 1e-3.
    """
    degree = 1 if isinstance(potential, TriangularBarrier) else 2
    left, right = potential.edges
    nodes, weights = np.polynomial.legendre.leggauss(12)
    x = (left + right) / 2 + nodes * (right - left) / 2
    inside = np.asarray(potential.value((jnp.asarray(x),)))
    for q in range(4 - degree):
        exact = float(np.sum(inside * x**q * weights)) * (right - left) / 2
        # without a mass, and so without the kinks of psi
        assert float(jnp.sum(potential.sample(GRID, mass=0.0) * GRID.x**q)) / 4 == pytest.approx(exact, abs=1e-12)
    pointwise = float(jnp.sum(potential.value((GRID.x,)))) / 4
    assert abs(pointwise - float(np.sum(inside * weights)) * (right - left) / 2) > 1e-3


def test_closed_forms_stand_beside_scattering() -> None:
    """Set-up: T at five energies. Budget: 1e-9 relative between the triangle's closed form and scattering across its edges."""
    energies = np.array([0.2, 0.5, 0.9, 1.0, 2.0])
    curves = transmission_theories(Problem(TriangularBarrier(1.0, 2.0), PACKET))
    assert np.asarray(curves["closed_form"](energies)) == pytest.approx(
        np.asarray(curves["scattering"](energies)), rel=1e-9
    )
    # a delta is a kick between two cells
    for potential, exact in (
        (DeltaBarrier(0.8), theory.delta_transmission(energies, 0.8)),
        (DeltaWell(0.8), theory.delta_transmission(energies, 0.8)),
        (DoubleDeltaWell(0.8, 3.0), theory.double_delta_transmission(energies, -0.8, 3.0)),
    ):
        curves = transmission_theories(Problem(potential, PACKET))
        assert set(curves) == {"closed_form", "scattering"}
        assert np.asarray(curves["closed_form"](energies)) == pytest.approx(np.asarray(exact), rel=1e-14)
        assert np.asarray(curves["scattering"](energies)) == pytest.approx(np.asarray(exact), rel=1e-13)


def test_the_doublet_of_two_deltas() -> None:
    """W = m = 1, a = 5: gap 0.0134958539819843 and overlap 0.99438; wells closer than 1/(m W) have no second state."""
    doublet = lowest_doublet(Problem(DoubleDeltaWell(1.0, 5.0), LeftLocalized()))
    assert doublet is not None
    assert doublet.gap == pytest.approx(0.0134958539819843, rel=1e-13)
    assert doublet.overlap == pytest.approx(0.99438, abs=5e-6)
    assert np.trapezoid(doublet.psi_symmetric**2, doublet.x) == pytest.approx(1, abs=1e-3)
    assert lowest_doublet(Problem(DoubleDeltaWell(1.0, 0.9), LeftLocalized())) is None


def test_gaussian_wells() -> None:
    """Two wells of depth 2 and width 0.8, 3.6 apart, centered at 1: V at a well's center is -2 (1 + exp(-3.6^2/(2 0.64))). Budget: 1e-14."""
    wells = GaussianWells(2.0, 0.8, 3.6, 1.0)
    deep = -2 * (1 + math.exp(-(3.6**2) / 1.28))
    assert np.asarray(wells.value((jnp.array([-0.8, 2.8]),))) == pytest.approx([deep, deep], rel=1e-14)
    assert wells.divide == 1.0 and wells.asymptotes() == (0.0, 0.0)
    left, right = wells.support(1e-3)
    assert np.max(np.abs(np.asarray(wells.value((jnp.array([left, right]),))))) <= 2e-3 * (1 + 1e-9)
    with pytest.raises(ArgumentError, match=r"`separation` must exceed 2 width = 1\.6"):
        GaussianWells(2.0, 0.8, 1.6)


@pytest.mark.parametrize(
    ("formula", "parameters", "twin"),
    [
        ("V0/cosh((x - c)/a)**2", {"V0": 1.2, "c": 0.3, "a": 1.5}, EckartBarrier(1.2, 1.5, 0.3)),
        ("V0*sech((x - c)/a)**2", {"V0": 1.2, "c": 0.3, "a": 1.5}, EckartBarrier(1.2, 1.5, 0.3)),
        ("B*((x/a)**2 - 1)**2 + -k*x/a", {"B": 2.0, "a": 3.0, "k": -0.2}, QuarticDoubleWell(2.0, 3.0, 0.2)),
    ],
)
def test_a_formula_equals_its_twin(formula: str, parameters: dict[str, float], twin: AbstractSmoothPotential) -> None:
    """V, both gradient terms (at x = 0 too, where powers are delicate), and dV/da. Budget: 1e-11 of the largest."""
    potential = Expression(formula, parameters)
    pairs = [(potential.sample(GRID), twin.sample(GRID))]
    pairs += zip(potential.gradient_terms(GRID), twin.gradient_terms(GRID), strict=True)
    for ours, theirs in pairs:
        assert np.asarray(ours) == pytest.approx(np.asarray(theirs), rel=1e-11, abs=1e-11)
    slope = jax.grad(lambda p: jnp.sum(p.sample(GRID) ** 2))(potential).parameters["a"]
    name = "width" if isinstance(twin, EckartBarrier) else "half_distance"
    assert slope == pytest.approx(
        float(getattr(jax.grad(lambda p: jnp.sum(p.sample(GRID) ** 2))(twin), name)), rel=1e-10
    )


def test_a_formula_of_time() -> None:
    """x cos(w t) beside a well: the same as Driven. Budget: 1e-14."""
    ours = Expression("x**2/2 + f*x*cos(w*t)", {"f": 0.1, "w": 2.0}, ends=(math.inf, math.inf), span=(-1.0, 1.0))
    theirs = Driven(QuarticDoubleWell(1.0, 1.0), 0.1, 2.0)
    assert not ours.static and Expression("x**2/2").static
    field = np.asarray(ours.value((GRID.x,), time=0.7)) - np.asarray(GRID.x) ** 2 / 2
    wanted = np.asarray(theirs.value((GRID.x,), time=0.7) - theirs.potential.value((GRID.x,)))
    assert field == pytest.approx(wanted, abs=1e-11)


@pytest.mark.parametrize(
    ("formula", "ends", "span"),
    [
        ("exp(-x**2/2)", (0.0, 0.0), (-3.717, 3.717)),
        ("0.5*(1 + tanh(x))", (0.0, 1.0), (-3.454, 3.454)),
        ("2 + exp(-(x - 50)**2/0.02)", (2.0, 2.0), (49.63, 50.37)),
        ("x**2/2", (math.inf, math.inf), (-1.0, 1.0)),
        ("(1 - exp(-x))**2*5", (math.inf, 5.0), (-0.43154, 0.77568)),
        ("8*((x/4)**2 - 1)**2", (math.inf, math.inf), (-5.657, 5.657)),
        ("0.3", (0.3, 0.3), (0.0, 0.0)),
    ],
)
def test_what_is_read_off_a_formula(formula: str, ends: tuple[float, float], span: tuple[float, float]) -> None:
    """Ends, and the interval outside of which V is within 1e-3 of them; where it confines, the valley below the zero-point energy or the bump.

    Formula: harmonic E = 1/2, so x = +-1; Morse E = w/2 - w^2/(16 D), w^2 = 10, D = 5, so exp(-x) = 1 -+ sqrt(E/D); +-4 sqrt 2 where
    the quartic is as high as its bump. Budget: ends 1e-12; the interval 2 %.
    """
    potential = Expression(formula)
    assert potential.asymptotes() == pytest.approx(ends, abs=1e-12)
    assert potential.support(1e-3) == pytest.approx(span, rel=0.02)


BAD = {
    "x +": "which ends too soon; mend it",
    "2*exp(-(x-1)^2": r"where the bracket that opens '\(-\(x-1\)\^2' is never closed; mend it",
    "2*(x+1)) - 1": r"where nothing opens the bracket that closes after '2\*\(x\+1\)'; mend it",
    "x^2 + 3 x^3": r"which cannot be read from 'x\^3' on; mend it",
    "(" * 500: "must be an arithmetic formula",
    "x" * 1001: "at most 1000 characters",
    "-" * 80 + "x": "nested",
    "__import__('os')": "must use the functions sin",
    "exp(x, 2)": "must give exp 1 argument",
    "exp(x=2)": "without keywords",
    "x.real": "must be made of numbers",
    "x[0]": "must be made of numbers",
    "x if x else t": "must be made of numbers",
    "lambda: x": "must be made of numbers",
    "[x for x in (1,)]": "must be made of numbers",
    "x // 2": "must be made of numbers",
    "x < 2": "conditions in where",
    "1j*x": "must be made of numbers",
    "True*x": "must be made of numbers",
    "'a'*9": "must be made of numbers",
    "exp": "must be made of the names",
    "height*x": "did you mean 'heigth'",
    "where(x, 1, 0)": "must compare numbers",
    "where(x > 0 & x < 1, 1, 0)": "in brackets",
    "where(x == 0, 1, 0)": "must compare numbers",
    "max(x)": "must give max 2 or more arguments",
    "min(*x)": "must give min",
    "1/0": "finite numbers",
    "1e400*x": "finite numbers",
    "x**2**2**2**2**2": "finite numbers",
    "0x" + 600 * "f": "finite numbers",
    "exp(exp(10))*x": "finite numbers",
}


@pytest.mark.parametrize("formula", BAD, ids=range(len(BAD)))
def test_a_formula_is_arithmetic_and_nothing_else(formula: str) -> None:
    with pytest.raises(ArgumentError, match=BAD[formula]):
        Expression(formula, {"heigth": 1.0})


@pytest.mark.parametrize(
    "parameters", [{"x": 1.0}, {"exp": 1.0}, {"2a": 1.0}, {"a": math.nan}, {"a": "1"}, {"idle": 1.0}]
)
def test_parameters_are_checked(parameters: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match="parameters"):
        Expression("x", parameters)


@pytest.mark.parametrize("formula", ["sin(x)", "x*sin(x)", "1/x", "sqrt(x)"])
def test_a_formula_without_ends_asks_for_them(formula: str) -> None:
    with pytest.raises(ArgumentError, match="give `ends` and `span`"):
        Expression(formula).asymptotes()
    assert Expression(formula, None, (0.0, 1.0), (-2.0, 2.0)).asymptotes() == (0.0, 1.0)


def test_samples_make_a_spline() -> None:
    """Set-up: 41 values of a skewed bump on [-6, 6]; an independent clamped cubic spline.

    Budget: V 1e-13; F = V'^2 and G = 2 V'^2 V'' 1e-12; constant outside; dV/dvalue by finite differences 1e-8.
    """
    x = np.linspace(-6, 6, 41)
    values = np.exp(-(x**2) / 2) * (1 + 0.2 * x)
    potential, spline = Sampled(tuple(values), -6.0, 6.0), CubicSpline(x, values, bc_type="clamped")
    points = np.linspace(-6, 6, 777)
    assert np.asarray(potential.value((jnp.asarray(points),))) == pytest.approx(spline(points), abs=1e-13)
    inner = np.abs(np.asarray(GRID.x)) < 6
    at = np.asarray(GRID.x)[inner]
    first, second = potential.gradient_terms(GRID)
    assert np.asarray(first)[inner] == pytest.approx(spline(at, 1) ** 2, abs=1e-12)
    assert np.asarray(second)[inner] == pytest.approx(2 * spline(at, 1) ** 2 * spline(at, 2), abs=1e-12)
    assert np.asarray(potential.value((jnp.array([-9.0, 9.0]),))) == pytest.approx(values[[0, -1]], abs=1e-15)
    assert potential.asymptotes() == (values[0], values[-1])
    left, right = potential.support(1e-3)
    assert -4.2 < left < -3.3 and 3.5 < right < 4.2

    def total(v: jax.Array) -> jax.Array:
        return jnp.sum(Sampled(v, -6.0, 6.0).sample(GRID) ** 2)  # type: ignore[arg-type]

    shifted = [float(total(jnp.asarray(values).at[17].add(h))) for h in (1e-5, -1e-5)]
    assert float(jax.grad(total)(jnp.asarray(values))[17]) == pytest.approx((shifted[0] - shifted[1]) / 2e-5, rel=1e-8)


@pytest.mark.parametrize(
    ("values", "left", "right"),
    [((0.0, 1.0, 0.0), -1.0, 1.0), ((0.0,) * 5, 1.0, -1.0), ((0.0, math.inf, 0.0, 0.0), -1.0, 1.0)],
)
def test_samples_are_checked(values: tuple[float, ...], left: float, right: float) -> None:
    with pytest.raises(ArgumentError, match=r"four or more|right of `left`|finite"):
        Sampled(values, left, right)


def test_formulas_with_parameters_can_be_keys() -> None:
    """Theory keeps what it has made of a potential by the potential itself."""
    one, same, other = (Expression("V*exp(-x**2)", {"V": height}) for height in (1.0, 1.0, 2.0))
    assert hash(one) == hash(same) and one == same
    assert len({one, same, other}) == 2
