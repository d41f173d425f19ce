"""The language of formulas: its functions, its jumps and kinks, what is read off it, and its gradients."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Grid
from wavesim.errors import ArgumentError, ScenarioError
from wavesim.potentials import (
    AbstractPotential,
    Expression,
    RectangularBarrier,
    Step,
    TriangularBarrier,
    exact_samples,
)
from wavesim.scenario import read_scenario

GRID = Grid((-6.037,), (0.11,), (110,))


@pytest.mark.parametrize(
    ("formula", "x", "value"),
    [
        ("x^2 + 2^x", 3.0, 17.0),
        ("abs(x) + sign(x)*heaviside(-x)", -2.5, 1.5),
        ("floor(x) + min(x, 1, 2) + max(x, 0)", -1.2, -3.2),
        ("where(0 < x <= 1, 1, 2)", 1.0, 1.0),
        ("where(x < 0 or x > 1, 1, 2)", 0.5, 2.0),
        ("where((x > 0) & (x < 1) | (x > 3), 1, 2)", 4.0, 1.0),
        ("where(not x > 1 and x >= 0, 1, 2)", 2.0, 2.0),
        ("where(x > 0, sqrt(x), 0)", -1.0, 0.0),
    ],
)
def test_values(formula: str, x: float, value: float) -> None:
    """By hand. Budget: rounding, 1e-14."""
    assert float(Expression(formula).value((jnp.asarray(x),))) == pytest.approx(value, rel=1e-14)


EDGES: dict[str, tuple[str, dict[str, float], tuple[float, ...]]] = {
    "barrier by where": ("where(abs(x - c) < a/2, V, 0)", {"V": 1.3, "a": 1.7, "c": 0.21}, (-0.64, 1.06)),
    "barrier by heaviside": ("V*heaviside(x)*heaviside(a - x)", {"V": 1.3, "a": 1.7}, (0.0, 1.7)),
    "abs": ("exp(-abs(x - 2))", {}, (2.0,)),
    "a root of a square": ("sqrt((x - 1)**2)", {}, (1.0,)),
    "an odd power of a root": ("((x - 1)^2)^0.5", {}, (1.0,)),
    "a parabola cut off": ("min(x^2/2, 3)", {}, (-math.sqrt(6), math.sqrt(6))),
    "a bump cut off": ("max(0, 1 - x^2)", {}, (-1.0, 1.0)),
    "stairs": ("where(abs(x) < 2, floor(x), 0)", {}, (-2.0, -1.0, 0.0, 1.0, 2.0)),
    "stairs up a hill": ("floor(2.5*exp(-x^2))", {}, tuple(s * math.sqrt(math.log(2.5 / n)) for s, n in ((-1, 1), (-1, 2), (1, 2), (1, 1)))),
    "thin and far": ("where(abs(x - 3e5) < 1e-6, 1, 0)", {}, (3e5 - 1e-6, 3e5 + 1e-6)),
    "an even power": ("abs(x)^2", {}, ()),
    "both sides alike": ("where(x < 0, x^2, x^2)", {}, ()),
    "hidden by where": ("where(x > 2, abs(x), x)", {}, ()),
    "what only comes near 0": ("sqrt(x^2 + 0.01)", {}, ()),
    "underflow": ("sqrt(exp(-x^2))", {}, ()),
    "one bound twice": ("max(max(1-x^2, 0), 0)*exp(-x^2) + 0.3*exp(-x^2)", {}, (-1.0, 1.0)),
    "one bound of a parabola twice": ("x^2 + max(max(x, 0), 0)", {}, (0.0,)),
    "a kink beside a floor": ("max(x, 0)*exp(-x^2)", {}, (0.0,)),
    "roots that end on a floor": ("sqrt(max(1-x^2, 0))", {}, (-1.0, 1.0)),
    "a slope on one side": ("max(x-5, 0)", {}, (5.0,)),
    "a slope above a floor": ("max(x, 1)", {}, (1.0,)),
}  # fmt: skip


@pytest.mark.parametrize("case", EDGES)
def test_jumps_and_kinks_are_where_they_are(case: str) -> None:
    """Set-up: formulas whose edges are known in closed form. Budget: 1e-13 of the position; none more, none less; smooth if there is none."""
    formula, parameters, edges = EDGES[case]
    potential = Expression(formula, parameters)
    assert potential.edges == pytest.approx(edges, rel=1e-13, abs=1e-13)
    assert potential.smooth == (not edges)


def test_more_edges_than_can_be_followed_ask_for_a_span() -> None:
    with pytest.raises(ArgumentError, match="give `span`"):
        _ = Expression("floor(x)").edges
    bounded = Expression("floor(x)", None, (0.0, 0.0), (-1.5, 1.5))
    assert bounded.edges == pytest.approx(tuple(range(-4, 5)), abs=1e-13)


TWINS: dict[str, tuple[Expression, AbstractPotential]] = {
    "where": (Expression("where(abs(x - c) < a/2, V, 0)", {"V": 1.3, "a": 1.7, "c": 0.21}), RectangularBarrier(1.3, 1.7, 0.21)),
    "heaviside": (Expression("V*heaviside(x - c + a/2)*heaviside(a/2 - x + c)", {"V": 1.3, "a": 1.7, "c": 0.21}), RectangularBarrier(1.3, 1.7, 0.21)),
    "thinner than a cell": (Expression("where(abs(x) < a/2, V, 0)", {"V": 1.3, "a": 0.05}), RectangularBarrier(1.3, 0.05)),
    "step": (Expression("V*heaviside(x)", {"V": 0.7}), Step(0.7)),
    "triangle": (Expression("where((x > c) & (x < c + a), V*(1 - (x - c)/a), 0)", {"V": 1.3, "a": 1.7, "c": 0.21}), TriangularBarrier(1.3, 1.7, 0.21)),
}  # fmt: skip


@pytest.mark.parametrize("case", TWINS)
def test_samples_equal_those_of_the_built_in_kind(case: str) -> None:
    """Set-up: mass 2, so that the bends of psi count, with and without jit. Budget: 1e-11, what is left of V continued over 2.5 cells."""
    formula, twin = TWINS[case]
    wanted = np.asarray(twin.sample(GRID, mass=2.0))
    assert np.asarray(formula.sample(GRID, mass=2.0)) == pytest.approx(wanted, abs=1e-11)
    assert np.asarray(jax.jit(lambda v: v.sample(GRID, mass=2.0))(formula)) == pytest.approx(wanted, abs=1e-11)


@pytest.mark.parametrize("case", ["where", "heaviside"])
def test_gradients_move_the_edges(case: str) -> None:
    """d/d(height, width, center) of a weighted sum of samples, of the formula and of the built-in barrier. Budget: 1e-8 relative.

    Taken of the whole potential, and of a function that makes it inside of jax.grad.
    """
    formula, twin = TWINS[case]

    def weighed(potential: AbstractPotential) -> jax.Array:
        return jnp.sum(potential.sample(GRID, mass=2.0) * jnp.exp(-(GRID.x**2) + GRID.x)) * 0.11

    wanted: Any = jax.jit(jax.grad(weighed))(twin)
    slope = jax.jit(jax.grad(weighed))(formula).parameters
    for name, field in (("V", "height"), ("a", "width"), ("c", "center")):
        assert float(slope[name]) == pytest.approx(float(getattr(wanted, field)), rel=1e-8)
    inside = jax.grad(lambda a: weighed(Expression(formula.formula, {"V": 1.3, "a": a, "c": 0.21})))(1.7)
    assert float(inside) == pytest.approx(float(wanted.width), rel=1e-8)


def test_edges_of_numbers_that_are_not_known_are_refused() -> None:
    """Under jax.jit a formula made of tracers has no edges that could be found: one sentence, no wrong number."""
    with pytest.raises(ArgumentError, match=r"make the Expression outside of jax\.jit"):
        jax.jit(lambda a: Expression("where(abs(x) < a, 1, 0)", {"a": a}).sample(GRID))(1.0)
    smooth = jax.jit(lambda a: Expression("exp(-(x/a)^2)", {"a": a}).sample(GRID))(1.0)
    assert np.asarray(smooth) == pytest.approx(np.exp(-(np.asarray(GRID.x) ** 2)), abs=1e-14)


@pytest.mark.parametrize(
    "formula", ["F*sqrt(x^2)", "where(x > 0, sqrt(x)/x, F)", "F*where(x > 0, log(x), 0)", "F*((x/2)^2)^0.5"]
)
def test_gradients_are_finite_at_a_kink(formula: str) -> None:
    """What has no slope, at x = 0 or in the branch that is left out, spoils no gradient with respect to a parameter."""
    grid = Grid.line(-2.0, 2.0, 8)

    def total(potential: Expression) -> jax.Array:
        return jnp.sum(potential.value((grid.x,)))

    potential = Expression(formula, {"F": 1.0})
    assert np.isfinite(float(jax.grad(total)(potential).parameters["F"]))


def test_a_formula_in_the_plane_is_averaged() -> None:
    """Set-up: a disc of radius 1 on a grid of 0.2 x 0.2, 8 x 8 parts of each cell. Formula: its area, pi. Budget: 1 %; points alone err by 2 % or more."""
    line = Grid.line(-2.0, 2.0, 20)
    samples = np.asarray(Expression("where(x^2 + y^2 < 1, 1, 0)").sample(Grid.product(line, line)))
    assert np.sum(samples) * 0.04 == pytest.approx(math.pi, rel=0.01)
    assert 0 < np.count_nonzero((samples > 0) & (samples < 1)) < 60


@pytest.mark.parametrize("edge", [1.03, 1.0, 0.9771])
def test_exact_samples_judge_a_formula(edge: float) -> None:
    """Product integration, which shares nothing with the placing of edges, gives the same weighted sum, for edges between points and on one.

    Budget: 1e-6 on a grid of 0.05 (both of fourth order).
    """
    potential = Expression("where(abs(x) < b, 2 - x^2, 0.3*exp(-abs(x + 2)))", {"b": edge})
    grid = Grid.line(-9.0, 9.05, 361)
    weight = np.exp(-((np.asarray(grid.x) - 0.3) ** 2) / 2)
    placed, exact = np.asarray(potential.placed(grid)), exact_samples(potential, grid)
    assert np.sum(placed * weight) * 0.05 == pytest.approx(float(np.sum(exact * weight)) * 0.05, abs=1e-6)


@pytest.mark.parametrize(
    ("formula", "parameters", "ends", "span"),
    [
        ("V*exp(-((x - c)/s)^2) + V*exp(-((x + c)/s)^2)", {"V": 10.0, "s": 0.1, "c": 3.0}, (0.0, 0.0), (-3.263, 3.263)),
        ("V*exp(-((x - c)/s)^2) + V*exp(-((x + c)/s)^2)", {"V": 10.0, "s": 1e-6, "c": 3e5}, (0.0, 0.0), (-3e5, 3e5)),
        ("-0.7*cosh(x) + 0.01*cosh(x)^2", {}, (math.inf, math.inf), (-4.928, 4.928)),
        ("x^2/2 - 3*exp(-((x - 7)/0.003)^2)", {}, (math.inf, math.inf), (-7.0, 7.0)),
        ("x^65536", {}, (math.inf, math.inf), (-1.0, 1.0)),
    ],
)  # fmt: skip
def test_thin_and_far_features_are_seen(
    formula: str, parameters: dict[str, float], ends: tuple[float, float], span: tuple[float, float]
) -> None:
    """Set-up: bumps far thinner than any even sampling, values that overflow to inf, and inf - inf beyond. Budget: the interval to 2 %."""
    potential = Expression(formula, parameters)
    assert potential.asymptotes() == ends
    assert potential.support(1e-3) == pytest.approx(span, rel=0.02)


@pytest.mark.parametrize("ends", [[math.inf, math.inf], ["inf", "5 meV"]])
def test_a_file_may_say_that_v_confines(ends: list[Any]) -> None:
    """The cure that the message names is taken: inf has no unit."""
    potential = {"kind": "expression", "formula": "V*(1 - cos(3*x/a))", "ends": ends, "span": ["-1 nm", "1 nm"]}
    potential["parameters"] = {"V": "1 meV", "a": "1 nm"}
    made = read_scenario("x", {"format": 1, "title": "t", "potential": potential, "state": {"kind": "eigenstate"}})
    assert made.problem.potential.asymptotes()[0] == math.inf
    with pytest.raises(ScenarioError, match="must be finite"):
        read_scenario(
            "x",
            {
                "format": 1,
                "title": "t",
                "potential": {**potential, "span": [0.0, math.inf]},
                "state": {"kind": "eigenstate"},
                "units": "natural",
            },
        )


@pytest.mark.parametrize(
    ("formula", "cure"),
    [
        ("-1/x", r"has none at x = 0 .*write where\(x > 0"),
        ("exp(x)/(1 + exp(x))", r"inf/inf is none; write 1/\(1 \+ exp\(-x\)\)"),
        ("sqrt(x)", "mend it, or give `ends` and `span`"),
    ],
)
def test_a_formula_without_a_value_somewhere_names_its_cure(formula: str, cure: str) -> None:
    with pytest.raises(ArgumentError, match=cure):
        Expression(formula).asymptotes()
