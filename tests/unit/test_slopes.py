"""Slopes V' and V'' of formulas in closed form, against automatic differentiation."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from wavesim.ends import Walls
from wavesim.potentials import Expression, Free, InfiniteSquareWell, Unfolded


@pytest.mark.parametrize(
    "formula",
    [
        "exp(-x^2)", "a/cosh(x/2)^2", "a*(x^2 - 1)^2", "tanh(x)*sech(x - 1)", "sin(x)^3/(2 + cos(2*x))", "log(1 + x^2)", "sqrt(1 + x^2)",
        "-a/sqrt(x^2 + 2)", "a*(1 - exp(-(x - 1)))^2", "-x^3 + a*x", "2^a*x", "tan(x/10)", "cosh(x) - sinh(x/2)", "(x^2 + 1)^1.5", "+x", "a",
    ],
)  # fmt: skip
def test_slopes_of_a_formula_are_those_of_automatic_differentiation(formula: str):
    """V' and V'' in closed form against JAX, to 1e-14 of the largest."""
    potential, x = (
        Expression(formula, {"a": 1.3} if "a" in formula.replace("tanh", "").replace("tan", "") else None),
        np.linspace(-7.0, 7.3, 201),
    )

    def value(at: jax.Array) -> jax.Array:
        return potential.value((at,))

    found = potential.slopes(x, 1.0)
    assert found is not None
    for got, derivative in zip(found, (jax.grad(value), jax.grad(jax.grad(value))), strict=True):
        right = np.asarray(jax.vmap(derivative)(x))
        assert np.max(np.abs(got - right)) <= 1e-14 * max(np.max(np.abs(right)), 1.0)


@pytest.mark.parametrize("formula", ["abs(x)^3", "max(x, 0)^4", "where(x > 0, x^4, 0)", "x^2*cos(t)", "x^x"])
def test_other_formulas_are_left_to_jax(formula: str):
    assert Expression(formula, ends=(0.0, 0.0), span=(-1.0, 1.0)).slopes(np.linspace(-1.0, 1.0, 9), 1.0) is None


def test_slopes_between_walls_are_those_of_the_mirror_images():
    """V = cos(pi x/3) between walls at 0 and 3, whose slope is 0 at both: F = (V')^2 and G over three boxes, by slopes and by JAX."""
    inner = Expression("cos(pi*x/3)", ends=(0.0, 0.0), span=(0.0, 3.0))
    continued = Unfolded.of(inner, Walls(0.0, 3.0), 1.0)
    x = np.linspace(-4.0, 7.0, 64) + 0.01
    found = continued.slopes(x, 1.0)
    assert found is not None
    slope = np.asarray(jax.vmap(jax.grad(lambda at: continued.value((at,))))(x))
    assert np.max(np.abs(found[0] - slope)) < 1e-13
    for flat in (Free(), InfiniteSquareWell(2.0)):
        assert not np.any(flat.slopes(x, 1.0))
