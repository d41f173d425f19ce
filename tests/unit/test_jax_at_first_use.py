"""JAX is imported where something needs it, and then knows all that wavesim registers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from wavesim.ends import Walls
from wavesim.potentials import Expression, Free, InfiniteSquareWell, Unfolded

ROOT = Path(__file__).parents[2]
BARRIER = "ws.potentials.RectangularBarrier(1.0, 1.5), ws.states.GaussianPacket(-21.0, 3.0, 1.2)"


def said_by(code: str, **variables: str) -> str:
    """What a process of its own prints, in which nobody has imported JAX."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("JAX_", "XLA_"))} | variables
    words = [sys.executable, "-c", f"import sys, wavesim as ws\n{code}"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, env=clean).stdout.strip()


@pytest.mark.parametrize(
    "problem",
    [
        BARRIER,
        "ws.potentials.GaussianBarrier(1.0, 0.8), ws.states.GaussianPacket(-21.0, 3.0, 1.2)",
        "ws.potentials.Expression('1.1/cosh(x)^2'), ws.states.GaussianPacket(-21.0, 3.0, 1.2)",
        "ws.potentials.QuarticDoubleWell(2.0, 1.5), ws.states.LeftLocalized()",
    ],
)
def test_a_certificate_along_a_line_imports_no_jax(problem: str):
    code = f"report = ws.certify(ws.Problem({problem}), 1e-3); print(len(report.quantities) > 0, 'jax' in sys.modules)"
    assert said_by(code) == "True False"


def test_what_was_made_before_jax_is_known_to_it():
    """A problem made first is a pytree afterwards, in 64 bits, and is differentiated."""
    code = f"""problem = ws.Problem({BARRIER}, measure={{"transmitted": ws.observables.ProbabilityIn(ws.Beyond(0.75))}})
plan = ws.plan(problem, 1e-2)
import jax
final = lambda height: ws.evolve(problem.replace("potential.height", height), plan.numerics).frames.series["transmitted"][-1]
print(jax.config.jax_enable_x64, len(jax.tree.leaves(problem)) > 5, float(jax.grad(final)(1.0)) < 0)"""
    assert said_by(code) == "True True True"


def test_jax_imported_after_wavesim_computes_with_64_bits():
    assert said_by("import jax; print(jax.config.jax_enable_x64, jax.numpy.ones(1).dtype)") == "True float64"


def test_the_64_bit_mode_that_was_asked_for_is_kept():
    """Off by its variable, before anybody imports JAX: refused with its cure."""
    code = f"""try: ws.certify(ws.Problem({BARRIER}), 1e-3)
except ws.WavesimError as error: print(error)"""
    assert "64-bit mode" in said_by(code, JAX_ENABLE_X64="0")


def test_a_variable_that_jax_refuses_is_named_where_jax_is_needed():
    """A certificate along a line does not need it; a batch does."""
    code = f"""problem = ws.Problem({BARRIER})
print(len(ws.certify(problem, 1e-2).quantities) > 0)
try: ws.evolve(problem, ws.plan(problem, 1e-2).numerics)
except ws.WavesimError as error: print(error)"""
    assert "correct the variables that begin with JAX_" in said_by(code, JAX_LOG_COMPILES="garbage")


def test_several_devices_are_asked_for_by_variables():
    code = "from wavesim._jax import device_count, platform; print(device_count(), platform(), 'jax' in sys.modules)"
    assert said_by(code) == "1 cpu False"
    assert said_by(code, XLA_FLAGS="--xla_force_host_platform_device_count=2") == "2 cpu True"


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
