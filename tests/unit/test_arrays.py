"""NumPy and JAX behind one name: the same numbers, and no program compiled where all values are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.monitoring
import jax.numpy as jnp
import numpy as np
import pytest

from tests.problems import REFERENCES
from wavesim import Grid, Problem
from wavesim._arrays import changed_at, placed, sigmoid, tridiagonal_solution, whole_power, xp
from wavesim.absorbers import Absorber
from wavesim.observables import Norm
from wavesim.potentials import (
    AbstractPotential,
    DeltaBarrier,
    EckartBarrier,
    Expression,
    GaussianWells,
    Sampled,
    Sum,
    TriangularBarrier,
)
from wavesim.propagation import Numerics, chebyshev_for, propagate
from wavesim.schemes import G6T4
from wavesim.states import GaussianPacket

GRID = Grid.line(-12.0, 12.0, 96)
POTENTIALS = [
    *(reference.problem.potential for reference in REFERENCES.values()),
    DeltaBarrier(0.7, 0.5),
    TriangularBarrier(1.0, 2.3, 0.1),
    GaussianWells(1.0, 1.0, 4.0),
    Expression("V*max(0, 1 - abs(x)/a)^2 + where(x > 1.3, 0.2, 0)", {"V": 1.0, "a": 2.0}),
    Sampled((0.0, 0.2, 1.0, 0.7, 0.1, 0.0), -3.0, 3.0),
    Sampled((0.0, 0.2, 1.0, 0.7, 0.1, 0.0), -3.0, 3.0, interpolation="linear"),
    Sum((TriangularBarrier(1.0, 2.3), DeltaBarrier(0.3))),
]


@pytest.mark.parametrize("potential", POTENTIALS, ids=lambda potential: type(potential).__name__)
def test_samples_are_those_that_jax_makes(potential: AbstractPotential) -> None:
    """V on 96 points, by NumPy and within a compiled program; 1e-12 of the largest, for both sum in another order."""
    known = potential.sample(GRID, mass=1.3)
    traced = jax.jit(lambda p: p.sample(GRID, mass=1.3))(potential)
    assert isinstance(known, np.ndarray)
    assert np.max(np.abs(known - np.asarray(traced))) <= 1e-12 * np.max(np.abs(known))


@pytest.fixture
def compiled() -> Iterator[list[str]]:
    """Names of what is compiled meanwhile."""
    events: list[str] = []

    def heard(event: str, duration_secs: float, **_: Any) -> None:
        if "backend_compile" in event:
            events.append(event)

    jax.monitoring.register_event_duration_secs_listener(heard)
    yield events
    jax.monitoring.unregister_event_duration_listener(heard)


def test_a_short_run_compiles_nothing(compiled: list[str]) -> None:
    """A packet, a rectangle, absorbers and 20 Chebyshev steps: tables, loop and observables are NumPy's, and so is the report's T."""
    problem = Problem(TriangularBarrier(1.0, 1.5), GaussianPacket(-10.0, 2.0, 1.1))
    grid = Grid.line(-25.0, 25.0, 180)
    numerics = Numerics(grid, 0.25, 20, 4, chebyshev_for(problem, grid, 0.25), Absorber(6.0, 1.0))
    result = propagate(problem, numerics)
    assert result.complete and not compiled


@pytest.mark.parametrize("method", ["chebyshev", "g6t4"])
def test_both_loops_do_the_same(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same 40 steps by NumPy's loop and by the compiled one, absorbers included: psi, norm and what was absorbed, to rounding.

    Budget: some 2,000 transforms of 240 points, each right to 1e-16 times a few: 1e-12.
    """
    from wavesim.propagation.stepping import _loop

    problem = Problem(EckartBarrier(1.0, 1.2), GaussianPacket(-9.0, 2.0, 1.3))
    grid = Grid.line(-25.0, 25.0, 240)
    scheme = G6T4 if method == "g6t4" else chebyshev_for(problem, grid, 0.3)
    numerics = Numerics(grid, 0.3, 40, 8, scheme, Absorber(6.0, 1.0))
    plain = propagate(problem, numerics)
    monkeypatch.setattr(_loop, "_PROGRAM_S", -1.0)
    made = propagate(problem, numerics)
    assert np.max(np.abs(plain.psi - made.psi)) < 1e-12
    assert np.max(np.abs(plain.absorbed - made.absorbed)) < 1e-12


def test_small_tools_agree() -> None:
    """Scatter with places outside, powers, the logistic function and a tridiagonal system, each by both libraries."""
    line, places, amounts = np.zeros(6), np.array([0, 2, 2, 7]), np.array([1.0, 2.0, 3.0, 9.0])
    for how in ("add", "max", "min"):
        plain, traced = changed_at(line, places, amounts, how), changed_at(jnp.asarray(line), places, amounts, how)
        assert np.array_equal(plain, np.asarray(traced)) and not line.any()
    assert np.allclose(placed(np.zeros((2, 3)), 1, np.ones(3)), placed(jnp.zeros((2, 3)), 1, jnp.ones(3)))
    x = np.linspace(-3.0, 3.0, 7)
    assert np.allclose(whole_power(x, 3), whole_power(jnp.asarray(x), 3), rtol=1e-14)
    assert np.isinf(whole_power(np.zeros(1), -1)).all()
    assert np.allclose(sigmoid(x), sigmoid(jnp.asarray(x)), rtol=1e-14)
    assert sigmoid(np.array([2j]))[0] == pytest.approx(1 / (1 + np.exp(-2j)), rel=1e-14)
    lower, middle, upper = np.array([0.0, 1, 2, 3]), np.full(4, 9.0), np.array([1.0, 2, 3, 0.0])
    system = np.diag(middle) + np.diag(lower[1:], -1) + np.diag(upper[:-1], 1)
    assert np.allclose(system @ tridiagonal_solution(lower, middle, upper, x[:4]), x[:4], rtol=1e-13)


def test_what_is_not_a_number_is_no_warning() -> None:
    """1/0 and exp(1000) by NumPy are inf, as in JAX, without a word (warnings are errors in these tests)."""
    assert np.isinf(xp.divide(np.ones(1), np.zeros(1))).all()
    assert np.isinf(xp.exp(np.full(1, 1000.0))).all()


def test_what_leaves_is_what_was_absorbed() -> None:
    """A packet that runs into an absorber: norm + absorbed left + absorbed right is 1 at every frame; 40 kicks of a layer, rounding 1e-13."""
    problem = Problem(EckartBarrier(1.0, 1.2), GaussianPacket(-9.0, 2.0, 1.3), measure={"norm": Norm()})
    grid = Grid.line(-25.0, 25.0, 240)
    result = propagate(problem, Numerics(grid, 0.5, 40, 8, chebyshev_for(problem, grid, 0.5), Absorber(8.0, 1.0)))
    assert result.absorbed[-1].sum() > 0.1
    assert np.max(np.abs(result.series["norm"] + result.absorbed.sum(axis=1) - 1.0)) < 1e-13
