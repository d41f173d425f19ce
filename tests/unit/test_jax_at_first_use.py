"""JAX is imported where something needs it, and then knows all that wavesim registers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
